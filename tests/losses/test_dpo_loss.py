"""DPO on flow matching: log 2 at the reference, hand-computed values, and the direction of the gradient."""

import math

import pytest
import torch

from trainers.losses import LOG_2, dpo_loss


def test_loss_is_log_2_while_the_model_is_the_reference() -> None:
    winner, loser = torch.tensor([0.3, 1.7]), torch.tensor([0.9, 0.2])
    loss = dpo_loss(winner, loser, winner, loser, beta=2000.0)
    assert loss.total.item() == pytest.approx(math.log(2), abs=1e-7)
    assert loss.total.item() == pytest.approx(LOG_2, abs=1e-7)
    assert loss.margin.item() == 0.0
    assert loss.implicit_accuracy.item() == 0.0


def test_hand_computed_pair() -> None:
    # Delta = (0.4 - 0.5) - (0.9 - 0.7) = -0.3; margin = 10 * 0.3 = 3; -log sigmoid(3) = 0.04858735
    loss = dpo_loss(torch.tensor([0.4]), torch.tensor([0.9]), torch.tensor([0.5]), torch.tensor([0.7]), beta=10.0)
    assert loss.margin.item() == pytest.approx(3.0, abs=1e-5)
    assert loss.total.item() == pytest.approx(0.04858735, abs=1e-6)
    assert loss.implicit_accuracy.item() == 1.0
    assert loss.winner_error.item() == pytest.approx(0.4)


def test_wrong_way_round_costs_more_than_log_2() -> None:
    # The winner got worse by 0.1 and the loser better by 0.2: margin -3, -log sigmoid(-3) = 3.04858735
    loss = dpo_loss(torch.tensor([0.6]), torch.tensor([0.5]), torch.tensor([0.5]), torch.tensor([0.7]), beta=10.0)
    assert loss.total.item() == pytest.approx(3.04858735, abs=1e-5)
    assert loss.implicit_accuracy.item() == 0.0


def test_gradient_lowers_the_winners_error_and_raises_the_losers() -> None:
    winner, loser = torch.tensor([0.5], requires_grad=True), torch.tensor([0.7], requires_grad=True)
    dpo_loss(winner, loser, winner.detach(), loser.detach(), beta=4.0).total.backward()  # type: ignore[no-untyped-call]
    assert winner.grad is not None
    assert loser.grad is not None
    assert winner.grad.item() == pytest.approx(2.0)  # beta * sigmoid(0)
    assert loser.grad.item() == pytest.approx(-2.0)


def test_anchor_adds_the_winners_error() -> None:
    winner, loser = torch.tensor([0.5]), torch.tensor([0.7])
    loss = dpo_loss(winner, loser, winner, loser, beta=1.0, anchor=0.2)
    assert loss.total.item() == pytest.approx(math.log(2) + 0.1)
