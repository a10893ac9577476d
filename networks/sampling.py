"""From noise to latents: Euler steps along a warped clock, with guidance over the noisy half of the path."""

from itertools import pairwise

import torch
from torch import Tensor

from networks import frames
from networks.config import NetworkConfig
from networks.geometry import GeometryTransformer, Latents

# More steps near the noise, where the shape is decided.
TIME_WARP = 3.0
# Guidance acts while t is below this: the first half of the path, counted from the noise.
GUIDED_UNTIL = 0.5


def warp_time(u: float, warp: float = TIME_WARP) -> float:
    """Return t = u / (1 + (warp - 1)(1 - u)); 0 and 1 stay where they are."""
    return u / (1 + (warp - 1) * (1 - u))


def time_grid(steps: int) -> list[float]:
    """Return the steps + 1 times from 0 (noise) to 1 (data)."""
    return [warp_time(index / steps) for index in range(steps + 1)]


def draw_noise(config: NetworkConfig, seeds: list[int]) -> Latents:
    """Draw one object's noise from each seed, on the CPU: the same on every device and beside any other seed."""
    shapes, layouts = [], []
    for seed in seeds:
        generator = torch.Generator().manual_seed(seed)
        shapes.append(torch.randn(config.latent_channels, *[config.latent_grid] * 3, generator=generator))
        layouts.append(torch.randn(frames.LAYOUT_NUMBERS, generator=generator))
    return Latents(torch.stack(shapes), torch.stack(layouts))


@torch.no_grad()
def sample(
    transformer: GeometryTransformer, cond_BLD: Tensor, noise: Latents, *, steps: int, guidance: float
) -> Latents:
    """Follow the flow from ``noise`` to data.

    ``cond_BLD`` holds one object's tokens for each sample, or one row that serves all. With ``guidance`` w > 0 the
    velocity is (1 + w) v_c - w v_u on the guided half; both branches run as one batch. Raises ValueError for steps < 1.
    """
    if steps < 1:
        raise ValueError("sampling needs at least one step")
    shape, layout = (part.to(cond_BLD) for part in noise)
    batch, grid = shape.shape[0], time_grid(steps)
    cond_BLD = cond_BLD.expand(batch, -1, -1)
    keys = transformer.prepare(cond_BLD)
    both = transformer.prepare(torch.cat([cond_BLD, torch.zeros_like(cond_BLD)])) if guidance > 0 else keys
    for now, then in pairwise(grid):
        if guidance > 0 and now < GUIDED_UNTIL:
            t_B = shape.new_full((2 * batch,), now)
            velocities = transformer(shape.repeat(2, 1, 1, 1, 1), layout.repeat(2, 1), t_B, both)
            shape_v, layout_v = (guide(velocity, guidance) for velocity in velocities)
        else:
            shape_v, layout_v = transformer(shape, layout, shape.new_full((batch,), now), keys)
        shape = shape + (then - now) * shape_v
        layout = layout + (then - now) * layout_v
    return Latents(shape, layout)


def guide(velocity_both: Tensor, guidance: float) -> Tensor:
    """Return (1 + w) v_c - w v_u of a batch whose first half is conditional, second half not."""
    conditional, unconditional = velocity_both.chunk(2)
    return (1 + guidance) * conditional - guidance * unconditional
