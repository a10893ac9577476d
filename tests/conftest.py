"""Fixtures of all tests: people and API clients. The servers come from ``tests.services``."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from rest_framework.test import APIClient

    from engine.accounts.models import Person


def pytest_configure(config: pytest.Config) -> None:
    """Make passwords cheap: a slow hash protects people, and there are none here but thousands of log-ins."""
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _default_campaign(request: pytest.FixtureRequest) -> None:
    """Give back the default campaign: a migration made it, and a test with real commits empties all tables."""
    asked = {"db", "transactional_db"} & set(request.fixturenames)
    uses_database = asked or request.node.get_closest_marker("django_db")
    if not uses_database:
        return
    request.getfixturevalue("db")
    from django.conf import settings
    from django.db import connection

    from engine.annotation.models import DEFAULT_CAMPAIGN_ID, Campaign

    given = {"name": "Everything", "overlap": settings.ENVIRONMENT.annotation_overlap}
    _, is_new = Campaign.objects.get_or_create(pk=DEFAULT_CAMPAIGN_ID, defaults=given)
    if is_new:
        with connection.cursor() as cursor:
            # The sequence knows nothing of a row whose key was given.
            cursor.execute("SELECT setval(pg_get_serial_sequence('annotation_campaign', 'id'), 1)")


@pytest.fixture
def person(db: None) -> Callable[..., "Person"]:
    """Create people: ``person("annotator")``, ``person("ml_lead", "reviewer", username="ada")``."""
    from engine.accounts.models import Person

    count = 0

    def create(*roles: str, username: str | None = None, **fields: Any) -> "Person":
        nonlocal count
        count += 1
        name = username or f"{roles[0] if roles else 'nobody'}-{count}"
        return Person.objects.create_user(username=name, password="correct horse", roles=list(roles), **fields)

    return create


@pytest.fixture
def api() -> Callable[["Person | None"], "APIClient"]:
    """Return API clients: ``api(person)`` signs in with a token, ``api(None)`` is nobody."""
    from rest_framework.authtoken.models import Token
    from rest_framework.test import APIClient

    def client_of(somebody: "Person | None") -> APIClient:
        client = APIClient()
        if somebody is not None:
            token, _ = Token.objects.get_or_create(user=somebody)
            client.credentials(HTTP_AUTHORIZATION=f"Token {token.key}")
        return client

    return client_of
