"""JSON of tasks. Nothing here may tell an annotator who made a candidate, nor gold and repeated tasks from others."""

import json
from dataclasses import asdict
from typing import Any
from uuid import UUID

from rest_framework import serializers

from engine.annotation.answer import Look, Submission
from engine.annotation.input_view import input_view
from engine.annotation.models import AnswerMode, ComparisonVerdict, Outcome, RejectionReason, SkipReason
from engine.annotation.rating_scale import RATING_SCALE
from engine.annotation.scheduling import Step
from engine.annotation.selectors import EmptyReason
from engine.annotation.services import ClaimedAssignment
from engine.photos.models import mask_url

SHOWN_SCALE = [asdict(step) for step in RATING_SCALE]
REJECTION_REASONS = [{"code": reason.value, "label": str(reason.label)} for reason in RejectionReason]
SKIP_REASONS = [(reason.value, reason.label) for reason in SkipReason if reason != SkipReason.BAD_MASK]
MAX_COMPARISONS = 1000
MAX_LOOKS = 2000
MAX_COMMENT = 2000
MAX_DRAFT_BYTES = 256 * 1024
_LONGEST_MILLISECONDS = 2**31 - 1


class NextAskSerializer(serializers.Serializer[Any]):
    """Body of next: with ``exclude``, one more than the excluded ones is claimed ahead."""

    prefetch = serializers.BooleanField(default=False)
    exclude = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1), default=list, max_length=10
    )
    campaign_id = serializers.IntegerField(min_value=1, max_value=2**63 - 1, allow_null=True, default=None)


class ShownPhotoSerializer(serializers.Serializer[Any]):
    """The photo of a task."""

    image_url = serializers.CharField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()


class PoseSerializer(serializers.Serializer[Any]):
    """``x_cam = (x * scale) @ rotation + translation``: row vectors; the camera's axes are left, up and forward."""

    rotation = serializers.ListField(
        child=serializers.ListField(child=serializers.FloatField(), min_length=3, max_length=3),
        min_length=3, max_length=3,
    )  # fmt: skip
    translation = serializers.ListField(child=serializers.FloatField(), min_length=3, max_length=3)
    scale = serializers.ListField(child=serializers.FloatField(), min_length=3, max_length=3)


class ShownCandidateSerializer(serializers.Serializer[Any]):
    """A candidate without a trace of its maker. ``lod_url`` is a coarse copy; null where the mesh itself is small.

    ``pose`` tells from which side the photo shows it, and nothing else of what was predicted; null: nothing was.
    """

    id = serializers.UUIDField()
    mesh_url = serializers.CharField()
    lod_url = serializers.CharField(allow_null=True)
    preview_url = serializers.CharField()
    pose = PoseSerializer(allow_null=True)


class RatingStepSerializer(serializers.Serializer[Any]):
    """One named step of the rating scale."""

    value = serializers.FloatField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field of the JSON, not the label of this serializer


class RejectionReasonSerializer(serializers.Serializer[Any]):
    """One reason that can be given."""

    code = serializers.ChoiceField(choices=RejectionReason.choices)
    label = serializers.CharField()  # type: ignore[assignment]


class ShownCampaignSerializer(serializers.Serializer[Any]):
    """The campaign of a task."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    instructions = serializers.CharField(allow_blank=True)
    is_practice = serializers.BooleanField()


class AssignmentSerializer(serializers.Serializer[Any]):
    """One task."""

    id = serializers.IntegerField()
    lease_token = serializers.UUIDField()
    lease_expires_at = serializers.DateTimeField()
    server_time = serializers.DateTimeField()
    target_id = serializers.IntegerField()
    campaign = ShownCampaignSerializer()
    photo = ShownPhotoSerializer()
    mask_url = serializers.CharField()
    candidates = ShownCandidateSerializer(many=True)
    draft = serializers.JSONField(allow_null=True)
    rating_scale = RatingStepSerializer(many=True)
    rejection_reasons = RejectionReasonSerializer(many=True)


class NextAnswerSerializer(serializers.Serializer[Any]):
    """Answer of next: a task, or why there is none."""

    assignment = AssignmentSerializer(allow_null=True)
    empty_reason = serializers.ChoiceField(choices=EmptyReason.choices, allow_null=True)
    empty_message = serializers.CharField(allow_blank=True)


class LeaseAskSerializer(serializers.Serializer[Any]):
    """Whoever holds a slot shows its token."""

    lease_token = serializers.UUIDField()


class LeaseSerializer(serializers.Serializer[Any]):
    """Until when, by the server's clock."""

    lease_expires_at = serializers.DateTimeField()
    server_time = serializers.DateTimeField()


