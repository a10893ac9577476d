"""Every way in for files, given every kind of file that is none: the field and the reason are said, nothing stays."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pycocotools import mask as coco_masks

from engine.candidates.api import intake as intake_api
from engine.candidates.models import GenerationRequest
from engine.photos.models import Photo, TargetObject
from tests.candidates.factories import make_photo, mask_bytes, photo_bytes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fake_suite")]

LIMIT_BYTES = 100_000


@pytest.fixture
def lead(person: Any, api: Any, settings: Any) -> Any:
    settings.ENVIRONMENT = settings.ENVIRONMENT.model_copy(update={"max_photo_bytes": LIMIT_BYTES})
    return api(person("ml_lead"))


def file(content: bytes, name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


PHOTO, MASK = photo_bytes(number=7), mask_bytes()
BAD_PHOTOS = {
    "empty": (b"", 400, "photo_empty_file"),
    "huge": (PHOTO + bytes(LIMIT_BYTES), 413, "photo_too_large"),
    "truncated": (PHOTO[: len(PHOTO) // 2], 400, "photo_damaged"),
    "wrong type": (b"%PDF-1.7 and so on", 400, "photo_unreadable"),
}
BAD_MASKS = {
    "empty": (b"", 400, "mask_empty_file"),
    "huge": (MASK + bytes(LIMIT_BYTES), 413, "mask_too_large"),
    "truncated": (MASK[: len(MASK) - 40], 400, "mask_damaged"),
    "wrong type": (photo_bytes(number=7, file_format="JPEG"), 400, "mask_unreadable"),
    "another size": (mask_bytes(width=95), 400, "mask_size"),
    "nothing marked": (mask_bytes(box=(0, 0, 0, 0)), 400, "mask_empty"),
    "all marked": (mask_bytes(box=(0, 0, 96, 64)), 400, "mask_whole_photo"),
}


def assert_refused(answer: Any, *, status: int, code: str, field: str) -> None:
    (fault,) = answer.json()["errors"]
    assert (answer.status_code, fault["code"], fault["field"]) == (status, code, field)
    assert len(fault["reason"]) > 10


@pytest.mark.parametrize("kind", BAD_PHOTOS)
def test_a_bad_photo_is_refused_and_the_right_one_taken_afterwards(lead: Any, kind: str) -> None:
    content, status, code = BAD_PHOTOS[kind]
    assert_refused(
        lead.post("/api/photos/", {"photo": file(content, "mug.png")}), status=status, code=code, field="photo"
    )
    assert not Photo.objects.exists()
    assert lead.post("/api/photos/", {"photo": file(PHOTO, "mug.png")}).status_code == 201


@pytest.mark.parametrize("kind", BAD_MASKS)
@pytest.mark.parametrize("way", ["with its photo", "to a photo"])
def test_a_bad_mask_is_refused_and_the_right_one_taken_afterwards(lead: Any, kind: str, way: str) -> None:
    content, status, code = BAD_MASKS[kind]
    if way == "to a photo":
        url, files = f"/api/photos/{make_photo(number=7).pk}/targets/", {}
    else:
        url, files = "/api/photos/", {"photo": PHOTO}

    def send(mask: bytes) -> Any:
        named = {"mask": mask, **files}
        return lead.post(url, {field: file(content, f"{field}.png") for field, content in named.items()})

    n_photos = Photo.objects.count()
    assert_refused(send(content), status=status, code=code, field="mask")
    counts = (Photo.objects.count(), TargetObject.objects.count(), GenerationRequest.objects.count())
    assert counts == (n_photos, 0, 0)
    assert send(MASK).status_code == 201
    assert GenerationRequest.objects.count() == 1


def test_in_a_folder_each_bad_file_is_reported_and_the_good_ones_come_in(lead: Any) -> None:
    files = [file(PHOTO, "good.png"), file(MASK, "good_mask.png")]
    files += [file(content, f"photo {kind}.jpg") for kind, (content, *_) in BAD_PHOTOS.items()]
    files += [file(content, f"good_mask_{number}.png") for number, (content, *_) in enumerate(BAD_MASKS.values(), 2)]
    answer = lead.post("/api/imports/folder/", {"files": files})
    report = answer.json()
    assert (answer.status_code, report["photos"], report["targets"]) == (200, 1, 1)
    skipped = {one["file"]: one["reason"] for one in report["skipped"]}
    assert len(skipped) == len(BAD_PHOTOS) + len(BAD_MASKS)
    assert all(len(reason) > 10 for reason in skipped.values())
    assert lead.post("/api/imports/folder/", {"files": []}).status_code == 400


def annotations(*segmentations: Any) -> bytes:
    document = {
        "images": [{"id": 1, "file_name": "a.png", "width": 96, "height": 64}],
        "annotations": [
            {"id": number, "image_id": 1, "category_id": 1, "segmentation": one}
            for number, one in enumerate(segmentations)
        ],
        "categories": [],
    }
    return json.dumps(document).encode()


def run_lengths() -> dict[str, Any]:
    import numpy as np

    mask = np.zeros((64, 96), dtype=np.uint8, order="F")
    mask[10:50, 10:50] = 1
    encoded = coco_masks.encode(mask)
    return {"size": encoded["size"], "counts": encoded["counts"].decode()}


def test_broken_run_lengths_are_named_one_by_one_and_the_whole_ones_come_in(lead: Any) -> None:
    whole = run_lengths()
    broken = [
        {**whole, "counts": whole["counts"][:-3]},
        {**whole, "counts": whole["counts"] + "?"},
        {**whole, "counts": [10**30]},
        {**whole, "counts": None},
        {**whole, "size": [10**9, 10**9]},
        {**whole, "size": "big"},
    ]
    form = {"annotations": file(annotations(*broken, whole), "a.json"), "photos": [file(PHOTO, "a.png")]}
    report = lead.post("/api/imports/coco/", form).json()
    assert (report["photos"], report["targets"]) == (1, 1)
    assert [one["file"] for one in report["skipped"]] == [f"a.png, annotation {number}" for number in range(6)]
    assert all("run" in one["reason"] for one in report["skipped"])


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"", 400, "annotations_unreadable"),
        (annotations()[:-5], 400, "annotations_unreadable"),
        (PHOTO, 400, "annotations_unreadable"),
        (annotations(run_lengths()) + b" " * LIMIT_BYTES, 413, "annotations_too_large"),
    ],
    ids=["empty", "truncated", "wrong type", "huge"],
)
def test_bad_annotations_are_refused_whole_and_the_right_ones_taken_afterwards(
    lead: Any, monkeypatch: pytest.MonkeyPatch, content: bytes, status: int, code: str
) -> None:
    monkeypatch.setattr(intake_api, "MAX_ANNOTATIONS_BYTES", LIMIT_BYTES)

    def send(described: bytes) -> Any:
        photos = [file(PHOTO, "a.png")]
        return lead.post("/api/imports/coco/", {"annotations": file(described, "a.json"), "photos": photos})

    assert_refused(send(content), status=status, code=code, field="annotations")
    assert not Photo.objects.exists()
    assert send(annotations(run_lengths())).json()["targets"] == 1


@pytest.mark.parametrize("kind", BAD_PHOTOS)
def test_a_bad_photo_of_a_data_set_is_reported_and_the_others_come_in(lead: Any, kind: str) -> None:
    document = json.loads(annotations(run_lengths()))
    document["images"].append({"id": 2, "file_name": "b.png"})
    photos = [file(PHOTO, "a.png"), file(BAD_PHOTOS[kind][0], "b.png")]
    form = {"annotations": file(json.dumps(document).encode(), "a.json"), "photos": photos}
    report = lead.post("/api/imports/coco/", form).json()
    assert (report["photos"], report["targets"], [one["file"] for one in report["skipped"]]) == (1, 1, ["b.png"])
