"""What an annotator does, as keys and looks at the page; see the list of hooks in annotate.tsx."""

import time

from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

CANDIDATES_SECONDS = 300
WORKING = frozenset({"comparing", "ranking", "rating", "rejecting"})


def state_of(page: Page) -> str:
    """Return what the page is asking for now."""
    return page.get_by_test_id("annotate").get_attribute("data-state") or ""


def open_task(page: Page) -> str:
    """Open the annotate page and wait until there is a task, new or begun; return the assignment's id.

    The first candidates of an empty platform take a while: an empty page is looked at again, as a person would.
    """
    page.goto("/annotate/")
    deadline = time.monotonic() + CANDIDATES_SECONDS
    while state_of(page) not in WORKING:
        assert time.monotonic() < deadline, page.get_by_test_id("annotate").inner_text()
        page.wait_for_timeout(500)
        if state_of(page) == "empty":
            page.wait_for_timeout(2_000)
            page.reload()
    wait_until_ready(page)
    return assignment_of(page)


def assignment_of(page: Page) -> str:
    """Return the id of the task on screen."""
    return page.get_by_test_id("annotate").get_attribute("data-assignment-id") or ""


def wait_until_ready(page: Page) -> None:
    """Wait until both meshes are on screen: before that no verdict counts."""
    expect(page.get_by_test_id("stage")).to_have_attribute("data-is-ready", "true", timeout=60_000)


def compare_to_the_end(page: Page, key: str = "1") -> int:
    """Press the same verdict until a winner stands; return how many comparisons it took."""
    made = 0
    while state_of(page) == "comparing":
        wait_until_ready(page)
        page.keyboard.press(key)
        made += 1
        page.wait_for_function(
            """(made) => {
              const desk = document.querySelector('[data-testid=annotate]');
              return desk.dataset.state !== 'comparing' || Number(desk.dataset.comparisons) >= made;
            }""",
            arg=made,
        )
    return made


def wait_for_another_task(page: Page, before: str) -> None:
    """Wait until the page has gone on to another task."""
    page.wait_for_function(
        """(before) => {
          const desk = document.querySelector('[data-testid=annotate]');
          return desk.dataset.state === 'comparing' && desk.dataset.assignmentId !== before;
        }""",
        arg=before,
        timeout=60_000,
    )


def wait_for_another_task_of_any_kind(page: Page, before: str) -> None:
    """As wait_for_another_task, whichever way the next one starts with; the page looks for it by itself."""
    try:
        page.wait_for_function(
            """(before) => {
              const desk = document.querySelector('[data-testid=annotate]');
              return ['comparing', 'ranking'].includes(desk.dataset.state) && desk.dataset.assignmentId !== before;
            }""",
            arg=before, timeout=240_000,
        )  # fmt: skip
    except PlaywrightTimeout as error:
        raise AssertionError(f"no task after {before}, but: {page.get_by_test_id('annotate').inner_text()}") from error
