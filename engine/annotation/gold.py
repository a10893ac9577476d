"""What an answer says about a pair of candidates, and how that stands to a pair whose better one is known. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from engine.annotation.scheduling import Step

Relation = Literal["better", "worse", "equal"]
Verdict = Literal["right", "wrong", "undecided"]


@dataclass(frozen=True, kw_only=True)
class Expected:
    """A pair whose better one is known."""

    better_id: UUID
    worse_id: UUID


@dataclass(frozen=True, kw_only=True)
class Feedback:
    """What a person is told after a gold task; ``is_right`` is None when the answer did not decide the pair."""

    is_right: bool | None
    expected: Sequence[Expected]
    text: str


def _losses(steps: Sequence[Step]) -> dict[UUID, set[UUID]]:
    losses: dict[UUID, set[UUID]] = {}
    for step in steps:
        if step.verdict == "left":
            losses.setdefault(step.left_id, set()).add(step.right_id)
        elif step.verdict == "right":
            losses.setdefault(step.right_id, set()).add(step.left_id)
    return losses


def _all_beaten(start: UUID, losses: Mapping[UUID, set[UUID]]) -> set[UUID]:
    """Return whom ``start`` beat, directly or through a chain."""
    beaten: set[UUID] = set()
    waiting = [start]
    while waiting:
        for loser in losses.get(waiting.pop(), ()):
            if loser not in beaten:
                beaten.add(loser)
                waiting.append(loser)
    return beaten


def relations(steps: Sequence[Step]) -> dict[tuple[UUID, UUID], Relation]:
    """Return what the comparisons say about each pair (smaller id first): chains of losses count, ties do not chain.

    "Neither will do" says nothing about which of the two is better.
    """
    losses = _losses(steps)
    said: dict[tuple[UUID, UUID], Relation] = {}
    for step in steps:
        if step.verdict == "equal":
            first, second = sorted((step.left_id, step.right_id))
            said[first, second] = "equal"
    for winner in losses:
        for loser in _all_beaten(winner, losses):
            said[(winner, loser) if winner < loser else (loser, winner)] = "better" if winner < loser else "worse"
    return said


def judge(expected: Expected, steps: Sequence[Step]) -> Verdict:
    """Say how an answer stands to a known pair. Seeing no difference where there is one is wrong."""
    first, second = sorted((expected.better_id, expected.worse_id))
    relation = relations(steps).get((first, second))
    if relation is None:
        return "undecided"
    right: Relation = "better" if first == expected.better_id else "worse"
    return "right" if relation == right else "wrong"


def feedback_on(verdicts: Mapping[Expected, Verdict] | Sequence[tuple[Expected, Verdict]]) -> Feedback:
    """Put the verdicts on all pairs of a task into words."""
    pairs = list(verdicts.items()) if isinstance(verdicts, Mapping) else list(verdicts)
    found = {verdict for _, verdict in pairs}
    expected = [pair for pair, _ in pairs]
    if "wrong" in found:
        return Feedback(is_right=False, expected=expected, text="Look again: the other model is closer to the photo.")
    if "right" in found:
        return Feedback(is_right=True, expected=expected, text="Right: that is the model closer to the photo.")
    return Feedback(is_right=None, expected=expected, text="Your answer does not say which of the two is better.")
