"""Masks as people and detectors draw them: too wide, too tight, shifted, ragged, coarse. Batched, on any device.

Shapes: B masks, H = W pixels. Borders move by shares of the mask's own size, so that small things survive; only coarse
grids are laid over the whole picture.
"""

import torch
from torch import Tensor
from torch.nn import functional

LARGEST_STEP = 0.04
"""The most a mask's border moves in or out, or the mask aside, as a share of the side of its bounding box."""
CLEAN_SHARE = 0.3
MOST_GROWTH = 6
_COARSE_SIDES = (32, 48, 64)


def disturb_masks(mask_BHW: Tensor, generator: torch.Generator) -> Tensor:
    """Return masks (bool) with the errors of a careless annotator; ``generator`` lives on the CPU.

    A share stays as it is. A mask of which too little would be left stays as it is too.
    """
    unit = torch.rand(len(mask_BHW), 8, generator=generator).to(mask_BHW.device)
    reach_B = LARGEST_STEP * extent(mask_BHW)
    mask = _coarsened(mask_BHW, unit[:, 0])
    mask = _ragged(mask, 0.6 * reach_B * (unit[:, 1] < 0.4), generator)
    # More often too wide than too tight: a click outside is noticed less.
    mask = grown(mask, ((unit[:, 2] * 1.8 - 0.8) * reach_B).round())
    mask = shifted(mask, (unit[:, 3:5] * 2 - 1) * reach_B[:, None] * (unit[:, 5, None] < 0.5))
    before, after = mask_BHW.sum((1, 2)), mask.sum((1, 2))
    is_kept = (unit[:, 6] < CLEAN_SHARE) | (after < 0.4 * before) | ((mask & mask_BHW).sum((1, 2)) < 0.3 * before)
    return torch.where(is_kept[:, None, None], mask_BHW, mask)


def extent(mask_BHW: Tensor) -> Tensor:
    """Return the longer side of each mask's bounding box in pixels, 0 for an empty one."""
    return torch.maximum(_span(mask_BHW.any(1)), _span(mask_BHW.any(2)))


def _span(line_BL: Tensor) -> Tensor:
    length = line_BL.shape[1]
    first = line_BL.int().argmax(1)
    last = length - line_BL.flip(1).int().argmax(1)
    return (last - first).float() * line_BL.any(1)


def grown(mask_BHW: Tensor, steps_B: Tensor) -> Tensor:
    """Grow each mask by ``steps_B`` pixels, or shrink it where that is negative; at most MOST_GROWTH either way."""
    inward = (steps_B < 0)[:, None, None]
    value = torch.where(inward, ~mask_BHW, mask_BHW).float()[:, None]
    for step in range(MOST_GROWTH):
        # In turn a cross and a square: together nearly a disc.
        across = functional.max_pool2d(value, (1, 3), 1, (0, 1))
        down = functional.max_pool2d(value, (3, 1), 1, (1, 0))
        wider = torch.maximum(across, down) if step % 2 == 0 else functional.max_pool2d(value, 3, 1, 1)
        value = torch.where((step < steps_B.abs())[:, None, None, None], wider, value)
    return (value[:, 0] > 0.5) ^ inward


def shifted(mask_BHW: Tensor, offset_B2: Tensor) -> Tensor:
    """Move each mask by ``offset_B2`` pixels (right, down); what leaves the picture is lost."""
    n, height, width = mask_BHW.shape
    theta = torch.eye(2, 3, device=mask_BHW.device).repeat(n, 1, 1)
    theta[:, :, 2] = -offset_B2.round() * 2 / offset_B2.new_tensor([width, height])
    grid = functional.affine_grid(theta, [n, 1, height, width], align_corners=False)
    moved = functional.grid_sample(mask_BHW[:, None].float(), grid, mode="nearest", align_corners=False)
    return moved[:, 0] > 0.5


def _coarsened(mask_BHW: Tensor, choice_B: Tensor) -> Tensor:
    """Draw some masks on a coarse grid, as a network with a small output does."""
    result = mask_BHW
    for index, side in enumerate(_COARSE_SIDES):
        if side >= mask_BHW.shape[-1]:
            continue
        small = functional.adaptive_avg_pool2d(mask_BHW[:, None].float(), side)
        # Nearest neighbours leave stairs, bilinear weights leave round corners; both occur.
        mode = "nearest" if index == 1 else "bilinear"
        coarse = functional.interpolate(small, mask_BHW.shape[-2:], mode=mode)[:, 0] > 0.5
        chosen = (choice_B >= 0.12 * index) & (choice_B < 0.12 * (index + 1))
        result = torch.where(chosen[:, None, None], coarse, result)
    return result


def _ragged(mask_BHW: Tensor, reach_B: Tensor, generator: torch.Generator) -> Tensor:
    """Let each border wander in and out by up to about ``reach_B`` pixels."""
    n, height, width = mask_BHW.shape
    device = mask_BHW.device
    wander = torch.rand(n, 2, 14, 14, generator=generator).to(device) * 2 - 1
    offset = functional.interpolate(wander, (height, width), mode="bicubic", align_corners=False)
    offset = offset * reach_B[:, None, None, None] * 2 / offset.new_tensor([width, height])[:, None, None]
    identity = functional.affine_grid(
        torch.eye(2, 3, device=device).expand(n, 2, 3), [n, 1, height, width], align_corners=False
    )
    grid = identity + offset.permute(0, 2, 3, 1)
    bent = functional.grid_sample(mask_BHW[:, None].float(), grid, mode="nearest", align_corners=False)
    return bent[:, 0] > 0.5
