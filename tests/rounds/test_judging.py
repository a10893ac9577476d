"""The gate's rule, by literal scores."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.training import ObjectScore
from engine.rounds.judging import GateRule, bootstrap_interval, judge, summarise


def scores(*ious: float, is_simulated: bool = False) -> list[ObjectScore]:
    return [
        ObjectScore(target_id=number, voxel_iou=iou, f1=iou, chamfer=1 - iou, is_simulated=is_simulated)
        for number, iou in enumerate(ious)
    ]


def test_a_clear_gain_is_accepted_as_better() -> None:
    verdict = judge(live=scores(0.2, 0.3, 0.4, 0.5), challenger=scores(0.3, 0.41, 0.5, 0.59), seed=1)
    assert verdict.is_accepted
    assert verdict.code == "better"
    assert verdict.difference is not None
    assert verdict.difference.mean == pytest.approx(0.1)
    assert 0.09 <= verdict.difference.low <= 0.1 <= verdict.difference.high <= 0.11


def test_a_clear_loss_is_refused_as_worse() -> None:
    verdict = judge(live=scores(0.3, 0.41, 0.5, 0.59), challenger=scores(0.2, 0.3, 0.4, 0.5), seed=1)
    assert (verdict.is_accepted, verdict.code) == (False, "worse")
    assert "-0.1000" in verdict.reason


def test_a_sure_loss_too_small_to_see_is_no_reason_to_refuse() -> None:
    verdict = judge(live=scores(0.5, 0.6, 0.4, 0.3), challenger=scores(0.4995, 0.5995, 0.3996, 0.2994), seed=1)
    assert verdict.difference is not None
    assert verdict.difference.high < 0
    assert (verdict.is_accepted, verdict.code) == (True, "no_harm_shown")
    assert verdict.as_json()["negligible"] == GateRule().negligible


def test_a_difference_that_rounds_to_zero_is_written_without_a_minus() -> None:
    verdict = judge(live=scores(0.5, 0.5, 0.5, 0.5), challenger=scores(0.49999, 0.5, 0.5, 0.5), seed=1)
    assert "changed by +0.0000 [+0.0000, +0.0000]" in verdict.reason


def test_a_loss_below_the_tolerance_is_refused_even_when_it_may_be_chance() -> None:
    verdict = judge(live=scores(0.5, 0.5, 0.5, 0.5), challenger=scores(0.4, 0.6, 0.4, 0.48), seed=1)
    assert (verdict.is_accepted, verdict.code) == (False, "below_tolerance")
    assert verdict.difference is not None
    assert verdict.difference.high > 0


def test_no_difference_is_accepted_and_said_to_be_no_proof() -> None:
    verdict = judge(live=scores(0.5, 0.5, 0.5, 0.5), challenger=scores(0.45, 0.55, 0.49, 0.51), seed=1)
    assert (verdict.is_accepted, verdict.code) == (True, "no_harm_shown")


@pytest.mark.parametrize("n", [0, 1, 3])
def test_too_few_objects_are_refused_however_good_they_look(n: int) -> None:
    verdict = judge(live=scores(*[0.1] * n), challenger=scores(*[0.9] * n), seed=1, rule=GateRule(min_objects=4))
    assert (verdict.is_accepted, verdict.code, verdict.n_objects) == (False, "too_few_objects", n)


def test_scores_of_other_objects_cannot_be_compared() -> None:
    with pytest.raises(ValueError, match="same objects"):
        judge(live=scores(0.1, 0.2), challenger=scores(0.1, 0.2, 0.3), seed=1)


def test_objects_are_paired_by_target_and_not_by_position() -> None:
    live, challenger = scores(0.1, 0.9, 0.1, 0.9), scores(0.15, 0.95, 0.15, 0.95)
    verdict = judge(live=live, challenger=challenger[::-1], seed=1)
    assert verdict.difference is not None
    assert verdict.difference.low == pytest.approx(0.05)


def test_simulated_objects_are_counted() -> None:
    live, challenger = scores(*[0.1] * 5, is_simulated=True), scores(*[0.2] * 5, is_simulated=True)
    assert judge(live=live, challenger=challenger, seed=1).n_simulated_objects == 5


def test_a_summary_has_an_interval_for_each_metric() -> None:
    summary = summarise(scores(0.2, 0.4), seed=3)
    assert summary["n_objects"] == 2
    assert summary["chamfer"]["mean"] == pytest.approx(0.7)
    assert summarise([], seed=3) == {"n_objects": 0}


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=30), st.integers(0, 2**31))
def test_an_interval_is_seeded_and_lies_around_its_mean(values: list[float], seed: int) -> None:
    interval = bootstrap_interval(values, seed=seed)
    assert interval == bootstrap_interval(values, seed=seed)
    assert min(values) - 1e-9 <= interval.low <= interval.high <= max(values) + 1e-9
