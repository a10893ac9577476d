"""Sampling without any of the work that makes it fast: what ``networks.sampling`` is measured against.

One evaluation after the other, launched kernel by kernel; the two branches of guidance apart; every row with condition
tokens of its own, zeros in the unconditional branch; keys and modulation made anew at each evaluation.
"""

from itertools import pairwise

import torch
from torch import Tensor

from networks.geometry import GeometryTransformer, Latents
from networks.sampling import GUIDED_UNTIL, time_grid


@torch.no_grad()
def plain_sample(
    transformer: GeometryTransformer, cond_BLD: Tensor, noise: Latents, *, steps: int, guidance: float
) -> Latents:
    """Follow the flow from ``noise`` to data in the weights' type; a row of tokens for each row of noise."""
    shape, layout = (part.to(cond_BLD) for part in noise)
    for now, then in pairwise(time_grid(steps)):
        t_B = torch.full((len(shape),), now, device=shape.device)
        shape_v, layout_v = transformer(shape, layout, t_B, cond_BLD)
        if guidance > 0 and now < GUIDED_UNTIL:
            free_shape_v, free_layout_v = transformer(shape, layout, t_B, torch.zeros_like(cond_BLD))
            shape_v = (1 + guidance) * shape_v - guidance * free_shape_v
            layout_v = (1 + guidance) * layout_v - guidance * free_layout_v
        shape, layout = shape + (then - now) * shape_v, layout + (then - now) * layout_v
    return Latents(shape, layout)
