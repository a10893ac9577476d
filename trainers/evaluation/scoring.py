"""From predictions to figures: one number a view for each figure, so that objects can be resampled afterwards.

Shapes: N views, K seeds a view.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from networks.frames import PoseTensors
from networks.network import Networks
from trainers.data.views import ViewSet
from trainers.evaluation import placement
from trainers.evaluation.baselines import Retrieval, best_retrieval
from trainers.evaluation.boxes import box_iou
from trainers.evaluation.layout_baseline import LayoutBaseline
from trainers.evaluation.occupancy import all_pairs_iou, grid_iou, quarter_turn_iou, surface_points
from trainers.evaluation.predictions import Predictions

Floats = NDArray[np.float64]

SURFACE_POINTS = 512
VIEWS_AT_ONCE = 32


@dataclass(frozen=True)
class ViewFigures:
    """``figures`` holds one value a view, ``objects_N`` the object of each; ``categories`` one name an object."""

    figures: Mapping[str, Floats]
    objects_N: NDArray[np.int64]
    categories: list[str]


def score_shapes(predictions: Predictions, views: ViewSet) -> dict[str, Floats]:
    """Return the overlaps of the model's answers with the truth, a value a view.

    ``one_sample`` is that of the first seed, ``mean_of_k`` of an average one, ``best_of_k`` of what a perfect chooser
    takes; ``best_of_k_gain`` is best less mean. ``any_front`` is the mean after the best quarter turn of each answer,
    ``agreement`` the mean overlap between two answers of one view, ``empty`` the share of answers with no solid cell.
    """
    columns: dict[str, list[Tensor]] = {}
    for first in range(0, len(predictions), VIEWS_AT_ONCE):
        part = slice(first, min(first + VIEWS_AT_ONCE, len(predictions)))
        answers = predictions.occupancy(part)
        n, k = answers.shape[:2]
        shape = torch.arange(part.start, part.stop) // views.views_a_shape
        truth = views.occupancy(shape).repeat_interleave(k, 0)
        flat = answers.flatten(0, 1)
        iou_NK = grid_iou(flat, truth).view(n, k)
        turned_NK = quarter_turn_iou(flat, truth).view(n, k)
        figures = {
            "one_sample": iou_NK[:, 0],
            "mean_of_k": iou_NK.mean(1),
            "best_of_k": iou_NK.amax(1),
            "best_of_k_gain": iou_NK.amax(1) - iou_NK.mean(1),
            "any_front": turned_NK.mean(1),
            "empty": (~answers.flatten(2).any(2)).float().mean(1),
        }
        if k > 1:
            figures["agreement"] = torch.stack([_agreement(view) for view in answers])
        for name, values in figures.items():
            columns.setdefault(name, []).append(values)
    return {name: _numbers(torch.cat(values)) for name, values in columns.items()}


def score_shape_baselines(
    views: ViewSet, training: ViewSet, retrieval: Retrieval, mean_RRR: Tensor
) -> dict[str, Floats]:
    """Return the overlaps of the answers that need no network, a value a view."""
    chosen, best = retrieval.shapes(views), best_retrieval(training, views)
    mean, found = [], []
    for rows in torch.split(torch.arange(len(views.images_N8HW)), 8 * VIEWS_AT_ONCE):
        truth = views.occupancy(rows // views.views_a_shape)
        mean.append(grid_iou(mean_RRR.expand_as(truth), truth))
        found.append(grid_iou(training.occupancy(chosen[rows.to(chosen.device)]), truth))
    return {
        "mean_shape": _numbers(torch.cat(mean)),
        "retrieval": _numbers(torch.cat(found)),
        "best_retrieval": _numbers(best.repeat_interleave(views.views_a_shape)),
    }


@torch.no_grad()
def score_vae(networks: Networks, views: ViewSet) -> Floats:
    """Return the overlap of each view's true shape with what the autoencoder makes of it, a value a view."""
    ious = []
    for rows in torch.split(torch.arange(len(views.occupancy_bits_SW)), VIEWS_AT_ONCE):
        truth = views.occupancy(rows)
        weights = next(networks.vae.parameters())
        solid = networks.decode_shape(networks.encode_shape(truth[:, None].to(weights))) > 0
        ious.append(grid_iou(solid, truth))
    return _numbers(torch.cat(ious).repeat_interleave(views.views_a_shape))


