"""How far people agree about which of two candidates is better.

A unit is one pair of candidates of one object. A person's verdict on it is what her answer says, directly or through
a chain of losses (engine.annotation.gold.relations).
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from uuid import UUID

from engine.annotation.gold import Relation
from engine.annotation.quality.intervals import Share, bootstrap_ratio, wilson

Pair = tuple[UUID, UUID]
PersonId = int
TargetId = int


@dataclass(frozen=True)
class Opinion:
    """What one person's answer says about the pairs of one object."""

    target_id: TargetId
    person_id: PersonId
    relations: Mapping[Pair, Relation]


@dataclass(frozen=True)
class Agreement:
    """How often two people who both see a difference see the same one; the interval is over objects."""

    n: int
    n_targets: int
    rate: float | None
    low: float | None
    high: float | None


def _by_target(opinions: Sequence[Opinion]) -> dict[TargetId, list[Opinion]]:
    found: dict[TargetId, list[Opinion]] = defaultdict(list)
    for opinion in opinions:
        found[opinion.target_id].append(opinion)
    return found


def _compare(one: Opinion, other: Opinion) -> tuple[int, int]:
    """Return on how many pairs the two say the same, and how many both decide; "equal" decides nothing."""
    same = total = 0
    for pair, relation in one.relations.items():
        theirs = other.relations.get(pair)
        if theirs is not None and "equal" not in {relation, theirs}:
            total += 1
            same += relation == theirs
    return same, total


def agreement_of_pairs(opinions: Sequence[Opinion]) -> dict[tuple[PersonId, PersonId], Share]:
    """Return the agreement of every two people (smaller id first) who decided a pair in common."""
    counts: dict[tuple[PersonId, PersonId], list[int]] = defaultdict(lambda: [0, 0])
    for of_target in _by_target(opinions).values():
        for one, other in combinations(of_target, 2):
            if one.person_id == other.person_id:
                continue
            same, total = _compare(one, other)
            first, second = sorted((one.person_id, other.person_id))
            counts[first, second][0] += same
            counts[first, second][1] += total
    return {people: wilson(same, total) for people, (same, total) in counts.items() if total}


def overall_agreement(opinions: Sequence[Opinion]) -> Agreement:
    """Return how often people agree, over all pairs of different people, with a bootstrap interval over objects."""
    parts: list[tuple[int, int]] = []
    for of_target in _by_target(opinions).values():
        counts = [_compare(one, other) for one, other in combinations(of_target, 2) if one.person_id != other.person_id]
        parts.append((sum(same for same, _ in counts), sum(total for _, total in counts)))
    parts = [part for part in parts if part[1]]
    n = sum(total for _, total in parts)
    interval = bootstrap_ratio(parts)
    if interval is None:
        return Agreement(n=0, n_targets=0, rate=None, low=None, high=None)
    rate = sum(same for same, _ in parts) / n
    return Agreement(n=n, n_targets=len(parts), rate=rate, low=interval[0], high=interval[1])


def agreement_with_others(opinions: Sequence[Opinion], person_id: PersonId) -> Share:
    """Return how often this person agrees with whoever else judged the same objects."""
    same = total = 0
    for of_target in _by_target(opinions).values():
        own = [opinion for opinion in of_target if opinion.person_id == person_id]
        others = [opinion for opinion in of_target if opinion.person_id != person_id]
        for one in own:
            for other in others:
                found = _compare(one, other)
                same, total = same + found[0], total + found[1]
    return wilson(same, total)


def krippendorff_alpha(opinions: Sequence[Opinion]) -> float | None:
    """Return Krippendorff's alpha for nominal verdicts (better, worse, equal); None if nothing was judged twice.

    1 is full agreement, 0 what chance would give. Verdicts are weighed by 1/(m-1) in a unit with m of them
    (Krippendorff 2004, Content Analysis, chapter 11).
    """
    units: dict[tuple[TargetId, Pair], list[Relation]] = defaultdict(list)
    for opinion in opinions:
        for pair, relation in opinion.relations.items():
            units[opinion.target_id, pair].append(relation)
    coincidences: Counter[tuple[Relation, Relation]] = Counter()
    for values in units.values():
        if len(values) < 2:
            continue
        counts = Counter(values)
        for one, n_one in counts.items():
            for other, n_other in counts.items():
                n_pairs = n_one * (n_other - (one == other))
                coincidences[one, other] += n_pairs / (len(values) - 1)  # type: ignore[assignment]  # a sum of shares
    return _alpha_from(coincidences)


def _alpha_from(coincidences: Mapping[tuple[Relation, Relation], float]) -> float | None:
    totals: dict[Relation, float] = defaultdict(float)
    for (one, _), n in coincidences.items():
        totals[one] += n
    whole = sum(totals.values())
    if whole <= 1:
        return None
    observed = sum(n for (one, other), n in coincidences.items() if one != other) / whole
    expected = (whole**2 - sum(n**2 for n in totals.values())) / (whole * (whole - 1))
    # Where everybody always says the same one thing, there is nothing to disagree about.
    return 1.0 if expected == 0 else 1 - observed / expected
