"""Render and paste: shapes in photos, partly hidden, in the place of other things, as a camera saves them.

Every sample is one of four kinds: the target behind something that flies before it, the target before something else,
the target alone, or the target in the place of another object of a scene, whose pointmap tells where and how large.
Everything drawn is merged by depth, so a sample's pointmap holds whatever is known: objects and floors, no photos.

Shapes: B samples of one batch (shape b // views), K some of them, H = W pixels. The unit of the camera
frame is each target's longest side, as in views without a pointmap: every scale is one.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np
import torch
from torch import Tensor

from networks.frames import FOCAL, PoseTensors
from trainers.data import placing
from trainers.data.compositing import (
    NOTHING,
    Layer,
    Merged,
    behind_all,
    cut_out,
    floor_depth,
    matched,
    merge,
    on_floor,
    shadow,
)
from trainers.data.lighting import Lights, draw_lights, even_light, rotations_of
from trainers.data.mask_noise import disturb_masks
from trainers.data.mesh_batch import MeshBatch, pack_meshes, render_batch
from trainers.data.placing import Shift, Stand
from trainers.data.procedural import ShapeMesh
from trainers.data.sensor import photograph
from trainers.data.shapes import TrainingShape
from trainers.data.views import ViewSet, chunks, join_views, pack_images

VISIBLE = (0.1, 0.9)
LEAST_VISIBLE = 0.08
LEAST_PIXELS = 0.003
"""Of the picture. What shows less of the target than this, or than LEAST_VISIBLE of it, loses its occluders."""
BORDER = 8
"""Targets are drawn this fraction of a side beyond each border, to know how much of them is cut off."""
ANCHOR_SIDE = 48
FLOOR_SHARE = 0.4
FLYING = (0.0, 0.0, 2.3)
CLUTTER_SHARE = 0.35
AGAIN = (0.0, 0.0, 1.9)
"""Where a target is drawn again that was hardly seen at its first place."""


class Kind(IntEnum):
    """What happens to the target."""

    HIDDEN = 0
    IN_FRONT = 1
    ALONE = 2
    SWAPPED_IN = 3


KIND_SHARES = (0.45, 0.15, 0.10, 0.30)


@dataclass(frozen=True)
class Bodies:
    """Shapes on the device, each seen ``views`` times: sample b shows shape b // views.

    ``low_B3`` and ``high_B3`` bound each sample's shape in its object frame, ``radius_B`` is its reach from the origin.
    """

    meshes: list[ShapeMesh]
    batch: MeshBatch
    views: int
    low_B3: Tensor
    high_B3: Tensor
    radius_B: Tensor

    def __len__(self) -> int:
        return len(self.meshes) * self.views

    def draw(self, pose: PoseTensors, lights: Lights, size: int, focal: float = FOCAL) -> Layer:
        """Draw every sample's shape."""
        return _as_layer(self.batch, pose, lights, size, focal)

    def draw_some(self, rows_K: Tensor, pose: PoseTensors, lights: Lights, size: int, focal: float) -> Layer:
        """Draw the shapes of some samples (indices on the CPU), K poses."""
        batch = pack_meshes([self.meshes[row // self.views] for row in rows_K.tolist()], self.low_B3.device)
        return _as_layer(batch, pose, lights, size, focal)


def _as_layer(batch: MeshBatch, pose: PoseTensors, lights: Lights, size: int, focal: float) -> Layer:
    views = render_batch(batch, pose, lights, size, focal=focal)
    return Layer(views.rgb_B3HW, torch.where(views.mask_BHW, views.depth_BHW, NOTHING))


@dataclass(frozen=True)
class PastedBatch:
    """``rgb_B3HW`` as saved, the mask that is given, depth with 0 for unknown, and the truth."""

    kind_B: Tensor
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
) -> ViewSet:
    """Render each shape into ``views_a_shape`` pictures before ``backgrounds`` (K, 3, H, H bytes).

    The other things in the pictures are the shapes of the same batch. Raises ValueError when there is no shape.
    """
    photos = backgrounds.to(device)
    parts = []
    n_shapes = 0
    for number, chunk in enumerate(chunks(shapes, views_a_shape)):
        if any(shape.grid != grid for shape in chunk):
            raise ValueError(f"shapes of another grid than {grid}")
        generator = torch.Generator().manual_seed(seed * 1_000_003 + number)
        bodies = as_bodies([shape.mesh for shape in chunk], views_a_shape, device)
        parts.append(_as_views(chunk, views_a_shape, paste(bodies, photos, render_size, generator), image_size))
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


def as_bodies(meshes: list[ShapeMesh], views: int, device: torch.device) -> Bodies:
    """Bring meshes to ``device``, to be seen ``views`` times each."""
    bounds = [(m.vertices_V3.min(0), m.vertices_V3.max(0), np.linalg.norm(m.vertices_V3, axis=1).max()) for m in meshes]
    low, high, radius = (torch.from_numpy(np.stack(column)).to(device) for column in zip(*bounds, strict=True))
    spread = (part.repeat_interleave(views, 0) for part in (low, high, radius))
    return Bodies(meshes, pack_meshes(meshes, device), views, *spread)


@dataclass(frozen=True)
class Scene:
    """Where everything of a batch is: the target, the thing beside it in swaps, and the floor."""

    kind_B: Tensor
    stand: Stand
    target: PoseTensors
    other: PoseTensors
    floor_B: Tensor
    has_floor_B: Tensor


@torch.no_grad()
def paste(bodies: Bodies, photos: Tensor, size: int, generator: torch.Generator) -> PastedBatch:
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
    backdrop = _backdrop(scene, bodies, photos, size, generator)
    strength = torch.rand(3, n, generator=generator).to(device) * 0.5
    layers = [matched(layer, backdrop, by) for layer, by in zip((target, before, clutter), strength, strict=True)]
    merged = merge(layers, backdrop)
    # Hidden too well: the same picture without what hides.
    pixels = (merged.winner_BHW == 0).sum((1, 2))
    is_seen = (pixels >= LEAST_PIXELS * size**2) & (pixels >= LEAST_VISIBLE * whole_B)
    merged = merge([layers[0], layers[1].only(is_seen), layers[2]], backdrop)
    return _finish(merged, scene, whole_B, generator)


@dataclass(frozen=True)
class Partners:
    """Whose shape is the other thing in each sample: sample b gets that of ``of_B[b]``, and each is used once."""

    of_B: Tensor
    back_B: Tensor

    @classmethod
    def draw(cls, bodies: Bodies, generator: torch.Generator) -> "Partners":
        """Draw partners of another shape, where there are two shapes or more."""
        n_shapes, views = len(bodies.meshes), bodies.views
        step_A = torch.randint(1, max(n_shapes, 2), (views,), generator=generator)
        shape_SA = (torch.arange(n_shapes)[:, None] + step_A) % n_shapes
        of_B = (shape_SA * views + torch.arange(views)).flatten()
        device = bodies.low_B3.device
        return cls(of_B.to(device), of_B.argsort().to(device))

    def give(self, pose: PoseTensors) -> PoseTensors:
        """Return the poses that samples want for their partners, in the partners' order."""
        return PoseTensors(*(part[self.back_B] for part in pose))

    def take(self, layer: Layer) -> Layer:
        """Return what partners were drawn as, in the order of the samples that they are in."""
        return Layer(layer.rgb_B3HW[self.of_B], layer.depth_BHW[self.of_B])


def arrange(bodies: Bodies, turn: Partners, generator: torch.Generator) -> Scene:
    """Draw kinds, poses and floors. In swaps the other shape is first seen in the target's place, then moved aside."""
    n, device = len(bodies), bodies.radius_B.device
    kind_B = torch.multinomial(torch.tensor(KIND_SHARES), n, replacement=True, generator=generator).to(device)
    swapped = kind_B == Kind.SWAPPED_IN
    stand = placing.draw_stand(n, generator).to(device)
    turned, turned_other = (stand.upright(placing.draw_azimuth(n, generator).to(device)) for _ in range(2))
    place = placing.draw_places(bodies.radius_B, generator)
    ones = torch.ones(n, 3, device=device)
    target = PoseTensors(turned, place, ones)
    flying = PoseTensors(
        rotations_of(torch.randn(n, 4, generator=generator)).to(device), ones * ones.new_tensor(FLYING), ones
    )
    ratio_B = (0.8 + 0.4 * torch.rand(n, generator=generator)).to(device)
    seat = PoseTensors(turned_other, place, ones)
    replaced = replace_seated(bodies, turn, seat, turned, ratio_B)
    seat_floor = floor_under(seat, bodies.low_B3[turn.of_B])
    beside = placing.beside(replaced, turned_other, bodies.low_B3[turn.of_B], seat_floor, generator)
    has_floor = swapped | (torch.rand(n, generator=generator) < FLOOR_SHARE).to(device)
    return Scene(
        kind_B,
        stand,
        _choose(swapped, replaced, target),
        _choose(swapped, beside, flying),
        torch.where(swapped, seat_floor, floor_under(target, bodies.low_B3)),
        has_floor,
    )


def floor_under(pose: PoseTensors, low_B3: Tensor) -> Tensor:
    """Return how high, along their up, the floor lies on which upright things stand, B."""
    return (pose.translation_B3 * pose.rotation_B33[:, 1]).sum(1) + pose.scale_B3[:, 1] * low_B3[:, 1]


def replace_seated(
    bodies: Bodies, turn: Partners, seat: PoseTensors, rotation_B33: Tensor, ratio_B: Tensor
) -> PoseTensors:
    """Read the pointmap of the partners in their seats and put the targets there, ``ratio_B`` times as large."""
    seen = turn.take(bodies.draw(turn.give(seat), even_light(len(bodies)), ANCHOR_SIDE))
    points = placing.points_of_depth(torch.where(seen.mask(), seen.depth_BHW, 0))
    anchor = placing.read_anchor(points, seen.mask())
    floor_B = floor_under(seat, bodies.low_B3[turn.of_B])
    pose = placing.swap_in(anchor, rotation_B33, bodies.low_B3, bodies.high_B3, floor_B, ratio_B)
    # A thing too thin to be seen leaves no anchor; its seat is known all the same.
    is_known = torch.isfinite(pose.translation_B3).all(1) & torch.isfinite(pose.scale_B3).all(1)
    fallback = PoseTensors(rotation_B33, seat.translation_B3, seat.scale_B3)
    return _choose(is_known & (anchor.size_B > 0.05), pose, fallback)


def _choose(rows_B: Tensor, yes: PoseTensors, no: PoseTensors) -> PoseTensors:
    return PoseTensors(
        torch.where(rows_B[:, None, None], yes.rotation_B33, no.rotation_B33),
        torch.where(rows_B[:, None], yes.translation_B3, no.translation_B3),
        torch.where(rows_B[:, None], yes.scale_B3, no.scale_B3),
    )


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
        scene = _brought_near(scene, poor)
        pose, light = PoseTensors(*(part[poor] for part in scene.target)), _lights_of(lights, poor.cpu())
        again = bodies.draw_some(poor.cpu(), pose, light, canvas, focal)
        wide.rgb_B3HW[poor], wide.depth_BHW[poor] = again.rgb_B3HW, again.depth_BHW
    whole_B = wide.mask().sum((1, 2)).float()
    return Layer(wide.rgb_B3HW[:, :, inner, inner], wide.depth_BHW[:, inner, inner]), whole_B, scene


def _brought_near(scene: Scene, rows_K: Tensor) -> Scene:
    pose = PoseTensors(*(part.clone() for part in scene.target))
    pose.translation_B3[rows_K] = pose.translation_B3.new_tensor(AGAIN)
    pose.scale_B3[rows_K] = 1.0
    has_floor, kind = scene.has_floor_B.clone(), scene.kind_B.clone()
    has_floor[rows_K], kind[rows_K] = False, int(Kind.ALONE)
    return replace(scene, target=pose, has_floor_B=has_floor, kind_B=kind)


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


def _backdrop(scene: Scene, bodies: Bodies, photos: Tensor, size: int, generator: torch.Generator) -> Layer:
    """Return photos, some with a floor below the target; only floors have a depth."""
    n, device = len(bodies), photos.device
    photo, carpet = (behind_all(photos, n, size, generator) for _ in range(2))
    unit = torch.rand(n, 3, generator=generator).to(device)
    depth = floor_depth(scene.stand.up(), scene.floor_B, size)
    depth = torch.where(scene.has_floor_B[:, None, None], depth, NOTHING)
    floor = on_floor(carpet, depth, scene.target, 1.5 + 3 * unit[:, 0])
    lean = (unit[:, 1:] * 2 - 1) * 0.4
    light = shadow(depth, scene.target, bodies.low_B3, bodies.high_B3, lean)
    return Layer(torch.where(torch.isfinite(depth)[:, None], floor * light[:, None], photo), depth)


def _finish(merged: Merged, scene: Scene, whole_B: Tensor, generator: torch.Generator) -> PastedBatch:
    """Save the pictures as a camera would, hand out careless masks, and make each target the unit of its camera."""
    visible = merged.winner_BHW == 0
    given = disturb_masks(visible, generator)
    middle = given.shape[-1] // 2
    # Nothing of it to be seen, even alone: the mask is the spot where it would be, and visible says none.
    is_lost = ~given.flatten(1).any(1)
    given[is_lost, middle - 1 : middle + 1, middle - 1 : middle + 1] = True
    unit_B = scene.target.scale_B3[:, 0]
    pose = PoseTensors(
        scene.target.rotation_B33,
        scene.target.translation_B3 / unit_B[:, None],
        scene.target.scale_B3 / unit_B[:, None],
    )
    depth = torch.where(torch.isfinite(merged.depth_BHW), merged.depth_BHW / unit_B[:, None, None], 0)
    share = visible.sum((1, 2)) / whole_B.clamp(min=1)
    return PastedBatch(scene.kind_B, photograph(merged.rgb_B3HW, generator), given, visible, depth, pose, share)
