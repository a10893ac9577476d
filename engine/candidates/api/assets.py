"""The bytes of candidates. Their ids are random, so only who was told of one can ask for it."""

from uuid import UUID

from django.http import HttpResponseRedirect
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from engine.accounts.permissions import IsSignedIn
from engine.candidates.selectors import candidate_by_id
from engine.core.assets import redirect_to_blob
from engine.core.errors import NotFound


class CandidateMeshView(APIView):
    """A candidate's packed GLB."""

    permission_classes = [IsSignedIn]

    @extend_schema(responses={302: OpenApiResponse(description="Redirect to the GLB")})
    def get(self, request: Request, candidate_id: UUID) -> HttpResponseRedirect:
        """Redirect to a URL that is signed now."""
        return redirect_to_blob(candidate_by_id(candidate_id).glb_sha256)


class CandidateLodView(APIView):
    """The coarse copy of a candidate's GLB, in the same box."""

    permission_classes = [IsSignedIn]

    @extend_schema(responses={302: OpenApiResponse(description="Redirect to the coarse GLB")})
    def get(self, request: Request, candidate_id: UUID) -> HttpResponseRedirect:
        """Redirect to a URL that is signed now; 404 where the GLB is small and has no coarse copy."""
        lod_sha256 = candidate_by_id(candidate_id).lod_sha256
        if lod_sha256 is None:
            raise NotFound("This candidate has no coarse copy; take its mesh.", code="lod_missing")
        return redirect_to_blob(lod_sha256)


class CandidatePreviewView(APIView):
    """A candidate's preview PNG."""

    permission_classes = [IsSignedIn]

    @extend_schema(responses={302: OpenApiResponse(description="Redirect to the preview")})
    def get(self, request: Request, candidate_id: UUID) -> HttpResponseRedirect:
        """Redirect to a URL that is signed now."""
        return redirect_to_blob(candidate_by_id(candidate_id).preview_sha256)
