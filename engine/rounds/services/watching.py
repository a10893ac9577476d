"""Watches a trainer until it ends, keeping the row of its stage up to date."""

import time
from collections.abc import Callable
from pathlib import Path

import structlog
from django.db import Error as DatabaseError
from django.db import connection

from engine.rounds.launchers.port import Launcher, Program
from engine.rounds.models import TrainingRun
from engine.rounds.run_files import read_log_tail, read_progress
from engine.rounds.services.lease import Heartbeat

log = structlog.get_logger(__name__)

POLL_SECONDS = 0.2
SAVE_SECONDS = 1.0
MAX_STARTS = 3
KILLED_STATUSES = frozenset({-9, -15, 137, 143})


class TrainerFailed(Exception):
    """The trainer ended with an error; the text says which and what it last printed."""


def run_trainer(
    *,
    launcher: Launcher,
    program: Program,
    run_folder: Path,
    heartbeat: Heartbeat,
    save_progress: Callable[[], None] | None = None,
) -> None:
    """Start the trainer and wait for it; start it again, to resume, when something killed it.

    On a lost lease or a cancellation the trainer is stopped before the exception goes on. Raises TrainerFailed.
    """
    for start in range(1, MAX_STARTS + 1):
        process = launcher.start(program=program, run_folder=run_folder)
        saved_at = 0.0
        try:
            while process.poll() is None:
                heartbeat.check()
                if save_progress is not None and time.monotonic() - saved_at >= SAVE_SECONDS:
                    _save_if_possible(save_progress)
                    saved_at = time.monotonic()
                time.sleep(POLL_SECONDS)
        finally:
            status = process.stop()
            if save_progress is not None:
                _save_if_possible(save_progress)
        if status == 0:
            return
        log.warning("trainer_ended", program=program, status=status, start=start, folder=str(run_folder))
        heartbeat.check()
        if status not in KILLED_STATUSES:
            break
    raise TrainerFailed(_explain(program, status, run_folder))


def save_training_progress(run: TrainingRun, *, run_folder: Path) -> None:
    """Copy what the trainer wrote so far into its row."""
    fields: dict[str, object] = {"log_tail": read_log_tail(run_folder)}
    progress = read_progress(run_folder)
    if progress is not None:
        last = progress.last
        fields |= {
            # The line names the step, from 0; the row counts the finished ones.
            "step": last.step + 1,
            "n_steps": last.n_steps,
            "loss": last.loss,
            "eta_seconds": last.eta_seconds,
            "metrics": last.metrics,
            "losses": progress.curve,
        }
    TrainingRun.objects.filter(pk=run.pk).update(**fields)


def _save_if_possible(save_progress: Callable[[], None]) -> None:
    # A database that restarts must not cost a trainer that runs well: the next second's line makes it good.
    try:
        save_progress()
    except DatabaseError as error:
        log.warning("progress_not_saved", error=str(error))
        connection.close()


def _explain(program: str, status: int, run_folder: Path) -> str:
    tail = read_log_tail(run_folder, characters=600).strip().splitlines()
    last = f" Its last lines: {' / '.join(tail[-3:])}" if tail else " It printed nothing."
    if status in KILLED_STATUSES:
        return f"The {program} trainer was killed {MAX_STARTS} times (status {status}), perhaps for memory.{last}"
    return f"The {program} trainer ended with status {status}.{last}"
