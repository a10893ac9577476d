"""A benchmark that ends, in whatever way, leaves no server and no folder behind."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from benchmarks.workplace import sweep

pytestmark = pytest.mark.slow

# A shell's job in the background ignores Ctrl-C and hands that on to all that it starts.
BENCHMARK = """
import signal, time
from benchmarks.workplace import bench_folder
from engine.demo.stack.services import PostgresService

signal.signal(signal.SIGINT, signal.default_int_handler)
with bench_folder() as folder:
    postgres = PostgresService(folder / "postgres")
    try:
        postgres.start()
        print(folder, flush=True)
        time.sleep(300)
    finally:
        postgres.stop()
"""


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for temporary files of this test alone: the sweep must not meet benchmarks of others.

    With a short name, because sockets lie below it.
    """
    folder = Path(tempfile.mkdtemp(prefix="fw-"))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True)
class Benchmark:
    process: subprocess.Popen[str]
    folder: Path
    postgres: psutil.Process

    def is_cleared_away(self) -> bool:
        return is_over(self.postgres) and not self.folder.exists()


def is_over(process: psutil.Process) -> bool:
    """Whether it has ended; an orphan stays as a zombie until somebody asks for its exit status."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def start(temporary: Path) -> Benchmark:
    process = subprocess.Popen(
        [sys.executable, "-c", BENCHMARK], env={**os.environ, "TMPDIR": str(temporary)}, stdout=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    assert process.stdout is not None
    folder = Path(process.stdout.readline().strip())
    pid = int((folder / "postgres" / "postmaster.pid").read_text().splitlines()[0])
    return Benchmark(process, folder, psutil.Process(pid))


def end(benchmark: Benchmark, number: signal.Signals) -> None:
    benchmark.process.send_signal(number)
    benchmark.process.communicate(timeout=60)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_benchmark_that_is_asked_to_end_takes_its_server_along(temporary: Path, number: signal.Signals) -> None:
    benchmark = start(temporary)
    end(benchmark, number)
    assert benchmark.is_cleared_away()


def test_the_next_start_removes_what_a_killed_benchmark_left_and_spares_one_that_runs(temporary: Path) -> None:
    killed, running = start(temporary), start(temporary)
    end(killed, signal.SIGKILL)
    assert killed.postgres.is_running()
    assert sweep() == [killed.folder]
    assert killed.is_cleared_away()
    assert running.postgres.is_running()
    assert running.folder.exists()
    end(running, signal.SIGTERM)
    assert running.is_cleared_away()
