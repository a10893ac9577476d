"""Candidates whose files cannot be had: told by whoever meets them, closed by whoever has put them right."""

from uuid import UUID

from django.db import transaction

from engine.accounts.models import Person
from engine.annotation.models import AssetProblem, AssetProblemKind
from engine.annotation.services.leases import lock_held
from engine.core.clock import now
from engine.core.errors import InvalidInput, NotFound


@transaction.atomic
def report_asset_problem(
    *, annotator: Person, assignment_id: int, lease_token: UUID, candidate_id: UUID, kind: AssetProblemKind
) -> tuple[AssetProblem, bool]:
    """Note that this person cannot see the candidate; return the note and whether it is new. The task stays hers.

    Raises InvalidInput for a candidate of another task; Conflict, NotFound as every use of a lease does.
    """
    held = lock_held(annotator_id=annotator.pk, assignment_id=assignment_id, lease_token=lease_token)
    if candidate_id not in held.candidate_ids:
        raise InvalidInput(
            "The task does not show this candidate.", code="candidate_of_another_task", field="candidate_id"
        )
    return AssetProblem.objects.get_or_create(
        candidate_id=candidate_id, annotator=annotator, kind=kind, resolved_at=None
    )


@transaction.atomic
def resolve_asset_problem(*, problem_id: int) -> AssetProblem:
    """Say that the file is there again: all that people told of it is answered. Twice is as good as once."""
    problem = AssetProblem.objects.filter(pk=problem_id).first()
    if problem is None:
        raise NotFound("There is no such report.", code="asset_problem_missing")
    AssetProblem.objects.filter(candidate=problem.candidate_id, resolved_at__isnull=True).update(resolved_at=now())
    return AssetProblem.objects.select_related("candidate__target", "annotator").get(pk=problem_id)
