"""Errors of depth: each kind does what it says, none invents depth, and the same draw gives the same errors."""

import dataclasses

import pytest
import torch
from torch import Tensor

from trainers.data.depth_noise import DepthNoise, disturb_depth, disturb_windows

CLEAN = DepthNoise(scale=0, bend=0, step=0, grain=0, ragged=0, holes=0, missing=0)


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def discs(n: int = 64, size: int = 48) -> Tensor:
    """A disc at depth 2 before nothing, over the left half a wall at depth 4."""
    axis = (torch.arange(size) + 0.5) / size - 0.5
    disc = axis[:, None] ** 2 + axis[None] ** 2 < 0.1
    wall = torch.where(axis[None] < 0, 4.0, 0.0).expand(size, size)
    return torch.where(disc, 2.0, wall).expand(n, size, size).contiguous()


def of(**changes: float) -> DepthNoise:
    return dataclasses.replace(CLEAN, **changes)


def test_no_noise_changes_nothing() -> None:
    depth = discs()
    assert torch.allclose(disturb_depth(depth, generator(), CLEAN), depth, rtol=1e-5)


def test_what_is_unknown_stays_unknown_and_the_rest_stays_positive() -> None:
    depth = discs()
    disturbed = disturb_depth(depth, generator())
    assert (disturbed[depth == 0] == 0).all()
    assert (disturbed >= 0).all()
    assert torch.isfinite(disturbed).all()
    assert 0.5 < float((disturbed > 0).float().mean() / (depth > 0).float().mean()) < 0.95


def test_a_scale_error_is_one_factor_a_picture() -> None:
    depth = discs()
    ratio = (disturb_depth(depth, generator(), of(scale=0.1)) / depth)[:, depth[0] > 0]
    assert float(ratio.std(1).max()) < 1e-5
    assert 0.06 < float(ratio[:, 0].log().std()) < 0.15


def test_a_bend_is_smooth_and_differs_over_the_picture() -> None:
    depth = torch.full((32, 48, 48), 2.0)
    error = (disturb_depth(depth, generator(), of(bend=0.1)) / 2).log()
    assert float(error.flatten(1).std(1).median()) > 0.01
    assert float((error[:, 1:] - error[:, :-1]).abs().max()) < 0.1 * 6 * 2 * 3.2 * 2 / 48


def test_quantised_depth_has_few_values_evenly_spaced_in_nearness() -> None:
    depth = torch.linspace(1, 3, 48 * 48).view(1, 48, 48).repeat(8, 1, 1)
    for picture in 1 / disturb_depth(depth, generator(), of(step=0.1)):
        steps = torch.unique(picture.round(decimals=4)).diff()
        assert float(steps.max() - steps.min()) < 4e-4


def test_edges_lose_pixels_and_smear_between_near_and_far_only() -> None:
    depth = discs()
    disturbed = disturb_depth(depth, generator(), of(ragged=1))
    changed = disturbed != depth
    assert changed.any(0).float().mean() < 0.25
    assert ((disturbed[changed] == 0) | ((disturbed[changed] >= 2) & (disturbed[changed] <= 4))).all()
    assert (disturbed[changed] == 3).any()
    assert (disturbed[:, 24, 24] == 2).all()


def test_holes_are_blobs_of_the_share_asked_for() -> None:
    depth = torch.full((256, 48, 48), 2.0)
    hole = disturb_depth(depth, generator(), of(holes=0.3)) == 0
    assert 0.10 < float(hole.float().mean()) < 0.20
    # Neighbours agree, as they would not if pixels were lost one by one.
    assert float((hole[:, 1:] != hole[:, :-1]).float().mean()) < 0.08


def test_some_pictures_have_no_depth_at_all() -> None:
    gone = (disturb_depth(discs(400), generator(), of(missing=0.25)) == 0).flatten(1).all(1)
    assert 0.17 < float(gone.float().mean()) < 0.33


def test_the_same_draw_gives_the_same_errors() -> None:
    a, b, c = (disturb_depth(discs(4), generator(seed)) for seed in (1, 1, 2))
    assert (a == b).all()
    assert not (a == c).all()


@pytest.mark.parametrize("noise", [of(bend=0.2), of(holes=0.5), of(scale=0.2)])
def test_a_window_shows_the_errors_of_its_part_of_the_picture(noise: DepthNoise) -> None:
    whole = torch.full((16, 64, 64), 2.0)
    # The window's 32 pixels are pixels 16 to 47 of the picture.
    part = torch.nn.functional.interpolate(whole[:, None, 16:48, 16:48], scale_factor=2)[:, 0]
    windows = torch.tensor([[0.25, 0.25, 0.5], [0.0, 0.0, 1.0]]).expand(16, 2, 3)
    disturbed = disturb_windows(torch.stack([part, whole], 1), windows, generator(), noise)
    window, inside = disturbed[:, 0].unfold(1, 2, 2).unfold(2, 2, 2).mean((-1, -2)), disturbed[:, 1, 16:48, 16:48]
    assert float(((window - inside).abs() < 0.02).float().mean()) > 0.9
    assert not torch.allclose(inside, whole[:, :32, :32], atol=0.01)
