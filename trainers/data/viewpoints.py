"""From where objects are photographed: as people do for synthetic photos, and more widely for training.

People photograph household things from the front half and a little above. Without a pointmap the unit of the camera
frame is free, so it is set to the object's longest side: every scale is one, and distance says how large it looks.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from contracts.generation import Pose
from networks.frames import PoseTensors
from trainers.data.rendering import look_at_pose

AZIMUTH_DEGREES = (-60.0, 60.0)
ELEVATION_DEGREES = (5.0, 40.0)
DISTANCE = (1.8, 2.6)
OFFSET = 0.12
"""The object's centre lies at most this far from the optical axis, as a fraction of its distance."""

WIDE_AZIMUTH_DEGREES = 75.0
FULL_CIRCLE_SHARE = 0.3
"""Of the training views, how many are seen from anywhere around; the others from the front."""
WIDE_ELEVATION_DEGREES = (-10.0, 60.0)
WIDE_DISTANCE = (1.8, 3.2)
ROLL_DEGREES = 8.0


@dataclass(frozen=True)
class Poses:
    """B poses of the frame convention: ``rotations_B33``, ``translations_B3``, ``scales_B3``."""

    rotations_B33: Tensor
    translations_B3: Tensor
    scales_B3: Tensor

    def tensors(self) -> PoseTensors:
        """Return the same as the networks take it."""
        return PoseTensors(self.rotations_B33, self.translations_B3, self.scales_B3)


def draw_poses(n: int, generator: torch.Generator) -> Poses:
    """Draw ``n`` poses of synthetic photos on the CPU."""
    unit = torch.rand(n, 5, generator=generator)
    azimuth = _between(unit[:, 0], AZIMUTH_DEGREES) * math.pi / 180
    elevation = _between(unit[:, 1], ELEVATION_DEGREES) * math.pi / 180
    rotations, translations = look_at_pose(azimuth, elevation, _between(unit[:, 2], DISTANCE))
    return _moved_aside(rotations, translations, unit[:, 3:])


def draw_wide_poses(n: int, generator: torch.Generator) -> Poses:
    """Draw ``n`` poses of training views on the CPU; they hold all that ``draw_poses`` draws, and more.

    Elevation is the mean of two draws, so that middle ones are common; distance is uniform in apparent size.
    """
    unit = torch.rand(n, 8, generator=generator)
    reach = torch.where(unit[:, 0] < FULL_CIRCLE_SHARE, 180.0, WIDE_AZIMUTH_DEGREES)
    azimuth = (unit[:, 1] * 2 - 1) * reach * math.pi / 180
    elevation = _between((unit[:, 2] + unit[:, 3]) / 2, WIDE_ELEVATION_DEGREES) * math.pi / 180
    distance = 1 / _between(unit[:, 4], (1 / WIDE_DISTANCE[1], 1 / WIDE_DISTANCE[0]))
    rotations, translations = look_at_pose(azimuth, elevation, distance)
    aside = _moved_aside(rotations, translations, unit[:, 5:7])
    roll = _about_forward((unit[:, 7] * 2 - 1) * ROLL_DEGREES * math.pi / 180)
    return Poses(aside.rotations_B33 @ roll, (aside.translations_B3[:, None] @ roll)[:, 0], aside.scales_B3)


def _between(unit_B: Tensor, bounds: tuple[float, float]) -> Tensor:
    return bounds[0] + (bounds[1] - bounds[0]) * unit_B


def _moved_aside(rotations: Tensor, translations: Tensor, unit_B2: Tensor) -> Poses:
    aside = (unit_B2 * 2 - 1) * OFFSET * translations[:, 2:]
    return Poses(rotations, torch.cat([aside, translations[:, 2:]], 1), torch.ones(len(rotations), 3))


def _about_forward(angle_B: Tensor) -> Tensor:
    """Return the row-vector rotations about the camera's z axis, (B, 3, 3)."""
    cos, sin, zero, one = angle_B.cos(), angle_B.sin(), torch.zeros_like(angle_B), torch.ones_like(angle_B)
    rows = [[cos, sin, zero], [-sin, cos, zero], [zero, zero, one]]
    return torch.stack([torch.stack(row, -1) for row in rows], -2)


def pose_of(rotation_33: Tensor, translation_3: Tensor, scale_3: Tensor) -> Pose:
    """Return one pose in the form that crosses process boundaries."""
    values = {"rotation": rotation_33.tolist(), "translation": translation_3.tolist(), "scale": scale_3.tolist()}
    return Pose.model_validate(values)
