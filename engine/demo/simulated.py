"""Simulated annotators: they rank by a hidden truth, with as much noise as people have. Pure.

A person's perceived quality of a candidate is its voxel IoU with the truth plus Gaussian noise, drawn anew for each
comparison. The noise is tuned so that two of them agree on about three pairs in four, as two people do. Their work
is marked simulated wherever it goes.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal
from uuid import UUID

import numpy as np

TARGET_AGREEMENT = 0.75
# Perceived closer than this: "equal". Small, so that ties stay rare.
TIE_WIDTH = 0.002
# The IoU that is rated 1.0. A filled 32^3 grid of a good but not identical object rarely reaches more.
FULL_MARKS_IOU = 0.8
RATING_STEPS = 5
# Rated below this, the winner is no acceptable shape and an artist is asked. Records stand at the same alpha.
ACCEPTABLE_RATING = 0.6

Verdict = Literal["left", "equal", "right"]


@dataclass(frozen=True)
class SimulatedStep:
    """One comparison as a simulated annotator made it."""

    left_id: UUID
    right_id: UUID
    verdict: Verdict


@dataclass(frozen=True)
class SimulatedDecision:
    """A whole answer. ``winner_id`` and ``rating`` are None when nothing was acceptable."""

    steps: list[SimulatedStep]
    winner_id: UUID | None
    rating: float | None


class SimulatedEye:
    """One annotator's eye: the same seed sees the same."""

    def __init__(self, *, noise: float, seed: int) -> None:
        self.noise = noise
        self._rng = np.random.default_rng(seed)

    def compare(self, left: float, right: float) -> Verdict:
        """Return which of two true qualities looks better to this eye now."""
        perceived = left - right + self._rng.normal(0.0, self.noise * math.sqrt(2))
        if abs(perceived) < TIE_WIDTH:
            return "equal"
        return "left" if perceived > 0 else "right"

    def rate(self, quality: float) -> float:
        """Return the rating in fifths: a step of the named scale, or 0 for what nobody would keep."""
        perceived = (quality + self._rng.normal(0.0, self.noise / 2)) / FULL_MARKS_IOU
        return round(min(1.0, max(0.0, perceived)) * RATING_STEPS) / RATING_STEPS

    def decide(self, *, shown_ids: Sequence[UUID], quality: Mapping[UUID, float]) -> SimulatedDecision:
        """Play king of the hill over the candidates in the order shown, then rate the winner."""
        champion, steps = shown_ids[0], []
        for number, newcomer in enumerate(shown_ids[1:]):
            left, right = (champion, newcomer) if number % 2 == 0 else (newcomer, champion)
            verdict = self.compare(quality[left], quality[right])
            steps.append(SimulatedStep(left_id=left, right_id=right, verdict=verdict))
            if verdict != "equal":
                champion = left if verdict == "left" else right
        rating = self.rate(quality[champion])
        if rating < ACCEPTABLE_RATING:
            return SimulatedDecision(steps=steps, winner_id=None, rating=None)
        return SimulatedDecision(steps=steps, winner_id=champion, rating=rating)


def quality_differences(qualities: Sequence[Sequence[float]]) -> list[float]:
    """Return the differences of all pairs within each object, from one list of true qualities an object."""
    return [left - right for of_one_object in qualities for left, right in combinations(of_one_object, 2)]


def expected_agreement(differences: Sequence[float], *, noise: float) -> float:
    """Return how often two eyes with this noise give the same verdict, ties aside, over pairs so far apart.

    Each sees d + N(0, 2 noise^2), so prefers the better with p = Phi(d / (noise sqrt 2)); both alike: p^2 + (1-p)^2.
    """
    if noise <= 0:
        return 1.0
    chances = [0.5 * (1 + math.erf(difference / (2 * noise))) for difference in differences]
    return sum(p * p + (1 - p) * (1 - p) for p in chances) / len(chances)


def tune_noise(differences: Sequence[float], *, agreement: float = TARGET_AGREEMENT) -> float:
    """Return the noise at which two eyes agree on ``agreement`` of the pairs. Raises ValueError without pairs."""
    if not differences:
        raise ValueError("no pairs to tune the noise by")
    low, high = 0.0, 10.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if expected_agreement(differences, noise=middle) > agreement else (low, middle)
    return (low + high) / 2


def measured_agreement(differences: Sequence[float], *, noise: float, seed: int) -> float:
    """Let two eyes judge every pair once; return the share on which they agree, pairs that either calls equal aside."""
    one, other = SimulatedEye(noise=noise, seed=seed), SimulatedEye(noise=noise, seed=seed + 1)
    verdicts = [(one.compare(difference, 0.0), other.compare(difference, 0.0)) for difference in differences]
    decided = [left == right for left, right in verdicts if "equal" not in (left, right)]
    return sum(decided) / len(decided) if decided else math.nan
