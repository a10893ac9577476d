"""Reads an uploaded pointmap: where each pixel of a photo lies in front of its camera. Hostile bytes in, floats out.

The camera frame is that of every pose: x left, y up, z forward; metres; NaN where nothing is known.
"""

import io
import math
import zipfile
from dataclasses import dataclass
from typing import IO

import numpy as np
from numpy.typing import NDArray

from engine.core.errors import InvalidInput, TooLarge

Points = NDArray[np.float32]

# Farther than this is sky, or a number gone wrong: not known.
FARTHEST_METRES = 10_000.0
MIN_KNOWN_SHARE = 0.01
FOCAL_RANGE = (0.2, 40.0)
# What the annotator's page and the server look at, and what a generator gets: a grid of the photo's nearest pixels.
PAGE_GRID = 512
GENERATOR_GRID = 1024
_ZIP_MAGIC = b"PK\x03\x04"
_LONGEST_HEADER = 4096


@dataclass(frozen=True, kw_only=True)
class Pointmap:
    """A checked pointmap of the photo's size, the share of its pixels that are known, and the focal length of the
    camera that it was made for: half image sides over the longer side.
    """

    points_HW3: Points
    known_share: float
    focal: float


def read_pointmap(content: bytes, *, width: int, height: int, max_bytes: int) -> Pointmap:
    """Read a .npy file, or a .npz with one array, for an upright photo of this size.

    Raises InvalidInput or TooLarge with the reason; never anything else, whatever the bytes are. Nothing in the file
    is executed: pickled objects are refused by their type, before a value is read.
    """
    if not content:
        raise _refusal("The pointmap is an empty file.", "empty_file")
    if len(content) > max_bytes:
        raise _too_large(len(content), max_bytes)
    is_zip = content.startswith(_ZIP_MAGIC)
    try:
        points = (
            _from_zip(content, (height, width), max_bytes)
            if is_zip
            else _from_npy(io.BytesIO(content), (height, width))
        )
    except (InvalidInput, TooLarge):
        raise
    except Exception as error:  # a decoder fed hostile bytes raises nearly anything
        raise _refusal("The pointmap is damaged or cut off; write it again with numpy.save.", "damaged") from error
    return check_pointmap(points)


def check_pointmap(points_HW3: Points) -> Pointmap:
    """Make every pixel a point or wholly unknown; refuse what knows nothing, or was written for other axes."""
    # Numbers without a size, such as infinity for the sky, compare as false.
    with np.errstate(invalid="ignore"):
        is_known_HW = (np.abs(points_HW3) <= FARTHEST_METRES).all(axis=2) & (points_HW3[..., 2] > 0)
        is_behind_HW = np.isfinite(points_HW3).all(axis=2) & (points_HW3[..., 2] <= 0)
    if is_behind_HW.sum() > is_known_HW.sum():
        raise _refusal(
            "Most points lie behind the camera: z must run forward, x to the left and y up.", "behind_camera"
        )
    known_share = float(is_known_HW.mean())
    if known_share < MIN_KNOWN_SHARE:
        raise _refusal(
            f"Only {known_share:.2%} of the pixels have a point; {MIN_KNOWN_SHARE:.0%} are needed at least.", "unknown"
        )
    points = np.where(is_known_HW[..., None], points_HW3, np.float32(np.nan))
    return Pointmap(points_HW3=points, known_share=known_share, focal=_focal_of(grid_of(points, PAGE_GRID)))


def grid_of(points_HW3: Points, longest: int) -> Points:
    """Return the points at the centres of a grid of at most ``longest`` a side: never means, they lie in mid-air."""
    height, width = points_HW3.shape[:2]
    factor = min(1.0, longest / max(height, width))
    # Half up, as the browser rounds; Python's own rounding goes to the even one.
    rows, columns = (max(1, int(side * factor + 0.5)) for side in (height, width))
    v = ((np.arange(rows) + 0.5) * height / rows).astype(np.int64)
    u = ((np.arange(columns) + 0.5) * width / columns).astype(np.int64)
    sampled: Points = points_HW3[v[:, None], u[None, :]]
    return sampled


