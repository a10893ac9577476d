"""What a pose must be, and the same view through another camera. Pure."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from contracts.generation import CAMERA_FOCAL, Pose
from engine.annotation.alignment.silhouettes import NEAREST_DEPTH, Placement
from engine.core.errors import InvalidInput

ORTHONORMAL_WITHIN = 1e-3
SMALLEST_SCALE = 1e-4
LARGEST_NUMBER = 1e6
FOCAL_RANGE = (0.2, 40.0)


def _numbers(pose: Mapping[str, Any], name: str, shape: tuple[int, ...]) -> NDArray[np.float64]:
    try:
        values = np.asarray(pose[name], dtype=np.float64)
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidInput(f"The {name} is missing or is not made of numbers.", code="pose_not_finite",
                           field=f"pose.{name}") from error  # fmt: skip
    if values.shape != shape:
        size = " x ".join(str(n) for n in shape)
        raise InvalidInput(f"The {name} needs {size} numbers.", code="pose_shape", field=f"pose.{name}")
    if not np.isfinite(values).all() or np.abs(values).max() > LARGEST_NUMBER:
        raise InvalidInput(
            f"The {name} holds a number that is not finite or far too large. Undo the last step and try again.",
            code="pose_not_finite", field=f"pose.{name}",
        )  # fmt: skip
    return values


def read_pose(pose: Mapping[str, Any]) -> Placement:
    """Check a pose that a person sent. Raises InvalidInput: pose_not_finite, scale_zero, rotation_not_orthonormal."""
    rotation = _numbers(pose, "rotation", (3, 3))
    translation = _numbers(pose, "translation", (3,))
    scale = _numbers(pose, "scale", (3,))
    if scale.min() < SMALLEST_SCALE:
        raise InvalidInput(
            "Every scale must be above zero: a shape without thickness cannot be placed.", code="scale_zero",
            field="pose.scale",
        )  # fmt: skip
    error = np.abs(rotation @ rotation.T - np.eye(3)).max()
    if error > ORTHONORMAL_WITHIN or np.linalg.det(rotation) < 0:
        raise InvalidInput(
            "The rotation does not turn the shape, it bends or mirrors it. Reset the pose and place it again.",
            code="rotation_not_orthonormal", field="pose.rotation",
        )  # fmt: skip
    # What is stored is a rotation to the last digit, whatever a browser's single precision left of it.
    left, _, right = np.linalg.svd(rotation)
    return Placement(left @ right, translation, scale)


def check_focal(focal: float) -> float:
    """Return a focal length that a camera can have. Raises InvalidInput."""
    low, high = FOCAL_RANGE
    if not math.isfinite(focal) or not low <= focal <= high:
        raise InvalidInput(
            f"The focal length lies between {low:g} and {high:g} half image sides; most photos have 1.5 to 4.",
            code="focal_out_of_range", field="focal",
        )  # fmt: skip
    return focal


def check_in_front(points_V3: NDArray[np.float64]) -> None:
    """Refuse a mesh of which any part lies behind the camera. Raises InvalidInput."""
    if points_V3[:, 2].min() < NEAREST_DEPTH:
        raise InvalidInput(
            "A part of the shape lies behind the camera. Move it away from the camera and try again.",
            code="behind_camera", field="pose.translation",
        )  # fmt: skip


def _turn_between(from_3: NDArray[np.float64], to_3: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the smallest turn of row vectors that carries one direction to another (Rodrigues)."""
    first, second = from_3 / np.linalg.norm(from_3), to_3 / np.linalg.norm(to_3)
    axis, cosine = np.cross(first, second), float(first @ second)
    cross = np.array([[0, -axis[2], axis[1]], [axis[2], 0, -axis[0]], [-axis[1], axis[0], 0]])
    turn: NDArray[np.float64] = (np.eye(3) + cross + cross @ cross / (1 + cosine)).T
    return turn


def seen_through(placement: Placement, *, focal: float, other_focal: float = CAMERA_FOCAL) -> Placement:
    """Return where the shape must stand so that another camera sees its middle as large, in the same place and turned
    the same way towards it. Exact for equal focal lengths; else the foreshortening differs.
    """
    if math.isclose(focal, other_focal, rel_tol=1e-9):
        return placement
    translation = placement.translation_3 * np.array([1.0, 1.0, other_focal / focal])
    turn = _turn_between(placement.translation_3, translation)
    return Placement(placement.rotation_33 @ turn, translation, placement.scale_3)


def pose_json(placement: Placement) -> dict[str, Any]:
    """Return the pose as rows and files hold it."""
    pose = {
        "rotation": placement.rotation_33.tolist(),
        "translation": placement.translation_3.tolist(),
        "scale": placement.scale_3.tolist(),
    }
    return Pose.model_validate(pose).model_dump(mode="json")
