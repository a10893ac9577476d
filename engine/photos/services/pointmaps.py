"""Writes pointmaps. Each upload is a version of its own; earlier ones stay."""

from django.conf import settings
from django.db import transaction

from engine.accounts.models import Person
from engine.core.storage import blob_store
from engine.photos.models import Photo, PointmapVersion
from engine.photos.pointmaps import PAGE_GRID, grid_of, read_pointmap, to_npy

_CONTENT_TYPE = "application/octet-stream"


def add_pointmap(*, photo: Photo, content: bytes, by: Person | None) -> tuple[PointmapVersion, bool]:
    """Check and store a pointmap; return its version and whether it is new. What counts already is not stored twice.

    Raises InvalidInput or TooLarge for what cannot be one, Unavailable without the blob store.
    """
    pointmap = read_pointmap(
        content, width=photo.width, height=photo.height, max_bytes=settings.ENVIRONMENT.max_pointmap_bytes
    )
    store = blob_store()
    # Bytes before the row: a row never points at nothing.
    points_sha256 = store.put(to_npy(pointmap.points_HW3), content_type=_CONTENT_TYPE)
    grid_sha256 = store.put(to_npy(grid_of(pointmap.points_HW3, PAGE_GRID)), content_type=_CONTENT_TYPE)
    with transaction.atomic():
        # One at a time for a photo, so that versions follow each other.
        Photo.objects.select_for_update().get(pk=photo.pk)
        last = PointmapVersion.objects.filter(photo=photo).order_by("-version").first()
        if last is not None and last.points_sha256 == points_sha256:
            return last, False
        version = PointmapVersion.objects.create(
            photo=photo, version=0 if last is None else last.version + 1, points_sha256=points_sha256,
            grid_sha256=grid_sha256, known_share=pointmap.known_share, focal=pointmap.focal, uploaded_by=by,
        )  # fmt: skip
    return version, True
