"""Reads an uploaded photo: hostile, rotated or odd bytes in, an upright 8-bit JPEG, PNG or WebP out, or a reason.

What a file is, is told by its content and never by its name.
"""

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageOps

from engine.core.errors import InvalidInput, TooLarge

CONTENT_TYPES = {"JPEG": "image/jpeg", "MPO": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
MIN_SIDE_PX = 16
ORIENTATION_TAG = 0x0112
# Whatever decodes these, decodes them the same way: nothing to re-encode.
PLAIN_MODES = {"RGB", "L"}


@dataclass(frozen=True, kw_only=True)
class UprightPhoto:
    """Bytes that every part of the platform shows the same way up, and their size in pixels."""

    content: bytes
    content_type: str
    width: int
    height: int


def read_photo(content: bytes, *, max_bytes: int, max_pixels: int) -> UprightPhoto:
    """Return the upright photo; the same bytes when they are upright and plain already.

    Raises InvalidInput or TooLarge with a reason; never anything else, whatever the bytes are.
    """
    image = open_image(content, field="photo", formats=("JPEG", "PNG", "WEBP"), max_bytes=max_bytes)
    _check_size(image, max_pixels=max_pixels)
    if getattr(image, "is_animated", False) and image.format != "MPO":
        raise InvalidInput(
            "The photo is an animation; upload a single still picture.", code="photo_animated", field="photo"
        )
    load_image(image, field="photo")
    orientation = _orientation(image)
    if orientation == 1 and image.mode in PLAIN_MODES and image.format != "MPO" and not image.has_transparency_data:
        return UprightPhoto(
            content=content,
            content_type=CONTENT_TYPES[image.format or ""],
            width=image.width,
            height=image.height,
        )
    return _encode(_plain(_upright(image)), source_format=image.format or "")


def open_image(content: bytes, *, field: str, formats: tuple[str, ...], max_bytes: int) -> Image.Image:
    """Open without decoding: the header alone. Raises InvalidInput or TooLarge."""
    if not content:
        raise InvalidInput(f"The {field} is an empty file.", code=f"{field}_empty_file", field=field)
    if len(content) > max_bytes:
        raise TooLarge(
            f"The {field} has {len(content):,} bytes; at most {max_bytes:,} are taken.",
            code=f"{field}_too_large",
            field=field,
        )
    try:
        return Image.open(io.BytesIO(content), formats=formats)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels(field) from error
    except Exception as error:  # a decoder fed hostile bytes raises nearly anything
        raise InvalidInput(
            f"The {field} is not a {' or '.join(formats)} file that can be read.",
            code=f"{field}_unreadable",
            field=field,
        ) from error


def load_image(image: Image.Image, *, field: str) -> None:
    """Decode every pixel. Raises InvalidInput for a truncated or damaged file."""
    try:
        image.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels(field) from error
    except Exception as error:  # a decoder fed hostile bytes raises nearly anything
        raise InvalidInput(
            f"The {field} is damaged or cut off; upload it again.", code=f"{field}_damaged", field=field
        ) from error


def _too_many_pixels(field: str) -> TooLarge:
    return TooLarge(
        f"The {field} unpacks to too many pixels; make it smaller.", code=f"{field}_too_many_pixels", field=field
    )


def _check_size(image: Image.Image, *, max_pixels: int) -> None:
    width, height = image.size
    if width * height > max_pixels:
        raise TooLarge(
            f"The photo has {width} x {height} pixels; at most {max_pixels:,} are taken. Make it smaller.",
            code="photo_too_many_pixels",
            field="photo",
        )
    if min(width, height) < MIN_SIDE_PX:
        raise InvalidInput(
            f"The photo has {width} x {height} pixels; each side needs {MIN_SIDE_PX} at least.",
            code="photo_too_small",
            field="photo",
        )


def _orientation(image: Image.Image) -> int:
    try:
        value = int(image.getexif().get(ORIENTATION_TAG, 1))
    except Exception:  # broken EXIF is no reason to lose a good photo
        return 1
    return value if 1 <= value <= 8 else 1


def _upright(image: Image.Image) -> Image.Image:
    if _orientation(image) == 1:
        return image
    return ImageOps.exif_transpose(image)


def _plain(image: Image.Image) -> Image.Image:
    """Turn any mode into RGB or L, transparent parts into white, 16 bits into 8."""
    if image.mode.startswith("I") or image.mode == "F":
        values_HW = np.asarray(image, dtype=np.float64)
        # 16-bit greyscale: the high byte. Pillow's own conversion would clip instead.
        return Image.fromarray(np.clip(values_HW / 257.0, 0, 255).astype(np.uint8))
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        white = Image.new("RGBA", layer.size, "white")
        return Image.alpha_composite(white, layer).convert("RGB")
    return image.convert("L" if image.mode in {"1", "L"} else "RGB")


def _encode(image: Image.Image, *, source_format: str) -> UprightPhoto:
    out = io.BytesIO()
    if source_format == "PNG":
        image.save(out, "PNG")
        content_type = "image/png"
    else:
        image.save(out, "JPEG", quality=95, subsampling=0)
        content_type = "image/jpeg"
    return UprightPhoto(content=out.getvalue(), content_type=content_type, width=image.width, height=image.height)
