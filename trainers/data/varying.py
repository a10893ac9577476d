"""Variations of an asset that keep it upright and its front in front: mirrored, stretched along the axes, tinted."""

import numpy as np

from trainers.data.grids import Bools, stretched
from trainers.data.procedural import ShapeMesh

MOST_STRETCH = 1.25
"""How much longer one side may become against the others."""


def vary(mesh: ShapeMesh, occupancy_RRR: Bools, draw: np.random.Generator) -> tuple[ShapeMesh, Bools]:
    """Return one variation of a mesh in the object frame and of its occupancy; never turned.

    The longest side spans [-0.5, 0.5] again. The same state of ``draw`` gives the same variation.
    """
    if draw.random() < 0.5:
        mesh, occupancy_RRR = mirrored(mesh, occupancy_RRR)
    ratios = np.exp(draw.uniform(-1, 1, 3) * np.log(MOST_STRETCH) / 2)
    extent = mesh.vertices_V3.max(0) - mesh.vertices_V3.min(0)
    ratios *= float(extent.max()) / float((extent * ratios).max())
    vertices = (mesh.vertices_V3 * ratios.astype(np.float32)).clip(-0.5, 0.5)
    tint = draw.uniform(0.75, 1.2, 3) * draw.uniform(0.85, 1.1)
    colours = np.clip(mesh.colours_V3 * tint.astype(np.float32), 0, 1)
    factors = (float(ratios[0]), float(ratios[1]), float(ratios[2]))
    return ShapeMesh(vertices, mesh.faces_F3, colours), stretched(occupancy_RRR, factors)


def mirrored(mesh: ShapeMesh, occupancy_RRR: Bools) -> tuple[ShapeMesh, Bools]:
    """Return left and right exchanged (x negated); the faces still look outwards."""
    vertices = mesh.vertices_V3 * np.array([-1, 1, 1], dtype=np.float32)
    return ShapeMesh(vertices, np.ascontiguousarray(mesh.faces_F3[:, ::-1]), mesh.colours_V3), occupancy_RRR[::-1]
