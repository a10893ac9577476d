"""How somebody proves who she is by name and password, wherever she is asked: the page, the admin, the token."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest
from rest_framework.throttling import BaseThrottle

from engine.accounts.brake import Brake
from engine.accounts.models import Person


def address_of(request: HttpRequest) -> str:
    """Return the address that asks, as far as the proxies in front are known (setting NUM_PROXIES)."""
    return str(BaseThrottle().get_ident(request) or "")  # type: ignore[arg-type]  # reads headers and META alone


class BrakedBackend(ModelBackend):
    """Django's own check of passwords, behind the brake. Without a request nobody is counted: a program asks itself."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> Person | None:
        """Return the person, or None. Raises TooManyRequests."""
        if request is None or username is None or password is None:
            return self._check(request, username, password, **kwargs)
        brake = Brake(username=username, address=address_of(request))
        brake.admit()
        person = self._check(request, username, password, **kwargs)
        if person is not None:
            brake.release()
        return person

    def _check(
        self, request: HttpRequest | None, username: str | None, password: str | None, **kwargs: Any
    ) -> Person | None:
        person = super().authenticate(request, username=username, password=password, **kwargs)
        return person if isinstance(person, Person) else None
