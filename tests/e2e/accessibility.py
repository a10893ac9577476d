"""What axe finds wrong with a page, by WCAG 2.2 at level AA."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

_AXE = Path(__file__).resolve().parents[2] / "annotator_ui" / "node_modules" / "axe-core" / "axe.min.js"
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def violations(page: Page) -> list[str]:
    """Return a line for each rule that the page breaks, with the first element that does."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_AXE.read_text())
    found: dict[str, Any] = page.evaluate("(tags) => axe.run(document, {runOnly: {type: 'tag', values: tags}})", _RULES)
    return [f"{one['id']}: {one['help']}: {one['nodes'][0]['html']}" for one in found["violations"]]
