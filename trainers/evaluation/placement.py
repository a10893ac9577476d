"""How well objects stand in their photos: poses against true poses.

Shapes: B objects, N and M points. Poses and points follow ``networks.frames``: x_cam = (x * scale) @ rotation +
translation, in camera units, whatever the camera unit is. A rotation is ambiguous where a shape looks the same from
several sides: ADD-S and ICP-Rot forgive such turns, the geodesic angle does not, so it stands apart in every table.
"""

import math

import torch
from torch import Tensor

from networks.frames import PoseTensors, apply_pose
from trainers.evaluation.alignment import ICP_ITERATIONS, distances, icp

ADD_S_SHARE = 0.1
"""An object stands right when its ADD-S is below this share of its diameter."""
_PAIRS_AT_ONCE = 50_000_000


def rotation_angle(a_B33: Tensor, b_B33: Tensor) -> Tensor:
    """Return the angle of the turn from ``a`` to ``b`` in degrees, (B,): 0..180, blind to symmetries."""
    trace = (a_B33 * b_B33).sum((1, 2))
    return torch.rad2deg(torch.arccos(((trace - 1) / 2).clamp(-1, 1)))


def icp_rotation(
    predicted_BN3: Tensor,
    true_BM3: Tensor,
    predicted_rotation_B33: Tensor,
    true_rotation_B33: Tensor,
    *,
    iterations: int = ICP_ITERATIONS,
) -> Tensor:
    """Return ICP-Rot in degrees, (B,): the rotation that is left to do after the prediction.

    Both point sets, of the object frame, are turned by their own rotation and centred on their mean; neither is scaled.
    Point-to-point ICP then starts at that state (see ``alignment.icp``), and ICP-Rot is the angle of the turn it makes.
    A turn that maps the shape onto itself costs nothing. ICP finds the nearest good fit and no better one, so this is
    a lower bound of the error wherever a shape nearly fits in several ways.
    """
    predicted = predicted_BN3 @ predicted_rotation_B33
    true = true_BM3 @ true_rotation_B33
    predicted, true = (points - points.mean(1, keepdim=True) for points in (predicted, true))
    motion = icp(predicted, true, iterations=iterations)
    return rotation_angle(torch.eye(3).to(motion.rotation_B33).expand_as(motion.rotation_B33), motion.rotation_B33)


def diameter(points_BN3: Tensor) -> Tensor:
    """Return the largest distance between two points of each set, (B,)."""
    n = points_BN3.shape[1]
    at_once = max(1, _PAIRS_AT_ONCE // (n * n))
    return torch.cat([distances(part, part).amax((1, 2)) for part in torch.split(points_BN3, at_once)])


def add_s(predicted_BN3: Tensor, true_BM3: Tensor) -> Tensor:
    """Return ADD-S as a share of the true set's diameter, (B,).

    (mean distance of a predicted point to the nearest true one + mean distance of a true point to the nearest predicted
    one) / (2 diameter), of two sets that stand in the camera frame as posed. Nearest points forgive symmetries.
    """
    n, m = predicted_BN3.shape[1], true_BM3.shape[1]
    at_once = max(1, _PAIRS_AT_ONCE // (n * m))
    sums = []
    for predicted, true in zip(torch.split(predicted_BN3, at_once), torch.split(true_BM3, at_once), strict=True):
        table = distances(predicted, true)
        sums.append(table.amin(2).mean(1) + table.amin(1).mean(1))
    return torch.cat(sums) / (2 * diameter(true_BM3))


def stands_right(add_s_B: Tensor, share: float = ADD_S_SHARE) -> Tensor:
    """Return ADD-S@share as 0 or 1, (B,)."""
    is_right_B: Tensor = add_s_B < share
    return is_right_B.float()


def translation_error(predicted: PoseTensors, true: PoseTensors) -> Tensor:
    """Return the distance between the two origins in longest sides of the true object, (B,)."""
    distance = (predicted.translation_B3 - true.translation_B3).norm(dim=1)
    share_B: Tensor = distance / true.scale_B3.amax(1)
    return share_B


def scale_error(predicted: PoseTensors, true: PoseTensors) -> Tensor:
    """Return the mean over the axes of |log(predicted scale / true scale)|, (B,): .1 is about a tenth too large."""
    ratio = predicted.scale_B3.clamp(min=1e-6) / true.scale_B3
    return ratio.log().abs().mean(1)


def in_camera(points_BN3: Tensor, pose: PoseTensors) -> Tensor:
    """Return points of the object frame as they stand before the camera, on the points' device."""
    return apply_pose(points_BN3, PoseTensors(*(part.to(points_BN3) for part in pose)))


def turned_about_y(degrees: float) -> Tensor:
    """Return the rotation that carries +z towards +x by this angle, (3, 3), for row vectors."""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return torch.tensor([[c, 0.0, -s], [0.0, 1.0, 0.0], [s, 0.0, c]])
