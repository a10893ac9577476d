"""Takes a person's answer: all of it in one transaction, once, and only from whoever holds the slot."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from engine.accounts.models import Person
from engine.annotation.models import Assignment, Choice, Outcome
from engine.annotation.scheduling import BrokenAnswerError, Step, check_none_acceptable, check_rejections, check_winner
from engine.annotation.services.leases import refuse_stale_lease
from engine.core.errors import Conflict, InvalidInput

# One statement for all rows of an answer: this is the busiest write, and each round trip would cost as much again.
# The token and its time stay in the slot as a trace; the state alone says that it is done.
_STORE = """
WITH stored AS (
    INSERT INTO annotation_choice (
        assignment_id, target_id, annotator_id, revision, revision_reason, outcome, winner_id, rating, shown_ids,
        viewer_mode, milliseconds, idempotency_key, is_simulated, created_at
    ) VALUES (
        %(assignment_id)s, %(target_id)s, %(annotator_id)s, 0, '', %(outcome)s, %(winner_id)s, %(rating)s,
        %(shown_ids)s::uuid[], %(viewer_mode)s, %(milliseconds)s, %(idempotency_key)s, %(is_simulated)s, now()
    ) RETURNING id
), compared AS (
    INSERT INTO annotation_comparison (choice_id, ordinal, left_id, right_id, verdict, milliseconds)
    SELECT stored.id, step.number - 1, step.left_id, step.right_id, step.verdict, step.milliseconds
    FROM stored, unnest(
        %(left_ids)s::uuid[], %(right_ids)s::uuid[], %(verdicts)s::text[], %(step_milliseconds)s::integer[]
    ) WITH ORDINALITY AS step (left_id, right_id, verdict, milliseconds, number)
), rejected AS (
    INSERT INTO annotation_rejection (choice_id, candidate_id, reasons)
    SELECT stored.id, rejection.candidate_id, string_to_array(rejection.reasons, ',')
    FROM stored, unnest(%(rejected_ids)s::uuid[], %(rejection_reasons)s::text[]) AS rejection (candidate_id, reasons)
), closed AS (
    UPDATE annotation_assignment SET state = 'submitted' WHERE id = %(assignment_id)s
), undrafted AS (
    DELETE FROM annotation_assignmentdraft WHERE assignment_id = %(assignment_id)s
)
SELECT id FROM stored
"""


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

    choice_id: int
    is_new: bool

    @property
    def choice(self) -> Choice:
        """The row, fetched when it is asked for."""
        return Choice.objects.get(pk=self.choice_id)


def _check(submission: Submission, *, shown_ids: Sequence[UUID]) -> None:
    check = check_winner if submission.outcome == Outcome.CHOSEN else check_none_acceptable
    try:
        check(submission.winner_id, submission.rating, submission.comparisons, shown_ids=shown_ids)
        rejected_ids = [candidate_id for candidate_id, _ in submission.rejections]
        check_rejections(rejected_ids, winner_id=submission.winner_id, shown_ids=shown_ids)
    except BrokenAnswerError as error:
        raise InvalidInput(error.reason, code=error.code, field=error.field) from error


def _store(submission: Submission, *, assignment: Assignment, annotator: Person, idempotency_key: UUID) -> int:
    parameters: dict[str, Any] = {
        "assignment_id": assignment.pk, "target_id": assignment.target_id, "annotator_id": annotator.pk,
        "outcome": submission.outcome.value, "winner_id": submission.winner_id, "rating": submission.rating,
        "shown_ids": assignment.candidate_ids, "viewer_mode": submission.viewer_mode,
        "milliseconds": submission.milliseconds, "idempotency_key": idempotency_key,
        "is_simulated": annotator.is_simulated,
        "left_ids": [step.left_id for step in submission.comparisons],
        "right_ids": [step.right_id for step in submission.comparisons],
        "verdicts": [step.verdict for step in submission.comparisons],
        "step_milliseconds": [step.milliseconds for step in submission.comparisons],
        "rejected_ids": [candidate_id for candidate_id, _ in submission.rejections],
        "rejection_reasons": [",".join(reasons) for _, reasons in submission.rejections],
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_STORE, parameters)
        (choice_id,) = cursor.fetchone()
    return int(choice_id)


def _submit(
    *, annotator: Person, assignment_id: int, lease_token: UUID, idempotency_key: UUID, submission: Submission
) -> SubmittedChoice:
    # A second sending waits here for the first one to end, and then finds its choice.
    assignment = Assignment.objects.select_for_update().filter(pk=assignment_id).first()
    if assignment is None or not assignment.is_held_by(annotator_id=annotator.pk, lease_token=lease_token):
        stored = Choice.objects.filter(annotator=annotator, idempotency_key=idempotency_key).first()
        if stored is None or stored.assignment_id != assignment_id:
            refuse_stale_lease(assignment=assignment, annotator_id=annotator.pk)
        return SubmittedChoice(choice_id=stored.pk, is_new=False)
    _check(submission, shown_ids=assignment.candidate_ids)
    choice_id = _store(submission, assignment=assignment, annotator=annotator, idempotency_key=idempotency_key)
    return SubmittedChoice(choice_id=choice_id, is_new=True)


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
