"""What the benchmarks of the engine share: a database of their own, the result file, percentiles."""

import json
import math
import os
import platform
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from benchmarks.workplace import bench_folder
from engine.core.environment import PROJECT_FOLDER
from engine.demo.stack.services import PostgresService

RESULTS_FOLDER = PROJECT_FOLDER / "docs" / "benchmarks"


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One measured number; ``low`` and ``high`` are the range over its repetitions."""

    value: float
    unit: str
    low: float
    high: float
    target: str | None = None


def figure(values: Sequence[float], *, unit: str, target: str | None = None) -> Figure:
    """Return the median of the repetitions with their range."""
    middle = quantile(values, 0.5)
    return Figure(
        value=round(middle, 3), unit=unit, low=round(min(values), 3), high=round(max(values), 3), target=target
    )


def quantile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least ``share`` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def machine() -> str:
    """Say what the figures were measured on."""
    model = "unknown processor"
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    memory_gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores ({model}), {memory_gib:.0f} GiB, Python {platform.python_version()}"


def write_result(name: str, figures: dict[str, Figure], *, is_quick: bool) -> None:
    """Print the figures and, unless it was only a quick look, write docs/benchmarks/NAME.json."""
    for key, one in figures.items():
        goal = "" if one.target is None else f", target {one.target}"
        print(f"{key}: {one.value} {one.unit} ({one.low} to {one.high}{goal})")
    if is_quick:
        return
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=PROJECT_FOLDER, capture_output=True, text=True, check=False
    ).stdout.strip()
    result = {
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit,
        "machine": f"{machine()}, load average before {os.getloadavg()[2]:.1f} (15 minutes)",
        "command": " ".join(["python", "-m", f"benchmarks.{name}", *sys.argv[1:]]),
        "figures": {key: asdict(one) for key, one in figures.items()},
    }
    RESULTS_FOLDER.mkdir(parents=True, exist_ok=True)
    (RESULTS_FOLDER / f"{name}.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


@dataclass(frozen=True, kw_only=True)
class BenchDatabase:
    """A migrated database in a server of its own, and the environment in which the engine finds it."""

    url: str
    folder: Path
    environment: dict[str, str]

    def connect(self) -> psycopg.Connection:
        """Open a connection that commits each statement."""
        return psycopg.connect(self.url, autocommit=True)


def _environment(*, url: str, folder: Path) -> dict[str, str]:
    # Valkey and S3 are named but not running: neither is on the way of claiming and submitting.
    (folder / "static").mkdir()
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "engine.settings",
        "FLYWHEEL_SECRET_KEY": "benchmark",
        "FLYWHEEL_DATABASE_URL": url,
        "FLYWHEEL_BROKER_URL": "redis://127.0.0.1:9/0",
        "FLYWHEEL_S3_ENDPOINT_URL": "http://127.0.0.1:9",
        "FLYWHEEL_S3_ACCESS_KEY_ID": "benchmark",
        "FLYWHEEL_S3_SECRET_ACCESS_KEY": "benchmark",
        "FLYWHEEL_DATA_FOLDER": str(folder / "data"),
        "FLYWHEEL_STATIC_ROOT": str(folder / "static"),
        "FLYWHEEL_LOG_LEVEL": "WARNING",
    }


@contextmanager
def bench_database(*, max_connections: int | None = None) -> Iterator[BenchDatabase]:
    """Start PostgreSQL in a temporary folder with the configuration of the platform, migrate, and remove it after.

    ``max_connections`` replaces the platform's own number of connections.
    """
    with bench_folder() as folder:
        postgres = PostgresService(folder / "postgres")
        try:
            yield _prepare(postgres, folder, max_connections=max_connections)
        finally:
            postgres.stop()


def _prepare(postgres: PostgresService, folder: Path, *, max_connections: int | None) -> BenchDatabase:
    postgres.start()
    if max_connections is not None:
        with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
            connection.execute(f"ALTER SYSTEM SET max_connections = {max_connections}")
        postgres.stop()
        postgres.start()
    postgres.ensure_database("bench")
    url = postgres.url("bench")
    database = BenchDatabase(url=url, folder=folder, environment=_environment(url=url, folder=folder))
    subprocess.run(
        [sys.executable, str(PROJECT_FOLDER / "manage.py"), "migrate", "--verbosity", "0"],
        env=database.environment, cwd=PROJECT_FOLDER, check=True,
    )  # fmt: skip
    with database.connect() as connection:
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            row = connection.execute(f"SHOW {name}").fetchone()
            if row is None or row[0] != "on":
                raise SystemExit(f"{name} is {row}; the figures would not be honest")
    return database
