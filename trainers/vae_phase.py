"""The occupancy autoencoder learns the shapes of the first views."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from networks.pipeline import Networks
from trainers.learner import Parts
from trainers.losses import vae_loss
from trainers.phase import Micro, Phase, Workplace, learn
from trainers.precision import lowered
from trainers.recipes.recipe import VaeRecipe
from trainers.training_data import SHAPES_AT_ONCE, ViewSource


def train_vae(
    place: Workplace, phase: Phase, networks: Networks, source: ViewSource, recipe: VaeRecipe, shares: int
) -> None:
    """Train ``networks.vae`` on the first shapes of ``source``, which ``shares`` processes have each their own of."""
    device = place.world.device

    def loss(forward: Callable[..., Any], micro: Micro) -> Parts:
        views = source.at(0)
        target = views.occupancy(micro.indices(len(views.keys), shares))[:, None].float()
        noise_seed = int(torch.randint(2**62, (1,), generator=micro.draw()))
        with lowered(device, place.settings.is_lowered):
            logits, mean, log_variance = forward(target, torch.Generator(device).manual_seed(noise_seed))
            parts = vae_loss(
                logits.float(), target, mean.float(), log_variance.float(),
                kl_weight=recipe.kl_weight, occupied_weight=recipe.occupied_weight,
            )  # fmt: skip
        return {"total": parts.total, "reconstruction": parts.reconstruction, "kl": parts.kl}

    learn(place, phase, networks.vae, loss)
    networks.vae.eval().requires_grad_(False)


@torch.no_grad()
def reconstruction_iou(networks: Networks, occupancy_SXYZ: Tensor) -> float:
    """Return the mean voxel IoU of shapes with what the autoencoder makes of them."""
    scores = []
    for part_BXYZ in torch.split(occupancy_SXYZ, SHAPES_AT_ONCE // 4):
        solid = networks.vae.decode(networks.vae.encode(part_BXYZ[:, None].float())[0])[:, 0] > 0
        scores.append(occupancy_iou(solid, part_BXYZ))
    return float(torch.cat(scores).mean())


def occupancy_iou(a_BXYZ: Tensor, b_BXYZ: Tensor) -> Tensor:
    """Return the voxel IoU of pairs of grids, (B,); 0 where both are empty."""
    both, either = (a_BXYZ & b_BXYZ).flatten(1).sum(1), (a_BXYZ | b_BXYZ).flatten(1).sum(1)
    return both / either.clamp(min=1)
