"""Opens slots for targets whose candidates are ready."""

from collections.abc import Iterable

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from engine.annotation.models import Assignment
from engine.annotation.scheduling import missing_slots, shuffled_order
from engine.candidates.models import Candidate, GenerationRequest, GenerationState
from engine.photos.models import TargetObject

BATCH = 500
MIN_CANDIDATES = 2


def _ready_targets(*, overlap: int) -> QuerySet[TargetObject]:
    """Targets whose requests are all finished, with candidates to compare and without their last slot."""
    requests = GenerationRequest.objects.filter(target=OuterRef("pk"))
    slots = Assignment.objects.filter(target=OuterRef("pk"))
    n_slots = slots.order_by().values("target").annotate(n=Count("*")).values("n")
    return TargetObject.objects.filter(
        # Slots have no gaps: the last one is missing in a target without slots and in one with too few.
        ~Exists(slots.filter(slot=overlap - 1)),
        ~Exists(requests.filter(state__in=[GenerationState.WAITING, GenerationState.RUNNING])),
        Exists(requests.filter(state=GenerationState.DONE)),
    ).annotate(
        n_slots=Coalesce(Subquery(n_slots, output_field=IntegerField()), 0),
        found_ids=ArraySubquery(Candidate.objects.filter(target=OuterRef("pk")).values("pk")),
    )


def _slots_of(targets: Iterable[TargetObject], *, overlap: int) -> list[Assignment]:
    return [
        Assignment(
            target_id=target.pk,
            slot=slot,
            candidate_ids=shuffled_order(target.found_ids, seed=f"{target.pk}:{slot}"),  # type: ignore[attr-defined]
        )
        for target in targets
        if len(target.found_ids) >= MIN_CANDIDATES  # type: ignore[attr-defined]
        for slot in missing_slots(n_existing=target.n_slots, overlap=overlap)  # type: ignore[attr-defined]
    ]


def open_ready_assignments(*, overlap: int | None = None) -> int:
    """Open the slots that are missing and return how many were tried. Safe to run twice at once, and again.

    Each slot shuffles the candidates anew. ``overlap`` defaults to the setting; a raised one adds slots to old targets.
    """
    wanted = overlap or settings.ENVIRONMENT.annotation_overlap
    n_opened, last_id = 0, 0
    while targets := list(_ready_targets(overlap=wanted).filter(pk__gt=last_id).order_by("pk")[:BATCH]):
        slots = _slots_of(targets, overlap=wanted)
        Assignment.objects.bulk_create(slots, ignore_conflicts=True)
        n_opened += len(slots)
        last_id = targets[-1].pk
    return n_opened
