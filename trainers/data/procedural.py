"""Procedural household shapes: a family and a seed give a coloured mesh and an exact occupancy.

Object frame: the longest side of the bounding box spans [-0.5, 0.5], y is up, the front looks along +z.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from trainers.data.grammars import FAMILIES
from trainers.data.painting import MOST_FACES, PATTERN_EDGE, Pattern, draw_patterns, refined
from trainers.data.parts import Bools, Colour, Floats, Ints, Part
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
    """One procedural object. ``parts`` are in design units; ``mesh`` and ``occupancy`` are in the object frame.

    ``patterns`` says which of the parts' colours are not plain.
    """

    family: str
    seed: int
    parts: tuple[Part, ...]
    patterns: Mapping[Colour, Pattern] = field(default_factory=dict)

    @cached_property
    def mesh(self) -> ShapeMesh:
        """The parts' surfaces, normalised to the object frame."""
        centre, size = self._frame
        vertices, faces, colours, start = [], [], [], 0
        n_patterned = sum(part.colour in self.patterns for part in self.parts)
        for part, (part_vertices, part_faces) in zip(self.parts, self._surfaces, strict=True):
            in_frame, pattern = (part_vertices - centre) / size, self.patterns.get(part.colour)
            placed = _painted(in_frame, part_faces, part.colour, pattern, MOST_FACES // max(n_patterned, 1))
            vertices.append(placed.vertices_V3)
            faces.append(placed.faces_F3 + start)
            colours.append(placed.colours_V3)
            start += len(placed.vertices_V3)
        return ShapeMesh(np.concatenate(vertices), np.concatenate(faces), np.concatenate(colours))

    @cached_property
    def _surfaces(self) -> list[tuple[Floats, Ints]]:
        return [part.mesh() for part in self.parts]

    @cached_property
    def _frame(self) -> tuple[Floats, float]:
        points = np.concatenate([vertices for vertices, _ in self._surfaces])
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
        centre, size = self._frame
        axis = (np.arange(resolution) + 0.5) / resolution - 0.5
        axes = [axis * size + middle for middle in centre]
        solid = np.zeros([resolution] * 3, dtype=bool)
        for part in self.parts:
            for piece in part.pieces():
                _fill(solid, piece, axes)
        return solid


def _painted(
    vertices_V3: Floats, faces_F3: Ints, colour: Colour, pattern: Pattern | None, most_faces: int
) -> ShapeMesh:
    if pattern is None:
        plain = np.broadcast_to(np.asarray(colour, dtype=np.float32), vertices_V3.shape)
        return ShapeMesh(vertices_V3.astype(np.float32), faces_F3, plain)
    vertices_V3, faces_F3 = refined(vertices_V3, faces_F3, PATTERN_EDGE, most_faces)
    colours_V3 = pattern.paint(vertices_V3, colour).astype(np.float32)
    return ShapeMesh(vertices_V3.astype(np.float32), faces_F3, colours_V3)


def _fill(solid_XYZ: Bools, part: Part, axes: list[Floats]) -> None:
    """Add a part to the grid; only the voxels of the box around it are asked."""
    low, high = part.bounds()
    # A hair of margin, so that rounding cannot leave out what lies on the box itself.
    margin = 1e-9 * (1 + np.abs(low) + np.abs(high))
    starts = [int(np.searchsorted(axis, value)) for axis, value in zip(axes, low - margin, strict=True)]
    ends = [int(np.searchsorted(axis, value, "right")) for axis, value in zip(axes, high + margin, strict=True)]
    if any(start >= end for start, end in zip(starts, ends, strict=True)):
        return
    box = tuple(slice(start, end) for start, end in zip(starts, ends, strict=True))
    chosen = [axis[part_of_axis] for axis, part_of_axis in zip(axes, box, strict=True)]
    solid_XYZ[box] |= part.fill(*chosen)


def make_shape(family: str, seed: int, *, with_patterns: bool = False) -> Shape:
    """Return the shape that ``family`` grows from ``seed``; the same two always give the same shape.

    ``with_patterns`` changes colours only. Raises KeyError for an unknown family.
    """
    grammar = FAMILIES[family]
    generator = np.random.default_rng([seed, *family.encode()])
    parts = tuple(grammar(generator))
    if not with_patterns:
        return Shape(family, seed, parts)
    # A generator of its own, so that the shape is the same with and without.
    draw = np.random.default_rng([seed, *family.encode(), 1])
    return Shape(family, seed, parts, draw_patterns([part.colour for part in parts], draw))
