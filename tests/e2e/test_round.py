"""The ML lead turns the wheel: records, a round, a new live checkpoint, candidates that carry its digest."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import RunningStack

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(1500)]
SignIn = Callable[..., Page]

# Enough simulated choices for a round with held-out objects; people's choices count beside them.
N_OBJECTS = "48"
# What the shipped checkpoint has learnt: people choose among its candidates instead of leaving all to artists.
KNOWN_FAMILIES = "sofa,mug,bottle,vase,car"
# So little that nobody could see a difference between the challenger and its parent, so that the gate has no reason to
# refuse: this tries the wheel, not the learning.
STEPS = "1"
RATE_FACTOR = "0.001"
ROUND_SECONDS = 600


def digest_in(page: Page, selector: str) -> str:
    """Return the whole digest that the first short one on the page stands for."""
    return page.locator(f"{selector} [data-sha256]").first.get_attribute("data-sha256") or ""


def start_round(page: Page) -> None:
    """Fill the form with a small round and start it."""
    page.goto("/rounds/")
    page.get_by_role("button", name="More settings").click()
    page.get_by_label("Name").fill("A turn from the page")
    page.get_by_label("SFT steps").fill(STEPS)
    page.get_by_label("DPO steps").fill(STEPS)
    page.get_by_label("Learning rate").fill(RATE_FACTOR)
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_url("**/rounds/*/")


def wait_for_the_end(page: Page) -> str:
    """Wait until the round rests; return the state it rests in."""
    page.wait_for_function(
        """() => ['deployed', 'refused', 'failed', 'cancelled'].includes(
             document.querySelector('[data-testid=round-state]')?.dataset.state)""",
        timeout=ROUND_SECONDS * 1000,
    )
    return page.get_by_test_id("round-state").get_attribute("data-state") or ""


def test_a_round_trains_and_its_checkpoint_goes_live(sign_in: SignIn, stack: RunningStack, screenshots: Path) -> None:
    options = ["--count", N_OBJECTS, "--families", KNOWN_FAMILIES, "--without-round", "--seed", "3"]
    stack.stack.manage("run_loop", *options)
    page = sign_in("ml_lead")

    page.goto("/records/")
    page.get_by_label("alpha").fill("0.4")
    page.get_by_role("button", name="Derive").click()
    expect(page.get_by_test_id("list").locator("tbody tr").first).to_be_visible(timeout=60_000)

    page.goto("/checkpoints/")
    before = digest_in(page, "[data-testid=model-server]")
    start_round(page)
    expect(page.locator("[data-testid=training-run][data-stage=sft]")).to_be_visible(timeout=120_000)
    expect(page.get_by_role("progressbar").first).to_be_visible(timeout=120_000)
    page.screenshot(path=screenshots / "round_running_light.png")
    assert wait_for_the_end(page) == "deployed", page.locator("main").inner_text()
    expect(page.get_by_test_id("verdict")).to_contain_text("Deployed")
    expect(page.get_by_test_id("evaluations").locator("tbody tr")).to_have_count(2)
    page.screenshot(path=screenshots / "round_done_light.png", full_page=True)
    live = digest_in(page, "[data-testid=deployed]")
    assert len(live) == 64
    assert live != before

    page.goto("/checkpoints/")
    held = page.get_by_test_id("model-server").locator("[data-sha256]")
    expect(held).to_have_attribute("data-sha256", live, timeout=60_000)
    expect(page.get_by_test_id("model-server")).to_contain_text("It serves the live checkpoint")

    page.goto("/photos/")
    page.get_by_test_id("photo-tile").first.click()
    page.get_by_role("button", name="Ask for candidates").click()
    made_by_it = page.get_by_test_id("candidate").filter(has=page.locator(f"[data-sha256='{live}']"))
    expect(made_by_it.first).to_be_visible(timeout=120_000)
    made_by_it.first.click()
    expect(page.get_by_test_id("lineage-checkpoint").locator("[data-sha256]")).to_have_attribute("data-sha256", live)
    expect(page.get_by_test_id("lineage-datasets")).to_contain_text("simulated")
    expect(page.get_by_test_id("chain").locator("li")).to_have_count(3)
    page.screenshot(path=screenshots / "lineage_own_light.png", full_page=True)


def test_a_rollback_takes_one_click_and_a_reason(sign_in: SignIn) -> None:
    page = sign_in("ml_lead")
    page.goto("/checkpoints/")
    before = digest_in(page, "[data-testid=deployments]")
    page.get_by_role("button", name="Roll back").click()
    page.get_by_label("Reason").fill("the browser test prefers the old one")
    page.get_by_test_id("confirm").click()
    expect(page.get_by_test_id("toast")).to_contain_text("Rolled back")
    first = page.get_by_test_id("deployments").locator("[data-sha256]").first
    expect(first).not_to_have_attribute("data-sha256", before)
    after = first.get_attribute("data-sha256") or ""
    held = page.get_by_test_id("model-server").locator("[data-sha256]")
    expect(held).to_have_attribute("data-sha256", after, timeout=60_000)
