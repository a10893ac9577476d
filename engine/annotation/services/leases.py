"""Keeping and giving back what one holds. The lease token fences off whoever lost the slot."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F

from engine.annotation.models import (
    Assignment,
    AssignmentDraft,
    AssignmentKind,
    AssignmentState,
    Skip,
    SkipReason,
)
from engine.core.errors import Conflict, NotFound

_LARGEST_KEY = 2**63 - 1


@dataclass(frozen=True, kw_only=True)
class Lease:
    """Until when a slot is held, by the server's clock."""

    lease_expires_at: datetime
    server_time: datetime


def refuse_stale_lease(*, assignment: Assignment | None, annotator_id: int) -> NoReturn:
    """Say why the slot is not this person's (any more). Raises NotFound or Conflict."""
    if assignment is None:
        raise NotFound("There is no such task.", code="assignment_missing")
    if assignment.state == AssignmentState.SUBMITTED and assignment.annotator_id == annotator_id:
        raise Conflict("You have answered this task already.", code="already_submitted")
    if assignment.state in {AssignmentState.HELD, AssignmentState.SUBMITTED}:
        raise Conflict(
            "The task went to somebody else, or you opened it anew elsewhere. Ask for the next task.",
            code="lease_taken",
        )
    raise Conflict("The lease has ended. Ask for the next task.", code="lease_expired")


# By the database's clock, as the claim does: a web server whose clock is slow would renew leases into the past.
_RENEW = """
UPDATE annotation_assignment SET lease_expires_at = now() + make_interval(secs => %(lease_seconds)s)
WHERE id = %(assignment_id)s AND state = 'held' AND annotator_id = %(annotator_id)s AND lease_token = %(lease_token)s
RETURNING lease_expires_at, now()
"""


def renew_lease(*, annotator_id: int, assignment_id: int, lease_token: UUID) -> Lease:
    """Prolong the lease; also one that has just run out, as long as nobody else has taken the slot."""
    parameters: dict[str, Any] = {
        "annotator_id": annotator_id, "assignment_id": assignment_id, "lease_token": lease_token,
        "lease_seconds": settings.ENVIRONMENT.lease_seconds,
    }  # fmt: skip
    # No key of a row is as large, and the statement could not carry it.
    row = None
    if assignment_id <= _LARGEST_KEY:
        with connection.cursor() as cursor:
            cursor.execute(_RENEW, parameters)
            row = cursor.fetchone()
    if row is None:
        found = Assignment.objects.filter(pk=assignment_id).first()
        refuse_stale_lease(assignment=found, annotator_id=annotator_id)
    return Lease(lease_expires_at=row[0], server_time=row[1])


def lock_held(*, annotator_id: int, assignment_id: int, lease_token: UUID) -> Assignment:
    """Return the slot, locked until the transaction ends. Raises unless the person holds it by this token."""
    found = Assignment.objects.select_for_update().filter(pk=assignment_id).first()
    if found is None or not found.is_held_by(annotator_id=annotator_id, lease_token=lease_token):
        refuse_stale_lease(assignment=found, annotator_id=annotator_id)
    return found


@transaction.atomic
def save_draft(*, annotator_id: int, assignment_id: int, lease_token: UUID, body: Any) -> datetime:
    """Keep what the person has done so far and return when it was saved. Outlives the lease."""
    lock_held(annotator_id=annotator_id, assignment_id=assignment_id, lease_token=lease_token)
    draft, _ = AssignmentDraft.objects.update_or_create(
        assignment_id=assignment_id, annotator_id=annotator_id, defaults={"body": body}
    )
    return draft.updated_at


def _state_given_back(assignment: Assignment) -> AssignmentState:
    if assignment.kind != AssignmentKind.CHOICE:
        return AssignmentState.CLOSED
    row = Assignment.objects.values_list("target__is_mask_flagged", "campaign__overlap", "campaign__is_practice")
    is_flagged, overlap, is_practice = row.get(pk=assignment.pk)
    if is_practice or assignment.slot >= overlap:
        return AssignmentState.CLOSED
    return AssignmentState.WAITING if is_flagged else AssignmentState.OPEN


def give_back(assignment: Assignment) -> None:
    """Let go of a locked slot. One of the choices wanted goes behind the others, or waits if its mask is in doubt;
    one that was made for this person, or that is not wanted any more, ends.
    """
    Assignment.objects.filter(pk=assignment.pk).update(
        state=_state_given_back(assignment), annotator=None, lease_token=None, leased_at=None, lease_expires_at=None,
        priority=F("priority") - 1,
    )  # fmt: skip


def _forget_draft(assignment: Assignment) -> None:
    AssignmentDraft.objects.filter(assignment=assignment, annotator_id=assignment.annotator_id).delete()


@transaction.atomic
def release_assignment(*, annotator_id: int, assignment_id: int, lease_token: UUID) -> None:
    """Give the slot back. It goes behind the others, or the same person would get it again at once."""
    held = lock_held(annotator_id=annotator_id, assignment_id=assignment_id, lease_token=lease_token)
    give_back(held)
    _forget_draft(held)


@transaction.atomic
def skip_assignment(
    *, annotator_id: int, assignment_id: int, lease_token: UUID, reason: SkipReason, comment: str = ""
) -> Assignment:
    """Pass the target on to other people: this person never gets it again. Returns the slot as she held it."""
    held = lock_held(annotator_id=annotator_id, assignment_id=assignment_id, lease_token=lease_token)
    give_back(held)
    _forget_draft(held)
    Skip.objects.get_or_create(
        annotator_id=annotator_id, target_id=held.target_id, defaults={"reason": reason, "comment": comment}
    )
    return held
