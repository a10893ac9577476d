"""How a masked object looks, in numbers: a silhouette free of place and size, and its colours."""

import io
import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from engine.candidates.generators.port import GeneratorError

SILHOUETTE_SIDE = 32
_REACH = 30
"""Cells that the longer side of the bounding box spans."""
_LIGHTNESS_BINS, _CHROMA_BINS = 4, 6
COLOUR_NUMBERS = _LIGHTNESS_BINS * _CHROMA_BINS**2
LAB_NUMBERS = 3
_CHROMA_REACH = 60.0
_OUTLINE_BLUR = 1.2
"""Cells: how far apart two borders may lie and still speak for each other."""
FEWEST_PIXELS = 16
WORKING_SIDE = 256
"""Pixels of the longer side of the object's crop: more carries nothing into 32 cells."""


@dataclass(frozen=True)
class Crop:
    """The object's bounding box of a photo at working size. ``box`` is (left, top, right, bottom) in photo pixels."""

    rgb_HW3: NDArray[np.uint8]
    mask_HW: NDArray[np.bool_]
    box: tuple[int, int, int, int]
    photo_width: int
    photo_height: int


def read_crop(photo: bytes, mask: bytes) -> Crop:
    """Decode photo and mask. Raises GeneratorError when they do not decode, do not fit or hold no object."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(photo)).convert("RGB")
            outline = Image.open(io.BytesIO(mask)).convert("L")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise GeneratorError(f"The photo or the mask cannot be read: {error}", is_retryable=False) from error
    if picture.size != outline.size:
        reason = f"The mask is {outline.width}x{outline.height} but the photo {picture.width}x{picture.height}."
        raise GeneratorError(reason, is_retryable=False)
    is_object = np.asarray(outline) > 0
    if np.count_nonzero(is_object) < FEWEST_PIXELS:
        raise GeneratorError(f"The mask holds fewer than {FEWEST_PIXELS} pixels.", is_retryable=False)
    rows, columns = np.flatnonzero(is_object.any(1)), np.flatnonzero(is_object.any(0))
    box = (int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
    factor = min(1.0, WORKING_SIDE / max(box[2] - box[0], box[3] - box[1]))
    size = (max(1, round((box[2] - box[0]) * factor)), max(1, round((box[3] - box[1]) * factor)))
    binary = Image.fromarray((is_object * 255).astype(np.uint8))
    return Crop(
        rgb_HW3=np.asarray(picture.resize(size, Image.Resampling.BOX, box=box)),
        mask_HW=np.asarray(binary.resize(size, Image.Resampling.BOX, box=box)) >= 128,
        box=box,
        photo_width=picture.width,
        photo_height=picture.height,
    )


def silhouette(mask_HW: NDArray[np.bool_], roll_degrees: float = 0.0) -> NDArray[np.bool_]:
    """Return the mask turned by ``roll_degrees`` (counter-clockwise as seen), centred and scaled to one size.

    The aspect is kept. A mask without a pixel gives an empty silhouette.
    """
    image = Image.fromarray((mask_HW * 255).astype(np.uint8))
    if roll_degrees:
        image = image.rotate(roll_degrees, Image.Resampling.BILINEAR, expand=True)
    cells = np.zeros((SILHOUETTE_SIDE, SILHOUETTE_SIDE), dtype=bool)
    box = image.point(lambda value: 255 if value >= 128 else 0).getbbox()
    if box is None:
        return cells
    factor = _REACH / max(box[2] - box[0], box[3] - box[1])
    width, height = max(1, round((box[2] - box[0]) * factor)), max(1, round((box[3] - box[1]) * factor))
    small = np.asarray(image.resize((width, height), Image.Resampling.BOX, box=box)) >= 128
    left, top = (SILHOUETTE_SIDE - width) // 2, (SILHOUETTE_SIDE - height) // 2
    cells[top : top + height, left : left + width] = small
    return cells


def soft_outlines(silhouettes_NHW: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return the blurred border of each silhouette as a unit vector (N, H * W): near borders count as near hits."""
    inner = ndimage.binary_erosion(silhouettes_NHW, structure=np.ones((1, 3, 3), dtype=bool))
    border = (silhouettes_NHW & ~inner).astype(np.float32)
    soft = ndimage.gaussian_filter(border, sigma=(0, _OUTLINE_BLUR, _OUTLINE_BLUR), mode="constant")
    flat = soft.reshape(len(soft), -1)
    unit: NDArray[np.float32] = flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-6)
    return unit


def colour_numbers(rgb_HW3: NDArray[np.uint8], mask_HW: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return a Lab histogram that sums to one, followed by the mean Lab colour; zeros for an empty mask."""
    pixels = rgb_HW3[mask_HW]
    if len(pixels) == 0:
        return np.zeros(COLOUR_NUMBERS + LAB_NUMBERS, dtype=np.float32)
    lab = srgb_to_lab(pixels)
    low = np.array([0.0, -_CHROMA_REACH, -_CHROMA_REACH])
    high = np.array([100.0, _CHROMA_REACH, _CHROMA_REACH])
    bins = np.array([_LIGHTNESS_BINS, _CHROMA_BINS, _CHROMA_BINS])
    index = np.clip(((lab - low) / (high - low) * bins).astype(int), 0, bins - 1)
    flat = (index[:, 0] * _CHROMA_BINS + index[:, 1]) * _CHROMA_BINS + index[:, 2]
    histogram = np.bincount(flat, minlength=COLOUR_NUMBERS) / len(flat)
    return np.concatenate([histogram, lab.mean(0)]).astype(np.float32)


def srgb_to_lab(rgb_N3: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return CIE L*a*b* (D65) of sRGB bytes."""
    value = rgb_N3 / 255.0
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    ratio = linear @ to_xyz.T / np.array([0.9505, 1.0, 1.089])
    root = np.where(ratio > 0.008856, np.cbrt(ratio), 7.787 * ratio + 16 / 116)
    x, y, z = root[:, 0], root[:, 1], root[:, 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=1)
