"""Reads photos and objects."""

from django.db.models import QuerySet

from engine.core.errors import NotFound
from engine.photos.models import Photo, TargetObject


def photos() -> QuerySet[Photo]:
    """Return every photo."""
    return Photo.objects.all()


def photo_by_id(photo_id: int) -> Photo:
    """Return one photo. Raises NotFound."""
    photo = Photo.objects.filter(pk=photo_id).first()
    if photo is None:
        raise NotFound("There is no such photo.", code="photo_unknown")
    return photo


def object_by_id(target_id: int) -> TargetObject:
    """Return one object, without its candidates. Raises NotFound."""
    target = TargetObject.objects.filter(pk=target_id).first()
    if target is None:
        raise NotFound("There is no such object.", code="target_unknown")
    return target
