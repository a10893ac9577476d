"""Learned layers behind the frozen maps of EfficientNet-Lite0."""

from contextlib import AbstractContextManager, nullcontext
from typing import cast

import torch
from torch import Tensor, nn

from networks.efficientnet import MAP_CHANNELS, EfficientNetLite0
from networks.vit import EncoderBlock

PATCH = 16
# How many tokens of stride 16 lie along one cell of each map: finer maps are stacked, the coarse one is repeated.
_STACKED = (4, 2, 1, 1)


class LiteEncoder(nn.Module):
    """Square images (B, 3, S, S) in 0..1 to (S / 16)^2 tokens (B, L, D).

    All four maps are brought to the grid of stride 16. The finer two are stacked, not averaged: thin parts such as the
    legs of a chair show in them alone.
    """

    def __init__(self, *, image_size: int, width: int, layers: int, heads: int) -> None:
        super().__init__()
        self.backbone = EfficientNetLite0()
        channels = [count * fold**2 for count, fold in zip(MAP_CHANNELS, _STACKED, strict=True)]
        self.norms = nn.ModuleList(nn.LayerNorm(count) for count in channels)
        self.into = nn.Linear(sum(channels), width)
        self.pos_embed = nn.Parameter(torch.randn(1, (image_size // PATCH) ** 2, width) * 0.02)
        self.blocks = nn.ModuleList(EncoderBlock(width, heads) for _ in range(layers))
        self.norm = nn.LayerNorm(width, eps=1e-6)

    def forward(self, image_B3HW: Tensor) -> Tensor:
        return self.read(self.see(image_B3HW))

    @torch.no_grad()
    def see(self, image_B3HW: Tensor) -> Tensor:
        """Return the frozen maps as tokens (B, L, C), which no training changes; in half precision on a GPU."""
        with self._precision(image_B3HW):
            maps = self.backbone(image_B3HW)
        return torch.cat([self._to_tokens(x, fold) for x, fold in zip(maps, _STACKED, strict=True)], dim=-1)

    def read(self, seen_BLC: Tensor) -> Tensor:
        """Return the tokens (B, L, D) of what ``see`` gave."""
        maps = torch.split(seen_BLC, [norm.normalized_shape[0] for norm in self._norms()], dim=-1)
        x_BLD = self.into(torch.cat([norm(x) for norm, x in zip(self._norms(), maps, strict=True)], dim=-1))
        x_BLD = x_BLD + self.pos_embed
        for block in self.blocks:
            x_BLD = block(x_BLD)
        out: Tensor = self.norm(x_BLD)
        return out

    def _norms(self) -> list[nn.LayerNorm]:
        return [cast("nn.LayerNorm", norm) for norm in self.norms]

    def _precision(self, image_B3HW: Tensor) -> AbstractContextManager[object]:
        # Folded normalisation spreads the weights over orders of magnitude: bfloat16 changes the maps by 5 to 25%,
        # float16 by less than 2%. So a caller's bfloat16 is not followed here.
        kind = image_B3HW.device.type
        if kind not in ("cpu", "cuda"):
            return nullcontext()
        is_half = kind == "cuda" and self.backbone.stem.weight.dtype is torch.float32
        return torch.autocast(kind, dtype=torch.float16, enabled=is_half)

    def _to_tokens(self, map_BCHW: Tensor, fold: int) -> Tensor:
        if map_BCHW.shape[-1] ** 2 < self.pos_embed.shape[1]:
            map_BCHW = nn.functional.interpolate(map_BCHW, scale_factor=2.0, mode="bilinear", align_corners=False)
        return nn.functional.pixel_unshuffle(map_BCHW, fold).flatten(2).transpose(1, 2)
