"""Stands between a worker and a trainer, so that no trainer outlives its worker or runs twice on one folder.

``python guardian.py RUN_FOLDER GRACE_SECONDS -- COMMAND...`` with standard input piped from the worker. The end of
standard input means that the worker has died or wants to stop: the trainer gets SIGTERM and, after the grace,
SIGKILL. A lock on ``RUN_FOLDER/lock`` is inherited by the trainer, so it is held exactly as long as one lives; a
trainer left over from a guardian that was killed is ended before another starts. Standard library only.
"""

import contextlib
import fcntl
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

PROCESS_NAME = "process.json"
LOCK_NAME = "lock"
EXIT_BUSY = 75
POLL_SECONDS = 0.1


def main(arguments: list[str]) -> int:
    """Run the command under guard; return its exit status, 128 + n when signal n ended it."""
    folder, grace = Path(arguments[0]), float(arguments[1])
    command = arguments[arguments.index("--") + 1 :]
    # The worker stops us by closing the pipe; signals meant for its process group must not cut the saving short.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    is_asked_to_stop = [False]

    def ask_to_stop(_number: int, _frame: FrameType | None) -> None:
        is_asked_to_stop[0] = True

    signal.signal(signal.SIGTERM, ask_to_stop)
    lock = _take_lock(folder, grace=grace)
    if lock is None:
        print("Another trainer holds this run folder and does not end.", file=sys.stderr, flush=True)
        return EXIT_BUSY
    process = subprocess.Popen(  # the worker's own command
        command, stdin=subprocess.DEVNULL, pass_fds=[lock], start_new_session=True
    )
    _write_process_file(folder, process.pid)
    os.close(lock)
    with selectors.DefaultSelector() as selector:
        selector.register(sys.stdin, selectors.EVENT_READ)
        while process.poll() is None:
            ended = selector.select(timeout=POLL_SECONDS) and not os.read(sys.stdin.fileno(), 1024)
            if ended or is_asked_to_stop[0]:
                return _status(_end(process, grace=grace))
    return _status(process.returncode)


def _status(returncode: int) -> int:
    return returncode if returncode >= 0 else 128 - returncode


def _end(process: "subprocess.Popen[bytes]", *, grace: float) -> int:
    _signal_group(process.pid, signal.SIGTERM)
    try:
        return process.wait(timeout=grace)
    except subprocess.TimeoutExpired:
        _signal_group(process.pid, signal.SIGKILL)
        return process.wait()


def _signal_group(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, number)


def _take_lock(folder: Path, *, grace: float) -> int | None:
    """Return the locked descriptor; end whoever still holds it after a while, and give up when that fails too."""
    descriptor = os.open(folder / LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o644)
    # A guardian whose worker died is ending its trainer within the grace: wait for that before using force.
    force_at = time.monotonic() + grace
    for number in (None, signal.SIGTERM, signal.SIGKILL):
        if number is not None:
            _signal_left_over(folder, number)
            force_at = time.monotonic() + grace
        while time.monotonic() < force_at:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(POLL_SECONDS)
            else:
                return descriptor
    return None


def _write_process_file(folder: Path, pid: int) -> None:
    temporary = folder / f"{PROCESS_NAME}.part"
    temporary.write_text(json.dumps({"pid": pid, "started": _start_ticks(pid)}))
    temporary.replace(folder / PROCESS_NAME)


def _signal_left_over(folder: Path, number: signal.Signals) -> None:
    try:
        noted = json.loads((folder / PROCESS_NAME).read_text())
    except (OSError, ValueError):
        return
    # The same pid with another start time is somebody else's process by now.
    if noted["started"] is not None and _start_ticks(noted["pid"]) == noted["started"]:
        _signal_group(noted["pid"], number)


def _start_ticks(pid: int) -> str | None:
    """Return field 22 of /proc/PID/stat, the process's start in clock ticks since boot, or None if it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[19]
    except (OSError, IndexError):
        return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
