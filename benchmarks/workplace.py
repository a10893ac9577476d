"""A temporary folder for a benchmark and its servers, which end with it: at its end, on a signal, or at the next start.

PostgreSQL leaves the process that started it, so nothing takes it down when a benchmark is killed hard. Whoever starts
next does: a folder whose lock nobody holds belongs to a process that is gone.
"""

import fcntl
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

import psutil

_PREFIX = "flywheel-bench-"
_LOCK_NAME = "owner.lock"
_SIGNALS = (signal.SIGTERM, signal.SIGHUP)


def end_postgres(folder: Path) -> None:
    """End the PostgreSQL servers whose data lie below ``folder``, one or two levels deep. The data are thrown away."""
    for pid_file in [*folder.glob("*/postmaster.pid"), *folder.glob("*/*/postmaster.pid")]:
        with suppress(OSError, ValueError, psutil.NoSuchProcess, psutil.TimeoutExpired):
            server = psutil.Process(int(pid_file.read_text(encoding="utf-8").splitlines()[0]))
            # The number may be another program's by now.
            if str(pid_file.parent) in server.cmdline():
                family = server.children(recursive=True)
                server.send_signal(signal.SIGQUIT)  # at once, without writing anything down
                psutil.wait_procs([server, *family], timeout=10)


def _locked(path: Path, *, is_waiting: bool) -> int | None:
    """Return the descriptor of a lock that ends with this process, however it ends; None if somebody else has it."""
    file = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | (0 if is_waiting else fcntl.LOCK_NB))
    except BlockingIOError:
        os.close(file)
        return None
    return file


def sweep() -> list[Path]:
    """Remove what benchmarks of this user left that are gone, servers first; return their folders."""
    swept = []
    for lock_path in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*/{_LOCK_NAME}"):
        folder = lock_path.parent
        with suppress(OSError):
            if folder.stat().st_uid != os.getuid() or (lock := _locked(lock_path, is_waiting=False)) is None:
                continue
            try:
                end_postgres(folder)
                shutil.rmtree(folder, ignore_errors=True)
                swept.append(folder)
            finally:
                os.close(lock)
    return swept


def _make_folder() -> tuple[Path, int]:
    # One at a time: a folder that is made but not locked yet would be swept by somebody who starts just now.
    turn = _locked(Path(tempfile.gettempdir()) / f"{_PREFIX}{os.getuid()}.lock", is_waiting=True)
    assert turn is not None
    try:
        for left in sweep():
            print(f"removed {left}, which a benchmark that was killed left behind", flush=True)
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
        lock = _locked(folder / _LOCK_NAME, is_waiting=False)
        assert lock is not None
        return folder, lock
    finally:
        os.close(turn)


@contextmanager
def _ending_on_signals() -> Iterator[None]:
    """Turn a signal to end into an exception, as Ctrl-C is one already, so that everything is cleared away."""

    def leave(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    before = {number: signal.signal(number, leave) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def bench_folder() -> Iterator[Path]:
    """Give a temporary folder for this benchmark; end the servers that keep their data in it, and remove it after."""
    with _ending_on_signals():
        folder, lock = _make_folder()
        try:
            yield folder
        finally:
            end_postgres(folder)
            shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)
