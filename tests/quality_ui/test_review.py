"""What reviewers and leads do with people's work, in a real browser against the real API."""

import pytest
from playwright.sync_api import Page, expect

from engine.accounts.models import Person
from engine.annotation.models import (
    AssetProblem,
    AssetProblemKind,
    Assignment,
    AssignmentKind,
    Campaign,
    Choice,
    GoldPair,
    QualityFlag,
)
from engine.annotation.quality.signals import Figures, signals
from engine.annotation.services import claim_assignment, open_ready_assignments
from engine.annotation.services.asset_problems import report_asset_problem
from engine.annotation.services.mask_flags import flag_mask
from tests.quality_ui.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def wait_for_board(page: Page) -> list[str]:
    """Wait until every candidate is drawn; return their ids in the order of their numbers."""
    expect(page.get_by_test_id("board")).to_have_attribute("data-is-ready", "true", timeout=60_000)
    panes = page.get_by_test_id("board-pane")
    return [panes.nth(place).get_attribute("data-candidate-id") or "" for place in range(panes.count())]


def toast(page: Page, text: str) -> None:
    """Wait until the page has said this."""
    expect(page.get_by_test_id("toast").filter(has_text=text).first).to_be_visible()


def settle(page: Page, *, keys: list[str], reason: str) -> str:
    """Settle the object on the desk by keyboard alone; return its id."""
    target_id = page.get_by_test_id("desk").get_attribute("data-target-id") or ""
    wait_for_board(page)
    for key in keys:
        page.keyboard.press(key)
    expect(page.get_by_label("Why?")).to_be_focused()
    page.keyboard.type(reason)
    page.keyboard.press("Enter")
    expect(page.locator(f"[data-target-id='{target_id}']")).to_have_count(0)
    return target_id


def test_a_reviewer_settles_every_disagreement_by_keyboard(visit: Visit, disputes: None) -> None:
    page = visit("rosa", "/disagreements/")
    expect(page.get_by_test_id("word")).to_have_count(2)
    expect(page.locator("[data-annotator=simon]")).to_contain_text("simulated")
    second = wait_for_board(page)[1]
    chosen = settle(page, keys=["1", "5", "Escape", "u", "u", "2", "2"], reason="The second one has the handle.")
    none = settle(page, keys=["0"], reason="All of them are boxes.")
    expect(page.get_by_test_id("empty")).to_contain_text("Nothing left to settle")
    word = Choice.objects.get(target=int(chosen), kind=AssignmentKind.ADJUDICATION)
    assert (str(word.winner_id), word.rating) == (second, 0.4)
    assert word.revision_reason == "The second one has the handle."
    assert Choice.objects.get(target=int(none), kind=AssignmentKind.ADJUDICATION).outcome == "none_acceptable"
    page.get_by_label("Show settled ones").check()
    expect(page.get_by_text("Settled by rosa")).to_be_visible()
    again = page.get_by_test_id("desk").get_attribute("data-target-id") or ""
    for key in ("3", "5"):
        page.keyboard.press(key)
    page.keyboard.type("On a second look.")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("words")).to_contain_text("On a second look.")
    assert Choice.objects.filter(target=int(again), kind=AssignmentKind.ADJUDICATION).count() == 2


def test_what_was_begun_waits_while_the_reviewer_looks_ahead(visit: Visit, disputes: None) -> None:
    page = visit("rosa", "/disagreements/")
    first = page.get_by_test_id("desk").get_attribute("data-target-id")
    page.keyboard.press("2")
    expect(page.get_by_test_id("ruling")).to_have_attribute("data-step", "rate")
    page.keyboard.press("n")
    expect(page.get_by_test_id("place")).to_have_text("2 of 2")
    expect(page.get_by_test_id("ruling")).to_have_attribute("data-step", "pick")
    page.keyboard.press("p")
    expect(page.get_by_test_id("desk")).to_have_attribute("data-target-id", first or "")
    expect(page.get_by_test_id("ruling")).to_have_attribute("data-step", "rate")