class DraftAskSerializer(LeaseAskSerializer):
    """What the person has done so far; the server does not look inside."""

    draft = serializers.JSONField()

    def validate_draft(self, draft: Any) -> Any:
        """Refuse what the database cannot keep."""
        try:
            text = json.dumps(draft, ensure_ascii=False)
            size = len(text.encode())
        except (ValueError, RecursionError):
            raise serializers.ValidationError("The draft is not valid JSON text.", code="draft_invalid") from None
        if "\\u0000" in text:
            raise serializers.ValidationError("The draft holds a NUL character.", code="draft_invalid")
        if size > MAX_DRAFT_BYTES:
            raise serializers.ValidationError("The draft is too large.", code="draft_too_large")
        return draft


class DraftAnswerSerializer(serializers.Serializer[Any]):
    """When the draft was stored."""

    saved_at = serializers.DateTimeField()


class ComparisonAskSerializer(serializers.Serializer[Any]):
    """One step of the king of the hill."""

    left_id = serializers.UUIDField()
    right_id = serializers.UUIDField()
    verdict = serializers.ChoiceField(choices=ComparisonVerdict.choices)
    milliseconds = serializers.IntegerField(min_value=0, max_value=_LONGEST_MILLISECONDS)


class RejectionAskSerializer(serializers.Serializer[Any]):
    """Why one candidate will not do."""

    candidate_id = serializers.UUIDField()
    reasons = serializers.ListField(child=serializers.ChoiceField(choices=RejectionReason.choices), max_length=20)


class LookAskSerializer(serializers.Serializer[Any]):
    """How long a candidate was looked at in one of the viewer's modes."""

    candidate_id = serializers.UUIDField()
    mode = serializers.CharField(max_length=20)
    milliseconds = serializers.IntegerField(min_value=0, max_value=_LONGEST_MILLISECONDS)


class RankingAskSerializer(serializers.Serializer[Any]):
    """Groups of candidates, the best group first; whoever is in none was dropped."""

    ranks = serializers.ListField(
        child=serializers.ListField(child=serializers.UUIDField(), max_length=MAX_COMPARISONS),
        max_length=MAX_COMPARISONS,
    )


def _king() -> str:
    # As a function it stays out of the document, where a default would read as a field that must be sent.
    return AnswerMode.KING.value


