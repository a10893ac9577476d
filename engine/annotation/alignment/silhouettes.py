"""Which pixels a placed mesh covers, and how well that agrees with a mask. Pure numpy.

Photo and mask are looked at on a grid whose longer side has at most GRID pixels; a pixel is covered if its centre is.
The annotator's page counts on the same grid, so both say the same number.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

GRID = 512
NEAREST_DEPTH = 1e-3
# Fewer pixels with a point say nothing about a distance.
FEWEST_POINTS = 32
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
    covered = np.zeros(height * width, dtype=bool)
    for hit in _hits(points_V3, faces_F3, width, height, focal):
        covered[hit.pixel_P] = True
    return covered.reshape(height, width)


def depth_map(points_V3: Floats, faces_F3: NDArray[np.integer], *, width: int, height: int, focal: float) -> Floats:
    """Return how far away along z the nearest surface is at each pixel that ``silhouette`` covers; infinity beside."""
    depth = np.full(height * width, np.inf)
    for hit in _hits(points_V3, faces_F3, width, height, focal):
        # On the screen not z itself but one over z runs evenly across a triangle.
        inverse_P3 = 1 / points_V3[faces_F3[hit.face_P], 2]
        np.minimum.at(depth, hit.pixel_P, 1 / (hit.weight_P3 * inverse_P3).sum(axis=1))
    return depth.reshape(height, width)


@dataclass(frozen=True)
class _Hits:
    """Pixels (row by row) whose centres lie in a face, and the weights of its corners there."""

    pixel_P: NDArray[np.int64]
    face_P: NDArray[np.int64]
    weight_P3: Floats


def _hits(
    points_V3: Floats, faces_F3: NDArray[np.integer], width: int, height: int, focal: float
) -> Iterator[_Hits]:  # fmt: skip
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
    groups = np.cumsum(tests[faces]) // _TESTS_AT_ONCE
    for group in np.unique(groups):
        part = faces[groups == group]
        chosen = np.repeat(part, tests[part])
        within = np.arange(len(chosen)) - np.repeat(np.cumsum(tests[part]) - tests[part], tests[part])
        columns = low[chosen, 0] + within % spans[chosen, 0]
        rows = low[chosen, 1] + within // spans[chosen, 0]
        sides_P3 = _sides(corners_F32[chosen], columns + 0.5, rows + 0.5)
        least, most = sides_P3.min(axis=1), sides_P3.max(axis=1)
        # Whichever way round it goes; the edges belong to it. All three zero: it is seen from its edge.
        is_inside = ((least >= 0) | (most <= 0)) & (most > least)
        sides_P3 = sides_P3[is_inside]
        weight_P3 = sides_P3 / sides_P3.sum(axis=1, keepdims=True)
        yield _Hits(rows[is_inside] * width + columns[is_inside], chosen[is_inside], weight_P3)


def _sides(corners_P32: Floats, u_P: Floats, v_P: Floats) -> Floats:
    """Return on which side of the edge across from each corner a point lies, and how far: its weight, unscaled."""
    sides = []
    for first, second in ((1, 2), (2, 0), (0, 1)):
        from_P2, to_P2 = corners_P32[:, first], corners_P32[:, second]
        run, rise = (to_P2 - from_P2).T
        sides.append(run * (v_P - from_P2[:, 1]) - rise * (u_P - from_P2[:, 0]))
    return np.stack(sides, axis=1)


def intersection_over_union(left_HW: Bools, right_HW: Bools) -> float:
    """Return shared over joint pixels; 0 when both are empty."""
    joint = int((left_HW | right_HW).sum())
    return int((left_HW & right_HW).sum()) / joint if joint else 0.0


def depth_residual(depth_HW: Floats, mask_HW: Bools, points_HW3: NDArray[np.floating]) -> float | None:
    """Return the median distance along z between the surface and the pointmap, in metres; all three on the grid.

    Only pixels count that the surface covers, that belong to the mask, and whose point is known: None for too few.
    """
    apart = np.abs(depth_HW - points_HW3[..., 2])[mask_HW]
    apart = apart[np.isfinite(apart)]
    return float(np.median(apart)) if len(apart) >= FEWEST_POINTS else None


@dataclass(frozen=True)
class Fit:
    """How well a placed mesh agrees with the mask and, where there is one, with the pointmap (metres)."""

    iou: float
    residual: float | None


def placed_fit(
    vertices_V3: NDArray[np.floating], faces_F3: NDArray[np.integer], placement: Placement, *, mask_HW: Bools,
    focal: float, points_HW3: NDArray[np.floating] | None = None,
) -> Fit:  # fmt: skip
    """Draw the placed mesh on the grid and compare. The mask is that of the whole photo, the points are its grid."""
    mask = on_grid(mask_HW)
    height, width = mask.shape
    camera_V3 = placement.apply(vertices_V3)
    if points_HW3 is None:
        drawn = silhouette(camera_V3, faces_F3, width=width, height=height, focal=focal)
        return Fit(intersection_over_union(drawn, mask), None)
    depth = depth_map(camera_V3, faces_F3, width=width, height=height, focal=focal)
    return Fit(intersection_over_union(np.isfinite(depth), mask), depth_residual(depth, mask, points_HW3))
