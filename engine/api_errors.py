"""One shape for every error of the API: ``{"errors": [{"field", "code", "reason"}]}``."""

from collections.abc import Iterator
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler, set_rollback

from engine.core.errors import EngineError

log = structlog.get_logger(__name__)


def _leaves(detail: Any, field: str | None) -> Iterator[dict[str, str | None]]:
    if isinstance(detail, dict):
        for name, inner in detail.items():
            own = None if name in {"detail", "non_field_errors"} else str(name)
            yield from _leaves(inner, own if field is None else f"{field}.{own}" if own else field)
    elif isinstance(detail, list):
        for inner in detail:
            yield from _leaves(inner, field)
    else:
        yield {"field": field, "code": str(getattr(detail, "code", "invalid")), "reason": str(detail)}


def answer_error(error: Exception, context: dict[str, Any]) -> Response | None:
    """Translate an exception into the API's error answer; None lets Django answer 500 and log it."""
    if isinstance(error, EngineError):
        set_rollback()
        faults = [{"field": f.field, "code": f.code, "reason": f.reason} for f in error.faults]
        return Response({"errors": faults}, status=error.http_status, headers=error.headers)
    if isinstance(error, OperationalError | InterfaceError):
        log.warning("database_unavailable", error=str(error))
        fault = {
            "field": None,
            "code": "database_down",
            "reason": "The database does not answer. Nothing was written; try again in a moment.",
        }
        return Response({"errors": [fault]}, status=503, headers={"Retry-After": "2"})
    if isinstance(error, Http404):
        error = exceptions.NotFound("There is no such thing.")
    elif isinstance(error, RecursionError):
        # A body of nothing but brackets; the parser gives up before any of ours sees it.
        error = exceptions.ParseError("The JSON is nested too deeply.")
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    response = exception_handler(error, context)
    if response is not None and isinstance(error, exceptions.APIException):
        response.data = {"errors": list(_leaves(error.detail, None))}
    return response
