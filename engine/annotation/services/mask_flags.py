"""Doubts about masks: a target with one waits until somebody has looked."""

from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from engine.accounts.models import Person
from engine.annotation.models import Assignment, AssignmentState, MaskFlag, MaskFlagState, SkipReason
from engine.annotation.services.leases import skip_assignment
from engine.annotation.services.waiting_slots import reopen_slots
from engine.core.clock import now
from engine.core.errors import Conflict, NotFound
from engine.photos.models import TargetObject


@transaction.atomic
def flag_mask(*, annotator: Person, assignment_id: int, lease_token: UUID, comment: str = "") -> MaskFlag:
    """Say that the mask is wrong instead of answering: the target waits, and this person has skipped it.

    Whoever else holds a slot of it just now may finish. Raises Conflict, NotFound as every use of a lease does.
    """
    held = skip_assignment(
        annotator_id=annotator.pk, assignment_id=assignment_id, lease_token=lease_token, reason=SkipReason.BAD_MASK,
        comment=comment,
    )  # fmt: skip
    flag = MaskFlag.objects.create(target_id=held.target_id, person=annotator, comment=comment)
    TargetObject.objects.filter(pk=held.target_id).update(is_mask_flagged=True)
    hold_slots(held.target_id)
    return flag


def hold_slots(target_id: int) -> None:
    """Keep the open slots of a target from being handed out."""
    Assignment.objects.filter(target=target_id, state=AssignmentState.OPEN).update(state=AssignmentState.WAITING)


def hold_slots_of_flagged_targets() -> int:
    """Put right what a release at the instant of a flag left open; return how many slots."""
    flagged = TargetObject.objects.filter(pk=OuterRef("target"), is_mask_flagged=True)
    open_ones = Assignment.objects.filter(state=AssignmentState.OPEN, target__in=MaskFlag.objects.filter(
        state=MaskFlagState.OPEN
    ).values("target"))  # fmt: skip
    return open_ones.filter(Exists(flagged)).update(state=AssignmentState.WAITING)


@transaction.atomic
def resolve_mask_flags(*, target_id: int, state: MaskFlagState, by: Person | None) -> int:
    """Close the open flags of a target as corrected or dismissed and let its slots go on; return how many flags."""
    TargetObject.objects.select_for_update(no_key=True).filter(pk=target_id).first()
    n = MaskFlag.objects.filter(target=target_id, state=MaskFlagState.OPEN).update(
        state=state, decided_by=by, decided_at=now()
    )
    TargetObject.objects.filter(pk=target_id).update(is_mask_flagged=False)
    reopen_slots(target_id=target_id)
    return n


@transaction.atomic
def decide_mask_flag(*, flag_id: int, state: MaskFlagState, by: Person) -> MaskFlag:
    """Dismiss a flag or say that the mask was corrected; the target's other open flags are answered by it too."""
    flag = MaskFlag.objects.select_for_update().filter(pk=flag_id).first()
    if flag is None:
        raise NotFound("There is no such flag.", code="mask_flag_missing")
    if flag.state != MaskFlagState.OPEN:
        raise Conflict("Somebody has decided about this flag already.", code="mask_flag_decided")
    resolve_mask_flags(target_id=flag.target_id, state=state, by=by)
    flag.refresh_from_db()
    return flag
