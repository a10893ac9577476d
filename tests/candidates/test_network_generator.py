"""The model server's client against a server that behaves in every way a server can."""

import base64
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from engine.candidates.generators.network import NetworkGenerator
from engine.candidates.generators.port import GeneratorError, ProposalBatch

CHECKPOINT = "ab" * 32
Reply = Callable[[BaseHTTPRequestHandler, dict[str, Any]], None]


@contextmanager
def serving(reply: Reply) -> Iterator[str]:
    """Run a server that answers every POST with ``reply``; give its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            reply(self, json.loads(self.rfile.read(length)))

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def send(handler: BaseHTTPRequestHandler, status: int, body: bytes) -> None:
    handler.send_response(status)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def answer(ask: dict[str, Any], **changes: Any) -> bytes:
    """Return a good answer to ``ask``, with fields of every candidate or of the answer changed."""
    candidate = {
        "glb": base64.b64encode(b"glTF and more").decode(),
        "preview_png": base64.b64encode(b"\x89PNG\r\n\x1a\n and more").decode(),
        "pose": {"rotation": [[1, 0, 0], [0, 1, 0], [0, 0, 1]], "translation": [0, 0, 2], "scale": [1, 1, 1]},
        "seconds": 0.5,
    }
    candidates = [
        {"seed": ask["seed"] + i, **candidate} | {key: value for key, value in changes.items() if key in candidate}
        for i in range(ask["n"])
    ]
    outer = {"checkpoint_sha256": CHECKPOINT, "candidates": candidates, "n_empty": 0}
    return json.dumps(outer | {key: value for key, value in changes.items() if key in outer}).encode()


def propose(url: str, **settings: Any) -> ProposalBatch:
    generator = NetworkGenerator(base_url=url, **{"timeout_seconds": 5.0, **settings})
    return generator.propose(photo=b"photo", mask=b"mask", n=2, seed=40, steps=25, guidance=3.0)


def test_a_good_answer_becomes_proposals() -> None:
    asks = []

    def reply(handler: BaseHTTPRequestHandler, ask: dict[str, Any]) -> None:
        asks.append((handler.path, handler.headers["Authorization"], ask))
        send(handler, 200, answer(ask))

    with serving(reply) as url:
        batch = propose(f"{url}/", token="s3cret", checkpoint_sha256=CHECKPOINT)
    assert batch.checkpoint_sha256 == CHECKPOINT
    assert [proposal.seed for proposal in batch.proposals] == [40, 41]
    assert batch.proposals[0].glb == b"glTF and more"
    path, authorization, ask = asks[0]
    assert (path, authorization) == ("/generate", "Bearer s3cret")
    assert ask["points"] is None
    assert base64.b64decode(ask["photo"]) == b"photo"
    assert {key: ask[key] for key in ("n", "seed", "steps", "guidance", "checkpoint_sha256")} == {
        "n": 2, "seed": 40, "steps": 25, "guidance": 3.0, "checkpoint_sha256": CHECKPOINT,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("status", "is_retryable"),
    [(409, True), (429, True), (500, True), (503, True), (401, False), (413, False), (422, False)],
)
def test_a_refusal_keeps_the_server_s_reason(status: int, is_retryable: bool) -> None:
    body = json.dumps({"field": "mask", "reason": "The mask is empty."}).encode()
    with serving(lambda handler, _: send(handler, status, body)) as url, pytest.raises(GeneratorError) as caught:
        propose(url)
    assert caught.value.reason == f"The model server answered {status}: mask: The mask is empty."
    assert caught.value.is_retryable is is_retryable


@pytest.mark.parametrize(
    "changes",
    [
        {"glb": base64.b64encode(b"<html>").decode()},
        {"glb": "not base64!"},
        {"preview_png": base64.b64encode(b"GIF89a").decode()},
        {"seconds": -1},
        {"pose": {"rotation": [[1, 0, 0]], "translation": [0, 0, 2], "scale": [1, 1, 1]}},
        {"checkpoint_sha256": "short"},
        {"candidates": "none"},
        {"n_empty": -3},
    ],
)
def test_a_wrong_answer_is_garbage_and_may_be_asked_again(changes: dict[str, Any]) -> None:
    with (
        serving(lambda handler, ask: send(handler, 200, answer(ask, **changes))) as url,
        pytest.raises(GeneratorError, match="not usable") as caught,
    ):
        propose(url)
    assert caught.value.is_retryable


@pytest.mark.parametrize(
    "body", [b"", b"<html>It works!</html>", b"{}", b"[1, 2]", b'{"candidates": NaN}', b"\xff\xfe"]
)
def test_what_is_no_answer_is_garbage(body: bytes) -> None:
    with serving(lambda handler, _: send(handler, 200, body)) as url, pytest.raises(GeneratorError, match="not usable"):
        propose(url)


def test_seeds_that_nobody_asked_for_and_another_checkpoint_are_refused() -> None:
    def other_seeds(handler: BaseHTTPRequestHandler, ask: dict[str, Any]) -> None:
        send(handler, 200, answer(ask | {"seed": 7}))

    with serving(other_seeds) as url, pytest.raises(GeneratorError, match="seeds that were not asked for"):
        propose(url)
    with (
        serving(lambda handler, ask: send(handler, 200, answer(ask))) as url,
        pytest.raises(GeneratorError, match="another checkpoint"),
    ):
        propose(url, checkpoint_sha256="cd" * 32)


def test_only_empty_shapes_is_an_answer_and_none_at_all_is_garbage() -> None:
    for n_empty in (2, 0):

        def reply(handler: BaseHTTPRequestHandler, ask: dict[str, Any], n_empty: int = n_empty) -> None:
            send(handler, 200, answer(ask, candidates=[], n_empty=n_empty))

        with serving(reply) as url:
            if n_empty:
                batch = propose(url)
                assert (batch.proposals, batch.n_empty) == ((), 2)
            else:
                with pytest.raises(GeneratorError, match="calls none empty"):
                    propose(url)


def test_a_server_that_drips_is_given_up_in_time() -> None:
    is_over = threading.Event()

    def drip(handler: BaseHTTPRequestHandler, _: dict[str, Any]) -> None:
        handler.send_response(200)
        handler.end_headers()
        try:
            while not is_over.wait(0.05):
                handler.wfile.write(b" ")
                handler.wfile.flush()
        except OSError:
            pass

    started = time.monotonic()
    with serving(drip) as url:
        try:
            with pytest.raises(GeneratorError, match=r"within 0\.5 seconds") as caught:
                propose(url, timeout_seconds=0.5)
        finally:
            is_over.set()
    assert caught.value.is_retryable
    assert time.monotonic() - started < 3


def test_a_silent_server_and_a_cut_connection_and_no_server_may_be_asked_again() -> None:
    is_over = threading.Event()

    def wait(_: BaseHTTPRequestHandler, __: dict[str, Any]) -> None:
        is_over.wait(5)

    with serving(wait) as url:
        try:
            with pytest.raises(GeneratorError, match="did not answer") as silent:
                propose(url, timeout_seconds=0.3)
        finally:
            is_over.set()

    def cut(handler: BaseHTTPRequestHandler, _: dict[str, Any]) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.wfile.write(b"{")

    with serving(cut) as url, pytest.raises(GeneratorError, match="cannot be reached") as torn:
        propose(url)
    with closing(socket.create_server(("127.0.0.1", 0))) as unused:
        port = unused.getsockname()[1]
    with pytest.raises(GeneratorError, match="cannot be reached") as absent:
        propose(f"http://127.0.0.1:{port}")
    assert silent.value.is_retryable
    assert torn.value.is_retryable
    assert absent.value.is_retryable


@pytest.mark.parametrize("url", ["model-server:8500", "", "http://host:port"])
def test_an_address_that_is_none_will_never_work(url: str) -> None:
    with pytest.raises(GeneratorError, match="is not a URL") as caught:
        propose(url)
    assert not caught.value.is_retryable
