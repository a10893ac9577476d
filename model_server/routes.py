"""The routes. Asks and answers are those of contracts.generation and contracts.alignment."""

import asyncio
import secrets
from concurrent.futures import Future
from typing import cast

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.concurrency import run_in_threadpool

from contracts.alignment import AlignAnswer, AlignAsk
from contracts.generation import ErrorAnswer, GenerationAnswer, GenerationAsk, HealthAnswer, LoadAnswer, LoadAsk
from model_server.aligning import align
from model_server.images import read_mask, read_photo
from model_server.pointmaps import read_points
from model_server.refusals import RefusalError
from model_server.services import Services
from model_server.settings import ServerSettings
from model_server.worker import Job

router = APIRouter(responses={status: {"model": ErrorAnswer} for status in (401, 409, 413, 422, 500, 502, 503, 504)})

# How long a request whose client is gone may stay unnoticed.
_HANG_UP_CHECK_SECONDS = 0.5


def _services(request: Request) -> Services:
    return cast(Services, request.app.state.services)


def check_token(request: Request, settings: ServerSettings) -> None:
    """Raise RefusalError (401) when a token is set and the request does not bear it."""
    token = settings.token.get_secret_value()
    given = request.headers.get("authorization", "").encode("latin-1", "replace")
    if token and not secrets.compare_digest(given, f"Bearer {token}".encode()):
        raise RefusalError(401, "This server needs its bearer token.")


@router.post("/generate", response_model=GenerationAnswer)
async def generate(ask: GenerationAsk, request: Request) -> Response:
    """Make candidates for one masked object."""
    services = _services(request)
    check_token(request, services.settings)
    job = await run_in_threadpool(_decode, ask, services.settings)
    answer = await _wait_for(services.worker.submit(job), request)
    services.metrics.candidates.labels("made").inc(len(answer.candidates))
    services.metrics.candidates.labels("empty").inc(answer.n_empty)
    body = await run_in_threadpool(answer.model_dump_json)
    return Response(body, media_type="application/json")


async def _wait_for(future: "Future[GenerationAnswer]", request: Request) -> GenerationAnswer:
    """Wait for the worker. Work that is still queued when its client hangs up is not begun: it will ask again."""
    waiting = asyncio.wrap_future(future)
    while not (await asyncio.wait({waiting}, timeout=_HANG_UP_CHECK_SECONDS))[0]:
        if await request.is_disconnected():
            waiting.cancel()
            raise RefusalError(499, "The client hung up.")
    return waiting.result()


def _decode(ask: GenerationAsk, settings: ServerSettings) -> Job:
    photo = read_photo(ask.photo, settings.photo_pixels)
    mask = read_mask(ask.mask, photo.shape[:2], settings.photo_pixels)
    seeds = [ask.seed + index for index in range(ask.n)]
    points = None if ask.points is None else read_points(ask.points, mask.shape)
    return Job(photo, mask, seeds, ask.steps, ask.guidance, ask.checkpoint_sha256, points)


@router.post("/align")
async def fit(ask: AlignAsk, request: Request) -> AlignAnswer:
    """Fit a pose to a mask. Needs no checkpoint and does not wait for those that do."""
    settings = _services(request).settings
    check_token(request, settings)
    return await run_in_threadpool(align, ask, settings)


@router.post("/load")
async def load(ask: LoadAsk, request: Request) -> LoadAnswer:
    """Bring another checkpoint live."""
    services = _services(request)
    check_token(request, services.settings)
    try:
        answer = await run_in_threadpool(services.holder.load, ask)
    except RefusalError:
        services.metrics.loads.labels("refused").inc()
        raise
    services.metrics.loads.labels("live").inc()
    services.metrics.show_checkpoint(answer.checkpoint_sha256)
    return answer


@router.get("/health")
async def health(request: Request) -> HealthAnswer:
    """Say what is live."""
    services = _services(request)
    live = services.holder.live
    return HealthAnswer(
        status="ready" if live else "empty",
        checkpoint_sha256=live.checkpoint_sha256 if live else None,
        device=str(services.holder.device),
        requests_running=services.worker.requests_running,
    )


@router.get("/metrics", response_class=Response)
async def metrics(request: Request) -> Response:
    """Return the metrics as Prometheus reads them."""
    return Response(generate_latest(_services(request).metrics.registry), media_type=CONTENT_TYPE_LATEST)
