"""What becomes of masks: PNG, run lengths, polygons, good and bad."""

import io
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pycocotools import mask as coco_masks

from engine.core.errors import EngineError, InvalidInput
from engine.photos.masks import Mask, mask_from_coco, read_mask_png
from tests.candidates.factories import mask_bytes, photo_bytes

BOX = np.zeros((64, 96), dtype=np.uint8)
BOX[8:48, 10:40] = 1


def marked(mask: Mask) -> np.ndarray:
    image = Image.open(io.BytesIO(mask.png))
    assert image.mode == "L"
    return np.asarray(image) == 255


def png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize("value", [255, 1])
def test_what_is_not_black_is_the_object(value: int) -> None:
    mask = read_mask_png(mask_bytes(value=value), width=96, height=64)
    assert mask.bbox == (10, 8, 30, 40)
    assert mask.area_fraction == pytest.approx(30 * 40 / (96 * 64))
    assert (marked(mask) == BOX).all()


def test_a_palette_a_cut_out_and_a_colour_mask_mark_the_same() -> None:
    palette = Image.fromarray(BOX, mode=None).convert("P")
    palette.putpalette([0, 0, 0, 200, 10, 10])
    cut_out = np.full((64, 96, 4), 90, dtype=np.uint8)
    cut_out[..., 3] = BOX * 255
    colours = np.zeros((64, 96, 3), dtype=np.uint8)
    colours[..., 1] = BOX * 200
    for image in (palette, Image.fromarray(cut_out), Image.fromarray(colours), Image.fromarray(BOX > 0)):
        assert (marked(read_mask_png(png(image), width=96, height=64)) == BOX).all()


def test_equal_masks_are_equal_bytes() -> None:
    first, second = (read_mask_png(mask_bytes(value=value), width=96, height=64) for value in (255, 7))
    assert first.png == second.png


def refusal(content: bytes, *, width: int = 96, height: int = 64) -> str:
    with pytest.raises(EngineError) as raised:
        read_mask_png(content, width=width, height=height)
    return raised.value.code


def test_bad_masks_are_refused_with_their_own_codes() -> None:
    good = mask_bytes()
    assert refusal(b"") == "mask_empty_file"
    assert refusal(b"junk") == "mask_unreadable"
    assert refusal(photo_bytes(file_format="JPEG")) == "mask_unreadable"
    assert refusal(good, width=97) == "mask_size"
    assert refusal(good, width=64, height=96) == "mask_size"
    assert refusal(mask_bytes(box=(0, 0, 0, 0))) == "mask_empty"
    assert refusal(mask_bytes(box=(0, 0, 96, 64))) == "mask_whole_photo"
    assert refusal(mask_bytes(box=(5, 5, 3, 3))) == "mask_tiny"
    assert refusal(mask_bytes(box=(5, 5, 80, 2))) == "mask_tiny"
    assert refusal(good[: len(good) - 40]) == "mask_damaged"


def test_run_lengths_and_polygons_mark_what_they_say() -> None:
    packed = coco_masks.encode(np.asfortranarray(BOX))
    packed["counts"] = packed["counts"].decode()
    plain = {"size": [64, 96], "counts": _run_lengths(BOX)}
    polygon = [[10, 8, 40, 8, 40, 48, 10, 48]]
    for segmentation in (packed, plain, polygon):
        assert (marked(mask_from_coco(segmentation, width=96, height=64)) == BOX).all()


def _run_lengths(mask_HW: np.ndarray) -> list[int]:
    flat = mask_HW.ravel(order="F")
    edges = np.flatnonzero(np.diff(flat)) + 1
    runs = np.diff([0, *edges, flat.size]).tolist()
    return runs if flat[0] == 0 else [0, *runs]


@given(st.integers(0, 2**32 - 1))
def test_packed_run_lengths_read_as_the_library_reads_them(seed: int) -> None:
    rng = np.random.default_rng(seed)
    mask = (rng.random((40, 50)) < rng.uniform(0.05, 0.95)).astype(np.uint8)
    mask[10:20, 10:20] = 1
    mask[:2] = 0
    packed = coco_masks.encode(np.asfortranarray(mask))
    packed["counts"] = packed["counts"].decode()
    assert (marked(mask_from_coco(packed, width=50, height=40)) == mask).all()


@pytest.mark.parametrize(
    ("segmentation", "code"),
    [
        ({"size": [64, 96], "counts": "garbage\x01"}, "rle_broken"),
        ({"size": [64, 96], "counts": "oo"}, "rle_broken"),
        ({"size": [64, 96], "counts": [1, 2, 3]}, "rle_broken"),
        ({"size": [64, 96], "counts": [64 * 96 + 5, -5]}, "rle_broken"),
        ({"size": [64, 96], "counts": [0.5]}, "rle_broken"),
        ({"size": [64, 96], "counts": [10**30]}, "rle_broken"),
        ({"size": [64, 96]}, "rle_broken"),
        ({"size": [96, 64], "counts": [1]}, "mask_size"),
        ({}, "mask_size"),
        ([], "polygons_empty"),
        ([[1, 2, 3, 4]], "polygon_broken"),
        ([[1, 2, 3, 4, 5, 6, 7]], "polygon_broken"),
        ([[1, 2, 3, 4, "5", 6]], "polygon_broken"),
        ([[1, 2, 3, 4, float("nan"), 6]], "polygon_broken"),
        ([[1, 2, 3, 4, 1e300, 6]], "polygon_broken"),
        ([["x"]], "polygon_broken"),
        ([[1, 1, 2, 2, 3, 3]], "mask_tiny"),
        (None, "segmentation_kind"),
        ("text", "segmentation_kind"),
    ],
)
def test_broken_segmentations_give_a_reason(segmentation: Any, code: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        mask_from_coco(segmentation, width=96, height=64)
    assert raised.value.code in {code, "mask_empty"} if code == "mask_tiny" else raised.value.code == code
