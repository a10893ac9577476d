"""Less light in hollows: what little sky a surface sees, read off the occupancy, darkens it.

Shapes: S shapes, A views a shape, B = S * A views (view b shows shape b // A), R the grid, r <= 32 a coarser one.
"""

from itertools import product

import torch
from torch import Tensor
from torch.nn import functional

from networks import frames
from networks.frames import FOCAL, PoseTensors
from trainers.data.rendering import RenderedViews

COARSE = 32
"""Voxels a side at most: light in hollows is smooth."""
MARGIN = 2
"""Voxels of air around the grid, which objects touch."""
REACH = 10
"""Steps of the way to the sky; what stands farther off takes little light."""
FLAT = 0.6
"""How open the air just above a plain is, counted as below: there nothing is darkened."""
DARKEST = 0.1
DIRECTIONS = tuple(way for way in product((-1, 0, 1), repeat=3) if sum(map(abs, way)) in (1, 3))
"""Six along the axes and eight along the diagonals, so that each step is a shift by whole voxels."""


def darken_hollows(
    views: RenderedViews, occupancy_SRRR: Tensor, poses: PoseTensors, strength_B: Tensor, *, focal: float = FOCAL
) -> RenderedViews:
    """Return the views with their hollows darkened; ``strength_B`` in [0, 1], 0 leaves a view as it is."""
    volumes_S2rrr = _open_air(occupancy_SRRR)
    points_BHW3 = _object_points(views.depth_BHW, poses, focal)
    # One picture of all views of a shape; grid_sample wants the last axis of a volume first.
    inside = 1 - 2 * MARGIN / volumes_S2rrr.shape[-1]
    places = (points_BHW3 * 2 * inside).flip(-1).reshape(len(volumes_S2rrr), -1, *points_BHW3.shape[1:])
    seen_S2AHW = functional.grid_sample(volumes_S2rrr, places, align_corners=False, padding_mode="border")
    open_BHW = (seen_S2AHW[:, 0] / seen_S2AHW[:, 1].clamp(min=1e-3)).flatten(0, 1)
    shade_BHW = (open_BHW / FLAT).clamp(DARKEST, 1) ** strength_B[:, None, None]
    # Colours are as displayed, for which light is roughly a power of 2.2.
    shaded_B3HW = views.rgb_B3HW * shade_BHW[:, None] ** (1 / 2.2)
    return RenderedViews(shaded_B3HW, views.mask_BHW, views.depth_BHW)


def _open_air(occupancy_SRRR: Tensor) -> Tensor:
    """Return two volumes, (S, 2, r, r, r): air times its openness, and air; one divided by the other is the openness.

    Inside matter there is no openness to speak of, and a surface lies between matter and air, somewhere within a voxel.
    """
    coarser = max(1, occupancy_SRRR.shape[-1] // COARSE)
    matter = functional.pad(functional.avg_pool3d(occupancy_SRRR[:, None].float(), coarser)[:, 0], (MARGIN,) * 6)
    around = functional.pad(matter, (REACH,) * 6)
    side = matter.shape[-1]
    openness = torch.zeros_like(matter)
    for way in DIRECTIONS:
        clear = torch.ones_like(matter)
        for step in range(1, REACH + 1):
            x, y, z = (REACH + step * along for along in way)
            clear = clear * (1 - around[:, x : x + side, y : y + side, z : z + side])
        openness += clear / len(DIRECTIONS)
    air = 1 - matter
    return functional.avg_pool3d(torch.stack([openness * air, air], 1), 3, 1, 1)


def _object_points(depth_BHW: Tensor, poses: PoseTensors, focal: float) -> Tensor:
    """Return the points of the object frame that the pixels show, (B, H, W, 3); meaningless without depth."""
    n, size, _ = depth_BHW.shape
    across = (1 - (torch.arange(size, device=depth_BHW.device) + 0.5) / size * 2) / focal
    points = torch.stack([across[None, None] * depth_BHW, across[None, :, None] * depth_BHW, depth_BHW], -1)
    return frames.invert_pose(points.view(n, -1, 3), poses).view(n, size, size, 3)
