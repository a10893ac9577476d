"""The ways to sample fast give what the formula says, step by step and row by row."""

from collections.abc import Callable
from itertools import pairwise

import pytest
import torch
from torch import Tensor

from networks.capturing import CapturedSteps
from networks.geometry import GeometryBlock, GeometryTransformer
from networks.pipeline import Latents, Networks
from networks.sampling import Sampler, draw_noise, sample, time_grid

SEEDS = [1, 2, 3, 4]
ONE_SEED_EACH = [1, 2]
N_OBJECTS = 2


@pytest.fixture
def transformer(networks: Networks) -> GeometryTransformer:
    return networks.geometry.transformer.requires_grad_(False)


@pytest.fixture
def cond_OLD() -> Tensor:
    return torch.randn(N_OBJECTS, 12, 64, generator=torch.Generator().manual_seed(0))


def by_the_formula(transformer: GeometryTransformer, cond_BLD: Tensor, noise: Latents, steps: int, w: float) -> Latents:
    """One evaluation after the other: all tokens in every row, nothing kept from step to step."""
    shape, layout = noise
    for now, then in pairwise(time_grid(steps)):
        t_B = torch.full((len(shape),), now)
        velocity = transformer(shape, layout, t_B, cond_BLD)
        if now < 0.5:
            free = transformer(shape, layout, t_B, torch.zeros_like(cond_BLD))
            velocity = [(1 + w) * seen - w * unseen for seen, unseen in zip(velocity, free, strict=True)]
        shape, layout = shape + (then - now) * velocity[0], layout + (then - now) * velocity[1]
    return Latents(shape, layout)


def assert_close(one: Latents, two: Latents, tolerance: float) -> None:
    for a, b in zip(one, two, strict=True):
        torch.testing.assert_close(a, b, atol=tolerance, rtol=tolerance)


def run_at_once(work: Callable[[], None]) -> Callable[[], None]:
    """Stand where a GPU's recorder stands: it too runs the work before it can replay it."""
    work()
    return work


@pytest.mark.parametrize("guidance", [0.0, 3.0])
def test_seeds_of_several_objects_follow_the_formula(
    transformer: GeometryTransformer, cond_OLD: Tensor, guidance: float
) -> None:
    noise = draw_noise(transformer.config, SEEDS)
    expected = by_the_formula(transformer, cond_OLD.repeat_interleave(2, dim=0), noise, 5, guidance)
    assert_close(sample(transformer, cond_OLD, noise, steps=5, guidance=guidance), expected, 1e-5)
    swapped = sample(transformer, cond_OLD.flip(0), noise, steps=5, guidance=guidance)
    assert not torch.allclose(swapped.shape_BCXYZ, expected.shape_BCXYZ, atol=1e-3)


def test_zero_tokens_need_no_attention(transformer: GeometryTransformer) -> None:
    x_BND = torch.randn(2, 5, 64, generator=torch.Generator().manual_seed(0))
    for block, nothing in zip(transformer.blocks, transformer.nothing(), strict=True):
        assert isinstance(block, GeometryBlock)
        keys = block.condition(torch.zeros(2, 12, 64))
        seen = block.shape.look(x_BND, keys.shape_key, keys.shape_value)
        torch.testing.assert_close(seen, nothing.shape_D.expand_as(seen), atol=1e-6, rtol=1e-5)
        seen = block.layout.look(x_BND, keys.layout_key, keys.layout_value)
        torch.testing.assert_close(seen, nothing.layout_D.expand_as(seen), atol=1e-6, rtol=1e-5)


def test_recorded_steps_give_what_plain_steps_give_at_every_call(
    transformer: GeometryTransformer, cond_OLD: Tensor
) -> None:
    recorded = Sampler(transformer, capture=run_at_once)
    asks = [([1, 2], 4, 3.0), ([5, 6], 5, 1.0), ([1, 2], 3, 0.0), ([5, 6, 7, 8], 4, 2.0), ([1, 2], 4, 3.0)]
    answers = []
    for seeds, steps, guidance in asks:
        noise = draw_noise(transformer.config, seeds)
        expected = sample(transformer, cond_OLD + seeds[0], noise, steps=steps, guidance=guidance)
        answers.append((recorded(cond_OLD + seeds[0], noise, steps=steps, guidance=guidance), expected))
    for answer, expected in answers:
        assert_close(answer, expected, 1e-6)


