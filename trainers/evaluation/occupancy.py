"""Overlap of many occupancy grids at once, on any device.

Shapes: B grids, (X, Y, Z) cells in order of rising coordinates, y up; V = X * Y * Z. Grids are boolean.
"""

import torch
from torch import Tensor

GRIDS_AT_ONCE = 256
"""Converted to floats together: 256 grids of 64^3 are 268 MB."""


def grid_iou(a_BXYZ: Tensor, b_BXYZ: Tensor) -> Tensor:
    """Return |a and b| / |a or b| of each pair, (B,); 0 when both are empty."""
    both = (a_BXYZ & b_BXYZ).flatten(1).sum(1)
    either = (a_BXYZ | b_BXYZ).flatten(1).sum(1)
    return both / either.clamp(min=1)


def quarter_turn_iou(predicted_BXYZ: Tensor, true_BXYZ: Tensor) -> Tensor:
    """Return the best overlap over the four quarter turns of the prediction about the vertical axis, (B,).

    What this gains over ``grid_iou`` is what a wrong front costs.
    """
    turns = [grid_iou(torch.rot90(predicted_BXYZ, k, (1, 3)), true_BXYZ) for k in range(4)]
    return torch.stack(turns).amax(0)


def all_pairs_iou(a_AXYZ: Tensor, b_BXYZ: Tensor) -> Tensor:
    """Return the overlap of each grid of ``a`` with each of ``b``, (A, B)."""
    rows = []
    for a in torch.split(a_AXYZ.flatten(1), GRIDS_AT_ONCE):
        parts = [_product_iou(a.float(), b.float()) for b in torch.split(b_BXYZ.flatten(1), GRIDS_AT_ONCE)]
        rows.append(torch.cat(parts, 1))
    return torch.cat(rows)


def _product_iou(a_AV: Tensor, b_BV: Tensor) -> Tensor:
    # Zeros and ones are exact in every number format, and so are their sums in float32 up to 2^24 cells.
    both = a_AV @ b_BV.T
    either = a_AV.sum(1)[:, None] + b_BV.sum(1)[None] - both
    return both / either.clamp(min=1)


def pack(grids_BXYZ: Tensor) -> Tensor:
    """Return one bit a cell, (B, V / 8) bytes, first cell in the highest bit, as ``numpy.packbits`` orders them.

    Raises ValueError when V is not a multiple of 8.
    """
    if grids_BXYZ[0].numel() % 8:
        raise ValueError("the cells of a grid must be a multiple of 8")
    bits = grids_BXYZ.reshape(len(grids_BXYZ), -1, 8).to(torch.uint8)
    weights = torch.tensor([128, 64, 32, 16, 8, 4, 2, 1], dtype=torch.uint8, device=bits.device)
    return (bits * weights).sum(2, dtype=torch.uint8)


def unpack(bits_BW: Tensor, grid: int) -> Tensor:
    """Undo ``pack``: (B, grid, grid, grid) booleans."""
    shifts = torch.tensor([7, 6, 5, 4, 3, 2, 1, 0], dtype=torch.uint8, device=bits_BW.device)
    cells = (bits_BW[..., None] >> shifts) & 1
    return cells.bool().reshape(len(bits_BW), grid, grid, grid)


def surface_points(grids_BXYZ: Tensor, n: int, *, seed: int = 0) -> Tensor:
    """Return ``n`` points of the surface cells of each grid in the object frame, (B, n, 3), the same for the same grid.

    A surface cell is occupied and has an empty cell, or the border, at one of its six sides. Where there are fewer than
    ``n``, they serve again; an empty grid gives its centre. The points lie anywhere in their cells: on the centres two
    grids would lock into each other when ICP turns one.
    """
    size, device = grids_BXYZ.shape[-1], grids_BXYZ.device
    # One random order of the cells for all grids, so that equal grids give equal points.
    draw = torch.Generator().manual_seed(seed)
    order = torch.randperm(size**3, generator=draw).to(device)
    within_N3 = torch.rand(n, 3, generator=draw).to(device)
    parts = [_first_cells(_surface(part).flatten(1)[:, order], n) for part in torch.split(grids_BXYZ, GRIDS_AT_ONCE)]
    cells_BN = order[torch.cat(parts)]
    axes = torch.stack([cells_BN // size**2, cells_BN // size % size, cells_BN % size], -1)
    points = (axes + within_N3) / size - 0.5
    is_empty = ~grids_BXYZ.flatten(1).any(1)
    return torch.where(is_empty[:, None, None], torch.zeros_like(points), points)


def _surface(grids_BXYZ: Tensor) -> Tensor:
    padded = torch.nn.functional.pad(grids_BXYZ, [1] * 6)
    inner = grids_BXYZ.clone()
    size = grids_BXYZ.shape[-1]
    for axis in (1, 2, 3):
        for start in (0, 2):
            window = [slice(None)] + [
                slice(start, start + size) if k == axis else slice(1, size + 1) for k in (1, 2, 3)
            ]
            inner &= padded[tuple(window)]
    return grids_BXYZ & ~inner


def _first_cells(chosen_BV: Tensor, n: int) -> Tensor:
    """Return the places of the first ``n`` chosen cells of each row, going round where there are fewer, (B, n)."""
    ranks = chosen_BV.to(torch.int32).cumsum(1, dtype=torch.int32)
    available = ranks[:, -1:].clamp(min=1)
    wanted = torch.arange(n, device=chosen_BV.device, dtype=torch.int32)[None] % available + 1
    return torch.searchsorted(ranks, wanted.contiguous()).clamp(max=chosen_BV.shape[1] - 1)