def test_a_lead_makes_a_campaign_and_moves_objects_into_it(visit: Visit, objects: None) -> None:
    page = visit("mila", "/campaigns/")
    page.get_by_role("button", name="New campaign").click()
    form = page.get_by_test_id("campaign-form")
    form.get_by_label("Name").fill("Chairs twice")
    form.get_by_label("Choices an object").fill("3")
    form.get_by_label("Gold tasks (%)").fill("12.5")
    form.get_by_label("Skills").fill("furniture, faces")
    form.get_by_role("button", name="New campaign").click()
    page.wait_for_url("**/campaigns/*/")
    page.get_by_test_id("target-tile").first.click()
    page.get_by_role("button", name="Move 1 object here").click()
    toast(page, "1 object moved.")
    expect(page.get_by_test_id("stand").locator("[data-count=open]")).to_have_text("2")
    open_ready_assignments()
    page.reload()
    expect(page.get_by_test_id("stand").locator("[data-count=open]")).to_have_text("3")
    campaign = Campaign.objects.get(name="Chairs twice")
    assert (campaign.gold_rate, campaign.skills) == (0.125, ["faces", "furniture"])
    page.get_by_label("Choices an object").fill("1")
    page.get_by_role("button", name="Save rules").click()
    expect(page.get_by_test_id("stand").locator("[data-count=open]")).to_have_text("1")
    page.get_by_role("button", name="Pause").click()
    expect(page.locator("[data-paused=true]")).to_be_visible()
    assert Assignment.objects.filter(campaign=campaign, state="open").count() == 1


def test_a_name_that_is_taken_is_refused_with_its_reason(visit: Visit, objects: None) -> None:
    page = visit("mila", "/campaigns/")
    page.get_by_role("button", name="New campaign").click()
    page.get_by_label("Name").fill(Campaign.objects.get().name)
    page.get_by_test_id("campaign-form").get_by_role("button", name="New campaign").click()
    expect(page.get_by_test_id("error-box")).to_contain_text("name")


def test_a_gold_pair_is_made_by_numbers_and_taken_out_of_use(visit: Visit, objects: None) -> None:
    page = visit("mila", "/gold/")
    page.get_by_role("link", name="Add a pair").click()
    page.get_by_test_id("target-tile").first.click()
    ids = wait_for_board(page)
    page.keyboard.press("3")
    page.keyboard.press("1")
    page.get_by_label("Why is it beyond doubt?").fill("The other one has no legs.")
    page.keyboard.press("Enter")
    toast(page, "Gold pair saved.")
    pair = GoldPair.objects.get()
    assert [str(pair.better_id), str(pair.worse_id)] == [ids[2], ids[0]]
    page.goto("/gold/")
    page.get_by_role("button", name="Take out of use").click()
    expect(page.locator("[data-active=false]")).to_be_visible()
    pair.refresh_from_db()
    assert not pair.is_active


def test_a_pair_that_contradicts_another_one_is_refused(visit: Visit, objects: None) -> None:
    page = visit("mila", "/gold/?add=1")
    page.get_by_test_id("target-tile").first.click()
    wait_for_board(page)
    for keys in (["1", "2"], ["2", "1"]):
        for key in keys:
            page.keyboard.press(key)
        page.get_by_role("button", name="Save the pair").click()
        page.wait_for_load_state("networkidle")
    expect(page.get_by_test_id("error-box")).to_contain_text("the other way round")
    assert GoldPair.objects.count() == 1


def test_a_flag_is_confirmed_and_opened_again(visit: Visit, disputes: None, people: dict[str, Person]) -> None:
    evidence = signals(Figures(n_left=58, n_right=12))["left_right_bias"]
    flag = QualityFlag.objects.create(person=people["anna"], kind="left_right_bias", evidence=dict(evidence))
    page = visit("mila", "/annotators/")
    expect(page.locator("[data-row=simon]")).to_contain_text("simulated")
    page.locator("[data-row=anna]").get_by_text("1 flag").click()
    card = page.get_by_test_id("flag")
    expect(card).to_contain_text("58 of 70: 83% (72–90%)")
    card.get_by_label("Note").fill("Looked at twenty of them.")
    for button, state in (("Confirm", "confirmed"), ("Reopen", "suspected"), ("Dismiss", "dismissed")):
        card.get_by_role("button", name=button).click()
        expect(card).to_have_attribute("data-flag-state", state)
    flag.refresh_from_db()
    assert (flag.state, flag.note) == ("dismissed", "Looked at twenty of them.")
    assert flag.decided_by == people["mila"]
    expect(page.get_by_test_id("peers").locator("tbody tr")).to_contain_text("simulated")


