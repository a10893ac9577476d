"""How much a person's comparisons should count, and whether counting so is better than counting all alike.

Weights come from gold alone. They are not used unless they help on gold pairs that they were not made from.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from scipy.stats import binomtest

from engine.annotation.gold import Expected
from engine.annotation.quality.bradley_terry import Duel, fit, order

# A person without gold counts as one whose rate is this, as if she had answered so many pairs.
TYPICAL_RATE = 0.75
TYPICAL_PAIRS = 4
_LEAST, _MOST = 0.1, 2.0
_SURE = 0.05


def weight_of(right: int, n: int) -> float:
    """Return the weight of somebody with ``right`` of ``n`` gold pairs: 1 is typical, guessing next to nothing."""
    rate = (right + TYPICAL_RATE * TYPICAL_PAIRS) / (n + TYPICAL_PAIRS)
    return min(_MOST, max(_LEAST, (rate - 0.5) / (TYPICAL_RATE - 0.5)))


@dataclass(frozen=True)
class GoldTarget:
    """What people said about an object with known pairs: each person's duels, and what is known."""

    target_id: int
    ids: Sequence[UUID]
    duels_by_person: Mapping[int, Sequence[Duel]]
    expected: Sequence[Expected]


@dataclass(frozen=True)
class WeighingReport:
    """Whether weights order known pairs better, on pairs that the weights were not made from."""

    n_pairs: int
    right_alike: int
    right_weighted: int
    helps: bool


def _is_right(target: GoldTarget, expected: Expected, weights: Mapping[int, float]) -> bool:
    duels = [
        replace(duel, weight=weights.get(person, 1.0))
        for person, of_person in target.duels_by_person.items()
        for duel in of_person
    ]
    strength = order(fit(duels, ids=target.ids))
    return strength[expected.better_id] > strength[expected.worse_id]


def _judged(target: GoldTarget) -> dict[int, tuple[int, int]]:
    """Return how many of the target's known pairs each person got right, of those she met head on."""
    found: dict[int, tuple[int, int]] = {}
    for person, duels in target.duels_by_person.items():
        right = n = 0
        for expected in target.expected:
            for duel in duels:
                if {duel.first, duel.second} == {expected.better_id, expected.worse_id} and duel.score != 0.5:
                    n += 1
                    right += (duel.score == 1) == (duel.first == expected.better_id)
        found[person] = (right, n)
    return found


def weights_help(targets: Sequence[GoldTarget]) -> WeighingReport:
    """Leave out one object at a time: weights from all others, tried on its pairs.

    ``helps`` only if more pairs come right and the gain is unlikely (p < .05, sign test) to be luck.
    """
    judged = [_judged(target) for target in targets]
    totals: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for of_target in judged:
        for person, (right, n) in of_target.items():
            totals[person][0] += right
            totals[person][1] += n
    n_pairs = alike = weighted = better = worse = 0
    for target, own in zip(targets, judged, strict=True):
        weights = {
            person: weight_of(totals[person][0] - right, totals[person][1] - n) for person, (right, n) in own.items()
        }
        for expected in target.expected:
            before, after = _is_right(target, expected, {}), _is_right(target, expected, weights)
            n_pairs, alike, weighted = n_pairs + 1, alike + before, weighted + after
            better, worse = better + (after and not before), worse + (before and not after)
    is_luck = better <= worse or binomtest(better, better + worse, 0.5).pvalue >= _SURE
    return WeighingReport(n_pairs=n_pairs, right_alike=alike, right_weighted=weighted, helps=not is_luck)
