"""What can be had without a network, from training shapes alone: their mean, the most alike of them, the best of them.

Shapes: S training shapes, N test views, T test shapes, V = R^3 cells, D numbers of a descriptor.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from trainers.data.views import ViewSet
from trainers.evaluation.occupancy import GRIDS_AT_ONCE, all_pairs_iou, grid_iou

THRESHOLDS = tuple(k / 20 for k in range(1, 14))
MASK_SIDE, COLOUR_SIDE = 32, 8
COLOUR_WEIGHTS = (0.0, 0.3, 1.0, 3.0)
ASPECT_WEIGHTS = (0.0, 0.1, 0.3)
TUNED_ON = 512
"""Training views, or shapes, on which a baseline's own settings are chosen."""


def mean_shape(training: ViewSet) -> Tensor:
    """Return the cells that are solid in more than a share of the training shapes, bool (R, R, R).

    The share is the one at which the answer overlaps best with the training shapes, on average.
    """
    n = len(training.occupancy_bits_SW)
    total = torch.zeros(())
    for part in torch.split(torch.arange(n), GRIDS_AT_ONCE):
        total = total.to(training.occupancy_bits_SW.device) + training.occupancy(part).float().sum(0)
    answers = torch.stack([total / n > threshold for threshold in THRESHOLDS])
    some = training.occupancy(spread_over(n, TUNED_ON))
    best = all_pairs_iou(answers, some).mean(1).argmax()
    return answers[best]


def best_retrieval(training: ViewSet, test: ViewSet) -> Tensor:
    """Return the overlap of each test shape with the training shape that fits it best, (T,).

    A perfect chooser's retrieval, for information: no picture tells which shape that is.
    """
    n_test, n = len(test.occupancy_bits_SW), len(training.occupancy_bits_SW)
    truth = test.occupancy(torch.arange(n_test))
    best = torch.zeros(n_test, device=truth.device)
    for part in torch.split(torch.arange(n), GRIDS_AT_ONCE):
        best = torch.maximum(best, all_pairs_iou(truth, training.occupancy(part)).amax(1))
    return best


@dataclass(frozen=True)
class Retrieval:
    """Answers with the training shape one of whose views looks most like the crop."""

    descriptors_ND: Tensor
    views_a_shape: int
    colour_weight: float
    aspect_weight: float

    def shapes(self, test: ViewSet) -> Tensor:
        """Return the training shape chosen for each test view, (N,)."""
        query = describe(test, self.colour_weight, self.aspect_weight)
        return nearest(query, self.descriptors_ND) // self.views_a_shape


def fit_retrieval(training: ViewSet) -> Retrieval:
    """Describe the training views, with the weights at which they find each other best.

    Tuned on training data alone: each of some views looks for the most alike view of any other shape, and what counts
    is how much the two shapes overlap.
    """
    queries = spread_over(len(training.images_N8HW), TUNED_ON)
    own = queries // training.views_a_shape
    truth, best = training.occupancy(own), (-1.0, 0.0, 0.0)
    for colour in COLOUR_WEIGHTS:
        for aspect in ASPECT_WEIGHTS:
            table = describe(training, colour, aspect)
            owners = torch.arange(len(table), device=table.device) // training.views_a_shape
            found = nearest(table[queries.to(table.device)], table, owners, own.to(table.device))
            iou = float(grid_iou(training.occupancy(found // training.views_a_shape), truth).mean())
            # Of settings that serve as well as each other the first, and plainest, stays.
            best = (iou, colour, aspect) if iou > best[0] + 1e-6 else best
    _, colour, aspect = best
    return Retrieval(describe(training, colour, aspect), training.views_a_shape, colour, aspect)


def describe(views: ViewSet, colour_weight: float, aspect_weight: float) -> Tensor:
    """Return a descriptor of each crop, (N, D): the small mask, coarse colours within it, and width over height."""
    rows = []
    for part in torch.split(views.images_N8HW, 1024):
        crop = part[:, :4].float() / 255
        mask = functional.adaptive_avg_pool2d(crop[:, 3:], MASK_SIDE).flatten(1) / MASK_SIDE
        colour = functional.adaptive_avg_pool2d(crop[:, :3], COLOUR_SIDE).flatten(1) / (COLOUR_SIDE * 3**0.5)
        solid = crop[:, 3] > 0.5
        width, height = solid.any(1).sum(1).clamp(min=1), solid.any(2).sum(1).clamp(min=1)
        aspect = (width / height).log()[:, None]
        rows.append(torch.cat([mask, colour_weight * colour, aspect_weight * aspect], 1))
    return torch.cat(rows)


def nearest(
    query_QD: Tensor, table_ND: Tensor, owners_N: Tensor | None = None, not_of_Q: Tensor | None = None
) -> Tensor:
    """Return the row of the table nearest to each query, (Q,); rows whose owner is ``not_of_Q`` do not count."""
    found = []
    for first in range(0, len(query_QD), GRIDS_AT_ONCE):
        distance = torch.cdist(query_QD[first : first + GRIDS_AT_ONCE], table_ND)
        if owners_N is not None and not_of_Q is not None:
            distance[owners_N[None] == not_of_Q[first : first + GRIDS_AT_ONCE, None]] = torch.inf
        found.append(distance.argmin(1))
    return torch.cat(found)


def spread_over(n: int, most: int) -> Tensor:
    """Return at most ``most`` numbers below ``n``, evenly spread."""
    return torch.linspace(0, n - 1, min(n, most)).round().long()
