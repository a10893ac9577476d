"""The shape latent: an occupancy grid through a 3D convolutional variational autoencoder."""

from itertools import pairwise

import torch
from torch import Tensor, nn

from networks.config import NetworkConfig


class ResidualBlock3d(nn.Module):
    """GroupNorm, SiLU, convolution, twice, around a shortcut. Keeps channels and size."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        groups = min(8, channels)
        self.norm1 = nn.GroupNorm(groups, channels)
        self.conv1 = nn.Conv3d(channels, channels, 3, padding=1)
        self.norm2 = nn.GroupNorm(groups, channels)
        self.conv2 = nn.Conv3d(channels, channels, 3, padding=1)
        nn.init.zeros_(self.conv2.weight)
        if self.conv2.bias is not None:
            nn.init.zeros_(self.conv2.bias)

    def forward(self, x_BCXYZ: Tensor) -> Tensor:
        h = self.conv1(nn.functional.silu(self.norm1(x_BCXYZ)))
        h = self.conv2(nn.functional.silu(self.norm2(h)))
        out: Tensor = x_BCXYZ + h
        return out


class ShapeVae(nn.Module):
    """Occupancy (B, 1, R, R, R) in 0..1 to a Gaussian latent (B, C, r, r, r) and back to logits.

    With ``vae_stem`` s > 1 blocks of s^3 voxels become the channels of one cell before the first convolution and come
    out of the last one: the convolutions at full resolution, the dearest of all, are then not needed.
    """

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.stem = config.vae_stem
        voxels, channels = self.stem**3, config.vae_channels
        encoder: list[nn.Module] = [nn.Conv3d(voxels, channels[0], 3, padding=1), ResidualBlock3d(channels[0])]
        for before, after in pairwise(channels):
            encoder += [nn.Conv3d(before, after, 2, stride=2), ResidualBlock3d(after)]
        self.encoder = nn.Sequential(*encoder)
        self.to_moments = nn.Conv3d(channels[-1], 2 * config.latent_channels, 1)

        decoder: list[nn.Module] = [nn.Conv3d(config.latent_channels, channels[-1], 3, padding=1)]
        decoder += [ResidualBlock3d(channels[-1]), ResidualBlock3d(channels[-1])]
        for before, after in pairwise(reversed(channels)):
            decoder += [nn.ConvTranspose3d(before, after, 2, stride=2), ResidualBlock3d(after)]
        decoder += [nn.GroupNorm(min(8, channels[0]), channels[0]), nn.SiLU()]
        decoder += [nn.Conv3d(channels[0], voxels, 3, padding=1)]
        self.decoder = nn.Sequential(*decoder)

    def encode(self, occupancy_B1XYZ: Tensor) -> tuple[Tensor, Tensor]:
        """Return mean and log-variance, each (B, C, r, r, r), in at least float32."""
        moments = self.to_moments(self.encoder(fold_voxels(occupancy_B1XYZ * 2 - 1, self.stem)))
        mean, log_variance = moments.float().chunk(2, dim=1)
        return mean, log_variance.clamp(-20, 10)

    def decode(self, latent_BCXYZ: Tensor) -> Tensor:
        """Return occupancy logits (B, 1, R, R, R); above 0 is inside."""
        return unfold_voxels(self.decoder(latent_BCXYZ), self.stem)

    def forward(
        self, occupancy_B1XYZ: Tensor, generator: torch.Generator | None = None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return logits, mean and log-variance; the latent is drawn with ``generator``."""
        mean, log_variance = self.encode(occupancy_B1XYZ)
        noise = torch.randn(mean.shape, generator=generator, device=mean.device, dtype=mean.dtype)
        return self.decode(mean + torch.exp(0.5 * log_variance) * noise), mean, log_variance


def fold_voxels(x_B1XYZ: Tensor, side: int) -> Tensor:
    """Turn blocks of side^3 voxels into channels: (B, 1, R, R, R) to (B, side^3, R / side, ...)."""
    batch, cells = x_B1XYZ.shape[0], x_B1XYZ.shape[-1] // side
    x = x_B1XYZ.reshape(batch, cells, side, cells, side, cells, side).permute(0, 2, 4, 6, 1, 3, 5)
    return x.reshape(batch, side**3, cells, cells, cells)


def unfold_voxels(x_BCXYZ: Tensor, side: int) -> Tensor:
    """Undo ``fold_voxels``."""
    batch, cells = x_BCXYZ.shape[0], x_BCXYZ.shape[-1]
    x = x_BCXYZ.reshape(batch, side, side, side, cells, cells, cells).permute(0, 4, 1, 5, 2, 6, 3)
    return x.reshape(batch, 1, cells * side, cells * side, cells * side)
