"""The shipped photos: whole, masked, small, and credited."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from engine.demo.seed.credits import CREDITS, PHOTO_CREDITS, encoder_credit, render

PHOTOS_FOLDER = PHOTO_CREDITS.parent
SEED = json.loads((PHOTOS_FOLDER / "seed.json").read_text(encoding="utf-8"))
PHOTO_ROWS = json.loads(PHOTO_CREDITS.read_text(encoding="utf-8"))


def test_there_are_at_least_twelve_photos_of_different_objects() -> None:
    assert len({line["photo"] for line in SEED}) >= 12
    assert len({line["mask"] for line in SEED}) == len(SEED)
    assert len({line["name"] for line in SEED}) == len(SEED)


@pytest.mark.parametrize("line", SEED, ids=lambda line: Path(line["mask"]).stem)
def test_a_mask_covers_one_object_of_its_photo(line: dict[str, str]) -> None:
    with Image.open(PHOTOS_FOLDER / line["photo"]) as photo, Image.open(PHOTOS_FOLDER / line["mask"]) as mask:
        assert photo.format == "JPEG"
        assert max(photo.size) <= 1024
        assert (mask.format, mask.mode, mask.size) == ("PNG", "L", photo.size)
        values = np.asarray(mask)
    assert set(np.unique(values)) == {0, 255}
    assert 0.01 < (values > 0).mean() < 0.85
    labels, count = ndimage.label(values > 0, structure=np.ones((3, 3)))
    largest = np.bincount(labels.ravel())[1:].max()
    assert largest > 0.9 * np.count_nonzero(values), f"{count} pieces"


def test_every_shipped_photo_is_credited_and_free() -> None:
    files = {path.name for path in PHOTOS_FOLDER.glob("*.jpg")}
    assert {row["file"] for row in PHOTO_ROWS} == files == {line["photo"] for line in SEED}
    for row in PHOTO_ROWS:
        assert row["licence"] in {"CC0-1.0", "public domain"}
        assert row["title"]
        assert row["author"]
        assert row["source_package"]


def test_the_credits_page_is_fresh() -> None:
    assert CREDITS.read_text(encoding="utf-8") == render()


def test_weights_of_others_inside_a_checkpoint_are_credited(tmp_path: Path) -> None:
    card = tmp_path / "card.json"
    assert encoder_credit(card) == ""
    card.write_text(json.dumps({"network": {"encoder": "vit"}}))
    assert encoder_credit(card) == ""
    card.write_text(json.dumps({"network": {"encoder": "efficientnet"}}))
    assert "Apache License 2.0" in encoder_credit(card)
