"""The artists' endpoints: jobs, uploads, review."""

from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponseRedirect
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from engine.accounts.models import Person, Role
from engine.accounts.permissions import roles
from engine.artistry import selectors, services
from engine.artistry.models import ArtistJob, ArtistJobState
from engine.artistry.serializers import (
    ArtistJobSerializer,
    MeshUploadSerializer,
    ReviewAskSerializer,
    UploadAskSerializer,
    UploadTicketSerializer,
)
from engine.core.paging import NewestFirst
from engine.core.storage import blob_store


def _person(request: Request) -> Person:
    person = request.user
    assert isinstance(person, Person)  # the permission class let nobody else in
    return person


class ArtistJobListView(generics.ListAPIView[ArtistJob]):
    """Jobs, newest first."""

    permission_classes = [roles(Role.ARTIST, Role.REVIEWER)]
    serializer_class = ArtistJobSerializer
    pagination_class = NewestFirst
    queryset = ArtistJob.objects.none()

    @extend_schema(parameters=[OpenApiParameter("state", enum=ArtistJobState.values)])
    def get(self, request: Request) -> Response:
        """List jobs, of one state if asked."""
        return self.list(request)

    def get_queryset(self) -> QuerySet[ArtistJob]:
        """Return the jobs of the state that was asked for."""
        state = self.request.query_params.get("state") or None
        if state is not None and state not in ArtistJobState.values:
            raise serializers.ValidationError({"state": "There is no such state."}, code="state_unknown")
        return selectors.jobs(state=state)


class ArtistJobView(APIView):
    """One job."""

    permission_classes = [roles(Role.ARTIST, Role.REVIEWER)]

    @extend_schema(responses=ArtistJobSerializer)
    def get(self, request: Request, job_id: int) -> Response:
        """Return a job with its rejects and uploads."""
        return Response(ArtistJobSerializer(selectors.job_by_id(job_id)).data)


class TakeJobView(APIView):
    """Takes a job."""

    permission_classes = [roles(Role.ARTIST)]

    @extend_schema(request=None, responses=ArtistJobSerializer)
    def post(self, request: Request, job_id: int) -> Response:
        """Take a job that is open; 409 if somebody else was first."""
        services.take_job(job_id=job_id, artist=_person(request))
        return Response(ArtistJobSerializer(selectors.job_by_id(job_id)).data)


class ReleaseJobView(APIView):
    """Gives a job back."""

    permission_classes = [roles(Role.ARTIST)]

    @extend_schema(request=None, responses=ArtistJobSerializer)
    def post(self, request: Request, job_id: int) -> Response:
        """Give one's own job back."""
        services.release_job(job_id=job_id, artist=_person(request))
        return Response(ArtistJobSerializer(selectors.job_by_id(job_id)).data)


class CreateUploadView(APIView):
    """Signs uploads."""

    permission_classes = [roles(Role.ARTIST)]

    @extend_schema(request=UploadAskSerializer, responses={201: UploadTicketSerializer})
    def post(self, request: Request, job_id: int) -> Response:
        """Sign an upload of the next version: PUT the file to the address, then call complete."""
        ask = UploadAskSerializer(data=request.data)
        ask.is_valid(raise_exception=True)
        ticket = services.create_upload(job_id=job_id, artist=_person(request), **ask.validated_data)
        answer = {"upload_id": ticket.upload.pk, "url": ticket.url, "method": "PUT", "headers": ticket.headers}
        return Response(answer, status=status.HTTP_201_CREATED)


class CompleteUploadView(APIView):
    """Checks what was uploaded."""

    permission_classes = [roles(Role.ARTIST)]

    @extend_schema(request=None, responses=MeshUploadSerializer)
    def post(self, request: Request, upload_id: UUID) -> Response:
        """Check and pack the file. The answer's state says whether it went to review or was refused."""
        upload = services.complete_upload(upload_id=upload_id, artist=_person(request))
        return Response(MeshUploadSerializer(upload).data)


class ReviewUploadView(APIView):
    """Reviews a mesh."""

    permission_classes = [roles(Role.REVIEWER)]

    @extend_schema(request=ReviewAskSerializer, responses=MeshUploadSerializer)
    def post(self, request: Request, upload_id: UUID) -> Response:
        """Approve the mesh or send it back."""
        ask = ReviewAskSerializer(data=request.data)
        ask.is_valid(raise_exception=True)
        upload = services.review_upload(
            upload_id=upload_id, reviewer=_person(request), is_approved=ask.validated_data["verdict"] == "approve",
            reason=ask.validated_data["reason"],
        )  # fmt: skip
        return Response(MeshUploadSerializer(upload).data)


class UploadMeshView(APIView):
    """The packed mesh of an upload."""

    permission_classes = [roles(Role.ARTIST, Role.REVIEWER, Role.ML_LEAD)]

    @extend_schema(responses={302: OpenApiResponse(description="Redirect to the mesh")})
    def get(self, request: Request, upload_id: UUID) -> HttpResponseRedirect:
        """Redirect to the blob store, signed now."""
        return HttpResponseRedirect(blob_store().signed_url(selectors.packed_sha256(upload_id)))
