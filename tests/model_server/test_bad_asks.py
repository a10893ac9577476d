import io
import struct
import zlib
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image

from contracts.generation import ErrorAnswer
from tests.model_server.conftest import generation_ask, image_bytes


def png_that_claims(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose header promises a huge picture."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    )


GOOD_PHOTO = image_bytes(np.full((60, 80, 3), 90, dtype=np.uint8))
GIF = io.BytesIO()
Image.new("RGB", (80, 60)).save(GIF, format="GIF")
HALF = np.zeros((60, 80), dtype=np.uint8)
HALF[:30] = 255


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"photo": b""}, "photo", "not a"),
        ({"photo": b"hello"}, "photo", "not a"),
        ({"photo": GIF.getvalue()}, "photo", "not a"),
        ({"photo": GOOD_PHOTO[: len(GOOD_PHOTO) // 2]}, "photo", "damaged"),
        ({"photo": png_that_claims(60_000, 60_000)}, "photo", "more than"),
        ({"photo": png_that_claims(9_000, 9_000)}, "photo", "more than"),
        ({"mask": b""}, "mask", "not a"),
        ({"mask": image_bytes(HALF, "JPEG")}, "mask", "not a"),
        ({"mask": image_bytes(np.zeros((60, 80, 3), dtype=np.uint8))}, "mask", "single-channel"),
        ({"mask": image_bytes(np.zeros((60, 80), dtype=np.uint16))}, "mask", "single-channel"),
        ({"mask": image_bytes(HALF[:, :79])}, "mask", "79x60"),
        ({"mask": image_bytes(HALF * 0)}, "mask", "empty"),
        ({"mask": image_bytes(HALF * 0 + 255)}, "mask", "whole photo"),
        ({"n": 0}, "n", "greater"),
        ({"n": 65}, "n", "less"),
        ({"seed": -1}, "seed", "greater"),
        ({"steps": 0}, "steps", "greater"),
        ({"steps": 10_000}, "steps", "less"),
        ({"guidance": -1}, "guidance", "greater"),
        ({"guidance": "much"}, "guidance", "number"),
        ({"checkpoint_sha256": "abc"}, "checkpoint_sha256", "match"),
        ({"colour": "red"}, "colour", "not permitted"),
    ],
)
def test_a_wrong_ask_is_refused_with_its_field_and_reason(
    ready: httpx.Client, changes: dict[str, Any], field: str, words: str
) -> None:
    response = ready.post("/generate", json=generation_ask(**changes))
    assert response.status_code == 422, response.text
    answer = ErrorAnswer.model_validate_json(response.content)
    assert answer.field == field
    assert words in answer.reason


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"photo": "\xff"}', b'{"guidance": NaN}'])
def test_a_body_that_is_no_ask_is_refused(ready: httpx.Client, body: bytes) -> None:
    response = ready.post("/generate", content=body, headers={"content-type": "application/json"})
    assert response.status_code in {400, 422}
    ErrorAnswer.model_validate_json(response.content)


def test_unknown_paths_and_methods_answer_in_the_same_form(ready: httpx.Client) -> None:
    for response in (ready.get("/nothing"), ready.get("/generate")):
        assert response.status_code in {404, 405}
        ErrorAnswer.model_validate_json(response.content)


def test_the_server_still_serves_after_all_that(ready: httpx.Client) -> None:
    assert ready.post("/generate", json=generation_ask()).status_code == 200