def to_npy(points_HW3: Points) -> bytes:
    """Return the bytes of a .npy file: little-endian float32, row by row."""
    out = io.BytesIO()
    np.lib.format.write_array(out, np.ascontiguousarray(points_HW3, dtype="<f4"), version=(1, 0), allow_pickle=False)
    return out.getvalue()


def from_npy(content: bytes) -> Points:
    """Return what ``to_npy`` wrote."""
    points: Points = np.load(io.BytesIO(content), allow_pickle=False)
    return points


def _from_zip(content: bytes, size: tuple[int, int], max_bytes: int) -> Points:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = archive.infolist()
        if len(members) != 1 or not members[0].filename.endswith(".npy"):
            raise _refusal(
                f"The .npz holds {len(members)} files; it needs one array alone, the points.", "archive_members"
            )
        # What a header announces costs nothing to claim: the reader below stops there too.
        if members[0].file_size > max_bytes:
            raise _too_large(members[0].file_size, max_bytes)
        with archive.open(members[0]) as file:
            return _from_npy(file, size)


def _from_npy(file: IO[bytes], size: tuple[int, int]) -> Points:
    version = np.lib.format.read_magic(file)
    read_header = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}[version]
    shape, is_fortran, dtype = read_header(file, max_header_size=_LONGEST_HEADER)
    if dtype.hasobject:
        raise _refusal("The pointmap holds pickled objects, which are never read. Save plain float32.", "pickled")
    if dtype != np.dtype("<f4"):
        raise _refusal(f"The pointmap is {dtype}; it must be little-endian float32.", "dtype")
    if shape != (*size, 3):
        found = " x ".join(str(side) for side in shape)
        raise _refusal(
            f"The pointmap is {found}; for this photo it must be {size[0]} x {size[1]} x 3: one point for each pixel "
            "of the photo as it is shown upright.",
            "size",
        )
    count = size[0] * size[1] * 3
    content = file.read(count * 4 + 1)
    if len(content) != count * 4:
        raise _refusal("The pointmap has more or fewer numbers than it announces; write it again.", "damaged")
    points = np.frombuffer(content, dtype="<f4")
    return points.reshape((3, size[1], size[0])).transpose(2, 1, 0) if is_fortran else points.reshape((*size, 3))


def _focal_of(points_HW3: Points) -> float:
    """Return the focal length by least squares over all known pixels.

    Refuses points whose x or y grows with the column or the row: they were written for a camera of other axes.
    """
    v, u = np.nonzero(np.isfinite(points_HW3[..., 0]))
    known_N3 = points_HW3[v, u].astype(np.float64)
    products, squares = 0.0, 0.0
    for axis, pixel_N, name in ((0, u, "x must grow to the left"), (1, v, "y must grow upwards")):
        offset_N = pixel_N - pixel_N.mean()
        product = float((offset_N * (known_N3[:, axis] / known_N3[:, 2])).sum())
        if product > 0:
            raise _refusal(
                f"The points are those of a camera with other axes: {name}, and z forward. Many programs write x to "
                "the right and y down; turn the signs of both.",
                "axes",
            )
        products, squares = products - product, squares + float(np.square(offset_N).sum())
    focal = 2 * squares / products / max(points_HW3.shape[:2]) if products > 0 else math.inf
    low, high = FOCAL_RANGE
    if not low <= focal <= high:
        raise _refusal("The points do not spread as a camera's do: x, y and z must be metres in its frame.", "spread")
    return focal


def _refusal(reason: str, code: str) -> InvalidInput:
    return InvalidInput(reason, code=f"pointmap_{code}", field="points")


def _too_large(found: int, most: int) -> TooLarge:
    return TooLarge(
        f"The pointmap has {found:,} bytes; at most {most:,} are taken.", code="pointmap_too_large", field="points"
    )
