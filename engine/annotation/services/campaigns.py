"""Campaigns: their rules, their targets, and the slots that follow from both."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Q

from engine.accounts.models import Person
from engine.annotation.models import (
    DEFAULT_CAMPAIGN_ID,
    AnnotatorPause,
    Assignment,
    AssignmentKind,
    AssignmentState,
    Campaign,
    CampaignTarget,
)
from engine.annotation.services.leases import give_back
from engine.core.errors import Conflict, InvalidInput, NotFound
from engine.core.messages import publish
from engine.photos.models import TargetObject

CHANGEABLE = frozenset({
    "name", "overlap", "is_paused", "is_practice", "gives_feedback", "priority", "gold_rate", "repeat_rate",
    "instructions", "skills", "shows_agreement",
})  # fmt: skip


def _check_rules(campaign: Campaign) -> None:
    if campaign.gold_rate + campaign.repeat_rate > 1:
        raise InvalidInput(
            "Gold and repeated tasks together cannot be more than all.", code="rates_above_one", field="repeat_rate"
        )
    if campaign.pk == DEFAULT_CAMPAIGN_ID and campaign.is_practice:
        raise InvalidInput("The campaign of everything else cannot be practice.", code="default_is_no_practice")


def _save(campaign: Campaign) -> None:
    _check_rules(campaign)
    campaign.skills = sorted(set(campaign.skills))
    try:
        with transaction.atomic():
            campaign.save()
    except IntegrityError as error:
        raise Conflict("A campaign of this name exists.", code="campaign_name_taken", field="name") from error


def create_campaign(rules: Mapping[str, Any]) -> Campaign:
    """Create a campaign without targets. Raises InvalidInput, Conflict."""
    campaign = Campaign(**{name: value for name, value in rules.items() if name in CHANGEABLE})
    _save(campaign)
    return campaign


def lock_campaign(campaign_id: int) -> Campaign:
    """Return the campaign, locked until the transaction ends. Raises NotFound."""
    # Its key stays: whoever makes a slot of it meanwhile need not wait, or would wait for us with that slot in hand.
    campaign = Campaign.objects.select_for_update(no_key=True).filter(pk=campaign_id).first()
    if campaign is None:
        raise NotFound("There is no such campaign.", code="campaign_missing")
    return campaign


def change_campaign(*, campaign_id: int, changes: Mapping[str, Any]) -> Campaign:
    """Change rules of a running campaign; its slots follow. Raises NotFound, InvalidInput, Conflict.

    What people hold they may finish, whatever the new rules say.
    """
    with transaction.atomic():
        campaign = lock_campaign(campaign_id)
        before = (campaign.overlap, campaign.is_practice)
        for name in changes.keys() & CHANGEABLE:
            setattr(campaign, name, changes[name])
        _save(campaign)
    # In a transaction of its own: a changed name locks the campaign's key, and claimers may wait for that.
    if before != (campaign.overlap, campaign.is_practice):
        fit_slots(campaign_id=campaign_id)
    return campaign


@transaction.atomic
def fit_slots(*, campaign_id: int, target_ids: Collection[int] | None = None) -> None:
    """Close the open slots that the campaign does not want, and open again those that it wants. New ones follow.

    Slots that never existed are opened by open_ready_assignments, which is told to look.
    """
    from engine.annotation import tasks

    # As it is now: of two changes at once, the slots follow the later one.
    campaign = lock_campaign(campaign_id)
    slots = Assignment.objects.filter(campaign=campaign, kind=AssignmentKind.CHOICE)
    if target_ids is not None:
        slots = slots.filter(target__in=target_ids)
    wanted = Q(pk__in=[]) if campaign.is_practice else Q(slot__lt=campaign.overlap)
    slots.filter(~wanted, state__in=[AssignmentState.OPEN, AssignmentState.WAITING]).update(
        state=AssignmentState.CLOSED
    )
    closed = slots.filter(wanted, state=AssignmentState.CLOSED)
    # With a mask in doubt, or with one that changed meanwhile, the candidates are looked at before they are shown.
    in_doubt = Q(target__is_mask_flagged=True) | Q(target__mask_version__gt=0)
    closed.filter(in_doubt).update(state=AssignmentState.WAITING)
    closed.filter(~in_doubt).update(state=AssignmentState.OPEN)
    publish(tasks.open_ready_assignments)


@transaction.atomic
def move_targets(*, campaign_id: int, target_ids: Sequence[int]) -> int:
    """Put targets into a campaign, with their slots and whatever is held; return how many. Raises NotFound."""
    campaign = lock_campaign(campaign_id)
    # In one order for everybody, or two who move the same targets would wait for each other.
    wanted = sorted(set(target_ids))
    known = set(TargetObject.objects.filter(pk__in=wanted).values_list("pk", flat=True))
    if missing := [pk for pk in wanted if pk not in known]:
        raise NotFound(f"There is no object {missing[0]}.", code="target_unknown")
    CampaignTarget.objects.filter(target__in=wanted).exclude(campaign=campaign).delete()
    if campaign.pk != DEFAULT_CAMPAIGN_ID:
        CampaignTarget.objects.bulk_create(
            (CampaignTarget(target_id=pk, campaign=campaign) for pk in wanted), ignore_conflicts=True
        )
    Assignment.objects.filter(target__in=wanted, kind=AssignmentKind.CHOICE).update(campaign=campaign)
    fit_slots(campaign_id=campaign.pk, target_ids=wanted)
    return len(wanted)


@dataclass(frozen=True)
class SlotCounts:
    """The slots of a campaign by state."""

    open: int = 0
    waiting: int = 0
    held: int = 0
    submitted: int = 0
    closed: int = 0


_COUNT = """
SELECT campaign_id, state, count(*) FROM annotation_assignment
WHERE kind = 'choice' AND campaign_id = ANY(%s) GROUP BY campaign_id, state
"""


def count_slots(campaign_ids: Sequence[int]) -> dict[int, SlotCounts]:
    """Count the wanted choices of these campaigns by their state."""
    counts: dict[int, dict[str, int]] = {pk: {} for pk in campaign_ids}
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [list(campaign_ids)])
        for campaign_id, state, n in cursor.fetchall():
            counts[campaign_id][state] = n
    return {pk: SlotCounts(**found) for pk, found in counts.items()}


@transaction.atomic
def pause_annotator(*, annotator: Person) -> None:
    """Let the person rest: what she holds goes back at once, and she gets nothing until she resumes."""
    AnnotatorPause.objects.get_or_create(annotator=annotator)
    held = Assignment.objects.select_for_update().filter(annotator=annotator, state=AssignmentState.HELD)
    for assignment in held.order_by("pk"):
        give_back(assignment)


def resume_annotator(*, annotator: Person) -> None:
    """Let the person work again."""
    AnnotatorPause.objects.filter(annotator=annotator).delete()
