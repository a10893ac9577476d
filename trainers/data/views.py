"""Procedural shapes and their rendered views as training samples, made once at the start of a run.

Shapes: S shapes, N = S * views samples; R the occupancy grid, H the network's image side. Sample n shows shape
n // views. Images are kept in bytes, so that some ten thousand views fit into the memory of a GPU.
"""

import multiprocessing
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from networks import frames
from networks.crops import CROP_MARGIN
from networks.frames import PoseTensors
from networks.pipeline import ConditionStreams
from trainers.data.procedural import FIRST_HELDOUT_SEED, TRAINING_FAMILIES, ShapeMesh, make_shape
from trainers.data.rendering import Light, RenderedViews, render_views
from trainers.data.viewpoints import Poses, draw_poses

SHAPES_A_RENDERING = 32
"""Rendered together, under one light: a GPU is slow at many small pictures one by one."""


@dataclass(frozen=True)
class ViewSet:
    """``occupancy_SXYZ`` bool; ``images_N8HW`` bytes (crop rgb and mask, full rgb and mask); ``poses`` of N views."""

    occupancy_SXYZ: Tensor
    images_N8HW: Tensor
    poses: PoseTensors
    views_a_shape: int

    def streams(self, index: Tensor) -> ConditionStreams:
        """Return the condition of the samples of ``index``, on the device of the set."""
        images = self.images_N8HW[index.to(self.images_N8HW.device)].float() / 255
        return ConditionStreams(images[:, :3], images[:, 3:4], images[:, 4:7], images[:, 7:8])


def make_views(
    *,
    n_shapes: int,
    views_a_shape: int,
    grid: int,
    image_size: int,
    render_size: int,
    seed: int,
    device: torch.device,
    processes: int,
    say: Callable[[str], None],
) -> ViewSet:
    """Grow ``n_shapes`` shapes, families in turn, on ``processes`` CPU processes and render them on ``device``."""
    jobs = [(TRAINING_FAMILIES[i % len(TRAINING_FAMILIES)], _shape_seed(seed, i), grid) for i in range(n_shapes)]
    occupancy, images, waiting = [], [], []
    poses = draw_poses(n_shapes * views_a_shape, torch.Generator().manual_seed(seed))
    draw = torch.Generator().manual_seed(seed + 1)
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        for index, (mesh, bits) in enumerate(pool.imap(_grow, jobs, chunksize=16)):
            occupancy.append(torch.from_numpy(np.unpackbits(bits, count=grid**3)).view(grid, grid, grid).bool())
            waiting.append(mesh)
            if len(waiting) < SHAPES_A_RENDERING and index + 1 < n_shapes:
                continue
            part = slice((index + 1 - len(waiting)) * views_a_shape, (index + 1) * views_a_shape)
            meshes = [mesh for mesh in waiting for _ in range(views_a_shape)]
            views = _render(meshes, poses, part, render_size, draw, device)
            images.append(as_images(views, image_size, draw))
            waiting = []
            if len(images) % 100 == 0:
                say(f"{index + 1} of {n_shapes} shapes rendered")
    return ViewSet(
        torch.stack(occupancy).to(device),
        torch.cat(images),
        PoseTensors(poses.rotations_B33, poses.translations_B3, poses.scales_B3),
        views_a_shape,
    )


def _shape_seed(seed: int, index: int) -> int:
    return (seed * 100_003 + index) % FIRST_HELDOUT_SEED


def _grow(job: tuple[str, int, int]) -> tuple[ShapeMesh, np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]:
    family, seed, grid = job
    shape = make_shape(family, seed)
    return shape.mesh, np.packbits(shape.occupancy(grid))


def _render(
    meshes: list[ShapeMesh], poses: Poses, part: slice, size: int, draw: torch.Generator, device: torch.device
) -> RenderedViews:
    a, b, c, ambient = torch.rand(4, generator=draw).tolist()
    light = Light((a * 1.6 - 0.8, 0.3 + b * 0.7, -0.3 - c * 0.7), 0.35 + 0.25 * ambient)
    return render_views(
        [torch.from_numpy(mesh.vertices_V3).to(device) for mesh in meshes],
        [torch.from_numpy(mesh.faces_F3).to(device) for mesh in meshes],
        [torch.from_numpy(mesh.colours_V3).to(device) for mesh in meshes],
        poses.rotations_B33[part].to(device),
        poses.translations_B3[part].to(device),
        poses.scales_B3[part].to(device),
        size,
        light,
    )


def as_images(views: RenderedViews, image_size: int, draw: torch.Generator) -> Tensor:
    """Return the eight channels of each view in bytes, (B, 8, H, H); the background is a plain random gradient."""
    n, _, size, _ = views.rgb_B3HW.shape
    device = views.rgb_B3HW.device
    top, bottom = (0.3 + 0.6 * torch.rand(2, n, 3, 1, 1, generator=draw)).to(device)
    ramp = torch.linspace(0, 1, size, device=device).view(1, 1, -1, 1)
    mask = views.mask_BHW[:, None].float()
    full = views.rgb_B3HW * mask + (top * (1 - ramp) + bottom * ramp) * (1 - mask)
    grids = _crop_grids(views.mask_BHW, image_size)
    masked = torch.cat([views.rgb_B3HW * mask, mask], 1)
    crop = functional.grid_sample(masked, grids, align_corners=False, padding_mode="zeros")
    whole = functional.interpolate(torch.cat([full, mask], 1), (image_size, image_size), mode="area")
    return (torch.cat([crop, whole], 1).clamp(0, 1) * 255).round().to(torch.uint8)


def _crop_grids(mask_BHW: Tensor, image_size: int) -> Tensor:
    """Return where to sample the squares around the masks, as networks.crops cuts them, in [-1, 1], (B, H, H, 2)."""
    size = mask_BHW.shape[-1]
    columns, rows = mask_BHW.any(1).int(), mask_BHW.any(2).int()
    low = torch.stack([columns.argmax(1), rows.argmax(1)], 1).float()
    high = size - torch.stack([columns.flip(1).argmax(1), rows.flip(1).argmax(1)], 1).float()
    half_B = (high - low).amax(1) * (0.5 + CROP_MARGIN)
    steps = (torch.arange(image_size, device=mask_BHW.device) + 0.5) / image_size * 2 - 1
    x, y = ((low + high)[:, axis, None] / 2 + half_B[:, None] * steps for axis in (0, 1))
    x_BHW, y_BHW = x[:, None, :].expand(-1, image_size, -1), y[:, :, None].expand(-1, -1, image_size)
    return torch.stack([x_BHW, y_BHW], -1) / size * 2 - 1


def layout_statistics(poses: PoseTensors) -> frames.LayoutStatistics:
    """Return what standardises the layouts of these views: mean place, spread of places, rotation mean and spread."""
    sixd = frames.rotation_to_sixd(poses.rotation_B33)
    shift = poses.translation_B3.mean(0)
    unit = (poses.translation_B3 - shift).square().mean().sqrt().clamp(min=1e-3)
    return frames.LayoutStatistics(shift, unit[None], sixd.mean(0), sixd.std(0).clamp(min=1e-2))
