"""A day on the annotate page: many tasks in one tab, by keyboard, each compared to the end, rated and submitted."""

from dataclasses import dataclass, field

from benchmarks.viewer.browser import Tab
from benchmarks.viewer.tasks import CANDIDATES

_STATE = "document.querySelector('[data-testid=annotate]')?.dataset.state"

# Enter, until the next task's panes are drawn: everything in between runs in the page, nothing waits for a network
# that it has not used before. Resolves with milliseconds.
_SUBMIT = """() => new Promise((resolve) => {
  const desk = document.querySelector('[data-testid=annotate]');
  const stage = document.querySelector('[data-testid=stage]');
  const before = desk.dataset.assignmentId;
  const startedAt = performance.now();
  const look = () => {
    const isNext = desk.dataset.assignmentId !== before && desk.dataset.state === 'comparing';
    if (isNext && stage.dataset.isReady === 'true') requestAnimationFrame(() => resolve(performance.now() - startedAt));
    else requestAnimationFrame(look);
  };
  document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
  look();
})"""


@dataclass
class Day:
    """What was seen; by the number of tasks done, but for what every task adds a value to (the last four lists)."""

    heap_mib: dict[int, float] = field(default_factory=dict)
    contexts: dict[int, int] = field(default_factory=dict)
    geometries: list[int] = field(default_factory=list)
    textures: list[int] = field(default_factory=list)
    next_wall_ms: list[float] = field(default_factory=list)
    next_main_thread_ms: list[float] = field(default_factory=list)


def spend_day(tab: Tab, url: str, *, n_tasks: int, look_at: set[int]) -> Day:
    """Do ``n_tasks`` tasks and note memory after those in ``look_at``."""
    day = Day()
    tab.open(f"{url}/annotate/")
    for done in range(1, n_tasks + 1):
        _compare_and_rate(tab)
        _wait_for_the_next_meshes(tab)
        busy = tab.main_thread_seconds()
        day.next_wall_ms.append(float(tab.page.evaluate(_SUBMIT)))
        day.next_main_thread_ms.append((tab.main_thread_seconds() - busy) * 1000)
        _count_drawn(day, tab)
        if done in look_at:
            _note(day, tab, done)
    return day


def _compare_and_rate(tab: Tab) -> None:
    for made in range(CANDIDATES - 1):
        tab.page.wait_for_function(
            """(made) => {
              const desk = document.querySelector('[data-testid=annotate]');
              const stage = document.querySelector('[data-testid=stage]');
              return desk?.dataset.state === 'comparing' && Number(desk.dataset.comparisons) === made
                && stage?.dataset.isReady === 'true';
            }""",
            arg=made,
        )
        # A look from the other side, as everybody takes: the picture is drawn again.
        tab.page.keyboard.press("ArrowLeft")
        tab.page.keyboard.press("1" if made % 2 else "3")
    tab.page.wait_for_function(f"{_STATE} === 'rating'")
    tab.page.keyboard.press("4")


def _wait_for_the_next_meshes(tab: Tab) -> None:
    """Wait until the network and the parsing of the next task are over: a person has been looking meanwhile."""
    tab.page.wait_for_function("document.querySelector('[data-testid=next-ready]') !== null")
    tab.page.wait_for_load_state("networkidle")
    tab.page.evaluate("new Promise((resolve) => requestIdleCallback(() => resolve(), { timeout: 2000 }))")


def _count_drawn(day: Day, tab: Tab) -> None:
    stage = tab.page.get_by_test_id("stage")
    day.geometries.append(int(stage.get_attribute("data-geometries") or 0))
    day.textures.append(int(stage.get_attribute("data-textures") or 0))


def _note(day: Day, tab: Tab, done: int) -> None:
    tab.page.wait_for_timeout(500)
    day.heap_mib[done] = tab.heap_mib()
    day.contexts[done] = tab.contexts()["webgl"]
