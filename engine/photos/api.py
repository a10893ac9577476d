"""The bytes of photos and masks. How photos come in is told in engine.candidates: candidates are asked for at once."""

from django.http import HttpResponseRedirect
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from engine.accounts.permissions import IsSignedIn
from engine.core.assets import redirect_to_blob
from engine.photos.selectors import mask_version, object_by_id, photo_by_id


class PhotoImageView(APIView):
    """A photo's bytes."""

    permission_classes = [IsSignedIn]

    @extend_schema(responses={302: OpenApiResponse(description="Redirect to the photo")})
    def get(self, request: Request, photo_id: int) -> HttpResponseRedirect:
        """Redirect to a URL that is signed now."""
        return redirect_to_blob(photo_by_id(photo_id).photo_sha256)


class TargetMaskView(APIView):
    """A mask's bytes: an 8-bit PNG, 255 on the object."""

    permission_classes = [IsSignedIn]

    @extend_schema(responses={302: OpenApiResponse(description="Redirect to the mask")})
    def get(self, request: Request, target_id: int) -> HttpResponseRedirect:
        """Redirect to a URL that is signed now."""
        return redirect_to_blob(object_by_id(target_id).mask_sha256)


class MaskVersionView(APIView):
    """The bytes of a mask that a target has or had."""

    permission_classes = [IsSignedIn]

    @extend_schema(responses={302: OpenApiResponse(description="Redirect to the mask")})
    def get(self, request: Request, target_id: int, version: int) -> HttpResponseRedirect:
        """Redirect to a URL that is signed now."""
        return redirect_to_blob(mask_version(target_id=target_id, version=version).mask_sha256)
