"""Errors that a person or a client can act upon. Services raise them; the API and the pages show them.

Every error says which field is wrong (or None), a stable code for programs, and a sentence that says what to do.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing that is wrong."""

    field: str | None
    code: str
    reason: str


class EngineError(Exception):
    """Something the caller asked for cannot be done, and why. ``http_status`` is what the API answers."""

    http_status = 400
    retry_after_seconds: int | None = None

    def __init__(self, reason: str, *, code: str, field: str | None = None) -> None:
        super().__init__(reason)
        self.faults: Sequence[Fault] = (Fault(field=field, code=code, reason=reason),)

    @property
    def headers(self) -> dict[str, str]:
        """Headers of the answer that tells of it."""
        return {} if self.retry_after_seconds is None else {"Retry-After": str(self.retry_after_seconds)}

    @property
    def code(self) -> str:
        """The code of the first fault."""
        return self.faults[0].code


class InvalidInput(EngineError):
    """What was sent is wrong; sending it again unchanged will not help."""


class NotAllowed(EngineError):
    """This person may not do this."""

    http_status = 403


class NotFound(EngineError):
    """There is no such thing, or not for this person."""

    http_status = 404


class Conflict(EngineError):
    """The thing has changed meanwhile: fetch it again and decide again."""

    http_status = 409


class TooLarge(EngineError):
    """The upload is over a limit."""

    http_status = 413


class TooManyRequests(EngineError):
    """Asked too often. The same request may be sent again after ``seconds``."""

    http_status = 429

    def __init__(self, reason: str, *, code: str, seconds: int) -> None:
        super().__init__(reason, code=code)
        self.retry_after_seconds = seconds


class Unavailable(EngineError):
    """A part of the platform does not answer just now. The same request may succeed later; nothing was written."""

    http_status = 503
