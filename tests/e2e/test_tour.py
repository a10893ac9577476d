"""Every page in both themes: nothing complains, nothing sticks out; the pictures are kept for looking at."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]
SignIn = Callable[..., Page]

ADDRESSES = {
    "home": "/",
    "photos": "/photos/",
    "artist": "/artist/",
    "records": "/records/",
    "rounds": "/rounds/",
    "checkpoints": "/checkpoints/",
    "answers": "/annotate/answers/",
    "align": "/align/",
    "campaigns": "/campaigns/",
    "people": "/annotators/",
    "gold": "/gold/",
    "mask_flags": "/mask-flags/",
    "disagreements": "/disagreements/",
    "not_found": "/no/such/page/",
}


def first_link(page: Page, address: str, selector: str) -> str | None:
    """Return where the first such link of a list leads, if the list has one."""
    page.goto(address)
    page.wait_for_load_state("networkidle")
    link = page.locator(selector)
    return link.first.get_attribute("href") if link.count() else None


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_stands(sign_in: SignIn, screenshots: Path, theme: str) -> None:
    page = sign_in("admin", theme=theme)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
    page.on("console", lambda line: faults.append(f"{page.url}: {line.text}") if line.type == "error" else None)
    addresses = dict(ADDRESSES)
    for name, lister, selector in (
        ("photo", "/photos/", "[data-testid=photo-tile]"),
        ("artist_job", "/artist/", "[data-testid=job] a"),
        ("round", "/rounds/", "[data-testid=rounds] a"),
        ("lineage", "/records/", "[data-testid=list] a[href*=lineage]"),
    ):
        found = first_link(page, lister, selector)
        if found:
            addresses[name] = found
    faults.clear()
    for name, address in addresses.items():
        page.goto(address)
        page.wait_for_load_state("networkidle")
        page.screenshot(path=screenshots / f"{name}_{theme}.png")
        sticks_out = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        assert not sticks_out, address
        if name == "not_found":
            faults.clear()  # the browser reports the 404 that was asked for
    assert faults == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_sign_in_page_follows_the_theme(sign_in: SignIn, screenshots: Path, theme: str) -> None:
    page = sign_in("annotator", theme=theme)
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url("**/login/")
    page.screenshot(path=screenshots / f"login_{theme}.png")
    background = page.evaluate(
        "getComputedStyle(document.body).backgroundColor + getComputedStyle(document.documentElement).backgroundColor"
    )
    assert ("rgb(19, 21, 26)" in background) == (theme == "dark")


def test_the_chosen_theme_is_kept_from_page_to_page(sign_in: SignIn) -> None:
    page = sign_in("annotator", theme="light")
    page.get_by_role("button", name="Dark mode").click()
    page.goto("/annotate/")
    assert page.locator("html").get_attribute("data-theme") == "dark"
