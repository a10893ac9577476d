"""Writes pointmaps. Each upload is a version of its own; earlier ones stay."""

import numpy as np
from django.conf import settings
from django.db import transaction

from contracts.generation import CAMERA_FOCAL
from engine.accounts.models import Person
from engine.core.storage import blob_store
from engine.photos.models import Photo, PointmapVersion
from engine.photos.pointmaps import GENERATOR_GRID, PAGE_GRID, from_npy, grid_of, read_pointmap, to_npy

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


def points_for_generators(pointmap: PointmapVersion) -> bytes:
    """Return a .npy file of a grid of at most GENERATOR_GRID a side: a whole large photo's would not fit into an ask.

    Depths are stretched so that the camera of all poses sees each point in its pixel: sizes across the picture stay
    metric, and poses that a generator reads off the points are what everybody takes them for.
    Raises Unavailable without the blob store.
    """
    points = grid_of(from_npy(blob_store().get(pointmap.points_sha256)), GENERATOR_GRID)
    return to_npy(points * np.array([1.0, 1.0, CAMERA_FOCAL / pointmap.focal], dtype=np.float32))
