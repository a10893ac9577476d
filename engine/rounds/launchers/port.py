"""The launcher port: start a trainer on a run folder, ask whether it has ended, make it end."""

from pathlib import Path
from typing import Literal, Protocol

Program = Literal["sft", "dpo", "evaluate"]


class TrainerProcess(Protocol):
    """One trainer at work."""

    def poll(self) -> int | None:
        """Return None while it runs, then its exit status: 0 done, 143 stopped with its state saved, else an error."""
        ...

    def stop(self) -> int:
        """Make it save its state and end; use force when it does not. Returns the exit status."""
        ...


class Launcher(Protocol):
    """Starts trainers. Two trainers never run on one run folder, whatever became of the worker before."""

    def start(self, *, program: Program, run_folder: Path) -> TrainerProcess:
        """Start ``trainers.<program>`` on ``run_folder``, which holds ``run.json``; it resumes what it finds there.

        Raises LaunchError, and nothing else, when it cannot be started.
        """
        ...


class LaunchError(Exception):
    """Why a trainer could not be started, in a sentence for a person."""
