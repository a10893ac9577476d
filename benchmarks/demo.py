"""How long the platform takes to start again, and what its processes hold in memory at rest.

``python -m benchmarks.demo [--quick]`` starts a platform of its own in a temporary folder (so the demo may keep
running), stops it, and starts it again as ``make demo`` would, set-up checks included.
"""

import argparse
import os
import re
import subprocess
import sys
import time

import psutil

from benchmarks.harness import Figure, figure, write_result
from benchmarks.workplace import bench_folder
from engine.core.environment import PROJECT_FOLDER
from engine.demo.stack.launcher import Stack
from engine.demo.stack.settings import StackSettings

REST_SECONDS = 30


def bootstrap_seconds() -> float:
    """Return the seconds that the set-up takes when nothing is left to set up."""
    began = time.monotonic()
    subprocess.run([sys.executable, "engine/demo/bootstrap.py"], cwd=PROJECT_FOLDER, check=True)
    return time.monotonic() - began


def launch_seconds(settings: StackSettings) -> tuple[float, float]:
    """Start a launcher, wait for its welcome, interrupt it; return seconds to the welcome and seconds to the end."""
    began = time.monotonic()
    command = [
        sys.executable, "-u", "-m", "engine.demo.stack", "--data-folder", str(settings.data_folder), "--free-ports",
        "demo",
    ]  # fmt: skip
    launcher = subprocess.Popen(command, cwd=PROJECT_FOLDER, stdout=subprocess.PIPE, text=True)
    assert launcher.stdout is not None
    for line in launcher.stdout:
        if line.startswith("Flywheel 3D runs"):
            break
    ready = time.monotonic()
    launcher.send_signal(2)
    launcher.stdout.read()
    if launcher.wait() != 0:
        raise SystemExit(f"the launcher ended with {launcher.returncode}")
    return ready - began, time.monotonic() - ready


def memory_at_rest(settings: StackSettings) -> dict[str, Figure]:
    """Return the proportional set size of each process of a resting platform, its children included."""
    figures = {}
    with Stack(settings=settings.with_free_ports(), say=lambda _line: None) as stack:
        _wait_until_idle(stack)
        for process in stack.processes:
            family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
            pss = sum(member.memory_full_info().pss for member in family) / 2**20
            name = re.sub(r"\W+", "_", process.name.lower())
            figures[f"memory_{name}_mib"] = figure([pss], unit="MiB")
    return figures


def _wait_until_idle(stack: Stack) -> None:
    deadline = time.monotonic() + 600
    while time.monotonic() < deadline:
        waiting = stack.manage(
            "shell", "--verbosity", "0", "-c",
            "from engine.candidates.models import GenerationRequest as G;"
            "print(G.objects.filter(state__in=['waiting', 'running']).count())",
        )  # fmt: skip
        if int(waiting.split()[-1]) == 0:
            break
        time.sleep(3)
    time.sleep(REST_SECONDS)


def main() -> None:
    """Measure and write docs/benchmarks/demo.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one restart, nothing written")
    arguments = parser.parse_args()
    os.environ.setdefault("FLYWHEEL_LOG_LEVEL", "INFO")
    with bench_folder() as folder:
        settings = StackSettings(data_folder=folder / "demo")
        first, _ = launch_seconds(settings)
        restarts, ends = [], []
        for _ in range(1 if arguments.quick else 3):
            checks = bootstrap_seconds()
            ready, end = launch_seconds(settings)
            restarts.append(checks + ready)
            ends.append(end)
        figures = {
            "demo_first_start_seconds": figure([first], unit="s"),
            "demo_restart_seconds": figure(restarts, unit="s", target="<= 20"),
            "demo_stop_seconds": figure(ends, unit="s"),
            **memory_at_rest(settings),
        }
        write_result("demo", figures, is_quick=arguments.quick)


if __name__ == "__main__":
    main()
