"""From image streams to condition tokens: two encoders, an optional pointmap embedder, one fuser."""

from pathlib import Path

import torch
from torch import Tensor, nn

from networks import frames
from networks.config import NetworkConfig
from networks.crops import ConditionStreams
from networks.dinov2 import load_dinov2
from networks.lite_encoder import LiteEncoder
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
    """Image streams of B objects to condition tokens (B, L, D): streams one after the other on the token axis.

    RGB and masks have an encoder each, and each encoder sees crop and full image as one batch.
    """

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.rgb_encoder = _build_rgb_encoder(config)
        self.mask_encoder = _build_vit(config, config.mask_layers or config.encoder_layers)
        self.rgb_projector = StreamProjector(config.encoder_width, config.width)
        self.mask_projector = StreamProjector(config.encoder_width, config.width)
        self.window_embedding = nn.Parameter(torch.randn(2, config.width) * 0.02)
        self.points_embedder: PointmapEmbedder | None = None
        if config.has_pointmap:
            points_width = config.points_width or config.encoder_width
            self.points_embedder = PointmapEmbedder(config.points_side, points_width)
            self.points_projector = StreamProjector(points_width, config.width)

    def forward(self, streams: ConditionStreams, keep_BM: Tensor | None = None) -> Tensor:
        """Return the tokens; where ``keep_BM`` (see ``draw_modality_keep``) is false, a modality's tokens are zero.

        Streams without pointmaps get zero tokens in their place, which is what dropout has trained.
        """
        batch = len(streams)
        mask = torch.cat([streams.crop_mask_B1HW, streams.full_mask_B1HW]).expand(-1, 3, -1, -1)
        rgb = self.rgb_projector(self._encode_rgb(streams))
        mask = self.mask_projector(self.mask_encoder(mask))
        parts = [(0, 0, rgb[:batch]), (0, 0, mask[:batch]), (1, 1, rgb[batch:]), (1, 1, mask[batch:])]
        points = self._embed_points(streams)
        if points is not None:
            parts += [(2, 0, points[:batch]), (2, 1, points[batch:])]
        tokens_BLD = []
        for modality, window, part in parts:
            placed = part + self.window_embedding[window].to(part)
            tokens_BLD.append(placed if keep_BM is None else placed * keep_BM[:, modality, None, None].to(placed))
        if points is None and self.points_embedder is not None:
            missing = rgb.new_zeros(batch, 2 * self.points_embedder.n_tokens, rgb.shape[-1])
            tokens_BLD.append(missing)
        return torch.cat(tokens_BLD, dim=1)

    def see(self, streams: ConditionStreams) -> tuple[Tensor, Tensor] | None:
        """Return what a frozen encoder sees in crop and full RGB, (B, L, C) each; None for an encoder that learns."""
        if not isinstance(self.rgb_encoder, LiteEncoder):
            return None
        crop, full = self.rgb_encoder.see(torch.cat([streams.crop_rgb_B3HW, streams.full_rgb_B3HW])).chunk(2)
        return crop, full

    @property
    def lacks_file(self) -> bool:
        """Whether frozen weights are still empty: such an encoder is blind, and training would not mend it."""
        return isinstance(self.rgb_encoder, LiteEncoder) and not bool(self.rgb_encoder.backbone.stem.weight.any())

    def load_encoders(self, path: Path) -> None:
        """Start the encoders from a published file: DINOv2, or the converted EfficientNet-Lite0 for the RGB encoder.

        A mask encoder of fewer layers than the RGB encoder keeps its own start. Raises WeightsError that names what
        does not fit this configuration.
        """
        if isinstance(self.rgb_encoder, LiteEncoder):
            self.rgb_encoder.backbone.load(path)
            return
        load_dinov2(self.rgb_encoder, path)
        if len(self.mask_encoder.blocks) == len(self.rgb_encoder.blocks):
            load_dinov2(self.mask_encoder, path)

    def _encode_rgb(self, streams: ConditionStreams) -> Tensor:
        crop, full = streams.crop_seen_BLC, streams.full_seen_BLC
        if crop is not None and full is not None and isinstance(self.rgb_encoder, LiteEncoder):
            return self.rgb_encoder.read(torch.cat([crop, full]))
        out: Tensor = self.rgb_encoder(torch.cat([streams.crop_rgb_B3HW, streams.full_rgb_B3HW]))
        return out

    def _embed_points(self, streams: ConditionStreams) -> Tensor | None:
        crop, full = streams.crop_points_B3HW, streams.full_points_B3HW
        if self.points_embedder is None or crop is None or full is None:
            return None
        # The layout of an object whose crop holds no point is in camera units, so its full image is read in these too.
        plain = frames.identity_statistics(crop.device)
        statistics = frames.pointmap_statistics(crop, streams.crop_mask_B1HW, plain)
        shift_B3, unit_B1 = statistics.shift_3.repeat(2, 1), statistics.unit_1.repeat(2, 1)
        out: Tensor = self.points_projector(self.points_embedder(torch.cat([crop, full]), shift_B3, unit_B1))
        return out


def _build_rgb_encoder(config: NetworkConfig) -> ImageEncoder | LiteEncoder:
    if config.encoder == "vit":
        return _build_vit(config, config.encoder_layers)
    return LiteEncoder(
        image_size=config.image_size,
        width=config.encoder_width,
        layers=config.encoder_layers,
        heads=config.encoder_heads,
    )


def _build_vit(config: NetworkConfig, layers: int) -> ImageEncoder:
    return ImageEncoder(
        image_size=config.image_size,
        patch_size=config.patch_size,
        width=config.encoder_width,
        layers=layers,
        heads=config.encoder_heads,
        registers=config.encoder_registers,
        has_conv_stem=config.has_conv_stem,
    )
