"""Render and paste: shapes in photos, partly hidden, in the place of other things, as a camera saves them.

Every sample is one of four kinds: the target behind something that flies before it, the target before something else,
the target alone, or the target in the place of another object of a scene, whose pointmap tells where and how large.
Everything drawn is merged by depth, so a pointmap holds what is known: objects, floors and walls, and nothing else.

Shapes: B samples of one batch (shape b // views), K some of them, H = W pixels. The unit of the camera frame is each
target's longest side, as in views without a pointmap: every scale is one.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from networks.frames import FOCAL, PoseTensors
from trainers.data import placing
from trainers.data.compositing import (
    NOTHING,
    Layer,
    Merged,
    behind_all,
    cut_out,
    matched,
    merge,
    on_floor,
    plane_depth,
    shadow,
)
from trainers.data.lighting import Lights, draw_lights
from trainers.data.mask_noise import disturb_masks
from trainers.data.placing import Shift
from trainers.data.scenes import Bodies, Kind, Partners, Scene, arrange, as_bodies, brought_near
from trainers.data.sensor import photograph
from trainers.data.shapes import TrainingShape
from trainers.data.views import ViewSet, chunks, join_views, pack_images

VISIBLE = (0.1, 0.9)
LEAST_VISIBLE = 0.08
LEAST_PIXELS = 0.003
"""Of the picture. What shows less of the target than this, or than LEAST_VISIBLE of it, loses its occluders."""
BORDER = 8
"""Targets are drawn this fraction of a side beyond each border, to know how much of them is cut off."""
CLUTTER_SHARE = 0.35
WALL_SHARE = 0.6


@dataclass(frozen=True)
class PastedBatch:
    """``rgb_B3HW`` as saved, the mask that is given, depth with 0 for unknown, and the truth.

    ``wish_B`` is the share that hidden targets were to show, ``share_B`` what all targets do show.
    """

    kind_B: Tensor
    wish_B: Tensor
    rgb_B3HW: Tensor
    given_BHW: Tensor
    visible_BHW: Tensor
    depth_BHW: Tensor
    pose: PoseTensors
    share_B: Tensor


def make_pasted_views(
    shapes: Iterable[TrainingShape],
    *,
    backgrounds: Tensor,
    views_a_shape: int,
    grid: int,
    image_size: int,
    render_size: int,
    seed: int,
    device: torch.device,
    say: Callable[[str], None],
    supersample: int = 2,
    is_covered: bool = True,
) -> ViewSet:
    """Render each shape into ``views_a_shape`` pictures before ``backgrounds`` (K, 3, H, H bytes).

    The other things in the pictures are the shapes of the same batch. ``is_covered`` false gives the same pictures
    without the thing that flies or stands beside each target: what covering it costs can then be measured. Raises
    ValueError when there is no shape or one of another grid.
    """
    photos = backgrounds.to(device)
    parts = []
    n_shapes = 0
    for number, chunk in enumerate(chunks(shapes, views_a_shape)):
        if any(shape.grid != grid for shape in chunk):
            raise ValueError(f"shapes of another grid than {grid}")
        generator = torch.Generator().manual_seed(seed * 1_000_003 + number)
        bodies = as_bodies([shape.mesh for shape in chunk], views_a_shape, device, supersample)
        pasted = paste(bodies, photos, render_size, generator, is_covered=is_covered)
        parts.append(_as_views(chunk, views_a_shape, pasted, image_size))
        if (n_shapes + len(chunk)) // 1000 > n_shapes // 1000:
            say(f"{n_shapes + len(chunk)} shapes pasted")
        n_shapes += len(chunk)
    return join_views(parts)


def _as_views(shapes: list[TrainingShape], views: int, pasted: PastedBatch, image_size: int) -> ViewSet:
    images, windows, depth = pack_images(pasted.rgb_B3HW, pasted.given_BHW, pasted.depth_BHW, image_size)
    return ViewSet(
        torch.from_numpy(np.stack([shape.occupancy_bits for shape in shapes])).to(images.device),
        images,
        pasted.pose,
        windows,
        depth,
        views,
        [shape.key for shape in shapes],
        [shape.category for shape in shapes],
        pasted.share_B,
    )


@torch.no_grad()
def paste(
    bodies: Bodies, photos: Tensor, size: int, generator: torch.Generator, *, is_covered: bool = True
) -> PastedBatch:
    """Make one picture of ``size`` pixels of every sample of ``bodies``; ``generator``, on the CPU, makes all draws."""
    n, device = len(bodies), photos.device
    turn = Partners.draw(bodies, generator)
    scene = arrange(bodies, turn, generator)
    target, whole_B, scene = _draw_target(bodies, scene, size, draw_lights(n, generator))
    wish_B = (VISIBLE[0] + (VISIBLE[1] - VISIBLE[0]) * torch.rand(n, generator=generator)).to(device)
    is_flying = scene.kind_B != Kind.SWAPPED_IN
    drawn = turn.take(bodies.draw(turn.give(scene.other), draw_lights(n, generator), size))
    other = cut_out(drawn, is_flying, photos, generator)
    before = _fly(other, target, whole_B, wish_B, scene, generator)
    clutter = _strew(other, target, is_flying, generator)
    farthest_B = torch.stack([layer.farthest() for layer in (target, before, clutter)]).amax(0)
    backdrop = _backdrop(scene, bodies, photos, farthest_B, size, generator)
    strength = torch.rand(3, n, generator=generator).to(device) * 0.5
    layers = [matched(layer, backdrop, by) for layer, by in zip((target, before, clutter), strength, strict=True)]
    merged = merge(layers, backdrop)
    # Hidden too well: the same picture without what hides.
    pixels = (merged.winner_BHW == 0).sum((1, 2))
    is_seen = (pixels >= LEAST_PIXELS * size**2) & (pixels >= LEAST_VISIBLE * whole_B)
    merged = merge([layers[0], layers[1].only(is_seen & is_covered), layers[2]], backdrop)
    return _finish(merged, scene, wish_B, whole_B, generator)


def _draw_target(bodies: Bodies, scene: Scene, size: int, lights: Lights) -> tuple[Layer, Tensor, Scene]:
    """Draw the targets and count all their pixels, cut off or not; those hardly seen are drawn again, near and central.

    Returns the layer, the whole silhouettes' pixels B, and the scene with the poses that were drawn.
    """
    border = max(size // BORDER, 1)
    canvas = size + 2 * border
    focal = FOCAL * size / canvas
    wide = bodies.draw(scene.target, lights, canvas, focal)
    inner = slice(border, border + size)
    pixels = wide.mask()[:, inner, inner].sum((1, 2))
    poor = torch.nonzero(pixels < 2 * LEAST_PIXELS * size**2)[:, 0]
    if len(poor):
        scene = brought_near(scene, poor)
        pose, light = PoseTensors(*(part[poor] for part in scene.target)), _lights_of(lights, poor.cpu())
        again = bodies.draw_some(poor.cpu(), pose, light, canvas, focal)
        wide.rgb_B3HW[poor], wide.depth_BHW[poor] = again.rgb_B3HW, again.depth_BHW
    whole_B = wide.mask().sum((1, 2)).float()
    return Layer(wide.rgb_B3HW[:, :, inner, inner], wide.depth_BHW[:, inner, inner]), whole_B, scene


def _lights_of(lights: Lights, rows_K: Tensor) -> Lights:
    parts = (lights.quadrics_B344, lights.towards_B3, lights.gloss_B, lights.sharpness_B)
    return Lights(*(part[rows_K] for part in parts))


def _fly(
    other: Layer, target: Layer, whole_B: Tensor, wish_B: Tensor, scene: Scene, generator: torch.Generator
) -> Layer:
    """Put the others before their targets, or behind, so that the wished share of the farther one's place is covered.

    In swaps they stay where they stand.
    """
    shift = placing.find_occlusion(target.mask(), whole_B, other.mask(), wish_B, generator)
    moved = other.moved(shift)
    in_place = 1 / shift.zoom_B
    before = torch.minimum(in_place, 0.92 * target.nearest() / moved.farthest())
    behind = torch.maximum(in_place, 1.08 * target.farthest() / moved.nearest())
    factor = torch.where(scene.kind_B == Kind.HIDDEN, before, behind)
    flown = moved.farther(factor)
    stays = (scene.kind_B == Kind.SWAPPED_IN)[:, None, None]
    placed = Layer(
        torch.where(stays[:, None], other.rgb_B3HW, flown.rgb_B3HW),
        torch.where(stays, other.depth_BHW, flown.depth_BHW),
    )
    return placed.only(scene.kind_B != Kind.ALONE)


def _strew(other: Layer, target: Layer, rows_B: Tensor, generator: torch.Generator) -> Layer:
    """Put the other of another sample somewhere behind some of the targets."""
    n, device = len(rows_B), rows_B.device
    unit = torch.rand(n, 4, generator=generator).to(device)
    neighbour = Layer(other.rgb_B3HW.roll(1, 0), other.depth_BHW.roll(1, 0))
    moved = neighbour.moved(Shift(0.35 + 0.8 * unit[:, 0], (unit[:, 1:3] * 2 - 1) * 0.9))
    back = torch.maximum(1 / (0.35 + 0.8 * unit[:, 0]), 1.2 * target.farthest() / moved.nearest())
    return moved.farther(back).only(rows_B & (unit[:, 3] < CLUTTER_SHARE))


def _backdrop(
    scene: Scene, bodies: Bodies, photos: Tensor, nearest_B: Tensor, size: int, generator: torch.Generator
) -> Layer:
    """Return photos, some of them on a wall no nearer than ``nearest_B``, some with a floor below the target.

    Floors and walls have a depth, the other photos have none.
    """
    n, device = len(bodies), photos.device
    photo, carpet = (behind_all(photos, n, size, generator) for _ in range(2))
    unit = torch.rand(n, 7, generator=generator).to(device)
    wall = _wall(scene, nearest_B * (1.05 + unit[:, 0]), unit[:, 1:3] - 0.5, size)
    wall = torch.where((unit[:, 3] < WALL_SHARE)[:, None, None], wall, NOTHING)
    floor = plane_depth(scene.stand.up(), scene.floor_B, size)
    floor = torch.where(scene.has_floor_B[:, None, None], floor, NOTHING)
    covered = on_floor(carpet, floor, scene.target, 1.5 + 3 * unit[:, 4])
    lean = (unit[:, 5:] * 2 - 1) * 0.4
    light = shadow(floor, scene.target, bodies.low_B3, bodies.high_B3, lean)
    rgb = torch.where((floor < wall)[:, None], covered * light[:, None], photo)
    return Layer(rgb, torch.minimum(floor, wall))


def _wall(scene: Scene, distance_B: Tensor, tilt_B2: Tensor, size: int) -> Tensor:
    """Return the depth of walls that cross the line of sight of the target at ``distance_B``, a little askew."""
    ahead = functional.normalize(scene.target.translation_B3, dim=1)
    normal = functional.normalize(torch.cat([tilt_B2, torch.ones_like(distance_B)[:, None]], 1), dim=1)
    point = ahead / ahead[:, 2:] * distance_B[:, None]
    return plane_depth(normal, (normal * point).sum(1), size)


def _finish(merged: Merged, scene: Scene, wish_B: Tensor, whole_B: Tensor, generator: torch.Generator) -> PastedBatch:
    """Save the pictures as a camera would, hand out careless masks, and make each target the unit of its camera."""
    visible = merged.winner_BHW == 0
    given = disturb_masks(visible, generator)
    middle = given.shape[-1] // 2
    spot = torch.zeros_like(given[0])
    spot[middle - 1 : middle + 1, middle - 1 : middle + 1] = True
    # Nothing of it to be seen, even alone: the mask is the spot where it would be, and the share says none.
    given = given | (spot & ~given.flatten(1).any(1)[:, None, None])
    unit_B = scene.target.scale_B3[:, 0]
    pose = PoseTensors(
        scene.target.rotation_B33,
        scene.target.translation_B3 / unit_B[:, None],
        scene.target.scale_B3 / unit_B[:, None],
    )
    depth = torch.where(torch.isfinite(merged.depth_BHW), merged.depth_BHW / unit_B[:, None, None], 0)
    share = visible.sum((1, 2)) / whole_B.clamp(min=1)
    rgb = photograph(merged.rgb_B3HW, generator)
    return PastedBatch(scene.kind_B, wish_B, rgb, given, visible, depth, pose, share)
