"""Which pixels a placed mesh covers, and how well that agrees with a mask. Pure numpy.

Photo and mask are looked at on a grid whose longer side has at most GRID pixels; a pixel is covered if its centre is.
The annotator's page counts on the same grid, so both say the same number.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

GRID = 512
NEAREST_DEPTH = 1e-3
# Pixel tests done at once: bounds the memory of a close-up of many large triangles.
_TESTS_AT_ONCE = 1_000_000

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Placement:
    """``x_cam = (x * scale) @ rotation + translation``; the camera's axes are left, up and forward."""

    rotation_33: Floats
    translation_3: Floats
    scale_3: Floats

    def apply(self, points_N3: NDArray[np.floating]) -> Floats:
        """Carry points from the object frame into the camera frame."""
        moved: Floats = (points_N3.astype(np.float64) * self.scale_3) @ self.rotation_33 + self.translation_3
        return moved


def grid_size(width: int, height: int) -> tuple[int, int]:
    """Return (width, height) of the grid of a photo of this size."""
    factor = min(1.0, GRID / max(width, height))
    # Half up, as the browser rounds; Python's own rounding goes to the even one.
    return max(1, int(width * factor + 0.5)), max(1, int(height * factor + 0.5))


def on_grid(mask_HW: Bools) -> Bools:
    """Return the mask's values at the centres of the grid's pixels."""
    height, width = mask_HW.shape
    columns, rows = grid_size(width, height)
    u = ((np.arange(columns) + 0.5) * width / columns).astype(np.int64)
    v = ((np.arange(rows) + 0.5) * height / rows).astype(np.int64)
    sampled: Bools = mask_HW[v[:, None], u[None, :]]
    return sampled


def silhouette(points_V3: Floats, faces_F3: NDArray[np.integer], *, width: int, height: int, focal: float) -> Bools:
    """Return the covered pixels of a grid of this size. Points are in the camera frame, all in front of the camera.

    ``focal`` counts half sides of the longer side; the centre of the picture lies on the optical axis.
    """
    reach = focal * max(width, height) / 2
    pixels_V2 = np.array([width, height]) / 2 - reach * points_V3[:, :2] / points_V3[:, 2:]
    corners_F32 = pixels_V2[faces_F3]
    # First and last pixel whose centre may be inside; beyond the picture nothing is looked at.
    limits = np.array([width, height])
    low = np.clip(np.ceil(corners_F32.min(axis=1) - 0.5), 0, limits).astype(np.int64)
    high = np.clip(np.floor(corners_F32.max(axis=1) - 0.5) + 1, 0, limits).astype(np.int64)
    spans = (high - low).clip(0)
    tests = spans[:, 0] * spans[:, 1]
    faces = np.flatnonzero(tests)
    covered = np.zeros(height * width, dtype=bool)
    groups = np.cumsum(tests[faces]) // _TESTS_AT_ONCE
    for group in np.unique(groups):
        part = faces[groups == group]
        chosen = np.repeat(part, tests[part])
        within = np.arange(len(chosen)) - np.repeat(np.cumsum(tests[part]) - tests[part], tests[part])
        columns = low[chosen, 0] + within % spans[chosen, 0]
        rows = low[chosen, 1] + within // spans[chosen, 0]
        is_inside = _is_inside(corners_F32[chosen], columns + 0.5, rows + 0.5)
        covered[rows[is_inside] * width + columns[is_inside]] = True
    return covered.reshape(height, width)


def _is_inside(corners_P32: Floats, u_P: Floats, v_P: Floats) -> Bools:
    """Whether each point lies in its triangle, whichever way round that goes; the edges belong to it."""
    sides = []
    for first, second in ((0, 1), (1, 2), (2, 0)):
        from_P2, to_P2 = corners_P32[:, first], corners_P32[:, second]
        run, rise = (to_P2 - from_P2).T
        sides.append(run * (v_P - from_P2[:, 1]) - rise * (u_P - from_P2[:, 0]))
    low, high = np.minimum.reduce(sides), np.maximum.reduce(sides)
    # All three zero: the triangle is seen from its edge and covers nothing.
    inside: Bools = ((low >= 0) | (high <= 0)) & (high > low)
    return inside


def intersection_over_union(left_HW: Bools, right_HW: Bools) -> float:
    """Return shared over joint pixels; 0 when both are empty."""
    joint = int((left_HW | right_HW).sum())
    return int((left_HW & right_HW).sum()) / joint if joint else 0.0


def placed_iou(
    vertices_V3: NDArray[np.floating], faces_F3: NDArray[np.integer], placement: Placement, *, mask_HW: Bools,
    focal: float,
) -> float:  # fmt: skip
    """Return the IoU of the placed mesh's silhouette with the mask of the whole photo, on the grid."""
    mask = on_grid(mask_HW)
    height, width = mask.shape
    drawn = silhouette(placement.apply(vertices_V3), faces_F3, width=width, height=height, focal=focal)
    return intersection_over_union(drawn, mask)
