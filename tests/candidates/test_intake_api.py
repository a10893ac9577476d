"""Photos and masks come in over the API, good ones and bad ones."""

import io
import json
from collections.abc import Callable
from typing import Any

import httpx
import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from pycocotools import mask as coco_masks

from engine.candidates.models import GenerationRequest
from engine.core.storage import blob_store
from engine.photos.models import Photo, TargetObject
from tests.candidates.factories import mask_bytes, photo_bytes
from tests.services import Services

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fake_suite")]


@pytest.fixture
def lead(person, api) -> Any:
    return api(person("ml_lead"))


def file(content: bytes, name: str = "mug.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def code_of(answer: Any) -> str:
    return answer.json()["errors"][0]["code"]


def test_a_photo_with_its_mask_becomes_an_object_with_requests(lead) -> None:
    answer = lead.post("/api/photos/", {"photo": file(photo_bytes(), "my mug.png"), "mask": file(mask_bytes())})
    assert answer.status_code == 201
    body = answer.json()
    (target,) = body["targets"]
    assert (body["name"], body["width"], body["height"]) == ("my mug.png", 96, 64)
    assert (target["bbox"], target["status"], target["candidate_count"]) == ([10, 8, 30, 40], "waiting", 0)
    assert [row["generator"] for row in target["generation_requests"]] == ["fake"]
    assert lead.get(f"/api/photos/{body['id']}/").json() == body


def test_the_same_photo_twice_is_one_photo_and_one_blob(lead) -> None:
    content = photo_bytes()
    first = lead.post("/api/photos/", {"photo": file(content, "a.png")})
    second = lead.post("/api/photos/", {"photo": file(content, "b.png")})
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert Photo.objects.count() == 1


def test_a_second_mask_is_a_second_object_and_the_same_mask_is_not(lead) -> None:
    photo = lead.post("/api/photos/", {"photo": file(photo_bytes()), "mask": file(mask_bytes())}).json()
    url = f"/api/photos/{photo['id']}/targets/"
    other = lead.post(url, {"mask": file(mask_bytes(box=(50, 20, 30, 30))), "name": "spoon"})
    again = lead.post(url, {"mask": file(mask_bytes(value=9))})
    assert (other.status_code, other.json()["name"]) == (201, "spoon")
    assert (again.status_code, again.json()["id"]) == (200, photo["targets"][0]["id"])
    assert {row.split for row in TargetObject.objects.all()} == {other.json()["split"]}
    assert GenerationRequest.objects.count() == 2


@pytest.mark.parametrize(
    ("photo", "mask", "status", "code"),
    [
        (b"", None, 400, "photo_empty_file"),
        (b"\xff\xd8\xff junk", None, 400, "photo_unreadable"),
        (photo_bytes(number=1)[:900], None, 400, "photo_damaged"),
        (photo_bytes(number=2), b"", 400, "mask_empty_file"),
        (photo_bytes(number=2), mask_bytes(width=95), 400, "mask_size"),
        (photo_bytes(number=2), mask_bytes(box=(0, 0, 0, 0)), 400, "mask_empty"),
        (photo_bytes(number=2), mask_bytes(box=(0, 0, 96, 64)), 400, "mask_whole_photo"),
        (photo_bytes(number=2), photo_bytes(number=2, file_format="JPEG"), 400, "mask_unreadable"),
    ],
)
def test_a_bad_file_leaves_nothing_behind(lead, photo: bytes, mask: bytes | None, status: int, code: str) -> None:
    files = {"photo": file(photo), **({} if mask is None else {"mask": file(mask)})}
    answer = lead.post("/api/photos/", files)
    assert (answer.status_code, code_of(answer)) == (status, code)
    assert not Photo.objects.exists()


def test_forms_that_are_no_uploads_are_refused(lead) -> None:
    assert lead.post("/api/photos/", {}).status_code == 400
    assert lead.post("/api/photos/", {"photo": "a text"}).status_code == 400
    assert lead.post("/api/photos/", {"photo": 1}, format="json").status_code == 415
    assert lead.post("/api/photos/12345/targets/", {"mask": file(mask_bytes())}).status_code == 404


def test_a_photo_over_the_limit_is_refused_unread(lead, settings) -> None:
    settings.ENVIRONMENT = settings.ENVIRONMENT.model_copy(update={"max_photo_bytes": 1000})
    answer = lead.post("/api/photos/", {"photo": file(photo_bytes())})
    assert (answer.status_code, code_of(answer)) == (413, "photo_too_large")


def test_names_that_a_database_or_a_page_stumbles_over_are_cleaned(lead) -> None:
    answer = lead.post("/api/photos/", {"photo": file(photo_bytes(), "../../e\u0007v\u202eil" + "x" * 90 + ".png")})
    assert answer.status_code == 201
    assert answer.json()["name"].startswith("evilxxx")


def test_a_folder_comes_in_and_what_fits_nowhere_is_reported(lead) -> None:
    files = [
        file(photo_bytes(file_format="JPEG"), "mug.jpg"), file(mask_bytes(), "mug.png"),
        file(mask_bytes(box=(50, 20, 30, 30)), "mug_mask_2.png"), file(mask_bytes(width=5), "mug_mask_3.png"),
        file(b"hello", "notes.txt"), file(mask_bytes(), "ghost_mask.png"), file(b"broken", "lamp.jpg"),
    ]  # fmt: skip
    report = lead.post("/api/imports/folder/", {"files": files}).json()
    assert (report["photos"], report["targets"]) == (1, 2)
    assert {one["file"] for one in report["skipped"]} == {"mug_mask_3.png", "notes.txt", "ghost_mask.png", "lamp.jpg"}
    assert all(one["reason"] for one in report["skipped"])
    assert GenerationRequest.objects.count() == 2


def coco(annotations: list[dict[str, Any]]) -> bytes:
    document = {
        "images": [{"id": 1, "file_name": "a.png", "width": 96, "height": 64}, {"id": 2, "file_name": "gone.png"}],
        "annotations": [{"id": number, "image_id": 1, **one} for number, one in enumerate(annotations)],
        "categories": [{"id": 7, "name": "cup"}],
    }
    return json.dumps(document).encode()


def packed(box: tuple[slice, slice]) -> dict[str, Any]:
    mask = np.zeros((64, 96), dtype=np.uint8, order="F")
    mask[box] = 1
    encoded = coco_masks.encode(mask)
    return {"size": encoded["size"], "counts": encoded["counts"].decode()}


def test_coco_polygons_and_run_lengths_come_in_and_broken_ones_are_reported(lead) -> None:
    annotations = coco(
        [
            {"category_id": 7, "segmentation": [[10, 10, 40, 10, 40, 40, 10, 40]]},
            {"category_id": 7, "segmentation": packed((slice(20, 60), slice(50, 90)))},
            {"category_id": 7, "segmentation": {"size": [64, 96], "counts": "broken!"}},
            {"category_id": 7, "segmentation": [[1, 1]]},
            {"category_id": 7, "segmentation": packed((slice(0, 9), slice(0, 9))), "iscrowd": 1},
        ]
    )
    photos = [file(photo_bytes(), "a.png"), file(photo_bytes(), "unnamed.png")]
    report = lead.post("/api/imports/coco/", {"annotations": file(annotations, "a.json"), "photos": photos}).json()
    assert (report["photos"], report["targets"]) == (1, 2)
    assert [one["file"] for one in report["skipped"]] == [
        "a.png, annotation 2", "a.png, annotation 3", "a.png, annotation 4", "gone.png", "unnamed.png",
    ]  # fmt: skip
    assert {target.name for target in TargetObject.objects.all()} == {"cup"}


def test_sa_1b_comes_in(lead) -> None:
    document = {
        "image": {"image_id": 5, "file_name": "sa_5.jpg", "width": 96, "height": 64},
        "annotations": [{"id": 9, "segmentation": packed((slice(20, 60), slice(50, 90)))}],
    }
    photos = [file(photo_bytes(file_format="JPEG"), "sa_5.jpg")]
    form = {"annotations": file(json.dumps(document).encode(), "sa_5.json"), "photos": photos}
    assert lead.post("/api/imports/coco/", form).json() == {"photos": 1, "targets": 1, "skipped": []}


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b'{"annotations": 1}', b"[" * 100_000, b"\xff\xfe"])
def test_annotations_that_are_none_are_refused_as_a_whole(lead, content: bytes) -> None:
    form = {"annotations": file(content, "a.json"), "photos": [file(photo_bytes(), "a.png")]}
    answer = lead.post("/api/imports/coco/", form)
    assert (answer.status_code, code_of(answer)) == (400, "annotations_unreadable")


