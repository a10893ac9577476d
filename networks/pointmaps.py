"""Embeds a pointmap (camera coordinates of every pixel) as one token for each 8 x 8 window.

A pixel's numbers are free of the camera's unit, as the layout's are: both are measured by the shift and unit that
``frames.pointmap_statistics`` reads off the object's points. Monocular depth is known up to such a unit only.
"""

import torch
from torch import Tensor, nn

WINDOW = 8
_HEAD = 32


class WindowPool(nn.Module):
    """One attention block over a window's pixels, of which only the summary token is wanted.

    The summary enters every window as the same learned vector, so its query is one too: the product of query and key
    is then a linear map from a pixel to a score for each head, and no pixel needs a query or an MLP of its own.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.heads = max(1, width // _HEAD)
        self.summary = nn.Parameter(torch.randn(width) * 0.02)
        self.norm1 = nn.LayerNorm(width, eps=1e-6)
        self.score = nn.Linear(width, self.heads)
        self.value = nn.Linear(width, width)
        self.proj = nn.Linear(width, width)
        self.norm2 = nn.LayerNorm(width, eps=1e-6)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, pixels_NPD: Tensor) -> Tensor:
        """Return (N, D) of N windows of P pixels."""
        pixels_NPD = self.norm1(pixels_NPD)
        share_NPH = self.score(pixels_NPD).softmax(dim=1)
        value_NPHd = self.value(pixels_NPD).unflatten(-1, (self.heads, -1))
        pooled_ND = (share_NPH[..., None].to(value_NPHd) * value_NPHd).sum(dim=1).flatten(1)
        x_ND = self.summary + self.proj(pooled_ND)
        out: Tensor = x_ND + self.mlp(self.norm2(x_ND))
        return out


class PointmapEmbedder(nn.Module):
    """Points (B, 3, H, W) of a square window, NaN where unknown, to (side / 8)^2 tokens (B, L, D)."""

    def __init__(self, side: int, width: int) -> None:
        super().__init__()
        self.windows = side // WINDOW
        self.width = width
        self.point = nn.Linear(6, width)
        self.missing = nn.Parameter(torch.randn(width) * 0.02)
        self.pixel_positions = nn.Parameter(torch.randn(WINDOW * WINDOW, width) * 0.02)
        self.pool = WindowPool(width)
        self.window_positions = nn.Parameter(torch.randn(self.windows**2, width) * 0.02)

    @property
    def n_tokens(self) -> int:
        """Tokens of one window of the photo."""
        return self.windows**2

    def forward(self, points_B3HW: Tensor, shift_B3: Tensor, unit_B1: Tensor) -> Tensor:
        """Return the window tokens; ``shift_B3`` and ``unit_B1`` are the object's, in the points' units."""
        side, batch = self.windows * WINDOW, points_B3HW.shape[0]
        # The nearest pixel, never a mean: between a chair and the wall behind it there is no point.
        points = nn.functional.interpolate(points_B3HW, size=(side, side), mode="nearest-exact").permute(0, 2, 3, 1)
        is_known = torch.isfinite(points).all(dim=-1, keepdim=True)
        points = torch.where(is_known, points, 0.0).float()
        numbers = describe_points(points, shift_B3[:, None, None], unit_B1[:, None, None])
        embedded = self.point(numbers)
        pixels = torch.where(is_known, embedded, self.missing.to(embedded))
        grid = pixels.reshape(batch, self.windows, WINDOW, self.windows, WINDOW, self.width).transpose(2, 3)
        tokens = grid.reshape(batch * self.n_tokens, WINDOW * WINDOW, self.width) + self.pixel_positions
        pooled: Tensor = self.pool(tokens).reshape(batch, self.n_tokens, self.width)
        return pooled + self.window_positions


def describe_points(points_3: Tensor, shift_3: Tensor, unit_1: Tensor) -> Tensor:
    """Return six numbers for each point: where it is seen from the camera, and where seen from the object.

    The first three are ``flatten_depth`` of the point in the object's units; the others its offset from the object's
    middle in these units, with the logarithm of one plus its size, so that a far wall stays a moderate number.
    """
    offset = (points_3 - shift_3) / unit_1
    return torch.cat([flatten_depth(points_3 / unit_1), offset.sign() * torch.log1p(offset.abs())], dim=-1)


def flatten_depth(points_3: Tensor) -> Tensor:
    """Map (x, y, z) to (x / (1 + z), y / (1 + z), log(1 + z)): near and far objects then have like numbers."""
    depth = points_3[..., 2:].clamp_min(0)
    return torch.cat([points_3[..., :2] / (1 + depth), torch.log1p(depth)], dim=-1)
