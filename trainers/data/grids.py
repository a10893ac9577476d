"""Occupancy grids brought to another resolution or stretched, without losing thin parts. Needs numpy alone.

Grids are indexed ``[x, y, z]``; R voxels of a side span [-0.5, 0.5] of the object frame.
"""

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]

STRETCH_COVERAGE = 0.4
"""Share of a voxel that must be solid after stretching; under a half, so that a wall one voxel thick survives 0.8."""


def coarsened(fine_XYZ: Bools, factor: int) -> Bools:
    """Return the grid with ``factor`` times fewer voxels a side: solid where half of a block is.

    What is thinner than a block everywhere, as a wire or a sheet, stays as one voxel's thickness instead of vanishing.
    Raises ValueError when the sides are no multiple of ``factor``.
    """
    if factor == 1:
        return fine_XYZ
    if any(side % factor for side in fine_XYZ.shape):
        raise ValueError(f"{fine_XYZ.shape} cannot be made {factor} times coarser")
    thin = fine_XYZ & ~_opened(fine_XYZ, factor)
    return np.asarray((_block_sums(fine_XYZ, factor) * 2 >= factor**3) | (_block_sums(thin, factor) >= factor))


def coarsened_surface(interior_XYZ: Bools, surface_XYZ: Bools, factor: int) -> Bools:
    """Return the coarser grid of a solid whose surface voxels are known apart from those inside.

    A surface voxel counts half, because the surface runs somewhere through it; counted whole, every solid would grow.
    What is thinner than a block and a half stays as in ``coarsened``.
    """
    filled = interior_XYZ | surface_XYZ
    thin = filled & ~_opened(filled, factor + 1)
    halves = 2 * _block_sums(interior_XYZ & ~surface_XYZ, factor) + _block_sums(surface_XYZ, factor)
    return np.asarray((halves >= factor**3) | (_block_sums(thin, factor) >= factor))


def _block_sums(fine_XYZ: Bools, factor: int) -> NDArray[np.int64]:
    x, y, z = (side // factor for side in fine_XYZ.shape)
    blocks = fine_XYZ.reshape(x, factor, y, factor, z, factor)
    return np.asarray(blocks.sum((1, 3, 5)))


def _opened(solid_XYZ: Bools, side: int) -> Bools:
    """Return the union of all solid cubes of ``side`` voxels."""
    corners = np.pad(solid_XYZ, side)
    for axis in range(3):
        corners = np.logical_and.reduce([np.roll(corners, -k, axis) for k in range(side)])
    for axis in range(3):
        corners = np.logical_or.reduce([np.roll(corners, k, axis) for k in range(side)])
    inner = slice(side, -side)
    return np.asarray(corners[inner, inner, inner])


def stretched(solid_RRR: Bools, factors: tuple[float, float, float]) -> Bools:
    """Return the solid scaled about the centre by ``factors`` of x, y and z; what leaves the frame is cut off."""
    share = solid_RRR.astype(np.float32)
    for factor in factors:
        # Each turn works on the first axis and puts it last, so three turns restore the order.
        weights_RR = _coverage(share.shape[0], factor)
        share = np.moveaxis(np.tensordot(weights_RR, share, 1), 0, -1)
    return np.asarray(share >= STRETCH_COVERAGE)


def _coverage(n: int, factor: float) -> NDArray[np.float32]:
    """Return how much of new voxel i (row) lies in old voxel j (column); rows of voxels inside the frame sum to one."""
    edges = ((np.arange(n + 1) / n - 0.5) / factor + 0.5) * n
    low, high = edges[:-1, None], edges[1:, None]
    old = np.arange(n)[None]
    overlap = np.clip(np.minimum(high, old + 1) - np.maximum(low, old), 0, None)
    return np.asarray(overlap / (high - low), dtype=np.float32)
