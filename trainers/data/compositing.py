"""Drawn layers and photos merged into one picture by depth: cut-outs, floors, shadows, exposure.

Shapes: B samples, H = W pixels, L layers, K photos. Depth is z in camera units; a layer's is infinite where it is not.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from networks.frames import PoseTensors
from trainers.data.placing import Shift, points_of_depth

NOTHING = torch.inf
FARTHEST = 14.0
"""A plane is drawn up to here; what lies behind is photo."""
FLAT_SHARE, STRIP_SHARE = 0.2, 0.1
STRIP_DEPTH = 2.3


@dataclass(frozen=True)
class Layer:
    """Something drawn: ``rgb_B3HW`` in [0, 1], and ``depth_BHW``, infinite where it is not."""

    rgb_B3HW: Tensor
    depth_BHW: Tensor

    def mask(self) -> Tensor:
        """Where the layer is."""
        return torch.isfinite(self.depth_BHW)

    def only(self, rows_B: Tensor) -> "Layer":
        """Return the layer, empty but for the samples of ``rows_B``."""
        return Layer(self.rgb_B3HW, torch.where(rows_B[:, None, None], self.depth_BHW, NOTHING))

    def nearest(self) -> Tensor:
        """Return the smallest depth of each sample, infinite for an empty one."""
        return self.depth_BHW.amin((1, 2))

    def farthest(self) -> Tensor:
        """Return the largest depth of each sample, 0 for an empty one."""
        return torch.where(self.mask(), self.depth_BHW, 0).amax((1, 2))

    def farther(self, factor_B: Tensor) -> "Layer":
        """Return the layer that looks the same from ``factor_B`` times as far."""
        return Layer(self.rgb_B3HW, self.depth_BHW * factor_B[:, None, None])

    def moved(self, shift: Shift) -> "Layer":
        """Return the layer zoomed and moved in the picture; its depth stays."""
        mask = self.mask()[:, None].float()
        smooth = shift.apply(torch.cat([self.rgb_B3HW * mask, mask], 1), "bilinear")
        # Nearest pixels: a mean of depths across an edge would be a point in mid-air.
        closeness = shift.apply(torch.where(self.mask(), 1 / self.depth_BHW, 0)[:, None], "nearest")[:, 0]
        return Layer((smooth[:, :3] / smooth[:, 3:].clamp(min=0.25)).clamp(0, 1), 1 / closeness)


@dataclass(frozen=True)
class Merged:
    """A picture, its depth (infinite where unknown) and which layer won each pixel; L stands for the backdrop."""

    rgb_B3HW: Tensor
    depth_BHW: Tensor
    winner_BHW: Tensor


def merge(layers: list[Layer], backdrop: Layer) -> Merged:
    """Show the nearest layer at each pixel, and the backdrop where there is none, however near it is."""
    depths_BLHW = torch.stack([layer.depth_BHW for layer in layers], 1)
    depth_BHW, winner_BHW = depths_BLHW.min(1)
    is_bare = torch.isinf(depth_BHW)
    winner_BHW = torch.where(is_bare, len(layers), winner_BHW)
    rgb = backdrop.rgb_B3HW
    for index, layer in enumerate(layers):
        rgb = torch.where((winner_BHW == index)[:, None], layer.rgb_B3HW, rgb)
    return Merged(rgb, torch.where(is_bare, backdrop.depth_BHW, depth_BHW), winner_BHW)


def behind_all(photos_K3HW: Tensor, n: int, size: int, generator: torch.Generator) -> Tensor:
    """Cut ``n`` random squares, mirrored or not, from random photos (bytes), (n, 3, size, size) in [0, 1]."""
    device = photos_K3HW.device
    chosen = torch.randint(len(photos_K3HW), (n,), generator=generator).to(device)
    unit = torch.rand(n, 4, generator=generator).to(device)
    part = 0.6 + 0.4 * unit[:, 0]
    theta = torch.zeros(n, 2, 3, device=device)
    theta[:, 0, 0] = torch.where(unit[:, 1] < 0.5, part, -part)
    theta[:, 1, 1] = part
    theta[:, :, 2] = (unit[:, 2:] * 2 - 1) * (1 - part)[:, None]
    grid = functional.affine_grid(theta, [n, 3, size, size], align_corners=False)
    pictures = photos_K3HW[chosen].float() / 255
    return functional.grid_sample(pictures, grid, padding_mode="reflection", align_corners=False)


def cut_out(layer: Layer, rows_B: Tensor, photos_K3HW: Tensor, generator: torch.Generator) -> Layer:
    """Turn some samples among ``rows_B`` into flat things: a shape cut from a photo, or a straight strip of one."""
    n, _, size, _ = layer.rgb_B3HW.shape
    device = layer.depth_BHW.device
    unit = torch.rand(n, 4, generator=generator).to(device)
    is_strip = rows_B & (unit[:, 0] < STRIP_SHARE)
    is_flat = rows_B & (unit[:, 0] < STRIP_SHARE + FLAT_SHARE)
    axis = (torch.arange(size, device=device) + 0.5) * 2 / size - 1
    angle = (unit[:, 1] * math.pi)[:, None, None]
    across = axis[None, None, :] * angle.cos() + axis[None, :, None] * angle.sin()
    strip = torch.where(across.abs() < 0.05 + 0.4 * unit[:, 2, None, None], STRIP_DEPTH, NOTHING)
    photo = behind_all(photos_K3HW, n, size, generator)
    return Layer(
        torch.where(is_flat[:, None, None, None], photo, layer.rgb_B3HW),
        torch.where(is_strip[:, None, None], strip, layer.depth_BHW),
    )


def plane_depth(normal_B3: Tensor, offset_B: Tensor, size: int) -> Tensor:
    """Return the depth of the plane ``x . normal = offset`` at each pixel, (B, H, H); infinite beyond FARTHEST."""
    rays_B3HW = points_of_depth(normal_B3.new_ones(1, size, size))
    depth = offset_B[:, None, None] / (rays_B3HW * normal_B3[:, :, None, None]).sum(1)
    return torch.where((depth > 0) & (depth < FARTHEST), depth, NOTHING)


def on_floor(photo_B3HW: Tensor, depth_BHW: Tensor, pose: PoseTensors, tiles_B: Tensor) -> Tensor:
    """Spread photos over floors, about ``tiles_B`` object sizes to a photo, as seen by the camera."""
    points = points_of_depth(torch.where(torch.isfinite(depth_BHW), depth_BHW, 1))
    local = (points - pose.translation_B3[:, :, None, None]).flatten(2).transpose(1, 2)
    plane = local @ pose.rotation_B33.transpose(1, 2) / pose.scale_B3[:, None]
    grid = (plane[..., [0, 2]] / tiles_B[:, None, None]).view(len(depth_BHW), *depth_BHW.shape[1:], 2)
    return functional.grid_sample(photo_B3HW, grid, padding_mode="reflection", align_corners=False)


def shadow(depth_BHW: Tensor, pose: PoseTensors, low_B3: Tensor, high_B3: Tensor, towards_B2: Tensor) -> Tensor:
    """Return how much light (0..1) a floor gets around an upright thing: dark below it, softly out to ``towards_B2``.

    ``towards_B2`` (object x and z) is how far the shadow leans, in units of the thing.
    """
    points = points_of_depth(torch.where(torch.isfinite(depth_BHW), depth_BHW, 1e3))
    local = (points - pose.translation_B3[:, :, None, None]).flatten(2).transpose(1, 2)
    plane = (local @ pose.rotation_B33.transpose(1, 2) / pose.scale_B3[:, None])[..., [0, 2]]
    middle, half = (low_B3 + high_B3)[:, None, [0, 2]] / 2, (high_B3 - low_B3)[:, None, [0, 2]] / 2
    contact = (((plane - middle) / (half + 0.08)) ** 4).sum(2)
    cast = (((plane - middle - towards_B2[:, None]) / (half + 0.25)) ** 2).sum(2)
    light = (1 - 0.5 * torch.exp(-contact)) * (1 - 0.3 * torch.exp(-cast))
    return light.view(depth_BHW.shape)


def matched(layer: Layer, backdrop: Layer, strength_B: Tensor) -> Layer:
    """Bring the colours of a layer some way (``strength_B`` in 0..1) towards the mean colour of its backdrop."""
    mask = layer.mask()[:, None].float()
    own = (layer.rgb_B3HW * mask).sum((2, 3)) / mask.sum((2, 3)).clamp(min=1)
    around = backdrop.rgb_B3HW.mean((2, 3))
    gain = ((around + 0.1) / (own + 0.1)).clamp(0.4, 2.5) ** strength_B[:, None]
    return Layer((layer.rgb_B3HW * gain[:, :, None, None]).clamp(0, 1), layer.depth_BHW)
