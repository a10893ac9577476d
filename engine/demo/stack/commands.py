"""The platform's own processes, their commands and environment, as the demo, the tests and the figures run them."""

import json
import os
import sys
from pathlib import Path

from engine.core.environment import PROJECT_FOLDER
from engine.demo.shipped import Shipped
from engine.demo.stack.settings import StackSettings

S3_ACCESS_KEY_ID = "flywheel"
BUCKET = "flywheel"

# A choice among eight is what the base checkpoint's figures speak of.
_BASE_SUITE = {"network": 8, "retrieval": 4}
# On a CPU: half the work of 25 steps. docs/benchmarks/sampling_cpu.md says what that costs in shape.
_CPU_STEPS = "12"
# Eight candidates of the base checkpoint take seconds on two idle cores; but two threads ask at once, and an old
# machine that also shows pages needs many times that. The claim outlasts two answers.
_PATIENCE = {"FLYWHEEL_MODEL_SERVER_TIMEOUT_SECONDS": "300", "FLYWHEEL_GENERATION_LEASE_SECONDS": "660"}
_GPU_DEVICE = Path("/dev/nvidiactl")


def stack_environment(*, settings: StackSettings, secrets: dict[str, str], database_url: str) -> dict[str, str]:
    """Return the whole environment of the platform's processes: what the caller has, overlaid with the stack's own."""
    return {
        **_defaults(settings),
        **os.environ,
        "PYTHONUNBUFFERED": "1",
        # Small arrays on a few cores: threads inside the numeric libraries would only fight the workers.
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "DJANGO_SETTINGS_MODULE": "engine.settings",
        "FLYWHEEL_SECRET_KEY": secrets["secret_key"],
        "FLYWHEEL_ALLOWED_HOSTS": json.dumps(["localhost", "127.0.0.1", settings.host]),
        "FLYWHEEL_DATABASE_URL": database_url,
        "FLYWHEEL_BROKER_URL": f"redis://127.0.0.1:{settings.valkey_port}/0",
        "FLYWHEEL_S3_ENDPOINT_URL": f"http://127.0.0.1:{settings.s3_port}",
        "FLYWHEEL_S3_BUCKET": BUCKET,
        "FLYWHEEL_S3_ACCESS_KEY_ID": S3_ACCESS_KEY_ID,
        "FLYWHEEL_S3_SECRET_ACCESS_KEY": secrets["s3_secret_access_key"],
        "FLYWHEEL_MODEL_SERVER_URL": f"http://127.0.0.1:{settings.model_port}",
        "FLYWHEEL_MODEL_SERVER_TOKEN": secrets["model_server_token"],
        "FLYWHEEL_DATA_FOLDER": str(settings.data_folder),
        "FLYWHEEL_STATIC_ROOT": str(settings.data_folder / "static"),
        "FLYWHEEL_SEED_CHECKPOINT": settings.seed_checkpoint,
        "MODEL_SERVER_HOST": "127.0.0.1",
        "MODEL_SERVER_PORT": str(settings.model_port),
        "MODEL_SERVER_TOKEN": secrets["model_server_token"],
        "MODEL_SERVER_CACHE_FOLDER": str(settings.data_folder / "model-cache"),
    }


def _defaults(settings: StackSettings) -> dict[str, str]:
    """Return what holds unless the caller's environment says otherwise."""
    # The one process whose numeric libraries may use every core, unless a page wants it: a person waits there.
    threads = {"MODEL_SERVER_THREADS": str(len(os.sched_getaffinity(0))), "MODEL_SERVER_NICENESS": "5"}
    if settings.seed_checkpoint == Shipped.SMALL:
        return threads
    steps = {} if _has_gpu() else {"FLYWHEEL_GENERATION_STEPS": _CPU_STEPS}
    return {**threads, **steps, **_PATIENCE, "FLYWHEEL_GENERATORS": json.dumps(_BASE_SUITE)}


def _has_gpu() -> bool:
    # The launcher does without torch, which would tell.
    return _GPU_DEVICE.exists() and os.environ.get("MODEL_SERVER_DEVICE") != "cpu"


def manage_command(*arguments: str) -> list[str]:
    """Return a management command."""
    return [sys.executable, str(PROJECT_FOLDER / "manage.py"), *arguments]


def web_command(*, settings: StackSettings) -> list[str]:
    """Return the web server: granian, threads in one process, static files by whitenoise."""
    return [
        str(Path(sys.executable).parent / "granian"), "--interface", "wsgi", "--host", settings.host,
        "--port", str(settings.web_port), "--workers", "1", "--blocking-threads", str(settings.web_threads),
        "--backpressure", "64", "--no-ws", "engine.wsgi:application",
    ]  # fmt: skip


def worker_command(*, queue: str, threads: int) -> list[str]:
    """Return a Celery worker for one queue. Threads: the heavy parts run in other processes or release the lock."""
    return [
        sys.executable, "-m", "celery", "-A", "engine.celery", "worker", "-Q", queue, "-n", f"{queue}@%h",
        "--pool", "threads", "--concurrency", str(threads), "--loglevel", "INFO",
        "--without-gossip", "--without-mingle",
    ]  # fmt: skip


def beat_command(*, folder: Path) -> list[str]:
    """Return the Celery scheduler, which keeps its notes in ``folder``."""
    return [
        sys.executable, "-m", "celery", "-A", "engine.celery", "beat", "--loglevel", "WARNING",
        "--schedule", str(folder / "beat-schedule"), "--pidfile", "",
    ]  # fmt: skip


def model_server_command() -> list[str]:
    """Return the model server."""
    return [sys.executable, "-m", "model_server"]
