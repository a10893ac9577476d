"""Coarser and stretched grids keep what is thin, and keep their place."""

import numpy as np
import pytest

from trainers.data.grids import coarsened, coarsened_surface, stretched


def test_solid_halves_exactly_when_its_blocks_do() -> None:
    fine = np.zeros((16, 16, 16), dtype=bool)
    fine[4:10, 2:6, 8:16] = True
    expected = np.zeros((8, 8, 8), dtype=bool)
    expected[2:5, 1:3, 4:8] = True
    assert (coarsened(fine, 2) == expected).all()
    assert coarsened(fine, 1) is fine


@pytest.mark.parametrize("axis", range(3))
def test_wire_and_sheet_survive_coarsening(axis: int) -> None:
    wire = np.zeros((16, 16, 16), dtype=bool)
    wire[5, 5, :] = True
    wire = np.moveaxis(wire, 2, axis)
    assert coarsened(wire, 2).any((0, 1, 2))
    assert coarsened(wire, 2).sum() == 8
    sheet = np.zeros((16, 16, 16), dtype=bool)
    sheet[5] = True
    assert coarsened(np.moveaxis(sheet, 0, axis), 2).sum() == 64


def test_sides_that_do_not_divide_are_refused() -> None:
    with pytest.raises(ValueError, match="3 times"):
        coarsened(np.zeros((16, 16, 16), dtype=bool), 3)


def test_surface_counts_half_so_that_a_solid_neither_grows_nor_shrinks() -> None:
    fine = np.zeros((32, 32, 32), dtype=bool)
    fine[6:26, 6:26, 6:26] = True
    inner = np.zeros_like(fine)
    inner[7:25, 7:25, 7:25] = True
    # A surface through the middle of its voxels encloses 19 fine voxels a side: 9.5 coarse ones.
    volume = coarsened_surface(inner, fine & ~inner, 2).sum()
    assert 8**3 < volume <= 10**3


def test_stretching_scales_about_the_centre() -> None:
    solid = np.zeros((32, 32, 32), dtype=bool)
    solid[8:24, 12:20, 14:18] = True
    taller = stretched(solid, (1.0, 1.5, 1.0))
    index = np.argwhere(taller)
    assert (index.min(0) == (8, 10, 14)).all()
    assert (index.max(0) == (23, 21, 17)).all()
    assert (stretched(solid, (1.0, 1.0, 1.0)) == solid).all()


def test_wall_of_one_voxel_survives_shrinking() -> None:
    wall = np.zeros((64, 64, 64), dtype=bool)
    for at in (3, 20, 31, 57):
        wall[at] = True
    assert (np.diff(np.concatenate([[0], stretched(wall, (0.8, 1.0, 1.0)).any((1, 2))]).astype(int)) == 1).sum() == 4