def score_layout(predictions: Predictions, views: ViewSet, baseline: LayoutBaseline) -> dict[str, Floats]:
    """Return how the first seed's answer stands in the photo, a value a view.

    Shapes enter as predicted, under the predicted pose; ``box_*`` and ``fixed_*`` have the same shape and rotation at
    the places and with the sizes of ``layout_baseline``. ``translation``, ``scale`` and ``rotation`` compare poses
    alone.
    """
    true_shape = views.occupancy(torch.arange(len(views.occupancy_bits_SW)))
    # Other points of the same cells than the prediction's, so that a perfect answer is no special case.
    true_points = surface_points(true_shape, SURFACE_POINTS, seed=1).repeat_interleave(views.views_a_shape, 0)
    points = torch.cat(
        [
            surface_points(predictions.occupancy(slice(first, first + VIEWS_AT_ONCE))[:, 0], SURFACE_POINTS)
            for first in range(0, len(predictions), VIEWS_AT_ONCE)
        ]
    )
    true = PoseTensors(*(part.to(points) for part in views.poses))
    predicted = PoseTensors(*(part.to(points) for part in predictions.pose_of_seed(0)))
    poses = {
        "": predicted,
        "box_": baseline.from_box(views, predicted.rotation_B33),
        "fixed_": baseline.at_fixed_size(views, predicted.rotation_B33),
    }
    standing = placement.in_camera(true_points, true)
    figures = {
        "rotation": placement.rotation_angle(predicted.rotation_B33, true.rotation_B33),
        "icp_rot": placement.icp_rotation(points, true_points, predicted.rotation_B33, true.rotation_B33),
    }
    for prefix, one in poses.items():
        pose = PoseTensors(*(part.to(points) for part in one))
        add_s = placement.add_s(placement.in_camera(points, pose), standing)
        figures |= {
            f"{prefix}add_s": add_s,
            f"{prefix}add_s_at_0.1": placement.stands_right(add_s),
            f"{prefix}translation": placement.translation_error(pose, true),
            f"{prefix}scale": placement.scale_error(pose, true),
        }
    numbers = {name: _numbers(values) for name, values in figures.items()}
    return numbers | {"iou_of_boxes": _box_ious(points, predicted, true_points, true)}


def _box_ious(points_NP3: Tensor, pose: PoseTensors, true_points_NP3: Tensor, true: PoseTensors) -> Floats:
    """Return the overlap of the oriented boxes: each shape's box in its own frame, carried by its pose."""
    boxes = [_box(points, pose_) for points, pose_ in ((points_NP3, pose), (true_points_NP3, true))]
    return np.array([box_iou(a, b) for a, b in zip(*boxes, strict=True)])


def _box(points_NP3: Tensor, pose: PoseTensors) -> NDArray[np.float64]:
    low, high = points_NP3.amin(1), points_NP3.amax(1)
    signs = torch.cartesian_prod(*[torch.tensor([0.0, 1.0])] * 3).to(points_NP3)
    corners = low[:, None] + signs * (high - low)[:, None]
    return np.asarray(placement.in_camera(corners, pose).double().cpu().numpy())


def _agreement(answers_KXYZ: Tensor) -> Tensor:
    table = all_pairs_iou(answers_KXYZ, answers_KXYZ)
    k = len(table)
    return (table.sum() - table.diagonal().sum()) / (k * (k - 1))


def _numbers(values_N: Tensor) -> Floats:
    return np.asarray(values_N.double().cpu().numpy())
