"""Pointmap bytes to an array, refusing whatever is not plainly one."""

import io

import numpy as np
from numpy.typing import NDArray

from model_server.refusals import RefusalError

_LONGEST_HEADER = 4096


def read_points(content: bytes, shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Return camera points (H, W, 3), NaN where unknown, for a photo of ``shape``. Raises RefusalError (422).

    The file may hold a coarser grid over the whole photo: each pixel then takes the nearest one's point.
    """
    height, width = shape
    file = io.BytesIO(content)
    try:
        if np.lib.format.read_magic(file) != (1, 0):
            raise RefusalError(422, "The points are not a .npy file of version 1.0.", "points")
        # Looked at before a value is read: a header may announce more than any memory holds.
        found, _, dtype = np.lib.format.read_array_header_1_0(file, max_header_size=_LONGEST_HEADER)
        if dtype != np.float32 or not _is_grid(found, height, width):
            reason = f"The points must be float32 of shape {(height, width, 3)}, or of a coarser grid over the photo."
            raise RefusalError(422, reason, "points")
        points: NDArray[np.float32] = np.load(io.BytesIO(content), allow_pickle=False)
    except RefusalError:
        raise
    except Exception as error:  # a decoder fed hostile bytes raises nearly anything
        raise RefusalError(422, "The points are not a NumPy .npy file.", "points") from error
    rows, columns = points.shape[:2]
    v = ((np.arange(height) + 0.5) * rows / height).astype(np.int64)
    u = ((np.arange(width) + 0.5) * columns / width).astype(np.int64)
    return points if (rows, columns) == (height, width) else points[v[:, None], u[None, :]]


def _is_grid(found: tuple[int, ...], height: int, width: int) -> bool:
    if len(found) != 3 or found[2] != 3:
        return False
    rows, columns = found[:2]
    # Sides are rounded to whole pixels: proportions agree within one of them.
    agree = abs(rows * width - columns * height) <= max(height, width)
    return 0 < rows <= height and 0 < columns <= width and agree
