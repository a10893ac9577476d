"""From occupancy logits to a mesh in the object frame."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.measure import marching_cubes

# A piece smaller than this fraction of the largest one is a floater.
FLOATER_FRACTION = 0.03
# Fewer voxels than this are noise, not a shape.
FEWEST_VOXELS = 8


class Mesh(NamedTuple):
    """Vertices (V, 3) float32 in the object frame and triangles (F, 3) int32, counter-clockwise seen from outside."""

    vertices_V3: NDArray[np.float32]
    faces_F3: NDArray[np.int32]


def remove_floaters(occupancy_XYZ: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Keep the largest piece and each piece of at least ``FLOATER_FRACTION`` of it (26-connected)."""
    labels, count = ndimage.label(occupancy_XYZ, structure=np.ones((3, 3, 3), dtype=bool))
    if count <= 1:
        return occupancy_XYZ
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    kept: NDArray[np.bool_] = (sizes >= FLOATER_FRACTION * sizes.max())[labels]
    return kept & occupancy_XYZ


def mesh_from_logits(logits_XYZ: NDArray[np.float32], smoothing: int = 0) -> Mesh | None:
    """Return the surface where the occupancy probability is one half, or None when nothing is there.

    The centre of voxel i of R lies at (i + 0.5) / R - 0.5. The mesh is closed also where the shape touches the border.
    """
    if not np.isfinite(logits_XYZ).all():
        return None
    is_solid = logits_XYZ > 0
    is_kept = remove_floaters(is_solid)
    if np.count_nonzero(is_kept) < FEWEST_VOXELS:
        return None
    density = 1 / (1 + np.exp(-np.clip(logits_XYZ, -20, 20)))
    density = np.pad(np.where(is_solid & ~is_kept, 0.0, density), 1)
    vertices, faces, _, _ = marching_cubes(density, level=0.5, gradient_direction="ascent", allow_degenerate=False)  # type: ignore[no-untyped-call]
    positions = (vertices - 0.5) / logits_XYZ.shape[0] - 0.5
    mesh = Mesh(positions.astype(np.float32), faces.astype(np.int32))
    if signed_volume(mesh) < 0:
        mesh = Mesh(mesh.vertices_V3, np.ascontiguousarray(mesh.faces_F3[:, ::-1]))
    return smooth(mesh, smoothing) if smoothing else mesh


def signed_volume(mesh: Mesh) -> float:
    """Return the volume enclosed by the mesh; negative when its faces look inwards."""
    a, b, c = (mesh.vertices_V3[mesh.faces_F3[:, corner]].astype(np.float64) for corner in range(3))
    return float(np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6)


def smooth(mesh: Mesh, rounds: int) -> Mesh:
    """Take the steps off by Taubin's two-sided smoothing, which keeps the volume."""
    count = len(mesh.vertices_V3)
    ends = np.concatenate([mesh.faces_F3[:, [0, 1]], mesh.faces_F3[:, [1, 2]], mesh.faces_F3[:, [2, 0]]])
    degree = np.bincount(ends[:, 0], minlength=count).clip(1)[:, None]
    vertices = mesh.vertices_V3.astype(np.float64)
    for weight in (0.5, -0.53) * rounds:
        mean = np.stack(
            [np.bincount(ends[:, 0], weights=vertices[ends[:, 1], axis], minlength=count) for axis in range(3)], axis=1
        )
        vertices = vertices + weight * (mean / degree - vertices)
    return Mesh(vertices.clip(-0.5, 0.5).astype(np.float32), mesh.faces_F3)


def vertex_normals(mesh: Mesh) -> NDArray[np.float32]:
    """Return unit normals (V, 3), each the mean of its faces' weighted by area."""
    a, b, c = (mesh.vertices_V3[mesh.faces_F3[:, corner]].astype(np.float64) for corner in range(3))
    face_normals = np.cross(b - a, c - a)
    normals = np.zeros(mesh.vertices_V3.shape)
    for corner in range(3):
        for axis in range(3):
            normals[:, axis] += np.bincount(
                mesh.faces_F3[:, corner], weights=face_normals[:, axis], minlength=len(normals)
            )
    lengths = np.linalg.norm(normals, axis=1, keepdims=True)
    normals = np.where(lengths > 1e-12, normals / np.maximum(lengths, 1e-12), np.array([0.0, 1.0, 0.0]))
    return normals.astype(np.float32)
