"""Turns an engine error or a lost database outside the API (pages, sign-in) into a page that says what to do."""

from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from engine.core.errors import EngineError


class EngineErrorMiddleware:
    """Answers with the error's own status. Rendered without the request: context processors need the database."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer engine errors and database outages; leave the rest to Django."""
        if isinstance(error, EngineError):
            status, reason, headers = error.http_status, str(error), error.headers
        elif isinstance(error, OperationalError | InterfaceError):
            status, reason = 503, "The database does not answer. Nothing was lost; try again in a moment."
            headers = {}
        else:
            return None
        return HttpResponse(
            render_to_string("error.html", {"status": status, "reason": reason}), status=status, headers=headers
        )
