"""Fits a pose to a mask, and to a pointmap if there is one: render and compare, then iterative closest points.

The search draws silhouettes as splats of surface points, hundreds of poses at once, and narrows a Gaussian over six
numbers round the best of them (the cross-entropy method). What comes out is drawn exactly and taken only if it is
better than what went in. Scale is left alone: one photo cannot tell it from distance; a pointmap can.
"""

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from networks.frames import PoseTensors, Similarity, apply_pose, compose_pose
from networks.meshing import Mesh
from networks.rasterising import rasterise

# Longer side of the grid on which silhouettes are compared exactly.
GRID = 512
# Of the six numbers: turns about the camera's axes in radians, shifts right and down in object sizes, log distance.
_FIRST_SPREAD = (0.22, 0.22, 0.22, 0.08, 0.08, 0.12)
# A turn of one spread costs this much IoU: among poses that look alike, the one that the person chose is preferred.
_TURN_COST = 0.004
_NEAREST = 1e-3
_ICP_ROUNDS = 60
# A closer fit to the points may cost this much IoU, for masks are drawn by hand; more says that it slid away.
_MASK_PRICE = 0.03


class _Stage(NamedTuple):
    """One search: grid of the crop, surface points, poses a round, best ones kept, rounds, share of the spread."""

    cells: int
    points: int
    poses: int
    elites: int
    rounds: int
    spread: float


_STAGES = (_Stage(48, 3000, 192, 24, 12, 1.0), _Stage(112, 24000, 64, 10, 9, 0.2))


class FittedPose(NamedTuple):
    """A pose of batch size one, IoU with the mask before and after, and the median distance to the pointmap."""

    pose: PoseTensors
    iou: float
    start_iou: float
    residual: float | None


class _View(NamedTuple):
    """A window of the photo as a grid: pixels per half longer side, principal point, corner, cell size, target."""

    reach: float
    centre_2: Tensor
    corner_2: Tensor
    cell: float
    target_HW: Tensor


def silhouette_iou(mesh: Mesh, pose: PoseTensors, mask_HW: NDArray[np.bool_], focal: float) -> float:
    """Return the IoU of the mesh's silhouette with the mask on a grid of at most GRID; 0 if a part is behind us."""
    height, width = mask_HW.shape
    factor = min(1.0, GRID / max(height, width))
    rows, columns = max(1, int(height * factor + 0.5)), max(1, int(width * factor + 0.5))
    v = ((np.arange(rows) + 0.5) * height / rows).astype(np.int64)
    u = ((np.arange(columns) + 0.5) * width / columns).astype(np.int64)
    target = mask_HW[v[:, None], u[None, :]]
    points = apply_pose(torch.from_numpy(mesh.vertices_V3).double()[None], _double(pose))[0].numpy()
    if points[:, 2].min() < _NEAREST:
        return 0.0
    pixels = np.array([columns, rows]) / 2 - focal * max(columns, rows) / 2 * points[:, :2] / points[:, 2:]
    drawn = rasterise(pixels, points[:, 2], mesh.faces_F3, rows, columns).face_HW >= 0
    joint = (drawn | target).sum()
    return float((drawn & target).sum() / joint) if joint else 0.0


def fit_pose(
    mesh: Mesh,
    pose: PoseTensors,
    mask_HW: NDArray[np.bool_],
    focal: float,
    points_HW3: NDArray[np.float32] | None = None,
    seed: int = 0,
) -> FittedPose:
    """Return a pose whose silhouette covers the mask better than that of ``pose`` (batch size one), or ``pose``.

    ``focal`` counts half sides of the longer side. ``points_HW3`` are camera points, NaN where unknown.
    """
    start_iou = silhouette_iou(mesh, pose, mask_HW, focal)
    generator = np.random.default_rng(seed)
    best, best_iou = pose, start_iou
    for start in (pose, _over_the_mask(mesh, pose, mask_HW, focal)):
        fitted = start
        for stage in _STAGES:
            fitted = _search(mesh, fitted, mask_HW, focal, stage, generator)
        iou = silhouette_iou(mesh, fitted, mask_HW, focal)
        if iou > best_iou:
            best, best_iou = fitted, iou
        if best_iou > 0.5 and start is pose:
            break  # near enough: the other start is for what lies far off
    if points_HW3 is None:
        return FittedPose(best, best_iou, start_iou, None)
    fitted, iou, residual = _onto_points(mesh, best, mask_HW, focal, points_HW3, generator)
    return FittedPose(fitted, iou, start_iou, residual)


