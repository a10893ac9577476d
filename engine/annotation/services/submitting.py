"""Takes a person's answer: all of it in one transaction, once, and only from whoever holds the slot."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef

from engine.accounts.models import Person
from engine.annotation.models import (
    Assignment,
    AssignmentDraft,
    AssignmentState,
    Choice,
    Comparison,
    Outcome,
    Rejection,
)
from engine.annotation.scheduling import BrokenAnswerError, Step, check_none_acceptable, check_rejections, check_winner
from engine.annotation.services.leases import refuse_stale_lease
from engine.core.errors import Conflict, InvalidInput


@dataclass(frozen=True, kw_only=True)
class Submission:
    """What a person decided about one target, as she sent it."""

    outcome: Outcome
    winner_id: UUID | None
    rating: float | None
    comparisons: Sequence[Step]
    rejections: Sequence[tuple[UUID, list[str]]] = field(default=())
    viewer_mode: str
    milliseconds: int


@dataclass(frozen=True, kw_only=True)
class SubmittedChoice:
    """The stored answer; ``is_new`` is false when it had been stored by an earlier sending."""

    choice: Choice
    is_new: bool


def _check(submission: Submission, *, shown_ids: Sequence[UUID]) -> None:
    check = check_winner if submission.outcome == Outcome.CHOSEN else check_none_acceptable
    try:
        check(submission.winner_id, submission.rating, submission.comparisons, shown_ids=shown_ids)
        rejected_ids = [candidate_id for candidate_id, _ in submission.rejections]
        check_rejections(rejected_ids, winner_id=submission.winner_id, shown_ids=shown_ids)
    except BrokenAnswerError as error:
        raise InvalidInput(error.reason, code=error.code, field=error.field) from error


def _store(submission: Submission, *, assignment: Assignment, annotator: Person, idempotency_key: UUID) -> Choice:
    choice = Choice.objects.create(
        assignment=assignment, target_id=assignment.target_id, annotator=annotator, outcome=submission.outcome,
        winner_id=submission.winner_id, rating=submission.rating, shown_ids=assignment.candidate_ids,
        viewer_mode=submission.viewer_mode, milliseconds=submission.milliseconds, idempotency_key=idempotency_key,
        is_simulated=annotator.is_simulated,
    )  # fmt: skip
    Comparison.objects.bulk_create(
        Comparison(
            choice=choice, ordinal=ordinal, left_id=step.left_id, right_id=step.right_id, verdict=step.verdict,
            milliseconds=step.milliseconds,
        )
        for ordinal, step in enumerate(submission.comparisons)
    )  # fmt: skip
    if submission.rejections:
        Rejection.objects.bulk_create(
            Rejection(choice=choice, candidate_id=candidate_id, reasons=reasons)
            for candidate_id, reasons in submission.rejections
        )
    return choice


def _submit(
    *, annotator: Person, assignment_id: int, lease_token: UUID, idempotency_key: UUID, submission: Submission
) -> SubmittedChoice:
    # A second sending waits here for the first one to end, and then finds its choice.
    drafts = AssignmentDraft.objects.filter(assignment=OuterRef("pk"))
    locked = Assignment.objects.select_for_update().annotate(has_draft=Exists(drafts))
    assignment = locked.filter(pk=assignment_id).first()
    if assignment is None or not assignment.is_held_by(annotator_id=annotator.pk, lease_token=lease_token):
        stored = Choice.objects.filter(annotator=annotator, idempotency_key=idempotency_key).first()
        if stored is None or stored.assignment_id != assignment_id:
            refuse_stale_lease(assignment=assignment, annotator_id=annotator.pk)
        return SubmittedChoice(choice=stored, is_new=False)
    _check(submission, shown_ids=assignment.candidate_ids)
    choice = _store(submission, assignment=assignment, annotator=annotator, idempotency_key=idempotency_key)
    # The token and its time stay as a trace; the state alone says that the slot is done.
    Assignment.objects.filter(pk=assignment_id).update(state=AssignmentState.SUBMITTED)
    if assignment.has_draft:
        AssignmentDraft.objects.filter(assignment_id=assignment_id).delete()
    return SubmittedChoice(choice=choice, is_new=True)


def submit_choice(
    *, annotator: Person, assignment_id: int, lease_token: UUID, idempotency_key: UUID, submission: Submission
) -> SubmittedChoice:
    """Store the answer and close the slot. The same key sent again returns what was stored.

    A lease past its time still counts while nobody has taken the slot: work that was done is not thrown away.
    Raises Conflict (lease_taken, lease_expired, already_submitted, idempotency_key_reused), NotFound, InvalidInput.
    """
    try:
        with transaction.atomic():
            return _submit(
                annotator=annotator, assignment_id=assignment_id, lease_token=lease_token,
                idempotency_key=idempotency_key, submission=submission,
            )  # fmt: skip
    except IntegrityError as error:
        if "choice_sent_once" not in str(error):
            raise
        raise Conflict(
            "This idempotency key was used for another task. Send the answer with a new key.",
            code="idempotency_key_reused", field="idempotency_key",
        ) from error  # fmt: skip
