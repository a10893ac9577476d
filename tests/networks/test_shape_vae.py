import dataclasses

import pytest
import torch
from torch import Tensor

from networks.config import debug_config, nano_config
from networks.shape_vae import ShapeVae, fold_voxels, unfold_voxels


def four_shapes(side: int = 32) -> Tensor:
    """A ball, a table, a tube and a plate: thick and thin parts."""
    x, y, z = torch.meshgrid(*[torch.linspace(-0.5, 0.5, side)] * 3, indexing="ij")
    ball = x**2 + y**2 + z**2 < 0.16
    is_leg = (x.abs() > 0.3) & (x.abs() < 0.38) & (z.abs() > 0.3) & (z.abs() < 0.38)
    table = (y.abs() < 0.4) & ((y > 0.3) & (x.abs() < 0.4) & (z.abs() < 0.4) | is_leg)
    radius = (x**2 + z**2).sqrt()
    tube = (radius < 0.3) & (radius > 0.2) & (y.abs() < 0.45)
    plate = (z.abs() < 0.05) & (x + y < 0.3) & (x.abs() < 0.45) & (y.abs() < 0.45)
    return torch.stack([ball, table, tube, plate])[:, None].float()


def iou(logits: Tensor, truth: Tensor) -> Tensor:
    solid, truth = logits > 0, truth > 0.5
    return (solid & truth).flatten(1).sum(1) / (solid | truth).flatten(1).sum(1)


def folded_vae(grid: int = 32, latent_grid: int = 8) -> ShapeVae:
    torch.manual_seed(0)
    config = dataclasses.replace(debug_config(), grid=grid, latent_grid=latent_grid, vae_stem=2, vae_channels=(16, 32))
    return ShapeVae(config)


def test_folding_keeps_every_voxel_in_its_block() -> None:
    grid = torch.randn(2, 1, 8, 8, 8)
    folded = fold_voxels(grid, 2)
    assert folded.shape == (2, 8, 4, 4, 4)
    assert torch.equal(folded[1, :, 1, 2, 3].sort().values, grid[1, 0, 2:4, 4:6, 6:8].flatten().sort().values)
    assert torch.equal(unfold_voxels(folded, 2), grid)
    assert torch.equal(fold_voxels(grid, 1), grid)


@pytest.mark.parametrize("vae", [folded_vae(), ShapeVae(debug_config())])
def test_a_voxel_s_latent_is_near_the_voxel(vae: ShapeVae) -> None:
    empty = torch.zeros(1, 1, 32, 32, 32)
    dotted = empty.clone()
    dotted[..., 29, 2, 17] = 1
    change = (vae.encode(dotted)[0] - vae.encode(empty)[0]).abs().sum(1)[0]
    assert [int(axis) for axis in torch.unravel_index(change.argmax(), change.shape)] == [7, 0, 4]


def test_four_shapes_are_learnt_by_heart_in_a_few_steps() -> None:
    vae, shapes = folded_vae(grid=16, latent_grid=4), four_shapes(16)
    assert all(0.02 < float(share) < 0.4 for share in shapes.mean((1, 2, 3, 4)))
    optimiser = torch.optim.Adam(vae.parameters(), lr=1e-2)
    noise = torch.Generator().manual_seed(0)
    for _ in range(100):
        logits, mean, log_variance = vae(shapes, noise)
        reconstruction = torch.nn.functional.binary_cross_entropy_with_logits(logits, shapes)
        divergence = 0.5 * (mean**2 + log_variance.exp() - 1 - log_variance).mean()
        optimiser.zero_grad()
        (reconstruction + 1e-3 * divergence).backward()
        optimiser.step()
    with torch.no_grad():
        reached = iou(vae.decode(vae.encode(shapes)[0]), shapes)
    assert float(reached.min()) > 0.95


def test_lower_precision_keeps_the_shape_and_the_moments_in_float32() -> None:
    vae, shapes = folded_vae().eval(), four_shapes()
    with torch.no_grad():
        exact, mean, _ = vae(shapes, torch.Generator().manual_seed(0))
        with torch.autocast("cpu", dtype=torch.bfloat16):
            rounded, half_mean, half_variance = vae(shapes, torch.Generator().manual_seed(0))
    assert half_mean.dtype == half_variance.dtype == torch.float32
    assert float((half_mean - mean).norm() / mean.norm()) < 0.05
    assert float((rounded.float() - exact).norm() / exact.norm()) < 0.05


def test_nano_folds_before_it_convolves() -> None:
    from torch.utils.flop_counter import FlopCounterMode

    with torch.device("meta"):
        vae, grid = ShapeVae(nano_config()), torch.zeros(1, 1, 64, 64, 64)
        with FlopCounterMode(display=False) as counter:
            vae.decode(vae.encode(grid)[0])
    # Three times this in training; the first convolutions at 64^3 alone would cost more.
    assert counter.get_total_flops() / 1e9 < 25