class AnswerAskSerializer(serializers.Serializer[Any]):
    """A whole answer, whoever gives it."""

    idempotency_key = serializers.UUIDField()
    outcome = serializers.ChoiceField(choices=Outcome.choices)
    winner_id = serializers.UUIDField(allow_null=True, default=None)
    rating = serializers.FloatField(min_value=0, max_value=1, allow_null=True, default=None)
    mode = serializers.ChoiceField(choices=AnswerMode.choices, default=_king)
    ranking = RankingAskSerializer(allow_null=True, default=None)
    comparisons = ComparisonAskSerializer(many=True, default=list, max_length=MAX_COMPARISONS)  # type: ignore[call-arg]  # taken by many=True
    rejections = RejectionAskSerializer(many=True, default=list, max_length=MAX_COMPARISONS)  # type: ignore[call-arg]
    comment = serializers.CharField(max_length=MAX_COMMENT, allow_blank=True, default=str)
    views = LookAskSerializer(many=True, default=list, max_length=MAX_LOOKS)  # type: ignore[call-arg]
    turned_ids = serializers.ListField(
        child=serializers.UUIDField(), max_length=MAX_COMPARISONS, allow_null=True, default=None
    )
    viewer_mode = serializers.CharField(max_length=20)
    milliseconds = serializers.IntegerField(min_value=0, max_value=_LONGEST_MILLISECONDS)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a ranking without the grid, and the grid without a ranking."""
        if (attrs["mode"] == AnswerMode.GRID) != (attrs["ranking"] is not None):
            raise serializers.ValidationError(
                {"ranking": "The grid is answered by a ranking, and nothing else is."}, code="ranking_unexpected"
            )
        return attrs

    def submission(self) -> Submission:
        """Return the validated answer."""
        sent = self.validated_data
        return Submission(
            outcome=Outcome(sent["outcome"]),
            winner_id=sent["winner_id"],
            rating=sent["rating"],
            comparisons=[Step(**step) for step in sent["comparisons"]],
            ranking=None if sent["ranking"] is None else sent["ranking"]["ranks"],
            rejections=[(rejection["candidate_id"], rejection["reasons"]) for rejection in sent["rejections"]],
            comment=sent["comment"],
            looks=[Look(**look) for look in sent["views"]],
            turned_ids=sent["turned_ids"],
            viewer_mode=sent["viewer_mode"],
            milliseconds=sent["milliseconds"],
        )


class SubmitAskSerializer(LeaseAskSerializer, AnswerAskSerializer):
    """A whole answer from whoever holds the task."""


class ExpectedSerializer(serializers.Serializer[Any]):
    """A pair whose better one is known."""

    better_id = serializers.UUIDField()
    worse_id = serializers.UUIDField()


class FeedbackSerializer(serializers.Serializer[Any]):
    """How the answer stands to what is known; ``is_right`` is null when the answer does not decide it."""

    is_right = serializers.BooleanField(allow_null=True)
    expected = ExpectedSerializer(many=True)
    text = serializers.CharField()


class SubmitAnswerSerializer(serializers.Serializer[Any]):
    """The stored choice; ``next`` is always null: ask for the next task. Feedback comes in practice."""

    choice_id = serializers.IntegerField()
    next = AssignmentSerializer(allow_null=True)
    feedback = FeedbackSerializer(allow_null=True)


class SkipAskSerializer(LeaseAskSerializer):
    """Why one would rather not answer."""

    reason = serializers.ChoiceField(choices=SKIP_REASONS)
    comment = serializers.CharField(max_length=MAX_COMMENT, allow_blank=True, default=str)


class FlagMaskAskSerializer(LeaseAskSerializer):
    """What is wrong with the mask."""

    comment = serializers.CharField(max_length=MAX_COMMENT, allow_blank=True, default=str)


class ShareSerializer(serializers.Serializer[Any]):
    """``right`` of ``n`` with the 95% interval of the rate; without any, the rate is null."""

    n = serializers.IntegerField()
    right = serializers.IntegerField()
    rate = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)


class CampaignProgressSerializer(serializers.Serializer[Any]):
    """How far a campaign is; practice counts one's own tasks. ``open_for_me`` stops counting at 1000."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    is_practice = serializers.BooleanField()
    done = serializers.IntegerField()
    wanted = serializers.IntegerField()
    open_for_me = serializers.IntegerField()


class ProgressSerializer(serializers.Serializer[Any]):
    """How much one has done, in UTC days."""

    today = serializers.IntegerField()
    total = serializers.IntegerField()
    streak_days = serializers.IntegerField()
    is_paused = serializers.BooleanField()
    campaigns = CampaignProgressSerializer(many=True)
    agreement = ShareSerializer(allow_null=True, help_text="With others; null unless one of the campaigns shows it")
    gold = ShareSerializer(allow_null=True, help_text="Known pairs; null unless one of the campaigns shows it")


def candidate_json(candidate_id: UUID, *, has_lod: bool, pose: dict[str, Any] | None) -> dict[str, Any]:
    """Return a candidate as ShownCandidateSerializer describes it."""
    assets = f"/api/assets/candidates/{candidate_id}"
    lod_url = f"{assets}/lod" if has_lod else None
    return {
        "id": str(candidate_id), "mesh_url": f"{assets}/mesh", "lod_url": lod_url,
        "preview_url": f"{assets}/preview", "pose": input_view(pose),
    }  # fmt: skip


def assignment_json(claimed: ClaimedAssignment) -> dict[str, Any]:
    """Return a task as AssignmentSerializer describes it; built by hand, for this is the busiest answer."""
    return {
        "id": claimed.id,
        "lease_token": str(claimed.lease_token),
        "lease_expires_at": claimed.lease_expires_at,
        "server_time": claimed.server_time,
        "target_id": claimed.target_id,
        "campaign": asdict(claimed.campaign),
        "photo": {
            "image_url": f"/api/assets/photos/{claimed.photo_id}/image",
            "width": claimed.width,
            "height": claimed.height,
        },
        "mask_url": mask_url(claimed.target_id, claimed.mask_version),
        "candidates": [
            candidate_json(pk, has_lod=pk in claimed.lod_ids, pose=claimed.poses.get(pk))
            for pk in claimed.candidate_ids
        ],
        "draft": claimed.draft,
        "rating_scale": SHOWN_SCALE,
        "rejection_reasons": REJECTION_REASONS,
    }
