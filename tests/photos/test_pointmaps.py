"""A pointmap comes in as checked floats or not at all, and every version of it stays."""

import io
import pickle
import zipfile
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from engine.accounts.models import Person
from engine.core.errors import InvalidInput, TooLarge
from engine.core.storage import blob_store
from engine.photos.models import Photo, PointmapVersion
from engine.photos.pointmaps import Points, from_npy, grid_of, read_pointmap
from engine.photos.services.pointmaps import add_pointmap, points_for_generators

WIDTH, HEIGHT = 60, 40
MOST = 1_000_000


def wall(*, width: int = WIDTH, height: int = HEIGHT, metres: float = 2.0, focal: float = 2.5) -> Points:
    """Return the points of a wall across the line of sight, x left, y up, z forward."""
    reach = focal * max(width, height) / 2
    v, u = np.mgrid[0:height, 0:width] + 0.5
    z = np.full((height, width), metres)
    return np.stack([(width / 2 - u) / reach * z, (height / 2 - v) / reach * z, z], axis=2).astype(np.float32)


def npy(array: Any, **options: Any) -> bytes:
    out = io.BytesIO()
    np.save(out, array, **options)
    return out.getvalue()


def npz(**arrays: Any) -> bytes:
    out = io.BytesIO()
    np.savez_compressed(out, **arrays)
    return out.getvalue()


def read(content: bytes) -> Points:
    return read_pointmap(content, width=WIDTH, height=HEIGHT, max_bytes=MOST).points_HW3


@pytest.mark.parametrize(
    "content", [npy(wall()), npz(points=wall()), npy(np.asfortranarray(wall()))], ids=["npy", "npz", "fortran"]
)
def test_points_come_back_as_they_were_written(content: bytes) -> None:
    np.testing.assert_array_equal(read(content), wall())


def test_a_pixel_is_known_wholly_or_not_at_all() -> None:
    points = wall()
    points[0, 0, 1] = np.nan
    points[0, 1] = np.inf
    points[0, 2, 2] = -1
    points[0, 3] *= 1e6
    checked = read_pointmap(npy(points), width=WIDTH, height=HEIGHT, max_bytes=MOST)
    assert np.isnan(checked.points_HW3[0, :4]).all()
    assert np.isfinite(checked.points_HW3[0, 4:]).all()
    assert checked.known_share == pytest.approx(1 - 4 / (WIDTH * HEIGHT))
    assert checked.focal == pytest.approx(2.5, rel=1e-3)


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("points.npy", b"\0" * (MOST + 1))
    return out.getvalue()


class Exploding:
    def __reduce__(self) -> Any:
        return (pytest.fail, ("a pickled object was loaded",))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "pointmap_empty_file"),
        (b"no array", "pointmap_damaged"),
        (npy(wall())[:-1], "pointmap_damaged"),
        (npy(wall()) + b"\0", "pointmap_damaged"),
        (npy(wall())[:40], "pointmap_damaged"),
        (pickle.dumps(Exploding()), "pointmap_damaged"),
        (npy(np.array([[Exploding()]], dtype=object), allow_pickle=True), "pointmap_pickled"),
        (npy(wall().astype(np.float64)), "pointmap_dtype"),
        (npy(wall().astype(">f4")), "pointmap_dtype"),
        (npy(wall()[..., 2]), "pointmap_size"),
        (npy(wall(width=HEIGHT, height=WIDTH)), "pointmap_size"),
        (npz(points=wall(), depth=wall()), "pointmap_archive_members"),
        (npz(points=wall())[:-30], "pointmap_damaged"),
        (b"PK\x03\x04 and nothing", "pointmap_damaged"),
        (npy(np.full_like(wall(), np.nan)), "pointmap_unknown"),
        (npy(wall() * np.array([1, 1, -1], np.float32)), "pointmap_behind_camera"),
        (npy(wall() * np.array([1e-6, 1e-6, 1], np.float32)), "pointmap_spread"),
        (npy(wall() * np.array([-1, -1, 1], np.float32)), "pointmap_axes"),
        (npy(wall() * np.array([1, -1, 1], np.float32)), "pointmap_axes"),
    ],
)
def test_what_cannot_be_a_pointmap_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read(content)
    assert refused.value.code == code


