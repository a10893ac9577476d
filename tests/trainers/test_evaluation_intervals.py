"""Bootstrap intervals: objects are what is drawn."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trainers.evaluation.intervals import bootstrap, object_means, paired_difference, paired_ratio

values = st.lists(st.floats(-10, 10), min_size=1, max_size=30).map(np.array)


def test_samples_of_an_object_are_averaged_first() -> None:
    # Object 7 has three samples and weighs no more than object 2 with one.
    means = object_means(np.array([1.0, 2.0, 6.0, 9.0]), np.array([7, 7, 7, 2]))
    assert means.tolist() == [9.0, 3.0]
    assert bootstrap(means).mean == pytest.approx(6.0)
    with pytest.raises(ValueError, match="objects"):
        object_means(np.zeros(3), np.zeros(2))


def test_repeated_samples_of_the_same_objects_do_not_narrow_the_interval() -> None:
    draw = np.random.default_rng(0)
    ious = draw.random(20)
    once = bootstrap(object_means(ious, np.arange(20)))
    often = bootstrap(object_means(np.repeat(ious, 50), np.repeat(np.arange(20), 50)))
    assert (often.low, often.high) == pytest.approx((once.low, once.high))


@settings(max_examples=50, deadline=None)
@given(values)
def test_interval_holds_the_mean_lies_within_the_values_and_repeats(values_O: np.ndarray) -> None:
    interval = bootstrap(values_O, draws=300)
    assert values_O.min() - 1e-9 <= interval.low <= interval.high <= values_O.max() + 1e-9
    assert interval.mean == pytest.approx(values_O.mean())
    assert interval == bootstrap(values_O, draws=300)
    assert interval.n == len(values_O)


@settings(max_examples=50, deadline=None)
@given(values, st.floats(-5, 5))
def test_shift_of_all_values_shifts_the_interval(values_O: np.ndarray, shift: float) -> None:
    plain, moved = bootstrap(values_O, draws=200), bootstrap(values_O + shift, draws=200)
    assert (moved.low, moved.high) == pytest.approx((plain.low + shift, plain.high + shift), abs=1e-9)
    certain = paired_difference(values_O + shift, values_O, draws=200)
    assert (certain.low, certain.mean, certain.high) == pytest.approx((shift, shift, shift), abs=1e-9)


def test_pairs_are_told_apart_where_single_means_are_not() -> None:
    draw = np.random.default_rng(1)
    hard = draw.normal(0, 1, 40)
    a, b = hard + 0.1 + draw.normal(0, 0.05, 40), hard
    assert bootstrap(a).low < bootstrap(b).high
    assert paired_difference(a, b).low > 0


def test_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    draw = np.random.default_rng(2)
    intervals = [bootstrap(draw.normal(0.3, 1, 60), seed=trial, draws=400) for trial in range(300)]
    hits = np.mean([interval.low <= 0.3 <= interval.high for interval in intervals])
    assert 0.89 <= hits <= 0.98


def test_ratio_is_one_of_means_and_not_a_mean_of_ratios() -> None:
    ratio = paired_ratio(np.array([1.0, 0.0]), np.array([1.0, 3.0]))
    assert ratio.mean == pytest.approx(0.25)
    halved = paired_ratio(np.linspace(0.1, 1, 30) / 2, np.linspace(0.1, 1, 30))
    assert (halved.low, halved.mean, halved.high) == pytest.approx((0.5, 0.5, 0.5))


def test_ratio_to_what_may_be_nothing_is_open_ended() -> None:
    draw = np.random.default_rng(3)
    ratio = paired_ratio(np.full(30, 0.2), draw.normal(0.01, 1, 30))
    assert ratio.high == np.inf
    assert np.isnan(paired_ratio(np.ones(3), np.zeros(3)).mean)


def test_nothing_and_not_a_number_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one object"):
        bootstrap(np.array([]))
    with pytest.raises(ValueError, match="not finite"):
        bootstrap(np.array([1.0, np.nan]))
    with pytest.raises(ValueError, match="paired"):
        paired_difference(np.zeros(2), np.zeros(3))
