"""The encoders learn to tell coarse occupancy from the picture alone, before the flow needs what they see.

A flow is mostly busy with noise at first, and for a long while hardly looks at the picture; a plain regression teaches
the encoders in a fraction of the steps. The head that reads their tokens is thrown away afterwards.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from networks.conditioning import Conditioner, draw_modality_keep
from networks.crops import ConditionStreams
from networks.pipeline import Networks
from networks.regression_head import OccupancyHead
from trainers.learner import Parts
from trainers.phase import Micro, Phase, Workplace, learn
from trainers.precision import lowered
from trainers.recipes.recipe import WarmupRecipe
from trainers.training_data import ViewSource


class OccupancyRegressor(nn.Module):
    """Image streams to coarse occupancy logits (B, r, r, r)."""

    def __init__(self, conditioner: Conditioner, head: OccupancyHead) -> None:
        super().__init__()
        self.conditioner, self.head = conditioner, head

    def forward(self, streams: ConditionStreams, keep_BM: Tensor) -> Tensor:
        logits: Tensor = self.head(self.conditioner(streams, keep_BM))
        return logits


def warm_up_encoders(
    place: Workplace, phase: Phase, networks: Networks, source: ViewSource, recipe: WarmupRecipe, shares: int
) -> None:
    """Train ``networks.geometry.conditioner``. The head draws its weights from the phase's seed."""
    device = place.world.device
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(phase.seed)
        head = OccupancyHead(networks.config)
    regressor = OccupancyRegressor(networks.geometry.conditioner, head.to(device))

    def loss(forward: Callable[..., Any], micro: Micro) -> Parts:
        seen = source.seen_at(0, networks)
        views = seen.views
        index = micro.indices(len(views), shares).to(device)
        occupancy = views.occupancy(index // views.views_a_shape).float()
        keep_BM = draw_modality_keep(micro.size, 0.1, micro.draw()).to(device)
        with lowered(device, place.settings.is_lowered):
            logits = forward(seen.streams(index), keep_BM).float()
            total = coarse_loss(logits, occupancy, recipe.occupied_weight)
        return {"total": total}

    learn(place, phase, regressor, loss)


def coarse_loss(logits_BXYZ: Tensor, occupancy_BXYZ: Tensor, occupied_weight: float) -> Tensor:
    """Return the binary cross-entropy with the share of each coarse cell that is occupied."""
    fold = occupancy_BXYZ.shape[-1] // logits_BXYZ.shape[-1]
    share = functional.avg_pool3d(occupancy_BXYZ[:, None], fold)[:, 0] if fold > 1 else occupancy_BXYZ
    weight = 1 + (occupied_weight - 1) * share
    return functional.binary_cross_entropy_with_logits(logits_BXYZ, share, weight=weight)