def _double(pose: PoseTensors) -> PoseTensors:
    return PoseTensors(*(part.double() for part in pose))


def _surface_points(mesh: Mesh, count: int, generator: np.random.Generator) -> Tensor:
    """Draw points evenly over the surface, (count, 3)."""
    corners_F33 = mesh.vertices_V3[mesh.faces_F3].astype(np.float64)
    first, second = corners_F33[:, 1] - corners_F33[:, 0], corners_F33[:, 2] - corners_F33[:, 0]
    areas = np.linalg.norm(np.cross(first, second), axis=1)
    chosen = generator.choice(len(areas), size=count, p=areas / areas.sum())
    weights = generator.random((count, 2))
    weights = np.where(weights.sum(axis=1, keepdims=True) > 1, 1 - weights, weights)
    points = corners_F33[chosen, 0] + weights[:, :1] * first[chosen] + weights[:, 1:] * second[chosen]
    return torch.from_numpy(points).float()


def _over_the_mask(mesh: Mesh, pose: PoseTensors, mask_HW: NDArray[np.bool_], focal: float) -> PoseTensors:
    """Move the object along and across the view until its box in the picture has the mask's middle and size."""
    height, width = mask_HW.shape
    reach = focal * max(height, width) / 2
    rows, columns = np.flatnonzero(mask_HW.any(axis=1)), np.flatnonzero(mask_HW.any(axis=0))
    low, high = np.array([columns[0], rows[0]]), np.array([columns[-1], rows[-1]]) + 1
    wanted_side, wanted_2 = float(np.sqrt(np.prod(high - low))), (low + high) / 2
    turned = ((torch.from_numpy(mesh.vertices_V3) * pose.scale_B3.float()) @ pose.rotation_B33[0].float()).double()
    depth = reach * float(turned[:, :2].amax(0).sub(turned[:, :2].amin(0)).clamp_min(1e-6).prod().sqrt()) / wanted_side
    nearest = float(-turned[:, 2].min()) + 0.1
    translation = np.array([0.0, 0.0, max(depth, nearest)])
    for _ in range(8):
        placed = turned.numpy() + translation
        seen = np.array([width, height]) / 2 - reach * placed[:, :2] / placed[:, 2:]
        side = float(np.sqrt(np.prod(np.maximum(np.ptp(seen, axis=0), 1e-6))))
        translation[2] = max(translation[2] * side / wanted_side, nearest)
        # Pixels run right and down, the camera's axes left and up.
        translation[:2] += ((seen.min(0) + seen.max(0)) / 2 - wanted_2) * translation[2] / reach
    return PoseTensors(pose.rotation_B33, torch.from_numpy(translation).to(pose.translation_B3)[None], pose.scale_B3)


def _view(pixels_N2: Tensor, mask_HW: NDArray[np.bool_], reach: float, cells: int) -> _View:
    """Lay a grid over mask and object with some room round them. A cell belongs to the mask if any pixel of it does,
    as a cell belongs to the object if any point falls into it.
    """
    height, width = mask_HW.shape
    rows, columns = np.nonzero(mask_HW)
    size = torch.tensor([float(width), float(height)])
    low = torch.minimum(pixels_N2.amin(0), torch.tensor([float(columns.min()), float(rows.min())]))
    high = torch.maximum(pixels_N2.amax(0), torch.tensor([columns.max() + 1.0, rows.max() + 1.0]))
    room = 0.2 * (high - low).max()
    low, high = (low - room).clamp_min(0), torch.minimum(high + room, size)
    cell = float((high - low).max()) / cells
    shape = tuple(int(n) for n in ((high - low) / cell).ceil().clamp_min(1))
    target = torch.zeros(shape[1], shape[0], dtype=torch.bool)
    target[((torch.from_numpy(rows) + 0.5 - low[1]) / cell).long().clamp_max(shape[1] - 1),
           ((torch.from_numpy(columns) + 0.5 - low[0]) / cell).long().clamp_max(shape[0] - 1)] = True  # fmt: skip
    return _View(reach, size / 2, low, cell, target)


def _turns(vectors_B3: Tensor) -> Tensor:
    """Return the turns of row vectors by these axis-angle vectors, (B, 3, 3)."""
    x, y, z = vectors_B3.unbind(-1)
    zero = torch.zeros_like(x)
    cross = torch.stack([zero, z, -y, -z, zero, x, y, -x, zero], dim=-1).reshape(-1, 3, 3)
    turns_B33: Tensor = torch.linalg.matrix_exp(cross)
    return turns_B33


