"""Opens slots for targets whose candidates are ready, as many as their campaign wants."""

from collections.abc import Iterable
from datetime import timedelta

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from engine.annotation.models import (
    DEFAULT_CAMPAIGN_ID,
    Assignment,
    AssignmentKind,
    AssignmentState,
    Campaign,
    CampaignTarget,
)
from engine.annotation.scheduling import missing_slots, shuffled_order
from engine.candidates.models import Candidate, GenerationRequest, GenerationState
from engine.core.clock import now
from engine.photos.models import TargetObject

BATCH = 500
MIN_CANDIDATES = 2
# So long after her lease a person's work is still taken.
_PATIENCE = timedelta(hours=1)


def targets_of_campaign(campaign: Campaign) -> QuerySet[TargetObject]:
    """Return the targets of a campaign; the default one has all that are in no other."""
    if campaign.pk == DEFAULT_CAMPAIGN_ID:
        return TargetObject.objects.filter(~Exists(CampaignTarget.objects.filter(target=OuterRef("pk"))))
    return TargetObject.objects.filter(campaign_membership__campaign=campaign)


def fresh_candidates() -> QuerySet[Candidate]:
    """Return, inside a query of targets, the candidates made for the mask that counts now."""
    return Candidate.objects.filter(target=OuterRef("pk"), mask_sha256=OuterRef("mask_sha256"))


def _ready_targets(campaign: Campaign) -> QuerySet[TargetObject]:
    """Targets whose requests are all finished, with candidates to compare and without their last slot."""
    requests = GenerationRequest.objects.filter(target=OuterRef("pk"))
    slots = Assignment.objects.filter(target=OuterRef("pk"), kind=AssignmentKind.CHOICE)
    n_slots = slots.order_by().values("target").annotate(n=Count("*")).values("n")
    return (
        targets_of_campaign(campaign)
        .filter(
            # Slots have no gaps: the last one is missing in a target without slots and in one with too few.
            ~Exists(slots.filter(slot=campaign.overlap - 1)),
            ~Exists(requests.filter(state__in=[GenerationState.WAITING, GenerationState.RUNNING])),
            Exists(requests.filter(state=GenerationState.DONE)),
            Q(is_mask_flagged=False),
        )
        .annotate(
            n_slots=Coalesce(Subquery(n_slots, output_field=IntegerField()), 0),
            found_ids=ArraySubquery(fresh_candidates().values("pk")),
        )
    )


def _slots_of(targets: Iterable[TargetObject], *, campaign: Campaign) -> list[Assignment]:
    return [
        Assignment(
            target_id=target.pk,
            campaign=campaign,
            slot=slot,
            candidate_ids=shuffled_order(target.found_ids, seed=f"{target.pk}:{slot}"),  # type: ignore[attr-defined]
        )
        for target in targets
        if len(target.found_ids) >= MIN_CANDIDATES  # type: ignore[attr-defined]
        for slot in missing_slots(n_existing=target.n_slots, overlap=campaign.overlap)  # type: ignore[attr-defined]
    ]


def _open_in(campaign: Campaign) -> int:
    n_opened, last_id = 0, 0
    while targets := list(_ready_targets(campaign).filter(pk__gt=last_id).order_by("pk")[:BATCH]):
        slots = _slots_of(targets, campaign=campaign)
        Assignment.objects.bulk_create(slots, ignore_conflicts=True)
        n_opened += len(slots)
        last_id = targets[-1].pk
    return n_opened


def _close_forgotten() -> None:
    """Close what somebody took before the overlap was lowered, and left: nobody else is given it any more."""
    long_ago = now() - _PATIENCE
    beyond = Q(slot__gte=F("campaign__overlap")) | Q(campaign__is_practice=True)
    held = Assignment.objects.filter(state=AssignmentState.HELD, kind=AssignmentKind.CHOICE)
    forgotten = held.filter(beyond, lease_expires_at__lt=long_ago).values_list("pk", flat=True)
    Assignment.objects.filter(
        pk__in=list(forgotten), state=AssignmentState.HELD, lease_expires_at__lt=long_ago
    ).update(state=AssignmentState.CLOSED)  # fmt: skip


def open_ready_assignments() -> int:
    """Open the slots that are missing and return how many were tried. Safe to run twice at once, and again.

    Each slot shuffles the candidates anew. A campaign whose overlap was raised gets slots for its old targets too;
    practice has none: its tasks are made for each person.
    """
    _close_forgotten()
    return sum(_open_in(campaign) for campaign in Campaign.objects.filter(is_practice=False).order_by("pk"))
