"""Fixed sinusoidal features: voxel positions on three axes, and time."""

import math

import torch
from torch import Tensor


def time_features(t_B: Tensor, size: int = 256) -> Tensor:
    """Return (B, size) cosines and sines of 1000 t at geometric frequencies from 1 down to 1 / 10000."""
    half = size // 2
    frequencies = torch.exp(-math.log(10_000.0) * torch.arange(half, device=t_B.device, dtype=torch.float32) / half)
    angles = 1000.0 * t_B.float()[:, None] * frequencies
    return torch.cat([angles.cos(), angles.sin()], dim=-1)


def grid_positions(side: int, width: int) -> Tensor:
    """Return (side^3, width): a third of the channels for each axis, x slowest, as a flattened XYZ grid runs.

    Channels that do not divide into three sine and cosine pairs stay zero.
    """
    pairs = width // 6
    frequencies = torch.exp(-math.log(10_000.0) * torch.arange(pairs, dtype=torch.float32) / max(pairs, 1))
    angles = torch.arange(side, dtype=torch.float32)[:, None] * frequencies
    axis = torch.cat([angles.sin(), angles.cos()], dim=-1)
    x = axis[:, None, None].expand(side, side, side, -1)
    y = axis[None, :, None].expand(side, side, side, -1)
    z = axis[None, None, :].expand(side, side, side, -1)
    grid = torch.cat([x, y, z], dim=-1).reshape(side**3, -1)
    return torch.nn.functional.pad(grid, (0, width - grid.shape[-1]))
