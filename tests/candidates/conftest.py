"""Fixtures of the candidates room."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from engine.core.storage import blob_store


@pytest.fixture
def fake_suite(settings: Any) -> dict[str, int]:
    """Let every object get three candidates of the fake generator."""
    suite = {"fake": 3}
    settings.ENVIRONMENT = settings.ENVIRONMENT.model_copy(update={"generators": suite})
    return suite


@pytest.fixture
def store(settings: Any) -> Iterator[Callable[[str], None]]:
    """Take the blob store ``"down"`` (a port where nobody listens) and ``"up"`` again."""
    real = settings.ENVIRONMENT.s3_endpoint_url

    def switch(to: str) -> None:
        endpoint = "http://127.0.0.1:9" if to == "down" else real
        settings.ENVIRONMENT = settings.ENVIRONMENT.model_copy(update={"s3_endpoint_url": endpoint})
        blob_store.cache_clear()

    yield switch
    switch("up")
