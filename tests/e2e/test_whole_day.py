"""A whole day in small, on the whole platform: from the lead who lays out the work to the reviewer's last word.

One test: every step stands on those before it, as it does on a real day.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import aligning
from tests.e2e.annotating import (
    assignment_of,
    compare_to_the_end,
    open_task,
    wait_for_another_task_of_any_kind,
    wait_until_ready,
)
from tests.e2e.conftest import RunningStack
from tests.e2e.day_photos import write_mirrored
from tests.e2e.profiles import Profiles
from tests.e2e.workbench import (
    answer_by_grid,
    in_grid,
    in_pairs,
    make_practice,
    press_until_it_counts,
    send,
    start_over,
    wait_for_state,
    wait_until_saved_on_server,
)
from tests.waiting import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(900)]

N_PRACTICE, N_GOLD, N_CHOICES = 2, 1, 20
N_OBJECTS = N_PRACTICE + N_GOLD + N_CHOICES
NONE_AT, RELOAD_AT, CONFLICT_AT = 4, 8, 12

HIRE = """
import json
from engine.accounts.models import Person, Role
from engine.accounts.services import create_person
names = ("dora", "emil")
people = [create_person(username=n, password=%r, roles=[Role.ANNOTATOR], display_name=n.title()) for n in names]
print(json.dumps({person.username: person.pk for person in people}))
"""

TELL = """
import json
from engine.annotation.models import Alignment, Choice
mine = Choice.objects.filter(annotator__username="dora", revision=0)
rows = mine.order_by("pk").values_list("kind", "assignment__campaign__is_practice", "outcome", "mode", "target_id")
placed = Alignment.objects.filter(annotator__username="dora").order_by("pk")
words = Choice.objects.filter(kind="adjudication", target__in=mine.values("target"))
print(json.dumps({
    "choices": [list(row) for row in rows],
    "placed": list(placed.values_list("method", "browser_iou", "server_iou")),
    "words": list(words.order_by("pk").values_list("outcome", "annotator__username", "revision_reason")),
}))
"""


@dataclass
class Day:
    """Who works, on what, and where the pictures go."""

    stack: RunningStack
    profiles: Profiles
    pictures: Path | None
    campaign_id: int = 0
    campaign: str = field(default_factory=lambda: f"Today {uuid4().hex[:6]}")
    practice: str = ""
    gold_target_id: int = 0

    def shoot(self, page: Page, name: str) -> None:
        """Keep the page in both colours, where somebody asked for pictures."""
        if self.pictures is None:
            return
        for theme in ("dark", "light"):
            page.emulate_media(color_scheme=theme)
            page.screenshot(path=self.pictures / f"day_{name}_{theme}.png")

    def ask(self, code: str) -> Any:
        """Run Python inside the platform and return what it prints as JSON."""
        return json.loads(self.stack.stack.manage("shell", "-v", "0", "-c", code).strip().splitlines()[-1])


@pytest.fixture
def day(stack: RunningStack, profiles: Profiles) -> Iterator[Day]:
    asked = os.environ.get("FLYWHEEL_SCREENSHOTS")
    today = Day(stack=stack, profiles=profiles, pictures=Path(asked) if asked else None)
    yield today
    if today.campaign_id:
        # Its skill keeps others out already; paused, it is no work left over in anybody's figures.
        send(
            profiles.open(stack.logins["ml_lead"]), "PATCH", f"/api/campaigns/{today.campaign_id}/", {"is_paused": True}
        )


def lay_out_the_work(day: Day, folder: Path) -> None:
    """The lead brings photos, makes a campaign and a practice, and says of one object which candidate is better."""
    people = day.ask(HIRE % day.stack.password)
    page = day.profiles.open(day.stack.logins["ml_lead"], path="/photos/")
    page.locator("input[type=file]").set_input_files(write_mirrored(folder, n=N_OBJECTS))
    wait_until(lambda: len(own_targets(page)) == N_OBJECTS, seconds=60)
    targets = own_targets(page)
    day.shoot(page, "01_photos")
    for person_id in people.values():
        send(page, "PUT", f"/api/people/{person_id}/skills/", {"skills": ["mirrors"]})
    make_campaign(day, page)
    practice, rest = targets[:N_PRACTICE], targets[N_PRACTICE:]
    send(page, "POST", f"/api/campaigns/{day.campaign_id}/targets/", {"target_ids": rest})
    day.gold_target_id = rest[0]
    wait_until(lambda: is_ready(page, day.gold_target_id), seconds=240)
    day.practice = make_practice(page, practice)
    say_what_is_better(day, page)


def own_targets(page: Page) -> list[int]:
    """Return today's objects, in the order of their files."""
    rows = send(page, "GET", "/api/targets/?limit=100").json()["results"]
    return [row["id"] for row in sorted(rows, key=lambda row: row["name"]) if row["name"].startswith("day_")]


def is_ready(page: Page, target_id: int) -> bool:
    return bool(send(page, "GET", f"/api/targets/{target_id}/").json()["status"] == "ready")


