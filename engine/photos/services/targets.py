"""Writes target objects."""

from django.conf import settings
from django.db import transaction

from engine.core.storage import blob_store
from engine.photos.masks import Mask, read_mask_png
from engine.photos.models import MaskVersion, Photo, Split, TargetObject
from engine.photos.services.photos import clean_name
from engine.photos.splits import is_held_out


def create_target(
    *, photo: Photo, mask_png: bytes, name: str = "", is_simulated: bool = False
) -> tuple[TargetObject, bool]:
    """Add the object that an uploaded PNG marks; return it and whether it is new.

    Raises InvalidInput for a mask that cannot be one, Unavailable when the blob store is down.
    """
    mask = read_mask_png(mask_png, width=photo.width, height=photo.height)
    return record_target(photo=photo, mask=mask, name=name, is_simulated=is_simulated)


def record_target(*, photo: Photo, mask: Mask, name: str = "", is_simulated: bool = False) -> tuple[TargetObject, bool]:
    """Add the object of a checked mask; return it and whether it is new. It is known by any mask that it ever had."""
    mask_sha256 = blob_store().put(mask.png, content_type="image/png")
    x, y, width, height = mask.bbox
    with transaction.atomic():
        # One at a time for a photo: all its objects get one split, also when the fraction was changed in between.
        Photo.objects.select_for_update().get(pk=photo.pk)
        known = TargetObject.objects.filter(photo=photo, mask_versions__mask_sha256=mask_sha256).first()
        if known is not None:
            return known, False
        target, is_new = TargetObject.objects.get_or_create(
            photo=photo,
            mask_sha256=mask_sha256,
            defaults={
                "name": clean_name(name),
                "bbox_x": x,
                "bbox_y": y,
                "bbox_width": width,
                "bbox_height": height,
                "area_fraction": mask.area_fraction,
                "split": _split_of(photo),
                "is_simulated": is_simulated or photo.is_simulated,
            },
        )
        MaskVersion.objects.get_or_create(target=target, version=0, defaults={"mask_sha256": mask_sha256})
        return target, is_new


def _split_of(photo: Photo) -> Split:
    sibling = photo.targets.order_by("id").values_list("split", flat=True).first()
    if sibling is not None:
        return Split(sibling)
    fraction = settings.ENVIRONMENT.heldout_fraction
    return Split.HELDOUT if is_held_out(photo.photo_sha256, fraction=fraction) else Split.TRAIN