def _moved(pose: PoseTensors, numbers_B6: Tensor, size: float) -> tuple[Tensor, Tensor]:
    """Return the turns (B, 3, 3) that follow the pose's own, and the translations (B, 3)."""
    translation = pose.translation_B3[0]
    depth_B1 = translation[2] * numbers_B6[:, 5:].exp()
    # The camera's x and y run left and up; the numbers right and down.
    aim_B2 = (translation[:2] - numbers_B6[:, 3:5] * size) / translation[2]
    return _turns(numbers_B6[:, :3]), torch.cat([aim_B2 * depth_B1, depth_B1], dim=1)


def _splat_iou(points_BN3: Tensor, view: _View) -> Tensor:
    """Return the IoU of each pose's splats with the target, (B,)."""
    height, width = view.target_HW.shape
    depth = points_BN3[..., 2:].clamp_min(_NEAREST)
    pixels = view.centre_2 - view.reach * points_BN3[..., :2] / depth
    is_seen = ((pixels >= 0) & (pixels < 2 * view.centre_2)).all(-1)
    cells = ((pixels - view.corner_2) / view.cell).floor()
    # Beyond the window but in the photo: kept at its rim, where no mask is.
    columns, rows = cells[..., 0].clamp(0, width - 1).long(), cells[..., 1].clamp(0, height - 1).long()
    batch = len(points_BN3)
    # One cell more for what lies outside the photo.
    index = torch.where(is_seen, rows * width + columns, height * width)
    drawn = torch.zeros(batch, height * width + 1, dtype=torch.bool)
    drawn.scatter_(1, index, True)
    drawn = drawn[:, :-1]
    target = view.target_HW.reshape(1, -1)
    shared, joint = (drawn & target).sum(1), (drawn | target).sum(1)
    iou_B: Tensor = shared / joint.clamp_min(1)
    return iou_B


def _search(
    mesh: Mesh, pose: PoseTensors, mask_HW: NDArray[np.bool_], focal: float, stage: _Stage,
    generator: np.random.Generator,
) -> PoseTensors:  # fmt: skip
    """Narrow a Gaussian over the six numbers round the poses that fit best, and return its best pose."""
    pose = PoseTensors(*(part.float() for part in pose))
    points_N3 = (_surface_points(mesh, stage.points, generator) * pose.scale_B3) @ pose.rotation_B33[0]
    size = float((points_N3.amax(0) - points_N3.amin(0)).max())
    reach = focal * max(mask_HW.shape) / 2
    placed = points_N3 + pose.translation_B3
    height, width = mask_HW.shape
    seen = torch.tensor([width, height]) / 2 - reach * placed[:, :2] / placed[:, 2:].clamp_min(_NEAREST)
    view = _view(seen, mask_HW, reach, stage.cells)
    spread = torch.tensor(_FIRST_SPREAD) * stage.spread
    mean, deviation, best, best_score = torch.zeros(6), spread.clone(), torch.zeros(6), -1.0
    for _ in range(stage.rounds):
        noise = torch.from_numpy(generator.standard_normal((stage.poses, 6))).float()
        numbers = mean + noise * deviation
        numbers[0] = best
        turns, translations = _moved(pose, numbers, size)
        scores = _splat_iou(points_N3 @ turns + translations[:, None], view)
        scores = scores - _TURN_COST * (numbers[:, :3] / torch.tensor(_FIRST_SPREAD[:3])).square().sum(1)
        order = scores.argsort(descending=True)[: stage.elites]
        if float(scores[order[0]]) > best_score:
            best, best_score = numbers[order[0]], float(scores[order[0]])
        mean, deviation = numbers[order].mean(0), numbers[order].std(0) + 0.02 * spread
    turns, translations = _moved(pose, best[None], size)
    return PoseTensors(pose.rotation_B33 @ turns, translations, pose.scale_B3)


