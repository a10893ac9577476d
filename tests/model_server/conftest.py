"""A real model server as a process, checkpoints of random weights, and an HTTP server that hands them out."""

import base64
import dataclasses
import functools
import hashlib
import http.server
import io
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import torch
from PIL import Image

from contracts.checkpoint import CheckpointCard, WeightsFile
from networks.pipeline import build_networks, debug_config, save_networks


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass


@dataclass(frozen=True)
class StoredCheckpoint:
    card: CheckpointCard
    url: str

    @property
    def digest(self) -> str:
        return self.card.checkpoint_sha256

    def load_ask(self, **changes: Any) -> dict[str, Any]:
        files = [{"name": file.name, "url": f"{self.url}/{file.name}"} for file in self.card.files]
        return {"card": self.card.model_dump(mode="json"), "files": files, **changes}


@pytest.fixture(scope="session")
def file_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    folder = tmp_path_factory.mktemp("weights")
    handler = functools.partial(QuietHandler, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield folder, f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="session")
def store_checkpoint(file_server: tuple[Path, str]) -> Callable[..., StoredCheckpoint]:
    """Store debug networks with random weights that are not all zero at the output."""
    root, url = file_server

    def store(name: str, seed: int, *, has_pointmap: bool = False) -> StoredCheckpoint:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            networks = build_networks(dataclasses.replace(debug_config(), has_pointmap=has_pointmap))
            torch.nn.init.normal_(networks.geometry.transformer.shape_out.weight, std=0.05)
        files = [
            WeightsFile(
                name=path.name,
                sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
                size_bytes=path.stat().st_size,
            )
            for path in save_networks(networks, root / name)
        ]
        card = CheckpointCard(
            network=networks.config.to_dict(),
            files=files,
            stage="pretrain",
            recipe="random",
            seed=seed,
            steps=0,
            created_at=datetime(2026, 1, 1, tzinfo=UTC),
        )
        return StoredCheckpoint(card, f"{url}/{name}")

    return store


@pytest.fixture(scope="session")
def checkpoint_a(store_checkpoint: Callable[[str, int], StoredCheckpoint]) -> StoredCheckpoint:
    return store_checkpoint("a", 1)


@pytest.fixture(scope="session")
def checkpoint_b(store_checkpoint: Callable[[str, int], StoredCheckpoint]) -> StoredCheckpoint:
    return store_checkpoint("b", 2)


@contextmanager
def running_server(cache: Path, **settings: str) -> Iterator[httpx.Client]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {
        "MODEL_SERVER_PORT": str(port),
        "MODEL_SERVER_CACHE_FOLDER": str(cache),
        "MODEL_SERVER_DEVICE": "cpu",
        "MODEL_SERVER_THREADS": "1",
        **{f"MODEL_SERVER_{name.upper()}": value for name, value in settings.items()},
    }
    process = subprocess.Popen([sys.executable, "-m", "model_server"], env=environment)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=120, trust_env=False) as client:
            _wait_until_up(client, process)
            yield client
    finally:
        process.terminate()
        try:
            assert process.wait(60) in {0, -15}
        finally:
            process.kill()
            process.wait()


def _wait_until_up(client: httpx.Client, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        try:
            client.get("/health")
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the model server did not start")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with running_server(tmp_path_factory.mktemp("cache")) as client:
        yield client


@pytest.fixture
def ready(server: httpx.Client, checkpoint_a: StoredCheckpoint) -> httpx.Client:
    """Return the server with checkpoint a live."""
    assert server.post("/load", json=checkpoint_a.load_ask()).status_code == 200
    return server


def image_bytes(array: Any, kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, format=kind)
    return buffer.getvalue()


def generation_ask(**changes: Any) -> dict[str, Any]:
    """Return a good ask of one candidate in two steps; ``photo`` and ``mask`` may be given as bytes."""
    rng = np.random.default_rng(0)
    mask = np.zeros((60, 80), dtype=np.uint8)
    mask[10:50, 20:60] = 255
    ask: dict[str, Any] = {
        "photo": image_bytes(rng.integers(0, 256, (60, 80, 3), dtype=np.uint8)),
        "mask": image_bytes(mask),
        "n": 1,
        "seed": 5,
        "steps": 2,
        "guidance": 2.0,
    }
    ask |= changes
    return {
        name: base64.b64encode(value).decode() if isinstance(value, bytes) else value for name, value in ask.items()
    }
