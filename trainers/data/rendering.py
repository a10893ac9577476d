"""Coloured meshes to RGB, mask and depth, on the CPU or a GPU, in the frame convention of contracts.generation.Pose.

Shapes: B views, V vertices, F faces, 3 axes or colour channels, H = W = size. The camera is a pinhole at the
origin of PyTorch3D's camera frame (x left, y up, z forward); ``focal`` is in half image sides, so a point at
(x, y, z) lands at (focal x / z, focal y / z) in [-1, 1]^2, +x left and +y up.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from pytorch3d.renderer.mesh.rasterize_meshes import rasterize_meshes
from pytorch3d.structures import Meshes
from torch import Tensor
from torch.nn import functional

from networks.frames import FOCAL
from trainers.data.cpu_rasterising import seen_faces


@dataclass(frozen=True)
class Light:
    """One distant light, in the camera frame, plus ambient light; both apply to every view."""

    towards: tuple[float, float, float] = (0.4, 0.8, -0.6)
    ambient: float = 0.45
    diffuse: float = 0.65


@dataclass(frozen=True)
class RenderedViews:
    """``rgb_B3HW`` in [0, 1], black outside the mask; ``depth_BHW`` is z in camera units, 0 outside the mask."""

    rgb_B3HW: Tensor
    mask_BHW: Tensor
    depth_BHW: Tensor


def render_views(
    vertices: Tensor | Sequence[Tensor],
    faces: Tensor | Sequence[Tensor],
    colours: Tensor | Sequence[Tensor],
    rotations: Tensor,
    translations: Tensor,
    scales: Tensor,
    size: int,
    light: Light | None = None,
    *,
    focal: float = FOCAL,
    supersample: int = 2,
) -> RenderedViews:
    """Render one view per pose (``rotations`` B33, ``translations`` B3, ``scales`` B3).

    ``vertices`` V3, ``faces`` F3 (long) and ``colours`` V3 in [0, 1] are one mesh seen B times, or a list of B
    meshes seen once each. Vertices shared by faces are shaded smoothly. The renderer draws at ``supersample``
    times ``size`` and averages, so rgb has soft edges; mask and depth are those of the centre samples.
    """
    n_views = len(rotations)
    meshes = _as_camera_meshes(vertices, faces, rotations, translations, scales)
    attributes = _shaded(meshes, _repeat(colours, n_views), light or Light())
    rgb_BHW3, mask_BHW, depth_BHW = rasterise(
        on_image_plane(meshes.verts_packed(), focal)[meshes.faces_packed()],
        attributes,
        meshes.num_faces_per_mesh(),
        Drawing(size * supersample, most_in_bin=int(meshes.num_faces_per_mesh().max())),
    )
    return averaged(rgb_BHW3, mask_BHW, depth_BHW, supersample)


def averaged(rgb_BHW3: Tensor, mask_BHW: Tensor, depth_BHW: Tensor, supersample: int) -> RenderedViews:
    """Bring a rasterisation to ``1 / supersample`` of its side: means of colour, centre samples of mask and depth."""
    if supersample > 1:
        rgb = functional.avg_pool2d(rgb_BHW3.permute(0, 3, 1, 2), supersample)
        coverage = functional.avg_pool2d(mask_BHW[:, None].float(), supersample)[:, 0]
        offset = supersample // 2
        depth_BHW = depth_BHW[:, offset::supersample, offset::supersample]
        mask = (coverage >= 0.5) & (depth_BHW > 0)
        rgb = rgb / coverage.clamp(min=0.25)[:, None]
        return RenderedViews(rgb.clamp(0, 1) * mask[:, None], mask, depth_BHW * mask)
    return RenderedViews(rgb_BHW3.permute(0, 3, 1, 2), mask_BHW, depth_BHW)


def look_at_pose(azimuth: Tensor, elevation: Tensor, distance: Tensor) -> tuple[Tensor, Tensor]:
    """Return ``rotations`` B33 and ``translations`` B3 of an object turned before the camera.

    Angles in radians. Azimuth 0 looks at the object's front (+z towards the camera); positive azimuth moves the
    camera towards the object's +x; positive elevation moves it up. ``distance`` is from camera to object origin.
    """
    cos_a, sin_a, cos_e, sin_e = azimuth.cos(), azimuth.sin(), elevation.cos(), elevation.sin()
    zero = torch.zeros_like(cos_a)
    # Rows: where the object's x, y and z axes point in the camera frame.
    x_axis = torch.stack([-cos_a, -sin_a * sin_e, -sin_a * cos_e], -1)
    y_axis = torch.stack([zero, cos_e, -sin_e], -1)
    z_axis = torch.stack([sin_a, -cos_a * sin_e, -cos_a * cos_e], -1)
    return torch.stack([x_axis, y_axis, z_axis], 1), torch.stack([zero, zero, distance], -1)


def _repeat(value: Tensor | Sequence[Tensor], n: int) -> list[Tensor]:
    if isinstance(value, Tensor):
        return [value] * n
    if len(value) != n:
        raise ValueError(f"{len(value)} meshes for {n} poses")
    return list(value)


def _as_camera_meshes(
    vertices: Tensor | Sequence[Tensor],
    faces: Tensor | Sequence[Tensor],
    rotations: Tensor,
    translations: Tensor,
    scales: Tensor,
) -> Meshes:
    n = len(rotations)
    placed = [
        (mesh_V3 * scale) @ rotation + translation
        for mesh_V3, rotation, translation, scale in zip(
            _repeat(vertices, n), rotations, translations, scales, strict=True
        )
    ]
    return Meshes(verts=placed, faces=_repeat(faces, n))


def _shaded(meshes: Meshes, colours: list[Tensor], light: Light) -> Tensor:
    """Lambert shading of both sides, a value per face corner: F33 (face, corner, channel)."""
    verts, faces = meshes.verts_packed(), meshes.faces_packed()
    normals = meshes.verts_normals_packed()
    # A normal that looks away from the camera belongs to a back side that is seen through an opening.
    facing_away = (normals * verts).sum(-1, keepdim=True) > 0
    normals = torch.where(facing_away, -normals, normals)
    length = math.sqrt(sum(x * x for x in light.towards))
    towards = verts.new_tensor(light.towards) / length
    shade = light.ambient + light.diffuse * (normals @ towards).clamp(min=0)
    colours_F33: Tensor = (torch.cat(colours).to(verts) * shade[:, None]).clamp(0, 1)[faces]
    return colours_F33


def on_image_plane(points_V3: Tensor, focal: float) -> Tensor:
    """Return the places of camera points on the image, (V, 3): +x left, +y up in [-1, 1]^2, and depth."""
    depth = points_V3[:, 2].clamp(min=1e-3)
    # The rasteriser gives a pixel on a shared edge to neither face; nothing is drawn exactly this far off centre.
    x, y = focal * points_V3[:, 0] / depth + 1.3e-5, focal * points_V3[:, 1] / depth + 2.1e-5
    return torch.stack([x, y, depth], 1)


@dataclass(frozen=True)
class _Corners:
    """Faces end to end, in the form in which PyTorch3D's rasteriser asks a ``Meshes`` for them.

    A ``Meshes`` would be built by loops over the meshes and padded copies, which costs more than the drawing.
    """

    corners_F33: Tensor
    n_faces_B: Tensor

    @property
    def device(self) -> torch.device:
        return self.corners_F33.device

    def verts_packed(self) -> Tensor:
        return self.corners_F33.reshape(-1, 3)

    def faces_packed(self) -> Tensor:
        return torch.arange(self.corners_F33.shape[0] * 3, device=self.device).view(-1, 3)

    def mesh_to_faces_packed_first_idx(self) -> Tensor:
        return self.n_faces_B.cumsum(0) - self.n_faces_B

    def num_faces_per_mesh(self) -> Tensor:
        return self.n_faces_B


@dataclass(frozen=True)
class Drawing:
    """A picture's side in pixels, and the bins into which CUDA sorts faces before it looks at pixels.

    ``bin_side`` is in pixels, None leaves it to PyTorch3D. What a bin has no room for is left out of the picture.
    """

    size: int
    bin_side: int | None = None
    most_in_bin: int = 1


def rasterise(
    corners_F33: Tensor, attributes_F33: Tensor, n_faces_B: Tensor, drawing: Drawing
) -> tuple[Tensor, Tensor, Tensor]:
    """Draw B views, whose faces lie end to end, ``n_faces_B`` of each; ``corners_F33`` are on the image plane.

    Answers ``rgb_BHW3`` (``attributes_F33``, a value a corner, mixed in perspective), ``mask_BHW``, ``depth_BHW``.
    """
    if corners_F33.is_cuda:
        index, zbuf, weights, _ = rasterize_meshes(
            _Corners(corners_F33, n_faces_B),
            image_size=drawing.size,
            blur_radius=0.0,
            faces_per_pixel=1,
            bin_size=drawing.bin_side,
            max_faces_per_bin=max(drawing.most_in_bin, 1),
            perspective_correct=True,
        )
        index_BHW, depth_BHW, weights_BHW3 = index[..., 0], zbuf[..., 0], weights[..., 0, :]
    else:
        index_BHW, depth_BHW, weights_BHW3 = seen_faces(corners_F33, n_faces_B, drawing.size)
    mask_BHW = index_BHW >= 0
    corners = attributes_F33[index_BHW.clamp(min=0)]
    rgb_BHW3 = (corners * weights_BHW3[..., None]).sum(-2) * mask_BHW[..., None]
    return rgb_BHW3, mask_BHW, depth_BHW * mask_BHW


def fullest_bins(corners_F33: Tensor, view_F: Tensor, n_views: int, size: int, bin_side: int) -> Tensor:
    """Return how many faces the fullest bin of each view has at most, (n_views,).

    Counts the bounding boxes, a hair larger than they are: each adds one at a corner of a table whose sums from the
    corner on are the counts.
    """
    n_bins = -(-size // bin_side)
    a_bin = 2 * bin_side / size
    low_F2 = ((corners_F33[..., :2].amin(1) + 1 - 1e-4) / a_bin).floor().long()
    high_F2 = ((corners_F33[..., :2].amax(1) + 1 + 1e-4) / a_bin).floor().long()
    seen_F = ((high_F2 >= 0) & (low_F2 < n_bins)).all(1).float()
    low_F2, high_F2 = low_F2.clamp(0, n_bins - 1), high_F2.clamp(0, n_bins - 1) + 1
    table = corners_F33.new_zeros(n_views * (n_bins + 1) ** 2)
    for x_F, y_F, sign in (
        (low_F2[:, 0], low_F2[:, 1], 1),
        (high_F2[:, 0], low_F2[:, 1], -1),
        (low_F2[:, 0], high_F2[:, 1], -1),
        (high_F2[:, 0], high_F2[:, 1], 1),
    ):
        table.index_add_(0, (view_F * (n_bins + 1) + y_F) * (n_bins + 1) + x_F, seen_F * sign)
    counts = table.view(n_views, n_bins + 1, n_bins + 1).cumsum(1).cumsum(2)
    return counts.flatten(1).amax(1).round().long()
