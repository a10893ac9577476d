import base64
import io
from collections.abc import Iterator
from typing import Any

import httpx
import numpy as np
import pytest
import trimesh
from numpy.typing import NDArray
from PIL import Image

from contracts.alignment import AlignAnswer
from tests.model_server.conftest import running_server

WIDTH, HEIGHT = 160, 120
POSE: dict[str, Any] = {
    "rotation": [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
    "translation": [0.3, -0.1, 4.4],
    "scale": [1.0, 1.0, 1.0],
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with running_server(tmp_path_factory.mktemp("cache")) as client:
        yield client


def encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


def mask_png() -> bytes:
    """Return the mask of a unit box at depth 4: its front face spans 2.5 * 80 / 3.5 pixels."""
    half = 2.5 * 80 / 3.5 / 2
    u, v = np.arange(WIDTH) + 0.5 - WIDTH / 2, np.arange(HEIGHT) + 0.5 - HEIGHT / 2
    mask = (np.abs(v) <= half)[:, None] & (np.abs(u) <= half)[None, :]
    out = io.BytesIO()
    Image.fromarray(mask.astype(np.uint8) * 255).save(out, "PNG")
    return out.getvalue()


def ask(**changes: Any) -> dict[str, Any]:
    glb = trimesh.creation.box((1, 1, 1)).export(file_type="glb")
    return {"glb": encoded(glb), "mask": encoded(mask_png()), "pose": POSE, **changes}


def test_a_box_is_fitted_without_a_checkpoint(server: httpx.Client) -> None:
    response = server.post("/align", json=ask())
    assert response.status_code == 200, response.text
    answer = AlignAnswer.model_validate_json(response.content)
    assert answer.start_iou < 0.7
    assert answer.iou > 0.95
    rotation = np.array(answer.pose.rotation)
    assert np.abs(rotation @ rotation.T - np.eye(3)).max() < 1e-9


def npy(array: Any) -> bytes:
    out = io.BytesIO()
    np.save(out, array)
    return out.getvalue()


def wall(rows: int, columns: int, metres: float) -> NDArray[np.float32]:
    """Return a grid of points of a wall across the line of sight, x left, y up, z forward."""
    reach = 2.5 * columns / 2
    v, u = np.mgrid[0:rows, 0:columns] + 0.5
    points = np.stack([(columns / 2 - u) / reach, (rows / 2 - v) / reach, np.ones_like(u)], axis=2) * metres
    return points.astype(np.float32)


@pytest.mark.parametrize("size", [(HEIGHT, WIDTH), (HEIGHT // 2, WIDTH // 2)], ids=["every pixel", "coarser grid"])
def test_a_pointmap_tells_the_distance_and_the_size(server: httpx.Client, size: tuple[int, int]) -> None:
    # The front face of a box twice as large and twice as far: no silhouette tells it from the one at depth 4.
    response = server.post("/align", json=ask(points=encoded(npy(wall(*size, 7.0)))))
    assert response.status_code == 200, response.text
    answer = AlignAnswer.model_validate_json(response.content)
    assert answer.residual is not None
    assert answer.residual < 0.1
    # Where the front face lies, whatever the depth of a box of which nothing but the front is seen.
    front = answer.pose.translation[2] - answer.pose.scale[2] / 2
    assert front == pytest.approx(7.0, abs=0.25)
    assert answer.iou > 0.9


@pytest.mark.parametrize(
    "points",
    [
        wall(HEIGHT, WIDTH, 7).astype(np.float64),
        wall(HEIGHT, WIDTH, 7)[..., :2],
        wall(HEIGHT * 2, WIDTH * 2, 7),
        wall(HEIGHT // 2, WIDTH, 7),
        wall(WIDTH, HEIGHT, 7),
    ],
    ids=["double", "two numbers", "finer", "half", "on its side"],
)
def test_points_that_do_not_fit_the_photo_are_refused(server: httpx.Client, points: Any) -> None:
    response = server.post("/align", json=ask(points=encoded(npy(points))))
    assert (response.status_code, response.json()["field"]) == (422, "points")


def test_a_header_that_announces_more_than_there_is_is_refused(server: httpx.Client) -> None:
    content = npy(wall(HEIGHT, WIDTH, 7))
    response = server.post("/align", json=ask(points=encoded(content[:-4])))
    assert (response.status_code, response.json()["field"]) == (422, "points")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"glb": encoded(b"")}, "glb"),
        ({"glb": encoded(b"glTF" + b"\0" * 40)}, "glb"),
        ({"mask": encoded(b"no picture")}, "mask"),
        ({"points": encoded(b"no array")}, "points"),
        ({"pose": {**POSE, "scale": [1.0, 0.0, 1.0]}}, "pose.scale.1"),
        ({"focal": 0}, "focal"),
    ],
)
def test_what_cannot_be_fitted_is_refused(server: httpx.Client, changes: dict[str, Any], field: str) -> None:
    response = server.post("/align", json=ask(**changes))
    assert (response.status_code, response.json()["field"]) == (422, field)
