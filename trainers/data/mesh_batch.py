"""Many views of many meshes in few large operations: what a GPU needs to render training views quickly.

The meshes lie end to end in shared tensors and nothing here loops over them; the CPU waits for the device once a batch.
Shapes: S meshes, A views a mesh, B = S * A views (view b shows mesh b // A), V vertices and F faces of all meshes.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from networks.frames import FOCAL, PoseTensors
from trainers.data.lighting import Lights, monomials, polynomials
from trainers.data.procedural import ShapeMesh
from trainers.data.rendering import Drawing, RenderedViews, averaged, fullest_bins, on_image_plane, rasterise
from trainers.data.sending import sent

PIXELS_AT_ONCE = 2**25
"""Samples of one rasterisation; its buffers and the colours of three corners take some 150 bytes each."""
FACES_AT_ONCE = 2**17
"""Faces of one rasterisation, over all of its views: sorting into bins compares each view with all of these faces."""
BIN_ENTRIES_AT_ONCE = 2**29
"""Faces times bins of one rasterisation: the kernel counts them in 32 bits, and each takes four bytes."""
MOST_BINS = 21
"""Bins a side that the kernel allows."""
CREASE_DEGREES = 45.0
"""Faces that meet at a sharper angle than this keep an edge between them, as furniture does."""
NEIGHBOURS = 12
DOMAIN = 1e-6


@dataclass(frozen=True)
class MeshBatch:
    """``vertices_V3``; ``faces_F3`` into V; ``colours_V3`` as displayed; ``normals_F33``, unit, one a face corner.

    ``mesh_of_vertex_V`` and ``mesh_of_face_F`` count meshes; ``n_faces`` of each mesh is known to the CPU.
    """

    vertices_V3: Tensor
    faces_F3: Tensor
    colours_V3: Tensor
    normals_F33: Tensor
    mesh_of_vertex_V: Tensor
    mesh_of_face_F: Tensor
    n_faces: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.n_faces)


def pack_meshes(meshes: Sequence[ShapeMesh], device: torch.device) -> MeshBatch:
    """Lay meshes end to end on ``device``. Raises ValueError if one has no face."""
    n_vertices = np.array([len(mesh.vertices_V3) for mesh in meshes])
    n_faces = np.array([len(mesh.faces_F3) for mesh in meshes])
    if len(meshes) == 0 or n_faces.min() == 0:
        raise ValueError("a mesh without faces cannot be rendered")
    first_vertex = n_vertices.cumsum() - n_vertices
    faces = np.concatenate([mesh.faces_F3 + start for mesh, start in zip(meshes, first_vertex, strict=True)])
    vertices_V3 = _of(np.concatenate([mesh.vertices_V3 for mesh in meshes]).astype(np.float32), device)
    faces_F3 = _of(faces.astype(np.int64), device)
    of_vertex, of_face = (np.repeat(np.arange(len(meshes)), counts) for counts in (n_vertices, n_faces))
    return MeshBatch(
        vertices_V3,
        faces_F3,
        _of(np.concatenate([mesh.colours_V3 for mesh in meshes]).astype(np.float32), device),
        corner_normals(vertices_V3, faces_F3),
        _of(of_vertex, device),
        _of(of_face, device),
        tuple(n_faces.tolist()),
    )


def _of(array: NDArray[np.generic], device: torch.device) -> Tensor:
    return sent(torch.from_numpy(array), device)


def corner_normals(vertices_V3: Tensor, faces_F3: Tensor) -> Tensor:
    """Return unit normals (F, 3, 3), one a face corner: smooth over faces that share the vertex, but not over a crease.

    Sorted by vertex, the corners that share one lie beside each other, and each looks at ``NEIGHBOURS`` on both sides.
    """
    a, b, c = vertices_V3[faces_F3].unbind(1)
    across_F3 = torch.linalg.cross(b - a, c - a)
    vertex_C, order_C = faces_F3.flatten().sort(stable=True)
    across_C3 = across_F3[order_C // 3]
    facing_C3 = functional.normalize(across_C3, dim=-1, eps=1e-20)
    sum_C3 = across_C3.clone()
    for step in range(1, NEIGHBOURS + 1):
        is_smooth = (facing_C3[step:] * facing_C3[:-step]).sum(-1) > math.cos(math.radians(CREASE_DEGREES))
        joined = (is_smooth & (vertex_C[step:] == vertex_C[:-step]))[:, None]
        sum_C3[step:] += across_C3[:-step] * joined
        sum_C3[:-step] += across_C3[step:] * joined
    normals_C3 = torch.empty_like(sum_C3)
    normals_C3[order_C] = functional.normalize(sum_C3, dim=-1, eps=1e-20)
    return normals_C3.view(-1, 3, 3)


def render_batch(
    batch: MeshBatch, poses: PoseTensors, lights: Lights, size: int, *, focal: float = FOCAL, supersample: int = 2
) -> RenderedViews:
    """Render B views: ``poses`` and ``lights`` of A views of the first mesh, then of the second, and so on.

    Drawn at ``supersample`` times ``size`` and averaged, as ``trainers.data.rendering.render_views`` does.
    """
    n_views, n_meshes = len(poses.rotation_B33), len(batch)
    if n_views % n_meshes or len(lights) != n_views:
        raise ValueError(f"{n_views} poses and {len(lights)} lights for {n_meshes} meshes")
    a_mesh = n_views // n_meshes
    device = batch.vertices_V3.device
    poses, lights = PoseTensors(*(sent(part, device) for part in poses)), lights.to(device)
    views = _views_of(poses, lights, a_mesh)
    corners = _drawn(batch, views, focal).flatten(0, 1)
    attributes = _lit(batch, views).flatten(0, 1)
    done = [
        _rasterised(corners[run.faces], attributes[run.faces], run, supersample)
        for run in _runs(batch, corners, a_mesh, size * supersample)
    ]
    # Drawn view by view, all meshes in each; answered mesh by mesh.
    columns = ([view.rgb_B3HW for view in done], [view.mask_BHW for view in done], [view.depth_BHW for view in done])
    joined = (torch.cat(column) for column in columns)
    return RenderedViews(
        *(part.view(a_mesh, n_meshes, *part.shape[1:]).transpose(0, 1).flatten(0, 1) for part in joined)
    )


def _mesh_by_mesh(value_B: Tensor, a_mesh: int) -> Tensor:
    return value_B.view(a_mesh, -1, *value_B.shape[1:]).transpose(0, 1).flatten(0, 1)


@dataclass(frozen=True)
class _Views:
    """Views a mesh first: rotations (A, S, 3, 3), translations and scales (A, S, 3); light as polynomials and gloss."""

    rotations: Tensor
    translations: Tensor
    scales: Tensor
    polynomials: Tensor
    towards: Tensor
    gloss: Tensor
    sharpness: Tensor


def _views_of(poses: PoseTensors, lights: Lights, a_mesh: int) -> _Views:
    values = (*poses, polynomials(lights.quadrics_B344), lights.towards_B3, lights.gloss_B, lights.sharpness_B)
    return _Views(*(value.reshape(-1, a_mesh, *value.shape[1:]).transpose(0, 1) for value in values))


@dataclass(frozen=True)
class _Run:
    """Views whose faces lie end to end and are rasterised together."""

    faces: slice
    n_faces: tuple[int, ...]
    drawing: Drawing


def _rasterised(corners_F33: Tensor, attributes_F33: Tensor, run: _Run, supersample: int) -> RenderedViews:
    n_faces_B = _of(np.array(run.n_faces), corners_F33.device)
    return averaged(*rasterise(corners_F33, attributes_F33, n_faces_B, run.drawing), supersample)


def _runs(batch: MeshBatch, corners_F33: Tensor, a_mesh: int, size: int) -> list[_Run]:
    """Return which views are rasterised together: few enough faces, pixels and bin entries."""
    side = max(16, -(-size // MOST_BINS))
    n_bins = (-(-size // side)) ** 2
    counts = batch.n_faces * a_mesh
    if corners_F33.is_cuda:
        n_faces = len(batch.faces_F3)
        view_F = batch.mesh_of_face_F + torch.arange(a_mesh, device=corners_F33.device)[:, None] * len(batch)
        # The one moment at which the CPU waits for the device: a bin too small would leave out faces, one too
        # large costs time in every pixel.
        fullest = fullest_bins(corners_F33, view_F.view(a_mesh * n_faces), len(counts), size, side).tolist()
    else:
        fullest = [0] * len(counts)
    runs, first, face = [], 0, 0
    while first < len(counts):
        stop, n, room = first, 0, 1
        while stop < len(counts):
            more, wider = n + counts[stop], max(room, fullest[stop])
            too_many = (stop + 1 - first) * max(size**2 / PIXELS_AT_ONCE, n_bins * wider / BIN_ENTRIES_AT_ONCE) > 1
            if stop > first and (more > FACES_AT_ONCE or too_many):
                break
            stop, n, room = stop + 1, more, wider
        runs.append(_Run(slice(face, face + n), counts[first:stop], Drawing(size, side, room)))
        first, face = stop, face + n
    return runs


def _drawn(batch: MeshBatch, views: _Views, focal: float) -> Tensor:
    """Return the corners of all faces on the image plane, (A, F, 3, 3)."""
    # Scale and rotation in one matrix a view; a vertex picks that of its mesh.
    linear = views.scales[..., None] * views.rotations
    of_vertex = batch.mesh_of_vertex_V
    placed_AV3 = views.translations[:, of_vertex]
    # Written out: a million products of tiny matrices are slow, and may be rounded to ten bits.
    for axis in range(3):
        placed_AV3 = torch.addcmul(placed_AV3, batch.vertices_V3[:, axis, None], linear[:, :, axis][:, of_vertex])
    return on_image_plane(placed_AV3.flatten(0, 1), focal).view_as(placed_AV3)[:, batch.faces_F3]


def _lit(batch: MeshBatch, views: _Views) -> Tensor:
    """Return what every face corner shows in every view, (A, F, 3 corners, 3 colours), as displayed."""
    of_face = batch.mesh_of_face_F
    normals_AF33 = batch.normals_F33 / views.scales[:, of_face][:, :, None]
    # The camera in the object's frame: x_cam = 0.
    camera_AS3 = -torch.einsum("asj,asij->asi", views.translations, views.rotations) / views.scales
    towards_camera = camera_AS3[:, of_face][:, :, None] - batch.vertices_V3[batch.faces_F3]
    # A normal that looks away from the camera belongs to a back side that is seen through an opening.
    away = (normals_AF33 * towards_camera).sum(-1, keepdim=True) < 0
    normals_AF33 = functional.normalize(torch.where(away, -normals_AF33, normals_AF33), dim=-1)
    light_AF3c = _matt_light(normals_AF33, views.polynomials, of_face)
    towards_camera = functional.normalize(towards_camera, dim=-1)
    mirrored = 2 * (normals_AF33 * towards_camera).sum(-1, keepdim=True) * normals_AF33 - towards_camera
    meets = (mirrored * views.towards[:, of_face][:, :, None]).sum(-1).clamp(min=DOMAIN)
    highlight = views.gloss[:, of_face][..., None] * meets ** views.sharpness[:, of_face][..., None]
    matt = linear_of(batch.colours_V3)[batch.faces_F3] * light_AF3c
    return displayed(matt + highlight[..., None] * light_AF3c.amax(-1, keepdim=True))


def _matt_light(normals_AF33: Tensor, polynomials_ASk3: Tensor, mesh_of_face_F: Tensor) -> Tensor:
    """Return what a white matt surface shows at every corner, (A, F, 3 corners, 3 colours), never less than nothing."""
    light = torch.zeros_like(normals_AF33)
    for term, product in enumerate(monomials(normals_AF33).unbind(-1)):
        weight = polynomials_ASk3[:, :, term][:, mesh_of_face_F][:, :, None]
        light = torch.addcmul(light, product[..., None], weight)
    return light.clamp(min=0)


def linear_of(displayed_N3: Tensor) -> Tensor:
    """Undo ``displayed`` for colours in [0, 1]."""
    bright = ((displayed_N3 + 0.055) / 1.055) ** 2.4
    return torch.where(displayed_N3 <= 0.04045, displayed_N3 / 12.92, bright)


def displayed(linear_N3: Tensor) -> Tensor:
    """Return light as the sRGB standard encodes it, in [0, 1]; brighter light is clipped, as in a photo."""
    clipped = linear_N3.clamp(0, 1)
    bright = 1.055 * clipped.clamp(min=0.0031308) ** (1 / 2.4) - 0.055
    return torch.where(clipped <= 0.0031308, clipped * 12.92, bright)
