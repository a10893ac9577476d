"""Rendered views of shapes as training samples, made once at the start of a run and kept on the device that trains.

Shapes: S shapes, A views a shape, N = S * A samples (sample n shows shape n // A); R the occupancy grid, W its bytes,
H the network's image side. Images are kept in bytes and depth in half precision, so that a hundred thousand views fit
into the memory of a GPU.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from networks import frames
from networks.crops import ConditionStreams
from networks.frames import PoseTensors
from trainers.data.cutting import pack_images
from trainers.data.depth_noise import disturb_windows
from trainers.data.hollows import darken_hollows
from trainers.data.lighting import draw_lights
from trainers.data.mesh_batch import pack_meshes, render_batch
from trainers.data.rendering import RenderedViews
from trainers.data.sending import sent
from trainers.data.shapes import TrainingShape
from trainers.data.viewpoints import draw_wide_poses

__all__ = ["ViewSet", "join_views", "layout_statistics", "make_views", "pack_images", "points_from_depth"]

VIEWS_AT_ONCE = 384
FACES_AT_ONCE = 3_000_000
"""Faces times views rendered together: each has three lit corners of some 200 bytes."""


@dataclass(frozen=True)
class ViewSet:
    """Samples on one device. ``occupancy_bits_SW`` is packed as numpy's packbits does.

    ``images_N8HW`` bytes: crop rgb and mask, full rgb and mask. ``windows_N3``: left, top and side of the crop's square
    in sides of the full picture. ``depth_N2HW``: z of crop and full in camera units, half precision, 0 where unknown.
    ``visible_N``: the share of the object that nothing hides. ``keys`` and ``categories`` are those of the S shapes.
    """

    occupancy_bits_SW: Tensor
    images_N8HW: Tensor
    poses: PoseTensors
    windows_N3: Tensor
    depth_N2HW: Tensor | None
    views_a_shape: int
    keys: list[str]
    categories: list[str]
    visible_N: Tensor

    def __len__(self) -> int:
        return len(self.images_N8HW)

    @property
    def grid(self) -> int:
        """Voxels of a side."""
        return _grid_of(self.occupancy_bits_SW)

    def occupancy(self, shape_index: Tensor) -> Tensor:
        """Return the occupancy of shapes, bool (B, R, R, R), indexed ``[x, y, z]``."""
        return unpacked(self.occupancy_bits_SW[shape_index.to(self.occupancy_bits_SW.device)])

    def streams(self, index: Tensor, disturb: torch.Generator | None = None) -> ConditionStreams:
        """Return the condition of samples, on the device of the set; with pointmaps when there is depth.

        ``disturb`` draws errors of depth, alike for crop and full picture.
        """
        index = sent(index, self.images_N8HW.device)
        images = self.images_N8HW[index].float() / 255
        streams = ConditionStreams(images[:, :3], images[:, 3:4], images[:, 4:7], images[:, 7:8])
        if self.depth_N2HW is None:
            return streams
        depth = self.depth_N2HW[index].float()
        windows = torch.stack([self.windows_N3[index], whole_windows(len(depth), depth.device)], 1)
        if disturb is not None:
            depth = disturb_windows(depth, windows, disturb)
        crop, full = (points_from_depth(depth[:, kind], windows[:, kind]) for kind in (0, 1))
        return ConditionStreams(
            streams.crop_rgb_B3HW, streams.crop_mask_B1HW, streams.full_rgb_B3HW, streams.full_mask_B1HW, crop, full
        )


def _grid_of(bits_SW: Tensor) -> int:
    return round(float(np.cbrt(bits_SW.shape[1] * 8)))


def unpacked(bits_SW: Tensor) -> Tensor:
    """Return packed occupancy as bool (S, R, R, R), indexed ``[x, y, z]``."""
    places = torch.arange(7, -1, -1, device=bits_SW.device, dtype=torch.uint8)
    voxels: Tensor = (bits_SW[..., None] >> places & 1).bool().flatten(1)
    grid = _grid_of(bits_SW)
    return voxels[:, : grid**3].reshape(-1, grid, grid, grid)


def whole_windows(n: int, device: torch.device) -> Tensor:
    """Return the windows of ``n`` full pictures, (n, 3)."""
    return torch.eye(3, device=device)[2].expand(n, 3)


def points_from_depth(depth_BHW: Tensor, windows_B3: Tensor) -> Tensor:
    """Return the camera points of square windows, (B, 3, H, W), NaN where the depth is 0; undoes frames.project."""
    steps_H = (torch.arange(depth_BHW.shape[-1], device=depth_BHW.device) + 0.5) / depth_BHW.shape[-1]
    u_BH, v_BH = (windows_B3[:, axis, None] + windows_B3[:, 2:] * steps_H for axis in (0, 1))
    x = (1 - 2 * u_BH)[:, None, :] / frames.FOCAL * depth_BHW
    y = (1 - 2 * v_BH)[:, :, None] / frames.FOCAL * depth_BHW
    points = torch.stack([x, y, depth_BHW], 1)
    return torch.where(depth_BHW[:, None] > 0, points, torch.nan)


@torch.no_grad()
def make_views(
    shapes: Iterable[TrainingShape],
    *,
    views_a_shape: int,
    grid: int,
    image_size: int,
    render_size: int,
    seed: int,
    device: torch.device,
    with_points: bool = False,
    say: Callable[[str], None],
) -> ViewSet:
    """Render isolated shapes from wide viewpoints under photographed light, before a plain gradient.

    The shapes are taken as they come, so that growing them overlaps with rendering. Raises ValueError for none at all
    or another grid.
    """
    draw = torch.Generator().manual_seed(seed)
    parts = []
    n_shapes = 0
    for chunk in chunks(shapes, views_a_shape):
        if any(shape.grid != grid for shape in chunk):
            raise ValueError(f"shapes of another grid than {grid}")
        parts.append(_rendered(chunk, views_a_shape, image_size, render_size, draw, device, with_points))
        if (n_shapes + len(chunk)) // 1000 > n_shapes // 1000:
            say(f"{n_shapes + len(chunk)} shapes rendered")
        n_shapes += len(chunk)
    return join_views(parts)


def chunks(shapes: Iterable[TrainingShape], views_a_shape: int) -> Iterator[list[TrainingShape]]:
    """Yield the shapes in runs that are rendered together."""
    chunk: list[TrainingShape] = []
    n_faces = 0
    for shape in shapes:
        more = len(shape.mesh.faces_F3)
        if chunk and (
            (len(chunk) + 1) * views_a_shape > VIEWS_AT_ONCE or (n_faces + more) * views_a_shape > FACES_AT_ONCE
        ):
            yield chunk
            chunk, n_faces = [], 0
        chunk.append(shape)
        n_faces += more
    if chunk:
        yield chunk


def join_views(parts: list[ViewSet]) -> ViewSet:
    """Return the samples of all parts, which must be alike. The list is emptied, so that memory is freed meanwhile."""
    if not parts:
        raise ValueError("no shape to render")
    views_a_shape, with_points = parts[0].views_a_shape, parts[0].depth_N2HW is not None
    keys = [key for part in parts for key in part.keys]
    categories = [category for part in parts for category in part.categories]
    small = [(part.occupancy_bits_SW, *part.poses, part.windows_N3, part.visible_N) for part in parts]
    images, depth = [part.images_N8HW for part in parts], [part.depth_N2HW for part in parts]
    parts.clear()
    depth_N2HW = torch.cat([part for part in depth if part is not None]) if with_points else None
    depth.clear()
    occupancy_bits_SW, rotation, translation, scale, windows_N3, visible_N = map(torch.cat, zip(*small, strict=True))
    return ViewSet(
        occupancy_bits_SW,
        torch.cat(images),
        PoseTensors(rotation, translation, scale),
        windows_N3,
        depth_N2HW,
        views_a_shape,
        keys,
        categories,
        visible_N,
    )


def _rendered(
    shapes: list[TrainingShape],
    views_a_shape: int,
    image_size: int,
    render_size: int,
    draw: torch.Generator,
    device: torch.device,
    with_points: bool,
) -> ViewSet:
    n = len(shapes) * views_a_shape
    poses = PoseTensors(*(sent(part, device) for part in draw_wide_poses(n, draw).tensors()))
    batch = pack_meshes([shape.mesh for shape in shapes], device)
    views = render_batch(batch, poses, draw_lights(n, draw), render_size)
    bits_SW = sent(torch.from_numpy(np.stack([shape.occupancy_bits for shape in shapes])), device)
    views = darken_hollows(views, unpacked(bits_SW), poses, sent(torch.rand(n, generator=draw), device))
    images, windows, depth = pack_images(
        over_gradient(views, draw), views.mask_BHW, views.depth_BHW if with_points else None, image_size
    )
    return ViewSet(
        bits_SW,
        images,
        poses,
        windows,
        depth,
        views_a_shape,
        [shape.key for shape in shapes],
        [shape.category for shape in shapes],
        torch.ones(n, device=device),
    )


def over_gradient(views: RenderedViews, draw: torch.Generator) -> Tensor:
    """Return the views before plain random gradients, (B, 3, H, W)."""
    n, _, size, _ = views.rgb_B3HW.shape
    device = views.rgb_B3HW.device
    top, bottom = sent(0.3 + 0.6 * torch.rand(2, n, 3, 1, 1, generator=draw), device)
    ramp = torch.linspace(0, 1, size, device=device).view(1, 1, -1, 1)
    return torch.where(views.mask_BHW[:, None], views.rgb_B3HW, top * (1 - ramp) + bottom * ramp)


def layout_statistics(poses: PoseTensors) -> frames.LayoutStatistics:
    """Return what standardises the layouts of these views: mean place, spread of places, rotation mean and spread."""
    sixd = frames.rotation_to_sixd(poses.rotation_B33)
    shift = poses.translation_B3.mean(0)
    unit = (poses.translation_B3 - shift).square().mean().sqrt().clamp(min=1e-3)
    return frames.LayoutStatistics(shift, unit[None], sixd.mean(0), sixd.std(0).clamp(min=1e-2))
