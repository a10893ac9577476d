"""Answers as the annotator page would send them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from engine.annotation.models import Outcome
from engine.annotation.scheduling import Step
from engine.annotation.services import ClaimedAssignment, Submission


def first_wins(ids: Sequence[UUID]) -> list[Step]:
    return [Step(left_id=ids[0], right_id=other, verdict="left", milliseconds=900) for other in ids[1:]]


def choose_first(claimed: ClaimedAssignment) -> Submission:
    ids = claimed.candidate_ids
    return Submission(
        outcome=Outcome.CHOSEN, winner_id=ids[0], rating=0.8, comparisons=first_wins(ids), viewer_mode="clay",
        milliseconds=5000,
    )  # fmt: skip


def submit_body(assignment: dict[str, Any], **changes: Any) -> dict[str, Any]:
    ids = [candidate["id"] for candidate in assignment["candidates"]]
    return {
        "lease_token": assignment["lease_token"],
        "idempotency_key": str(uuid4()),
        "outcome": "chosen",
        "winner_id": ids[0],
        "rating": 0.8,
        "comparisons": [
            {"left_id": ids[0], "right_id": other, "verdict": "left", "milliseconds": 900} for other in ids[1:]
        ],
        "rejections": [{"candidate_id": ids[1], "reasons": ["floaters"]}],
        "viewer_mode": "clay",
        "milliseconds": 5000,
    } | changes
