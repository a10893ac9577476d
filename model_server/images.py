"""Photo and mask bytes to arrays, refusing whatever is not plainly one."""

import io
import warnings

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from model_server.refusals import RefusalError

_PHOTO_FORMATS = ("JPEG", "PNG", "WEBP")
# Single-channel modes; 16-bit and palette masks are refused, for their numbers may mean something else.
_MASK_MODES = ("L", "1")


def read_photo(content: bytes, most_pixels: int) -> NDArray[np.uint8]:
    """Return (H, W, 3) sRGB bytes. Raises RefusalError (422)."""
    image = _open(content, _PHOTO_FORMATS, "photo", most_pixels)
    if "A" in image.getbands() or "transparency" in image.info:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, (255, 255, 255, 255))
        image = Image.alpha_composite(white, image)
    return np.asarray(image.convert("RGB"))


def read_mask(content: bytes, shape: tuple[int, int], most_pixels: int) -> NDArray[np.bool_]:
    """Return (H, W) booleans for a photo of ``shape``. Raises RefusalError (422)."""
    mask = _mask_values(content, most_pixels)
    if mask.shape != shape:
        asked, given = f"{shape[1]}x{shape[0]}", f"{mask.shape[1]}x{mask.shape[0]}"
        raise RefusalError(422, f"The mask is {given} pixels, the photo {asked}; both must agree.", "mask")
    return _check_mask(mask)


def read_mask_alone(content: bytes, most_pixels: int) -> NDArray[np.bool_]:
    """Return (H, W) booleans; the mask's own size is that of the photo. Raises RefusalError (422)."""
    return _check_mask(_mask_values(content, most_pixels))


def _mask_values(content: bytes, most_pixels: int) -> NDArray[np.bool_]:
    image = _open(content, ("PNG",), "mask", most_pixels)
    if image.mode not in _MASK_MODES:
        raise RefusalError(422, f"The mask must be an 8-bit single-channel PNG, not mode {image.mode}.", "mask")
    mask: NDArray[np.bool_] = np.asarray(image) != 0
    return mask


def _check_mask(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    if not mask.any():
        raise RefusalError(422, "The mask is empty: no pixel belongs to the object.", "mask")
    if mask.all():
        raise RefusalError(422, "The mask covers the whole photo: it does not say which object is meant.", "mask")
    return mask


def _open(content: bytes, formats: tuple[str, ...], field: str, most_pixels: int) -> Image.Image:
    kinds = " or ".join(formats)
    try:
        with warnings.catch_warnings():
            # The size is checked below, before a pixel is decoded.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(content), formats=formats)
        if image.width * image.height > most_pixels:
            raise RefusalError(422, f"The {field} has more than {most_pixels:,} pixels.", field)
        image.load()
    except RefusalError:
        raise
    except UnidentifiedImageError as error:
        raise RefusalError(422, f"The {field} is not a {kinds} file.", field) from error
    except Image.DecompressionBombError as error:
        raise RefusalError(422, f"The {field} has more than {most_pixels:,} pixels.", field) from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise RefusalError(422, f"The {field} is damaged and cannot be decoded.", field) from error
    return image