def make_campaign(day: Day, page: Page) -> None:
    """Two answers an object, every task gold as long as there is gold, and only for who knows about mirrors."""
    page.goto("/campaigns/")
    page.get_by_role("button", name="New campaign").click()
    form = page.get_by_test_id("campaign-form")
    fields = {"Name": day.campaign, "Choices an object": "2", "Gold tasks (%)": "100", "Repeated tasks (%)": "0"}
    for label, text in (fields | {"Priority": "10", "Skills": "mirrors"}).items():
        form.get_by_label(label).fill(text)
    day.shoot(page, "02_campaign")
    form.get_by_role("button", name="New campaign").click()
    page.wait_for_url("**/campaigns/*/")
    day.campaign_id = int(page.url.rstrip("/").rsplit("/", 1)[1])


def say_what_is_better(day: Day, page: Page) -> None:
    page.goto(f"/gold/?target={day.gold_target_id}")
    expect(page.get_by_test_id("board")).to_have_attribute("data-is-ready", "true", timeout=60_000)
    page.keyboard.press("1")
    page.keyboard.press("2")
    day.shoot(page, "03_gold_pair")
    page.get_by_label("Why is it beyond doubt?").fill("The other one is another thing.")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("toast").filter(has_text="Gold pair saved.")).to_be_visible()


def practise(day: Day, page: Page) -> None:
    """Two tasks with a word on each answer."""
    page.goto("/annotate/")
    choose_campaign(page, day.practice)
    for number in range(N_PRACTICE):
        wait_for_state(page, "comparing", "ranking")
        if number == 0:
            in_pairs(page)
            day.shoot(page, "04_practice")
            compare_to_the_end(page)
        else:
            in_grid(page)
            page.keyboard.press("1")
            page.keyboard.press("Enter")
        page.keyboard.press("4")
        page.keyboard.press("Enter")
        wait_for_state(page, "feedback")
        wait_until_ready(page)
        if number == 0:
            expect(page.get_by_test_id("pane-better")).to_be_visible()
            day.shoot(page, "05_feedback")
        page.keyboard.press("Enter")
    wait_for_state(page, "empty")
    day.shoot(page, "06_practice_over")


def choose_campaign(page: Page, name: str) -> None:
    option = page.get_by_test_id("campaign").locator("option", has_text=name)
    page.get_by_test_id("campaign").select_option(label=option.inner_text())


def meet_gold(day: Day, page: Page) -> None:
    """The first task of the day is one whose answer is known, and nothing on the page tells."""
    with page.expect_response("**/assignments/next/") as answered:
        choose_campaign(page, day.campaign)
    task = answered.value.json()["assignment"]
    assert task["target_id"] == day.gold_target_id
    assert "gold" not in json.dumps(task).lower()
    wait_for_state(page, "comparing", "ranking")
    in_pairs(page)
    day.shoot(page, "07_pairs")
    before = assignment_of(page)
    compare_to_the_end(page, "3")
    day.shoot(page, "08_rating")
    page.keyboard.press("3")
    page.keyboard.press("Enter")
    wait_for_another_task_of_any_kind(page, before)


def answer_twenty(day: Day, page: Page) -> None:
    """Twenty objects by keys alone; nothing suits at one, the page is reloaded at another, two tabs part at a third."""
    seen = set()
    for number in range(N_CHOICES):
        seen.add(before := assignment_of(page))
        start_over(page)
        if number == NONE_AT:
            accept_none(day, page)
        elif number == RELOAD_AT:
            reload_in_the_middle(day, page)
        elif number == CONFLICT_AT:
            part_in_two_tabs(day, page)
        else:
            if number == 0:
                in_grid(page)
                day.shoot(page, "09_grid")
            answer_by_grid(page)
        if number < N_CHOICES - 1:
            wait_for_another_task_of_any_kind(page, before)
    assert len(seen) == N_CHOICES
    wait_for_state(page, "empty")
    day.shoot(page, "14_nothing_left")


def accept_none(day: Day, page: Page) -> None:
    in_pairs(page)
    press_until_it_counts(page, "0")
    wait_for_state(page, "rejecting")
    for key in ("1", "]", "2"):
        page.keyboard.press(key)
    wait_until_ready(page)
    day.shoot(page, "10_none_acceptable")
    page.keyboard.press("Enter")


def reload_in_the_middle(day: Day, page: Page) -> None:
    """What was done is there again, and the answer is finished as if nothing had been."""
    in_pairs(page)
    task = assignment_of(page)
    for made in ("1", "2"):
        wait_until_ready(page)
        page.keyboard.press("3")
        expect(page.get_by_test_id("annotate")).to_have_attribute("data-comparisons", made)
    page.reload()
    wait_until_ready(page)
    assert assignment_of(page) == task
    expect(page.get_by_test_id("annotate")).to_have_attribute("data-comparisons", "2")
    expect(page.get_by_test_id("restored")).to_be_visible()
    day.shoot(page, "11_restored")
    compare_to_the_end(page)
    page.keyboard.press("3")
    page.keyboard.press("Enter")


