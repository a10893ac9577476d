"""How far a phase is: a bar on a terminal, a plain line now and then in a log."""

import sys
import time
from typing import Any

from trainers.run_folder import say

SECONDS_BETWEEN_LINES = 15.0


class ProgressBar:
    """Shows step, loss and the time left of one phase; silent on all processes but the writer."""

    def __init__(self, name: str, n_steps: int, first: int, *, is_shown: bool) -> None:
        self._name, self._n_steps, self._is_shown = name, n_steps, is_shown
        self._started, self._first, self._last_line = time.monotonic(), first, -SECONDS_BETWEEN_LINES
        self._bar: Any = None
        if is_shown and sys.stderr.isatty():
            self._bar = _open_bar(name, n_steps, first)

    def show(self, step: int, loss: float) -> None:
        """Say that ``step`` is done."""
        if not self._is_shown:
            return
        if self._bar is not None:
            self._bar.update(step + 1 - self._bar.n)
            self._bar.set_postfix(loss=f"{loss:.4f}")
            return
        now = time.monotonic()
        if now - self._last_line < SECONDS_BETWEEN_LINES and step + 1 < self._n_steps:
            return
        self._last_line = now
        left = (now - self._started) / (step + 1 - self._first) * (self._n_steps - step - 1)
        say(f"{self._name} {step + 1}/{self._n_steps} loss {loss:.4f}, {left:.0f} s left")

    def close(self) -> None:
        """Leave the bar as it stands."""
        if self._bar is not None:
            self._bar.close()


def _open_bar(name: str, n_steps: int, first: int) -> Any:
    try:
        from tqdm import tqdm  # type: ignore[import-untyped]
    except ImportError:
        return None
    return tqdm(total=n_steps, initial=first, desc=name, dynamic_ncols=True)
