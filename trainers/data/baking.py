"""From a model with materials and textures to a light mesh whose colours sit at its vertices."""

import numpy as np
import trimesh
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from networks.meshing import Mesh, mesh_from_logits
from trainers.data.sweethome import MaterialGroup

SHARP_ANGLE = 0.6
"""Radians between two faces from which their edge is drawn hard (34 degrees)."""
SAMPLES_PER_GROUP = 60_000
NEAR = 0.03
"""Of the object frame: what is farther from the light mesh is lost from it."""
TEXTURE_EDGE = 0.035
"""Longest edge where a texture lies, as a fraction of the model's longest side: what a vertex colour can resolve."""


def bake(groups: list[MaterialGroup], n_faces: int) -> tuple[Mesh, NDArray[np.uint8]]:
    """Return about ``n_faces`` faces in the object frame and sRGB ``colours_V3``.

    Materials are kept apart, so a border between two of them stays sharp. Needs fast-simplification.
    """
    low = np.min([group.vertices_V3.min(0) for group in groups], axis=0)
    high = np.max([group.vertices_V3.max(0) for group in groups], axis=0)
    size = float((high - low).max())
    total = sum(len(group.faces_F3) for group in groups)
    vertices, faces, colours, start = [], [], [], 0
    for group in groups:
        share = max(24, round(n_faces * len(group.faces_F3) / total))
        light = _lighten(group, share, max(share, n_faces // 5), TEXTURE_EDGE * size)
        vertices.append((light.vertices - (low + high) / 2) / size)
        faces.append(light.faces + start)
        colours.append(_colours_at(group, light.vertices))
        start += len(light.vertices)
    mesh = Mesh(np.concatenate(vertices).astype(np.float32), np.concatenate(faces).astype(np.int32))
    return mesh, np.concatenate(colours)


def bake_solid(
    groups: list[MaterialGroup], occupancy_RRR: NDArray[np.bool_], n_faces: int
) -> tuple[Mesh, NDArray[np.uint8]]:
    """Return the surface of a model's solid with the model's colours, for what cannot be lightened: a thousand leaves.

    The occupancy is in the object frame, as the result is. Needs fast-simplification. Raises ValueError when nothing
    is solid.
    """
    surface = mesh_from_logits(np.where(occupancy_RRR, 4.0, -4.0).astype(np.float32), smoothing=3)
    if surface is None:
        raise ValueError("nothing is solid")
    mesh = trimesh.Trimesh(surface.vertices_V3, surface.faces_F3, process=False)
    if len(mesh.faces) > n_faces:
        mesh = mesh.simplify_quadric_decimation(face_count=n_faces)
    samples = _surface_samples(groups, SAMPLES_PER_GROUP)
    colours = [_colours_at(group, places_N3) for group, places_N3 in zip(groups, samples, strict=True)]
    _, nearest = cKDTree(_in_frame(groups, np.concatenate(samples))).query(mesh.vertices)
    light = Mesh(np.asarray(mesh.vertices, dtype=np.float32), np.asarray(mesh.faces, dtype=np.int32))
    return light, np.concatenate(colours)[nearest]


def unlike(groups: list[MaterialGroup], mesh: Mesh) -> float:
    """Return the share of the model's surface that lies farther than ``NEAR`` from the light mesh."""
    light = trimesh.Trimesh(mesh.vertices_V3, mesh.faces_F3, process=False)
    places = np.asarray(trimesh.sample.sample_surface(light, 20_000, seed=0)[0])
    surface = _in_frame(groups, np.concatenate(_surface_samples(groups, 10_000)))
    # Vertices too: a bar's faces are too small to be sampled densely.
    distance, _ = cKDTree(np.concatenate([places, mesh.vertices_V3])).query(surface)
    return float((distance > NEAR).mean())


def _surface_samples(groups: list[MaterialGroup], count: int) -> list[NDArray[np.float64]]:
    """Return about ``count`` points on the surfaces of the groups, by their areas."""
    total = sum(_area(group) for group in groups)
    sources = [trimesh.Trimesh(group.vertices_V3, group.faces_F3, process=False) for group in groups]
    counts = [max(16, round(count * _area(group) / total)) for group in groups]
    return [
        np.asarray(trimesh.sample.sample_surface(source, n, seed=0)[0])
        for source, n in zip(sources, counts, strict=True)
    ]


def _in_frame(groups: list[MaterialGroup], points_N3: NDArray[np.float64]) -> NDArray[np.float64]:
    low = np.min([group.vertices_V3.min(0) for group in groups], axis=0)
    high = np.max([group.vertices_V3.max(0) for group in groups], axis=0)
    return np.asarray((points_N3 - (low + high) / 2) / float((high - low).max()))


def _area(group: MaterialGroup) -> float:
    return float(trimesh.Trimesh(group.vertices_V3, group.faces_F3, process=False).area)


def _lighten(group: MaterialGroup, n_faces: int, n_textured: int, texture_edge: float) -> trimesh.Trimesh:
    mesh = trimesh.Trimesh(group.vertices_V3, group.faces_F3, process=False)
    mesh.merge_vertices()
    mesh.update_faces(mesh.nondegenerate_faces())
    for aggression in (4, 7, 9):
        if len(mesh.faces) > n_faces:
            mesh = mesh.simplify_quadric_decimation(face_count=n_faces, aggression=aggression)
            mesh.merge_vertices()
    if group.texture_HW3 is not None:
        mesh = _refine(mesh, texture_edge, n_textured)
    shaded: trimesh.Trimesh = trimesh.graph.smooth_shade(mesh, angle=SHARP_ANGLE)
    return shaded


def _refine(mesh: trimesh.Trimesh, edge: float, n_faces: int) -> trimesh.Trimesh:
    for factor in (1.0, 1.4, 2.0, 2.8, 4.0, 5.6):
        vertices, faces = trimesh.remesh.subdivide_to_size(  # type: ignore[no-untyped-call]
            mesh.vertices, mesh.faces, edge * factor, max_iter=20
        )
        if len(faces) <= n_faces:
            finer = trimesh.Trimesh(vertices, faces, process=False)
            finer.merge_vertices()
            return finer
    return mesh


def _colours_at(group: MaterialGroup, points_N3: NDArray[np.float64]) -> NDArray[np.uint8]:
    if group.texture_HW3 is None or group.uv_V2 is None:
        return np.broadcast_to((group.colour_3 * 255).round().astype(np.uint8), points_N3.shape)
    source = trimesh.Trimesh(group.vertices_V3, group.faces_F3, process=False)
    samples, index = trimesh.sample.sample_surface(source, SAMPLES_PER_GROUP, seed=0)[:2]
    weights = trimesh.triangles.points_to_barycentric(source.triangles[index], samples)  # type: ignore[no-untyped-call]
    uv = (group.uv_V2[group.faces_F3[index]] * weights[..., None]).sum(1)
    height, width = group.texture_HW3.shape[:2]
    # Textures repeat beyond [0, 1], and v runs upwards.
    columns = np.floor((uv[:, 0] % 1) * width).astype(int).clip(0, width - 1)
    rows = np.floor(((1 - uv[:, 1]) % 1) * height).astype(int).clip(0, height - 1)
    texels = group.texture_HW3[rows, columns].astype(np.float64)
    _, nearest = cKDTree(samples).query(points_N3, k=6)
    colours: NDArray[np.uint8] = texels[nearest].mean(1).round().astype(np.uint8)
    return colours
