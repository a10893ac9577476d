"""The two sides of the comparison, as programs that run in the page."""

from dataclasses import dataclass

from benchmarks.viewer.memory import DRIVER
from benchmarks.viewer.tasks import CANDIDATES

N_TASKS = 20

_SHOW_ELEMENTS = """(urls) => new Promise((resolve, reject) => {
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
_FETCH = "(urls) => Promise.all(urls.map((url) => fetch(url).then((answer) => answer.arrayBuffer()))).then(() => 0)"


@dataclass(frozen=True, kw_only=True)
class Side:
    """Functions of a list of addresses, in JavaScript."""

    is_ready: str
    show: str
    """Shows these in place of those before; resolves with the milliseconds until all are drawn."""
    ahead: str
    """Fetches these as far as the side can before they are shown."""

    @property
    def driver(self) -> str:
        """Return a program that does all tasks by itself and reports."""
        return DRIVER % {
            "show": self.show, "ahead": self.ahead, "is_ready": self.is_ready, "candidates": CANDIDATES,
            "n_tasks": N_TASKS,
        }  # fmt: skip


OURS = Side(
    is_ready="window.bench !== undefined",
    show="(urls) => window.bench.show(urls.map((url) => ({ url })))",
    ahead="(urls) => window.bench.viewer.preload(urls)",
)
MODEL_VIEWER = Side(
    is_ready="customElements.get('model-viewer') !== undefined",
    show=_SHOW_ELEMENTS,
    ahead=_FETCH,
)
