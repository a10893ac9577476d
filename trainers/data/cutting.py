"""The cut of networks.crops for whole batches of square renders, on any device: crop and full streams in bytes.

Shapes: B views, H the side of the renders, S the side of the streams, C channels.
"""

import torch
from torch import Tensor

from networks.crops import CROP_MARGIN

# A window is up to 1.2 sides long and centred inside the picture, so it reaches at most 0.6 sides beyond it.
REACH = 0.6


def pack_images(
    full_rgb_B3HW: Tensor, mask_BHW: Tensor, depth_BHW: Tensor | None, image_size: int
) -> tuple[Tensor, Tensor, Tensor | None]:
    """Return what networks.crops makes of square pictures, as a ViewSet keeps it.

    ``full_rgb_B3HW`` is in [0, 1], with the background; ``depth_BHW`` is z in camera units, 0 where unknown. Answers
    ``images_B8SS`` in bytes (crop rgb and mask, full rgb and mask), ``windows_B3`` (left, top and side of the crop, in
    sides of the picture) and ``depth_B2SS`` in half precision (crop and full). An empty mask is cut like a full one.
    """
    size = full_rgb_B3HW.shape[-1]
    mask_B1HW = mask_BHW[:, None].to(full_rgb_B3HW.dtype)
    windows_B3 = _windows(mask_BHW)
    whole_B3 = (torch.eye(3, device=mask_BHW.device, dtype=torch.float64)[2] * size).expand_as(windows_B3)
    crop = _resample(torch.cat([full_rgb_B3HW * mask_B1HW, mask_B1HW], 1), windows_B3, image_size)
    full = _resample(torch.cat([full_rgb_B3HW, mask_B1HW], 1), whole_B3[:1], image_size)
    images = (torch.cat([crop, full], 1).clamp(0, 1) * 255).round().to(torch.uint8)
    depth = None
    if depth_BHW is not None:
        parts = [_pick(depth_BHW, squares, image_size) for squares in (windows_B3, whole_B3)]
        depth = torch.stack(parts, 1).half()
    return images, (windows_B3 / size).float(), depth


def _windows(mask_BHW: Tensor) -> Tensor:
    """Return left, top and side of networks.crops.crop_square in pixels, (B, 3), in double precision as there."""
    size = mask_BHW.shape[-1]
    columns, rows = mask_BHW.any(1).int(), mask_BHW.any(2).int()
    low_B2 = torch.stack([columns.argmax(1), rows.argmax(1)], 1).double()
    high_B2 = size - torch.stack([columns.flip(1).argmax(1), rows.flip(1).argmax(1)], 1).double()
    side_B1 = (high_B2 - low_B2).amax(1, keepdim=True) * (1 + 2 * CROP_MARGIN)
    return torch.cat([(low_B2 + high_B2) / 2 - side_B1 / 2, side_B1], 1)


def _resample(image_BCHW: Tensor, windows_B3: Tensor, size: int) -> Tensor:
    """Cut a window out of each picture and bring it to ``size``, as networks.crops.resample; one window may serve all.

    Separable, so two products with one small matrix a view do what would otherwise be a loop over windows.
    """
    length = image_BCHW.shape[-1]
    left_B, top_B = windows_B3[:, 0].round(), windows_B3[:, 1].round()
    side_B = windows_B3[:, 2].round().clamp(min=1)
    rows_BSH, columns_BSH = (_weights(start, side_B, length, size)[:, None] for start in (top_B, left_B))
    return rows_BSH @ image_BCHW @ columns_BSH.transpose(-1, -2)


def _weights(start_B: Tensor, side_B: Tensor, length: int, size: int) -> Tensor:
    """Return how much each of ``length`` pixels counts for each of ``size`` outputs, (B, size, length).

    The triangle of antialiased bilinear resampling. It is normalised over the window, whose part beyond the picture
    counts as black.
    """
    margin = int(length * REACH) + 2
    pixel_P = torch.arange(-margin, length + margin, device=start_B.device)
    offset_BP = pixel_P - start_B[:, None]
    scale_B = side_B / size
    centre_BS = (torch.arange(size, device=start_B.device) + 0.5) * scale_B[:, None]
    away_BSP = (offset_BP[:, None] + 0.5 - centre_BS[..., None]).abs().float()
    weights_BSP = (1 - away_BSP / scale_B.clamp(min=1).float()[:, None, None]).clamp(min=0)
    weights_BSP *= ((offset_BP >= 0) & (offset_BP < side_B[:, None]))[:, None]
    weights_BSP /= weights_BSP.sum(-1, keepdim=True)
    return weights_BSP[..., margin : margin + length].contiguous()


def _pick(depth_BHW: Tensor, windows_B3: Tensor, size: int) -> Tensor:
    """Return the nearest pixel's depth for each pixel of a window, 0 beyond the picture, (B, size, size)."""
    n, length, _ = depth_BHW.shape
    steps_S = (torch.arange(size, device=depth_BHW.device, dtype=torch.float64) + 0.5) / size
    columns_BS, rows_BS = ((windows_B3[:, axis, None] + steps_S * windows_B3[:, 2:]).floor().long() for axis in (0, 1))
    is_inside = ((rows_BS >= 0) & (rows_BS < length))[:, :, None] & ((columns_BS >= 0) & (columns_BS < length))[:, None]
    view_B11 = torch.arange(n, device=depth_BHW.device)[:, None, None]
    picked = depth_BHW[view_B11, rows_BS.clamp(0, length - 1)[:, :, None], columns_BS.clamp(0, length - 1)[:, None]]
    return picked * is_inside
