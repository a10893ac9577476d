"""Reads photos and objects."""

from django.db.models import QuerySet

from engine.core.errors import NotFound
from engine.photos.models import MaskVersion, Photo, PointmapVersion, TargetObject


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


def object_with_photo(target_id: int) -> TargetObject:
    """Return one object with its photo. Raises NotFound."""
    target = TargetObject.objects.select_related("photo").filter(pk=target_id).first()
    if target is None:
        raise NotFound("There is no such object.", code="target_unknown")
    return target


def mask_versions(target: TargetObject) -> QuerySet[MaskVersion]:
    """Return every mask that a target has had, the newest first."""
    return MaskVersion.objects.filter(target=target).select_related("created_by").order_by("-version")


def mask_version(*, target_id: int, version: int) -> MaskVersion:
    """Return one mask that a target has had. Raises NotFound."""
    found = MaskVersion.objects.filter(target=target_id, version=version).first()
    if found is None:
        raise NotFound("There is no such version of this mask.", code="mask_version_unknown")
    return found


def pointmaps_of(photo: Photo) -> QuerySet[PointmapVersion]:
    """Return every pointmap that a photo has had, the newest first: that one counts."""
    return PointmapVersion.objects.filter(photo=photo).select_related("uploaded_by").order_by("-version")


def latest_pointmap(photo_id: int) -> PointmapVersion | None:
    """Return the pointmap that counts, if the photo has one."""
    return PointmapVersion.objects.filter(photo=photo_id).order_by("-version").first()


def pointmap_version(*, photo_id: int, version: int) -> PointmapVersion:
    """Return one pointmap that a photo has had. Raises NotFound."""
    found = PointmapVersion.objects.filter(photo=photo_id, version=version).first()
    if found is None:
        raise NotFound("There is no such version of this photo's pointmap.", code="pointmap_unknown")
    return found
