"""How hard each modality pulls at the conditioner."""

import pytest
import torch

from benchmarks.throughput import random_samples
from networks.network import GeometryNetwork
from networks.vit import ImageEncoder
from trainers.data.samples import Samples
from trainers.pulls import conditioner_pulls
from trainers.recipes.recipe import BALANCED_WEIGHTS, MODALITY_WEIGHTS, SHAPE_AND_ROTATION
from trainers.recipes.smoke import smoke_network


@pytest.fixture
def network() -> GeometryNetwork:
    torch.manual_seed(0)
    network = GeometryNetwork(smoke_network())
    with torch.no_grad():
        # Fresh heads are zero, and nothing would reach the conditioner through them.
        for parameter in network.transformer.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.05)
    return network


@pytest.fixture
def batch(network: GeometryNetwork) -> Samples:
    return random_samples(network.config, 4, torch.device("cpu"))


def pulls(network: GeometryNetwork, batch: Samples, weights: dict[str, float]) -> dict[str, float]:
    return conditioner_pulls(network, batch, weights, statistics=None, seed=3)


def test_a_pull_is_proportional_to_its_weight_and_independent_of_the_others(
    network: GeometryNetwork, batch: Samples
) -> None:
    published, balanced = pulls(network, batch, MODALITY_WEIGHTS), pulls(network, batch, BALANCED_WEIGHTS)
    assert all(pull > 0 for pull in published.values())
    for name, pull in balanced.items():
        factor = BALANCED_WEIGHTS[name] / MODALITY_WEIGHTS[name]
        assert pull == pytest.approx(factor * published[name], rel=1e-4)


def test_what_is_not_supervised_is_left_out(network: GeometryNetwork, batch: Samples) -> None:
    assert pulls(network, batch, SHAPE_AND_ROTATION).keys() == {"shape", "rotation"}


def test_measuring_leaves_no_trace(network: GeometryNetwork, batch: Samples) -> None:
    before = {name: p.detach().clone() for name, p in network.named_parameters()}
    first = pulls(network, batch, MODALITY_WEIGHTS)
    assert all(p.grad is None for p in network.parameters())
    assert all(torch.equal(p, before[name]) for name, p in network.named_parameters())
    assert pulls(network, batch, MODALITY_WEIGHTS) == first


def test_only_what_learns_in_the_conditioner_counts(network: GeometryNetwork, batch: Samples) -> None:
    whole = pulls(network, batch, MODALITY_WEIGHTS)["shape"]
    encoder = network.conditioner.rgb_encoder
    assert isinstance(encoder, ImageEncoder)
    encoder.requires_grad_(False)
    assert 0 < pulls(network, batch, MODALITY_WEIGHTS)["shape"] < whole
    network.conditioner.requires_grad_(False)
    with pytest.raises(ValueError, match="nothing in the conditioner learns"):
        pulls(network, batch, MODALITY_WEIGHTS)
