"""The sheet of answers to photos."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.trainers.folders import write_random_checkpoint
from trainers.evaluation.photo_sheet import GAP, PAPER, TILE, listed_photos, main


@pytest.fixture
def listing(tmp_path: Path) -> Path:
    for number in range(5):
        Image.new("RGB", (40, 30), (number, 80, 160)).save(tmp_path / f"{number}.png")
        mask = np.zeros((30, 40), np.uint8)
        mask[5:25, 10:30] = 255
        Image.fromarray(mask).save(tmp_path / f"{number}_mask.png")
    path = tmp_path / "list.json"
    path.write_text(json.dumps([{"photo": f"{n}.png", "mask": f"{n}_mask.png"} for n in range(5)]))
    return path


def test_photos_are_spread_over_the_list_and_never_more_than_there_are(listing: Path) -> None:
    assert [int(photo[0, 0, 0]) for photo, _ in listed_photos(listing, 3)] == [0, 2, 4]
    assert len(listed_photos(listing, 50)) == 5
    assert listed_photos(listing, 1)[0][1].sum() == 400


def test_the_sheet_has_a_row_a_photo_and_a_tile_a_seed(listing: Path, tmp_path: Path) -> None:
    write_random_checkpoint(tmp_path / "checkpoint")
    out = tmp_path / "sheet.png"
    options = ["--rows", "2", "--seeds", "3", "--steps", "1"]
    assert main([str(tmp_path / "checkpoint"), str(listing), "--out", str(out), *options]) == 0
    sheet = np.asarray(Image.open(out))
    step = TILE + GAP
    assert sheet.shape == (GAP + 2 * step, GAP + 4 * step, 3)
    first = sheet[GAP : GAP + TILE, GAP : GAP + TILE]
    assert (first == (0, 80, 160)).all(2).any()
    assert (sheet[:GAP] == PAPER).all()


@pytest.mark.parametrize("text", ["[]", '[{"photo": "none.png", "mask": "none.png"}]', '[{"photo": "0.png"}]'])
def test_a_list_without_photos_gives_a_reason(
    text: str, listing: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_random_checkpoint(tmp_path / "checkpoint")
    listing.write_text(text)
    assert main([str(tmp_path / "checkpoint"), str(listing), "--out", str(tmp_path / "sheet.png")]) == 1
    assert "no sheet" in "".join(capsys.readouterr())
    assert not (tmp_path / "sheet.png").exists()
