"""Every page about people's work in both themes: nothing sticks out or complains, axe finds nothing."""

from pathlib import Path

import pytest

from engine.accounts.models import Person
from engine.annotation.models import AssetProblem, Campaign, Choice, GoldPair, MaskFlag, QualityFlag
from engine.annotation.quality.signals import Figures, signals
from tests.e2e.accessibility import violations
from tests.quality_ui.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def make_more(people: dict[str, Person]) -> dict[str, str]:
    """Add a gold pair, a flag and a doubtful mask; return the pages by name."""
    one, other = Choice.objects.order_by("target", "pk")[:2]
    assert one.winner_id is not None
    assert other.winner_id is not None
    GoldPair.objects.create(target=one.target, better_id=one.winner_id, worse_id=other.winner_id, note="No handle.")
    evidence = signals(Figures(gold_right=3, gold_n=12))["gold_failures"]
    QualityFlag.objects.create(person=people["anna"], kind="gold_failures", evidence=dict(evidence))
    MaskFlag.objects.create(target=other.target, person=people["anna"], comment="The handle is cut off.")
    AssetProblem.objects.create(candidate_id=one.winner_id, annotator=people["anna"], kind="missing")
    AssetProblem.objects.create(candidate_id=other.winner_id, annotator=people["simon"], kind="unreadable")
    return {
        "campaigns": "/campaigns/",
        "campaign": f"/campaigns/{Campaign.objects.get().pk}/",
        "people": "/annotators/",
        "person": f"/annotators/{people['anna'].pk}/",
        "gold": "/gold/",
        "gold_objects": "/gold/?add=1",
        "gold_pair": f"/gold/?target={one.target_id}",
        "disagreements": "/disagreements/",
        "mask_flags": "/mask-flags/",
        "home": "/",
    }


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_stands(
    visit: Visit, disputes: None, people: dict[str, Person], screenshots: Path, theme: str
) -> None:
    pages = make_more(people)
    page = visit("admin", "/", theme=theme)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
    page.on("console", lambda line: faults.append(f"{page.url}: {line.text}") if line.type == "error" else None)
    for name, address in pages.items():
        page.goto(address)
        page.wait_for_load_state("networkidle")
        if page.get_by_test_id("board").count():
            page.wait_for_selector("[data-testid=board][data-is-ready=true]")
        page.screenshot(path=screenshots / f"quality_{name}_{theme}.png", full_page=True)
        faults += [f"{name}: {fault}" for fault in violations(page)]
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            faults.append(f"{name} sticks out")
    assert faults == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_step_of_a_reviewers_word_stands(visit: Visit, disputes: None, screenshots: Path, theme: str) -> None:
    page = visit("rosa", "/disagreements/", theme=theme)
    page.wait_for_selector("[data-testid=board][data-is-ready=true]")
    page.keyboard.press("2")
    page.wait_for_selector("[data-testid=ruling][data-step=rate]")
    page.screenshot(path=screenshots / f"quality_ruling_rate_{theme}.png")
    faults = violations(page)
    page.keyboard.press("3")
    page.keyboard.type("Only this one has the handle.")
    page.wait_for_selector("[data-testid=ruling][data-step=ready]")
    # As wide as a small laptop: everything is still there, one below the other.
    page.set_viewport_size({"width": 900, "height": 1200})
    page.screenshot(path=screenshots / f"quality_ruling_ready_narrow_{theme}.png", full_page=True)
    faults += violations(page)
    assert faults == []
    assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


def test_empty_pages_say_what_to_do(visit: Visit, people: dict[str, Person], screenshots: Path) -> None:
    for name, address in (("gold", "/gold/"), ("gold_objects", "/gold/?add=1"), ("disagreements", "/disagreements/")):
        page = visit("admin", address)
        page.get_by_test_id("empty").wait_for()
        page.screenshot(path=screenshots / f"quality_empty_{name}_light.png")
        assert violations(page) == []
