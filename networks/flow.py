"""The flow's path from noise (t = 0) to data (t = 1): x_t = (1 - t) x0 + t x1, velocity v = x1 - x0."""

import torch
from torch import Tensor

from networks.geometry import Latents


def _spread(t_B: Tensor, like: Tensor) -> Tensor:
    return t_B.view(-1, *[1] * (like.dim() - 1))


def interpolate(noise: Tensor, data: Tensor, t_B: Tensor) -> Tensor:
    """Return x_t = (1 - t) noise + t data."""
    t = _spread(t_B, data)
    return (1 - t) * noise + t * data


def target_velocity(noise: Tensor, data: Tensor) -> Tensor:
    """Return v = data - noise, the same all along the path."""
    return data - noise


def draw_times(batch: int, generator: torch.Generator | None = None, *, mean: float = -1.0, std: float = 1.0) -> Tensor:
    """Draw t = sigmoid(N(mean, std)), (B,) on the CPU: by default near the noise, where the shape is decided."""
    return torch.sigmoid(torch.randn(batch, generator=generator) * std + mean)


def interpolate_latents(noise: Latents, data: Latents, t_B: Tensor) -> Latents:
    """``interpolate`` for shape and layout at one and the same t."""
    return Latents(*(interpolate(n, d, t_B) for n, d in zip(noise, data, strict=True)))


def target_velocities(noise: Latents, data: Latents) -> Latents:
    """``target_velocity`` for shape and layout."""
    return Latents(*(target_velocity(n, d) for n, d in zip(noise, data, strict=True)))
