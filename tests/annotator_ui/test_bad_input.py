"""What goes wrong in the middle of a task, in a real browser: leases, roles, files that are not as they should be."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from engine.accounts.models import Person
from engine.annotation.models import AlignmentTask, AssetProblem, Assignment, AssignmentState, Choice
from engine.candidates.models import Candidate
from engine.core.clock import now
from engine.core.storage import blob_store
from tests.annotator_ui.conftest import PASSWORD, Desk
from tests.annotator_ui.test_align_page import make_task
from tests.e2e.annotating import compare_to_the_end
from tests.e2e.conftest import CHROMIUM
from tests.e2e.profiles import sign_in
from tests.waiting import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def wait_for_choice(desk: Desk) -> Choice:
    expect(desk.page.get_by_test_id("queued")).to_have_count(0, timeout=30_000)
    wait_until(Choice.objects.exists, seconds=30)
    return Choice.objects.get()


def held(desk: Desk) -> Assignment:
    return Assignment.objects.get(pk=int(desk.attribute("annotate", "data-assignment-id")))


def let_run_out(assignment: Assignment) -> None:
    Assignment.objects.filter(pk=assignment.pk).update(lease_expires_at=now() - timedelta(minutes=5))


def test_an_answer_after_the_lease_ran_out_counts_while_nobody_else_took_the_object(desk: Desk) -> None:
    desk.compare()
    task = held(desk)
    let_run_out(task)
    desk.press("4", "Enter")
    assert wait_for_choice(desk).assignment_id == task.pk


def test_an_object_that_went_to_somebody_else_is_told_at_the_next_step_and_the_work_is_kept(desk: Desk) -> None:
    desk.ready()
    task = held(desk)
    let_run_out(task)
    other = Person.objects.create_user(username="berta", password=PASSWORD, roles=["annotator"])
    Assignment.objects.filter(pk=task.pk).update(
        annotator=other, lease_token=uuid4(), lease_expires_at=now() + timedelta(minutes=5)
    )
    desk.press("1")
    banner = desk.page.get_by_test_id("lease-lost")
    expect(banner).to_contain_text("given to somebody else", timeout=30_000)
    Assignment.objects.filter(pk=task.pk).update(
        state=AssignmentState.OPEN, annotator=None, lease_token=None, lease_expires_at=None
    )
    banner.get_by_role("button", name="Ask for it again").click()
    # She holds others meanwhile; when the object comes round again, what she did on it is filled in.
    expect(banner).to_have_count(0)
    while desk.settle() == "comparing" and held(desk).pk != task.pk:
        desk.compare()
        desk.answer("4")
    assert held(desk).pk == task.pk
    assert desk.attribute("annotate", "data-comparisons") == "1"


def test_a_role_that_is_taken_in_mid_task_is_told_and_the_answer_goes_once_it_is_back(desk: Desk) -> None:
    desk.compare()
    task = held(desk)
    Person.objects.filter(username="anna").update(roles=[])
    desk.press("4", "Enter")
    told = desk.page.get_by_test_id("role-missing")
    expect(told).to_contain_text("Ask an administrator", timeout=30_000)
    assert not Choice.objects.exists()
    Person.objects.filter(username="anna").update(roles=["annotator"])
    told.get_by_role("button", name="Try again").click()
    assert wait_for_choice(desk).assignment_id == task.pk
    expect(told).to_have_count(0)


def left_candidate(desk: Desk) -> Candidate:
    """Return the candidate in the left pane, and let the browser forget its files."""
    desk.ready()
    desk.page.context.new_cdp_session(desk.page).send("Network.clearBrowserCache")
    return Candidate.objects.get(pk=desk.attribute("pane-left", "data-candidate-id"))


def test_a_signature_that_ran_out_is_asked_for_anew(desk: Desk) -> None:
    candidate = left_candidate(desk)
    asked: list[str] = []

    def outdate(route: Route) -> None:
        asked.append(route.request.url)
        if len(asked) > 1:
            route.continue_()
            return
        stale = blob_store().signed_url(candidate.glb_sha256).replace("Signature=", "Signature=0")
        route.fulfill(status=302, headers={"Location": stale, "Cache-Control": "private, max-age=300"})

    desk.page.route(f"**/candidates/{candidate.pk}/mesh", outdate)
    desk.page.reload()
    desk.ready()
    expect(desk.page.get_by_test_id("pane-left")).to_have_attribute("data-pane-state", "ready")
    assert len(asked) == 2


@pytest.mark.parametrize(
    ("content", "told", "kind"),
    [(b"", "damaged", "unreadable"), (None, "404", "missing")],
    ids=["a file of no bytes", "a file that is gone"],
)
def test_a_candidate_without_a_shape_says_so_is_reported_once_and_the_others_go_on(
    desk: Desk, content: bytes | None, told: str, kind: str
) -> None:
    candidate = left_candidate(desk)
    lost = uuid4().hex * 2 if content is None else blob_store().put(content, content_type="model/gltf-binary")
    Candidate.objects.filter(pk=candidate.pk).update(glb_sha256=lost)
    desk.page.reload()
    left = desk.page.get_by_test_id("pane-left")
    expect(left.get_by_role("alert")).to_contain_text(told, timeout=30_000)
    again = left.get_by_role("button", name="Load again")
    expect(again).to_be_visible()
    wait_until(AssetProblem.objects.exists)
    with desk.page.expect_response(f"**/candidates/{candidate.pk}/mesh"):
        again.click()
    expect(left.get_by_role("alert")).to_contain_text(told, timeout=30_000)
    desk.ready()
    desk.press("1", "2")
    desk.settle()
    # Nobody can have seen that it is better, or as good.
    assert desk.attribute("annotate", "data-moves") == "0"
    compare_to_the_end(desk.page, "3")
    desk.wait("annotate", "data-state", "rating")
    desk.press("4", "Enter")
    assert wait_for_choice(desk).winner_id != candidate.pk
    problem = AssetProblem.objects.get()
    assert (problem.candidate_id, problem.kind) == (candidate.pk, kind)


@pytest.fixture
def align_page(browser: Browser, live_server: LiveServer, transactional_db: None) -> Iterator[Callable[..., Page]]:
    """``align_page()`` opens the align page, where one shape waits; in a browser with or without 3D."""
    blob_store().ensure_bucket()
    make_task(Person.objects.create_user(username="anna", password=PASSWORD, roles=["annotator"]), asset="barrel.glb")
    flags = ["--no-sandbox", "--disable-3d-apis"]
    plain = browser.browser_type.launch(executable_path=CHROMIUM, args=flags)

    def open_page(*, has_graphics: bool) -> Page:
        page = (browser if has_graphics else plain).new_page(base_url=live_server.url)
        return sign_in(page, "anna", PASSWORD, path="/align/")

    yield open_page
    plain.close()


def test_the_align_page_without_webgl_says_what_to_do(align_page: Callable[..., Page]) -> None:
    page = align_page(has_graphics=False)
    expect(page.get_by_test_id("stage-note")).to_contain_text("hardware acceleration", timeout=30_000)


def test_the_align_page_asks_anew_for_a_signature_that_ran_out(align_page: Callable[..., Page]) -> None:
    page = align_page(has_graphics=True)
    stage = page.get_by_test_id("stage")
    expect(stage).to_have_attribute("data-is-ready", "true", timeout=30_000)
    task = AlignmentTask.objects.select_related("candidate", "target").get()
    asked: dict[str, int] = {"mesh": 0, "mask": 0}

    def outdate(route: Route) -> None:
        name = "mask" if "/mask" in route.request.url else "mesh"
        asked[name] += 1
        if asked[name] > 1:
            route.continue_()
            return
        digest = task.candidate.glb_sha256 if name == "mesh" else task.target.mask_sha256
        stale = blob_store().signed_url(digest).replace("Signature=", "Signature=0")
        route.fulfill(status=302, headers={"Location": stale, "Cache-Control": "private, max-age=300"})

    page.context.new_cdp_session(page).send("Network.clearBrowserCache")
    page.route("**/api/assets/candidates/*/mesh", outdate)
    page.route("**/api/assets/targets/*/mask*", outdate)
    page.reload()
    expect(stage).to_have_attribute("data-is-ready", "true", timeout=30_000)
    assert min(asked.values()) >= 2


def test_a_shape_to_place_that_has_no_bytes_is_told_and_can_be_given_back(align_page: Callable[..., Page]) -> None:
    Candidate.objects.update(glb_sha256=blob_store().put(b"", content_type="model/gltf-binary"))
    page = align_page(has_graphics=True)
    expect(page.get_by_test_id("stage-note")).to_contain_text("could not be loaded", timeout=30_000)
    page.get_by_test_id("give-back").click()
    page.get_by_role("dialog").get_by_role("button", name="Give back").click()
    wait_until(lambda: AlignmentTask.objects.get().priority < 0)
