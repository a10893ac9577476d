"""What the annotate page promises, in a real browser against the real API."""

import json
import math
import re

import pytest
from django.db.models import F
from playwright.sync_api import Route, expect

from engine.annotation.models import Assignment, AssignmentState, Choice
from engine.candidates.models import Candidate
from tests.annotator_ui.conftest import Desk

VIEWER_CAPACITY = 32
pytestmark = [pytest.mark.browser, pytest.mark.slow]


def stored() -> list[Choice]:
    return list(Choice.objects.order_by("pk").prefetch_related("comparisons", "rejections"))


def take_away(*, assignment_id: int) -> None:
    Assignment.objects.filter(pk=assignment_id).update(
        state=AssignmentState.OPEN, annotator=None, lease_token=None, lease_expires_at=None
    )


def wait_for_choices(desk: Desk, n: int) -> list[Choice]:
    for _ in range(100):
        if len(found := stored()) >= n:
            return found
        desk.page.wait_for_timeout(100)
    raise AssertionError(f"fewer than {n} choices were stored")


def test_a_choice_by_keyboard_is_stored_with_every_comparison(desk: Desk) -> None:
    desk.ready()
    desk.press("e", "2", "Escape")
    desk.compare("1")
    desk.wait("annotate", "data-state", "rating")
    desk.press("4", "Enter")
    (choice,) = wait_for_choices(desk, 1)
    steps = sorted(choice.comparisons.all(), key=lambda step: step.ordinal)
    assert [step.verdict for step in steps] == ["left", "left"]
    assert choice.winner_id == steps[-1].left_id
    assert choice.rating == pytest.approx(0.8)
    assert choice.viewer_mode == "colour"
    rejected = {rejection.candidate_id: rejection.reasons for rejection in choice.rejections.all()}
    assert rejected == {steps[0].right_id: ["missing_part"]}


def test_a_coarse_copy_can_be_turned_and_is_not_judged_before_the_whole_mesh_is_there(desk: Desk) -> None:
    desk.ready()
    Candidate.objects.update(lod_sha256=F("glb_sha256"))
    held: list[Route] = []
    desk.page.route("**/mesh", lambda route: held.append(route))  # noqa: PLW0108  # playwright marks what it calls
    desk.page.reload()
    for side in ("pane-left", "pane-right"):
        desk.wait(side, "data-pane-state", "coarse")
        expect(desk.page.get_by_test_id(side)).to_contain_text("Loading details")
    desk.press("ArrowRight", "1")
    assert json.loads(desk.attribute("stage", "data-camera"))["azimuth"] != 0
    turned = desk.attribute("stage", "data-camera")
    assert desk.attribute("annotate", "data-comparisons") == "0"
    for route in held:
        route.continue_()
    desk.ready()
    assert desk.attribute("stage", "data-camera") == turned
    desk.press("1")
    desk.wait("annotate", "data-comparisons", "1")


def test_the_candidates_turn_together_by_key_and_by_mouse(desk: Desk) -> None:
    desk.ready()
    before = json.loads(desk.attribute("stage", "data-camera"))
    desk.press("ArrowRight", "ArrowUp")
    after = json.loads(desk.attribute("stage", "data-camera"))
    assert (after["azimuth"], after["elevation"]) == (before["azimuth"] + 15, before["elevation"] + 15)
    box = desk.page.get_by_test_id("pane-right").bounding_box()
    assert box is not None
    desk.page.mouse.move(box["x"] + 100, box["y"] + 200)
    desk.page.mouse.down()
    desk.page.mouse.move(box["x"] + 160, box["y"] + 200, steps=3)
    desk.page.mouse.up()
    assert json.loads(desk.attribute("stage", "data-camera"))["azimuth"] != after["azimuth"]
    assert desk.attribute("annotate", "data-comparisons") == "0"


def test_the_photos_own_view_is_one_key_away_where_a_pose_is_known(desk: Desk) -> None:
    # Seen from its left and from 30 degrees above.
    cosine, sine = math.cos(math.radians(30)), 0.5
    rotation = [[0.0, -sine, -cosine], [0.0, cosine, -sine], [1.0, 0.0, 0.0]]
    pose = {"rotation": rotation, "translation": [0.0, 0.0, 4.0], "scale": [1.3, 1.3, 1.3]}
    Candidate.objects.update(pose=pose)
    desk.page.reload()
    desk.ready()
    desk.press("p")
    camera = json.loads(desk.attribute("stage", "data-camera"))
    assert (camera["azimuth"], camera["elevation"], camera["roll"]) == pytest.approx((90, 30, 0), abs=1)
    desk.press("v")
    desk.page.get_by_test_id("view-photo").click()
    assert json.loads(desk.attribute("stage", "data-camera")) == camera
    Candidate.objects.update(pose=None)
    desk.page.reload()
    desk.ready()
    expect(desk.page.get_by_test_id("view-photo")).to_be_disabled()
    expect(desk.page.get_by_test_id("view-photo")).to_have_attribute("title", re.compile("Nobody predicted"))


