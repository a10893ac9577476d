"""Eight candidates at once: our panes, and eight model-viewer elements with the same files, one after the other."""

import queue
from dataclasses import dataclass, field

from benchmarks.viewer.browser import Tab
from benchmarks.viewer.memory import memory_of
from benchmarks.viewer.sides import MODEL_VIEWER, N_TASKS, OURS, Side
from benchmarks.viewer.tasks import CANDIDATES, mesh_url


@dataclass
class Eight:
    """What it cost to show task after task, eight candidates each."""

    cold_ms: float = 0.0
    next_ms: list[float] = field(default_factory=list)
    next_main_thread_ms: list[float] = field(default_factory=list)
    memory_mib: float = 0.0
    contexts: dict[str, int] = field(default_factory=dict)


def _urls(task: int) -> list[str]:
    return [mesh_url(task, place) for place in range(CANDIDATES)]


def _show_tasks(tab: Tab, side: Side) -> Eight:
    found = Eight()
    for task in range(1, N_TASKS + 1):
        busy = tab.main_thread_seconds()
        milliseconds = float(tab.page.evaluate(side.show, _urls(task)))
        if task == 1:
            found.cold_ms = milliseconds
        else:
            found.next_ms.append(milliseconds)
            found.next_main_thread_ms.append((tab.main_thread_seconds() - busy) * 1000)
        # While the person looks at this task: each side fetches the next one as far as it can.
        tab.page.evaluate(side.ahead, _urls(task + 1))
        tab.page.wait_for_load_state("networkidle")
    found.contexts = tab.contexts()
    return found


def show_ours(tab: Tab, url: str) -> Eight:
    """Show twenty tasks in our viewer, the next one's models loaded ahead as the annotate page does."""
    tab.open(f"{url}/stage/")
    tab.page.wait_for_function(OURS.is_ready)
    return _show_tasks(tab, OURS)


def show_model_viewer(tab: Tab, url: str) -> Eight:
    """Show the same in eight model-viewer elements; it has no way to load a model ahead, so its files are fetched."""
    tab.open(f"{url}/model-viewer/")
    tab.page.wait_for_function(MODEL_VIEWER.is_ready)
    return _show_tasks(tab, MODEL_VIEWER)


def add_memory(ours: Eight, theirs: Eight, url: str, reports: "queue.Queue[bytes]") -> None:
    """Do the same tasks again without a debugger and note what the browser holds above an empty page."""
    blank = memory_of(f"{url}/blank/", reports)
    ours.memory_mib = memory_of(f"{url}/stage/?drive", reports) - blank
    theirs.memory_mib = memory_of(f"{url}/model-viewer/?drive", reports) - blank
