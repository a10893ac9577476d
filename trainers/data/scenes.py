"""Scenes for pasted views: what happens to the target, what else is there, and where everything stands.

Shapes: B samples of one batch (shape b // views), K some of them, H = W pixels. Poses are in the camera frame.
"""

from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np
import torch
from torch import Tensor

from networks.frames import FOCAL, PoseTensors
from trainers.data import placing
from trainers.data.compositing import NOTHING, Layer
from trainers.data.lighting import Lights, even_light, rotations_of
from trainers.data.mesh_batch import MeshBatch, pack_meshes, render_batch
from trainers.data.placing import Stand
from trainers.data.procedural import ShapeMesh

ANCHOR_SIDE = 48
FLOOR_SHARE = 0.4
FLYING = (0.0, 0.0, 2.3)
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
    supersample: int
    low_B3: Tensor
    high_B3: Tensor
    radius_B: Tensor

    def __len__(self) -> int:
        return len(self.meshes) * self.views

    def draw(self, pose: PoseTensors, lights: Lights, size: int, focal: float = FOCAL) -> Layer:
        """Draw every sample's shape."""
        return _as_layer(self.batch, pose, lights, size, focal, self.supersample)

    def draw_some(self, rows_K: Tensor, pose: PoseTensors, lights: Lights, size: int, focal: float) -> Layer:
        """Draw the shapes of some samples (indices on the CPU), K poses."""
        batch = pack_meshes([self.meshes[row // self.views] for row in rows_K.tolist()], self.low_B3.device)
        return _as_layer(batch, pose, lights, size, focal, self.supersample)


def _as_layer(batch: MeshBatch, pose: PoseTensors, lights: Lights, size: int, focal: float, supersample: int) -> Layer:
    views = render_batch(batch, pose, lights, size, focal=focal, supersample=supersample)
    return Layer(views.rgb_B3HW, torch.where(views.mask_BHW, views.depth_BHW, NOTHING))


def as_bodies(meshes: list[ShapeMesh], views: int, device: torch.device, supersample: int = 2) -> Bodies:
    """Bring meshes to ``device``, to be seen ``views`` times each, drawn ``supersample`` times as large as asked."""
    bounds = [(m.vertices_V3.min(0), m.vertices_V3.max(0), np.linalg.norm(m.vertices_V3, axis=1).max()) for m in meshes]
    low, high, radius = (torch.from_numpy(np.stack(column)).to(device) for column in zip(*bounds, strict=True))
    spread = (part.repeat_interleave(views, 0) for part in (low, high, radius))
    return Bodies(meshes, pack_meshes(meshes, device), views, supersample, *spread)


@dataclass(frozen=True)
class Scene:
    """Where everything of a batch is: the target, the thing beside it in swaps, and the floor."""

    kind_B: Tensor
    stand: Stand
    target: PoseTensors
    other: PoseTensors
    floor_B: Tensor
    has_floor_B: Tensor


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
    ratio_B = (0.85 + 0.5 * torch.rand(n, generator=generator)).to(device)
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
    coarse = replace(bodies, supersample=1)
    seen = turn.take(coarse.draw(turn.give(seat), even_light(len(bodies)), ANCHOR_SIDE))
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


def brought_near(scene: Scene, rows_K: Tensor) -> Scene:
    """Return the scene with the targets of some samples alone, near and central."""
    pose = PoseTensors(*(part.clone() for part in scene.target))
    pose.translation_B3[rows_K] = pose.translation_B3.new_tensor(AGAIN)
    pose.scale_B3[rows_K] = 1.0
    has_floor, kind = scene.has_floor_B.clone(), scene.kind_B.clone()
    has_floor[rows_K], kind[rows_K] = False, int(Kind.ALONE)
    return replace(scene, target=pose, has_floor_B=has_floor, kind_B=kind)
