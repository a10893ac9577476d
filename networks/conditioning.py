"""From image streams to condition tokens: two encoders, an optional pointmap embedder, one fuser."""

import torch
from torch import Tensor, nn

from networks.config import NetworkConfig
from networks.crops import ConditionStreams
from networks.pointmaps import PointmapEmbedder
from networks.vit import ImageEncoder

# What modality dropout switches off together: both crops, both full images, both pointmaps.
MODALITIES = ("crop", "full", "points")


class StreamProjector(nn.Module):
    """LayerNorm and SwiGLU from an encoder's width to the model's."""

    def __init__(self, width_in: int, width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width_in)
        self.gate = nn.Linear(width_in, 2 * width)
        self.value = nn.Linear(width_in, 2 * width)
        self.out = nn.Linear(2 * width, width)

    def forward(self, x_BLD: Tensor) -> Tensor:
        x_BLD = self.norm(x_BLD)
        out: Tensor = self.out(nn.functional.silu(self.gate(x_BLD)) * self.value(x_BLD))
        return out


def draw_modality_keep(batch: int, probability: float, generator: torch.Generator | None = None) -> Tensor:
    """Draw which modalities a batch keeps, bool (B, 3) in the order of ``MODALITIES``; the crop is always kept.

    An object whose crop is dropped would be the unconditional case, which condition dropout already trains.
    """
    keep_BM = torch.rand(batch, len(MODALITIES), generator=generator) >= probability
    keep_BM[:, 0] = True
    return keep_BM


class Conditioner(nn.Module):
    """Image streams of B objects to condition tokens (B, L, D): streams one after the other on the token axis."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.rgb_encoder = _build_encoder(config)
        self.mask_encoder = _build_encoder(config)
        self.rgb_projector = StreamProjector(config.encoder_width, config.width)
        self.mask_projector = StreamProjector(config.encoder_width, config.width)
        self.window_embedding = nn.Parameter(torch.randn(2, config.width) * 0.02)
        self.points_embedder: PointmapEmbedder | None = None
        if config.has_pointmap:
            self.points_embedder = PointmapEmbedder(config.image_size, config.encoder_width, config.encoder_heads)
            self.points_projector = StreamProjector(config.encoder_width, config.width)

    def forward(self, streams: ConditionStreams, keep_BM: Tensor | None = None) -> Tensor:
        """Return the tokens; where ``keep_BM`` (see ``draw_modality_keep``) is false, a modality's tokens are zero."""
        batch = len(streams)
        rgb = torch.cat([streams.crop_rgb_B3HW, streams.full_rgb_B3HW])
        mask = torch.cat([streams.crop_mask_B1HW, streams.full_mask_B1HW]).expand(-1, 3, -1, -1)
        rgb = self.rgb_projector(self.rgb_encoder(rgb))
        mask = self.mask_projector(self.mask_encoder(mask))
        parts = [(0, 0, rgb[:batch]), (0, 0, mask[:batch]), (1, 1, rgb[batch:]), (1, 1, mask[batch:])]
        if self.points_embedder is not None:
            for window, points in enumerate((streams.crop_points_B3HW, streams.full_points_B3HW)):
                tokens = self.points_projector(self.points_embedder(points, batch))
                parts.append((2, window, tokens))
        tokens_BLD = []
        for modality, window, part in parts:
            placed = part + self.window_embedding[window]
            tokens_BLD.append(placed if keep_BM is None else placed * keep_BM[:, modality, None, None].to(placed))
        return torch.cat(tokens_BLD, dim=1)


def _build_encoder(config: NetworkConfig) -> ImageEncoder:
    return ImageEncoder(
        image_size=config.image_size,
        patch_size=config.patch_size,
        width=config.encoder_width,
        layers=config.encoder_layers,
        heads=config.encoder_heads,
        registers=config.encoder_registers,
    )
