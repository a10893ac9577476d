"""Where a found asset stands in the photo: a rotation from the matched view, a place and distance from the mask."""

import math

import numpy as np
from numpy.typing import NDArray

from contracts.generation import CAMERA_FOCAL, Pose

_ROUNDS = 12
_NEAREST = 0.05

Box = tuple[float, float, float, float]


def roll_rotation(roll_degrees: float) -> NDArray[np.float64]:
    """Return the turn of camera-frame row vectors that a viewer sees as ``roll_degrees`` counter-clockwise.

    The camera's x points left, so a counter-clockwise turn for the viewer is clockwise in (x, y).
    """
    angle = math.radians(roll_degrees)
    cosine, sine = math.cos(angle), math.sin(angle)
    return np.array([[cosine, -sine, 0.0], [sine, cosine, 0.0], [0.0, 0.0, 1.0]])


def project(points_N3: NDArray[np.float64], width: int, height: int) -> NDArray[np.float64]:
    """Return pixels (u, v) of camera points; depths are kept in front of the camera."""
    reach = CAMERA_FOCAL * max(width, height) / 2
    depth = np.maximum(points_N3[:, 2], _NEAREST)
    return np.stack([width / 2 - reach * points_N3[:, 0] / depth, height / 2 - reach * points_N3[:, 1] / depth], 1)


def place(hull_N3: NDArray[np.floating], rotation_33: NDArray[np.floating], box: Box, width: int, height: int) -> Pose:
    """Return the pose at scale 1 whose projected bounding box has the centre and the mean side of ``box``.

    ``box`` is (left, top, right, bottom) in pixels. Size and distance cannot be told apart in one photo: the object's
    longest side is taken as the unit of length.
    """
    # Orthonormal to double precision, so that a stored float32 rotation stays a rotation.
    left, _, right = np.linalg.svd(np.asarray(rotation_33, dtype=np.float64))
    rotation = left @ right
    turned = np.asarray(hull_N3, dtype=np.float64) @ rotation
    reach = CAMERA_FOCAL * max(width, height) / 2
    wanted_centre = np.array([box[0] + box[2], box[1] + box[3]]) / 2
    wanted_side = math.sqrt(max(box[2] - box[0], 1.0) * max(box[3] - box[1], 1.0))
    extent = np.maximum(np.ptp(turned[:, :2], axis=0), 1e-3)
    distance = max(reach * math.sqrt(extent[0] * extent[1]) / wanted_side, _least_distance(turned))
    translation = np.array([0.0, 0.0, distance])
    for _ in range(_ROUNDS):
        seen = project(turned + translation, width, height)
        low, high = seen.min(0), seen.max(0)
        side = math.sqrt(float(np.prod(np.maximum(high - low, 1e-6))))
        translation[2] = max(translation[2] * side / wanted_side, _least_distance(turned))
        # Pixels run right and down, the camera's axes left and up.
        translation[:2] += ((low + high) / 2 - wanted_centre) * translation[2] / reach
    return Pose(
        rotation=(_row(rotation[0]), _row(rotation[1]), _row(rotation[2])),
        translation=_row(translation),
        scale=(1.0, 1.0, 1.0),
    )


def _least_distance(turned_N3: NDArray[np.float64]) -> float:
    return float(_NEAREST - turned_N3[:, 2].min() + 0.1)


def _row(values_3: NDArray[np.float64]) -> tuple[float, float, float]:
    return (float(values_3[0]), float(values_3[1]), float(values_3[2]))
