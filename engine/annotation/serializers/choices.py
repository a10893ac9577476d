"""JSON of choices after they were made: history, corrections, disagreements."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from engine.annotation.answer import Submission
from engine.annotation.models import AssignmentKind, Choice, Comparison, ComparisonVerdict, Outcome
from engine.annotation.rating_scale import rating_label
from engine.annotation.serializers.tasks import (
    MAX_COMMENT,
    MAX_COMPARISONS,
    REJECTION_REASONS,
    SHOWN_SCALE,
    AnswerAskSerializer,
    RatingStepSerializer,
    RejectionAskSerializer,
    RejectionReasonSerializer,
    ShownCandidateSerializer,
    ShownPhotoSerializer,
    candidate_json,
)
from engine.annotation.services.revising import why_final
from engine.core.clock import now


def photo_json(choice: Choice) -> dict[str, Any]:
    """Return the photo of a choice as ShownPhotoSerializer describes it."""
    photo = choice.target.photo
    return {"image_url": f"/api/assets/photos/{photo.pk}/image", "width": photo.width, "height": photo.height}


def _shown(ids: Iterable[UUID], choice: Choice) -> list[dict[str, Any]]:
    lod_ids: list[UUID] = choice.lod_ids  # type: ignore[attr-defined]  # annotated
    poses = {UUID(one["id"]): one["pose"] for one in choice.poses}  # type: ignore[attr-defined]
    return [candidate_json(pk, has_lod=pk in lod_ids, pose=poses.get(pk)) for pk in ids]


class OwnChoiceSerializer(serializers.ModelSerializer[Choice]):
    """One line of a person's own history."""

    rating_label = serializers.SerializerMethodField()
    target_id = serializers.IntegerField(read_only=True)
    winner_id = serializers.UUIDField(read_only=True, allow_null=True)
    image_url = serializers.SerializerMethodField()
    is_revisable = serializers.SerializerMethodField()

    class Meta:
        model = Choice
        fields = [
            "id", "target_id", "image_url", "outcome", "winner_id", "rating", "rating_label", "created_at",
            "revision", "is_revisable",
        ]  # fmt: skip

    def get_rating_label(self, choice: Choice) -> str:
        """The name of the rating's step; empty without a rating."""
        return rating_label(choice.rating)

    def get_image_url(self, choice: Choice) -> str:
        """The photo."""
        return f"/api/assets/photos/{choice.target.photo_id}/image"

    def get_is_revisable(self, choice: Choice) -> bool:
        """Whether it may still be corrected."""
        if choice.kind == AssignmentKind.ADJUDICATION:
            return True
        return why_final(choice, first_at=now() - choice.first_at) is None  # type: ignore[attr-defined]  # annotated


class StoredComparisonSerializer(serializers.ModelSerializer[Comparison]):
    """One comparison as it was made; a grid's have no time of their own."""

    left_id = serializers.UUIDField()
    right_id = serializers.UUIDField()
    verdict = serializers.ChoiceField(choices=ComparisonVerdict.choices)

    class Meta:
        model = Comparison
        fields = ["id", "left_id", "right_id", "verdict", "milliseconds", "source"]


class ChoiceDetailSerializer(OwnChoiceSerializer):
    """A choice with all that is needed to correct it. Names no maker, and does not tell gold from other tasks."""

    photo = serializers.SerializerMethodField()
    mask_url = serializers.SerializerMethodField()
    candidates = serializers.SerializerMethodField()
    comparisons = StoredComparisonSerializer(many=True, read_only=True)
    rejections = serializers.SerializerMethodField()
    rating_scale = serializers.SerializerMethodField()
    rejection_reasons = serializers.SerializerMethodField()
    ranking = serializers.ListField(
        child=serializers.ListField(child=serializers.UUIDField()), allow_null=True, read_only=True
    )

    class Meta(OwnChoiceSerializer.Meta):
        fields = [
            *OwnChoiceSerializer.Meta.fields, "photo", "mask_url", "candidates", "mode", "ranking", "comparisons",
            "rejections", "comment", "viewer_mode", "milliseconds", "revision_reason", "rating_scale",
            "rejection_reasons",
        ]  # fmt: skip

    @extend_schema_field(ShownPhotoSerializer)
    def get_photo(self, choice: Choice) -> dict[str, Any]:
        """The photo with its size."""
        return photo_json(choice)

    def get_mask_url(self, choice: Choice) -> str:
        """The mask."""
        return choice.target.mask_url

    @extend_schema_field(ShownCandidateSerializer(many=True))
    def get_candidates(self, choice: Choice) -> list[dict[str, Any]]:
        """The candidates in the order in which they were shown."""
        return _shown(choice.shown_ids, choice)

    @extend_schema_field(RatingStepSerializer(many=True))
    def get_rating_scale(self, choice: Choice) -> list[dict[str, Any]]:
        """The steps that a correction may choose from."""
        return SHOWN_SCALE

    @extend_schema_field(RejectionReasonSerializer(many=True))
    def get_rejection_reasons(self, choice: Choice) -> list[dict[str, str]]:
        """The reasons that a correction may give."""
        return REJECTION_REASONS

    @extend_schema_field(RejectionAskSerializer(many=True))
    def get_rejections(self, choice: Choice) -> list[dict[str, Any]]:
        """The reasons that were given."""
        return [{"candidate_id": str(one.candidate_id), "reasons": one.reasons} for one in choice.rejections.all()]


