"""What a run measured, for people: ``metrics.jsonl`` and, where TensorBoard is installed, its event files.

``progress.jsonl`` is what the engine follows; this log also holds validations and the phases of a run.
"""

import json
import math
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trainers.checkpoints import write_whole
from trainers.run_folder import say

METRICS_NAME = "metrics.jsonl"
TENSORBOARD_FOLDER = "tensorboard"


class MetricsLog:
    """Appends lines ``{"step", "phase", "seconds", ...}``; steps count through all phases of the run."""

    def __init__(self, folder: Path, *, is_writer: bool = True) -> None:
        self._path = folder / METRICS_NAME
        self._is_writer = is_writer
        self._started = time.monotonic()
        self._board: Any = None

    def begin(self, step: int) -> None:
        """Drop what an earlier start of this run wrote from ``step`` on: it will be written again."""
        if not self._is_writer:
            return
        if self._path.exists():
            kept = [line for line in self._path.read_text().splitlines() if _step_of(line) < step]
            write_whole(self._path, "".join(line + "\n" for line in kept).encode())
        self.close()
        self._board = _open_board(self._path.parent / TENSORBOARD_FOLDER, step)

    def write(self, phase: str, step: int, values: Mapping[str, float]) -> None:
        """Append the finite ones of ``values``: JSON has no NaN."""
        if not self._is_writer:
            return
        finite = {name: value for name, value in values.items() if math.isfinite(value)}
        line = {"step": step, "phase": phase, "seconds": round(time.monotonic() - self._started, 3), **finite}
        with self._path.open("a") as file:
            file.write(json.dumps(line) + "\n")
        if self._board is not None:
            for name, value in finite.items():
                self._board.add_scalar(f"{phase}/{name}", value, step)

    def close(self) -> None:
        """Write what TensorBoard still holds back."""
        if self._board is not None:
            self._board.close()
            self._board = None


def _step_of(line: str) -> float:
    try:
        return float(json.loads(line)["step"])
    except (ValueError, KeyError, TypeError):
        return math.inf  # a kill cut this line short


def _open_board(folder: Path, step: int) -> Any:
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        say("TensorBoard is not installed: curves go to metrics.jsonl only")
        return None
    return SummaryWriter(str(folder), purge_step=step)