def test_none_acceptable_is_stored_with_its_reasons(desk: Desk) -> None:
    desk.ready()
    desk.press("0")
    desk.wait("annotate", "data-state", "rejecting")
    desk.press("1", "]", "9", "Enter")
    (choice,) = wait_for_choices(desk, 1)
    assert (choice.outcome, choice.winner_id, choice.rating) == ("none_acceptable", None, None)
    assert sorted(rejection.reasons for rejection in choice.rejections.all()) == [["floaters"], ["wrong_object"]]


def test_a_draft_comes_back_from_the_server_in_a_fresh_browser(desk: Desk) -> None:
    desk.ready()
    desk.press("2")
    desk.wait("saved", "data-saved-where", "server")
    desk.page.evaluate("localStorage.clear()")
    desk.page.reload()
    desk.wait("annotate", "data-comparisons", "1")
    assert desk.page.get_by_test_id("restored").is_visible()


def test_an_answer_given_without_a_connection_is_sent_once_it_is_back(desk: Desk) -> None:
    desk.compare()
    desk.page.get_by_test_id("next-ready").wait_for()
    desk.page.context.set_offline(True)
    first = desk.attribute("annotate", "data-assignment-id")
    desk.press("4", "Enter")
    desk.page.get_by_test_id("offline").wait_for()
    assert desk.attribute("annotate", "data-assignment-id") != first
    assert stored() == []
    desk.page.context.set_offline(False)
    (choice,) = wait_for_choices(desk, 1)
    assert str(choice.assignment_id) == first


def test_an_answer_that_the_server_cannot_store_yet_is_kept_and_sent_again(desk: Desk) -> None:
    desk.compare()
    desk.page.get_by_test_id("next-ready").wait_for()
    reason = "The database is away."
    body = json.dumps({"errors": [{"field": None, "code": "database_down", "reason": reason}]})
    desk.page.route("**/submit/", lambda route: route.fulfill(status=503, content_type="application/json", body=body))
    desk.press("4", "Enter")
    desk.page.get_by_test_id("unsent").wait_for()
    assert reason in desk.page.get_by_test_id("unsent").inner_text()
    desk.page.unroute("**/submit/")
    desk.page.get_by_test_id("unsent").get_by_role("button").click()
    wait_for_choices(desk, 1)
    desk.page.get_by_test_id("unsent").wait_for(state="detached")


def test_a_task_that_was_lost_is_told_and_its_choices_are_filled_in_again(desk: Desk) -> None:
    desk.compare()
    first = desk.attribute("annotate", "data-assignment-id")
    take_away(assignment_id=int(first))
    desk.press("4", "Enter")
    desk.page.get_by_test_id("refusal").wait_for()
    assert stored() == []
    n_others = 0
    while desk.settle() == "comparing" and desk.attribute("annotate", "data-assignment-id") != first:
        desk.compare()
        desk.answer("4")
        n_others += 1
    desk.wait("annotate", "data-state", "rating")
    desk.press("Enter")
    assert first in [str(choice.assignment_id) for choice in wait_for_choices(desk, n_others + 1)]


def test_the_page_survives_a_lost_graphics_context(desk: Desk) -> None:
    desk.ready()
    lose = (
        "window.lost = document.querySelector('.stage canvas').getContext('webgl2').getExtension('WEBGL_lose_context')"
    )
    desk.page.evaluate(lose)
    desk.page.evaluate("window.lost.loseContext()")
    desk.page.get_by_test_id("context-lost").wait_for()
    desk.page.evaluate("window.lost.restoreContext()")
    desk.page.get_by_test_id("context-lost").wait_for(state="detached")
    desk.compare()
    desk.wait("annotate", "data-state", "rating")


def test_the_page_says_why_there_is_nothing_left(desk: Desk) -> None:
    for done in range(4):
        desk.compare("3")
        desk.answer("5")
        wait_for_choices(desk, done + 1)
    desk.wait("annotate", "data-state", "empty")
    assert "answer" in desk.page.get_by_test_id("empty").inner_text()
    assert desk.page.get_by_test_id("progress").inner_text().startswith("4")


@pytest.mark.parametrize("desk", [14], indirect=True)
def test_graphics_memory_stays_flat_over_many_tasks(desk: Desk) -> None:
    for _ in range(13):
        desk.compare()
        desk.answer("3")
        desk.ready()
    # 14 tasks of 3 candidates passed by, the last ones perhaps not all fetched yet; at most so many models are kept.
    expect(desk.page.get_by_test_id("stage")).to_have_attribute("data-models", str(VIEWER_CAPACITY), timeout=20_000)
    # A surface and a shadow each, and what the ground is drawn with.
    assert int(desk.attribute("stage", "data-geometries")) <= 2 * VIEWER_CAPACITY + 4