class WordSerializer(ChoiceDetailSerializer):
    """One person's choice about a disputed object, for reviewers."""

    annotator = serializers.CharField(source="annotator.username", read_only=True)

    class Meta(ChoiceDetailSerializer.Meta):
        fields = [*ChoiceDetailSerializer.Meta.fields, "annotator", "is_simulated"]


class DisputedTargetSerializer(serializers.Serializer[Any]):
    """A disputed object."""

    id = serializers.IntegerField()
    photo = ShownPhotoSerializer()
    mask_url = serializers.CharField()
    campaign_id = serializers.IntegerField()
    campaign_name = serializers.CharField()


class DisagreementSerializer(serializers.Serializer[Any]):
    """What people say about one object, side by side, and the reviewer's word if there is one."""

    target = DisputedTargetSerializer()
    choices = WordSerializer(many=True)
    candidates = ShownCandidateSerializer(many=True)
    adjudication = WordSerializer(allow_null=True)
    rating_scale = RatingStepSerializer(many=True)


def disagreement_json(words: Iterable[Choice]) -> dict[str, Any]:
    """Return the standing choices about one target as DisagreementSerializer describes it."""
    settled = [choice for choice in words if choice.kind == AssignmentKind.ADJUDICATION]
    choices = [choice for choice in words if choice.kind == AssignmentKind.CHOICE]
    first = choices[0]
    shown = dict.fromkeys(pk for choice in choices for pk in sorted(choice.shown_ids))
    return {
        "target": {
            "id": first.target_id, "photo": photo_json(first),
            "mask_url": first.target.mask_url,
            "campaign_id": first.assignment.campaign_id, "campaign_name": first.assignment.campaign.name,
        },
        "choices": WordSerializer(choices, many=True).data,
        "candidates": _shown(shown, first),
        "adjudication": WordSerializer(settled[-1]).data if settled else None,
        "rating_scale": SHOWN_SCALE,
    }  # fmt: skip


class ReviseAskSerializer(AnswerAskSerializer):
    """A corrected answer."""

    reason = serializers.CharField(max_length=MAX_COMMENT)


class AdjudicateAskSerializer(serializers.Serializer[Any]):
    """A reviewer's word: a winner with its rating, or nobody. Without a key, each sending is a word of its own."""

    reason = serializers.CharField(max_length=MAX_COMMENT)
    idempotency_key = serializers.UUIDField(required=False)
    outcome = serializers.ChoiceField(choices=Outcome.choices)
    winner_id = serializers.UUIDField(allow_null=True, default=None)
    rating = serializers.FloatField(min_value=0, max_value=1, allow_null=True, default=None)
    rejections = RejectionAskSerializer(many=True, default=list, max_length=MAX_COMPARISONS)  # type: ignore[call-arg]  # taken by many=True
    comment = serializers.CharField(max_length=MAX_COMMENT, allow_blank=True, default=str)
    viewer_mode = serializers.CharField(max_length=20, required=False)
    milliseconds = serializers.IntegerField(min_value=0, max_value=2**31 - 1, required=False)

    def submission(self) -> Submission:
        """Return the word as an answer that ranks its winner alone: it compares nobody."""
        sent = self.validated_data
        winner_id = sent["winner_id"]
        return Submission(
            outcome=Outcome(sent["outcome"]), winner_id=winner_id, rating=sent["rating"],
            ranking=[] if winner_id is None else [[winner_id]],
            rejections=[(rejection["candidate_id"], rejection["reasons"]) for rejection in sent["rejections"]],
            comment=sent["comment"], viewer_mode=sent.get("viewer_mode", ""),
            milliseconds=sent.get("milliseconds", 0),
        )  # fmt: skip


class RevisedSerializer(serializers.Serializer[Any]):
    """The stored revision."""

    choice_id = serializers.IntegerField()
    revision = serializers.IntegerField()
