"""A real worker is killed in the middle of a request; another finishes it."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from contracts.generation import GeneratedCandidate, GenerationAnswer, GenerationAsk
from engine.candidates.generators.fake import FakeGenerator
from engine.candidates.models import Candidate, GenerationRequest, GenerationState
from engine.candidates.services.requests import request_candidates
from engine.candidates.tasks import sweep_generation_requests
from engine.core.clock import now
from engine.registry.models import Checkpoint, Deployment
from tests.candidates.factories import make_target
from tests.services import Services
from tests.waiting import wait_until

PROJECT = Path(__file__).resolve().parents[2]
DIGEST = "c" * 64


@contextmanager
def slow_then_ready() -> Iterator[tuple[str, threading.Event, threading.Event]]:
    """Answer ``/generate`` only once ``may_answer`` is set; ``was_asked`` tells that somebody waits."""
    was_asked, may_answer = threading.Event(), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            ask = GenerationAsk.model_validate_json(self.rfile.read(int(self.headers["Content-Length"])))
            was_asked.set()
            may_answer.wait(60)
            batch = FakeGenerator().propose(photo=b"", mask=b"", n=ask.n, seed=ask.seed, steps=1, guidance=1)
            candidates = [
                {"seed": one.seed, "glb": one.glb, "preview_png": one.preview_png, "pose": one.pose, "seconds": 0.1}
                for one in batch.proposals
            ]
            body = _encoded(candidates)
            try:
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except OSError:
                pass  # the asker was killed

        def log_message(self, *args: Any) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", was_asked, may_answer
    finally:
        may_answer.set()
        server.shutdown()
        server.server_close()


def _encoded(candidates: list[dict[str, Any]]) -> bytes:
    import base64

    rows = [
        GeneratedCandidate.model_validate(
            {**one, "glb": base64.b64encode(one["glb"]), "preview_png": base64.b64encode(one["preview_png"])}
        )
        for one in candidates
    ]
    return GenerationAnswer(checkpoint_sha256=DIGEST, candidates=rows).model_dump_json().encode()


@contextmanager
def worker(environment: dict[str, str], log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    command = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "engine.celery",
        "worker",
        "-Q",
        "propose",
        "-P",
        "solo",
        "-c",
        "1",
    ]
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, cwd=PROJECT, env=environment, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def last_lines(log: Path) -> str:
    return log.read_text()[-3000:]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_killed_workers_request_is_finished_by_another(services: Services, settings: Any, tmp_path: Path) -> None:
    settings.ENVIRONMENT = settings.ENVIRONMENT.model_copy(update={"generators": {"network": 2}})
    checkpoint = Checkpoint.objects.create(checkpoint_sha256=DIGEST, stage="sft", recipe="debug", card={}, size_bytes=1)
    Deployment.objects.create(checkpoint=checkpoint, reason="first")
    (request,) = request_candidates(target=make_target())
    with slow_then_ready() as (url, was_asked, may_answer):
        environment = {
            **os.environ,
            "FLYWHEEL_DATABASE_URL": services.postgres.url(connection.settings_dict["NAME"]),
            "FLYWHEEL_MODEL_SERVER_URL": url,
        }
        log = tmp_path / "worker.log"
        with worker(environment, log) as first:
            wait_until(was_asked.is_set, why=lambda: last_lines(log), seconds=60)
            os.kill(first.pid, signal.SIGKILL)
            first.wait()
        request.refresh_from_db()
        assert request.state == GenerationState.RUNNING
        GenerationRequest.objects.filter(pk=request.pk).update(lease_expires_at=now())
        may_answer.set()
        sweep_generation_requests()
        with worker(environment, log):
            wait_until(
                lambda: Candidate.objects.filter(request=request).count() == 2, seconds=60, why=lambda: last_lines(log)
            )
            wait_until(
                lambda: GenerationRequest.objects.get(pk=request.pk).state == GenerationState.DONE,
                seconds=60,
                why=lambda: last_lines(log),
            )
    request.refresh_from_db()
    assert request.attempts == 2
    assert {one.checkpoint_id for one in Candidate.objects.all()} == {checkpoint.pk}
