"""The only home of frame conversions: rotations, poses, cameras, layout encoding.

Frames
    object   inside [-0.5, 0.5]^3, y up, front along +z (glTF); points are row vectors
    camera   PyTorch3D's: x left, y up, z forward. OpenCV's: x right, y down, z forward. glTF's: x right, y up, z back
    pose     x_cam = (x * scale) @ rotation + translation
    pixels   u to the right, v down, origin at the top left corner of the top left pixel
"""

from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor

# Half image sides, over the longer side: 43.6 degrees. Photos seldom say how they were taken, so one value serves all.
FOCAL = 2.5

# Numbers of one encoded layout: rotation 6, translation 3, scale 3.
ROTATION_SLICE = slice(0, 6)
TRANSLATION_SLICE = slice(6, 9)
SCALE_SLICE = slice(9, 12)
LAYOUT_NUMBERS = 12


class PoseTensors(NamedTuple):
    """Where objects stand in a camera: rotation (B, 3, 3), translation (B, 3), scale (B, 3)."""

    rotation_B33: Tensor
    translation_B3: Tensor
    scale_B3: Tensor


class Similarity(NamedTuple):
    """A move of the camera frame: x -> (x * factor) @ rotation + translation, one factor for all axes."""

    rotation_B33: Tensor
    translation_B3: Tensor
    factor_B: Tensor


class LayoutStatistics(NamedTuple):
    """What a layout is standardised by: constants of the training set, or per object values read off a pointmap.

    shift_3 and unit_1 are in camera units; rotation_mean_6 and rotation_std_6 belong to the 6D form. Each may
    carry a leading batch axis.
    """

    shift_3: Tensor
    unit_1: Tensor
    rotation_mean_6: Tensor
    rotation_std_6: Tensor


def identity_statistics(device: torch.device | None = None) -> LayoutStatistics:
    """Return the statistics that leave a layout as it is."""
    zeros, ones = partial(torch.zeros, device=device), partial(torch.ones, device=device)
    return LayoutStatistics(zeros(3), ones(1), zeros(6), ones(6))


def rotation_to_sixd(rotation_B33: Tensor) -> Tensor:
    """Return the first two columns of each matrix, (B, 6)."""
    return torch.cat([rotation_B33[..., :, 0], rotation_B33[..., :, 1]], dim=-1)


def sixd_to_rotation(sixd_B6: Tensor) -> Tensor:
    """Return the rotation whose first two columns are nearest by Gram-Schmidt, (B, 3, 3).

    Two parallel or vanishing columns leave the frame open; an axis is then chosen, so the answer is always a rotation.
    """
    first = _unit_or(sixd_B6[..., :3], _axis_like(sixd_B6[..., :3], 0))
    # The axis on which the first column is smallest is never parallel to it.
    spare = _across(first, torch.nn.functional.one_hot(first.abs().argmin(-1), 3).to(first))
    spare = _unit_or(spare, spare)
    second = _across(first, _unit_or(sixd_B6[..., 3:], spare))
    # Nearly parallel columns leave little more than rounding errors, so they are taken across once more.
    second = _unit_or(_across(first, _unit_or(second, spare)), spare)
    third = torch.linalg.cross(first, second)
    return torch.stack([first, second, third], dim=-1)


def _across(first_B3: Tensor, vector_B3: Tensor) -> Tensor:
    return vector_B3 - (first_B3 * vector_B3).sum(-1, keepdim=True) * first_B3


def _unit_or(vector_B3: Tensor, fallback_B3: Tensor, shortest: float = 1e-5) -> Tensor:
    length = vector_B3.norm(dim=-1, keepdim=True)
    return torch.where(length > shortest, vector_B3 / length.clamp_min(shortest), fallback_B3)


def _axis_like(vector_B3: Tensor, axis: int) -> Tensor:
    fallback = torch.zeros_like(vector_B3)
    fallback[..., axis] = 1.0
    return fallback


def apply_pose(points_BV3: Tensor, pose: PoseTensors) -> Tensor:
    """Carry points from the object frame into the camera frame."""
    return (points_BV3 * pose.scale_B3[:, None]) @ pose.rotation_B33 + pose.translation_B3[:, None]


def invert_pose(points_BV3: Tensor, pose: PoseTensors) -> Tensor:
    """Carry points from the camera frame back into the object frame."""
    turned = (points_BV3 - pose.translation_B3[:, None]) @ pose.rotation_B33.transpose(1, 2)
    return turned / pose.scale_B3[:, None]