def test_people_see_how_far_they_agree(visit: Visit, disputes: None) -> None:
    page = visit("rosa", "/annotators/")
    agreement = page.get_by_test_id("agreement")
    expect(agreement).to_contain_text("Krippendorff's alpha")
    expect(agreement).to_contain_text("Human ceiling")
    # Only a person and a program have judged the same objects: between people nothing is measured yet.
    expect(agreement).to_contain_text("No two people have judged the same object yet.")
    expect(agreement).to_contain_text("Published reference")
    expect(agreement).to_contain_text("With simulated annotators")
    agreement.get_by_text("Person by person").click()
    expect(agreement.locator("tbody tr")).to_contain_text("simon")
    expect(agreement.locator("tbody tr")).to_contain_text("simulated")


def test_people_are_put_in_order_by_keyboard_and_the_order_is_told(visit: Visit, disputes: None) -> None:
    page = visit("rosa", "/annotators/")
    table = page.get_by_test_id("people")
    names = table.locator("tbody tr")
    came = [row.get_attribute("data-row") for row in names.all()]
    assert set(came) == {"anna", "simon"}
    heading = table.get_by_role("columnheader", name="Person")
    expect(heading).to_have_attribute("aria-sort", "none")
    heading.get_by_role("button").focus()
    for order, rows in (("ascending", ["anna", "simon"]), ("descending", ["simon", "anna"]), ("none", came)):
        page.keyboard.press("Enter")
        expect(heading).to_have_attribute("aria-sort", order)
        assert [row.get_attribute("data-row") for row in names.all()] == rows
    table.get_by_role("button", name="Choices").press("Space")
    expect(table.get_by_role("columnheader", name="Choices")).to_have_attribute("aria-sort", "descending")
    expect(heading).to_have_attribute("aria-sort", "none")


def test_a_flagged_mask_that_is_right_lets_its_object_go_on(
    visit: Visit, objects: None, people: dict[str, Person]
) -> None:
    task = claim_assignment(annotator_id=people["anna"].pk)
    assert task is not None
    flag_mask(annotator=people["anna"], assignment_id=task.id, lease_token=task.lease_token, comment="Half a cup.")
    waiting = Assignment.objects.filter(target=task.target_id, state="waiting")
    assert waiting.count() == 2
    page = visit("rosa", "/")
    expect(page.locator("main")).to_contain_text("Flagged masks: 1.")
    page.goto("/mask-flags/")
    tile = page.get_by_test_id("mask-flag")
    expect(tile).to_contain_text("Half a cup.")
    expect(tile.get_by_role("link", name="Correct the mask")).to_have_attribute(
        "href", f"/targets/{task.target_id}/mask/"
    )
    tile.get_by_role("button", name="The mask is right").click()
    expect(page.get_by_test_id("empty")).to_contain_text("No mask is in doubt")
    assert waiting.count() == 0


def test_a_candidate_that_could_not_be_seen_is_listed_until_it_is_resolved(
    visit: Visit, objects: None, people: dict[str, Person]
) -> None:
    task = claim_assignment(annotator_id=people["anna"].pk)
    assert task is not None
    candidate_id = task.candidate_ids[0]
    for kind in AssetProblemKind:
        report_asset_problem(
            annotator=people["anna"], assignment_id=task.id, lease_token=task.lease_token, candidate_id=candidate_id,
            kind=kind,
        )  # fmt: skip
    page = visit("mila", "/")
    expect(page.locator("main")).to_contain_text("Reports of candidates that cannot be seen: 2.")
    page.goto("/mask-flags/")
    problems = page.get_by_test_id("asset-problems")
    row = problems.get_by_role("row").filter(has_text="no file")
    expect(row).to_contain_text("anna")
    expect(row.get_by_role("link", name="fake")).to_have_attribute("href", f"/lineage/{candidate_id}/")
    row.get_by_role("button", name="Resolved").click()
    toast(page, "All reports of this candidate are closed.")
    expect(problems).to_have_count(0)
    assert not AssetProblem.objects.filter(resolved_at__isnull=True).exists()


def test_a_mesh_that_is_gone_leaves_its_picture_and_says_so(visit: Visit, disputes: None) -> None:
    page = visit("rosa", "/")
    gone = str(Choice.objects.order_by("-target", "pk")[0].winner_id)
    page.route(f"**/candidates/{gone}/mesh", lambda route: route.fulfill(status=404))
    page.goto("/disagreements/")
    pane = page.locator(f"[data-testid=board-pane][data-candidate-id='{gone}']")
    expect(pane.get_by_role("alert")).to_contain_text("could not be loaded")
    page.unroute(f"**/candidates/{gone}/mesh")
    pane.get_by_role("button", name="Load again").click()
    wait_for_board(page)