@pytest.mark.parametrize("content", [b"\0" * (MOST + 1), bomb()], ids=["long", "bomb"])
def test_what_is_too_large_is_not_unpacked(content: bytes) -> None:
    with pytest.raises(TooLarge) as refused:
        read(content)
    assert refused.value.code == "pointmap_too_large"


def test_a_grid_holds_points_of_the_photo_and_no_means_of_them() -> None:
    points = wall(width=900, height=301)
    grid = grid_of(points, 512)
    assert grid.shape == (171, 512, 3)
    known = {tuple(point) for point in points.reshape(-1, 3).tolist()}
    assert {tuple(point) for point in grid.reshape(-1, 3).tolist()} <= known


def upload(content: bytes) -> dict[str, Any]:
    return {"points": SimpleUploadedFile("points.npy", content)}


@pytest.mark.django_db
def test_every_version_stays_and_the_last_one_counts(
    person: Callable[..., Person], api: Callable[..., APIClient]
) -> None:
    photo = Photo.objects.create(photo_sha256="a" * 64, name="p", width=WIDTH, height=HEIGHT, size_bytes=1)
    lead, url = api(person("ml_lead", username="lea")), f"/api/photos/{photo.pk}/pointmaps/"
    first = lead.post(url, upload(npy(wall())))
    assert first.status_code == 201, first.json()
    assert lead.post(url, upload(npz(points=wall()))).status_code == 200
    assert lead.post(url, upload(npy(wall(metres=3)))).status_code == 201
    rows = lead.get(url).json()
    assert [(row["version"], row["known_share"], row["uploaded_by"]) for row in rows] == [
        (1, 1.0, "lea"),
        (0, 1.0, "lea"),
    ]
    newest = PointmapVersion.objects.get(photo=photo, version=1)
    np.testing.assert_array_equal(from_npy(blob_store().get(newest.points_sha256)), wall(metres=3))
    redirect = api(person("annotator")).get(rows[0]["points_url"])
    assert (redirect.status_code, newest.grid_sha256 in redirect["Location"]) == (302, True)
    assert lead.get(f"/api/assets/photos/{photo.pk}/points/9").status_code == 404


@pytest.mark.django_db
def test_generators_see_the_points_through_the_camera_of_all_poses() -> None:
    photo = Photo.objects.create(photo_sha256="a" * 64, name="p", width=1600, height=1200, size_bytes=1)
    content = npy(wall(width=1600, height=1200, metres=2.0, focal=1.6))
    pointmap, _ = add_pointmap(photo=photo, content=content, by=None)
    points = from_npy(points_for_generators(pointmap))
    assert points.shape == (768, 1024, 3)
    v, u = np.mgrid[0:768, 0:1024] + 0.5
    seen = [512 - 2.5 * 512 * points[..., 0] / points[..., 2], 384 - 2.5 * 512 * points[..., 1] / points[..., 2]]
    # Within a pixel: the grid takes the nearest one of the photo.
    assert max(np.abs(seen[0] - u).max(), np.abs(seen[1] - v).max()) < 1
    assert points[..., 2] == pytest.approx(2.0 * 2.5 / 1.6, rel=1e-3)


@pytest.mark.django_db
def test_a_refused_pointmap_leaves_no_trace(person: Callable[..., Person], api: Callable[..., APIClient]) -> None:
    photo = Photo.objects.create(photo_sha256="a" * 64, name="p", width=WIDTH, height=HEIGHT, size_bytes=1)
    response = api(person("ml_lead")).post(f"/api/photos/{photo.pk}/pointmaps/", upload(b"no array"))
    assert (response.status_code, response.json()["errors"][0]["field"]) == (400, "points")
    assert not PointmapVersion.objects.exists()
