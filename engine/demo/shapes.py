"""How alike two meshes are, by their filled voxels. Pure; numpy, scipy and trimesh, no torch."""

import io

import numpy as np
import trimesh
from numpy.typing import NDArray
from scipy import ndimage

RESOLUTION = 32
# About 16 points a surface voxel of the largest cube: a wall without holes, which the filling needs.
SURFACE_POINTS = 100_000


def filled_voxels(glb: bytes, *, resolution: int = RESOLUTION) -> NDArray[np.bool_]:
    """Return the mesh as a filled grid of ``resolution`` a side; its longest side spans the grid, its box is centred.

    What a closed wall encloses counts as inside; an open mesh counts with its surface alone. The mesh's own axes are
    kept: a chair that looks the wrong way is unlike a chair that looks to the front. Raises ValueError without faces.
    """
    mesh = trimesh.load(io.BytesIO(glb), file_type="glb", force="mesh")
    if not isinstance(mesh, trimesh.Trimesh) or len(mesh.faces) == 0:
        raise ValueError("the mesh has no faces")
    points_N3 = np.asarray(trimesh.sample.sample_surface(mesh, SURFACE_POINTS, seed=0)[0])
    low_3, high_3 = mesh.bounds
    side = float((high_3 - low_3).max())
    if not np.isfinite(side) or side <= 0:
        raise ValueError("the mesh has no extent")
    cells_N3 = ((points_N3 - (low_3 + high_3) / 2) / side + 0.5) * resolution
    index_N3 = np.clip(cells_N3.astype(np.int64), 0, resolution - 1)
    grid_RRR = np.zeros((resolution,) * 3, dtype=bool)
    grid_RRR[tuple(index_N3.T)] = True
    return np.asarray(ndimage.binary_fill_holes(grid_RRR), dtype=bool)


def voxel_iou(left_RRR: NDArray[np.bool_], right_RRR: NDArray[np.bool_]) -> float:
    """Return intersection over union of two grids; 0 when both are empty."""
    union = np.logical_or(left_RRR, right_RRR).sum()
    return float(np.logical_and(left_RRR, right_RRR).sum() / union) if union else 0.0
