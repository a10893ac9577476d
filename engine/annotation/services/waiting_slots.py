"""Slots wait while a mask is in doubt or new candidates are made for it, and then go on with what there is now."""

from collections.abc import Sequence
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from engine.annotation.models import Assignment, AssignmentDraft, AssignmentKind, AssignmentState
from engine.annotation.scheduling import shuffled_order
from engine.annotation.services.opening import MIN_CANDIDATES
from engine.candidates.models import Candidate, GenerationRequest, GenerationState
from engine.photos.models import TargetObject

_LET_GO = {"annotator": None, "lease_token": None, "leased_at": None, "lease_expires_at": None}


def interrupt_slots(*, target_id: int) -> int:
    """Take a target back from everybody: its mask has changed under their hands. Return how many had it.

    Locks its slots, in the order in which a lease locks its own before the target.
    """
    slots = Assignment.objects.filter(target=target_id)
    list(slots.select_for_update().order_by("pk").values_list("pk", flat=True))
    held = slots.filter(state=AssignmentState.HELD)
    n_held = held.count()
    held.exclude(kind=AssignmentKind.CHOICE).update(state=AssignmentState.CLOSED, **_LET_GO)
    slots.filter(state__in=[AssignmentState.HELD, AssignmentState.OPEN]).update(
        state=AssignmentState.WAITING, **_LET_GO
    )
    # What was compared so far was made for the old mask.
    AssignmentDraft.objects.filter(assignment__target=target_id).delete()
    return n_held


def _fresh_ids(target: TargetObject) -> list[UUID]:
    rows = Candidate.objects.filter(target=target, mask_sha256=target.mask_sha256)
    return list(rows.order_by("request_id", "ordinal").values_list("pk", flat=True))


def _is_being_made(target: TargetObject) -> bool:
    states = [GenerationState.WAITING, GenerationState.RUNNING]
    return GenerationRequest.objects.filter(target=target, state__in=states).exists()


@transaction.atomic
def reopen_slots(*, target_id: int) -> int:
    """Hand out the waiting slots of a target again, unless its mask is in doubt; return how many.

    A slot whose candidates were made for an older mask gets the new ones, once all of them are there.
    """
    waiting = list(
        Assignment.objects.select_for_update().filter(target=target_id, state=AssignmentState.WAITING).order_by("pk")
    )
    target = TargetObject.objects.get(pk=target_id)
    if not waiting or target.is_mask_flagged:
        return 0
    fresh_ids = _fresh_ids(target)
    has_new_ones = len(fresh_ids) >= MIN_CANDIDATES and not _is_being_made(target)
    reopened = [slot for slot in waiting if _renew(slot, fresh_ids, has_new_ones=has_new_ones, target=target)]
    Assignment.objects.bulk_update(reopened, ["state", "candidate_ids"])
    return len(reopened)


def _renew(slot: Assignment, fresh_ids: Sequence[UUID], *, has_new_ones: bool, target: TargetObject) -> bool:
    if not set(slot.candidate_ids) <= set(fresh_ids):
        if not has_new_ones:
            return False
        seed = f"{target.pk}:{slot.slot}:{target.mask_version}"
        slot.candidate_ids = shuffled_order(list(fresh_ids), seed=seed)
    slot.state = AssignmentState.OPEN
    return True


def _fresh_ids_of_target() -> ArraySubquery:
    """Inside a query of slots: the candidates made for the mask that counts now."""
    return ArraySubquery(
        Candidate.objects.filter(target=OuterRef("target"), mask_sha256=OuterRef("target__mask_sha256")).values("pk")
    )


def reopen_ready_slots() -> int:
    """Hand out every waiting slot that need not wait any more; return how many.

    Only targets that have what ``reopen_slots`` asks for are looked at one by one: those that wait for candidates
    may be many, and stay for long.
    """
    being_made = GenerationRequest.objects.filter(
        target=OuterRef("target"), state__in=[GenerationState.WAITING, GenerationState.RUNNING]
    )
    ready = (
        Assignment.objects.filter(state=AssignmentState.WAITING, target__is_mask_flagged=False)
        .annotate(fresh_ids=_fresh_ids_of_target())
        .filter(
            Q(candidate_ids__contained_by=F("fresh_ids")) | Q(fresh_ids__len__gte=MIN_CANDIDATES) & ~Exists(being_made)
        )
    )
    target_ids = ready.order_by("target").values_list("target", flat=True).distinct()
    return sum(reopen_slots(target_id=target_id) for target_id in list(target_ids))


def hold_stale_slots() -> int:
    """Put right what was opened, at the instant of a correction, with the candidates of before; return how many."""
    corrected = Assignment.objects.filter(state=AssignmentState.OPEN, target__mask_version__gt=0)
    stale = corrected.exclude(candidate_ids__contained_by=_fresh_ids_of_target())
    # The state once more, outside the subquery: a slot that somebody claims meanwhile is checked again by it alone.
    open_ones = Assignment.objects.filter(pk__in=stale.values("pk"), state=AssignmentState.OPEN)
    return open_ones.update(state=AssignmentState.WAITING)
