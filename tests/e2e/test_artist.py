"""From "none acceptable" to an approved mesh: annotator, artist, reviewer."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.annotating import open_task, state_of, wait_for_another_task
from tests.e2e.meshes import write_cup, write_truncated

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(900)]
SignIn = Callable[..., Page]


def refuse_everything(page: Page) -> None:
    """Answer one task with none acceptable, with a reason."""
    task = open_task(page)
    page.keyboard.press("0")
    page.wait_for_function("document.querySelector('[data-testid=annotate]').dataset.state === 'rejecting'")
    assert state_of(page) == "rejecting"
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    wait_for_another_task(page, task)


def upload(page: Page, path: Path) -> None:
    """Give a file to the page as the file dialog would."""
    page.locator("input[type=file]").set_input_files(path)


def test_what_nobody_could_accept_is_made_by_hand_and_approved(
    sign_in: SignIn, tmp_path: Path, screenshots: Path
) -> None:
    refuse_everything(sign_in("annotator"))

    artist = sign_in("artist")
    artist.goto("/artist/?state=open")
    # A job is opened in the background; the list looks for news by itself.
    expect(artist.get_by_test_id("job").first).to_be_visible(timeout=90_000)
    artist.locator("[data-testid=job] a").first.click()
    artist.get_by_role("button", name="Take this job").click()
    expect(artist.get_by_role("button", name="Choose a GLB")).to_be_visible()
    expect(artist.get_by_test_id("stage")).to_have_attribute("data-state", "ready", timeout=60_000)
    assert artist.locator("svg[data-outlines='1']").count() == 1

    upload(artist, write_truncated(tmp_path / "broken.glb"))
    refused = artist.locator("[data-testid=mesh-upload][data-state=refused]")
    expect(refused).to_be_visible(timeout=60_000)
    expect(refused.locator(".is-bad")).not_to_be_empty()

    upload(artist, write_cup(tmp_path / "cup.glb"))
    expect(artist.locator("[data-testid=mesh-upload][data-state=checked]")).to_be_visible(timeout=60_000)
    artist.screenshot(path=screenshots / "artist_upload_light.png", full_page=True)

    reviewer = sign_in("reviewer", theme="dark")
    reviewer.goto("/artist/?state=in_review")
    reviewer.locator("[data-testid=job] a").first.click()
    reviewer.get_by_role("button", name="Send back").click()
    expect(reviewer.get_by_text("Say what must be better")).to_be_visible()
    reviewer.screenshot(path=screenshots / "artist_review_dark.png", full_page=True)
    reviewer.get_by_role("button", name="Approve").click()
    expect(reviewer.locator("[data-testid=mesh-upload][data-state=approved]")).to_be_visible()
