"""Small shapes whose pasted views are quick to draw."""

import numpy as np
import trimesh

from trainers.data.procedural import ShapeMesh
from trainers.data.shapes import TrainingShape


def coloured(mesh: trimesh.Trimesh) -> ShapeMesh:
    """Return the mesh in the object frame, each vertex in a colour of its own."""
    vertices = np.asarray(mesh.vertices) - mesh.bounds.mean(0)
    vertices /= np.ptp(mesh.bounds, axis=0).max()
    colours = 0.2 + 0.6 * np.random.default_rng(0).random((len(vertices), 3))
    return ShapeMesh(vertices.astype(np.float32), np.asarray(mesh.faces, np.int64), colours.astype(np.float32))


def simple_meshes() -> list[ShapeMesh]:
    """Return a cube, a board, a post and a table."""
    top = trimesh.creation.box((1, 0.1, 0.6))
    top.apply_translation((0, 0.5, 0))
    legs = [trimesh.creation.box((0.1, 1, 0.1)) for _ in range(4)]
    for leg, (x, z) in zip(legs, [(-0.4, -0.2), (0.4, -0.2), (-0.4, 0.2), (0.4, 0.2)], strict=True):
        leg.apply_translation((x, 0, z))
    solids = [
        trimesh.creation.box((1, 1, 1)),
        trimesh.creation.box((1, 0.7, 0.2)),
        trimesh.creation.cylinder(0.3, 1, sections=8),
        trimesh.util.concatenate([top, *legs]),
    ]
    return [coloured(solid) for solid in solids]


def as_shape(mesh: ShapeMesh, number: int = 0) -> TrainingShape:
    """Return the mesh as a training shape with half of its 8^3 voxels set."""
    voxels = np.arange(8**3) % 2 == 0
    return TrainingShape(f"grammar:chair:{number}", "chair", mesh, np.packbits(voxels))
