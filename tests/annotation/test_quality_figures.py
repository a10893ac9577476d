"""The statistics behind flags, agreement and weights: known values, and what holds for any answers."""

import itertools
import random
from uuid import UUID

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.annotation.gold import Expected, Relation
from engine.annotation.quality.agreement import (
    Opinion,
    agreement_of_pairs,
    agreement_with_others,
    krippendorff_alpha,
    overall_agreement,
)
from engine.annotation.quality.bradley_terry import Duel, fit, order
from engine.annotation.quality.intervals import bootstrap_ratio, wilson
from engine.annotation.quality.signals import Figures, signals
from engine.annotation.quality.weighing import GoldTarget, weight_of, weights_help

IDS = [UUID(int=number) for number in range(1, 9)]
A, B, C, D = IDS[:4]
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize(
    # Values of the interval as published for the score method (Newcombe 1998, table I, method 3).
    ("right", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_interval_of_a_share_is_wilsons(right: int, n: int, low: float, high: float) -> None:
    share = wilson(right, n)
    assert (share.low, share.high) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


@unhurried
@given(st.integers(min_value=1, max_value=10_000), st.data())
def test_the_interval_holds_the_share_and_stays_between_nothing_and_all(n: int, data: st.DataObject) -> None:
    share = wilson(data.draw(st.integers(min_value=0, max_value=n)), n)
    assert share.low is not None
    assert share.rate is not None
    assert share.high is not None
    assert 0 <= share.low <= share.rate <= share.high <= 1


def test_nothing_is_known_of_nothing() -> None:
    assert wilson(0, 0).rate is None
    assert bootstrap_ratio([]) is None
    assert overall_agreement([]).rate is None
    assert krippendorff_alpha([]) is None


def opinions(table: dict[int, list[Relation | None]]) -> list[Opinion]:
    """One line a person, one column a unit; each unit is a pair of an object of its own."""
    return [
        Opinion(target_id=unit, person_id=person, relations={(A, B): relation})
        for person, row in table.items()
        for unit, relation in enumerate(row)
        if relation is not None
    ]


def test_alpha_is_that_of_the_worked_example() -> None:
    # Krippendorff's nominal example with two observers and ten units, binary data: alpha = 0.095.
    first = ["0", "1", "0", "0", "0", "0", "0", "0", "1", "0"]
    second = ["1", "1", "1", "0", "0", "1", "0", "0", "0", "0"]
    words: dict[str, Relation] = {"0": "better", "1": "worse"}
    table: dict[int, list[Relation | None]] = {1: [words[x] for x in first], 2: [words[x] for x in second]}
    assert krippendorff_alpha(opinions(table)) == pytest.approx(0.095, abs=5e-4)


def test_alpha_leaves_out_what_only_one_person_judged() -> None:
    table: dict[int, list[Relation | None]] = {1: ["better", "worse", "equal"], 2: ["better", "worse", None]}
    assert krippendorff_alpha(opinions(table)) == 1.0


def test_agreement_counts_pairs_that_both_decide_by_person_and_over_all() -> None:
    table: dict[int, list[Relation | None]] = {
        1: ["better", "better", "equal", "worse"],
        2: ["better", "worse", "better", "worse"],
        3: ["better", None, None, "better"],
    }
    found = agreement_of_pairs(opinions(table))
    assert {people: (share.right, share.n) for people, share in found.items()} == {
        (1, 2): (2, 3), (1, 3): (1, 2), (2, 3): (1, 2),
    }  # fmt: skip
    overall = overall_agreement(opinions(table))
    assert (overall.n, overall.n_targets, overall.rate) == (7, 3, pytest.approx(4 / 7))
    assert overall.low is not None
    assert overall.high is not None
    assert overall.low <= 4 / 7 <= overall.high
    assert agreement_with_others(opinions(table), 3).right == 2


@unhurried
@given(st.integers(min_value=0, max_value=2**32 - 1))
def test_alpha_does_not_depend_on_what_the_verdicts_are_called(seed: int) -> None:
    rng = random.Random(seed)
    verdicts: list[Relation] = ["better", "worse", "equal"]
    table: dict[int, list[Relation | None]] = {
        person: [rng.choice([*verdicts, None]) for _ in range(12)] for person in (1, 2, 3)
    }
    turned = dict(zip(verdicts, rng.sample(verdicts, 3), strict=True))
    renamed = {person: [None if x is None else turned[x] for x in row] for person, row in table.items()}
    before, after = krippendorff_alpha(opinions(table)), krippendorff_alpha(opinions(renamed))
    assert before == after or before == pytest.approx(after)
    assert before is None or before <= 1


def duels_of(strength: dict[UUID, float], n: int, seed: int) -> list[Duel]:
    rng = np.random.default_rng(seed)
    made = []
    for _ in range(n):
        one, other = rng.choice(len(strength), 2, replace=False)
        first, second = list(strength)[one], list(strength)[other]
        chance = 1 / (1 + np.exp(strength[second] - strength[first]))
        made.append(Duel(first=first, second=second, score=float(rng.random() < chance)))
    return made


def test_strengths_are_found_again_and_lie_in_their_intervals() -> None:
    truth = dict(zip(IDS[:5], [-2.0, -1.0, 0.0, 1.0, 2.0], strict=True))
    found = fit(duels_of(truth, 3000, seed=3), ids=list(truth))
    strength = order(found)
    assert sorted(strength, key=lambda pk: strength[pk]) == list(truth)
    for candidate_id, value in truth.items():
        low, high = found.interval(candidate_id)
        assert low < value < high
        assert high - low < 0.6


def test_a_tie_counts_half_and_weights_count_as_repetitions() -> None:
    tie = fit([Duel(A, B, 0.5)], ids=[A, B])
    assert order(tie)[A] == pytest.approx(0)
    twice = fit([Duel(A, B, 1.0)] * 2, ids=[A, B])
    weighted = fit([Duel(A, B, 1.0, weight=2.0)], ids=[A, B])
    assert order(twice)[A] == pytest.approx(order(weighted)[A])


def test_one_victory_is_no_certainty_and_doubt_falls_with_evidence() -> None:
    doubts = [fit([Duel(A, B, 1.0)] * n, ids=[A, B]).doubt for n in (0, 1, 5, 40)]
    assert doubts[0] == pytest.approx(1)
    assert doubts == sorted(doubts, reverse=True)
    assert doubts[1] > 0.3
    assert doubts[3] < 0.05


@unhurried
@given(st.integers(min_value=0, max_value=10_000), st.integers(min_value=0, max_value=20))
def test_turning_every_duel_round_turns_the_strengths_round(seed: int, n: int) -> None:
    duels = duels_of(dict.fromkeys(IDS[:4], 0.0), n, seed)
    turned = [Duel(duel.second, duel.first, duel.score) for duel in duels]
    one, other = order(fit(duels, ids=IDS[:4])), order(fit(turned, ids=IDS[:4]))
    assert all(one[pk] == pytest.approx(-other[pk], abs=1e-6) for pk in IDS[:4])


def test_a_weight_is_one_without_gold_and_next_to_nothing_for_guessing() -> None:
    assert weight_of(0, 0) == 1.0
    assert weight_of(50, 100) < 0.15
    assert weight_of(100, 100) > 1.9
    assert weight_of(3, 4) == pytest.approx(1.0)


def gold_targets(rates: dict[int, float], n: int, seed: int) -> list[GoldTarget]:
    """Objects with one known pair each, judged once by everybody who is right so often."""
    rng = random.Random(seed)
    return [
        GoldTarget(
            target_id=number, ids=[A, B], expected=[Expected(better_id=A, worse_id=B)],
            duels_by_person={
                person: [Duel(A, B, 1.0 if rng.random() < rate else 0.0)] for person, rate in rates.items()
            },
        )
        for number in range(n)
    ]  # fmt: skip


def test_weights_help_where_few_see_and_many_guess_and_not_where_all_are_alike() -> None:
    mixed = weights_help(gold_targets({1: 0.97, 2: 0.97, 3: 0.5, 4: 0.5, 5: 0.5, 6: 0.5, 7: 0.5}, 120, seed=1))
    assert mixed.helps
    assert mixed.right_weighted > mixed.right_alike
    alike = weights_help(gold_targets(dict.fromkeys(range(1, 6), 0.8), 120, seed=2))
    assert not alike.helps
    assert weights_help([]).helps is False


@pytest.mark.parametrize(
    ("figures", "found"),
    [
        (Figures(), set()),
        (Figures(n_left=60, n_right=40), set()),  # luck
        (Figures(n_left=39), set()),  # too few
        (Figures(n_left=300, n_right=100), {"left_right_bias"}),
        (Figures(n_left=5500, n_right=4500), set()),  # surely not even, and not enough to matter
        (Figures(gold_right=7, gold_n=8), set()),
        (Figures(gold_right=4, gold_n=12), {"gold_failures"}),
        (Figures(gold_right=0, gold_n=7), set()),
        (Figures(repeated_same=4, repeated_n=20), {"self_inconsistency"}),
        (Figures(repeated_same=12, repeated_n=20), set()),
        (Figures(n_fast=30, n_timed=60), {"too_fast"}),
        (Figures(n_fast=6, n_timed=30), set()),
        (Figures(n_unturned=30, n_turn_told=32), {"did_not_turn"}),
        (Figures(n_unturned=12, n_turn_told=20), set()),
    ],
)
def test_only_what_is_surely_odd_is_a_signal(figures: Figures, found: set[str]) -> None:
    assert set(signals(figures)) == found


def test_honest_people_are_rarely_suspected() -> None:
    rng = np.random.default_rng(0)
    n_suspected = 0
    for _ in range(500):
        figures = Figures(
            n_left=(left := int(rng.binomial(400, 0.5))), n_right=400 - left,
            gold_right=int(rng.binomial(20, 0.85)), gold_n=20,
            repeated_same=int(rng.binomial(40, 0.75)), repeated_n=40,
        )  # fmt: skip
        n_suspected += bool(signals(figures))
    assert n_suspected <= 5


def test_every_two_people_are_named_once() -> None:
    table: dict[int, list[Relation | None]] = {person: ["better"] for person in (3, 1, 2)}
    assert set(agreement_of_pairs(opinions(table))) == set(itertools.combinations((1, 2, 3), 2))
