"""What the tests of the annotate page share: keys and waits, and a lead's calls."""

from typing import Any
from uuid import uuid4

from playwright.sync_api import APIResponse, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from tests.e2e.annotating import state_of, wait_until_ready


def wait_for_state(page: Page, *states: str) -> None:
    """Wait until the page is in one of these states."""
    page.wait_for_function(
        "(states) => states.includes(document.querySelector('[data-testid=annotate]')?.dataset.state)",
        arg=list(states), timeout=60_000,
    )  # fmt: skip


def moves_of(page: Page) -> int:
    """Return how many steps can be taken back."""
    return int(page.get_by_test_id("annotate").get_attribute("data-moves") or 0)


def press_until_it_counts(page: Page, key: str) -> None:
    """Press a key that makes a step; again if the panes were not drawn yet, for then the page takes it for a slip."""
    before = moves_of(page)
    for _ in range(5):
        page.keyboard.press(key)
        try:
            page.wait_for_function(
                "(before) => Number(document.querySelector('[data-testid=annotate]')?.dataset.moves) > before",
                arg=before, timeout=3_000,
            )  # fmt: skip
        except PlaywrightTimeout:
            wait_until_ready(page)
        else:
            return
    raise AssertionError(f"{key} does nothing")


def in_grid(page: Page) -> None:
    """Show all candidates at once."""
    if state_of(page) == "comparing":
        wait_until_ready(page)
        page.keyboard.press("g")
    wait_for_state(page, "ranking")
    wait_until_ready(page)


def in_pairs(page: Page) -> None:
    """Show two candidates at a time."""
    if state_of(page) == "ranking":
        page.keyboard.press("g")
    wait_for_state(page, "comparing")
    wait_until_ready(page)


def start_over(page: Page) -> None:
    """Take back whatever was done on the open task."""
    while moves_of(page) > 0:
        page.keyboard.press("u")


def answer_by_grid(page: Page) -> None:
    """Rank the marked candidate first, rate it and send: by keys alone."""
    in_grid(page)
    for key in ("1", "Enter", "4"):
        press_until_it_counts(page, key)
    page.keyboard.press("Enter")


def wait_until_saved_on_server(page: Page) -> None:
    """Wait until the server has the draft."""
    expect(page.get_by_test_id("saved")).to_have_attribute("data-saved-where", "server")


def send(page: Page, method: str, path: str, body: Any = None) -> APIResponse:
    """Call the API as the person who is signed in on the page."""
    token = next((c["value"] for c in page.context.cookies() if c.get("name") == "csrftoken"), "")
    origin = page.url.split("/", 3)
    headers = {"X-CSRFToken": token, "Referer": "/".join(origin[:3]) + "/"}
    answer = page.request.fetch(path, method=method, data=body, headers=headers)
    assert answer.ok, answer.text()
    return answer


def set_up_practice(page: Page, *, n_tasks: int) -> str:
    """Make a practice campaign of objects with one known pair each, as an ML lead; return its name."""
    ready = send(page, "GET", "/api/targets/?status=ready&limit=50").json()["results"]
    return make_practice(page, [target["id"] for target in ready][:n_tasks])


def make_practice(page: Page, target_ids: list[int]) -> str:
    """Make a practice campaign of these objects, of whose candidates the first shall be the better; return its name."""
    name = f"First steps {uuid4().hex[:6]}"
    campaign = send(page, "POST", "/api/campaigns/", {"name": name, "is_practice": True}).json()
    for target_id in target_ids:
        better, worse = send(page, "GET", f"/api/targets/{target_id}/").json()["candidates"][:2]
        send(page, "POST", "/api/gold-pairs/", {"better_id": better["id"], "worse_id": worse["id"]})
    send(page, "POST", f"/api/campaigns/{campaign['id']}/targets/", {"target_ids": target_ids})
    return name
