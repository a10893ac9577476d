"""Rigid alignment of point sets, and the frame in which surfaces are compared.

Shapes: B pairs of point sets, N and M points. Points are row vectors: x -> x @ rotation + translation.
"""

from typing import NamedTuple

import torch
from torch import Tensor

ICP_ITERATIONS = 100
PAIRS_AT_ONCE = 50_000_000
"""Point distances held at once; bounds the memory of a large batch."""


class Rigid(NamedTuple):
    """A rotation (B, 3, 3) of determinant 1, then a translation (B, 3)."""

    rotation_B33: Tensor
    translation_B3: Tensor

    def apply(self, points_BN3: Tensor) -> Tensor:
        """Return the moved points."""
        return points_BN3 @ self.rotation_B33 + self.translation_B3[:, None]


def distances(a_BN3: Tensor, b_BM3: Tensor) -> Tensor:
    """Return the distance of each point to each of the other set, (B, N, M), exact also for near points."""
    # The faster way by matrix products loses half the digits, and nearly all where products are rounded on a GPU.
    return torch.cdist(a_BN3, b_BM3, compute_mode="donot_use_mm_for_euclid_dist")


def to_unit_frame(points_BN3: Tensor) -> Tensor:
    """Centre each set by its bounding box and scale its longest side to span [-1, 1]; a single point goes to 0."""
    low, high = points_BN3.amin(1, keepdim=True), points_BN3.amax(1, keepdim=True)
    size = (high - low).amax(2, keepdim=True)
    return (points_BN3 - (low + high) / 2) * 2 / torch.where(size > 0, size, torch.ones_like(size))


def still(points_BN3: Tensor) -> Rigid:
    """Return the motion that leaves the points where they are."""
    batch = len(points_BN3)
    return Rigid(torch.eye(3).to(points_BN3).expand(batch, 3, 3), points_BN3.new_zeros(batch, 3))


def best_rigid(moving_BN3: Tensor, fixed_BN3: Tensor) -> Rigid:
    """Return the rigid motion with the least squares between corresponding points (Kabsch)."""
    moving_centre, fixed_centre = moving_BN3.mean(1, keepdim=True), fixed_BN3.mean(1, keepdim=True)
    covariance = (moving_BN3 - moving_centre).transpose(1, 2) @ (fixed_BN3 - fixed_centre)
    u, _, vh = torch.linalg.svd(covariance)
    # A mirror image would fit some sets better; the sign of the last axis rules it out.
    sign = torch.linalg.det(u @ vh).sign()
    flip = torch.stack([torch.ones_like(sign), torch.ones_like(sign), sign], -1)
    rotation = (u * flip[:, None]) @ vh
    return Rigid(rotation, (fixed_centre - moving_centre @ rotation)[:, 0])


def icp(moving_BN3: Tensor, fixed_BM3: Tensor, *, iterations: int = ICP_ITERATIONS) -> Rigid:
    """Return the rigid motion that point-to-point ICP brings ``moving`` onto ``fixed`` with.

    The start is the identity: the prediction as it stands, with no search over other starts, so a prediction that is
    off by more than the basin of its shape keeps most of its error. Every round matches each moving point to its
    nearest fixed one and solves for the motion of all of them; there is no scale and no rejection of outliers. Exactly
    ``iterations`` rounds are made.
    """
    batch, n, m = len(moving_BN3), moving_BN3.shape[1], fixed_BM3.shape[1]
    at_once = max(1, PAIRS_AT_ONCE // (n * m))
    parts = [
        _icp(moving_BN3[first : first + at_once], fixed_BM3[first : first + at_once], iterations)
        for first in range(0, batch, at_once)
    ]
    return Rigid(*(torch.cat(columns) for columns in zip(*parts, strict=True)))


def _icp(moving_BN3: Tensor, fixed_BM3: Tensor, iterations: int) -> Rigid:
    motion = still(moving_BN3)
    for _ in range(iterations):
        nearest_BN = distances(motion.apply(moving_BN3), fixed_BM3).argmin(2)
        motion = best_rigid(moving_BN3, fixed_BM3.gather(1, nearest_BN[..., None].expand(-1, -1, 3)))
    return motion
