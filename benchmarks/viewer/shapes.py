"""GLB files as heavy as candidates are, without normals as candidates come, each a different shape."""

from pathlib import Path

import numpy as np
import trimesh

N_SHAPES = 64


def write_shape(path: Path, *, seed: int, subdivisions: int = 5) -> None:
    """Write a closed bumpy body with colours at its corners: 20,480 triangles at the usual five subdivisions."""
    rng = np.random.default_rng(seed)
    mesh = trimesh.creation.icosphere(subdivisions=subdivisions, radius=1.0)
    points_N3 = mesh.vertices
    height_N = np.ones(len(points_N3))
    for wave_3 in rng.normal(0.0, 2.5, (6, 3)):
        height_N += 0.09 * np.sin(points_N3 @ wave_3 + rng.uniform(0, 2 * np.pi))
    shaped_N3 = points_N3 * height_N[:, None] * rng.uniform(0.4, 1.0, 3)
    colours_N3 = (90 + 120 * (0.5 + 0.5 * np.sin(points_N3 @ rng.normal(0, 2, (3, 3))))).astype(np.uint8)
    body = trimesh.Trimesh(shaped_N3 / np.ptp(shaped_N3, axis=0).max(), mesh.faces, process=False)
    body.visual.vertex_colors = np.column_stack([colours_N3, np.full(len(colours_N3), 255, np.uint8)])
    content: bytes = body.export(file_type="glb")
    path.write_bytes(content)


def write_shapes(folder: Path, *, n: int = N_SHAPES, subdivisions: int = 5) -> None:
    """Write ``0.glb`` and on."""
    folder.mkdir(parents=True, exist_ok=True)
    for seed in range(n):
        write_shape(folder / f"{seed}.glb", seed=seed, subdivisions=subdivisions)