def part_in_two_tabs(day: Day, page: Page) -> None:
    """The same object in two tabs: a step taken back and done otherwise in the one is no news for the other."""
    in_pairs(page)
    page.keyboard.press("1")
    wait_until_saved_on_server(page)
    other = page.context.new_page()
    assert open_task(other) == assignment_of(page)
    expect(other.get_by_test_id("annotate")).to_have_attribute("data-comparisons", "1")
    other.keyboard.press("u")
    wait_until_ready(other)
    other.keyboard.press("3")
    expect(page.get_by_test_id("conflict")).to_be_visible(timeout=30_000)
    day.shoot(page, "12_conflict")
    page.keyboard.press("Tab")
    page.get_by_test_id("keep-there").press("Enter")
    expect(page.get_by_test_id("conflict")).to_have_count(0)
    expect(page.get_by_test_id("annotate")).to_have_attribute("data-comparisons", "1")
    other.close()
    compare_to_the_end(page, "3")
    day.shoot(page, "13_after_conflict")
    page.keyboard.press("2")
    page.keyboard.press("Enter")


def disagree(page: Page) -> None:
    """A second annotator, who likes nothing today."""
    open_task(page)
    for _ in range(N_GOLD + 3):
        before = assignment_of(page)
        wait_until_ready(page)
        press_until_it_counts(page, "0")
        wait_for_state(page, "rejecting")
        page.keyboard.press("Enter")
        wait_for_another_task_of_any_kind(page, before)


def place_two(day: Day, page: Page) -> None:
    """One shape by the handles in the photo, one by the key that fits it to the mask."""
    page.goto("/align/")
    aligning.wait_until_placed(page)
    day.shoot(page, "15_align")
    x, y, z = aligning.pose_of(page)["translation"]
    aligning.pull_the_red_arrow(page, by_x=-45, by_y=25)
    after = aligning.pose_of(page)["translation"]
    assert after[0] > x
    assert after[1:] == pytest.approx([y, z], abs=1e-9)
    day.shoot(page, "16_align_gizmo")
    aligning.submit(page)

    aligning.wait_until_placed(page)
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    aligning.settle(page)
    moved = aligning.iou_of(page)
    page.keyboard.press("s")
    expect(page.get_by_test_id("snapped")).to_be_visible(timeout=60_000)
    aligning.settle(page)
    assert aligning.iou_of(page) > moved
    day.shoot(page, "17_align_snap")
    aligning.submit(page)


def review(day: Day, page: Page) -> None:
    """The reviewer sees both answers side by side and settles one for a candidate, one for none."""
    page.goto(f"/disagreements/?campaign_id={day.campaign_id}")
    for name, keys, reason in (
        ("18_review", ["2", "4"], "The second one has the outline."),
        ("19_none", ["0"], "All of them are other things."),
    ):
        desk = page.get_by_test_id("desk")
        target_id = desk.get_attribute("data-target-id")
        expect(page.get_by_test_id("word")).to_have_count(2)
        expect(page.locator("[data-annotator=dora]")).to_be_visible()
        expect(page.get_by_test_id("board")).to_have_attribute("data-is-ready", "true", timeout=60_000)
        for key in keys:
            page.keyboard.press(key)
        expect(page.get_by_label("Why?")).to_be_focused()
        page.keyboard.type(reason)
        day.shoot(page, name)
        page.keyboard.press("Enter")
        expect(page.locator(f"[data-testid=desk][data-target-id='{target_id}']")).to_have_count(0)
    page.get_by_label("Show settled ones").check()
    expect(page.get_by_text("Settled by rosa").first).to_be_visible()
    day.shoot(page, "20_settled")
    page.goto("/annotators/")
    expect(page.locator("[data-row=dora]")).to_be_visible()
    day.shoot(page, "21_people")


def test_a_whole_day(day: Day, tmp_path: Path) -> None:
    lay_out_the_work(day, tmp_path)
    dora = day.profiles.open("dora")
    practise(day, dora)
    meet_gold(day, dora)
    answer_twenty(day, dora)
    disagree(day.profiles.open("emil", path="/annotate/"))
    place_two(day, dora)
    review(day, day.profiles.open(day.stack.logins["reviewer"]))

    told = day.ask(TELL)
    kinds = [(kind, is_practice) for kind, is_practice, *_ in told["choices"]]
    assert kinds == [("gold", True)] * N_PRACTICE + [("gold", False)] * N_GOLD + [("choice", False)] * N_CHOICES
    outcomes = [outcome for kind, _, outcome, *_ in told["choices"] if kind == "choice"]
    assert outcomes.count("none_acceptable") == 1
    assert outcomes[NONE_AT] == "none_acceptable"
    assert [method for method, *_ in told["placed"]] == ["gizmo", "snap"]
    for _, browser_iou, server_iou in told["placed"]:
        assert server_iou == pytest.approx(browser_iou, abs=0.01)
    assert [word[:2] for word in told["words"]] == [["chosen", "rosa"], ["none_acceptable", "rosa"]]
