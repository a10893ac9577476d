"""JSON of the artists' endpoints."""

from typing import Any

from rest_framework import serializers

from engine.artistry.models import ArtistJob, ArtistJobState, JobReject, MeshUpload, MeshUploadState
from engine.photos.models import Photo


class JobPhotoSerializer(serializers.ModelSerializer[Photo]):
    """The photo of a job."""

    image_url = serializers.SerializerMethodField()

    class Meta:
        model = Photo
        fields = ["id", "name", "image_url", "width", "height"]

    def get_image_url(self, photo: Photo) -> str:
        """Return where the browser gets it."""
        return f"/api/assets/photos/{photo.pk}/image"


class JobRejectSerializer(serializers.ModelSerializer[JobReject]):
    """A refused candidate with the reasons that people gave."""

    id = serializers.UUIDField(source="candidate_id")
    mesh_url = serializers.SerializerMethodField()
    preview_url = serializers.SerializerMethodField()

    class Meta:
        model = JobReject
        fields = ["id", "mesh_url", "preview_url", "reasons"]

    def get_mesh_url(self, reject: JobReject) -> str:
        """Return where the browser gets the mesh."""
        return f"/api/assets/candidates/{reject.candidate_id}/mesh"

    def get_preview_url(self, reject: JobReject) -> str:
        """Return where the browser gets the preview."""
        return f"/api/assets/candidates/{reject.candidate_id}/preview"


class MeshUploadSerializer(serializers.ModelSerializer[MeshUpload]):
    """One version of a job's mesh."""

    state = serializers.ChoiceField(choices=MeshUploadState.choices)
    size_bytes = serializers.IntegerField(source="declared_size_bytes")
    report = serializers.DictField()
    mesh_url = serializers.SerializerMethodField()

    class Meta:
        model = MeshUpload
        fields = [
            "id", "version", "state", "file_name", "size_bytes", "report", "refusal_reasons", "review_reason",
            "mesh_url", "created_at", "completed_at", "reviewed_at",
        ]  # fmt: skip

    def get_mesh_url(self, upload: MeshUpload) -> str | None:
        """Return where the browser gets the packed mesh, once there is one."""
        return None if upload.glb_sha256 is None else f"/api/assets/uploads/{upload.pk}/mesh"


class ArtistJobSerializer(serializers.ModelSerializer[ArtistJob]):
    """One job."""

    state = serializers.ChoiceField(choices=ArtistJobState.choices)
    photo = JobPhotoSerializer(source="target.photo")
    target_id = serializers.IntegerField()
    mask_url = serializers.SerializerMethodField()
    artist = serializers.CharField(source="artist.username", default=None, allow_null=True)
    rejects = JobRejectSerializer(many=True)
    uploads = MeshUploadSerializer(many=True)

    class Meta:
        model = ArtistJob
        fields = [
            "id",
            "state",
            "target_id",
            "photo",
            "mask_url",
            "artist",
            "taken_at",
            "rejects",
            "uploads",
            "created_at",
        ]

    def get_mask_url(self, job: ArtistJob) -> str:
        """Return where the browser gets the mask."""
        return job.target.mask_url


class UploadAskSerializer(serializers.Serializer[Any]):
    """What will be uploaded."""

    file_name = serializers.CharField(max_length=200)
    size_bytes = serializers.IntegerField(min_value=1, max_value=2**62)
    sha256 = serializers.RegexField(r"^[0-9a-f]{64}\Z")


class UploadTicketSerializer(serializers.Serializer[Any]):
    """Where to send it."""

    upload_id = serializers.UUIDField()
    url = serializers.CharField()
    method = serializers.CharField()
    headers = serializers.DictField(child=serializers.CharField())


class ReviewAskSerializer(serializers.Serializer[Any]):
    """A reviewer's verdict; sending back needs a reason."""

    verdict = serializers.ChoiceField(choices=["approve", "reject"])
    reason = serializers.CharField(max_length=2000, allow_blank=True, default="")
