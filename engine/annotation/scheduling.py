"""Who is shown what, in which order, and whether an answer hangs together. Pure: no database, no clock."""

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal
from uuid import UUID

Verdict = Literal["left", "equal", "right"]


class BrokenAnswerError(Exception):
    """An answer that no person can have given to these candidates."""

    def __init__(self, reason: str, *, code: str, field: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code
        self.field = field


@dataclass(frozen=True, kw_only=True)
class Step:
    """One comparison as it was sent: what stood left and right, which was better, and how long it took."""

    left_id: UUID
    right_id: UUID
    verdict: Verdict
    milliseconds: int

    @property
    def pair(self) -> frozenset[UUID]:
        """The two that were compared."""
        return frozenset((self.left_id, self.right_id))


def shuffled_order(candidate_ids: Sequence[UUID], *, seed: str) -> list[UUID]:
    """Return the candidates in an order that depends on the seed alone, not on who made them or when."""
    order = sorted(candidate_ids)
    random.Random(seed).shuffle(order)
    return order


def missing_slots(*, n_existing: int, overlap: int) -> range:
    """Return the slots to open so that a target has ``overlap`` of them; slots are numbered from 0 without gaps."""
    return range(n_existing, overlap)


def _surviving(step: Step, champions: frozenset[UUID]) -> frozenset[UUID]:
    if step.verdict == "left":
        return frozenset((step.left_id,))
    if step.verdict == "right":
        return frozenset((step.right_id,))
    return step.pair & champions


def possible_champions(steps: Sequence[Step], *, shown_ids: Sequence[UUID]) -> frozenset[UUID]:
    """Replay the king of the hill and return who may still stand; a first "equal" leaves open which of the two does.

    Every comparison is between the champion and a newcomer not seen before. On "equal" the champion stays, so an
    opening run of ties is resolved by who is compared next. Raises BrokenAnswerError.
    """
    shown = frozenset(shown_ids)
    champions: frozenset[UUID] = shown
    seen: frozenset[UUID] = frozenset()
    for number, step in enumerate(steps):
        field = f"comparisons.{number}"
        if len(step.pair) != 2:
            raise BrokenAnswerError(
                "A candidate cannot be compared with itself.", code="comparison_of_one", field=field
            )
        if not step.pair <= shown:
            raise BrokenAnswerError(
                "A compared candidate does not belong to this task.", code="candidate_of_another_task", field=field
            )
        holders = champions & step.pair
        newcomers = step.pair - seen
        is_linked = not seen or (len(newcomers) == 1 and bool(holders - newcomers))
        if not is_linked:
            raise BrokenAnswerError(
                "Each comparison is between the winner so far and a candidate not seen before.",
                code="comparisons_broken", field=field,
            )  # fmt: skip
        champions = _surviving(step, step.pair if not seen else holders - newcomers)
        seen |= step.pair
    return champions


def check_winner(
    winner_id: UUID | None, rating: float | None, steps: Sequence[Step], *, shown_ids: Sequence[UUID]
) -> None:
    """Check that ``winner_id`` came through all comparisons and was rated. Raises BrokenAnswerError."""
    if winner_id is None:
        raise BrokenAnswerError("Name the candidate that won.", code="winner_missing", field="winner_id")
    if winner_id not in shown_ids:
        raise BrokenAnswerError(
            "The winner does not belong to this task.", code="candidate_of_another_task", field="winner_id"
        )
    if rating is None:
        raise BrokenAnswerError("Rate the winner.", code="rating_missing", field="rating")
    champions = possible_champions(steps, shown_ids=shown_ids)
    if len(steps) != len(shown_ids) - 1:
        raise BrokenAnswerError(
            f"{len(shown_ids)} candidates take {len(shown_ids) - 1} comparisons; {len(steps)} were sent.",
            code="comparisons_incomplete", field="comparisons",
        )  # fmt: skip
    if winner_id not in champions:
        raise BrokenAnswerError(
            "The winner is not the one that survived the comparisons.", code="winner_beaten", field="winner_id"
        )


def check_none_acceptable(
    winner_id: UUID | None, rating: float | None, steps: Sequence[Step], *, shown_ids: Sequence[UUID]
) -> None:
    """Check an answer that refuses all candidates: the comparisons may stop early. Raises BrokenAnswerError."""
    if winner_id is not None or rating is not None:
        raise BrokenAnswerError(
            "If no candidate is acceptable, there is neither a winner nor a rating.",
            code="winner_unexpected", field="winner_id",
        )  # fmt: skip
    possible_champions(steps, shown_ids=shown_ids)


def check_rejections(rejected_ids: Sequence[UUID], *, winner_id: UUID | None, shown_ids: Sequence[UUID]) -> None:
    """Check that reasons are given once a candidate, for candidates of this task that lost."""
    if len(set(rejected_ids)) != len(rejected_ids):
        raise BrokenAnswerError("A candidate is rejected twice.", code="rejected_twice", field="rejections")
    if not set(rejected_ids) <= set(shown_ids):
        raise BrokenAnswerError(
            "A rejected candidate does not belong to this task.", code="candidate_of_another_task", field="rejections"
        )
    if winner_id in rejected_ids:
        raise BrokenAnswerError("The winner cannot be rejected.", code="winner_rejected", field="rejections")


def streak_length(days: Collection[date], *, today: date) -> int:
    """Count the days in a row that end today, or yesterday when today has not been used yet."""
    day = today if today in days else today - timedelta(days=1)
    length = 0
    while day in days:
        length += 1
        day -= timedelta(days=1)
    return length
