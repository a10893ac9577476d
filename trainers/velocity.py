"""From a batch to the errors of the predicted velocity: what pre-training, SFT and DPO have in common."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from networks import frames
from networks.conditioning import MODALITIES, draw_modality_keep
from networks.flow import draw_times, interpolate_latents, target_velocities
from networks.geometry import Latents
from trainers.data.samples import Samples
from trainers.losses import FlowLoss, flow_matching_loss

POINTS = MODALITIES.index("points")
Velocity = Callable[..., Any]
"""A GeometryNetwork, or what runs its forward pass on one of several processes."""
LAYOUT_SLICES = {
    "rotation": frames.ROTATION_SLICE,
    "translation": frames.TRANSLATION_SLICE,
    "scale": frames.SCALE_SLICE,
}


def velocity_loss(
    forward: Velocity,
    batch: Samples,
    *,
    weights: dict[str, float],
    condition_dropout: float,
    modality_dropout: float,
    draw: torch.Generator,
    points_dropout: float | None = None,
    time_mean: float = -1.0,
    time_std: float = 1.0,
    statistics: frames.LayoutStatistics | None = None,
) -> FlowLoss:
    """Return the flow-matching loss of a batch; ``draw`` (CPU) decides times, noise and dropout.

    ``forward`` is a GeometryNetwork's forward pass. With ``statistics`` (the network's constants) a sample that keeps
    its pointmap has its layout standardised by the pointmap, as at the time of sampling. Pointmaps are dropped as
    often as ``points_dropout`` says, by default as other modalities.
    """
    n, device = len(batch), batch.shapes_NCXYZ.device
    t_B = draw_times(n, draw, mean=time_mean, std=time_std).to(device)
    is_conditioned_B = (torch.rand(n, generator=draw) >= condition_dropout).to(device)
    keep_BM = draw_modality_keep(n, modality_dropout, draw)
    if points_dropout is not None:
        keep_BM[:, POINTS] = torch.rand(n, generator=draw) >= points_dropout
    keep_BM = keep_BM.to(device)
    layouts_BK = batch.layouts_NK
    if statistics is not None:
        layouts_BK = _layouts_by_points(batch, keep_BM[:, POINTS], statistics)
    # A missing layout is NaN: zero stands in on the way in, the loss leaves it out.
    data = Latents(batch.shapes_NCXYZ, layouts_BK.nan_to_num(0.0))
    noise = noise_like(data, draw)
    shape_v, layout_v = forward(
        batch.streams,
        interpolate_latents(noise, data, t_B),
        t_B,
        keep_BM=keep_BM,
        is_conditioned_B=is_conditioned_B,
    )
    target = target_velocities(noise, data)
    return flow_matching_loss(
        by_modality(shape_v, layout_v),
        by_modality(target.shape_BCXYZ, target.layout_BK),
        weights,
        dict.fromkeys(LAYOUT_SLICES, batch.has_pose_N),
    )


def _layouts_by_points(batch: Samples, is_kept_B: Tensor, statistics: frames.LayoutStatistics) -> Tensor:
    points = batch.streams.crop_points_B3HW
    if points is None or batch.poses is None:
        return batch.layouts_NK
    read = frames.pointmap_statistics(points, batch.streams.crop_mask_B1HW, statistics)
    return torch.where(is_kept_B[:, None], frames.encode_layout(batch.poses, read), batch.layouts_NK)


def noise_like(data: Latents, draw: torch.Generator) -> Latents:
    """Draw standard normal noise on the device of ``data``, from a seed that ``draw`` (CPU) gives."""
    device = data.shape_BCXYZ.device
    seed = int(torch.randint(2**62, (1,), generator=draw))
    generator = torch.Generator(device).manual_seed(seed)
    return Latents(*(torch.randn(part.shape, generator=generator, device=device) for part in data))


def by_modality(shape_BCXYZ: Tensor, layout_BK: Tensor) -> dict[str, Tensor]:
    """Split a velocity into the modalities that the loss weighs."""
    return {"shape": shape_BCXYZ, **{name: layout_BK[:, part] for name, part in LAYOUT_SLICES.items()}}
