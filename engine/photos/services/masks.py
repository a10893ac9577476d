"""Corrects masks. What a mask was stays on record; a target points to the one that counts."""

from dataclasses import dataclass

from django.db import transaction

from engine.accounts.models import Person
from engine.core.errors import Conflict, InvalidInput
from engine.core.storage import blob_store
from engine.photos.masks import Mask, read_mask_png
from engine.photos.models import MaskVersion, TargetObject
from engine.photos.selectors import mask_version, object_with_photo


class MaskChanged(Conflict):
    """Somebody else corrected the mask meanwhile: ``current_version`` counts now, no more ``base_version``."""

    def __init__(self, *, base_version: int, current_version: int) -> None:
        super().__init__(
            f"Somebody saved version {current_version} of this mask while you worked on version {base_version}. "
            "Compare the two: keep theirs, or save yours on top of it.",
            code="mask_changed",
            field="base_version",
        )
        self.base_version, self.current_version = base_version, current_version


@dataclass(frozen=True, kw_only=True)
class StoredMask:
    """A checked mask whose bytes lie in the blob store."""

    mask: Mask
    mask_sha256: str


def store_mask(*, target_id: int, mask_png: bytes) -> StoredMask:
    """Check and store the bytes of a mask for a target; nothing points to them yet.

    Raises NotFound, InvalidInput or TooLarge for a mask that cannot be one, Unavailable without the blob store.
    """
    photo = object_with_photo(target_id).photo
    mask = read_mask_png(mask_png, width=photo.width, height=photo.height)
    return StoredMask(mask=mask, mask_sha256=blob_store().put(mask.png, content_type="image/png"))


def stored_mask(*, target_id: int, version: int) -> StoredMask:
    """Return an earlier mask of a target. Raises NotFound, Unavailable without the blob store."""
    sha256 = mask_version(target_id=target_id, version=version).mask_sha256
    return store_mask(target_id=target_id, mask_png=blob_store().get(sha256))


@transaction.atomic
def add_mask_version(
    *, target_id: int, stored: StoredMask, base_version: int, reason: str, by: Person | None
) -> TargetObject:
    """Let a mask, drawn on ``base_version``, count from now on, as a version of its own.

    Raises MaskChanged when ``base_version`` is not the one that counts, InvalidInput when nothing would change,
    Conflict when another object of the photo has this mask.
    """
    target = TargetObject.objects.select_for_update().get(pk=target_id)
    if target.mask_version != base_version:
        raise MaskChanged(base_version=base_version, current_version=target.mask_version)
    if target.mask_sha256 == stored.mask_sha256:
        raise InvalidInput(
            "This is the mask that the object has already; change something first.", code="mask_unchanged", field="mask"
        )
    if TargetObject.objects.filter(photo=target.photo_id, mask_sha256=stored.mask_sha256).exists():
        raise Conflict("Another object of this photo has exactly this mask.", code="mask_taken", field="mask")
    target.mask_sha256 = stored.mask_sha256
    target.mask_version += 1
    target.bbox_x, target.bbox_y, target.bbox_width, target.bbox_height = stored.mask.bbox
    target.area_fraction = stored.mask.area_fraction
    target.save()
    MaskVersion.objects.create(
        target=target, version=target.mask_version, mask_sha256=stored.mask_sha256, reason=reason, created_by=by
    )
    return target