def compose_pose(pose: PoseTensors, move: Similarity) -> PoseTensors:
    """Return the pose after the camera frame was moved: applying it equals applying ``pose``, then ``move``.

    Only a uniform factor keeps the form (x * s) R + t, hence ``Similarity`` and not a second pose.
    """
    translation = ((pose.translation_B3 * move.factor_B[:, None])[:, None] @ move.rotation_B33)[:, 0]
    return PoseTensors(
        rotation_B33=pose.rotation_B33 @ move.rotation_B33,
        translation_B3=translation + move.translation_B3,
        scale_B3=pose.scale_B3 * move.factor_B[:, None],
    )


def pytorch3d_to_opencv(points_3: Tensor) -> Tensor:
    """Turn camera points from (left, up, forward) to (right, down, forward). Its own inverse."""
    return points_3 * points_3.new_tensor([-1.0, -1.0, 1.0])


def pytorch3d_to_gltf(points_3: Tensor) -> Tensor:
    """Turn camera points from (left, up, forward) to (right, up, backward). Its own inverse."""
    return points_3 * points_3.new_tensor([-1.0, 1.0, -1.0])


def opencv_to_gltf(points_3: Tensor) -> Tensor:
    """Turn camera points from (right, down, forward) to (right, up, backward). Its own inverse."""
    return points_3 * points_3.new_tensor([1.0, -1.0, -1.0])


def project(points_BV3: Tensor, height: int, width: int) -> Tensor:
    """Project camera points to pixels (u, v) of a photo; the field of view spans the longer side.

    Depth must be positive; points behind the camera give meaningless pixels.
    """
    reach = FOCAL * max(height, width) / 2
    depth = points_BV3[..., 2].clamp_min(1e-6)
    u = width / 2 - reach * points_BV3[..., 0] / depth
    v = height / 2 - reach * points_BV3[..., 1] / depth
    return torch.stack([u, v], dim=-1)


# Camera units; a pointmap whose in-mask points lie closer together than this says nothing about an object's size.
_SMALLEST_UNIT = 1e-6


def pointmap_statistics(points_B3HW: Tensor, mask_B1HW: Tensor, fallback: LayoutStatistics) -> LayoutStatistics:
    """Read shift (B, 3) and unit (B, 1) off the points inside the mask; points are in camera units, NaN where unknown.

    The shift is the median of the finite points (each axis by itself, the lower of two middle ones), the unit the
    median of their distances to it, each along its farthest axis. A row without a finite point in the mask, or whose
    points all coincide, takes ``fallback``, which has no batch axis; so do all rotation statistics.
    """
    points_B3P = points_B3HW.float().flatten(2)
    is_known_B1P = (mask_B1HW.flatten(2) > 0.5) & torch.isfinite(points_B3P).all(dim=1, keepdim=True)
    points_B3P = torch.where(is_known_B1P, points_B3P, torch.nan)
    shift_B3 = points_B3P.nanmedian(dim=2).values
    unit_B1 = (points_B3P - shift_B3[..., None]).abs().amax(dim=1).nanmedian(dim=1, keepdim=True).values
    # NaN is not larger than anything, so this is false without a point too.
    is_read_B1 = unit_B1 > _SMALLEST_UNIT
    batch = len(unit_B1)
    return LayoutStatistics(
        torch.where(is_read_B1, shift_B3, fallback.shift_3.to(shift_B3)),
        torch.where(is_read_B1, unit_B1, fallback.unit_1.to(unit_B1)),
        fallback.rotation_mean_6.expand(batch, -1),
        fallback.rotation_std_6.expand(batch, -1),
    )


def encode_layout(pose: PoseTensors, statistics: LayoutStatistics) -> Tensor:
    """Return (B, 12): 6D rotation standardised, t' = (t - shift) / unit, s' = log(s / unit)."""
    sixd = (rotation_to_sixd(pose.rotation_B33) - statistics.rotation_mean_6) / statistics.rotation_std_6
    translation = (pose.translation_B3 - statistics.shift_3) / statistics.unit_1
    scale = torch.log(pose.scale_B3 / statistics.unit_1)
    return torch.cat([sixd, translation, scale], dim=-1)


def decode_layout(layout_BK: Tensor, statistics: LayoutStatistics) -> PoseTensors:
    """Undo ``encode_layout``; the rotation is made orthonormal and the scale is kept within e^+-8 units."""
    sixd = layout_BK[..., ROTATION_SLICE] * statistics.rotation_std_6 + statistics.rotation_mean_6
    translation = layout_BK[..., TRANSLATION_SLICE] * statistics.unit_1 + statistics.shift_3
    scale = torch.exp(layout_BK[..., SCALE_SLICE].clamp(-8, 8)) * statistics.unit_1
    return PoseTensors(sixd_to_rotation(sixd), translation, scale)
