"""Photos, objects, requests and candidates as JSON, for people who may know which generator made what."""

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from engine.candidates.models import Candidate, GenerationRequest
from engine.candidates.selectors import TargetStatus, candidates_of, targets_of
from engine.photos.models import Photo, TargetObject
from engine.photos.services.imports import ImportReport


class GenerationRequestSerializer(serializers.ModelSerializer[GenerationRequest]):
    """One generator's share of the candidates of one object."""

    class Meta:
        model = GenerationRequest
        fields = [
            "id", "target_id", "generator", "batch", "n", "state", "attempts", "failure_reason", "not_before",
            "created_at", "finished_at",
        ]  # fmt: skip


class TargetObjectSerializer(serializers.ModelSerializer[TargetObject]):
    """One object with how far its candidates are. Wants the rows of ``selectors.targets``."""

    bbox = serializers.SerializerMethodField()
    status = serializers.ChoiceField(choices=TargetStatus.choices, read_only=True)
    candidate_count = serializers.IntegerField(read_only=True)
    stale_candidate_count = serializers.IntegerField(read_only=True)
    image_url = serializers.SerializerMethodField()
    mask_url = serializers.SerializerMethodField()
    generation_requests = GenerationRequestSerializer(many=True, read_only=True)

    class Meta:
        model = TargetObject
        fields = [
            "id", "photo_id", "name", "bbox", "area_fraction", "split", "is_simulated", "status", "image_url",
            "mask_url", "mask_version", "candidate_count", "stale_candidate_count", "generation_requests",
            "created_at",
        ]  # fmt: skip

    @extend_schema_field(serializers.ListField(child=serializers.IntegerField(), min_length=4, max_length=4))
    def get_bbox(self, target: TargetObject) -> list[int]:
        """Left, top, width and height in pixels."""
        return [target.bbox_x, target.bbox_y, target.bbox_width, target.bbox_height]

    def get_image_url(self, target: TargetObject) -> str:
        """Where its photo is."""
        return reverse("photo-image", args=[target.photo_id])

    def get_mask_url(self, target: TargetObject) -> str:
        """Where its mask is; another address for each version, so that no browser shows an old one."""
        return target.mask_url


class CandidateSerializer(serializers.ModelSerializer[Candidate]):
    """One candidate and who made it: never for an annotator before her choice."""

    checkpoint_sha256 = serializers.CharField(
        source="checkpoint.checkpoint_sha256", default=None, allow_null=True, read_only=True
    )
    mesh_url = serializers.SerializerMethodField()
    lod_url = serializers.SerializerMethodField()
    preview_url = serializers.SerializerMethodField()
    is_stale = serializers.BooleanField(read_only=True, help_text="Made for a mask that was corrected since")

    class Meta:
        model = Candidate
        fields = [
            "id", "request_id", "ordinal", "generator", "checkpoint_sha256", "seed", "steps", "guidance", "seconds",
            "is_stale", "mesh_url", "lod_url", "preview_url", "created_at",
        ]  # fmt: skip

    def get_mesh_url(self, candidate: Candidate) -> str:
        """Where its GLB is."""
        return reverse("candidate-mesh", args=[candidate.pk])

    def get_lod_url(self, candidate: Candidate) -> str | None:
        """Where the coarse copy of its GLB is; null where there is none."""
        return None if candidate.lod_sha256 is None else reverse("candidate-lod", args=[candidate.pk])

    def get_preview_url(self, candidate: Candidate) -> str:
        """Where its preview is."""
        return reverse("candidate-preview", args=[candidate.pk])


class TargetDetailSerializer(TargetObjectSerializer):
    """One object with its candidates."""

    candidates = serializers.SerializerMethodField()

    class Meta(TargetObjectSerializer.Meta):
        fields = [*TargetObjectSerializer.Meta.fields, "candidates"]

    @extend_schema_field(CandidateSerializer(many=True))
    def get_candidates(self, target: TargetObject) -> list[dict[str, Any]]:
        """Its candidates in the order of their requests."""
        return list(CandidateSerializer(candidates_of(target), many=True).data)


class PhotoSerializer(serializers.ModelSerializer[Photo]):
    """One photo with its objects."""

    image_url = serializers.SerializerMethodField()
    targets = serializers.SerializerMethodField()

    class Meta:
        model = Photo
        fields = [
            "id", "name", "width", "height", "photo_sha256", "credit", "is_simulated", "image_url", "targets",
            "created_at",
        ]  # fmt: skip

    def get_image_url(self, photo: Photo) -> str:
        """Where its bytes are."""
        return reverse("photo-image", args=[photo.pk])

    @extend_schema_field(TargetObjectSerializer(many=True))
    def get_targets(self, photo: Photo) -> list[dict[str, Any]]:
        """Its objects; a list view hands them in, fetched for the whole page at once."""
        by_photo: dict[int, list[TargetObject]] | None = self.context.get("targets_by_photo")
        rows = targets_of(photo) if by_photo is None else by_photo.get(photo.pk, [])
        return list(TargetObjectSerializer(rows, many=True).data)


class PhotoUploadSerializer(serializers.Serializer[dict[str, Any]]):
    """A photo and, if it is there already, the mask of one object in it."""

    photo = serializers.FileField(allow_empty_file=True)
    mask = serializers.FileField(allow_empty_file=True, required=False)
    name = serializers.CharField(max_length=200, required=False, allow_blank=True)


class MaskUploadSerializer(serializers.Serializer[dict[str, Any]]):
    """The mask of one more object of a photo."""

    mask = serializers.FileField(allow_empty_file=True)
    name = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")


class FolderUploadSerializer(serializers.Serializer[dict[str, Any]]):
    """The files of a folder, paired by name."""

    files = serializers.ListField(child=serializers.FileField(allow_empty_file=True), allow_empty=False)


class CocoUploadSerializer(serializers.Serializer[dict[str, Any]]):
    """A COCO or SA-1B file and the photos that it names."""

    annotations = serializers.FileField(allow_empty_file=True)
    photos = serializers.ListField(child=serializers.FileField(allow_empty_file=True), allow_empty=False)


class SkippedFileSerializer(serializers.Serializer[Any]):
    """What was left out, and why."""

    file = serializers.CharField()
    reason = serializers.CharField()


class ImportReportSerializer(serializers.Serializer[ImportReport]):
    """What an import brought in and what it left out."""

    photos = serializers.IntegerField()
    targets = serializers.IntegerField()
    skipped = SkippedFileSerializer(many=True)