def _onto_points(
    mesh: Mesh, pose: PoseTensors, mask_HW: NDArray[np.bool_], focal: float, points_HW3: NDArray[np.float32],
    generator: np.random.Generator,
) -> tuple[PoseTensors, float, float | None]:  # fmt: skip
    """Return the pose carried onto the pointmap, its IoU, and the median distance of the points to it.

    First to its distance, which no picture tells and which changes no picture. From there point by point; and, as a
    flat side slides along its points at no cost, back onto the mask with what the points said of its turn.
    """
    known = points_HW3[mask_HW]
    known = known[np.isfinite(known).all(axis=1)]
    if len(known) < 32:
        return pose, silhouette_iou(mesh, pose, mask_HW, focal), None
    wanted_M3 = torch.from_numpy(generator.permutation(known)[:900]).float()
    surface_N3 = _surface_points(mesh, 6000, generator)
    moved = _to_distance(pose, surface_N3, wanted_M3)
    slid = _closest_points(moved, surface_N3, wanted_M3)
    back = _over_the_mask(mesh, slid, mask_HW, focal)
    turned = _to_distance(_search(mesh, back, mask_HW, focal, _STAGES[-1], generator), surface_N3, wanted_M3)
    found = [
        (one, silhouette_iou(mesh, one, mask_HW, focal), _distance_to(apply_pose(surface_N3[None], one)[0], wanted_M3))
        for one in (moved, slid, turned)
    ]
    return min((one for one in found if one[1] >= found[0][1] - _MASK_PRICE), key=lambda one: one[2])


def _to_distance(pose: PoseTensors, surface_N3: Tensor, wanted_M3: Tensor) -> PoseTensors:
    """Move and resize the object about the camera, so that its near side is as far away as the points."""
    pose = PoseTensors(*(part.float() for part in pose))
    near = _facing(apply_pose(surface_N3[None], pose)[0])
    factor = (wanted_M3[:, 2].median() / near[:, 2].median())[None]
    return compose_pose(pose, Similarity(torch.eye(3)[None], torch.zeros(1, 3), factor))


def _closest_points(pose: PoseTensors, surface_N3: Tensor, wanted_M3: Tensor) -> PoseTensors:
    for _ in range(_ICP_ROUNDS):
        near = _facing(apply_pose(surface_N3[None], pose)[0])
        near = near[:: max(1, len(near) // 900)]
        distance_MN = torch.cdist(wanted_M3, near)
        # Both ways: partners of the points alone would let the object shrink into them, or stick out of them.
        there, here = _nearest_most(distance_MN), _nearest_most(distance_MN.T)
        partners = torch.cat([near[there[1]], near[here[0]]]), torch.cat([wanted_M3[there[0]], wanted_M3[here[1]]])
        pose = compose_pose(pose, _similarity(*partners))
    return pose


def _distance_to(surface_N3: Tensor, points_M3: Tensor) -> float:
    return float(torch.cdist(points_M3, surface_N3).min(dim=1).values.median())


def _nearest_most(distance_MN: Tensor) -> tuple[Tensor, Tensor]:
    """Return rows and their nearest columns, without the farthest fifth: edges, and what stands before the object."""
    distance_M, partner_M = distance_MN.min(dim=1)
    kept = distance_M.argsort()[: int(0.8 * len(distance_M))]
    return kept, partner_M[kept]


def _facing(points_N3: Tensor) -> Tensor:
    """Return the points that lie foremost in their direction, on a coarse grid."""
    directions = points_N3[:, :2] / points_N3[:, 2:].clamp_min(_NEAREST)
    low, high = directions.amin(0), directions.amax(0)
    cells = ((directions - low) / (high - low).max().clamp_min(1e-9) * 31).long()
    index = cells[:, 1] * 32 + cells[:, 0]
    foremost = torch.full((32 * 32,), torch.inf).scatter_reduce_(0, index, points_N3[:, 2], "amin")
    thickness = 0.06 * (points_N3[:, 2].max() - points_N3[:, 2].min())
    return points_N3[points_N3[:, 2] <= foremost[index] + thickness]


def _similarity(from_N3: Tensor, to_N3: Tensor) -> Similarity:
    """Return the similarity of row vectors with the least squared error (Umeyama 1991)."""
    from_mean, to_mean = from_N3.mean(0), to_N3.mean(0)
    first, second = from_N3 - from_mean, to_N3 - to_mean
    left, strengths, right = torch.linalg.svd(first.T @ second)
    signs = torch.ones(3)
    signs[2] = torch.det(left @ right).sign()
    rotation = (left * signs) @ right
    factor = (strengths * signs).sum() / first.square().sum().clamp_min(1e-12)
    return Similarity(rotation[None], (to_mean - factor * from_mean @ rotation)[None], factor[None])
