"""Takes a person's answer: all of it in one transaction, once, and only from whoever holds the slot."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction

from engine.accounts.models import Person
from engine.annotation.answer import Submission, check_submission
from engine.annotation.gold import Feedback
from engine.annotation.models import Assignment, AssignmentKind, Choice
from engine.annotation.scheduling import BrokenAnswerError
from engine.annotation.services.gold import feedback_of, score_gold
from engine.annotation.services.leases import refuse_stale_lease
from engine.annotation.services.storing import store_choice
from engine.core.errors import Conflict, InvalidInput


@dataclass(frozen=True, kw_only=True)
class SubmittedChoice:
    """The stored answer; ``is_new`` is false when it had been stored by an earlier sending."""

    choice_id: int
    is_new: bool
    feedback: Feedback | None = None

    @property
    def choice(self) -> Choice:
        """The row, fetched when it is asked for."""
        return Choice.objects.get(pk=self.choice_id)


def refuse_broken(submission: Submission, *, shown_ids: list[UUID]) -> None:
    """Check that the answer hangs together. Raises InvalidInput."""
    try:
        check_submission(submission, shown_ids=shown_ids)
    except BrokenAnswerError as error:
        raise InvalidInput(error.reason, code=error.code, field=error.field) from error


def _submit(
    *, annotator: Person, assignment_id: int, lease_token: UUID, idempotency_key: UUID, submission: Submission
) -> SubmittedChoice:
    # A second sending waits here for the first one to end, and then finds its choice.
    assignment = Assignment.objects.select_for_update().filter(pk=assignment_id).first()
    if assignment is None or not assignment.is_held_by(annotator_id=annotator.pk, lease_token=lease_token):
        stored = Choice.objects.filter(annotator=annotator, idempotency_key=idempotency_key).first()
        if stored is None or stored.assignment_id != assignment_id:
            refuse_stale_lease(assignment=assignment, annotator_id=annotator.pk)
        return SubmittedChoice(choice_id=stored.pk, is_new=False, feedback=feedback_of(stored))
    refuse_broken(submission, shown_ids=assignment.candidate_ids)
    choice_id = store_choice(submission, assignment=assignment, annotator=annotator, idempotency_key=idempotency_key)
    feedback = None
    if assignment.kind == AssignmentKind.GOLD:
        choice = Choice.objects.get(pk=choice_id)
        score_gold(choice)
        feedback = feedback_of(choice)
    return SubmittedChoice(choice_id=choice_id, is_new=True, feedback=feedback)


@contextmanager
def keys_used_once() -> Iterator[None]:
    """Say so when an idempotency key was used for another answer. Raises Conflict."""
    try:
        yield
    except IntegrityError as error:
        if "choice_sent_once" not in str(error):
            raise
        raise Conflict(
            "This idempotency key was used for another task. Send the answer with a new key.",
            code="idempotency_key_reused", field="idempotency_key",
        ) from error  # fmt: skip


def submit_choice(
    *, annotator: Person, assignment_id: int, lease_token: UUID, idempotency_key: UUID, submission: Submission
) -> SubmittedChoice:
    """Store the answer and close the slot. The same key sent again returns what was stored.

    A lease past its time still counts while nobody has taken the slot: work that was done is not thrown away.
    Raises Conflict (lease_taken, lease_expired, already_submitted, idempotency_key_reused), NotFound, InvalidInput.
    """
    with keys_used_once(), transaction.atomic():
        return _submit(
            annotator=annotator, assignment_id=assignment_id, lease_token=lease_token,
            idempotency_key=idempotency_key, submission=submission,
        )  # fmt: skip
