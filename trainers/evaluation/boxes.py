"""Overlap of boxes that stand anywhere in space.

A box is its eight corners (8, 3), in any unit and frame; the two boxes of a pair share both.
"""

import itertools
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull, QhullError

Floats = NDArray[np.float64]

_SIGNS_83 = np.array(list(itertools.product((0.0, 1.0), repeat=3)))


def box_corners(low_3: NDArray[Any], high_3: NDArray[Any]) -> Floats:
    """Return the corners of an axis-aligned box; a pose may then carry them anywhere."""
    return np.asarray(low_3 + _SIGNS_83 * (np.asarray(high_3) - low_3))


def box_iou(a_83: Floats, b_83: Floats) -> float:
    """Return the volume of the intersection over that of the union, 0 for flat boxes.

    The intersection is exact up to rounding: ``a`` is cut by the six planes of ``b`` in turn, and the volume is that of
    the convex hull of what is left.
    """
    a, b = _volume(a_83), _volume(b_83)
    if a <= 0 or b <= 0:
        return 0.0
    left = np.asarray(a_83, dtype=np.float64)
    for normal_3, offset in _planes(np.asarray(b_83, dtype=np.float64)):
        left = _cut(left, normal_3, offset)
    common = min(_volume(left), a, b)
    return common / (a + b - common)


def _planes(corners_83: Floats) -> list[tuple[Floats, float]]:
    """Return (normal, offset) of the six sides; inside is normal . x <= offset."""
    origin = corners_83[0]
    # Corners 4, 2 and 1 differ from corner 0 along one edge each, in the order of ``box_corners``.
    edges_33 = corners_83[[4, 2, 1]] - origin
    planes = []
    for axis in range(3):
        normal = np.cross(edges_33[(axis + 1) % 3], edges_33[(axis + 2) % 3])
        normal = normal / np.linalg.norm(normal)
        low, high = sorted((float(normal @ origin), float(normal @ (origin + edges_33[axis]))))
        planes += [(normal, high), (-normal, -low)]
    return planes


def _cut(points_N3: Floats, normal_3: Floats, offset: float) -> Floats:
    """Return points whose hull is the part of the hull of ``points`` with normal . x <= offset."""
    height = points_N3 @ normal_3 - offset
    inside, outside = height <= 0, height > 0
    if not outside.any() or not inside.any():
        return points_N3[inside]
    # Every edge that the plane crosses joins an inside to an outside point; the other such pairs add inner points only.
    above, below = height[outside][:, None, None], height[inside][None, :, None]
    share = above / (above - below)
    crossing = points_N3[outside][:, None] * (1 - share) + points_N3[inside][None] * share
    return _outline(np.concatenate([points_N3[inside], crossing.reshape(-1, 3)]))


def _outline(points_N3: Floats) -> Floats:
    """Drop the points inside the hull; a set without volume stays as it is."""
    try:
        return np.asarray(points_N3[ConvexHull(points_N3).vertices])
    except QhullError:
        return points_N3


def _volume(points_N3: Floats) -> float:
    if len(points_N3) < 4:
        return 0.0
    try:
        return float(ConvexHull(points_N3).volume)
    except QhullError:
        return 0.0
