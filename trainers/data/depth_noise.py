"""Depth as sensors and estimators get it: off in scale, bent, coarse, ragged at edges, with holes, or not there.

Shapes: B pictures, H x W pixels, K waves. A depth of 0 means unknown, before and after.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

WAVES = 6
LONGEST_WAVES = (0.3, 2.0)
"""Waves a picture side of the slow error."""
HOLE_WAVES = (1.0, 6.0)


@dataclass(frozen=True)
class DepthNoise:
    """How strong each error is; each picture draws its own strength between none and this.

    ``scale`` is the standard deviation of the logarithm of one factor a picture, ``bend`` that of a slow error within
    it, ``step`` the coarsest quantisation in units of 1 / z (of the mean 1 / z), ``grain`` the relative error of each
    pixel. Where depth jumps by more than ``jump`` of itself, ``ragged`` of the pixels are lost or smeared. ``holes`` is
    the largest share of blobs without depth; ``missing`` the share of pictures that have none at all.
    """

    scale: float = 0.05
    bend: float = 0.03
    step: float = 0.02
    grain: float = 0.004
    jump: float = 0.05
    ragged: float = 0.7
    holes: float = 0.3
    missing: float = 0.1


def disturb_depth(depth_BHW: Tensor, generator: torch.Generator, noise: DepthNoise | None = None) -> Tensor:
    """Return depth with errors, 0 where unknown. The same state of ``generator`` (of any device) gives the same."""
    n = len(depth_BHW)
    whole = torch.eye(3, device=depth_BHW.device)[2].expand(n, 3)
    return disturb_windows(depth_BHW[:, None], whole[:, None], generator, noise)[:, 0]


def disturb_windows(
    depth_BWHH: Tensor, windows_BW3: Tensor, generator: torch.Generator, noise: DepthNoise | None = None
) -> Tensor:
    """Disturb several windows (left, top, side in picture sides) of each picture alike, (B, windows, H, H).

    What belongs to a place of the picture (slow error, holes) is the same in each window that shows it.
    """
    noise = noise or DepthNoise()
    draw = _Draw(generator, depth_BWHH)
    n, n_windows, size, _ = depth_BWHH.shape
    known = depth_BWHH > 0
    places = _places(windows_BW3, size)
    strength_B5 = draw.uniform(n, 5)
    error = draw.normal(n)[:, None, None, None] * noise.scale
    error = error + draw.waves(places, LONGEST_WAVES) * noise.bend * _each(strength_B5, 0)
    error = error + draw.normal(n, n_windows, size, size) * noise.grain * _each(strength_B5, 1)
    disturbed = _quantised(depth_BWHH * error.exp(), known, noise.step * strength_B5[:, 2])
    disturbed, lost = _ragged(disturbed, known, draw, noise.jump, noise.ragged * strength_B5[:, 3])
    # Waves are nearly normal, so the share of places above a level is that of a normal distribution.
    level = -math.sqrt(2) * torch.erfinv((2 * noise.holes * strength_B5[:, 4] - 1).clamp(-0.999999, 0.999999))
    lost = lost | (draw.waves(places, HOLE_WAVES) > level[:, None, None, None])
    lost = lost | (draw.uniform(n) < noise.missing)[:, None, None, None]
    return torch.where(known & ~lost, disturbed, 0)


def _each(strength_BK: Tensor, index: int) -> Tensor:
    return strength_BK[:, index, None, None, None]


def _places(windows_BW3: Tensor, size: int) -> Tensor:
    """Return u and v of each pixel in picture sides, (B, windows, H, H, 2)."""
    steps = (torch.arange(size, device=windows_BW3.device) + 0.5) / size
    u, v = (windows_BW3[..., axis, None] + windows_BW3[..., 2:] * steps for axis in (0, 1))
    shape = (*u.shape, size)
    return torch.stack([u[..., None, :].expand(shape), v[..., :, None].expand(shape)], -1)


@dataclass(frozen=True)
class _Draw:
    """Random numbers where the depth lies, from a generator of any device."""

    generator: torch.Generator
    like: Tensor

    def uniform(self, *shape: int) -> Tensor:
        return torch.rand(shape, generator=self.generator, device=self.generator.device).to(self.like)

    def normal(self, *shape: int) -> Tensor:
        return torch.randn(shape, generator=self.generator, device=self.generator.device).to(self.like)

    def waves(self, places: Tensor, bounds: tuple[float, float]) -> Tensor:
        """Return a smooth random field over the picture, of unit variance: a sum of ``WAVES`` plane waves."""
        n = len(places)
        length = bounds[0] + (bounds[1] - bounds[0]) * self.uniform(n, WAVES)
        angle, phase = self.uniform(2, n, WAVES) * 2 * math.pi
        direction_BK2 = torch.stack([angle.cos(), angle.sin()], -1) * length[..., None] * 2 * math.pi
        total = torch.zeros_like(places[..., 0])
        for k in range(WAVES):
            turns = (places * direction_BK2[:, k, None, None, None]).sum(-1) + phase[:, k, None, None, None]
            total = total + turns.cos()
        return total * math.sqrt(2 / WAVES)


def _quantised(depth: Tensor, known: Tensor, step_B: Tensor) -> Tensor:
    """Round 1 / z to steps, as a stereo camera does; ``step_B`` is relative to the picture's mean 1 / z."""
    nearness = torch.where(known, 1 / depth.clamp(min=1e-6), 0)
    mean = nearness.flatten(1).sum(1) / known.flatten(1).sum(1).clamp(min=1)
    step = (step_B * mean).clamp(min=1e-6)[:, None, None, None]
    return torch.where(known, 1 / ((nearness / step).round() * step).clamp(min=1e-6), depth)


def _ragged(depth: Tensor, known: Tensor, draw: _Draw, jump: float, share_B: Tensor) -> tuple[Tensor, Tensor]:
    """Smear half of the pixels beside a jump half way over it, lose the others; answers depth and what is lost."""
    far = functional.max_pool2d(depth, 3, 1, 1)
    near = -functional.max_pool2d(torch.where(known, -depth, -torch.inf), 3, 1, 1)
    beside_unknown = functional.max_pool2d((~known).to(depth), 3, 1, 1) > 0
    edge = known & ((far > near * (1 + jump)) | beside_unknown)
    hit, kind = draw.uniform(2, *depth.shape)
    hit_edge = edge & (hit < share_B[:, None, None, None])
    smeared = torch.where(hit_edge & (kind < 0.5), (far + near) / 2, depth)
    return smeared, hit_edge & (kind >= 0.5)
