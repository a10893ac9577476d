"""What becomes of uploaded photos, good and bad."""

import contextlib
import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from engine.core.errors import EngineError, InvalidInput, TooLarge
from engine.photos.images import UprightPhoto, read_photo

LEFT_RED = np.zeros((20, 40, 3), dtype=np.uint8)
LEFT_RED[:, :20, 0] = 255


def encode(image: Image.Image, file_format: str, **options) -> bytes:
    out = io.BytesIO()
    image.save(out, file_format, **options)
    return out.getvalue()


def read(content: bytes, *, max_bytes: int = 10_000_000, max_pixels: int = 1_000_000) -> UprightPhoto:
    return read_photo(content, max_bytes=max_bytes, max_pixels=max_pixels)


def pixels(photo: UprightPhoto) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(photo.content)))


@pytest.mark.parametrize(
    ("file_format", "content_type"), [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp")]
)
def test_an_upright_photo_keeps_its_very_bytes(file_format: str, content_type: str) -> None:
    content = encode(Image.fromarray(LEFT_RED), file_format)
    photo = read(content)
    assert (photo.content, photo.content_type) == (content, content_type)
    assert (photo.width, photo.height) == (40, 20)


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP"])
def test_a_photo_that_lies_on_its_side_is_turned_upright(file_format: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn a quarter to the right to show
    photo = read(encode(Image.fromarray(LEFT_RED), file_format, exif=exif))
    assert (photo.width, photo.height) == (20, 40)
    shown = pixels(photo)
    assert shown[5, 10, 0] > 200  # left became top
    assert shown[35, 10, 0] < 60
    assert Image.open(io.BytesIO(photo.content)).getexif().get(0x0112, 1) == 1


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGBA", "LA", "CMYK", "I;16"])
def test_every_colour_mode_becomes_plain(mode: str) -> None:
    if mode == "I;16":
        image = Image.fromarray(np.full((20, 40), 128 * 257, dtype=np.uint16))
    else:
        image = Image.new("L", (40, 20), 128).convert(mode)
    photo = read(encode(image, "JPEG" if mode == "CMYK" else "PNG"))
    shown = Image.open(io.BytesIO(photo.content))
    assert shown.mode in {"RGB", "L"}
    if mode != "1":
        assert abs(int(np.asarray(shown.convert("L"))[10, 10]) - 128) <= 3


def test_clear_parts_become_white() -> None:
    assert pixels(read(encode(Image.new("RGBA", (40, 20), (255, 0, 0, 0)), "PNG")))[3, 3].tolist() == [255, 255, 255]


def test_broken_orientation_data_does_not_lose_the_photo() -> None:
    assert read(encode(Image.fromarray(LEFT_RED), "JPEG", exif=b"Exif\0\0garbage")).width == 40


def refusal(content: bytes, **limits) -> str:
    with pytest.raises(EngineError) as raised:
        read(content, **limits)
    return raised.value.code


def test_bad_files_are_refused_with_their_own_codes() -> None:
    good = encode(Image.fromarray(np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8)), "JPEG")
    png = encode(Image.fromarray(np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8)), "PNG")
    frames = [Image.new("RGB", (40, 40), colour) for colour in ("red", "blue")]
    assert refusal(b"") == "photo_empty_file"
    assert refusal(b"not a picture at all") == "photo_unreadable"
    assert refusal(encode(Image.fromarray(LEFT_RED), "GIF")) == "photo_unreadable"
    assert refusal(encode(Image.fromarray(LEFT_RED), "TIFF")) == "photo_unreadable"
    assert refusal(good[: len(good) // 2]) == "photo_damaged"
    assert refusal(png[: len(png) // 2]) == "photo_damaged"
    assert refusal(good, max_bytes=100) == "photo_too_large"
    assert refusal(good, max_pixels=1000) == "photo_too_many_pixels"
    assert refusal(encode(Image.new("RGB", (8, 400)), "PNG")) == "photo_too_small"
    assert refusal(encode(frames[0], "WEBP", save_all=True, append_images=frames[1:])) == "photo_animated"
    assert refusal(encode(frames[0], "PNG", save_all=True, append_images=frames[1:])) == "photo_animated"


def test_a_bomb_is_refused_by_its_header_before_a_pixel_is_unpacked() -> None:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0))
    bomb = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    with pytest.raises(TooLarge):
        read(bomb)


@pytest.mark.parametrize("seed", range(60))
def test_flipped_bytes_give_a_photo_or_a_reason_and_never_a_crash(seed: int) -> None:
    rng = np.random.default_rng(seed)
    source = encode(
        Image.fromarray(rng.integers(0, 255, (48, 48, 3), dtype=np.uint8)), ["JPEG", "PNG", "WEBP"][seed % 3]
    )
    content = bytearray(source)
    for position in rng.integers(0, len(content), size=6):
        content[position] = rng.integers(0, 256)
    with contextlib.suppress(InvalidInput, TooLarge):
        assert read(bytes(content)).width > 0
