"""Figures measured where there may be neither git nor the engine: any machine with a GPU, torch and this folder.

The form is that of the other benchmarks' results, so the file may be put into docs/benchmarks as it is.
"""

import json
import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch

PROJECT_FOLDER = Path(__file__).resolve().parents[1]
RESULTS_FOLDER = PROJECT_FOLDER / "docs" / "benchmarks"

Figures = dict[str, dict[str, Any]]


def figure(values: Sequence[float], *, unit: str, target: str | None = None) -> dict[str, Any]:
    """Return the median of the repetitions with their range, to four digits."""
    middle, low, high = (float(f"{value:.4g}") for value in (statistics.median(values), min(values), max(values)))
    return {"value": middle, "unit": unit, "low": low, "high": high, "target": target}


def show(figures: Figures) -> None:
    """Print one line a figure."""
    for name, one in figures.items():
        goal = f", target {one['target']}" if one["target"] else ""
        print(f"{name}: {one['value']} {one['unit']} ({one['low']} to {one['high']}{goal})", flush=True)


def write(path: Path, figures: Figures, *, device: torch.device, commit: str | None) -> None:
    """Write the figures with what they were measured on; an unknown commit is said to be unknown."""
    result = {
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit or _commit() or "unknown",
        "machine": _machine(device),
        "command": " ".join(["python", "-m", f"benchmarks.{Path(sys.argv[0]).stem}", *sys.argv[1:]]),
        "figures": figures,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


def _commit() -> str | None:
    try:
        asked = subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=PROJECT_FOLDER, capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        return None
    return asked.stdout.strip() or None


def _machine(device: torch.device) -> str:
    software = f"torch {torch.__version__}, Python {platform.python_version()}"
    if device.type == "cuda":
        return f"{torch.cuda.get_device_name(device)}, {software}"
    return f"{os.cpu_count()} cores, {torch.get_num_threads()} threads, {software}"
