"""Proposes a mask for an object whose mask is drawn or corrected; nothing is written."""

import io
from collections.abc import Sequence

from PIL import Image

from engine.core.errors import InvalidInput
from engine.core.storage import blob_store
from engine.photos.mask_proposals import Box, Hint, propose_mask
from engine.photos.masks import Mask, check_mask
from engine.photos.selectors import object_with_photo

_MIN_BOX_PX = 4


def propose_mask_of(*, target_id: int, hints: Sequence[Hint], box: Box | None) -> Mask:
    """Return a mask of the photo's size for what the hints and the box point at.

    Raises NotFound, InvalidInput when they point at nothing, Unavailable without the blob store.
    """
    photo = object_with_photo(target_id).photo
    if box is None and not any(hint.is_inside for hint in hints):
        raise InvalidInput(
            "Click on the object once, or draw a box round it: outside alone says too little.",
            code="nothing_inside",
            field="points",
        )
    for hint in hints:
        if not (0 <= hint.x <= photo.width and 0 <= hint.y <= photo.height):
            raise InvalidInput("A point lies outside the photo.", code="point_outside", field="points")
    if box is not None:
        box = _inside_photo(box, width=photo.width, height=photo.height)
    with Image.open(io.BytesIO(blob_store().get(photo.photo_sha256))) as image:
        mask_HW = propose_mask(image, hints=hints, box=box)
    if not mask_HW.any():
        raise InvalidInput(
            "Nothing stands out there. Click once more on the object, or draw a box round it.",
            code="nothing_found",
            field="points",
        )
    return check_mask(mask_HW)


def _inside_photo(box: Box, *, width: int, height: int) -> Box:
    left, top = max(box.x, 0.0), max(box.y, 0.0)
    right, bottom = min(box.x + box.width, width), min(box.y + box.height, height)
    if right - left < _MIN_BOX_PX or bottom - top < _MIN_BOX_PX:
        raise InvalidInput(f"The box needs {_MIN_BOX_PX} pixels of the photo a side.", code="box_tiny", field="box")
    return Box(x=left, y=top, width=right - left, height=bottom - top)
