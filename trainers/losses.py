"""The losses of all stages as pure functions of tensors: no modules, no randomness, no data.

Shapes: B samples; ``...`` is whatever a modality's velocity looks like.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional


@dataclass(frozen=True)
class FlowLoss:
    """``total`` is a scalar to differentiate; ``parts`` are the unweighted mean errors, for the log."""

    total: Tensor
    parts: dict[str, Tensor]


@dataclass(frozen=True)
class VaeLoss:
    """``total`` = reconstruction + KL weight * KL, all scalars; ``kl`` is in nats a latent number."""

    total: Tensor
    reconstruction: Tensor
    kl: Tensor


@dataclass(frozen=True)
class DpoLoss:
    """``total`` to differentiate, and what must be watched while the margin grows.

    ``implicit_accuracy`` is the share of pairs whose margin is positive; ``margin`` is the mean of -beta * Delta;
    ``winner_error`` is the model's own error on the winners, which may grow even though the margin does too.
    """

    total: Tensor
    implicit_accuracy: Tensor
    margin: Tensor
    winner_error: Tensor

    def watched(self) -> dict[str, Tensor]:
        """Return every number for the log, without its graph."""
        return {name: value.detach() for name, value in vars(self).items()}


def sample_errors(predicted: Tensor, target: Tensor) -> Tensor:
    """Return the mean squared error of each sample, (B,)."""
    return (predicted - target).square().flatten(1).mean(1)


def flow_matching_loss(
    predicted: Mapping[str, Tensor],
    target: Mapping[str, Tensor],
    weights: Mapping[str, float],
    is_labelled: Mapping[str, Tensor],
) -> FlowLoss:
    """Sum over modalities of weight * mean squared velocity error; a sample without the label counts as zero.

    ``predicted`` and ``target`` hold (B, ...) velocities by modality, ``is_labelled`` (B,) booleans; a modality that
    is absent from ``is_labelled`` is labelled everywhere. The mean runs over the whole batch, so that one labelled
    sample in B moves the weights as one sample does. Raises KeyError for a modality without prediction or weight.
    """
    total = next(iter(target.values())).new_zeros(())
    parts: dict[str, Tensor] = {}
    for name, velocity in target.items():
        errors_B = sample_errors(predicted[name], velocity)
        labelled_B = is_labelled.get(name)
        if labelled_B is not None:
            # torch.where and not a product: a missing label may be NaN, and NaN * 0 is NaN.
            errors_B = torch.where(labelled_B, errors_B, torch.zeros_like(errors_B))
        parts[name] = errors_B.mean()
        total = total + weights[name] * parts[name]
    return FlowLoss(total, parts)


def vae_loss(
    logits: Tensor,
    occupancy: Tensor,
    mean: Tensor,
    log_variance: Tensor,
    *,
    kl_weight: float,
    occupied_weight: float = 1.0,
) -> VaeLoss:
    """Binary cross-entropy of occupancy plus KL(N(mean, variance) || N(0, 1)).

    ``occupancy`` is 0 or 1 and shaped like ``logits``. Objects fill a few percent of their box, so
    ``occupied_weight`` > 1 makes an occupied voxel count for more.
    """
    weight = torch.where(occupancy > 0.5, occupied_weight, 1.0)
    reconstruction = functional.binary_cross_entropy_with_logits(logits, occupancy, weight=weight)
    kl = 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).mean()
    return VaeLoss(reconstruction + kl_weight * kl, reconstruction, kl)


def dpo_loss(
    winner_error_B: Tensor,
    loser_error_B: Tensor,
    winner_reference_error_B: Tensor,
    loser_reference_error_B: Tensor,
    *,
    beta: float,
    anchor: float = 0.0,
) -> DpoLoss:
    """Direct preference optimisation on flow-matching errors, (B,) each, taken at the same noise and time.

    Delta = (winner - winner of the reference) - (loser - loser of the reference); the loss is the mean of
    -log sigmoid(-beta * Delta), exactly log 2 while the model is the reference. ``beta`` stands for the product of
    temperature, path length and time weight. ``anchor`` adds that much of the winners' plain error.
    """
    delta_B = (winner_error_B - winner_reference_error_B) - (loser_error_B - loser_reference_error_B)
    margin_B = -beta * delta_B
    winner_error = winner_error_B.mean()
    total = -functional.logsigmoid(margin_B).mean() + anchor * winner_error
    return DpoLoss(total, (margin_B > 0).float().mean(), margin_B.mean().detach(), winner_error.detach())


LOG_2 = math.log(2)
"""What ``dpo_loss`` without an anchor gives before the first step."""
