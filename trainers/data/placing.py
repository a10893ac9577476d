"""Where things stand in a pasted view: on a floor, in the place of another object, or before it by a wished share.

Shapes: B samples, V vertices, H, W pixels, G = side of the coarse masks that places are looked for on. Everything is
in the camera frame of networks.frames.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from networks.frames import FOCAL, PoseTensors
from trainers.data.rendering import look_at_pose

DISTANCE = (1.5, 3.8)
"""From the camera to the object, in units of the object's longest side."""
SEARCH_SIDE = 48
ZOOMS = (0.55, 1.0, 1.7)


@dataclass(frozen=True)
class Stand:
    """How the camera is held: ``elevation_B`` and ``roll_B`` in radians. Upright things share both in one photo."""

    elevation_B: Tensor
    roll_B: Tensor

    def to(self, device: torch.device) -> "Stand":
        """Return the same on ``device``."""
        return Stand(self.elevation_B.to(device), self.roll_B.to(device))

    def upright(self, azimuth_B: Tensor) -> Tensor:
        """Return the rotations B33 of things that stand upright and turn their front by ``azimuth_B``."""
        rotation, _ = look_at_pose(azimuth_B, self.elevation_B, torch.ones_like(azimuth_B))
        cos, sin = self.roll_B.cos(), self.roll_B.sin()
        zero, one = torch.zeros_like(cos), torch.ones_like(cos)
        roll = torch.stack([cos, sin, zero, -sin, cos, zero, zero, zero, one], -1).view(-1, 3, 3)
        return rotation @ roll

    def up(self) -> Tensor:
        """Return the direction of up, B3."""
        return self.upright(torch.zeros_like(self.roll_B))[:, 1]


def draw_stand(n: int, generator: torch.Generator) -> Stand:
    """Hold ``n`` cameras as people do: a little above the thing, nearly level."""
    unit = torch.rand(n, 2, generator=generator)
    return Stand((4 + 46 * unit[:, 0] ** 1.3) * math.pi / 180, (unit[:, 1] * 2 - 1) * 6 * math.pi / 180)


def draw_azimuth(n: int, generator: torch.Generator) -> Tensor:
    """Draw from where things are seen: mostly the front half, sometimes any side."""
    unit = torch.rand(n, 2, generator=generator) * 2 - 1
    return torch.where(unit[:, 0] > 0.7, math.pi * unit[:, 1], math.radians(75) * unit[:, 1])


def draw_places(radius_B: Tensor, generator: torch.Generator) -> Tensor:
    """Draw where things of size one and ``radius_B`` about their origin stand, B3, so that most of each is seen."""
    unit = torch.rand(len(radius_B), 3, generator=generator).to(radius_B)
    distance = DISTANCE[0] * (DISTANCE[1] / DISTANCE[0]) ** unit[:, 0]
    room = (distance / FOCAL - 0.8 * radius_B).clamp(min=0.06)
    aside = (unit[:, 1:] * 2 - 1) * room[:, None]
    return torch.cat([aside, distance[:, None]], 1)


@dataclass(frozen=True)
class Anchor:
    """What a pointmap tells about an object: ``point_B3``, the median seen point, and its ``size_B``."""

    point_B3: Tensor
    size_B: Tensor


def points_of_depth(depth_BHW: Tensor, focal: float = FOCAL) -> Tensor:
    """Return the camera point of each pixel of square views, (B, 3, H, W); zero depth gives zeros."""
    side = depth_BHW.shape[-1]
    axis = 1 - (torch.arange(side, device=depth_BHW.device) + 0.5) * 2 / side
    return torch.stack([depth_BHW * axis[None, None, :] / focal, depth_BHW * axis[None, :, None] / focal, depth_BHW], 1)


def read_anchor(points_B3HW: Tensor, mask_BHW: Tensor) -> Anchor:
    """Read place and size off a pointmap: the median point, and the widest spread of the inner 96% along an axis.

    A mask without a pixel gives NaN.
    """
    inside = torch.where(mask_BHW[:, None], points_B3HW, torch.nan).flatten(2)
    low, middle, high = torch.nanquantile(inside, inside.new_tensor([0.02, 0.5, 0.98]), dim=2)
    return Anchor(middle, (high - low).amax(1))


def swap_in(
    anchor: Anchor, rotation_B33: Tensor, low_B3: Tensor, high_B3: Tensor, floor_B: Tensor, ratio_B: Tensor
) -> PoseTensors:
    """Place upright things where others were seen, about as large, standing on the floor.

    ``low_B3`` and ``high_B3`` bound each thing in its object frame, ``floor_B`` is how high the floor lies along up
    (the rotation's second row), and ``ratio_B`` is the wanted size over the other's.
    """
    # Half the box's spread along each camera axis: what the pointmap of the thing itself would show.
    spread = 2 * (((high_B3 - low_B3) / 2)[:, :, None] * rotation_B33.abs()).sum(1).amax(1)
    scale = ratio_B * anchor.size_B / spread.clamp(min=1e-3)
    # The seen points lie on the near side, about a quarter of the size before the middle.
    ray = functional.normalize(anchor.point_B3, dim=1)
    centre = anchor.point_B3 + 0.25 * scale[:, None] * ray
    return stood_on(PoseTensors(rotation_B33, centre, scale[:, None].expand(-1, 3)), low_B3, floor_B)


