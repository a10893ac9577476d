"""The annotate page in depth: grid, redo, reloads, conflicts, skips, corrections, practice, no network, no WebGL."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.accessibility import violations
from tests.e2e.annotating import (
    assignment_of,
    open_task,
    state_of,
    wait_for_another_task_of_any_kind,
    wait_until_ready,
)
from tests.e2e.conftest import CHROMIUM, RunningStack
from tests.e2e.profiles import Profiles
from tests.e2e.profiles import sign_in as sign_in_at
from tests.e2e.workbench import (
    answer_by_grid,
    in_grid,
    in_pairs,
    moves_of,
    set_up_practice,
    start_over,
    wait_for_state,
    wait_until_saved_on_server,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(1200)]
SignIn = Callable[..., Page]

NEWCOMER = """
from engine.accounts.models import Person, Role
from engine.accounts.services import create_person
if not Person.objects.filter(username="berta").exists():
    create_person(username="berta", password=%r, roles=[Role.ANNOTATOR], display_name="Berta")
from engine.annotation.services.campaigns import change_campaign
from engine.annotation.models import DEFAULT_CAMPAIGN_ID
change_campaign(campaign_id=DEFAULT_CAMPAIGN_ID, changes={"overlap": 2})
"""


@pytest.fixture(scope="module")
def newcomer(stack: RunningStack) -> str:
    """A second annotator, for whom every object waits a second time; returns her user name."""
    stack.stack.manage("shell", "-v", "0", "-c", NEWCOMER % stack.password)
    return "berta"


def test_twenty_objects_are_answered_by_keyboard_alone(newcomer: str, profiles: Profiles, screenshots: Path) -> None:
    page = profiles.open(newcomer)
    # First of all tests here: there are not many more objects than twenty, and others take some away for good.
    seen = {open_task(page)}
    for number in range(20):
        before = assignment_of(page)
        if number % 5 == 4:
            in_pairs(page)
            for key in ("0", "1", "Enter"):
                wait_until_ready(page)
                page.keyboard.press(key)
        else:
            answer_by_grid(page)
        if number < 19:
            wait_for_another_task_of_any_kind(page, before)
            seen.add(assignment_of(page))
    assert len(seen) == 20
    expect(page.get_by_test_id("progress")).to_contain_text("20 today", timeout=60_000)
    page.screenshot(path=screenshots / "workbench_after_twenty_light.png")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_state_of_the_page_is_accessible(sign_in: SignIn, screenshots: Path, theme: str) -> None:
    page = sign_in("annotator", theme=theme)
    faults: dict[str, list[str]] = {}

    def check(name: str) -> None:
        page.wait_for_timeout(400)
        page.screenshot(path=screenshots / f"workbench_{name}_{theme}.png")
        faults[name] = violations(page)

    open_task(page)
    start_over(page)
    in_pairs(page)
    check("pairs")
    in_grid(page)
    page.keyboard.press("1")
    check("grid")
    page.keyboard.press("k")
    page.keyboard.press("2")
    check("skip")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    check("help")
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    wait_for_state(page, "rating")
    check("rating")
    page.keyboard.press("n")
    wait_until_ready(page)
    check("rejecting")
    start_over(page)
    page.get_by_test_id("pause").click()
    wait_for_state(page, "empty")
    check("paused")
    page.get_by_test_id("resume").click()
    page.goto("/annotate/answers/")
    page.get_by_role("heading", name="My answers").wait_for()
    check("answers")
    assert {name: found for name, found in faults.items() if found} == {}


def test_steps_are_taken_back_and_done_again_over_both_ways_and_a_reload(sign_in: SignIn) -> None:
    page = sign_in("annotator")
    task = open_task(page)
    start_over(page)
    in_pairs(page)
    began_with = moves_of(page)
    page.keyboard.press("4")
    in_grid(page)
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    wait_for_state(page, "rating")
    page.keyboard.press("3")
    done = moves_of(page)
    for _ in range(done - began_with):
        page.keyboard.press("u")
    expect(page.get_by_test_id("annotate")).to_have_attribute("data-comparisons", "0")
    for _ in range(done - began_with):
        page.keyboard.press("y")
    wait_until_saved_on_server(page)
    page.reload()
    wait_for_state(page, "rating")
    assert (assignment_of(page), moves_of(page)) == (task, done)
    expect(page.get_by_test_id("rating-3")).to_have_attribute("aria-pressed", "true")
    start_over(page)
    wait_until_saved_on_server(page)


def test_two_browsers_that_part_are_shown_side_by_side(sign_in: SignIn, screenshots: Path) -> None:
    here = sign_in("annotator")
    task = open_task(here)
    start_over(here)
    in_pairs(here)
    here.keyboard.press("1")
    wait_until_saved_on_server(here)
    there = sign_in("annotator")
    assert open_task(there) == task
    start_over(there)
    in_pairs(there)
    there.keyboard.press("4")
    wait_until_saved_on_server(there)
    here.reload()
    expect(here.get_by_test_id("conflict")).to_be_visible(timeout=60_000)
    here.screenshot(path=screenshots / "workbench_conflict_light.png")
    assert violations(here) == []
    here.get_by_test_id("keep-there").click()
    in_pairs(here)
    assert here.get_by_test_id("strip").locator("[data-strip-state=lost]").count() == 2


def test_skipping_and_reporting_an_outline_bring_the_next_task(sign_in: SignIn) -> None:
    page = sign_in("annotator")
    first = open_task(page)
    page.keyboard.press("k")
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    wait_for_another_task_of_any_kind(page, first)
    second = assignment_of(page)
    page.keyboard.press("j")
    page.get_by_test_id("flag-dialog").locator("textarea").fill("The table is outlined.")
    page.keyboard.press("Control+Enter")
    wait_for_another_task_of_any_kind(page, second)


def test_an_answer_given_without_a_network_is_sent_when_it_is_back_and_can_be_corrected(
    sign_in: SignIn, screenshots: Path
) -> None:
    page = sign_in("annotator")
    open_task(page)
    start_over(page)
    in_grid(page)
    page.context.set_offline(True)
    for key in ("1", "Enter", "4", "Enter"):
        page.keyboard.press(key)
    expect(page.get_by_test_id("queued")).to_be_visible()
    expect(page.get_by_test_id("offline")).to_be_visible()
    page.screenshot(path=screenshots / "workbench_offline_light.png")
    page.context.set_offline(False)
    expect(page.get_by_test_id("queued")).to_have_count(0, timeout=60_000)

    page.goto("/annotate/answers/")
    page.locator("a[data-testid^=correct-]").first.click()
    wait_for_state(page, "rating")
    expect(page.get_by_test_id("rating-4")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("5")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Say why")
    page.screenshot(path=screenshots / "workbench_correcting_light.png")
    page.get_by_test_id("correction-reason").fill("Pressed the wrong key")
    page.get_by_test_id("submit").click()
    expect(page.get_by_test_id("corrected")).to_be_visible()
    page.goto("/annotate/answers/")
    expect(page.get_by_test_id("answers").locator("tbody tr").first).to_contain_text("corrected 1×")


def test_practice_tells_how_each_answer_stands_to_what_is_known(sign_in: SignIn, screenshots: Path) -> None:
    name = set_up_practice(sign_in("ml_lead"), n_tasks=2)
    page = sign_in("annotator")
    open_task(page)
    start_over(page)
    label = page.get_by_test_id("campaign").locator("option", has_text=name).inner_text()
    before = assignment_of(page)
    page.get_by_test_id("campaign").select_option(label=label)
    wait_for_another_task_of_any_kind(page, before)
    in_pairs(page)
    while state_of(page) == "comparing":
        wait_until_ready(page)
        page.keyboard.press("1")
        page.wait_for_timeout(200)
    page.keyboard.press("4")
    page.keyboard.press("Enter")
    wait_for_state(page, "feedback")
    wait_until_ready(page)
    expect(page.get_by_test_id("pane-better")).to_be_visible()
    page.screenshot(path=screenshots / "workbench_feedback_light.png")
    assert violations(page) == []
    page.keyboard.press("Enter")
    wait_for_state(page, "comparing", "ranking")
    page.get_by_test_id("campaign").select_option(label="Any campaign")


def test_a_browser_without_webgl_says_so_and_works_with_pictures(
    newcomer: str, stack: RunningStack, browser: Browser, screenshots: Path
) -> None:
    plain = browser.browser_type.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-3d-apis"])
    page = plain.new_page(base_url=stack.base_url, viewport={"width": 1440, "height": 900})
    sign_in_at(page, newcomer, stack.password)
    open_task(page)
    expect(page.get_by_test_id("no-webgl")).to_be_visible()
    wait_until_ready(page)
    expect(page.get_by_test_id("stage").locator("img").first).to_be_visible()
    page.screenshot(path=screenshots / "workbench_pictures_light.png")
    plain.close()
