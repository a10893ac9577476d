"""Many views of many meshes in few large operations: what a GPU needs to render training views quickly.

The meshes lie end to end in shared tensors and nothing here loops over them or waits for the device.
Shapes: S meshes, A views a mesh, B = S * A views (view b shows mesh b // A), V vertices and F faces of all meshes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from networks.frames import FOCAL, PoseTensors
from trainers.data.lighting import Lights, monomials, polynomials
from trainers.data.procedural import ShapeMesh
from trainers.data.rendering import RenderedViews, averaged, on_image_plane, rasterise

PIXELS_AT_ONCE = 2**26
"""Samples of one rasterisation; its buffers and the colours of three corners take some 150 bytes each."""
BIN_ENTRIES_AT_ONCE = 2**29
"""Faces times bins of one rasterisation: the kernel counts them in 32 bits, and each takes four bytes."""
MOST_BINS = 21
"""Bins a side that the kernel allows."""
DOMAIN = 1e-6


@dataclass(frozen=True)
class MeshBatch:
    """``vertices_V3``; ``faces_F3`` into V; ``colours_V3`` as displayed; ``normals_F33``, unit, one a face corner.

    ``mesh_of_vertex_V``, ``mesh_of_face_F``; ``first_face_S`` and ``n_faces_S``. ``most_faces`` is that of one mesh.
    """

    vertices_V3: Tensor
    faces_F3: Tensor
    colours_V3: Tensor
    normals_F33: Tensor
    mesh_of_vertex_V: Tensor
    mesh_of_face_F: Tensor
    first_face_S: Tensor
    n_faces_S: Tensor
    most_faces: int

    def __len__(self) -> int:
        return len(self.n_faces_S)


def pack_meshes(meshes: Sequence[ShapeMesh], device: torch.device) -> MeshBatch:
    """Lay meshes end to end on ``device``. Raises ValueError if one has no face."""
    n_vertices = np.array([len(mesh.vertices_V3) for mesh in meshes])
    n_faces = np.array([len(mesh.faces_F3) for mesh in meshes])
    if len(meshes) == 0 or n_faces.min() == 0:
        raise ValueError("a mesh without faces cannot be rendered")
    first_vertex, first_face = (np.concatenate([[0], counts.cumsum()]) for counts in (n_vertices, n_faces))
    faces = np.concatenate([mesh.faces_F3 + start for mesh, start in zip(meshes, first_vertex[:-1], strict=True)])
    vertices_V3 = _sent(np.concatenate([mesh.vertices_V3 for mesh in meshes]).astype(np.float32), device)
    faces_F3 = _sent(faces.astype(np.int64), device)
    of_vertex, of_face = (np.repeat(np.arange(len(meshes)), counts) for counts in (n_vertices, n_faces))
    return MeshBatch(
        vertices_V3,
        faces_F3,
        _sent(np.concatenate([mesh.colours_V3 for mesh in meshes]).astype(np.float32), device),
        corner_normals(vertices_V3, faces_F3),
        _sent(of_vertex, device),
        _sent(of_face, device),
        _sent(first_face[:-1], device),
        _sent(n_faces, device),
        int(n_faces.max()),
    )


def _sent(array: NDArray[np.generic], device: torch.device) -> Tensor:
    tensor = torch.from_numpy(array)
    # From ordinary memory a copy would wait until everything before it has been rendered.
    return tensor.pin_memory().to(device, non_blocking=True) if device.type == "cuda" else tensor.to(device)


def corner_normals(vertices_V3: Tensor, faces_F3: Tensor) -> Tensor:
    """Return unit normals (F, 3, 3), one a face corner: vertices shared by faces are shaded smoothly."""
    a, b, c = vertices_V3[faces_F3].unbind(1)
    across_F3 = torch.linalg.cross(b - a, c - a)
    summed_V3 = torch.zeros_like(vertices_V3)
    for corner in range(3):
        summed_V3.index_add_(0, faces_F3[:, corner], across_F3)
    return functional.normalize(summed_V3, dim=-1, eps=1e-20)[faces_F3]


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
    poses, lights = PoseTensors(*(part.to(device) for part in poses)), lights.to(device)
    parts = [
        _render_some(batch, _views_of(poses, lights, a_mesh, part), size * supersample, focal, supersample)
        for part in _parts(batch, a_mesh, size * supersample)
    ]
    joined = (torch.cat(column).transpose(0, 1).flatten(0, 1) for column in zip(*parts, strict=True))
    return RenderedViews(*joined)


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


def _views_of(poses: PoseTensors, lights: Lights, a_mesh: int, part: slice) -> _Views:
    values = (*poses, polynomials(lights.quadrics_B344), lights.towards_B3, lights.gloss_B, lights.sharpness_B)
    return _Views(*(value.reshape(-1, a_mesh, *value.shape[1:]).transpose(0, 1)[part] for value in values))


def _parts(batch: MeshBatch, a_mesh: int, size: int) -> list[slice]:
    """Return which of the A views of all meshes are rasterised together."""
    bins = (-(-size // bin_side(size))) ** 2
    affordable = min(PIXELS_AT_ONCE // size**2, BIN_ENTRIES_AT_ONCE // (bins * batch.most_faces)) // len(batch)
    step = max(1, min(a_mesh, affordable))
    bounds = [*range(0, a_mesh, step), a_mesh]
    return [slice(start, stop) for start, stop in pairwise(bounds)]


def bin_side(size: int) -> int:
    """Return the side of the bins, in pixels, into which faces are sorted before pixels are compared with them."""
    return max(16, -(-size // MOST_BINS))


def _render_some(
    batch: MeshBatch, views: _Views, size: int, focal: float, supersample: int
) -> tuple[Tensor, Tensor, Tensor]:
    n_views, n_meshes = views.rotations.shape[:2]
    # Scale and rotation in one matrix a view; a vertex picks that of its mesh.
    linear = views.scales[..., None] * views.rotations
    of_vertex = batch.mesh_of_vertex_V
    placed_AV3 = (
        torch.einsum("vi,avij->avj", batch.vertices_V3, linear[:, of_vertex]) + views.translations[:, of_vertex]
    )
    drawn = on_image_plane(placed_AV3.flatten(0, 1), focal).view_as(placed_AV3)[:, batch.faces_F3]
    first = batch.first_face_S + torch.arange(n_views, device=drawn.device)[:, None] * len(batch.faces_F3)
    rgb, mask, depth = rasterise(
        drawn.flatten(0, 1),
        _lit(batch, views).flatten(0, 1),
        first.flatten(),
        batch.n_faces_S.repeat(n_views),
        size,
        bin_side=bin_side(size),
        most_faces=batch.most_faces,
    )
    done = averaged(rgb, mask, depth, supersample)
    rgb, mask, depth = (
        part.reshape(n_views, n_meshes, *part.shape[1:]) for part in (done.rgb_B3HW, done.mask_BHW, done.depth_BHW)
    )
    return rgb, mask, depth


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
    light_AF3c = torch.einsum("afvk,afkc->afvc", monomials(normals_AF33), views.polynomials[:, of_face]).clamp(min=0)
    towards_camera = functional.normalize(towards_camera, dim=-1)
    mirrored = 2 * (normals_AF33 * towards_camera).sum(-1, keepdim=True) * normals_AF33 - towards_camera
    meets = (mirrored * views.towards[:, of_face][:, :, None]).sum(-1).clamp(min=DOMAIN)
    highlight = views.gloss[:, of_face][..., None] * meets ** views.sharpness[:, of_face][..., None]
    matt = linear_of(batch.colours_V3)[batch.faces_F3] * light_AF3c
    return displayed(matt + highlight[..., None] * light_AF3c.amax(-1, keepdim=True))


def linear_of(displayed_N3: Tensor) -> Tensor:
    """Undo ``displayed`` for colours in [0, 1]."""
    bright = ((displayed_N3 + 0.055) / 1.055) ** 2.4
    return torch.where(displayed_N3 <= 0.04045, displayed_N3 / 12.92, bright)


def displayed(linear_N3: Tensor) -> Tensor:
    """Return light as the sRGB standard encodes it, in [0, 1]; brighter light is clipped, as in a photo."""
    clipped = linear_N3.clamp(0, 1)
    bright = 1.055 * clipped.clamp(min=0.0031308) ** (1 / 2.4) - 0.055
    return torch.where(clipped <= 0.0031308, clipped * 12.92, bright)
