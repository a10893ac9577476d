"""What can be asked about assignments and choices."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate

from engine.annotation.models import Assignment, AssignmentState, Choice
from engine.annotation.scheduling import streak_length
from engine.annotation.services.claiming import MAX_HELD
from engine.candidates.models import GenerationRequest, GenerationState
from engine.core.clock import now

_STREAK_DAYS = 366


class EmptyReason(models.TextChoices):
    """Why there is no task for this person. The label is the sentence she reads."""

    NO_TARGETS = "no_targets", "Every object has its answers. New ones appear here as soon as photos are uploaded."
    ALL_HELD = "all_held", "Other people hold the last objects. One comes back if it is not answered in time."
    ALL_DONE_BY_YOU = (
        "all_done_by_you",
        "You have answered all there is for you. The rest waits for other people's answers.",
    )
    WAITING = "waiting_for_candidates", "Candidates are being made. The next object opens as soon as they are ready."


def _not_seen_by(slots: QuerySet[Assignment], *, annotator_id: int) -> QuerySet[Assignment]:
    own = Assignment.objects.filter(
        annotator_id=annotator_id, target=OuterRef("target"),
        state__in=[AssignmentState.HELD, AssignmentState.SUBMITTED],
    )  # fmt: skip
    return slots.filter(~Exists(own))


def empty_reason(*, annotator_id: int) -> EmptyReason | None:
    """Say why claim_assignment gave nothing; None for somebody who holds as many as one may."""
    held = Assignment.objects.filter(state=AssignmentState.HELD)
    if held.filter(annotator_id=annotator_id).count() >= MAX_HELD:
        return None
    if _not_seen_by(held, annotator_id=annotator_id).exists():
        return EmptyReason.ALL_HELD
    if Assignment.objects.filter(state=AssignmentState.OPEN).exists():
        return EmptyReason.ALL_DONE_BY_YOU
    if GenerationRequest.objects.filter(state__in=[GenerationState.WAITING, GenerationState.RUNNING]).exists():
        return EmptyReason.WAITING
    return EmptyReason.NO_TARGETS


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How much a person has answered. Days are UTC days."""

    today: int
    total: int
    streak_days: int


def progress_of(*, annotator_id: int) -> Progress:
    """Count a person's choices, and the days in a row (up to today or yesterday) on which there was one."""
    today = now().astimezone(UTC).date()
    midnight = datetime.combine(today, time(), UTC)
    own = Choice.objects.filter(annotator_id=annotator_id, revision=0)
    counts = own.aggregate(total=Count("pk"), today=Count("pk", filter=Q(created_at__gte=midnight)))
    recent = own.filter(created_at__gte=midnight - timedelta(days=_STREAK_DAYS))
    days: set[date] = set(recent.values_list(TruncDate("created_at", tzinfo=UTC), flat=True).distinct())
    return Progress(today=counts["today"], total=counts["total"], streak_days=streak_length(days, today=today))