def test_the_command_imports_a_folder_and_a_second_run_adds_nothing(tmp_path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "mug.jpg").write_bytes(photo_bytes(file_format="JPEG"))
    (tmp_path / "deep" / "mug.png").write_bytes(mask_bytes())
    for _ in range(2):
        out = io.StringIO()
        call_command("import_folder", str(tmp_path), stdout=out, stderr=io.StringIO())
        assert "1 photos, 1 objects, 0 left out" in out.getvalue()
    assert (Photo.objects.count(), TargetObject.objects.count(), GenerationRequest.objects.count()) == (1, 1, 1)


def test_bytes_are_reached_through_a_signed_redirect(lead, person, api) -> None:
    content = photo_bytes()
    photo = lead.post("/api/photos/", {"photo": file(content), "mask": file(mask_bytes())}).json()
    annotator = api(person("annotator"))
    answer = annotator.get(photo["image_url"])
    assert answer.status_code == 302
    assert httpx.get(answer.headers["Location"]).content == content
    assert annotator.get(photo["targets"][0]["mask_url"]).status_code == 302
    assert api(None).get(photo["image_url"]).status_code == 401


def test_a_store_that_is_down_answers_503_and_the_same_upload_works_later(lead, store: Callable[[str], None]) -> None:
    content = photo_bytes()
    store("down")
    answer = lead.post("/api/photos/", {"photo": file(content), "mask": file(mask_bytes())})
    assert (answer.status_code, code_of(answer)) == (503, "storage_down")
    assert not Photo.objects.exists()
    store("up")
    answer = lead.post("/api/photos/", {"photo": file(content), "mask": file(mask_bytes())})
    assert answer.status_code == 201
    assert blob_store().get(Photo.objects.get().photo_sha256) == content


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_down_does_not_refuse_an_upload(lead, services: Services) -> None:
    services.valkey.stop()
    try:
        answer = lead.post("/api/photos/", {"photo": file(photo_bytes()), "mask": file(mask_bytes())})
    finally:
        services.valkey.start()
        services.valkey.wait_ready(seconds=30)
    assert answer.status_code == 201
    assert GenerationRequest.objects.get().state == "waiting"
