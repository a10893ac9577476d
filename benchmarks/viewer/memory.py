"""What a browser holds for eight candidates at a time, without a debugger: one would keep every file it saw fetched.

The page does its tasks by itself and reports; meanwhile nobody is connected to the browser.
"""

import contextlib
import json
import queue
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from benchmarks.viewer.browser import CHROMIUM, FLAGS

SECONDS = 300

DRIVER = """
const shows = %(show)s;
const looksAhead = %(ahead)s;
const taskUrls = (task) => Array.from({ length: %(candidates)d }, (_, place) => `/assets/${task}-${place}.glb`);
addEventListener('load', async () => {
  const isReady = () => %(is_ready)s;
  while (!isReady()) await new Promise((resolve) => setTimeout(resolve, 50));
  for (let task = 1; task <= %(n_tasks)d; task += 1) {
    await shows(taskUrls(task));
    await looksAhead(taskUrls(task + 1));
  }
  for (let round = 0; round < 3; round += 1) {
    await new Promise((resolve) => setTimeout(resolve, 300));
    gc();
  }
  await fetch('/report/', { method: 'POST', body: JSON.stringify({ done: true }) });
});
"""


def held_mib(root: psutil.Process) -> float:
    """Return what all processes of a browser hold of their own; the program's file, shared by all browsers, is not."""
    return sum(_held_kib(process.pid) for process in [root, *root.children(recursive=True)]) / 1024


def _held_kib(pid: int) -> int:
    held = 0
    with contextlib.suppress(FileNotFoundError, ProcessLookupError, PermissionError):  # it ended while we counted
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith(("Pss_Anon:", "Pss_Shmem:")):
                held += int(line.split()[1])
    return held


@contextmanager
def _browser_at(url: str) -> Iterator[psutil.Process]:
    with tempfile.TemporaryDirectory(prefix="flywheel-browser-", ignore_cleanup_errors=True) as folder:
        flags = ["--headless", "--window-size=1440,900", "--js-flags=--expose-gc", f"--user-data-dir={folder}"]
        process = subprocess.Popen(
            [CHROMIUM, *FLAGS, *flags, url], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )  # fmt: skip
        try:
            yield psutil.Process(process.pid)
        finally:
            process.terminate()
            process.wait()


def memory_of(url: str, reports: "queue.Queue[bytes]") -> float:
    """Open a page that reports when it is done, and return the browser's memory in MiB at that moment."""
    with _browser_at(url) as root:
        report = json.loads(reports.get(timeout=SECONDS))
        if report.get("done") is not True:
            message = f"the page failed: {report}"
            raise RuntimeError(message)
        return held_mib(root)
