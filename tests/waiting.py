"""Waiting for what another process does."""

import time
from collections.abc import Callable


def wait_until(
    is_so: Callable[[], bool], *, seconds: float = 10, why: Callable[[], str] = lambda: "it did not come about in time"
) -> float:
    """Wait for the condition and return the seconds it took; fail with ``why()`` after ``seconds``."""
    began = time.monotonic()
    while not is_so():
        assert time.monotonic() - began < seconds, why()
        time.sleep(0.05)
    return time.monotonic() - began
