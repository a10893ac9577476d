"""Photos come in through the page; what is wrong with one is said there."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]
SignIn = Callable[..., Page]


def write_photo(path: Path, seed: int) -> Path:
    """Write a photo that no other test has: 96 x 64 pixels of noise."""
    pixels = np.random.default_rng(seed).integers(0, 255, (64, 96, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path)
    return path


def write_mask(path: Path, *, width: int = 96, height: int = 64, is_empty: bool = False) -> Path:
    """Write a mask with one box in the middle, or with nothing."""
    mask = np.zeros((height, width), dtype=np.uint8)
    if not is_empty:
        mask[height // 4 : height // 2, width // 4 : width // 2] = 255
    Image.fromarray(mask).save(path)
    return path


def choose(page: Page, *paths: Path) -> None:
    """Choose files as the file dialog would."""
    page.locator("input[type=file]").set_input_files(list(paths))


def test_a_photo_with_its_mask_becomes_a_target(sign_in: SignIn, tmp_path: Path) -> None:
    page = sign_in("ml_lead")
    page.goto("/photos/")
    choose(page, write_photo(tmp_path / "noise_one.png", 1), write_mask(tmp_path / "noise_one_mask.png"))
    tile = page.get_by_test_id("photo-tile").filter(has_text="noise_one")
    expect(tile).to_contain_text("1 target", timeout=30_000)
    expect(tile.locator("svg")).to_have_attribute("data-outlines", "1")
    tile.click()
    expect(page.get_by_test_id("target")).to_have_count(1)


@pytest.mark.parametrize("kind", ["empty", "other size", "not an image"])
def test_a_bad_mask_is_refused_with_the_reason(sign_in: SignIn, tmp_path: Path, kind: str) -> None:
    page = sign_in("ml_lead")
    page.goto("/photos/")
    photo = write_photo(tmp_path / "bad.png", 2)
    mask = tmp_path / "bad_mask.png"
    if kind == "empty":
        write_mask(mask, is_empty=True)
    elif kind == "other size":
        write_mask(mask, width=48)
    else:
        mask.write_bytes(b"this is no picture")
    choose(page, photo, mask)
    error = page.get_by_test_id("error-box")
    expect(error).to_contain_text("mask")
    assert len(error.inner_text()) > 20


def test_a_folder_tells_what_it_left_out(sign_in: SignIn, tmp_path: Path) -> None:
    page = sign_in("ml_lead")
    page.goto("/photos/")
    broken = tmp_path / "folder_broken.jpg"
    broken.write_bytes(b"\xff\xd8\xff\xe0 cut")
    good = [write_photo(tmp_path / f"folder_{n}.png", 10 + n) for n in range(2)]
    masks = [write_mask(tmp_path / f"folder_{n}_mask.png") for n in range(2)]
    choose(page, *good, *masks, broken)
    expect(page.get_by_test_id("skipped")).to_contain_text("folder_broken.jpg", timeout=30_000)
    expect(page.get_by_test_id("photo-tile").filter(has_text="folder_1")).to_be_visible()


def test_files_that_are_no_photos_are_not_sent(sign_in: SignIn, tmp_path: Path) -> None:
    page = sign_in("ml_lead")
    page.goto("/photos/")
    note = tmp_path / "note.txt"
    note.write_text("hello")
    choose(page, note)
    expect(page.get_by_text("None of these files is a photo")).to_be_visible()


def test_a_photo_alone_gets_its_mask_on_its_own_page(sign_in: SignIn, tmp_path: Path) -> None:
    page = sign_in("ml_lead")
    page.goto("/photos/")
    choose(page, write_photo(tmp_path / "alone.png", 3))
    page.get_by_test_id("photo-tile").filter(has_text="alone").click()
    expect(page.get_by_test_id("empty")).to_be_visible()
    buffer = io.BytesIO()
    Image.open(write_mask(tmp_path / "late.png")).save(buffer, "PNG")
    page.locator("input[type=file]").set_input_files(
        {"name": "late.png", "mimeType": "image/png", "buffer": buffer.getvalue()}
    )
    expect(page.get_by_test_id("target")).to_have_count(1, timeout=30_000)
