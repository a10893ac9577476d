"""A run on disk (contracts.training): what was asked, how far it is, what a restart needs, and how it stops.

Every file is replaced in one step, so that a kill or a full disk leaves the last good one.
"""

import io
import math
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import FrameType
from typing import Any

import torch

from contracts.training import (
    CARD_NAME,
    CHECKPOINT_FOLDER,
    PROGRESS_NAME,
    RUN_NAME,
    STATE_FOLDER,
    ProgressLine,
)
from trainers.checkpoints import write_whole

STATE_NAME = "state.pt"
EXIT_STOPPED = 143


class StopRequest:
    """Remembers a SIGTERM or SIGINT, so that a run ends between two steps."""

    def __init__(self) -> None:
        self.is_made = False
        signal.signal(signal.SIGTERM, self._remember)
        signal.signal(signal.SIGINT, self._remember)

    def _remember(self, number: int, frame: FrameType | None) -> None:
        self.is_made = True


class RunFolder:
    """One run's files."""

    def __init__(self, path: Path, *, is_writer: bool = True) -> None:
        self.path = path
        self.is_writer = is_writer
        self._started = time.monotonic()
        self._first_step = 0
        self._last_loss = 0.0

    @property
    def checkpoint(self) -> Path:
        """Where the finished checkpoint goes."""
        return self.path / CHECKPOINT_FOLDER

    @property
    def is_finished(self) -> bool:
        """Whether the checkpoint is whole: its card is written last."""
        return (self.checkpoint / CARD_NAME).is_file()

    def read_ask(self) -> bytes:
        """Return ``run.json``. Raises OSError."""
        return (self.path / RUN_NAME).read_bytes()

    def resolve(self, path: str) -> Path:
        """Return a path of ``run.json``, which may be relative to the run folder."""
        return (self.path / path).resolve()

    def begin(self, step: int) -> None:
        """Start the clock at ``step`` and drop progress lines of later steps: they will be made again."""
        self._started, self._first_step = time.monotonic(), step
        progress = self.path / PROGRESS_NAME
        if not self.is_writer or not progress.exists():
            return
        kept = []
        for text in progress.read_text().splitlines():
            try:
                line = ProgressLine.model_validate_json(text)
            except ValueError:
                break  # the kill cut this line short
            if line.step < step:
                kept.append(text + "\n")
        write_whole(progress, "".join(kept).encode())

    def report(self, step: int, n_steps: int, loss: float, metrics: Mapping[str, float]) -> None:
        """Append the line of a finished step. The time left is judged by the steps since ``begin``."""
        if not self.is_writer:
            return
        line = ProgressLine(
            step=step, n_steps=n_steps, loss=loss, eta_seconds=self.seconds_left(step, n_steps), metrics=dict(metrics)
        )
        with (self.path / PROGRESS_NAME).open("a") as file:
            file.write(line.model_dump_json() + "\n")

    def report_finite(self, step: int, n_steps: int, loss: float, metrics: Mapping[str, float]) -> None:
        """``report`` for numbers that may be NaN, which JSON does not have: a bad step repeats the last loss."""
        is_finite = math.isfinite(loss)
        self._last_loss = loss if is_finite else self._last_loss
        shown = {name: value for name, value in metrics.items() if math.isfinite(value)}
        extra = {} if is_finite else {"is_skipped": 1.0}
        self.report(step, n_steps, self._last_loss, {**shown, **extra})

    def seconds_left(self, step: int, n_steps: int) -> float:
        """Return how long the steps after ``step`` will take at the speed since ``begin``."""
        per_step = (time.monotonic() - self._started) / (step + 1 - self._first_step)
        return per_step * (n_steps - step - 1)

    def save_state(self, state: dict[str, Any], name: str = STATE_NAME) -> None:
        """Replace the state. Raises OSError (a full disk) with the former state untouched."""
        if not self.is_writer:
            return
        folder = self.path / STATE_FOLDER
        folder.mkdir(exist_ok=True)
        buffer = io.BytesIO()
        torch.save(state, buffer)
        write_whole(folder / name, buffer.getbuffer())

    def load_state(self, name: str = STATE_NAME) -> dict[str, Any] | None:
        """Return the last saved state, or None at a first start. Only tensors and plain values are unpickled."""
        path = self.path / STATE_FOLDER / name
        if not path.exists():
            return None
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
        return state


def say(text: str) -> None:
    """Write a line for the log."""
    print(text, file=sys.stderr, flush=True)
