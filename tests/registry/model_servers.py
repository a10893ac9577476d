"""A small HTTP server that keeps the model server's contract for /health and /load, without a network behind it."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

from contracts.digests import sha256_hex
from contracts.generation import HealthAnswer, LoadAnswer, LoadAsk


class ContractServer:
    """Fetches and verifies what it is told to load, as the real one does. Set ``refusal`` to make it refuse."""

    def __init__(self) -> None:
        self.held: str | None = None
        self.refusal: tuple[int, bytes] | None = None
        self.loads = 0
        self.tokens: set[str | None] = set()
        self.url = ""

    def answer(self, route: str, body: bytes) -> tuple[int, bytes]:
        """Return status and body."""
        if self.refusal is not None:
            return self.refusal
        if route == "/health":
            status = "ready" if self.held else "empty"
            health = HealthAnswer(status=status, checkpoint_sha256=self.held, device="cpu", requests_running=0)
            return 200, health.model_dump_json().encode()
        ask = LoadAsk.model_validate_json(body)
        url_of = {file.name: file.url for file in ask.files}
        for file in ask.card.files:
            if sha256_hex(httpx.get(url_of[file.name]).content) != file.sha256:
                return 422, json.dumps({"field": "files", "reason": f"{file.name} is damaged"}).encode()
        previous, self.held, self.loads = self.held, ask.card.checkpoint_sha256, self.loads + 1
        answer = LoadAnswer(checkpoint_sha256=self.held, previous_sha256=previous, seconds=0.1)
        return 200, answer.model_dump_json().encode()


@contextmanager
def contract_server() -> Iterator[ContractServer]:
    """Run the server on a free port for a while."""
    state = ContractServer()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            state.tokens.add(self.headers.get("Authorization"))
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, content = state.answer(self.path, body)
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = _answer

        def log_message(self, *args: Any) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
