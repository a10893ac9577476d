"""From a batch to the errors of the predicted velocity: what pre-training, SFT and DPO have in common."""

import torch
from torch import Tensor

from networks import frames
from networks.conditioning import draw_modality_keep
from networks.flow import draw_times, interpolate_latents, target_velocities
from networks.geometry import Latents
from networks.pipeline import GeometryNetwork
from trainers.data.examples import Samples
from trainers.losses import FlowLoss, flow_matching_loss

LAYOUT_SLICES = {
    "rotation": frames.ROTATION_SLICE,
    "translation": frames.TRANSLATION_SLICE,
    "scale": frames.SCALE_SLICE,
}


def velocity_loss(
    geometry: GeometryNetwork,
    batch: Samples,
    *,
    weights: dict[str, float],
    condition_dropout: float,
    modality_dropout: float,
    draw: torch.Generator,
) -> FlowLoss:
    """Return the flow-matching loss of a batch; ``draw`` (CPU) decides times, noise and dropout."""
    n, device = len(batch), batch.shapes_NCXYZ.device
    t_B = draw_times(n, draw).to(device)
    is_conditioned_B = (torch.rand(n, generator=draw) >= condition_dropout).to(device)
    keep_BM = draw_modality_keep(n, modality_dropout, draw).to(device)
    # A missing layout is NaN: zero stands in on the way in, the loss leaves it out.
    data = Latents(batch.shapes_NCXYZ, batch.layouts_NK.nan_to_num(0.0))
    noise = noise_like(data, draw)
    shape_v, layout_v = geometry(
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


def noise_like(data: Latents, draw: torch.Generator) -> Latents:
    """Draw standard normal noise on the device of ``data``, from a seed that ``draw`` (CPU) gives."""
    device = data.shape_BCXYZ.device
    seed = int(torch.randint(2**62, (1,), generator=draw))
    generator = torch.Generator(device).manual_seed(seed)
    return Latents(*(torch.randn(part.shape, generator=generator, device=device) for part in data))


def by_modality(shape_BCXYZ: Tensor, layout_BK: Tensor) -> dict[str, Tensor]:
    """Split a velocity into the modalities that the loss weighs."""
    return {"shape": shape_BCXYZ, **{name: layout_BK[:, part] for name, part in LAYOUT_SLICES.items()}}
