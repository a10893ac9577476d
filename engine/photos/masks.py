"""Reads a mask of one object, from a PNG, a COCO run-length encoding or polygons, and refuses what cannot be one."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pycocotools import mask as coco_masks

from engine.core.errors import InvalidInput
from engine.photos.images import load_image, open_image

MIN_AREA_PX = 64
MIN_SIDE_PX = 6
MAX_AREA_FRACTION = 0.98
MAX_BYTES = 40 * 1024 * 1024
MAX_POLYGON_NUMBERS = 200_000

BoolMask = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Mask:
    """A checked mask: an 8-bit PNG, 255 on the object and 0 elsewhere, its box in pixels and its share of the photo."""

    png: bytes
    bbox: tuple[int, int, int, int]
    area_fraction: float


def read_mask_png(content: bytes, *, width: int, height: int) -> Mask:
    """Read a PNG mask for an upright photo of this size; what is not black (or, with alpha, not clear) is the object.

    Raises InvalidInput or TooLarge with the reason.
    """
    image = open_image(content, field="mask", formats=("PNG",), max_bytes=MAX_BYTES)
    if image.size != (width, height):
        hint = (
            " It seems to lie on its side: the photo is turned upright first." if image.size == (height, width) else ""
        )
        raise InvalidInput(
            f"The mask has {image.width} x {image.height} pixels, its photo {width} x {height}; "
            f"draw it on the photo itself.{hint}",
            code="mask_size",
            field="mask",
        )
    load_image(image, field="mask")
    return check_mask(_object_pixels(image))


def mask_from_coco(segmentation: Any, *, width: int, height: int) -> Mask:
    """Read a COCO or SA-1B ``segmentation``: polygons, or run lengths compressed or not. Raises InvalidInput."""
    if isinstance(segmentation, list):
        return check_mask(_rasterise_polygons(segmentation, width=width, height=height))
    if isinstance(segmentation, dict):
        return check_mask(_decode_rle(segmentation, width=width, height=height))
    raise InvalidInput(
        "The segmentation is neither polygons nor a run-length encoding.", code="segmentation_kind", field="mask"
    )


def check_mask(mask_HW: BoolMask) -> Mask:
    """Refuse what cannot outline one object; measure and encode the rest."""
    height, width = mask_HW.shape
    area = int(mask_HW.sum())
    if area == 0:
        raise InvalidInput("The mask is empty: nothing is marked.", code="mask_empty", field="mask")
    columns, rows = np.flatnonzero(mask_HW.any(axis=0)), np.flatnonzero(mask_HW.any(axis=1))
    left, top = int(columns[0]), int(rows[0])
    bbox = (left, top, int(columns[-1]) - left + 1, int(rows[-1]) - top + 1)
    if area < MIN_AREA_PX or min(bbox[2:]) < MIN_SIDE_PX:
        raise InvalidInput(
            f"The mask is too small: {area} pixels in a box of {bbox[2]} x {bbox[3]}. "
            f"It needs {MIN_AREA_PX} pixels, and {MIN_SIDE_PX} a side.",
            code="mask_tiny",
            field="mask",
        )
    fraction = area / (width * height)
    if fraction > MAX_AREA_FRACTION:
        raise InvalidInput(
            "The mask covers the whole photo; mark one object only.", code="mask_whole_photo", field="mask"
        )
    return Mask(png=_encode(mask_HW), bbox=bbox, area_fraction=fraction)


def _object_pixels(image: Image.Image) -> BoolMask:
    if image.has_transparency_data:
        alpha_HW = np.asarray(image.convert("RGBA"))[..., 3]
        if alpha_HW.min() < 255:  # a cut-out: what is clear is not the object
            return alpha_HW > 127
        image = image.convert("RGB")
    if image.mode == "P":
        image = image.convert("RGB")
    values = np.asarray(image)
    layers_HWC = values.reshape(*values.shape[:2], -1)
    return np.asarray((layers_HWC > 0).any(axis=2), dtype=bool)


def _encode(mask_HW: BoolMask) -> bytes:
    out = io.BytesIO()
    Image.fromarray(mask_HW.astype(np.uint8) * 255).save(out, "PNG", compress_level=6)
    return out.getvalue()


def _rasterise_polygons(polygons: Sequence[Any], *, width: int, height: int) -> BoolMask:
    if not polygons:
        raise InvalidInput("The segmentation has no polygon.", code="polygons_empty", field="mask")
    total = 0
    for polygon in polygons:
        if not isinstance(polygon, list) or len(polygon) < 6 or len(polygon) % 2:
            raise _broken_polygon("each needs three points or more, as x, y, x, y, ...")
        total += len(polygon)
        if total > MAX_POLYGON_NUMBERS:
            raise _broken_polygon("it has too many points")
        if not all(isinstance(value, int | float) and not isinstance(value, bool) for value in polygon):
            raise _broken_polygon("a coordinate is not a number")
        # Far outside the photo, pycocotools' integer rasteriser would run wild.
        if not np.isfinite(polygon).all() or min(polygon) < -1 or max(polygon) > max(width, height) + 1:
            raise _broken_polygon("a point lies outside the photo")
    encoded = coco_masks.frPyObjects(polygons, height, width)
    merged = coco_masks.merge(encoded)
    return _decode_rle({**merged, "counts": merged["counts"].decode()}, width=width, height=height)


def _broken_polygon(detail: str) -> InvalidInput:
    return InvalidInput(f"The polygon is broken: {detail}.", code="polygon_broken", field="mask")


def _decode_rle(segmentation: dict[str, Any], *, width: int, height: int) -> BoolMask:
    size = segmentation.get("size")
    if size != [height, width]:
        raise InvalidInput(
            f"The run lengths are for a picture of size {size} (height, width), the photo has [{height}, {width}].",
            code="mask_size",
            field="mask",
        )
    counts = segmentation.get("counts")
    runs = _unpack_counts(counts) if isinstance(counts, str) else counts
    if not isinstance(runs, list) or not all(isinstance(run, int) and run >= 0 for run in runs):
        raise _broken_rle("the counts are not whole numbers of at least 0")
    # Decoded here and not by the library, whose C code trusts that the runs fill the picture.
    if sum(runs) != width * height:
        raise _broken_rle(f"they cover {sum(runs)} of {width * height} pixels")
    values = np.zeros(len(runs), dtype=bool)
    values[1::2] = True
    return np.repeat(values, runs).reshape(width, height).T


def _unpack_counts(packed: str) -> list[int]:
    """Unpack COCO's compressed counts: 6-bit characters from '0' up, 5 bits of data each, runs as differences."""
    runs: list[int] = []
    position = 0
    while position < len(packed):
        value, shift, has_more = 0, 0, True
        while has_more:
            if position >= len(packed) or shift > 60:
                raise _broken_rle("the counts stop in the middle of a number")
            bits = ord(packed[position]) - 48
            if not 0 <= bits < 64:
                raise _broken_rle(f"there is a character {packed[position]!r} in the counts")
            value |= (bits & 0x1F) << shift
            has_more = bool(bits & 0x20)
            position += 1
            shift += 5
            if not has_more and bits & 0x10:
                value |= -1 << shift
        runs.append(value + (runs[-2] if len(runs) > 2 else 0))
    return runs


def _broken_rle(detail: str) -> InvalidInput:
    return InvalidInput(f"The run-length encoding is broken: {detail}.", code="rle_broken", field="mask")
