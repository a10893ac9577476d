"""The model server is down, slow or talks nonsense: the request says why, waits, and is done once it is back."""

import base64
import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from engine.candidates.backoff import NOT_READY_DELAY
from engine.candidates.generators.fake import FakeGenerator
from engine.candidates.models import Candidate, GenerationRequest, GenerationState
from engine.candidates.selectors import TargetStatus, target_by_id
from engine.candidates.services.generation import run_generation
from engine.candidates.services.requests import request_candidates
from engine.core.clock import now
from engine.registry.models import Checkpoint, Deployment
from tests.candidates.factories import make_target
from tests.candidates.test_network_generator import send, serving

pytestmark = pytest.mark.django_db

CHECKPOINT = "ab" * 32
Reply = Callable[[BaseHTTPRequestHandler, dict[str, Any]], None]


@pytest.fixture
def model_server_at(settings: Any) -> Callable[[str], None]:
    """Point the platform at a model server, and make its live checkpoint the one that the server names."""
    checkpoint = Checkpoint.objects.create(
        checkpoint_sha256=CHECKPOINT, stage="sft", recipe="debug", card={}, size_bytes=1
    )
    Deployment.objects.create(checkpoint=checkpoint, reason="first")

    def point(url: str) -> None:
        update = {"generators": {"network": 2}, "model_server_url": url, "model_server_timeout_seconds": 1.0}
        settings.ENVIRONMENT = settings.ENVIRONMENT.model_copy(update=update)

    return point


def answer_well(handler: BaseHTTPRequestHandler, ask: dict[str, Any]) -> None:
    made = FakeGenerator().propose(photo=b"", mask=b"", n=ask["n"], seed=ask["seed"], steps=1, guidance=1)
    candidates = [
        {
            "seed": one.seed, "glb": base64.b64encode(one.glb).decode(),
            "preview_png": base64.b64encode(one.preview_png).decode(), "seconds": 0.1,
            "pose": one.pose.model_dump(mode="json") if one.pose else None,
        }
        for one in made.proposals
    ]  # fmt: skip
    send(handler, 200, json.dumps({"checkpoint_sha256": CHECKPOINT, "candidates": candidates, "n_empty": 0}).encode())


def run_again(request: GenerationRequest) -> GenerationRequest:
    GenerationRequest.objects.filter(pk=request.pk).update(not_before=None)
    run_generation(request_id=request.pk)
    request.refresh_from_db()
    return request


def test_a_request_waits_for_a_model_server_and_is_done_when_it_is_back(
    model_server_at: Callable[[str], None],
) -> None:
    model_server_at("http://127.0.0.1:9")
    target = make_target()
    (request,) = request_candidates(target=target)
    is_over, reasons = threading.Event(), []

    def answer_late(handler: BaseHTTPRequestHandler, ask: dict[str, Any]) -> None:
        is_over.wait(5)

    replies: list[Reply] = [
        answer_late,
        lambda handler, ask: send(handler, 200, b"<html>Bad gateway</html>"),
        lambda handler, ask: send(handler, 500, b"\x00\xff"),
    ]
    reasons.append(run_again(request).failure_reason)
    for reply in replies:
        with serving(reply) as url:
            model_server_at(url)
            reasons.append(run_again(request).failure_reason)
            is_over.set()
        assert request.state == GenerationState.WAITING
        assert request.not_before is not None
        assert target_by_id(target.pk).status == TargetStatus.WAITING  # type: ignore[attr-defined]
    expected = ("cannot be reached", "did not answer within 1 seconds", "not usable", "answered 500: no reason given")
    assert [words in reason for words, reason in zip(expected, reasons, strict=True)] == [True] * 4, reasons
    assert not Candidate.objects.exists()
    with serving(answer_well) as url:
        model_server_at(url)
        run_again(request)
    assert (request.state, request.failure_reason) == (GenerationState.DONE, "")
    assert Candidate.objects.filter(target=target).count() == 2


def refuse(field: str | None, reason: str) -> Reply:
    body = json.dumps({"field": field, "reason": reason}).encode()
    return lambda handler, ask: send(handler, 503, body)


def test_a_server_that_still_loads_costs_no_attempt_and_the_oldest_request_stays_the_first(
    model_server_at: Callable[[str], None],
) -> None:
    model_server_at("http://127.0.0.1:9")
    (older,), (newer,) = (request_candidates(target=make_target()) for _ in range(2))
    with serving(refuse(None, "No checkpoint has been loaded yet.")) as url:
        model_server_at(url)
        for _ in range(7):
            run_again(older)
        run_again(newer)
    assert "No checkpoint has been loaded yet." in older.failure_reason
    for request in (older, newer):
        assert (request.state, request.attempts) == (GenerationState.WAITING, 0)
        assert request.not_before is not None
        assert request.not_before - now() <= NOT_READY_DELAY
    assert older.not_before is not None
    assert newer.not_before is not None
    assert older.not_before <= newer.not_before
    with serving(answer_well) as url:
        model_server_at(url)
        run_again(older)
    assert older.state == GenerationState.DONE


@pytest.mark.parametrize(
    "reply",
    [refuse("n", "Too little memory for so many."), lambda handler, ask: send(handler, 503, b"<html>busy</html>")],
    ids=["a request that is too large", "a proxy"],
)
def test_a_503_that_may_be_for_good_is_counted(model_server_at: Callable[[str], None], reply: Reply) -> None:
    model_server_at("http://127.0.0.1:9")
    (request,) = request_candidates(target=make_target())
    with serving(reply) as url:
        model_server_at(url)
        run_again(request)
    assert (request.state, request.attempts) == (GenerationState.WAITING, 1)
