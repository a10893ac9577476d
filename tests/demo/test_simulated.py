"""Simulated annotators prefer the truth, about as often as people agree, and answer as people answer."""

import uuid

import numpy as np
import pytest

from engine.annotation.scheduling import Step, check_none_acceptable, check_winner
from engine.demo.simulated import (
    SimulatedDecision,
    SimulatedEye,
    expected_agreement,
    measured_agreement,
    quality_differences,
    tune_noise,
)

IDS = [uuid.UUID(int=number) for number in range(1, 7)]


def differences(n: int = 4000) -> list[float]:
    rng = np.random.default_rng(0)
    return [float(value) for value in rng.normal(0, 0.1, n)]


def decide(noise: float, qualities: list[float], seed: int = 0) -> SimulatedDecision:
    return SimulatedEye(noise=noise, seed=seed).decide(shown_ids=IDS, quality=dict(zip(IDS, qualities, strict=True)))


def test_an_eye_without_noise_finds_the_best() -> None:
    decision = decide(0.0, [0.1, 0.3, 0.2, 0.5, 0.4, 0.0])
    assert decision.winner_id == IDS[3]
    # 0.5 of 0.8 is 0.625 of the scale, which is its third fifth.
    assert decision.rating == pytest.approx(0.6)


def test_nothing_acceptable_is_a_route_of_its_own() -> None:
    decision = decide(0.0, [0.01, 0.02, 0.0, 0.01, 0.02, 0.03])
    assert (decision.winner_id, decision.rating) == (None, None)


@pytest.mark.parametrize(("best", "is_acceptable"), [(0.39, False), (0.41, True)])
def test_what_is_rated_below_alpha_is_not_acceptable(best: float, is_acceptable: bool) -> None:
    assert (decide(0.0, [0.1, 0.3, best, 0.0, 0.2, 0.1]).winner_id is not None) is is_acceptable


@pytest.mark.parametrize("seed", range(30))
def test_every_answer_passes_the_checks_of_a_persons_answer(seed: int) -> None:
    qualities = [float(value) for value in np.random.default_rng(seed).uniform(0, 0.4, 6)]
    decision = decide(0.1, qualities, seed=seed)
    steps = [Step(left_id=s.left_id, right_id=s.right_id, verdict=s.verdict, milliseconds=1) for s in decision.steps]
    check = check_winner if decision.winner_id else check_none_acceptable
    check(decision.winner_id, decision.rating, steps, shown_ids=IDS)


def test_without_noise_two_eyes_always_agree() -> None:
    assert expected_agreement([0.1, -0.2], noise=0.0) == 1.0


def test_with_endless_noise_two_eyes_agree_by_chance() -> None:
    assert expected_agreement([0.1, -0.2], noise=1e6) == pytest.approx(0.5, abs=1e-4)


def test_the_tuned_noise_gives_the_wanted_agreement_when_measured() -> None:
    noise = tune_noise(differences())
    # 4,000 pairs: a standard error of .7%.
    assert measured_agreement(differences(), noise=noise, seed=5) == pytest.approx(0.75, abs=0.025)


def test_differences_are_taken_within_an_object_only() -> None:
    assert quality_differences([[0.5, 0.2], [0.9]]) == [pytest.approx(0.3)]


def test_noise_cannot_be_tuned_without_pairs() -> None:
    with pytest.raises(ValueError, match="no pairs"):
        tune_noise([])
