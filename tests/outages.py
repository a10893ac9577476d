"""Stopping and starting a real server under a test."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import uuid4

from engine.core.errors import EngineError
from engine.core.storage import blob_store
from engine.demo.stack.process import ManagedProcess
from tests.waiting import wait_until


@contextmanager
def down(process: ManagedProcess, *, is_back: Callable[[], bool] = lambda: True) -> Iterator[None]:
    process.stop()
    try:
        yield
    finally:
        process.start()
        process.wait_ready(seconds=60)
        wait_until(is_back, seconds=60)


def store_takes_bytes() -> bool:
    try:
        return blob_store().get(blob_store().put(uuid4().bytes, content_type="text/plain")) != b""
    except EngineError:
        return False
