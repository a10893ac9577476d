"""A pytest plugin that starts real PostgreSQL, Valkey and S3 for the session, on free ports, before Django loads.

Named with ``-p tests.services`` in the configuration: Django reads its settings before any conftest is imported.
"""

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.demo.stack.ports import find_free
from engine.demo.stack.process import ManagedProcess
from engine.demo.stack.services import PostgresService, seaweed_process, valkey_process

_BUCKET = "flywheel-test"


@dataclass
class Services:
    """The running servers, for tests that stop and start one of them."""

    postgres: PostgresService
    valkey: ManagedProcess
    s3: ManagedProcess
    s3_port: int
    valkey_port: int
    folder: Path


def _start_services(folder: Path) -> Services:
    postgres = PostgresService(folder / "postgres")
    postgres.start()
    ports = find_free(5)
    valkey = valkey_process(folder=folder / "valkey", port=ports[4], log_path=folder / "valkey.log")
    s3 = seaweed_process(
        folder=folder / "s3", ports=ports, bucket=_BUCKET, access_key_id="test", secret_access_key="test-secret",
        log_path=folder / "s3.log",
    )  # fmt: skip
    for process in (valkey, s3):
        process.start()
    for process in (valkey, s3):
        process.wait_ready(seconds=30)
    return Services(postgres=postgres, valkey=valkey, s3=s3, s3_port=ports[0], valkey_port=ports[4], folder=folder)


def _environment(services: Services) -> dict[str, str]:
    return {
        "FLYWHEEL_SECRET_KEY": "only-for-tests",
        "FLYWHEEL_DATABASE_URL": services.postgres.url("flywheel"),
        "FLYWHEEL_BROKER_URL": f"redis://127.0.0.1:{services.valkey_port}/0",
        "FLYWHEEL_S3_ENDPOINT_URL": f"http://127.0.0.1:{services.s3_port}",
        "FLYWHEEL_S3_BUCKET": _BUCKET,
        "FLYWHEEL_S3_ACCESS_KEY_ID": "test",
        "FLYWHEEL_S3_SECRET_ACCESS_KEY": "test-secret",
        "FLYWHEEL_DATA_FOLDER": str(services.folder / "data"),
        "FLYWHEEL_MODEL_SERVER_URL": "http://127.0.0.1:9",
        "FLYWHEEL_LOG_LEVEL": "WARNING",
        "FLYWHEEL_SEED_CHECKPOINT": "small",
        "FLYWHEEL_ALLOWED_HOSTS": '["*"]',
        "FLYWHEEL_STATIC_ROOT": str(services.folder / "static"),
    }


_services: Services | None = None


def _ensure_services() -> Services:
    global _services
    if _services is None:
        folder = Path(tempfile.mkdtemp(prefix="flywheel-test-"))
        (folder / "static").mkdir()
        _services = _start_services(folder)
        os.environ.update(_environment(_services))
    return _services


_ensure_services()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what was started, and nothing else."""
    global _services
    if _services is not None:
        _services.s3.stop()
        _services.valkey.stop()
        _services.postgres.stop()
        shutil.rmtree(_services.folder, ignore_errors=True)
        _services = None


@pytest.fixture(scope="session")
def services() -> Services:
    """The running servers."""
    return _ensure_services()
