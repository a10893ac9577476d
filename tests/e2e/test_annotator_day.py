"""An annotator's day in small: turn, compare by keyboard, rate, submit, get the next task; and see no names."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Response, expect

from tests.e2e.annotating import (
    assignment_of,
    compare_to_the_end,
    open_task,
    state_of,
    wait_for_another_task,
    wait_until_ready,
)
from tests.e2e.conftest import RunningStack

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(900)]
SignIn = Callable[..., Page]


def camera_of(page: Page) -> dict[str, float]:
    """Return where the shared camera stands."""
    camera: dict[str, float] = json.loads(page.get_by_test_id("stage").get_attribute("data-camera") or "{}")
    return camera


def test_an_object_is_turned_compared_rated_and_followed_by_the_next(sign_in: SignIn, screenshots: Path) -> None:
    page = sign_in("annotator")
    page.get_by_role("link", name="Next object").click()
    first = open_task(page)
    before = camera_of(page)["azimuth"]
    page.keyboard.press("ArrowLeft")
    page.wait_for_function(
        "(was) => JSON.parse(document.querySelector('[data-testid=stage]').dataset.camera).azimuth !== was", arg=before
    )
    page.screenshot(path=screenshots / "annotate_light.png")

    n_candidates = page.locator("[data-testid=strip] [data-candidate-id]").count()
    assert compare_to_the_end(page) == n_candidates - 1
    assert state_of(page) == "rating"
    page.screenshot(path=screenshots / "annotate_rating_light.png")
    page.keyboard.press("4")
    page.keyboard.press("Enter")

    wait_for_another_task(page, first)
    wait_until_ready(page)
    expect(page.get_by_test_id("progress")).to_contain_text("1")


def test_undo_takes_the_last_verdict_back(sign_in: SignIn) -> None:
    page = sign_in("annotator")
    open_task(page)
    desk = page.get_by_test_id("annotate")
    page.keyboard.press("3")
    expect(desk).to_have_attribute("data-comparisons", "1")
    page.keyboard.press("u")
    expect(desk).to_have_attribute("data-comparisons", "0")


def test_a_half_done_task_survives_a_reload(sign_in: SignIn) -> None:
    page = sign_in("annotator")
    before = open_task(page)
    wait_until_ready(page)
    page.keyboard.press("2")
    expect(page.get_by_test_id("annotate")).to_have_attribute("data-comparisons", "1")
    page.reload()
    wait_until_ready(page)
    assert assignment_of(page) == before
    expect(page.get_by_test_id("annotate")).to_have_attribute("data-comparisons", "1")


def test_nothing_that_reaches_the_browser_names_a_maker(sign_in: SignIn, stack: RunningStack) -> None:
    answers: list[Response] = []
    page = sign_in("annotator")
    open_task(page)  # it may reload while candidates are made, and a body does not outlive its page
    page.goto("about:blank")
    page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108  # playwright cannot wrap a built-in
    page.goto("/annotate/")
    wait_until_ready(page)
    page.wait_for_load_state("networkidle")
    deployed = stack.stack.manage("shell", "-v", "0", "-c", LIVE_DIGEST).strip().splitlines()[-1]
    assert len(deployed) == 64
    telling = [b"retrieval", b"network", b"checkpoint", b'generator"', b'seed"', deployed.encode()]
    # The program itself may name anything; what counts is data: the API's answers and the files from the store.
    data = [answer for answer in answers if "/static/" not in answer.url and answer.status < 300]
    assert any("/assignments/next/" in answer.url for answer in data)
    assert any(not answer.url.startswith(stack.base_url) for answer in data)
    for answer in data:
        seen = answer.url.encode() + json.dumps(answer.all_headers()).encode() + answer.body()
        assert [word for word in telling if word in seen] == [], answer.url


LIVE_DIGEST = (
    "from engine.registry.selectors import live_deployment; "
    "live = live_deployment(); print(live.checkpoint.checkpoint_sha256 if live else '')"
)
