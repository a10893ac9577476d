"""Embeds a pointmap (camera coordinates of every pixel) as one token for each 8 x 8 window."""

import torch
from torch import Tensor, nn

from networks.vit import EncoderBlock

WINDOW = 8


class PointmapEmbedder(nn.Module):
    """Points (B, 3, S, S), NaN where unknown, to (S / 8)^2 tokens (B, L, D)."""

    def __init__(self, image_size: int, width: int, heads: int) -> None:
        super().__init__()
        self.windows = image_size // WINDOW
        self.width = width
        self.point = nn.Linear(3, width)
        self.missing = nn.Parameter(torch.randn(width) * 0.02)
        self.summary = nn.Parameter(torch.randn(width) * 0.02)
        self.pixel_positions = nn.Parameter(torch.randn(WINDOW * WINDOW, width) * 0.02)
        self.block = EncoderBlock(width, heads)
        self.window_positions = nn.Parameter(torch.randn(self.windows**2, width) * 0.02)

    def forward(self, points_B3HW: Tensor | None, batch: int) -> Tensor:
        """Return the window tokens; without points every pixel counts as missing."""
        side = self.windows * WINDOW
        if points_B3HW is None:
            pixels = self.missing.expand(batch, side, side, self.width)
        else:
            points = points_B3HW.permute(0, 2, 3, 1)
            is_known = torch.isfinite(points).all(dim=-1, keepdim=True)
            pixels = torch.where(is_known, self.point(flatten_depth(torch.nan_to_num(points))), self.missing)
        grid = pixels.reshape(batch, self.windows, WINDOW, self.windows, WINDOW, self.width).transpose(2, 3)
        tokens = grid.reshape(batch * self.windows**2, WINDOW * WINDOW, self.width) + self.pixel_positions
        summary = self.summary.expand(tokens.shape[0], 1, self.width)
        pooled: Tensor = self.block(torch.cat([summary, tokens], dim=1))[:, 0]
        pooled = pooled.reshape(batch, self.windows**2, self.width)
        return pooled + self.window_positions


def flatten_depth(points_3: Tensor) -> Tensor:
    """Map (x, y, z) to (x / (1 + z), y / (1 + z), log(1 + z)): near and far objects then have like numbers."""
    depth = points_3[..., 2:].clamp_min(0)
    return torch.cat([points_3[..., :2] / (1 + depth), torch.log1p(depth)], dim=-1)
