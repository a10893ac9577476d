"""From where objects are photographed: one distribution for training views and for synthetic photos.

People photograph household things from the front half and a little above. Without a pointmap the unit of the camera
frame is free, so it is set to the object's longest side: every scale is one, and distance says how large it looks.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from contracts.generation import Pose
from trainers.data.rendering import look_at_pose

AZIMUTH_DEGREES = (-60.0, 60.0)
ELEVATION_DEGREES = (5.0, 40.0)
DISTANCE = (1.8, 2.6)
OFFSET = 0.12
"""The object's centre lies at most this far from the optical axis, as a fraction of its distance."""


@dataclass(frozen=True)
class Poses:
    """B poses of the frame convention: ``rotations_B33``, ``translations_B3``, ``scales_B3``."""

    rotations_B33: Tensor
    translations_B3: Tensor
    scales_B3: Tensor


def draw_poses(n: int, generator: torch.Generator) -> Poses:
    """Draw ``n`` poses on the CPU."""
    unit = torch.rand(n, 5, generator=generator)

    def between(column: int, bounds: tuple[float, float]) -> Tensor:
        return bounds[0] + (bounds[1] - bounds[0]) * unit[:, column]

    azimuth = between(0, AZIMUTH_DEGREES) * math.pi / 180
    elevation = between(1, ELEVATION_DEGREES) * math.pi / 180
    rotations, translations = look_at_pose(azimuth, elevation, between(2, DISTANCE))
    aside = (unit[:, 3:] * 2 - 1) * OFFSET * translations[:, 2:]
    translations = torch.cat([aside, translations[:, 2:]], 1)
    return Poses(rotations, translations, torch.ones(n, 3))


def pose_of(rotation_33: Tensor, translation_3: Tensor, scale_3: Tensor) -> Pose:
    """Return one pose in the form that crosses process boundaries."""
    values = {"rotation": rotation_33.tolist(), "translation": translation_3.tolist(), "scale": scale_3.tolist()}
    return Pose.model_validate(values)
