"""The occupancy autoencoder's loss, by hand."""

import math

import pytest
import torch

from trainers.losses import vae_loss


def test_standard_normal_latent_has_no_kl_and_even_logits_cost_log_2() -> None:
    loss = vae_loss(torch.zeros(1, 2), torch.tensor([[0.0, 1.0]]), torch.zeros(1, 3), torch.zeros(1, 3), kl_weight=1.0)
    assert loss.reconstruction.item() == pytest.approx(math.log(2))
    assert loss.kl.item() == 0.0


def test_kl_of_a_shifted_and_narrowed_latent() -> None:
    # 0.5 * (mu^2 + var - 1 - log var) = 0.5 * (4 + 0.25 - 1 + 1.38629436) = 2.31814718
    log_variance = torch.tensor([[math.log(0.25)]])
    loss = vae_loss(torch.zeros(1, 1), torch.zeros(1, 1), torch.tensor([[2.0]]), log_variance, kl_weight=0.1)
    assert loss.kl.item() == pytest.approx(2.31814718)
    assert loss.total.item() == pytest.approx(math.log(2) + 0.231814718)


def test_occupied_voxels_weigh_more() -> None:
    loss = vae_loss(
        torch.zeros(1, 2),
        torch.tensor([[0.0, 1.0]]),
        torch.zeros(1, 1),
        torch.zeros(1, 1),
        kl_weight=0.0,
        occupied_weight=3.0,
    )
    assert loss.total.item() == pytest.approx(2 * math.log(2))  # (1 + 3) log 2 / 2 voxels
