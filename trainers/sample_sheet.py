"""A picture of samples: the crop that was given, the predicted solid from two sides, and the true one.

Solids are shaded straight from their voxels, by the depth at which a parallel ray meets them.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

CELL = 128
GAP = 4
BACKGROUND = 245

Bytes = NDArray[np.uint8]


def write_sheet(path: Path, pictures_B3HW: Tensor, solid_BXYZ: Tensor, truth_BXYZ: Tensor) -> None:
    """Write a PNG with a row for each picture (bytes): picture, predicted front and side, true front and side.

    Raises OSError.
    """
    from PIL import Image

    rows = []
    for picture, solid, truth in zip(pictures_B3HW.cpu(), solid_BXYZ.cpu(), truth_BXYZ.cpu(), strict=False):
        sides = [shade(voxels.numpy(), axis) for voxels in (solid, truth) for axis in (2, 0)]
        rows.append([picture.permute(1, 2, 0).numpy(), *[np.repeat(side[..., None], 3, axis=2) for side in sides]])
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(tile(rows)).save(path)


def shade(solid_XYZ: NDArray[np.bool_], axis: int) -> Bytes:
    """Return the solid as seen from the far end of ``axis`` (0: x, 2: z), y up, grey, (R, R)."""
    # Rows go down the picture, so y is turned; from +x the front, +z, lies to the left.
    seen = solid_XYZ if axis == 2 else solid_XYZ[:, :, ::-1].transpose(2, 1, 0)
    seen = seen[:, ::-1, ::-1].transpose(1, 0, 2)
    is_hit = seen.any(2)
    depth = np.where(is_hit, seen.argmax(2), seen.shape[2]).astype(np.float32)
    smooth = _blurred(depth)
    down, right = np.gradient(smooth)
    # Light from the upper left, over the shoulder of who looks.
    normal = np.stack([right, down, np.ones_like(depth)], -1)
    light = normal / np.linalg.norm(normal, axis=-1, keepdims=True) @ np.array([0.4, 0.5, 0.75])
    grey = (70 + 150 * light.clip(0, 1)) * (1 - 0.3 * depth / seen.shape[2])
    return np.where(is_hit, grey.clip(0, 255), BACKGROUND).astype(np.uint8)


def _blurred(depth: NDArray[np.float32]) -> NDArray[np.float32]:
    padded = np.pad(depth, 1, mode="edge")
    n, m = depth.shape
    total = sum(padded[i : i + n, j : j + m] for i in range(3) for j in range(3))
    return np.asarray(total / 9, dtype=np.float32)


def tile(rows: list[list[Bytes]]) -> Bytes:
    """Return one picture of equal cells, each picture (HW3) brought to ``CELL`` pixels by its nearest ones."""
    step = CELL + GAP
    sheet = np.full((len(rows) * step + GAP, len(rows[0]) * step + GAP, 3), 255, dtype=np.uint8)
    for i, row in enumerate(rows):
        for j, picture in enumerate(row):
            index = (np.arange(CELL) * picture.shape[0] / CELL).astype(int)
            top, left = GAP + i * step, GAP + j * step
            sheet[top : top + CELL, left : left + CELL] = picture[index][:, index]
    return sheet
