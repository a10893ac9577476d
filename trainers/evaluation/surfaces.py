"""Distances between predicted and true surfaces, on the CPU: the slow half of the table, for some views of a set.

The predicted surface is that of the predicted solid, smoothed as shipped meshes are. The true one is the object's own
mesh without what lies inside the solid: parts of a model overlap, and no answer should have to guess their insides.
Both are brought to the unit frame of ``metrics`` by their own bounding boxes.
"""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.ndimage import binary_erosion
from scipy.spatial import cKDTree
from torch import Tensor

from networks.meshing import mesh_from_logits
from trainers.data.shapes import TrainingShape
from trainers.evaluation.alignment import ICP_ITERATIONS, best_rigid, still, to_unit_frame
from trainers.evaluation.metrics import (
    F1_THRESHOLD,
    F1_THRESHOLD_TIGHT,
    WORST_DISTANCE,
    chamfer_of_distances,
    earth_movers_distance,
    f1_of_distances,
    sample_surface,
    surface_distances,
)
from trainers.evaluation.predictions import Predictions

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

SURFACE_POINTS = 200_000
"""Enough for a threshold of 0.01: see ``metrics.f1_score``."""
ICP_POINTS = 5_000
"""That are moved; against ten times as many that stand. Fewer would move a perfect answer by their own noise."""
WORST = {
    "f1_at_0.01": 0.0,
    "f1_at_0.05": 0.0,
    "chamfer": WORST_DISTANCE,
    "emd": WORST_DISTANCE,
    "f1_at_0.01_icp": 0.0,
    "chamfer_icp": WORST_DISTANCE,
}
_CERTAIN = 4.0
"""Logit that stands for a solid cell, its negative for an empty one."""


def score_surfaces(
    shapes: Sequence[TrainingShape],
    predictions: Predictions,
    *,
    n_views: int,
    emd_points: int,
    say: Callable[[str], None],
) -> dict[str, Floats]:
    """Return surface distances of the first seed's answer for ``n_views`` views spread over a set; nan elsewhere."""
    n = len(predictions)
    columns = {name: np.full(n, np.nan) for name in WORST}
    rows = np.unique(np.linspace(0, n - 1, min(n, n_views)).round().astype(int)).tolist()
    views_a_shape = n // len(shapes)
    for row in rows:
        shape = shapes[row // views_a_shape]
        solid = predictions.occupancy(slice(row, row + 1))[0, 0].cpu().numpy()
        for name, value in compare(predicted_surface(solid), true_surface(shape), emd_points).items():
            columns[name][row] = value
    say(f"surfaces of {len(rows)} views compared")
    return columns


def compare(predicted_N3: Floats | None, true_N3: Floats, emd_points: int) -> dict[str, float]:
    """Return every surface metric of two equally large point sets; the worst of each for an empty answer."""
    if predicted_N3 is None:
        return dict(WORST)
    predicted, true = (to_unit_frame(torch.from_numpy(points)[None]) for points in (predicted_N3, true_N3))
    aligned = _aligned(predicted, true)[0].numpy()
    a, b = predicted[0].numpy(), true[0].numpy()
    as_is, after_icp = surface_distances(a, b), surface_distances(aligned, b)
    return {
        "f1_at_0.01": f1_of_distances(*as_is, F1_THRESHOLD_TIGHT),
        "f1_at_0.05": f1_of_distances(*as_is, F1_THRESHOLD),
        "chamfer": chamfer_of_distances(*as_is),
        "emd": earth_movers_distance(a, b, points=emd_points),
        "f1_at_0.01_icp": f1_of_distances(*after_icp, F1_THRESHOLD_TIGHT),
        "chamfer_icp": chamfer_of_distances(*after_icp),
    }


def _aligned(predicted_1N3: Tensor, true_1M3: Tensor) -> Tensor:
    """Return the prediction after ICP as ``alignment.icp`` makes it; for one dense pair a tree beats a table."""
    moving, fixed = predicted_1N3[:, :ICP_POINTS], true_1M3[:, : 10 * ICP_POINTS]
    tree, motion = cKDTree(fixed[0].numpy()), still(moving)
    for _ in range(ICP_ITERATIONS):
        nearest = tree.query(motion.apply(moving)[0].numpy())[1]
        motion = best_rigid(moving, fixed[:, nearest])
    return motion.apply(predicted_1N3)


def predicted_surface(solid_XYZ: Bools) -> Floats | None:
    """Return points on the surface of a solid, None where nothing is left of it without floaters."""
    mesh = mesh_from_logits(np.where(solid_XYZ, _CERTAIN, -_CERTAIN).astype(np.float32), smoothing=2)
    if mesh is None:
        return None
    return sample_surface(mesh.vertices_V3.astype(np.float64), mesh.faces_F3.astype(np.int64), SURFACE_POINTS, seed=0)


def true_surface(shape: TrainingShape) -> Floats:
    """Return points of the object's mesh that are not inside it."""
    vertices = shape.mesh.vertices_V3.astype(np.float64)
    points = sample_surface(vertices, shape.mesh.faces_F3, 4 * SURFACE_POINTS, seed=1)
    solid = shape.occupancy()
    is_inner = binary_erosion(solid, np.ones((3, 3, 3), dtype=bool))
    cells = ((points + 0.5) * len(solid)).astype(int).clip(0, len(solid) - 1)
    outer = points[~is_inner[cells[:, 0], cells[:, 1], cells[:, 2]]]
    # A mesh may hide most of its area inside; what is left then serves more than once.
    return outer[np.arange(SURFACE_POINTS) % len(outer)] if len(outer) else points[:SURFACE_POINTS]
