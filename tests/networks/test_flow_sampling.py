import pytest
import torch
from torch import Tensor

from networks import flow, sampling
from networks.geometry import ConditionKeys, Nothing
from networks.pipeline import Latents, Networks, debug_config


class ConstantVelocity:
    """A transformer whose flow is known: conditional velocity ``conditional``, unconditional ``free``."""

    def __init__(self, conditional: float, free: float) -> None:
        self.conditional, self.free = conditional, free
        self.config = debug_config()
        self.shape_in = torch.nn.Linear(1, 1)
        self.calls: list[tuple[float, int]] = []

    def modulate(self, t_S: Tensor) -> Tensor:
        return t_S.view(-1, 1, 1, 1)

    def prepare(self, cond_OLD: Tensor) -> list[ConditionKeys]:
        return [ConditionKeys(*[cond_OLD[:, None]] * 4)]

    def nothing(self) -> list[Nothing]:
        return []

    def predict(
        self,
        point: Latents,
        modulation_L6D: Tensor,
        keys: list[ConditionKeys],
        nothing: list[Nothing] | None,
        advance: object,
    ) -> Latents:
        rows = len(point.shape_BCXYZ)
        self.calls.append((float(modulation_L6D), rows))
        speed = torch.full((rows,), self.conditional)
        if nothing is not None:
            speed[rows // 2 :] = self.free
        return Latents(
            speed.view(-1, 1, 1, 1, 1).expand_as(point.shape_BCXYZ), speed[:, None].expand_as(point.layout_BK)
        )


def run(model: ConstantVelocity, steps: int, guidance: float) -> float:
    noise = Latents(torch.zeros(3, 1, 1, 1, 1), torch.zeros(3, 12))
    out = sampling.sample(model, torch.ones(1, 2, 4), noise, steps=steps, guidance=guidance)  # type: ignore[arg-type]
    assert torch.allclose(out.layout_BK, out.shape_BCXYZ.flatten()[0])
    return float(out.shape_BCXYZ[0])


def test_noise_is_at_zero_and_data_at_one() -> None:
    noise, data = torch.tensor([[1.0, 1.0]] * 3), torch.tensor([[5.0, 9.0]] * 3)
    x_t = flow.interpolate(noise, data, torch.tensor([0.0, 0.25, 1.0]))
    assert x_t.tolist() == [[1, 1], [2, 3], [5, 9]]
    assert flow.target_velocity(noise, data)[0].tolist() == [4, 8]


def test_times_lean_towards_the_noise() -> None:
    times = flow.draw_times(20_000, torch.Generator().manual_seed(0))
    assert abs(float(torch.logit(times).mean()) + 1) < 0.03
    assert abs(float(torch.logit(times).std()) - 1) < 0.03


def test_the_warped_clock_runs_from_noise_to_data_with_more_steps_near_the_noise() -> None:
    grid = sampling.time_grid(4)
    assert grid == pytest.approx([0, 0.1, 0.25, 0.5, 1])


@pytest.mark.parametrize("steps", [1, 4, 25])
def test_a_straight_flow_is_followed_exactly(steps: int) -> None:
    assert run(ConstantVelocity(2.0, 0.0), steps, guidance=0) == pytest.approx(2.0)


class AimingVelocity(ConstantVelocity):
    """The flow that leads every noise straight to one point of data: v = (data - x) / (1 - t)."""

    def predict(self, point: Latents, modulation_L6D: Tensor, *_: object) -> Latents:  # type: ignore[override]
        left = 1 - float(modulation_L6D)
        return Latents(*((self.conditional - part) / left for part in point))


@pytest.mark.parametrize("steps", [1, 4, 25])
def test_noise_at_time_zero_is_led_to_the_data_at_time_one(steps: int) -> None:
    noise = sampling.draw_noise(debug_config(), [1, 2])
    model = AimingVelocity(3.0, 0.0)
    out = sampling.sample(model, torch.ones(1, 2, 4), noise, steps=steps, guidance=0)  # type: ignore[arg-type]
    for part in out:
        torch.testing.assert_close(part, torch.full_like(part, 3.0))


def test_guidance_pushes_away_from_the_unconditional_flow_on_the_first_half_only() -> None:
    # (1 + 3) * 2 - 3 * 1 = 5 until t = 0.5, then 2: 0.5 * 5 + 0.5 * 2.
    model = ConstantVelocity(2.0, 1.0)
    assert run(model, 4, guidance=3.0) == pytest.approx(3.5)
    assert [batch for _, batch in model.calls] == [6, 6, 6, 3]


def test_twenty_five_guided_steps_cost_forty_four_evaluations() -> None:
    model = ConstantVelocity(2.0, 1.0)
    run(model, 25, guidance=7.0)
    assert sum(batch for _, batch in model.calls) == 44 * 3


def test_no_steps_is_an_error(networks: Networks) -> None:
    with pytest.raises(ValueError, match="step"):
        run(ConstantVelocity(1, 1), 0, 0)


def test_a_seed_draws_the_same_noise_beside_any_other() -> None:
    alone = sampling.draw_noise(debug_config(), [7])
    among = sampling.draw_noise(debug_config(), [1, 7, 2**53 + 3])
    assert torch.equal(alone.shape_BCXYZ[0], among.shape_BCXYZ[1])
    assert torch.equal(alone.layout_BK[0], among.layout_BK[1])
    assert not torch.equal(among.shape_BCXYZ[0], among.shape_BCXYZ[1])


def test_a_sample_does_not_depend_on_its_neighbours(networks: Networks) -> None:
    cond = torch.randn(1, 12, 64, generator=torch.Generator().manual_seed(0))
    transformer = networks.geometry.transformer
    alone = sampling.sample(transformer, cond, sampling.draw_noise(networks.config, [7]), steps=4, guidance=2)
    among = sampling.sample(transformer, cond, sampling.draw_noise(networks.config, [1, 2, 7]), steps=4, guidance=2)
    torch.testing.assert_close(among.shape_BCXYZ[2], alone.shape_BCXYZ[0], atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(among.layout_BK[2], alone.layout_BK[0], atol=1e-4, rtol=1e-4)
