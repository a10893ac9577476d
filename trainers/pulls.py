"""How hard each modality's loss pulls at what all of them share: the conditioner.

The loss of a shape is a mean over tens of thousands of numbers, that of a rotation over six that hang on one token, so
equal weights are far from equal pulls. What is seen here is what AdamW, which follows the larger gradient, will learn.
"""

from collections.abc import Mapping

import torch
from torch import Tensor

from networks.frames import LayoutStatistics
from networks.network import GeometryNetwork
from trainers.data.samples import Samples
from trainers.velocity import velocity_loss


def conditioner_pulls(
    network: GeometryNetwork,
    batch: Samples,
    weights: Mapping[str, float],
    *,
    statistics: LayoutStatistics | None,
    seed: int,
) -> dict[str, float]:
    """Return for each modality of weight > 0 the norm of its weighted loss's gradient in the conditioner.

    Nothing is dropped out. Times and noise come from ``seed`` and are the same for all modalities. Neither weights nor
    gradients of ``network`` change. Raises ValueError for a conditioner that is frozen as a whole.
    """
    shared = [p for p in network.conditioner.parameters() if p.requires_grad]
    if not shared:
        raise ValueError("nothing in the conditioner learns")
    parts = velocity_loss(
        network,
        batch,
        weights=dict(weights),
        condition_dropout=0.0,
        modality_dropout=0.0,
        statistics=statistics,
        draw=torch.Generator().manual_seed(seed),
    ).parts
    return {
        name: _norm(torch.autograd.grad(weight * parts[name], shared, retain_graph=True, allow_unused=True))
        for name, weight in weights.items()
        if weight
    }


def _norm(gradients: tuple[Tensor | None, ...]) -> float:
    norms = [gradient.norm() for gradient in gradients if gradient is not None]
    return float(torch.stack(norms).norm()) if norms else 0.0
