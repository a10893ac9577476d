"""Strengths of candidates from comparisons, with intervals: P(i beats j) = sigmoid(strength_i - strength_j)."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

# Strengths have a normal prior of this precision: without one, a candidate that never lost would be infinitely strong,
# and groups that never met could not be placed against each other.
PRIOR_PRECISION = 0.25
_ITERATIONS = 50
_TOLERANCE = 1e-8
_Z_95 = 1.959964


@dataclass(frozen=True)
class Duel:
    """One comparison: ``score`` is 1 if the first was better, 0 if the second, 0.5 for equals."""

    first: UUID
    second: UUID
    score: float
    weight: float = 1.0


@dataclass(frozen=True)
class Strengths:
    """Strengths of the candidates (mean 0) and their covariance."""

    ids: Sequence[UUID]
    mean_N: NDArray[np.float64]
    covariance_NN: NDArray[np.float64]

    def interval(self, candidate_id: UUID) -> tuple[float, float]:
        """Return the 95% interval of a candidate's strength."""
        at = self.ids.index(candidate_id)
        spread = _Z_95 * math.sqrt(self.covariance_NN[at, at])
        return float(self.mean_N[at]) - spread, float(self.mean_N[at]) + spread

    def chance_better(self, one: UUID, other: UUID) -> float:
        """Return how likely it is, as things stand, that ``one`` is truly better than ``other``."""
        i, j = self.ids.index(one), self.ids.index(other)
        cov = self.covariance_NN
        deviation = math.sqrt(max(cov[i, i] + cov[j, j] - 2 * cov[i, j], 1e-12))
        difference = float(self.mean_N[i] - self.mean_N[j])
        return 0.5 * (1 + math.erf(difference / deviation / math.sqrt(2)))

    @property
    def doubt(self) -> float:
        """Return how open it is which one is the best: 0 settled, 1 nobody knows."""
        if len(self.ids) < 2:
            return 0.0
        best, second = np.argsort(-self.mean_N, kind="stable")[:2]
        return 2 * (1 - max(0.5, self.chance_better(self.ids[int(best)], self.ids[int(second)])))


def fit(duels: Sequence[Duel], *, ids: Sequence[UUID], prior_precision: float = PRIOR_PRECISION) -> Strengths:
    """Return the most likely strengths under a normal prior (Newton's method; the problem is concave)."""
    place = {candidate_id: number for number, candidate_id in enumerate(ids)}
    first_D = np.array([place[duel.first] for duel in duels], dtype=np.int64)
    second_D = np.array([place[duel.second] for duel in duels], dtype=np.int64)
    score_D = np.array([duel.score for duel in duels], dtype=np.float64)
    weight_D = np.array([duel.weight for duel in duels], dtype=np.float64)
    mean_N = np.zeros(len(ids))
    hessian_NN = np.eye(len(ids)) * prior_precision
    for _ in range(_ITERATIONS):
        chance_D = 1 / (1 + np.exp(-(mean_N[first_D] - mean_N[second_D])))
        pull_D = weight_D * (score_D - chance_D)
        gradient_N = -prior_precision * mean_N
        np.add.at(gradient_N, first_D, pull_D)
        np.add.at(gradient_N, second_D, -pull_D)
        curve_D = weight_D * chance_D * (1 - chance_D)
        hessian_NN = np.eye(len(ids)) * prior_precision
        for at, other, sign in ((first_D, first_D, 1), (second_D, second_D, 1), (first_D, second_D, -1)):
            np.add.at(hessian_NN, (at, other), sign * curve_D)
        np.add.at(hessian_NN, (second_D, first_D), -curve_D)
        step_N = np.linalg.solve(hessian_NN, gradient_N)
        mean_N = mean_N + step_N
        if np.abs(step_N).max(initial=0) < _TOLERANCE:
            break
    # Only differences mean anything: how uncertain all are together is taken out.
    centring_NN = np.eye(len(ids)) - 1 / max(1, len(ids))
    covariance_NN = (centring_NN @ np.linalg.inv(hessian_NN) @ centring_NN).astype(np.float64)
    return Strengths(ids=list(ids), mean_N=mean_N - mean_N.mean(), covariance_NN=covariance_NN)


def order(strengths: Strengths) -> Mapping[UUID, float]:
    """Return the strengths by candidate."""
    return dict(zip(strengths.ids, map(float, strengths.mean_N), strict=True))