def stood_on(pose: PoseTensors, low_B3: Tensor, floor_B: Tensor) -> PoseTensors:
    """Move upright things along up until their lowest point, at ``low_B3`` in the object frame, is on the floor."""
    up = pose.rotation_B33[:, 1]
    height = (pose.translation_B3 * up).sum(1) + pose.scale_B3[:, 1] * low_B3[:, 1]
    return pose._replace(translation_B3=pose.translation_B3 + (floor_B - height)[:, None] * up)


def beside(
    pose: PoseTensors, rotation_B33: Tensor, low_B3: Tensor, floor_B: Tensor, generator: torch.Generator
) -> PoseTensors:
    """Place a smaller or like thing on the same floor, more often before than behind the one of ``pose``."""
    unit = torch.rand(len(rotation_B33), 3, generator=generator).to(rotation_B33)
    up, size = pose.rotation_B33[:, 1], pose.scale_B3[:, 0]
    scale = size * (0.5 + 0.7 * unit[:, 0])
    back = functional.normalize(pose.translation_B3 - (pose.translation_B3 * up).sum(1, keepdim=True) * up, dim=1)
    side = torch.linalg.cross(up, back)
    angle = (unit[:, 1] * 2 - 1) * (unit[:, 1] * 2 - 1).abs() * math.radians(130)
    # No nearer to the camera than half way.
    apart = torch.minimum((0.45 + 0.4 * unit[:, 2]) * (size + scale), 0.5 * pose.translation_B3[:, 2])
    move = (angle.sin()[:, None] * side - angle.cos()[:, None] * back) * apart[:, None]
    moved = PoseTensors(rotation_B33, pose.translation_B3 + move, scale[:, None].expand(-1, 3))
    return stood_on(moved, low_B3, floor_B)


@dataclass(frozen=True)
class Shift:
    """A move of a picture in its frame: zoomed by ``zoom_B`` about the middle, then moved by ``offset_B2``.

    Offsets are (right, down), in half sides.
    """

    zoom_B: Tensor
    offset_B2: Tensor

    def apply(self, picture_BCHW: Tensor, mode: str) -> Tensor:
        """Return the moved pictures, zero where nothing came to lie."""
        theta = torch.zeros(len(self.zoom_B), 2, 3, device=picture_BCHW.device)
        theta[:, 0, 0] = theta[:, 1, 1] = 1 / self.zoom_B
        theta[:, :, 2] = -self.offset_B2 / self.zoom_B[:, None]
        grid = functional.affine_grid(theta, list(picture_BCHW.shape), align_corners=False)
        return functional.grid_sample(picture_BCHW, grid, mode=mode, align_corners=False)


def find_occlusion(
    target_BHW: Tensor, whole_B: Tensor, occluder_BHW: Tensor, visible_B: Tensor, generator: torch.Generator
) -> Shift:
    """Return the move of each occluder that leaves the wished share of its target to be seen, as nearly as it can.

    ``target_BHW`` (bool) is what is seen of the target so far, ``whole_B`` how many pixels all of it has, in the
    frame or not. All places on a coarse grid and a few zooms are weighed at once; near ties are broken at random.
    """
    n, device = len(target_BHW), target_BHW.device
    side = SEARCH_SIDE
    target = functional.adaptive_avg_pool2d(target_BHW[:, None].float(), side)[:, 0]
    small = functional.adaptive_avg_pool2d(occluder_BHW[:, None].float(), side)
    still = torch.zeros(n, 2, device=device)
    zoomed = torch.cat(
        [Shift(torch.full((n,), zoom, device=device), still).apply(small, "bilinear") for zoom in ZOOMS], 1
    )
    # Cross-correlation: how much of the target is covered by the occluder at every shift.
    padded = (2 * side, 2 * side)
    spectrum = torch.fft.rfft2(target[:, None], padded) * torch.fft.rfft2(zoomed, padded).conj()
    covered_BZSS = torch.fft.irfft2(spectrum, padded).clamp(min=0)
    whole = whole_B * (side / target_BHW.shape[-1]) ** 2
    seen = (target.sum((1, 2))[:, None, None, None] - covered_BZSS) / whole.clamp(min=1e-6)[:, None, None, None]
    noise_seed = int(torch.randint(2**62, (), generator=generator))
    noise = torch.rand(seen.shape, generator=torch.Generator(device).manual_seed(noise_seed), device=device)
    best = ((seen - visible_B[:, None, None, None]).abs() + 0.02 * noise).flatten(1).argmin(1)
    zoom = torch.tensor(ZOOMS, device=device)[best // (4 * side * side)]
    rest = best % (4 * side * side)
    lag = torch.stack([rest % (2 * side), rest // (2 * side)], 1)
    # The transform is periodic: the upper half of the lags are negative ones.
    lag = torch.where(lag >= side, lag - 2 * side, lag)
    return Shift(zoom, lag * (2 / side))
