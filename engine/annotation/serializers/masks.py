"""Versions of a mask, corrections and proposals as JSON."""

from typing import Any

from django.urls import reverse
from rest_framework import serializers

from engine.candidates.selectors import TargetStatus
from engine.photos.mask_proposals import MAX_POINTS
from engine.photos.models import MaskVersion


class MaskVersionSerializer(serializers.ModelSerializer[MaskVersion]):
    """One mask that an object has had."""

    mask_url = serializers.SerializerMethodField()
    created_by = serializers.CharField(source="created_by.username", default=None, allow_null=True, read_only=True)
    is_current = serializers.SerializerMethodField()

    class Meta:
        model = MaskVersion
        fields = ["version", "mask_url", "created_by", "reason", "created_at", "is_current"]

    def get_mask_url(self, version: MaskVersion) -> str:
        """Where its PNG is, for good."""
        return reverse("mask-version", args=[version.target_id, version.version])

    def get_is_current(self, version: MaskVersion) -> bool:
        """Whether it is the one that counts."""
        return bool(version.version == self.context["current_version"])


class MaskDeskSerializer(serializers.Serializer[dict[str, Any]]):
    """All that drawing a mask needs."""

    target_id = serializers.IntegerField()
    photo_id = serializers.IntegerField()
    name = serializers.CharField()
    image_url = serializers.CharField()
    mask_url = serializers.CharField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    status = serializers.ChoiceField(choices=TargetStatus.choices)
    is_flagged = serializers.BooleanField()
    candidate_count = serializers.IntegerField()
    stale_candidate_count = serializers.IntegerField()
    current_version = serializers.IntegerField()
    versions = MaskVersionSerializer(many=True)


class MaskConflictSerializer(serializers.Serializer[dict[str, Any]]):
    """Somebody was faster: the version that was begun with and theirs."""

    errors = serializers.ListField(child=serializers.DictField())  # type: ignore[assignment]
    versions = MaskVersionSerializer(many=True)


class MaskCorrectionAskSerializer(serializers.Serializer[dict[str, Any]]):
    """A drawn mask, or the number of an earlier one, and why."""

    mask = serializers.FileField(allow_empty_file=True, required=False)
    restore_version = serializers.IntegerField(min_value=0, max_value=2**31 - 1, required=False)
    base_version = serializers.IntegerField(
        min_value=0, max_value=2**31 - 1, help_text="The version that was on screen while it was drawn"
    )
    reason = serializers.CharField(max_length=500)

    def validate(self, ask: dict[str, Any]) -> dict[str, Any]:
        """Take one of the two."""
        if ("mask" in ask) == ("restore_version" in ask):
            raise serializers.ValidationError({"mask": "Send either a mask or the version to restore."})
        return ask


class HintSerializer(serializers.Serializer[dict[str, Any]]):
    """A click, in pixels of the photo from its left top corner."""

    x = serializers.FloatField()
    y = serializers.FloatField()
    is_inside = serializers.BooleanField()


class BoxSerializer(serializers.Serializer[dict[str, Any]]):
    """A box round the object, in pixels of the photo."""

    x = serializers.FloatField()
    y = serializers.FloatField()
    width = serializers.FloatField()
    height = serializers.FloatField()


class MaskProposalAskSerializer(serializers.Serializer[dict[str, Any]]):
    """What points at the object."""

    points = serializers.ListField(child=HintSerializer(), required=False, max_length=MAX_POINTS)
    box = BoxSerializer(required=False, allow_null=True)


class MaskProposalSerializer(serializers.Serializer[dict[str, Any]]):
    """A mask that is written nowhere yet."""

    mask_png = serializers.CharField(help_text="Base64 of an 8-bit PNG, 255 on the object")
    area_fraction = serializers.FloatField()
