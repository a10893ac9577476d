"""Writes docs/benchmarks/loop.json and the page beside it.

In the shape of the benchmarks' own writer, which stands above the engine and cannot be imported from here.
"""

import json
import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from engine.core.environment import PROJECT_FOLDER
from engine.demo.loop.table import figures_of, render_table
from engine.demo.loop.turn import TurnReport

FOLDER = PROJECT_FOLDER / "docs" / "benchmarks"


def write_page(report: TurnReport, *, command: str, folder: Path = FOLDER) -> Path:
    """Write both files and return the path of the JSON."""
    folder.mkdir(parents=True, exist_ok=True)
    date = datetime.now(UTC).strftime("%Y-%m-%d")
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, no GPU used"
    path = folder / "loop.json"
    content = {
        "date": date, "commit": _commit(), "machine": machine, "command": command, "figures": figures_of(report),
    }  # fmt: skip
    path.write_text(json.dumps(content, indent=2) + "\n")
    page = f"""# One turn of the wheel

`{command}`, {date}, {machine}. Synthetic photos and simulated annotators: the scores say that the machinery works and
in which direction the checkpoint moved on these objects, not how good the model is on photographs.

```
{render_table(report)}
```
"""
    (folder / "loop.md").write_text(page)
    return path


def _commit() -> str:
    done = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],  # whichever git the person uses
        cwd=PROJECT_FOLDER, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stdout.strip()
