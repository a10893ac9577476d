import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.model_server.conftest import StoredCheckpoint, generation_ask, running_server


def changed_card(checkpoint: StoredCheckpoint, **changes: Any) -> dict[str, Any]:
    ask = checkpoint.load_ask()
    ask["card"] |= changes
    return ask


def test_a_switch_in_the_middle_of_requests_fails_none_and_mixes_none(
    ready: httpx.Client, checkpoint_a: StoredCheckpoint, checkpoint_b: StoredCheckpoint
) -> None:
    ask = generation_ask(n=2, steps=6)
    expected = {checkpoint_a.digest: ready.post("/generate", json=ask).json()["candidates"][0]["glb"]}
    answers: list[httpx.Response] = []
    is_over = threading.Event()

    def keep_asking() -> None:
        with httpx.Client(base_url=ready.base_url, timeout=120, trust_env=False) as client:
            while not is_over.is_set():
                answers.append(client.post("/generate", json=ask))

    askers = [threading.Thread(target=keep_asking) for _ in range(3)]
    for asker in askers:
        asker.start()
    loaded = ready.post("/load", json=checkpoint_b.load_ask())
    is_over.set()
    for asker in askers:
        asker.join()
    assert loaded.status_code == 200, loaded.text
    assert loaded.json()["previous_sha256"] == checkpoint_a.digest
    after = ready.post("/generate", json=ask)
    expected[checkpoint_b.digest] = after.json()["candidates"][0]["glb"]
    assert after.json()["checkpoint_sha256"] == checkpoint_b.digest
    assert len(expected) == len(set(expected.values())) == 2
    assert {answer.status_code for answer in answers} == {200}
    for answer in answers:
        assert answer.json()["candidates"][0]["glb"] == expected[answer.json()["checkpoint_sha256"]]


def test_loading_the_live_checkpoint_again_changes_nothing(ready: httpx.Client, checkpoint_a: StoredCheckpoint) -> None:
    answer = ready.post("/load", json=checkpoint_a.load_ask()).json()
    assert answer["checkpoint_sha256"] == answer["previous_sha256"] == checkpoint_a.digest


def refused_and_unchanged(server: httpx.Client, ask: dict[str, Any], status: int, words: str) -> None:
    before = server.get("/health").json()["checkpoint_sha256"]
    response = server.post("/load", json=ask)
    assert response.status_code == status, response.text
    assert words in response.json()["reason"]
    assert server.get("/health").json()["checkpoint_sha256"] == before
    assert server.post("/generate", json=generation_ask()).json()["checkpoint_sha256"] == before


def test_a_shard_with_one_wrong_bit_is_refused_and_the_old_checkpoint_stays(
    ready: httpx.Client, store_checkpoint: Callable[[str, int], StoredCheckpoint], file_server: tuple[Path, str]
) -> None:
    damaged = store_checkpoint("damaged", 3)
    path = file_server[0] / "damaged" / damaged.card.files[0].name
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    refused_and_unchanged(ready, damaged.load_ask(), 422, "SHA-256")


@pytest.mark.parametrize(("change", "words"), [(1, "longer"), (-1, "bytes, the card says")])
def test_a_shard_of_another_length_is_refused(
    ready: httpx.Client,
    store_checkpoint: Callable[[str, int], StoredCheckpoint],
    file_server: tuple[Path, str],
    change: int,
    words: str,
) -> None:
    odd = store_checkpoint(f"length{change}", 4)
    path = file_server[0] / f"length{change}" / odd.card.files[0].name
    content = path.read_bytes()
    path.write_bytes(content + b"\0" if change > 0 else content[:-1])
    refused_and_unchanged(ready, odd.load_ask(), 422, words)


def test_weights_of_another_architecture_are_refused(ready: httpx.Client, checkpoint_b: StoredCheckpoint) -> None:
    network = dict(checkpoint_b.card.network)
    refused_and_unchanged(ready, changed_card(checkpoint_b, network={**network, "layers": 3}), 422, "lack")
    refused_and_unchanged(ready, changed_card(checkpoint_b, network={**network, "layers": 1}), 422, "no place")
    refused_and_unchanged(
        ready, changed_card(checkpoint_b, network={**network, "width": 96}), 422, "by the configuration"
    )
    refused_and_unchanged(ready, changed_card(checkpoint_b, network={**network, "width": 65}), 422, "multiple")
    refused_and_unchanged(ready, changed_card(checkpoint_b, network={**network, "width": 10**9}), 422, "width")
    refused_and_unchanged(ready, changed_card(checkpoint_b, network={"kind": "sphere"}), 422, "unknown")


