"""Procedural household shapes: a family and a seed give a coloured mesh and an exact occupancy.

Object frame: the longest side of the bounding box spans [-0.5, 0.5], y is up, the front looks along +z.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from trainers.data.grammars import FAMILIES
from trainers.data.parts import Bools, Floats, Part
from trainers.data.split import FIRST_HELDOUT_SEED, HELDOUT_FAMILIES

__all__ = [
    "FAMILIES",
    "FIRST_HELDOUT_SEED",
    "HELDOUT_FAMILIES",
    "TRAINING_FAMILIES",
    "Shape",
    "ShapeMesh",
    "make_shape",
]

TRAINING_FAMILIES = tuple(name for name in FAMILIES if name not in HELDOUT_FAMILIES)


@dataclass(frozen=True)
class ShapeMesh:
    """``vertices_V3`` in the object frame, ``faces_F3``, ``colours_V3`` in [0, 1]."""

    vertices_V3: NDArray[np.float32]
    faces_F3: NDArray[np.int64]
    colours_V3: NDArray[np.float32]

    def to_glb(self) -> bytes:
        """Return a self-contained GLB with vertex colours."""
        # Imported here, because growing shapes on a bare training machine needs numpy alone.
        import trimesh

        alpha = np.ones((len(self.colours_V3), 1), dtype=np.float32)
        colours = (np.concatenate([self.colours_V3, alpha], 1) * 255).round().astype(np.uint8)
        mesh = trimesh.Trimesh(self.vertices_V3, self.faces_F3, vertex_colors=colours, process=False)
        content = mesh.export(file_type="glb")
        if not isinstance(content, bytes):
            raise TypeError("trimesh gave no bytes")
        return content


@dataclass(frozen=True)
class Shape:
    """One procedural object. ``parts`` are in design units; ``mesh`` and ``occupancy`` are in the object frame."""

    family: str
    seed: int
    parts: tuple[Part, ...]

    @cached_property
    def mesh(self) -> ShapeMesh:
        """The parts' surfaces, normalised to the object frame."""
        vertices, faces, colours, start = [], [], [], 0
        for part in self.parts:
            part_vertices, part_faces = part.mesh()
            vertices.append(part_vertices)
            faces.append(part_faces + start)
            colours.append(np.broadcast_to(np.asarray(part.colour), part_vertices.shape))
            start += len(part_vertices)
        centre, size = self._frame
        placed = (np.concatenate(vertices) - centre) / size
        return ShapeMesh(placed.astype(np.float32), np.concatenate(faces), np.concatenate(colours).astype(np.float32))

    @cached_property
    def _frame(self) -> tuple[Floats, float]:
        points = np.concatenate([part.mesh()[0] for part in self.parts])
        low, high = points.min(0), points.max(0)
        return (low + high) / 2, float((high - low).max())

    def contains(self, points_N3: Floats) -> Bools:
        """Return which points of the object frame lie inside any part."""
        centre, size = self._frame
        inside = np.zeros(len(points_N3), dtype=bool)
        for part in self.parts:
            inside |= part.contains(points_N3 * size + centre)
        return inside

    def occupancy(self, resolution: int) -> Bools:
        """Return the exact occupancy at the voxel centres, ``[x, y, z]`` in order of rising coordinates."""
        axis = (np.arange(resolution) + 0.5) / resolution - 0.5
        points = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), -1).reshape(-1, 3)
        return self.contains(points).reshape(resolution, resolution, resolution)


def make_shape(family: str, seed: int) -> Shape:
    """Return the shape that ``family`` grows from ``seed``; the same two always give the same shape.

    Raises KeyError for an unknown family.
    """
    grammar = FAMILIES[family]
    generator = np.random.default_rng([seed, *family.encode()])
    return Shape(family, seed, tuple(grammar(generator)))
