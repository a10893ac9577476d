"""Starts trainers as processes of this machine, through torchrun when there is more than one process a trainer."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from pathlib import Path

from engine.core.environment import PROJECT_FOLDER
from engine.rounds.launchers import guardian
from engine.rounds.launchers.port import LaunchError, Program
from engine.rounds.run_files import LOG_NAME

GRACE_SECONDS = 30.0


class SubprocessTrainer:
    """A trainer under its guardian; closing the guardian's standard input ends it."""

    def __init__(self, process: subprocess.Popen[bytes], *, grace_seconds: float) -> None:
        self._process = process
        self._grace_seconds = grace_seconds

    def poll(self) -> int | None:
        """See ``port.TrainerProcess``."""
        return self._process.poll()

    def stop(self) -> int:
        """See ``port.TrainerProcess``."""
        if self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()
        # The guardian itself uses force after the grace; the rest is time for it to do so.
        return self._process.wait(timeout=self._grace_seconds + 10)


class SubprocessLauncher:
    """``python -m trainers.PROGRAM RUN_FOLDER`` with the interpreter that has torch."""

    def __init__(
        self, *, python: str | None = None, n_processes: int = 1, grace_seconds: float = GRACE_SECONDS
    ) -> None:
        self.python = python or sys.executable
        self.n_processes = n_processes
        self.grace_seconds = grace_seconds

    def start(self, *, program: Program, run_folder: Path) -> SubprocessTrainer:
        """See ``port.Launcher``."""
        run_folder = run_folder.resolve()
        guard = [sys.executable, "-I", guardian.__file__, str(run_folder), str(self.grace_seconds), "--"]
        command = [*guard, *self._command(program), str(run_folder)]
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, [str(PROJECT_FOLDER), environment.get("PYTHONPATH")]))
        try:
            with (run_folder / LOG_NAME).open("ab") as log:
                process = subprocess.Popen(  # our own program, no shell
                    command,
                    stdin=subprocess.PIPE, stdout=log, stderr=subprocess.STDOUT,
                    cwd=PROJECT_FOLDER, env=environment, start_new_session=True,
                )  # fmt: skip
        except OSError as error:
            raise LaunchError(f"The trainer could not be started: {error}") from error
        return SubprocessTrainer(process, grace_seconds=self.grace_seconds)

    def _command(self, program: Program) -> list[str]:
        # Evaluation is one process: its objects are few and its sampling fills one device.
        if self.n_processes == 1 or program == "evaluate":
            return [self.python, "-m", f"trainers.{program}"]
        torchrun = ["-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={self.n_processes}"]
        return [self.python, *torchrun, "-m", f"trainers.{program}"]
