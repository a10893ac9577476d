"""Makes the coarse copy of a shape that is on screen while the whole one still travels.

Vertex clustering: corners that share a cell of a grid, and face the same way, become one. Crude beside edge collapse,
but some tenths of a second for half a million faces in numpy, and the full shape replaces it before anybody judges.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.candidates.packing import Shape, linear_to_srgb, srgb_to_linear

MOST_FACES = 3_000
# Below it a second file is not worth its journey.
WORTH_IT_FACES = 2 * MOST_FACES
_FINEST_GRID = 128

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True)
class _Welded:
    """A shape whose corners at one place are one: W of them, linear colours, and which of six ways each one faces."""

    vertices_W3: Floats
    colours_W3: Floats
    ways_W: Indices
    faces_F3: Indices


def coarsen(shape: Shape) -> Shape | None:
    """Return a copy of at most ``MOST_FACES`` faces in the very same bounding box; None where it is not worth it.

    A viewer scales a model by its box: with another box, the shape would jump when the whole one replaces it.
    """
    if len(shape.faces_F3) <= WORTH_IT_FACES:
        return None
    welded = _weld(shape)
    too_fine, best = _FINEST_GRID + 1, 0
    found: Shape | None = None
    while too_fine - best > 1:
        cells = (best + too_fine) // 2
        tried = _clustered(welded, cells)
        if tried is not None and len(tried.faces_F3) > MOST_FACES:
            too_fine = cells
        else:
            best, found = cells, tried or found
    return found


def _weld(shape: Shape) -> _Welded:
    vertices_W3, place_V = np.unique(shape.vertices_V3, axis=0, return_inverse=True)
    place_V = place_V.reshape(-1)
    n = len(vertices_W3)
    faces_F3 = place_V[shape.faces_F3]
    corners_F33 = vertices_W3.astype(np.float64)[faces_F3]
    # Twice the area times the normal: large faces say more about which way a corner looks.
    normals_F3 = np.cross(corners_F33[:, 1] - corners_F33[:, 0], corners_F33[:, 2] - corners_F33[:, 0])
    normals_W3 = _sums(faces_F3.reshape(-1), np.repeat(normals_F3, 3, axis=0), n)
    axis_W = np.abs(normals_W3).argmax(axis=1)
    ways_W = 2 * axis_W + (np.take_along_axis(normals_W3, axis_W[:, None], axis=1)[:, 0] < 0)
    colours_W3 = _means(place_V, srgb_to_linear(shape.colours_V3 / 255), n)
    return _Welded(vertices_W3.astype(np.float64), colours_W3, ways_W, faces_F3)


def _sums(group_N: Indices, values_N3: Floats, n: int) -> Floats:
    return np.stack([np.bincount(group_N, values_N3[:, axis], n) for axis in range(3)], axis=1)


def _means(group_N: Indices, values_N3: Floats, n: int) -> Floats:
    return _sums(group_N, values_N3, n) / np.maximum(np.bincount(group_N, minlength=n), 1)[:, None]


def _clustered(welded: _Welded, cells: int) -> Shape | None:
    """Return the shape on a grid of so many cells along its longest side; None if the grid swallows its box."""
    vertices_W3 = welded.vertices_W3
    low_3, high_3 = vertices_W3.min(axis=0), vertices_W3.max(axis=0)
    side = float((high_3 - low_3).max()) / cells
    cell_W3 = np.minimum((vertices_W3 - low_3) // side, cells - 1).astype(np.int64)
    # The two skins of a thin plate, and the sides of a thin bar, stay apart: chair legs must not vanish.
    key_W = ((cell_W3[:, 0] * cells + cell_W3[:, 1]) * cells + cell_W3[:, 2]) * 6 + welded.ways_W
    clusters, cluster_W = np.unique(key_W, return_inverse=True)
    n = len(clusters)
    middles_K3 = _means(cluster_W, vertices_W3, n)
    for axis in range(3):
        for end in (vertices_W3[:, axis].argmin(), vertices_W3[:, axis].argmax()):
            middles_K3[cluster_W[end], axis] = vertices_W3[end, axis]
    faces_F3 = _distinct(cluster_W[welded.faces_F3], n)
    used, faces = np.unique(faces_F3, return_inverse=True)
    kept_K3 = middles_K3[used]
    if len(used) == 0 or (kept_K3.min(axis=0) > low_3).any() or (kept_K3.max(axis=0) < high_3).any():
        return None
    colours_K3 = np.clip(_means(cluster_W, welded.colours_W3, n)[used], 0, 1)
    return Shape(
        vertices_V3=np.ascontiguousarray(kept_K3, dtype=np.float32),
        faces_F3=faces.reshape(-1, 3).astype(np.uint32),
        colours_V3=np.round(linear_to_srgb(colours_K3) * 255).astype(np.uint8),
    )


def _distinct(faces_F3: Indices, n: int) -> Indices:
    """Drop faces that fell together, to a line or onto each other; winding and order of the rest stay."""
    a, b, c = faces_F3.T
    faces_F3 = faces_F3[(a != b) & (b != c) & (c != a)]
    low, middle, high = np.sort(faces_F3, axis=1).T
    # n is at most a million: its cube stays below 2^63.
    _, first = np.unique((low * n + middle) * n + high, return_index=True)
    return faces_F3[np.sort(first)]
