"""JSON of campaigns, gold pairs and mask flags."""

from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from engine.accounts.models import Person
from engine.annotation.models import Campaign, GoldPair, MaskFlag, MaskFlagState
from engine.annotation.services.campaigns import SlotCounts

MAX_TARGETS = 10_000
_LARGEST_KEY = 2**63 - 1


class SlotCountsSerializer(serializers.Serializer[SlotCounts]):
    """The wanted choices of a campaign by state."""

    open = serializers.IntegerField()
    waiting = serializers.IntegerField()
    held = serializers.IntegerField()
    submitted = serializers.IntegerField()
    closed = serializers.IntegerField()


class CampaignSerializer(serializers.ModelSerializer[Campaign]):
    """A campaign with its counts; ``context["counts"]`` holds them by campaign."""

    counts = serializers.SerializerMethodField()

    class Meta:
        model = Campaign
        fields = [
            "id", "name", "overlap", "is_paused", "is_practice", "gives_feedback", "priority", "gold_rate",
            "repeat_rate", "instructions", "skills", "shows_agreement", "created_at", "counts",
        ]  # fmt: skip

    @extend_schema_field(SlotCountsSerializer)
    def get_counts(self, campaign: Campaign) -> dict[str, int]:
        """How many slots are in which state."""
        return asdict(self.context["counts"].get(campaign.pk, SlotCounts()))


class CampaignAskSerializer(serializers.Serializer[Any]):
    """Rules of a campaign; in a change, those that change."""

    name = serializers.CharField(max_length=120)
    overlap = serializers.IntegerField(min_value=1, max_value=32, required=False)
    is_paused = serializers.BooleanField(required=False)
    is_practice = serializers.BooleanField(required=False)
    gives_feedback = serializers.BooleanField(required=False)
    priority = serializers.IntegerField(min_value=-1000, max_value=1000, required=False)
    gold_rate = serializers.FloatField(min_value=0, max_value=1, required=False)
    repeat_rate = serializers.FloatField(min_value=0, max_value=1, required=False)
    instructions = serializers.CharField(max_length=20_000, allow_blank=True, required=False)
    skills = serializers.ListField(child=serializers.SlugField(max_length=40), max_length=50, required=False)
    shows_agreement = serializers.BooleanField(required=False)


class MoveTargetsAskSerializer(serializers.Serializer[Any]):
    """Objects for a campaign."""

    target_ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=_LARGEST_KEY), min_length=1, max_length=MAX_TARGETS
    )


class MovedSerializer(serializers.Serializer[Any]):
    """How many objects the campaign was given."""

    moved = serializers.IntegerField()


class GoldPairSerializer(serializers.ModelSerializer[GoldPair]):
    """A pair whose better one is known."""

    target_id = serializers.IntegerField(read_only=True)
    better_id = serializers.UUIDField()
    worse_id = serializers.UUIDField()

    class Meta:
        model = GoldPair
        fields = ["id", "target_id", "better_id", "worse_id", "is_active", "note", "created_at"]


class GoldPairAskSerializer(serializers.Serializer[Any]):
    """A new pair."""

    better_id = serializers.UUIDField()
    worse_id = serializers.UUIDField()
    is_active = serializers.BooleanField(required=False)
    note = serializers.CharField(max_length=2000, allow_blank=True, default=str)


class GoldPairChangeSerializer(serializers.Serializer[Any]):
    """What can be changed about a pair."""

    is_active = serializers.BooleanField(required=False)
    note = serializers.CharField(max_length=2000, allow_blank=True, required=False)


class MaskFlagSerializer(serializers.ModelSerializer[MaskFlag]):
    """A doubt about a mask."""

    target_id = serializers.IntegerField(read_only=True)
    image_url = serializers.SerializerMethodField()
    mask_url = serializers.SerializerMethodField()
    person: serializers.SlugRelatedField[Person] = serializers.SlugRelatedField(
        slug_field="username", read_only=True, allow_null=True
    )
    decided_by: serializers.SlugRelatedField[Person] = serializers.SlugRelatedField(
        slug_field="username", read_only=True, allow_null=True
    )

    class Meta:
        model = MaskFlag
        fields = [
            "id", "target_id", "image_url", "mask_url", "person", "comment", "state", "decided_by", "decided_at",
            "created_at",
        ]  # fmt: skip

    def get_image_url(self, flag: MaskFlag) -> str:
        """The photo."""
        return f"/api/assets/photos/{flag.target.photo_id}/image"

    def get_mask_url(self, flag: MaskFlag) -> str:
        """The mask as it is now."""
        return flag.target.mask_url


class MaskFlagDecisionSerializer(serializers.Serializer[Any]):
    """What became of the doubt."""

    state = serializers.ChoiceField(choices=[MaskFlagState.CORRECTED, MaskFlagState.DISMISSED])