def test_a_file_that_is_no_safetensors_is_refused(
    ready: httpx.Client, checkpoint_b: StoredCheckpoint, file_server: tuple[Path, str]
) -> None:
    import hashlib
    import pickle

    content = pickle.dumps({"weights": [1, 2, 3]})
    folder = file_server[0] / "pickled"
    folder.mkdir()
    (folder / "weights-001.safetensors").write_bytes(content)
    file = {
        "name": "weights-001.safetensors",
        "sha256": hashlib.sha256(content).hexdigest(),
        "size_bytes": len(content),
    }
    ask = changed_card(checkpoint_b, files=[file])
    ask["files"] = [{"name": file["name"], "url": f"{file_server[1]}/pickled/{file['name']}"}]
    refused_and_unchanged(ready, ask, 422, "safetensors")


def test_urls_that_answer_nothing_good_are_refused(
    ready: httpx.Client, store_checkpoint: Callable[[str, int], StoredCheckpoint], file_server: tuple[Path, str]
) -> None:
    gone = store_checkpoint("gone", 5)
    shutil.rmtree(file_server[0] / "gone")
    refused_and_unchanged(ready, gone.load_ask(), 502, "404")
    name = gone.card.files[0].name
    refused_and_unchanged(ready, gone.load_ask(files=[{"name": name, "url": "http://127.0.0.1:1/x"}]), 502, "fetched")
    refused_and_unchanged(ready, gone.load_ask(files=[{"name": name, "url": "file:///etc/passwd"}]), 422, "match")
    refused_and_unchanged(ready, gone.load_ask(files=[{"name": "other.safetensors", "url": gone.url}]), 422, "same")


def test_before_the_first_load_it_says_empty_and_needs_the_token(
    tmp_path: Path, checkpoint_a: StoredCheckpoint
) -> None:
    with running_server(tmp_path, token="secret", body_bytes="200000") as client:
        assert client.get("/health").json()["status"] == "empty"
        assert client.post("/generate", json=generation_ask()).status_code == 401
        assert client.post("/load", json=checkpoint_a.load_ask()).status_code == 401
        client.headers["authorization"] = "Bearer secret"
        empty = client.post("/generate", json=generation_ask())
        assert empty.status_code == 503
        assert int(empty.headers["retry-after"]) > 0
        assert client.post("/load", json=checkpoint_a.load_ask()).status_code == 200
        assert client.post("/generate", json=generation_ask()).status_code == 200
        too_large = client.post("/generate", content=b"x" * 200_001)
        assert too_large.status_code == 413
        unannounced = client.post("/generate", content=(b"x" * 50_000 for _ in range(5)))
        assert unannounced.status_code == 413


def test_a_full_queue_answers_503_and_the_requests_in_it_are_served(
    tmp_path: Path, checkpoint_a: StoredCheckpoint
) -> None:
    with running_server(tmp_path, queue_length="1") as client:
        assert client.post("/load", json=checkpoint_a.load_ask()).status_code == 200
        statuses: list[int] = []

        def ask() -> None:
            statuses.append(
                httpx.post(f"{client.base_url}/generate", json=generation_ask(steps=30), timeout=120).status_code
            )

        askers = [threading.Thread(target=ask) for _ in range(6)]
        for asker in askers:
            asker.start()
        for asker in askers:
            asker.join()
        assert set(statuses) == {200, 503}
        assert client.post("/generate", json=generation_ask()).status_code == 200


def test_queued_work_is_not_begun_once_its_client_is_gone(tmp_path: Path, checkpoint_a: StoredCheckpoint) -> None:
    with running_server(tmp_path) as client:
        assert client.post("/load", json=checkpoint_a.load_ask()).status_code == 200
        first = threading.Thread(
            target=client.post, args=("/generate",), kwargs={"json": generation_ask(n=8, steps=60)}
        )
        first.start()
        while client.get("/health").json()["requests_running"] == 0:
            pass
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(f"{client.base_url}/generate", json=generation_ask(n=64, steps=200), timeout=1)
        first.join()
        # Sixty-four candidates of two hundred steps would take minutes.
        answer = httpx.post(f"{client.base_url}/generate", json=generation_ask(), timeout=30)
        assert answer.status_code == 200


def test_a_stop_does_not_wait_for_a_long_request(tmp_path: Path, checkpoint_a: StoredCheckpoint) -> None:
    # running_server itself asserts that the process ends in time and in order.
    with running_server(tmp_path, shutdown_seconds="1") as client:
        assert client.post("/load", json=checkpoint_a.load_ask()).status_code == 200
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(f"{client.base_url}/generate", json=generation_ask(n=64, steps=200), timeout=1)
