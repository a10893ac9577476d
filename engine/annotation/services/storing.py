"""Writes a choice with all that belongs to it in one statement."""

from collections import Counter
from typing import Any
from uuid import UUID

from django.db import connection

from contracts.digests import canonical_json
from engine.accounts.models import Person
from engine.annotation.answer import Submission
from engine.annotation.models import AnswerMode, Assignment

# One statement for all rows of an answer: this is the busiest write, and each round trip would cost as much again.
# The token and its time stay in the slot as a trace; the state alone says that it is done.
_STORE = """
WITH stored AS (
    INSERT INTO annotation_choice (
        assignment_id, target_id, annotator_id, kind, revision, revision_reason, outcome, winner_id, rating, shown_ids,
        mode, ranking, comment, turned_ids, viewer_mode, milliseconds, idempotency_key, is_simulated, created_at
    ) VALUES (
        %(assignment_id)s, %(target_id)s, %(annotator_id)s, %(kind)s, %(revision)s, %(revision_reason)s, %(outcome)s,
        %(winner_id)s, %(rating)s, %(shown_ids)s::uuid[], %(mode)s, %(ranking)s::jsonb, %(comment)s,
        %(turned_ids)s::uuid[], %(viewer_mode)s, %(milliseconds)s, %(idempotency_key)s, %(is_simulated)s, now()
    ) RETURNING id
), compared AS (
    INSERT INTO annotation_comparison (choice_id, ordinal, left_id, right_id, verdict, milliseconds, source)
    SELECT stored.id, step.number - 1, step.left_id, step.right_id, step.verdict, step.milliseconds, %(mode)s
    FROM stored, unnest(
        %(left_ids)s::uuid[], %(right_ids)s::uuid[], %(verdicts)s::text[], %(step_milliseconds)s::integer[]
    ) WITH ORDINALITY AS step (left_id, right_id, verdict, milliseconds, number)
), rejected AS (
    INSERT INTO annotation_rejection (choice_id, candidate_id, reasons)
    SELECT stored.id, rejection.candidate_id, string_to_array(rejection.reasons, ',')
    FROM stored, unnest(%(rejected_ids)s::uuid[], %(rejection_reasons)s::text[]) AS rejection (candidate_id, reasons)
), viewed AS (
    INSERT INTO annotation_viewing (choice_id, candidate_id, mode, milliseconds)
    SELECT stored.id, look.candidate_id, look.mode, look.milliseconds
    FROM stored, unnest(
        %(look_ids)s::uuid[], %(look_modes)s::text[], %(look_milliseconds)s::integer[]
    ) AS look (candidate_id, mode, milliseconds)
), closed AS (
    UPDATE annotation_assignment SET state = 'submitted' WHERE id = %(assignment_id)s
), undrafted AS (
    DELETE FROM annotation_assignmentdraft WHERE assignment_id = %(assignment_id)s
)
SELECT id FROM stored
"""
_LONGEST_MILLISECONDS = 2**31 - 1


def _looks(submission: Submission) -> dict[str, list[Any]]:
    """Return the looks as columns, those at one candidate in one mode added up."""
    total: Counter[tuple[UUID, str]] = Counter()
    for look in submission.looks:
        total[look.candidate_id, look.mode] += look.milliseconds
    return {
        "look_ids": [candidate_id for candidate_id, _ in total],
        "look_modes": [mode for _, mode in total],
        "look_milliseconds": [min(milliseconds, _LONGEST_MILLISECONDS) for milliseconds in total.values()],
    }


def _ranking_json(submission: Submission) -> str | None:
    if submission.ranking is None:
        return None
    return canonical_json([[str(one) for one in group] for group in submission.ranking]).decode()


def store_choice(
    submission: Submission, *, assignment: Assignment, annotator: Person, idempotency_key: UUID, revision: int = 0,
    revision_reason: str = "",
) -> int:  # fmt: skip
    """Store a checked answer, mark its slot as answered and return the key of the choice."""
    steps = submission.steps
    parameters: dict[str, Any] = {
        "assignment_id": assignment.pk, "target_id": assignment.target_id, "annotator_id": annotator.pk,
        "kind": assignment.kind, "revision": revision, "revision_reason": revision_reason,
        "outcome": str(submission.outcome), "winner_id": submission.winner_id, "rating": submission.rating,
        "shown_ids": assignment.candidate_ids,
        "mode": (AnswerMode.GRID if submission.is_grid else AnswerMode.KING).value,
        "ranking": _ranking_json(submission), "comment": submission.comment,
        "turned_ids": None if submission.turned_ids is None else list(submission.turned_ids),
        "viewer_mode": submission.viewer_mode, "milliseconds": submission.milliseconds,
        "idempotency_key": idempotency_key, "is_simulated": annotator.is_simulated,
        "left_ids": [step.left_id for step in steps],
        "right_ids": [step.right_id for step in steps],
        "verdicts": [step.verdict for step in steps],
        "step_milliseconds": [step.milliseconds for step in steps],
        "rejected_ids": [candidate_id for candidate_id, _ in submission.rejections],
        "rejection_reasons": [",".join(reasons) for _, reasons in submission.rejections],
        **_looks(submission),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_STORE, parameters)
        (choice_id,) = cursor.fetchone()
    return int(choice_id)
