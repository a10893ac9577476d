"""From a photo and a mask to the square image streams that the network looks at."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

# Room around the mask's bounding box, as a fraction of its longer side, on each side.
CROP_MARGIN = 0.1


@dataclass(frozen=True)
class ConditionStreams:
    """What the network sees of objects.

    Square, batch first, values in 0..1; pointmaps in camera units, NaN where unknown. ``*_seen_BLC`` is what a frozen
    encoder saw in the RGB already (``Conditioner.see``), which is then not looked at again.
    """

    crop_rgb_B3HW: Tensor
    crop_mask_B1HW: Tensor
    full_rgb_B3HW: Tensor
    full_mask_B1HW: Tensor
    crop_points_B3HW: Tensor | None = None
    full_points_B3HW: Tensor | None = None
    crop_seen_BLC: Tensor | None = None
    full_seen_BLC: Tensor | None = None

    def __len__(self) -> int:
        return self.crop_rgb_B3HW.shape[0]

    def __getitem__(self, index: "slice | Tensor | list[int]") -> "ConditionStreams":
        return self._map(lambda value: value[index])

    def to(self, device: torch.device | str) -> "ConditionStreams":
        """Return the streams on ``device``."""
        return self._map(lambda value: value.to(device))

    def _map(self, change: Callable[[Tensor], Tensor]) -> "ConditionStreams":
        values: dict[str, Any] = {field.name: getattr(self, field.name) for field in fields(self)}
        changed: dict[str, Any] = {name: None if value is None else change(value) for name, value in values.items()}
        return ConditionStreams(**changed)


def join_streams(parts: list[ConditionStreams]) -> ConditionStreams:
    """Join streams along the batch axis; what is optional must be in all of them or in none."""
    columns: dict[str, Any] = {}
    for field in fields(ConditionStreams):
        values = [getattr(part, field.name) for part in parts]
        columns[field.name] = None if values[0] is None else torch.cat(values)
    return ConditionStreams(**columns)


@dataclass(frozen=True)
class Square:
    """A square window of a photo in pixels; it may reach beyond the photo's border."""

    left: float
    top: float
    side: float


def crop_square(mask_HW: NDArray[np.bool_]) -> Square:
    """Return the square around the mask's bounding box with the margin. Raises ValueError for an empty mask."""
    rows, columns = np.flatnonzero(mask_HW.any(axis=1)), np.flatnonzero(mask_HW.any(axis=0))
    if rows.size == 0:
        raise ValueError("the mask is empty: no pixel belongs to the object")
    top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    side = float(max(bottom - top, right - left)) * (1 + 2 * CROP_MARGIN)
    return Square(left=float(left + right) / 2 - side / 2, top=float(top + bottom) / 2 - side / 2, side=side)


def full_square(height: int, width: int) -> Square:
    """Return the square that holds the whole photo, centred."""
    side = float(max(height, width))
    return Square(left=(width - side) / 2, top=(height - side) / 2, side=side)


def make_streams(
    photo_HW3: NDArray[np.uint8],
    mask_HW: NDArray[np.bool_],
    size: int,
    points_HW3: NDArray[np.float32] | None = None,
) -> ConditionStreams:
    """Return one object's streams at ``size`` pixels, batch of one. Raises ValueError for input that does not fit."""
    if photo_HW3.ndim != 3 or photo_HW3.shape[2] != 3 or photo_HW3.dtype != np.uint8:
        raise ValueError("the photo must be height x width x 3 bytes")
    if mask_HW.shape != photo_HW3.shape[:2]:
        raise ValueError(f"the mask is {mask_HW.shape}, the photo {photo_HW3.shape[:2]}")
    if points_HW3 is not None and points_HW3.shape != photo_HW3.shape:
        raise ValueError(f"the pointmap is {points_HW3.shape}, the photo {photo_HW3.shape}")
    rgb = torch.tensor(photo_HW3).permute(2, 0, 1)[None].float() / 255
    mask = torch.tensor(mask_HW).float()[None, None]
    crop, full = crop_square(mask_HW), full_square(*mask_HW.shape)
    crop_mask = resample(mask, crop, size)
    points = (
        [None, None] if points_HW3 is None else [_resample_points(points_HW3, window, size) for window in (crop, full)]
    )
    return ConditionStreams(
        crop_rgb_B3HW=resample(rgb * mask, crop, size),
        crop_mask_B1HW=crop_mask,
        full_rgb_B3HW=resample(rgb, full, size),
        full_mask_B1HW=resample(mask, full, size),
        crop_points_B3HW=points[0],
        full_points_B3HW=points[1],
    )


def resample(image_BCHW: Tensor, window: Square, size: int) -> Tensor:
    """Cut ``window`` out (zero beyond the border) and bring it to ``size``: area means downwards, bilinear upwards."""
    left, top, side = round(window.left), round(window.top), max(round(window.side), 1)
    height, width = image_BCHW.shape[-2:]
    inside = image_BCHW[..., max(top, 0) : min(top + side, height), max(left, 0) : min(left + side, width)]
    before = (max(-left, 0), max(-top, 0))
    after = (side - inside.shape[-1] - before[0], side - inside.shape[-2] - before[1])
    square = torch.nn.functional.pad(inside, (before[0], after[0], before[1], after[1]))
    return torch.nn.functional.interpolate(
        square, size=(size, size), mode="bilinear", align_corners=False, antialias=True
    )


def _resample_points(points_HW3: NDArray[np.float32], window: Square, size: int) -> Tensor:
    """Like ``resample``, but the nearest pixel: a mean across an edge would be a point in mid-air."""
    rows = np.floor(window.top + (np.arange(size) + 0.5) * window.side / size).astype(int)
    columns = np.floor(window.left + (np.arange(size) + 0.5) * window.side / size).astype(int)
    height, width = points_HW3.shape[:2]
    is_inside = ((rows >= 0) & (rows < height))[:, None] & ((columns >= 0) & (columns < width))[None]
    picked = points_HW3[rows.clip(0, height - 1)][:, columns.clip(0, width - 1)]
    picked = np.where(is_inside[..., None], picked, np.float32(np.nan))
    return torch.from_numpy(np.ascontiguousarray(picked)).permute(2, 0, 1)[None]
