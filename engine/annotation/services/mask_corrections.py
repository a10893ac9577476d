"""Corrects the mask of a target, with all that follows: candidates asked for anew, slots waiting, doubts answered."""

from django.db import transaction

from engine.accounts.models import Person, Role
from engine.annotation.models import Assignment, AssignmentState, GoldPair, MaskFlag, MaskFlagState
from engine.annotation.services.mask_flags import resolve_mask_flags
from engine.annotation.services.waiting_slots import interrupt_slots
from engine.candidates.services.requests import request_for_new_mask
from engine.core.errors import NotAllowed
from engine.photos.models import TargetObject
from engine.photos.selectors import object_with_photo
from engine.photos.services.masks import StoredMask, add_mask_version, store_mask, stored_mask


def target_to_correct(*, target_id: int, by: Person) -> TargetObject:
    """Return a target with its photo if this person may correct its mask: a lead, a reviewer, or an annotator who
    holds it now or found its mask wrong. Raises NotFound, NotAllowed.
    """
    target = object_with_photo(target_id)
    if by.has_any_role(Role.ML_LEAD, Role.REVIEWER):
        return target
    holds = Assignment.objects.filter(target=target, annotator=by, state=AssignmentState.HELD)
    doubts = MaskFlag.objects.filter(target=target, person=by, state=MaskFlagState.OPEN)
    if holds.exists() or doubts.exists():
        return target
    raise NotAllowed(
        "You can correct the mask of an object while it is your task, or after you flagged its mask.",
        code="mask_not_yours",
    )


def correct_mask(*, target_id: int, mask_png: bytes, base_version: int, reason: str, by: Person) -> TargetObject:
    """Let a drawn mask count from now on. Raises NotFound, NotAllowed, InvalidInput, MaskChanged, Unavailable."""
    target_to_correct(target_id=target_id, by=by)
    stored = store_mask(target_id=target_id, mask_png=mask_png)
    return _take(stored, target_id=target_id, base_version=base_version, reason=reason, by=by)


def restore_mask(*, target_id: int, version: int, base_version: int, reason: str, by: Person) -> TargetObject:
    """Let an earlier mask count again; candidates made for it are fresh again. Raises as ``correct_mask`` does."""
    target_to_correct(target_id=target_id, by=by)
    stored = stored_mask(target_id=target_id, version=version)
    return _take(stored, target_id=target_id, base_version=base_version, reason=reason, by=by)


@transaction.atomic
def _take(stored: StoredMask, *, target_id: int, base_version: int, reason: str, by: Person) -> TargetObject:
    interrupt_slots(target_id=target_id)
    target = add_mask_version(target_id=target_id, stored=stored, base_version=base_version, reason=reason, by=by)
    request_for_new_mask(target=target)
    _retire_gold(target)
    resolve_mask_flags(target_id=target_id, state=MaskFlagState.CORRECTED, by=by)
    return target


def _retire_gold(target: TargetObject) -> None:
    """What was known about candidates of another mask is not known of this one; a lead may put pairs back."""
    for pair in GoldPair.objects.filter(target=target, is_active=True):
        pair.is_active = False
        pair.note = f"{pair.note}\nOut of use since version {target.mask_version} of the mask.".strip()
        pair.save(update_fields=["is_active", "note"])
