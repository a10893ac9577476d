"""The way in for a photo's pointmap, and the way out of its grid."""

from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponseRedirect
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from engine.accounts.models import Role
from engine.accounts.permissions import IsSignedIn, person_of, roles
from engine.core.assets import redirect_to_blob
from engine.core.errors import TooLarge
from engine.photos.models import PointmapVersion
from engine.photos.selectors import photo_by_id, pointmap_version, pointmaps_of
from engine.photos.services.pointmaps import add_pointmap


class PointmapUploadSerializer(serializers.Serializer[Any]):
    """A .npy file, or a .npz with one array: float32 (height, width, 3), metres, x left, y up, z forward."""

    points = serializers.FileField()


class PointmapSerializer(serializers.ModelSerializer[PointmapVersion]):
    """One pointmap that a photo has had; the highest version counts."""

    uploaded_by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True, allow_null=True)
    points_url = serializers.SerializerMethodField()

    class Meta:
        model = PointmapVersion
        fields = ["version", "points_url", "points_sha256", "known_share", "focal", "uploaded_by", "created_at"]

    def get_points_url(self, pointmap: PointmapVersion) -> str:
        """The grid that pages show."""
        return grid_url(pointmap)


class PhotoPointmapsView(APIView):
    """The pointmaps of a photo."""

    permission_classes = [roles(Role.ML_LEAD)]
    parser_classes = [MultiPartParser]

    @extend_schema(responses=PointmapSerializer(many=True))
    def get(self, request: Request, photo_id: int) -> Response:
        """Answer every version, the newest first."""
        return Response(PointmapSerializer(pointmaps_of(photo_by_id(photo_id)), many=True).data)

    @extend_schema(request=PointmapUploadSerializer, responses={201: PointmapSerializer, 200: PointmapSerializer})
    def post(self, request: Request, photo_id: int) -> Response:
        """Take a pointmap, which counts from now on; the one that counts already answers 200."""
        form = PointmapUploadSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        photo = photo_by_id(photo_id)
        pointmap, is_new = add_pointmap(
            photo=photo, content=_read(form.validated_data["points"]), by=person_of(request)
        )
        return Response(PointmapSerializer(pointmap).data, status=201 if is_new else 200)


class PointmapGridView(APIView):
    """A pointmap's grid: .npy, float32, (rows, columns, 3), at most 512 a side."""

    permission_classes = [IsSignedIn]

    @extend_schema(responses={302: OpenApiResponse(description="Redirect to the points")})
    def get(self, request: Request, photo_id: int, version: int) -> HttpResponseRedirect:
        """Redirect to a URL that is signed now."""
        return redirect_to_blob(pointmap_version(photo_id=photo_id, version=version).grid_sha256)


def grid_url(pointmap: PointmapVersion) -> str:
    """Return where the page gets the grid."""
    return f"/api/assets/photos/{pointmap.photo_id}/points/{pointmap.version}"


def _read(upload: UploadedFile[bytes]) -> bytes:
    limit = settings.ENVIRONMENT.max_pointmap_bytes
    if (upload.size or 0) > limit:
        raise TooLarge(
            f"The pointmap has {upload.size:,} bytes; at most {limit:,} are taken.", code="pointmap_too_large",
            field="points",
        )  # fmt: skip
    content: bytes = upload.read()
    return content
