"""What a photo's file says of the camera's focal length."""

import io
import math

from PIL import Image

_EXIF_IFD = 0x8769
_FOCAL_35_MM = 0xA405
# Half the diagonal of a 36 x 24 mm picture: the equivalent focal length is told for this one.
_HALF_DIAGONAL_MM = math.hypot(36, 24) / 2
_PLAUSIBLE_MM = (6, 800)


def exif_focal(content: bytes) -> float | None:
    """Return the focal length in half image sides over the longer side, or None where the file does not tell."""
    try:
        with Image.open(io.BytesIO(content)) as image:
            told = image.getexif().get_ifd(_EXIF_IFD).get(_FOCAL_35_MM)
            width, height = image.size
        millimetres = float(told)  # type: ignore[arg-type]  # a missing one is among the errors below
    except Exception:  # EXIF is made by anybody, and no reason to lose a task
        return None
    if not _PLAUSIBLE_MM[0] <= millimetres <= _PLAUSIBLE_MM[1]:
        return None
    return millimetres / _HALF_DIAGONAL_MM * math.hypot(1, min(width, height) / max(width, height))
