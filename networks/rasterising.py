"""A small exact rasteriser in numpy: which triangle each pixel sees. For previews and visibility, not for training."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

# Pixel tests done at once; bounds the memory of a close-up of many large triangles.
_TESTS_AT_ONCE = 2_000_000


class Raster(NamedTuple):
    """Per pixel: the nearest triangle or -1, its barycentric weights, and the depth (infinite where empty)."""

    face_HW: NDArray[np.int64]
    weights_HW3: NDArray[np.float64]
    depth_HW: NDArray[np.float64]


def rasterise(
    pixels_V2: NDArray[np.floating],
    depth_V: NDArray[np.floating],
    faces_F3: NDArray[np.integer],
    height: int,
    width: int,
) -> Raster:
    """Draw triangles given by pixel position (u right, v down) and depth; the smaller depth wins.

    Weights are linear in the picture, exact for parallel projection and close for small triangles.
    """
    face = np.full(height * width, -1, dtype=np.int64)
    weights = np.zeros((height * width, 3))
    depth = np.full(height * width, np.inf)
    corners_F32 = pixels_V2.astype(np.float64)[faces_F3]
    depths_F3 = depth_V.astype(np.float64)[faces_F3]
    for chosen, columns, rows in _candidate_pixels(corners_F32, height, width):
        inside, bary = _barycentric(corners_F32[chosen], columns + 0.5, rows + 0.5)
        hits, bary = chosen[inside], bary[inside]
        at = rows[inside] * width + columns[inside]
        z = (bary * depths_F3[hits]).sum(axis=1)
        # Sorted by pixel, then depth, then face: the first row of each pixel is what it sees.
        order = np.lexsort((hits, z, at))
        order = order[np.unique(at[order], return_index=True)[1]]
        order = order[z[order] < depth[at[order]]]
        face[at[order]], depth[at[order]], weights[at[order]] = hits[order], z[order], bary[order]
    shape = (height, width)
    return Raster(face.reshape(shape), weights.reshape(*shape, 3), depth.reshape(shape))


def _candidate_pixels(
    corners_F32: NDArray[np.float64], height: int, width: int
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]]:
    """Yield (face, column, row) of every pixel inside a triangle's bounding box, some millions at once."""
    limits = np.array([width, height])
    with np.errstate(invalid="ignore"):
        low = np.clip(np.floor(np.nan_to_num(corners_F32.min(axis=1))), 0, limits).astype(np.int64)
        high = np.clip(np.ceil(np.nan_to_num(corners_F32.max(axis=1))), 0, limits).astype(np.int64)
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
        yield chosen, columns, rows


def _barycentric(
    corners_P32: NDArray[np.float64], u_P: NDArray[np.floating], v_P: NDArray[np.floating]
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    (ax, ay), (bx, by), (cx, cy) = (corners_P32[:, corner].T for corner in range(3))
    area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay)
    safe = np.where(np.abs(area) > 1e-12, area, 1.0)
    first = ((bx - u_P) * (cy - v_P) - (cx - u_P) * (by - v_P)) / safe
    second = ((cx - u_P) * (ay - v_P) - (ax - u_P) * (cy - v_P)) / safe
    weights = np.stack([first, second, 1 - first - second], axis=1)
    return (weights >= -1e-9).all(axis=1) & (np.abs(area) > 1e-12), weights