def test_each_size_is_recorded_once_and_the_oldest_is_forgotten(
    transformer: GeometryTransformer, cond_OLD: Tensor
) -> None:
    recordings = 0

    def count(work: Callable[[], None]) -> Callable[[], None]:
        nonlocal recordings
        recordings += 1
        return run_at_once(work)

    sampler = Sampler(transformer, capture=count)
    sampler._captured = CapturedSteps(sampler._step, count, most=2)

    def recordings_for(n_seeds: int) -> int:
        before = recordings
        sampler(cond_OLD, draw_noise(transformer.config, list(range(n_seeds))), steps=4, guidance=2.0)
        return recordings - before

    # A guided kind of step and a plain one, then neither; the third size takes the place of the second.
    assert [recordings_for(n) for n in (2, 4, 2, 6, 2, 4)] == [2, 2, 0, 2, 0, 2]


def test_steps_that_cannot_be_recorded_are_run_all_the_same(transformer: GeometryTransformer, cond_OLD: Tensor) -> None:
    def refuse(work: Callable[[], None]) -> Callable[[], None]:
        work()
        raise RuntimeError("no graphs here")

    noise = draw_noise(transformer.config, ONE_SEED_EACH)
    with pytest.warns(RuntimeWarning, match="no graphs here"):
        slow = Sampler(transformer, capture=refuse)(cond_OLD, noise, steps=4, guidance=3.0)
    assert_close(slow, sample(transformer, cond_OLD, noise, steps=4, guidance=3.0), 1e-6)


def test_half_precision_stays_near_and_float16_nearer_than_bfloat16(
    transformer: GeometryTransformer, cond_OLD: Tensor
) -> None:
    noise = draw_noise(transformer.config, ONE_SEED_EACH)
    exact = sample(transformer, cond_OLD, noise, steps=4, guidance=3.0)

    def error(dtype: torch.dtype) -> float:
        rounded = Sampler(transformer, dtype=dtype)(cond_OLD, noise, steps=4, guidance=3.0)
        assert rounded.shape_BCXYZ.dtype == torch.float32
        return float((rounded.shape_BCXYZ - exact.shape_BCXYZ).norm() / exact.shape_BCXYZ.norm())

    assert error(torch.float16) < 5e-3
    assert error(torch.float16) < error(torch.bfloat16) / 4 < 0.02


def test_a_network_that_learns_on_is_sampled_as_it_is(transformer: GeometryTransformer, cond_OLD: Tensor) -> None:
    noise = draw_noise(transformer.config, ONE_SEED_EACH)
    sampler = Sampler(transformer, dtype=torch.float64)
    before = sampler(cond_OLD, noise, steps=2, guidance=0.0)
    for parameter in transformer.parameters():
        parameter.mul_(0.5)
    after = sampler(cond_OLD, noise, steps=2, guidance=0.0)
    assert not torch.allclose(before.shape_BCXYZ, after.shape_BCXYZ, atol=0.01)
    assert_close(after, sample(transformer, cond_OLD, noise, steps=2, guidance=0.0), 1e-5)


def test_a_compiled_block_gives_what_the_plain_one_gives(transformer: GeometryTransformer, cond_OLD: Tensor) -> None:
    noise = draw_noise(transformer.config, ONE_SEED_EACH)
    compiled = torch.compile(GeometryBlock.advance, backend="eager", fullgraph=True)
    fast = Sampler(transformer, advance=compiled)(cond_OLD, noise, steps=4, guidance=3.0)
    assert_close(fast, sample(transformer, cond_OLD, noise, steps=4, guidance=3.0), 1e-6)


def test_rows_that_fit_no_object_are_refused(transformer: GeometryTransformer, cond_OLD: Tensor) -> None:
    with pytest.raises(ValueError, match="3 rows of noise for 2 objects"):
        sample(transformer, cond_OLD, draw_noise(transformer.config, [1, 2, 3]), steps=1, guidance=0.0)
