"""Networks whose output is the data that the path leads to."""

import dataclasses

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from benchmarks.plain_sampling import plain_sample
from networks.config import NetworkConfig, debug_config
from networks.flow import interpolate, target_velocity
from networks.geometry import GeometryTransformer
from networks.prediction import LEAST_LEFT, velocity_from_data
from networks.sampling import Sampler, draw_noise

SHAPE_VALUE = 0.7


@pytest.fixture
def transformer() -> GeometryTransformer:
    """It predicts one and the same shape wherever it stands."""
    torch.manual_seed(0)
    network = GeometryTransformer(dataclasses.replace(debug_config(), predicts="data")).eval().requires_grad_(False)
    network.shape_out.bias.fill_(SHAPE_VALUE)
    return network


@pytest.fixture
def cond_OLD(transformer: GeometryTransformer) -> Tensor:
    return torch.randn(2, 7, transformer.config.width, generator=torch.Generator().manual_seed(1))


@given(t=st.floats(0, 1 - LEAST_LEFT))
def test_the_true_data_give_the_true_velocity(t: float) -> None:
    draw = torch.Generator().manual_seed(2)
    noise, data = torch.randn(3, 4, 2, generator=draw).double(), torch.randn(3, 4, 2, generator=draw).double()
    t_B = torch.full((3,), t, dtype=torch.float64)
    found = velocity_from_data(data, interpolate(noise, data, t_B), t_B)
    assert torch.allclose(found, target_velocity(noise, data), atol=1e-9)


def test_near_the_end_the_velocity_stays_bounded() -> None:
    data, point = torch.tensor([[1.0]]), torch.tensor([[0.0]])
    assert float(velocity_from_data(data, point, torch.ones(1))) == pytest.approx(1 / LEAST_LEFT)


def test_training_sees_a_velocity(transformer: GeometryTransformer, cond_OLD: Tensor) -> None:
    noise, t_B = draw_noise(transformer.config, [1, 2]), torch.tensor([0.2, 0.6])
    velocity, _ = transformer(*noise, t_B, cond_OLD)
    expected = (SHAPE_VALUE - noise.shape_BCXYZ) / (1 - t_B).view(-1, 1, 1, 1, 1)
    assert torch.allclose(velocity, expected, atol=1e-5)


@pytest.mark.parametrize("steps", [1, 4, 25])
@pytest.mark.parametrize("guidance", [0.0, 3.0])
def test_every_way_of_sampling_ends_at_the_predicted_data(
    transformer: GeometryTransformer, cond_OLD: Tensor, steps: int, guidance: float
) -> None:
    noise = draw_noise(transformer.config, [3, 4])
    captured = Sampler(transformer, capture=lambda work: work)
    for sampler in (Sampler(transformer), captured, Sampler(transformer, dtype=torch.bfloat16)):
        ended = sampler(cond_OLD, noise, steps=steps, guidance=guidance).shape_BCXYZ
        assert torch.allclose(ended, torch.tensor(SHAPE_VALUE), atol=5e-3)
    plain = plain_sample(transformer, cond_OLD, noise, steps=steps, guidance=guidance).shape_BCXYZ
    assert torch.allclose(plain, torch.tensor(SHAPE_VALUE), atol=1e-4)


def test_older_checkpoints_predict_velocities() -> None:
    known = dataclasses.asdict(debug_config())
    del known["predicts"]
    assert NetworkConfig(**known).predicts == "velocity"


def test_another_prediction_is_refused() -> None:
    with pytest.raises(ValueError, match="predicts must be one of velocity, data"):
        dataclasses.replace(debug_config(), predicts="noise")  # type: ignore[arg-type]
