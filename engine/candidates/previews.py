"""Draws the preview of a candidate: one camera, one light, one size for all, whoever made the shape.

A small z-buffer in numpy: triangles are sampled densely enough that no pixel between them stays empty.
"""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.candidates.packing import Shape, linear_to_srgb, srgb_to_linear

SIDE_PX = 192
_OVERSAMPLING = 2
_BACKGROUND = 244
# The camera looks from the front, a little from the right and from above. Orthographic: sizes can be compared.
_AZIMUTH, _ELEVATION = np.radians(30.0), np.radians(20.0)
# Half of what is seen, in object units: a unit cube's diagonal fits.
_HALF_EXTENT = 0.88
_LIGHT = np.array([0.25, 0.45, 0.86], dtype=np.float32)
_CHUNK_SAMPLES = 2_000_000

# Neighbouring sizes of faces share a sampling grid; a larger step makes fewer grids and more needless samples.
_SIZE_STEP = 1.2

Floats = NDArray[np.float32]


def draw_preview(shape: Shape) -> bytes:
    """Return a square PNG of the shape, ``SIDE_PX`` pixels a side."""
    side = SIDE_PX * _OVERSAMPLING
    points_V3 = shape.vertices_V3 @ _view_rotation().T
    corners_F33 = points_V3[shape.faces_F3]
    # x to the right, y down, both in pixels; z towards the viewer.
    pixels_F33 = corners_F33 * np.array([1.0, -1.0, 1.0], dtype=np.float32) / _HALF_EXTENT * (side / 2)
    pixels_F33[..., :2] += side / 2
    linear_V3 = srgb_to_linear(shape.colours_V3 / 255).astype(np.float32)
    shades_F3 = _shade(corners_F33, linear_V3[shape.faces_F3].mean(axis=1))
    picture_PC = np.full((side * side, 3), _BACKGROUND, dtype=np.uint8)
    depth_P = np.full(side * side, -np.inf, dtype=np.float32)
    edges_F = np.ptp(pixels_F33[..., :2], axis=1).max(axis=1)
    # Faces of about one size are sampled together, with one grid.
    levels_F = np.ceil(np.log(np.maximum(edges_F, 1.0)) / np.log(_SIZE_STEP)).astype(int)
    for level in np.unique(levels_F):
        faces = np.flatnonzero(levels_F == level)
        grid_S3 = _barycentric_grid(int(np.ceil(_SIZE_STEP ** int(level))) + 1)
        step = max(1, _CHUNK_SAMPLES // len(grid_S3))
        for start in range(0, len(faces), step):
            chunk = faces[start : start + step]
            _paint(pixels_F33[chunk], shades_F3[chunk], grid_S3, picture_PC, depth_P, side)
    image = Image.fromarray(picture_PC.reshape(side, side, 3))
    out = io.BytesIO()
    image.resize((SIDE_PX, SIDE_PX), Image.Resampling.BOX).save(out, "PNG")
    return out.getvalue()


def _view_rotation() -> Floats:
    """Rows are the viewer's right, up and towards-viewer axes in the object frame."""
    cos_a, sin_a, cos_e, sin_e = np.cos(_AZIMUTH), np.sin(_AZIMUTH), np.cos(_ELEVATION), np.sin(_ELEVATION)
    towards = np.array([sin_a * cos_e, sin_e, cos_a * cos_e])
    right = np.array([cos_a, 0.0, -sin_a])
    return np.stack([right, np.cross(towards, right), towards]).astype(np.float32)


def _shade(corners_F33: Floats, colours_F3: Floats) -> NDArray[np.uint8]:
    normals_F3 = np.cross(corners_F33[:, 1] - corners_F33[:, 0], corners_F33[:, 2] - corners_F33[:, 0])
    lengths_F1 = np.linalg.norm(normals_F3, axis=1, keepdims=True)
    normals_F3 = normals_F3 / np.where(lengths_F1 > 0, lengths_F1, 1.0)
    # Both sides are lit: a generator's winding is not the point of a preview.
    facing_F1 = np.where(normals_F3[:, 2:3] < 0, -normals_F3, normals_F3) @ _LIGHT[:, None]
    linear_F3 = np.clip(colours_F3 * (0.3 + 0.75 * np.clip(facing_F1, 0, 1)), 0, 1).astype(np.float64)
    return np.round(linear_to_srgb(linear_F3) * 255).astype(np.uint8)


def _barycentric_grid(n: int) -> Floats:
    """Return S barycentric coordinates, ``n`` along each edge, as (S, 3)."""
    steps = np.linspace(0.0, 1.0, n)
    first, second = (axis.ravel() for axis in np.meshgrid(steps, steps))
    inside = first + second <= 1.0 + 1e-9
    first, second = first[inside], second[inside]
    return np.stack([1.0 - first - second, first, second], axis=1).astype(np.float32)


def _paint(
    pixels_F33: Floats,
    shades_F3: NDArray[np.uint8],
    grid_S3: Floats,
    picture_PC: NDArray[np.uint8],
    depth_P: Floats,
    side: int,
) -> None:
    samples_N3 = np.matmul(grid_S3, pixels_F33).reshape(-1, 3)
    columns, rows = np.clip(samples_N3[:, :2].astype(int), 0, side - 1).T
    flat_N = rows * side + columns
    order = np.argsort(samples_N3[:, 2])
    order = order[samples_N3[order, 2] > depth_P[flat_N[order]]]
    # Written from far to near: where pixels repeat, the last write stays.
    depth_P[flat_N[order]] = samples_N3[order, 2]
    picture_PC[flat_N[order]] = np.repeat(shades_F3, len(grid_S3), axis=0)[order]
