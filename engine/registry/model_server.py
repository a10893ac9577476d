"""The engine's side of the model server: how it is, and which checkpoint it shall hold."""

from typing import TypeVar

import httpx
from django.conf import settings
from pydantic import BaseModel, ValidationError

from contracts.alignment import AlignAnswer, AlignAsk
from contracts.generation import ErrorAnswer, HealthAnswer, LoadAnswer, LoadAsk
from engine.core.errors import Unavailable

HEALTH_SECONDS = 3.0
ALIGN_SECONDS = 30.0
AnswerT = TypeVar("AnswerT", bound=BaseModel)


class ModelServerClient:
    """One model server at ``base_url``. Every failure is Unavailable, with what went wrong."""

    def __init__(self, *, base_url: str, token: str | None, timeout_seconds: float) -> None:
        self._base_url = base_url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._timeout_seconds = timeout_seconds

    def health(self) -> HealthAnswer:
        """Return what the server holds. Fast: a page waits for it."""
        return self._call("GET", "/health", None, HealthAnswer, seconds=HEALTH_SECONDS)

    def load(self, ask: LoadAsk) -> LoadAnswer:
        """Make the server fetch, verify and switch to a checkpoint; return after the switch."""
        return self._call("POST", "/load", ask, LoadAnswer, seconds=self._timeout_seconds)

    def align(self, ask: AlignAsk) -> AlignAnswer:
        """Fit a pose to a mask. A person waits for it, so not as long as for a load."""
        seconds = min(ALIGN_SECONDS, self._timeout_seconds)
        return self._call("POST", "/align", ask, AlignAnswer, seconds=seconds)

    def _call(
        self, method: str, route: str, ask: BaseModel | None, answer_type: type[AnswerT], *, seconds: float
    ) -> AnswerT:
        timeout = httpx.Timeout(seconds, connect=min(3.0, seconds))
        content = ask.model_dump_json() if ask else None
        headers = {**self._headers, "Content-Type": "application/json"}
        try:
            with httpx.Client(timeout=timeout, trust_env=False) as client:
                response = client.request(method, self._base_url + route, content=content, headers=headers)
        except httpx.TimeoutException as error:
            raise _unavailable(f"The model server did not answer within {seconds:g} seconds.") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise _unavailable(f"The model server at {self._base_url} cannot be reached: {error}") from error
        if response.status_code != 200:
            raise _unavailable(f"The model server answered {response.status_code}: {_reason_of(response)}")
        try:
            return answer_type.model_validate_json(response.content)
        except ValidationError as error:
            raise _unavailable("The model server's answer cannot be read; is it another program?") from error


def _unavailable(reason: str) -> Unavailable:
    return Unavailable(reason, code="model_server_down")


def _reason_of(response: httpx.Response) -> str:
    try:
        return ErrorAnswer.model_validate_json(response.content).reason
    except ValidationError:
        return "no reason given"


def model_server() -> ModelServerClient:
    """Return the client for the model server of the settings."""
    environment = settings.ENVIRONMENT
    token = environment.model_server_token
    return ModelServerClient(
        base_url=environment.model_server_url,
        token=token.get_secret_value() if token else None,
        timeout_seconds=environment.model_server_timeout_seconds,
    )
