"""Reads what a trainer writes while it runs: its progress lines and its log. Pure; tolerant of half-written lines."""

import json
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ValidationError

from contracts.training import PROGRESS_NAME, ProgressLine

LOG_NAME = "log.txt"
LOG_TAIL_CHARACTERS = 4_000
MAX_CURVE_POINTS = 200


@dataclass(frozen=True)
class Progress:
    """The newest line and a thinned curve of (step, loss)."""

    last: ProgressLine
    curve: list[tuple[int, float]]


def read_progress(run_folder: Path) -> Progress | None:
    """Return the progress so far, or None before the first whole line.

    A resumed run writes some steps again: the later line of a step counts, and steps past the newest line do not.
    """
    by_step: dict[int, ProgressLine] = {}
    last: ProgressLine | None = None
    try:
        text = (run_folder / PROGRESS_NAME).read_text(errors="replace")
    except FileNotFoundError:
        return None
    for line in text.splitlines():
        try:
            last = ProgressLine.model_validate_json(line)
        except ValidationError:
            continue
        by_step[last.step] = last
    if last is None:
        return None
    steps = [step for step in sorted(by_step) if step <= last.step]
    return Progress(last=last, curve=thin_curve([(step, by_step[step].loss) for step in steps]))


def thin_curve(points: list[tuple[int, float]], *, limit: int = MAX_CURVE_POINTS) -> list[tuple[int, float]]:
    """Return at most ``limit`` of the points, evenly spread, the first and the last among them."""
    if len(points) <= limit:
        return points
    stride = (len(points) - 1) / (limit - 1)
    return [points[round(index * stride)] for index in range(limit)]


def read_log_tail(run_folder: Path, *, characters: int = LOG_TAIL_CHARACTERS) -> str:
    """Return the end of the trainer's log, from a line's start, without NUL (PostgreSQL's text refuses it)."""
    try:
        with (run_folder / LOG_NAME).open("rb") as log:
            size = log.seek(0, 2)
            log.seek(max(0, size - 4 * characters))
            text = log.read().decode(errors="replace").replace("\x00", "")
    except FileNotFoundError:
        return ""
    if len(text) <= characters:
        return text
    tail = text[-characters:]
    return tail.split("\n", 1)[-1] if "\n" in tail else tail


def write_whole(path: Path, value: BaseModel) -> None:
    """Write ``value`` as JSON so that a reader sees the old file or the new one, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".part")
    temporary.write_text(json.dumps(value.model_dump(mode="json"), indent=1))
    temporary.replace(path)
