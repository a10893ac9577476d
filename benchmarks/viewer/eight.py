"""Eight candidates at once: our panes, and eight model-viewer elements with the same files, one after the other."""

from dataclasses import dataclass, field

from benchmarks.viewer.browser import Tab
from benchmarks.viewer.tasks import CANDIDATES, mesh_url

N_TASKS = 20


@dataclass
class Eight:
    """What it cost to show task after task, eight candidates each."""

    cold_ms: float = 0.0
    next_ms: list[float] = field(default_factory=list)
    next_main_thread_ms: list[float] = field(default_factory=list)
    memory_mib: float = 0.0
    contexts: dict[str, int] = field(default_factory=dict)


_MODEL_VIEWER = """(urls) => new Promise((resolve, reject) => {
  const stage = document.querySelector('#stage');
  stage.style.setProperty('--columns', '3');
  while (stage.children.length < urls.length) {
    const made = document.createElement('model-viewer');
    made.setAttribute('loading', 'eager');
    made.setAttribute('camera-controls', '');
    made.setAttribute('interaction-prompt', 'none');
    stage.append(made);
  }
  let left = urls.length;
  const startedAt = performance.now();
  const drawn = () => requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - startedAt)));
  [...stage.children].forEach((element, place) => {
    element.addEventListener('load', () => { left -= 1; if (left === 0) drawn(); }, { once: true });
    element.addEventListener('error', () => reject(new Error('model-viewer could not load')), { once: true });
    element.src = urls[place];
  });
})"""
_OURS = "(urls) => window.bench.show(urls.map((url) => ({ url })))"


def _urls(task: int) -> list[str]:
    return [mesh_url(task, place) for place in range(CANDIDATES)]


def _show_tasks(tab: Tab, *, show: str, fetch_ahead: str) -> Eight:
    found = Eight()
    for task in range(1, N_TASKS + 1):
        busy = tab.main_thread_seconds()
        milliseconds = float(tab.page.evaluate(show, _urls(task)))
        if task == 1:
            found.cold_ms = milliseconds
        else:
            found.next_ms.append(milliseconds)
            found.next_main_thread_ms.append((tab.main_thread_seconds() - busy) * 1000)
        # While the person looks at this task: each side fetches the next one as far as it can.
        tab.page.evaluate(fetch_ahead, _urls(task + 1))
        tab.page.wait_for_load_state("networkidle")
    found.contexts = tab.contexts()
    return found


def _above_blank(tab: Tab, url: str) -> float:
    tab.open(f"{url}/blank/")
    tab.page.wait_for_timeout(1000)
    return tab.memory_mib()


def show_ours(tab: Tab, url: str) -> Eight:
    """Show twenty tasks in our viewer, the next one's models loaded ahead as the annotate page does."""
    blank = _above_blank(tab, url)
    tab.open(f"{url}/stage/")
    tab.page.wait_for_function("window.bench !== undefined")
    found = _show_tasks(tab, show=_OURS, fetch_ahead="(urls) => window.bench.viewer.preload(urls)")
    found.memory_mib = tab.memory_mib() - blank
    return found


def show_model_viewer(tab: Tab, url: str) -> Eight:
    """Show the same in eight model-viewer elements; it has no way to load a model ahead, so its files are fetched."""
    blank = _above_blank(tab, url)
    tab.open(f"{url}/model-viewer/")
    tab.page.wait_for_function("customElements.get('model-viewer') !== undefined")
    ahead = "(urls) => Promise.all(urls.map((url) => fetch(url).then((answer) => answer.arrayBuffer()))).then(() => 0)"
    found = _show_tasks(tab, show=_MODEL_VIEWER, fetch_ahead=ahead)
    found.memory_mib = tab.memory_mib() - blank
    return found
