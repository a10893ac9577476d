"""Which face each pixel sees, on the CPU, at a cost that follows the areas of the faces and not faces times pixels.

PyTorch3D's CPU path compares every pixel with every face. Same conventions as there: +x left and +y up in [-1, 1]^2.
Shapes: B views, F faces of all views, P candidate pairs of a face and a pixel, H = W = size.
"""

from collections.abc import Iterator

import torch
from torch import Tensor

CANDIDATES_AT_ONCE = 2**21
FACE_BITS = 32
LEAST_AREA = 1e-9


def seen_faces(corners_F33: Tensor, n_faces_B: Tensor, size: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return the nearest face or -1 (B, H, W), its depth, and its corners' weights in perspective (B, H, W, 3).

    The faces of the views lie end to end, ``n_faces_B`` of each. ``corners_F33`` are on the image plane, with depth.
    """
    n_views = len(n_faces_B)
    view_F = torch.repeat_interleave(torch.arange(n_views), n_faces_B)
    # Depth is positive, so its bits sort like numbers; below them the face settles ties.
    nobody = torch.iinfo(torch.int64).max
    nearest = torch.full((n_views * size * size,), nobody)
    for face_P, pixel_P in _candidates(corners_F33, size):
        weights_P3, depth_P = _weights(corners_F33[face_P], pixel_P, size)
        hits = (weights_P3 >= 0).all(1)
        key = depth_P[hits].view(torch.int32).long() << FACE_BITS | face_P[hits]
        nearest.scatter_reduce_(0, view_F[face_P[hits]] * size * size + pixel_P[hits], key, "amin")
    index = torch.full_like(nearest, -1)
    depth = torch.full(nearest.shape, -1.0)
    weights = torch.full((*nearest.shape, 3), -1.0)
    drawn = torch.nonzero(nearest != nobody)[:, 0]
    index[drawn] = nearest[drawn] & (2**FACE_BITS - 1)
    weights[drawn], depth[drawn] = _weights(corners_F33[index[drawn]], drawn % (size * size), size)
    shape = (n_views, size, size)
    return index.view(shape), depth.view(shape), weights.view(*shape, 3)


def _candidates(corners_F33: Tensor, size: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield faces and the pixels inside their bounding boxes, some millions of pairs at once."""
    places_F32 = (1 - corners_F33[..., :2]) * (size / 2)
    low_F2 = (places_F32.amin(1) - 0.5).ceil().clamp(0, size).long()
    high_F2 = (places_F32.amax(1) - 0.5).floor().clamp(-1, size - 1).long() + 1
    spans_F2 = (high_F2 - low_F2).clamp(min=0)
    counts_F = spans_F2.prod(1)
    faces = torch.nonzero(counts_F)[:, 0]
    group = counts_F[faces].cumsum(0) // CANDIDATES_AT_ONCE
    for part in torch.split(faces, torch.unique_consecutive(group, return_counts=True)[1].tolist()):
        counts = counts_F[part]
        face_P = torch.repeat_interleave(part, counts)
        within_P = torch.arange(len(face_P)) - torch.repeat_interleave(counts.cumsum(0) - counts, counts)
        width_P = spans_F2[face_P, 0]
        column_P, row_P = low_F2[face_P, 0] + within_P % width_P, low_F2[face_P, 1] + within_P // width_P
        yield face_P, row_P * size + column_P


def _weights(corners_P33: Tensor, pixel_P: Tensor, size: int) -> tuple[Tensor, Tensor]:
    """Return the weights of the corners at pixels, exact in perspective, and depth; negative outside the face."""
    x_P = 1 - (pixel_P % size * 2 + 1) / size
    y_P = 1 - (pixel_P // size * 2 + 1) / size
    (ax, ay, az), (bx, by, bz), (cx, cy, cz) = (corner.unbind(1) for corner in corners_P33.unbind(1))
    area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay)
    of_a = ((bx - x_P) * (cy - y_P) - (cx - x_P) * (by - y_P)) / area
    of_b = ((cx - x_P) * (ay - y_P) - (ax - x_P) * (cy - y_P)) / area
    nearness = torch.stack([of_a / az, of_b / bz, (1 - of_a - of_b) / cz], 1)
    depth_P = 1 / nearness.sum(1)
    weights_P3 = nearness * depth_P[:, None]
    # A face without area is seen by no pixel.
    return torch.where((area.abs() > LEAST_AREA)[:, None], weights_P3, -1.0), depth_P
