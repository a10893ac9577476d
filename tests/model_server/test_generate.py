import io
from collections.abc import Callable

import httpx
import numpy as np
import pytest
import trimesh
from PIL import Image

from contracts.generation import GenerationAnswer
from tests.model_server.conftest import StoredCheckpoint, generation_ask


def test_each_candidate_is_a_mesh_a_picture_and_a_pose_of_the_live_checkpoint(
    ready: httpx.Client, checkpoint_a: StoredCheckpoint
) -> None:
    response = ready.post("/generate", json=generation_ask(n=3))
    assert response.status_code == 200, response.text
    answer = GenerationAnswer.model_validate_json(response.content)
    assert answer.checkpoint_sha256 == checkpoint_a.digest
    assert len(answer.candidates) + answer.n_empty == 3
    assert [candidate.seed for candidate in answer.candidates] == [5, 6, 7]
    for candidate in answer.candidates:
        scene = trimesh.load_scene(io.BytesIO(candidate.glb), file_type="glb")
        mesh = scene.to_geometry()
        assert len(mesh.faces) > 0
        assert np.abs(mesh.bounds).max() <= 0.5
        assert Image.open(io.BytesIO(candidate.preview_png)).size == (128, 128)
        rotation = np.array(candidate.pose.rotation)
        assert np.allclose(rotation @ rotation.T, np.eye(3), atol=1e-4)


def test_the_same_ask_gives_the_same_bytes_and_another_seed_gives_others(ready: httpx.Client) -> None:
    first = ready.post("/generate", json=generation_ask(n=2)).json()["candidates"]
    again = ready.post("/generate", json=generation_ask(n=2)).json()["candidates"]
    other = ready.post("/generate", json=generation_ask(n=2, seed=99)).json()["candidates"]
    for one, two in zip(first, again, strict=True):
        assert {**one, "seconds": 0} == {**two, "seconds": 0}
    assert first[0]["glb"] != first[1]["glb"] != other[0]["glb"]


def test_an_ask_for_another_checkpoint_is_refused_and_one_for_the_live_one_is_served(
    ready: httpx.Client, checkpoint_a: StoredCheckpoint
) -> None:
    refused = ready.post("/generate", json=generation_ask(checkpoint_sha256="0" * 64))
    assert refused.status_code == 409
    assert refused.json()["field"] == "checkpoint_sha256"
    assert checkpoint_a.digest in refused.json()["reason"]
    assert ready.post("/generate", json=generation_ask(checkpoint_sha256=checkpoint_a.digest)).status_code == 200


@pytest.fixture(scope="session")
def checkpoint_with_points(store_checkpoint: Callable[..., StoredCheckpoint]) -> StoredCheckpoint:
    return store_checkpoint("points", 3, has_pointmap=True)


def points_npy(factor: float) -> bytes:
    """Return a slanted wall before the camera, at half the photo's resolution, ``factor`` times as far."""
    v, u = np.mgrid[0:30, 0:40] + 0.5
    z = 3 + 0.02 * u
    points = np.stack([(20 - u) / 50 * z, (15 - v) / 50 * z, z], axis=2) * factor
    out = io.BytesIO()
    np.save(out, points.astype(np.float32))
    return out.getvalue()


def test_poses_are_told_in_the_units_of_the_pointmap(
    server: httpx.Client, checkpoint_with_points: StoredCheckpoint
) -> None:
    assert server.post("/load", json=checkpoint_with_points.load_ask()).status_code == 200
    poses = []
    for factor in (1.0, 2.0):
        response = server.post("/generate", json=generation_ask(points=points_npy(factor)))
        assert response.status_code == 200, response.text
        poses.append(GenerationAnswer.model_validate_json(response.content).candidates[0].pose)
    near, far = poses
    np.testing.assert_allclose(far.translation, np.multiply(near.translation, 2), rtol=1e-3)
    np.testing.assert_allclose(far.scale, np.multiply(near.scale, 2), rtol=1e-3)
    assert server.post("/generate", json=generation_ask()).status_code == 200


def test_a_network_that_knows_no_pointmap_makes_the_same_shape_with_one(ready: httpx.Client) -> None:
    asks = [generation_ask(), generation_ask(points=points_npy(1.0))]
    plain, with_points = (ready.post("/generate", json=ask).json()["candidates"][0] for ask in asks)
    assert {**plain, "seconds": 0} == {**with_points, "seconds": 0}


def test_points_that_cannot_be_are_refused(ready: httpx.Client) -> None:
    response = ready.post("/generate", json=generation_ask(points=b"no array"))
    assert (response.status_code, response.json()["field"]) == (422, "points")


def test_metrics_name_the_live_checkpoint_and_count_answers(
    ready: httpx.Client, checkpoint_a: StoredCheckpoint
) -> None:
    ready.post("/generate", json=generation_ask())
    text = ready.get("/metrics").text
    assert f'model_server_checkpoint_info{{checkpoint_sha256="{checkpoint_a.digest}"}} 1.0' in text
    assert 'model_server_requests_total{route="/generate",status="200"}' in text
    assert "model_server_queue_length 0.0" in text
