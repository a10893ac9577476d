"""The direction from which a photo shows a candidate, and nothing else that its pose would tell. Pure.

Every maker has a way of writing poses: sizes that are always one, digits of single precision, distances. An annotator
who saw them could tell the makers apart. So she gets another pose, of unit scale at a fixed distance, in the middle of
the picture, which shows the same side leaning the same way.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

DISTANCE = 3.0
_DIGITS = 2

PoseJson = dict[str, Any]


def input_view(pose: Mapping[str, Any] | None) -> PoseJson | None:
    """Return a pose by which a viewer finds the photo's side, or None where the pose tells none."""
    if pose is None:
        return None
    rotation, translation, scale = (np.asarray(pose[name], float) for name in ("rotation", "translation", "scale"))
    # The camera's centre, and its upward axis, as the object sees them: x_cam = (x * scale) @ rotation + translation.
    centre = -(rotation @ translation) / scale
    length = float(np.linalg.norm(centre))
    if not math.isfinite(length) or length < 1e-6:
        return None
    forward = _rounded(-centre / length)
    up = _rounded(rotation[:, 1])
    up = up - (up @ forward) * forward
    if np.linalg.norm(up) < 0.1:
        # The object is seen so far aside that the camera looks past it along its own upward axis: no lean to tell.
        return None
    up = up / np.linalg.norm(up)
    turned = np.stack([np.cross(up, forward), up, forward], axis=1)
    return {"rotation": turned.tolist(), "translation": [0.0, 0.0, DISTANCE], "scale": [1.0, 1.0, 1.0]}


def _rounded(direction: Sequence[float] | np.ndarray) -> np.ndarray:
    """Return a direction to about half a degree: digits beyond tell who wrote them, not where the camera stood."""
    rounded = np.round(direction, _DIGITS)
    unit: np.ndarray = rounded / np.linalg.norm(rounded)
    return unit
