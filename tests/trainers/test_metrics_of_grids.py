"""Overlap of many grids at once, by hand and against the one-grid formula."""

import numpy as np
import pytest
import torch
from torch import Tensor

from trainers.evaluation import occupancy
from trainers.evaluation.metrics import voxel_iou
from trainers.evaluation.occupancy import all_pairs_iou, grid_iou, pack, quarter_turn_iou, surface_points, unpack


def random_grids(n: int, size: int = 8, seed: int = 0) -> Tensor:
    return torch.rand(n, size, size, size, generator=torch.Generator().manual_seed(seed)) < 0.3


def test_overlap_of_each_pair_is_that_of_the_one_grid_formula() -> None:
    a, b = random_grids(5), random_grids(5, seed=1)
    expected = [voxel_iou(x.numpy(), y.numpy()) for x, y in zip(a, b, strict=True)]
    assert grid_iou(a, b).tolist() == pytest.approx(expected)
    empty = torch.zeros_like(a)
    assert grid_iou(empty, empty).tolist() == [0] * 5


def test_all_pairs_are_compared_across_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    a, b = random_grids(5), random_grids(7, seed=1)
    monkeypatch.setattr(occupancy, "GRIDS_AT_ONCE", 3)
    table = all_pairs_iou(a, b)
    assert table.shape == (5, 7)
    for row in range(5):
        assert torch.allclose(table[row], grid_iou(a[row].expand(7, -1, -1, -1), b))


def test_quarter_turn_finds_a_shape_that_looks_the_wrong_way() -> None:
    true = torch.zeros(1, 8, 8, 8, dtype=torch.bool)
    true[0, 4:, :2, 3:5] = True
    for k in range(4):
        turned = torch.rot90(true, k, (1, 3))
        assert quarter_turn_iou(turned, true).item() == 1
    # Upside down is no turn about the vertical axis.
    assert quarter_turn_iou(true.flip(2), true).item() == 0


def test_packed_grids_come_back_and_are_as_numpy_packs_them() -> None:
    grids = random_grids(3)
    bits = pack(grids)
    assert np.array_equal(bits.numpy(), np.packbits(grids.numpy().reshape(3, -1), axis=1))
    assert torch.equal(unpack(bits, 8), grids)
    with pytest.raises(ValueError, match="multiple of 8"):
        pack(torch.zeros(1, 3, 3, 3, dtype=torch.bool))


def test_surface_points_lie_in_the_outermost_cells() -> None:
    grid = torch.zeros(1, 8, 8, 8, dtype=torch.bool)
    grid[0, 1:6, 1:6, 1:6] = True
    points = surface_points(grid, 500)[0]
    cells = ((points + 0.5) * 8).floor().long()
    assert ((cells >= 1) & (cells <= 5)).all()
    assert ((cells == 1) | (cells == 5)).any(1).all()
    # All 5^3 - 3^3 of them, and round again.
    assert len(torch.unique(cells, dim=0)) == 98


def test_surface_reaches_the_border_and_an_empty_grid_gives_its_centre() -> None:
    grids = torch.stack([torch.ones(4, 4, 4, dtype=torch.bool), torch.zeros(4, 4, 4, dtype=torch.bool)])
    points = surface_points(grids, 64)
    assert len(torch.unique(((points[0] + 0.5) * 4).floor(), dim=0)) == 4**3 - 2**3
    assert torch.equal(points[1], torch.zeros(64, 3))
