"""The ASGI application: routes, errors in one form, a limit on bodies, counts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from contracts.generation import ErrorAnswer
from model_server.body_limit import BodyLimit
from model_server.counting import Counting
from model_server.refusals import RefusalError
from model_server.routes import router
from model_server.services import build_services
from model_server.settings import ServerSettings


def create_app(settings: ServerSettings) -> FastAPI:
    """Build the application; its worker thread lives as long as the application runs."""
    services = build_services(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        services.worker.start()
        yield
        services.worker.stop()

    app = FastAPI(title="Flywheel 3D model server", lifespan=lifespan)
    app.state.services = services
    app.include_router(router)
    app.add_exception_handler(RefusalError, _answer_refusal)
    app.add_exception_handler(RequestValidationError, _answer_invalid)
    app.add_exception_handler(HTTPException, _answer_http)
    app.add_exception_handler(Exception, _answer_unexpected)
    app.add_middleware(BodyLimit, most_bytes=settings.body_bytes)
    app.add_middleware(Counting, metrics=services.metrics)
    return app


def _error(status: int, reason: str, field: str | None = None, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse(ErrorAnswer(field=field, reason=reason).model_dump(), status_code=status, headers=headers)


async def _answer_refusal(_: Request, error: Exception) -> Response:
    assert isinstance(error, RefusalError)
    headers = {"Retry-After": str(error.retry_after)} if error.retry_after else None
    return _error(error.status, error.reason, error.field, headers)


async def _answer_invalid(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"] if part != "body") or None
    return _error(422, f"{first['msg']}.", field)


async def _answer_http(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return _error(error.status_code, str(error.detail))


async def _answer_unexpected(_: Request, error: Exception) -> Response:
    return _error(500, f"The server failed: {type(error).__name__}.")
