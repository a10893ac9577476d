"""One Chromium for one measurement: its heap, its main thread, how many graphics contexts its pages made."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import CDPSession, Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
# Drawing in software: a server without a graphics card measures the same way everywhere.
FLAGS = [
    "--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run",
]  # fmt: skip

_COUNT_CONTEXTS = """
window.contexts = {webgl: 0, other: 0};
for (const kind of [HTMLCanvasElement, OffscreenCanvas]) {
  const real = kind.prototype.getContext;
  const seen = new WeakSet();
  kind.prototype.getContext = function (name, ...rest) {
    const context = real.call(this, name, ...rest);
    if (context !== null && !seen.has(context)) {
      seen.add(context);
      window.contexts[String(name).startsWith('webgl') ? 'webgl' : 'other'] += 1;
    }
    return context;
  };
}
"""


@dataclass(frozen=True)
class Tab:
    """A page, and what the browser's own counters say about it."""

    page: Page
    cdp: CDPSession

    def open(self, url: str) -> None:
        """Load an address; errors of the page's program end the measurement."""
        self.page.goto(url)

    def main_thread_seconds(self) -> float:
        """Return how long the page's main thread has been busy so far: scripts, layout, painting, collecting."""
        metrics = {one["name"]: one["value"] for one in self.cdp.send("Performance.getMetrics")["metrics"]}
        return float(metrics["TaskDuration"])

    def heap_mib(self) -> float:
        """Return the live JavaScript heap, array buffers included, after collecting what nobody holds."""
        for _ in range(2):
            self.cdp.send("HeapProfiler.collectGarbage")
        usage = self.cdp.send("Runtime.getHeapUsage")
        return float(usage["usedSize"] + usage.get("backingStorageSize", 0)) / 2**20

    def contexts(self) -> dict[str, int]:
        """Return how many contexts the page has made since it was loaded, ``webgl`` and ``other``."""
        counted: dict[str, int] = self.page.evaluate("window.contexts")
        return counted


@contextmanager
def fresh_tab() -> Iterator[Tab]:
    """Start a browser of its own, so that nothing of another measurement is in its memory."""
    faults: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(120_000)
        page.add_init_script(_COUNT_CONTEXTS)
        page.on("pageerror", lambda error: faults.append(str(error)))
        cdp = page.context.new_cdp_session(page)
        cdp.send("Performance.enable")
        yield Tab(page=page, cdp=cdp)
        browser.close()
    if faults:
        message = f"the page failed: {faults[0]}"
        raise RuntimeError(message)
