"""Who is shown what, in which order, and whether an answer hangs together. Pure: no database, no clock."""

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal
from uuid import UUID

Verdict = Literal["left", "equal", "right", "both_bad"]


class BrokenAnswerError(Exception):
    """An answer that no person can have given to these candidates."""

    def __init__(self, reason: str, *, code: str, field: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code
        self.field = field


@dataclass(frozen=True, kw_only=True)
class Step:
    """One comparison: what stood left and right, which was better, and how long it took, if that was measured."""

    left_id: UUID
    right_id: UUID
    verdict: Verdict
    milliseconds: int | None = None

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


@dataclass(frozen=True)
class Standing:
    """What a chain of comparisons leaves: who may still stand, and who has not been looked at."""

    champions: frozenset[UUID]
    unseen: frozenset[UUID]

    @property
    def possible_winners(self) -> frozenset[UUID]:
        """Who may be named the winner now: the last one stands without a fight when all before were refused."""
        if self.champions:
            return frozenset() if self.unseen else self.champions
        return self.unseen if len(self.unseen) == 1 else frozenset()


def _surviving(step: Step, champions: frozenset[UUID]) -> frozenset[UUID]:
    if step.verdict == "left":
        return frozenset((step.left_id,))
    if step.verdict == "right":
        return frozenset((step.right_id,))
    if step.verdict == "both_bad":
        return frozenset()
    return step.pair & champions


def _check_linked(step: Step, standing: Standing, *, field: str) -> frozenset[UUID]:
    """Return who of the two may have stood before this step. Raises BrokenAnswerError."""
    newcomers = step.pair & standing.unseen
    if not standing.champions:
        # At the start, and after two were refused together: two newcomers meet.
        if len(newcomers) == 2:
            return step.pair
    elif len(newcomers) == 1 and (holders := step.pair & standing.champions):
        return holders
    raise BrokenAnswerError(
        "Each comparison is between the winner so far and a candidate not seen before.",
        code="comparisons_broken", field=field,
    )  # fmt: skip


def standing_after(steps: Sequence[Step], *, shown_ids: Sequence[UUID]) -> Standing:
    """Replay the king of the hill; a first "equal" leaves open which of the two stands.

    Every comparison is between the champion and a newcomer not seen before. On "equal" the champion stays, so an
    opening run of ties is resolved by who is compared next. On "both_bad" nobody stands and the next two newcomers
    meet; a single one that is left stands by itself. Raises BrokenAnswerError.
    """
    shown = frozenset(shown_ids)
    standing = Standing(champions=frozenset(), unseen=shown)
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
        before = _check_linked(step, standing, field=field)
        standing = Standing(champions=_surviving(step, before), unseen=standing.unseen - step.pair)
    return standing


def check_winner_named(winner_id: UUID | None, rating: float | None, *, shown_ids: Sequence[UUID]) -> UUID:
    """Return the winner of an answer that chose one: of this task, and rated. Raises BrokenAnswerError."""
    if winner_id is None:
        raise BrokenAnswerError("Name the candidate that won.", code="winner_missing", field="winner_id")
    if winner_id not in shown_ids:
        raise BrokenAnswerError(
            "The winner does not belong to this task.", code="candidate_of_another_task", field="winner_id"
        )
    if rating is None:
        raise BrokenAnswerError("Rate the winner.", code="rating_missing", field="rating")
    return winner_id


def check_winner(
    winner_id: UUID | None, rating: float | None, steps: Sequence[Step], *, shown_ids: Sequence[UUID]
) -> None:
    """Check that ``winner_id`` came through all comparisons and was rated. Raises BrokenAnswerError."""
    winner = check_winner_named(winner_id, rating, shown_ids=shown_ids)
    standing = standing_after(steps, shown_ids=shown_ids)
    winners = standing.possible_winners
    if not winners and standing.unseen:
        raise BrokenAnswerError(
            f"{len(standing.unseen)} of {len(shown_ids)} candidates were not compared.",
            code="comparisons_incomplete", field="comparisons",
        )  # fmt: skip
    if winner not in winners:
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
    standing_after(steps, shown_ids=shown_ids)


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


def check_ranking(ranks: Sequence[Sequence[UUID]], *, winner_id: UUID | None, shown_ids: Sequence[UUID]) -> None:
    """Check a grid's ranking: groups of candidates of this task, each once, the winner in the first group.

    Candidates in no group were dropped: nothing is said about them. Raises BrokenAnswerError.
    """
    ranked = [candidate_id for group in ranks for candidate_id in group]
    if not all(ranks):
        raise BrokenAnswerError("A rank is empty.", code="rank_empty", field="ranking")
    if len(set(ranked)) != len(ranked):
        raise BrokenAnswerError("A candidate is ranked twice.", code="ranked_twice", field="ranking")
    if not set(ranked) <= set(shown_ids):
        raise BrokenAnswerError(
            "A ranked candidate does not belong to this task.", code="candidate_of_another_task", field="ranking"
        )
    if winner_id is not None and (not ranks or winner_id not in ranks[0]):
        raise BrokenAnswerError("The winner is not ranked first.", code="winner_beaten", field="winner_id")


def steps_of_ranking(ranks: Sequence[Sequence[UUID]]) -> list[Step]:
    """Return the comparisons that a grid's ranking says, and no more than their chains need.

    Everybody in a group beats everybody in the next group; neighbours within a group are equal. What lies further
    apart follows through the chain. The better one stands left by rule, so sides say nothing here.
    """
    steps = []
    for number, group in enumerate(ranks):
        steps += [Step(left_id=one, right_id=other, verdict="equal") for one, other in pairwise(group)]
        following = ranks[number + 1] if number + 1 < len(ranks) else []
        steps += [Step(left_id=one, right_id=other, verdict="left") for one in group for other in following]
    return steps


def check_known(candidate_ids: Collection[UUID], *, shown_ids: Sequence[UUID], field: str) -> None:
    """Check that what was told about candidates is about those of this task. Raises BrokenAnswerError."""
    if not set(candidate_ids) <= set(shown_ids):
        raise BrokenAnswerError(
            "A candidate does not belong to this task.", code="candidate_of_another_task", field=field
        )


def streak_length(days: Collection[date], *, today: date) -> int:
    """Count the days in a row that end today, or yesterday when today has not been used yet."""
    day = today if today in days else today - timedelta(days=1)
    length = 0
    while day in days:
        length += 1
        day -= timedelta(days=1)
    return length
