"""One child process: its log, its readiness, and an end that takes its children with it."""

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

_PR_SET_PDEATHSIG = 1


class StackError(Exception):
    """The stack cannot run, and what to do about it."""


def _die_with_parent() -> None:
    # Only Linux knows this call. Without it a launcher that is killed hard would leave its servers behind.
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class ManagedProcess:
    """A program started by the stack in a session of its own, so that Ctrl-C reaches only the launcher."""

    def __init__(
        self,
        *,
        name: str,
        command: Sequence[str | Path],
        environment: Mapping[str, str],
        log_path: Path,
        is_ready: Callable[[], bool] = lambda: True,
        cwd: Path | None = None,
    ) -> None:
        self.name = name
        self.command = [str(part) for part in command]
        self.environment = dict(environment)
        self.log_path = log_path
        self.cwd = cwd
        self._is_ready = is_ready
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process id of the running program."""
        if self._process is None:
            raise StackError(f"{self.name} has not been started")
        return self._process.pid

    def start(self) -> None:
        """Start the program; its output is appended to the log."""
        self.log_path.parent.mkdir(parents=True, exist_ok=True)
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(  # the commands are ours
                self.command,
                env=self.environment,
                cwd=self.cwd,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_die_with_parent,  # noqa: PLW1509  # the launcher starts programs from one thread
            )

    def is_running(self) -> bool:
        """Return whether the program runs."""
        return self._process is not None and self._process.poll() is None

    def wait_ready(self, *, seconds: float) -> None:
        """Wait until the program answers. Raises StackError with the end of its log when it ends or takes too long."""
        deadline = time.monotonic() + seconds
        while not self._is_ready():
            if not self.is_running():
                raise StackError(f"{self.name} stopped while starting. The end of {self.log_path}:\n{self.log_tail()}")
            if time.monotonic() > deadline:
                raise StackError(
                    f"{self.name} did not answer in {seconds:.0f} s. The end of {self.log_path}:\n{self.log_tail()}"
                )
            time.sleep(0.1)

    def ask_to_stop(self) -> None:
        """Send the polite signal and do not wait: several programs then end side by side."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)

    def stop(self, *, seconds: float = 15, first_signal: signal.Signals = signal.SIGTERM) -> None:
        """End the program and its children: politely, then hard."""
        process = self._process
        if process is None:
            return
        if process.poll() is None:
            process.send_signal(first_signal)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=seconds)
        self._kill_session()
        process.wait()

    def kill(self) -> None:
        """End the program at once, as a crash would."""
        self._kill_session()
        if self._process is not None:
            self._process.wait()

    def _kill_session(self) -> None:
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def log_tail(self, *, n_lines: int = 15) -> str:
        """Return the last lines of the log."""
        if not self.log_path.exists():
            return ""
        with self.log_path.open("rb") as log:
            log.seek(max(0, self.log_path.stat().st_size - 20_000))
            lines = log.read().decode(errors="replace").splitlines()
        return "\n".join(lines[-n_lines:])
