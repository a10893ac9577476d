import dataclasses

import pytest
import torch

from benchmarks import flops
from benchmarks.flops import SamplingWork
from networks.config import NetworkConfig, debug_config, full_config
from networks.geometry import GeometryTransformer
from networks.sampling import draw_noise, sample, time_grid

CONFIGS = [debug_config(), dataclasses.replace(debug_config(), token_patch=2, has_pointmap=True)]


@pytest.mark.parametrize("config", CONFIGS)
def test_a_training_forward_costs_what_torch_counts(config: NetworkConfig) -> None:
    transformer = GeometryTransformer(config).requires_grad_(False)
    noise = draw_noise(config, [0, 1])
    cond_BLD = torch.randn(2, config.n_condition_tokens, config.width)
    counted = flops.counted_flops(lambda: transformer(*noise, torch.rand(2), cond_BLD))
    assert flops.plain_forward_flops(config, 2) == counted


@pytest.mark.parametrize("guidance", [0.0, 2.0])
@pytest.mark.parametrize("config", CONFIGS)
def test_a_sampling_costs_what_torch_counts(config: NetworkConfig, guidance: float) -> None:
    transformer = GeometryTransformer(config).requires_grad_(False)
    noise = draw_noise(config, [0, 1, 2, 3])
    cond_OLD = torch.randn(2, config.n_condition_tokens, config.width)
    guided = sum(t < 0.5 for t in time_grid(4)[:-1]) if guidance else 0
    work = SamplingWork(objects=2, seeds=2, evaluations=4, guided=guided)
    counted = flops.counted_flops(lambda: sample(transformer, cond_OLD, noise, steps=4, guidance=guidance))
    # What the unconditional branch reads is one small product a block and sampling, which the formulas leave out.
    assert flops.sampling_flops(config, work) == pytest.approx(counted, rel=1e-3)
    assert flops.sampling_flops(config, work) < flops.plain_sampling_flops(config, work)


def test_the_full_size_costs_what_was_published() -> None:
    assert flops.plain_forward_flops(full_config(), 1) == pytest.approx(9.09e12, rel=0.005)
    assert flops.training_flops(full_config(), 1) == pytest.approx(27.27e12, rel=0.005)
