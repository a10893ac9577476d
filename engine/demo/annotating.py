"""Lets simulated annotators work through the same services as people: claim, look, submit."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from engine.accounts.models import Person
from engine.annotation.models import Assignment, AssignmentState, Outcome, RejectionReason
from engine.annotation.scheduling import Step
from engine.annotation.services import (
    ClaimedAssignment,
    Submission,
    claim_assignment,
    release_assignment,
    submit_choice,
)
from engine.candidates.models import Candidate
from engine.core.storage import blob_store
from engine.demo.models import HiddenTruth
from engine.demo.shapes import filled_voxels, voxel_iou
from engine.demo.simulated import SimulatedDecision, SimulatedEye

# What a simulated annotator is said to have taken for a comparison: a figure that nobody should average.
MILLISECONDS_A_STEP = 1
VIEWER_MODE = "simulated"


@dataclass
class AnnotationReport:
    """What the simulated annotators did."""

    n_choices: int = 0
    n_comparisons: int = 0
    n_none_acceptable: int = 0
    ratings: list[float] = field(default_factory=list)


def true_qualities(*, target_id: int) -> dict[uuid.UUID, float]:
    """Return the voxel IoU with the hidden truth of each candidate of the target. Raises HiddenTruth.DoesNotExist."""
    truth_RRR = _voxels_of(HiddenTruth.objects.get(target_id=target_id).glb_sha256)
    candidates = Candidate.objects.filter(target_id=target_id).values_list("pk", "glb_sha256")
    return {pk: voxel_iou(_voxels_of(glb_sha256), truth_RRR) for pk, glb_sha256 in candidates}


def annotate_targets(*, annotators: Sequence[Person], noise: float, seed: int) -> AnnotationReport:
    """Let the annotators take turns until no object with a hidden truth is left for any of them."""
    _put_first()
    report = AnnotationReport()
    eyes = {person.pk: SimulatedEye(noise=noise, seed=seed + number) for number, person in enumerate(annotators)}
    working = list(annotators)
    while working:
        for person in list(working):
            if not _answer_next(person, eyes[person.pk], report):
                working.remove(person)
    return report


def _answer_next(person: Person, eye: SimulatedEye, report: AnnotationReport) -> bool:
    assignment = claim_assignment(annotator_id=person.pk)
    if assignment is None:
        return False
    if not HiddenTruth.objects.filter(target_id=assignment.target_id).exists():
        # A real photo: people judge that.
        release_assignment(annotator_id=person.pk, assignment_id=assignment.id, lease_token=assignment.lease_token)
        return False
    quality = true_qualities(target_id=assignment.target_id)
    decision = eye.decide(shown_ids=assignment.candidate_ids, quality=quality)
    _submit(person, assignment, decision)
    report.n_choices += 1
    report.n_comparisons += len(decision.steps)
    if decision.rating is None:
        report.n_none_acceptable += 1
    else:
        report.ratings.append(decision.rating)
    return True


def _submit(person: Person, assignment: ClaimedAssignment, decision: SimulatedDecision) -> None:
    is_chosen = decision.winner_id is not None
    rejected = [] if is_chosen else [(one, [RejectionReason.WRONG_OBJECT.value]) for one in assignment.candidate_ids]
    submit_choice(
        annotator=person,
        assignment_id=assignment.id,
        lease_token=assignment.lease_token,
        idempotency_key=uuid.uuid4(),
        submission=Submission(
            outcome=Outcome.CHOSEN if is_chosen else Outcome.NONE_ACCEPTABLE,
            winner_id=decision.winner_id,
            rating=decision.rating,
            comparisons=[
                Step(
                    left_id=step.left_id, right_id=step.right_id, verdict=step.verdict,
                    milliseconds=MILLISECONDS_A_STEP,
                )
                for step in decision.steps
            ],
            rejections=rejected,
            viewer_mode=VIEWER_MODE,
            milliseconds=MILLISECONDS_A_STEP * len(decision.steps),
        ),
    )  # fmt: skip


def _put_first() -> None:
    """Hand out objects with a hidden truth before real photos, or the annotators would have to skip those."""
    slots = Assignment.objects.filter(state=AssignmentState.OPEN, target__hidden_truth__isnull=False)
    slots.filter(priority=0).update(priority=1)


@lru_cache(maxsize=4096)
def _voxels_of(glb_sha256: str) -> NDArray[np.bool_]:
    return filled_voxels(blob_store().get(glb_sha256))
