"""Masks are corrected: who may, what becomes of candidates, tasks, doubts and training data."""

import io
from base64 import b64decode
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from engine.annotation.models import Assignment, AssignmentKind, AssignmentState, GoldPair, MaskFlag
from engine.annotation.services.mask_corrections import correct_mask
from engine.annotation.services.waiting_slots import hold_stale_slots, reopen_ready_slots
from engine.annotation.tasks import open_ready_assignments
from engine.candidates.models import Candidate, GenerationRequest, GenerationState
from engine.candidates.services.generation import run_generation
from engine.candidates.services.requests import request_candidates
from engine.core.clock import now
from engine.photos.models import MaskVersion, TargetObject
from engine.photos.services.photos import create_photo
from engine.photos.services.targets import create_target
from engine.records.lines import example_of
from engine.records.models import Record
from engine.records.services import derive_records
from tests.annotation import factories as rows
from tests.annotation.answers import submit_body
from tests.candidates.factories import make_target, mask_bytes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fake_suite")]
OTHER_BOX = (40, 20, 30, 30)


@pytest.fixture
def fake_suite(settings: Any) -> None:
    """Let every object get three candidates of the fake generator."""
    settings.ENVIRONMENT = settings.ENVIRONMENT.model_copy(update={"generators": {"fake": 3}})


def ready_target() -> TargetObject:
    """A target with three candidates and an open slot."""
    target = make_target()
    run_generation(request_id=request_candidates(target=target)[0].pk)
    open_ready_assignments()
    return target


def generate_what_waits(target: TargetObject) -> None:
    for request in GenerationRequest.objects.filter(target=target, state="waiting"):
        run_generation(request_id=request.pk)


def send(client: Any, target: TargetObject, *, box: Any = OTHER_BOX, content: bytes | None = None, **form: Any) -> Any:
    drawn = mask_bytes(box=box) if content is None else content
    body = {"base_version": 0, "reason": "It missed the handle.", **form}
    if "restore_version" not in body:
        body["mask"] = SimpleUploadedFile("mask.png", drawn, content_type="image/png")
    return client.post(f"/api/targets/{target.pk}/masks/", body, format="multipart")


def code_of(answer: Any) -> str:
    return str(answer.json()["errors"][0]["code"])


@pytest.fixture
def lead(person, api) -> Any:
    return api(person("ml_lead", username="ada"))


@pytest.fixture
def annotator(person, api) -> Any:
    return api(person("annotator", username="bea"))


def next_task(client: Any) -> Any:
    return client.post("/api/assignments/next/", {}, format="json").json()["assignment"]


def test_a_correction_is_a_version_of_its_own_and_counts_from_now_on(lead) -> None:
    target = ready_target()
    desk = send(lead, target).json()
    assert [(one["version"], one["created_by"], one["reason"], one["is_current"]) for one in desk["versions"]] == [
        (1, "ada", "It missed the handle.", True),
        (0, None, "", False),
    ]
    shown = lead.get(f"/api/targets/{target.pk}/").json()
    assert shown["bbox"] == list(OTHER_BOX)
    assert lead.get(desk["versions"][1]["mask_url"]).status_code == 302
    assert shown["mask_url"].endswith("version=1")


def test_candidates_of_the_old_mask_are_stale_and_new_ones_are_asked_for(lead) -> None:
    target = ready_target()
    desk = send(lead, target).json()
    assert (desk["status"], desk["candidate_count"], desk["stale_candidate_count"]) == ("waiting", 0, 3)
    generate_what_waits(target)
    candidates = lead.get(f"/api/targets/{target.pk}/").json()["candidates"]
    assert [one["is_stale"] for one in candidates] == [True] * 3 + [False] * 3
    assert lead.get(f"/api/targets/{target.pk}/").json()["status"] == "ready"


def test_a_request_that_has_not_begun_reads_the_new_mask_and_is_not_asked_twice(lead) -> None:
    target = make_target()
    request_candidates(target=target)
    send(lead, target)
    assert GenerationRequest.objects.filter(target=target).count() == 1
    generate_what_waits(target)
    assert lead.get(f"/api/targets/{target.pk}/masks/").json()["stale_candidate_count"] == 0


def test_open_slots_wait_for_the_new_candidates_and_show_only_those(lead, annotator) -> None:
    target = ready_target()
    send(lead, target)
    open_ready_assignments()
    assert next_task(annotator) is None
    generate_what_waits(target)
    open_ready_assignments()
    shown = {one["id"] for one in next_task(annotator)["candidates"]}
    target.refresh_from_db()
    fresh = Candidate.objects.filter(target=target, mask_sha256=target.mask_sha256)
    assert shown == {str(candidate.pk) for candidate in fresh}


def test_whoever_holds_it_loses_it_and_is_told_to_go_on(lead, annotator) -> None:
    target = ready_target()
    task = next_task(annotator)
    send(lead, target)
    answer = annotator.post(f"/api/assignments/{task['id']}/submit/", submit_body(task), format="json")
    assert (answer.status_code, code_of(answer)) == (409, "lease_expired")
    assert Assignment.objects.get(pk=task["id"]).state == AssignmentState.WAITING


def test_an_earlier_mask_comes_back_with_its_candidates(lead, annotator) -> None:
    target = ready_target()
    before = {one["id"] for one in next_task(annotator)["candidates"]}
    send(lead, target)
    generate_what_waits(target)
    desk = send(lead, target, restore_version=0, base_version=1, reason="The first one was right.").json()
    assert (desk["current_version"], desk["candidate_count"], desk["stale_candidate_count"]) == (2, 3, 3)
    assert not GenerationRequest.objects.filter(target=target, state="waiting").exists()
    open_ready_assignments()
    assert {one["id"] for one in next_task(annotator)["candidates"]} == before


def test_the_second_of_two_people_is_shown_both_versions(lead) -> None:
    target = ready_target()
    assert send(lead, target).status_code == 201
    late = send(lead, target, box=(5, 5, 20, 20))
    assert (late.status_code, code_of(late)) == (409, "mask_changed")
    assert [one["version"] for one in late.json()["versions"]] == [1, 0]
    assert send(lead, target, box=(5, 5, 20, 20), base_version=1).status_code == 201
    assert MaskVersion.objects.filter(target=target).count() == 3


def test_what_cannot_be_a_mask_changes_nothing(lead) -> None:
    target = ready_target()
    refusals = {
        "mask_size": mask_bytes(width=64, height=96),
        "mask_empty": mask_bytes(box=(0, 0, 0, 0)),
        "mask_whole_photo": mask_bytes(box=(0, 0, 96, 64)),
        "mask_tiny": mask_bytes(box=(5, 5, 3, 3)),
        "mask_unreadable": b"GIF89a",
        "mask_unchanged": mask_bytes(),
        "mask_empty_file": b"",
    }
    for code, content in refusals.items():
        answer = send(lead, target, content=content)
        assert (answer.status_code, code_of(answer)) == (400, code)
    assert send(lead, target, reason=" ").status_code == 400
    assert send(lead, target, base_version=-1).status_code == 400
    assert send(lead, target, restore_version=7).status_code == 404
    assert lead.post(f"/api/targets/{target.pk}/masks/", {"base_version": 0, "reason": "x"}).status_code == 400
    target.refresh_from_db()
    assert target.mask_version == 0
    assert Assignment.objects.get(target=target).state == AssignmentState.OPEN


def test_two_objects_of_a_photo_cannot_have_one_mask(lead) -> None:
    target = ready_target()
    make_target(photo=target.photo, box=OTHER_BOX)
    assert code_of(send(lead, target)) == "mask_taken"


def test_the_first_mask_sent_again_is_still_the_same_object(lead) -> None:
    target = ready_target()
    send(lead, target)
    again, is_new = create_target(photo=target.photo, mask_png=mask_bytes())
    assert (again.pk, is_new) == (target.pk, False)


def test_an_annotator_corrects_what_she_holds_or_flagged_and_nothing_else(annotator, person, api) -> None:
    target = ready_target()
    other = api(person("annotator"))
    task = next_task(annotator)
    assert annotator.get(f"/api/targets/{target.pk}/masks/").status_code == 200
    assert other.get(f"/api/targets/{target.pk}/masks/").status_code == 403
    assert code_of(send(other, target)) == "mask_not_yours"
    flag = {"lease_token": task["lease_token"], "comment": "The handle is missing."}
    annotator.post(f"/api/assignments/{task['id']}/flag-mask/", flag, format="json")
    assert send(annotator, target).status_code == 201


def test_a_corrected_mask_answers_the_doubts_about_it(annotator, lead, person, api) -> None:
    target = ready_target()
    task = next_task(annotator)
    annotator.post(f"/api/assignments/{task['id']}/flag-mask/", {"lease_token": task["lease_token"]}, format="json")
    assert lead.get(f"/api/targets/{target.pk}/").json()["status"] == "mask_flagged"
    send(lead, target)
    assert MaskFlag.objects.get().state == "corrected"
    generate_what_waits(target)
    open_ready_assignments()
    assert next_task(api(person("annotator"))) is not None


def test_a_dismissed_doubt_gives_the_same_candidates_out_again(annotator, lead, person, api) -> None:
    target = ready_target()
    task = next_task(annotator)
    annotator.post(f"/api/assignments/{task['id']}/flag-mask/", {"lease_token": task["lease_token"]}, format="json")
    lead.patch(f"/api/mask-flags/{MaskFlag.objects.get().pk}/", {"state": "dismissed"}, format="json")
    again = next_task(api(person("annotator")))
    assert again["target_id"] == target.pk
    assert {one["id"] for one in again["candidates"]} == {one["id"] for one in task["candidates"]}


def test_a_choice_made_before_stays_and_trains_with_the_mask_it_was_made_for(annotator, lead) -> None:
    target = ready_target()
    first_sha256 = target.mask_sha256
    task = next_task(annotator)
    assert annotator.post(f"/api/assignments/{task['id']}/submit/", submit_body(task), format="json").status_code == 201
    send(lead, target)
    derive_records(alpha=0.5)
    (record,) = Record.objects.select_related("target__photo", "candidate")
    assert example_of(record).mask_sha256 == first_sha256
    assert record.target.mask_sha256 != first_sha256


def test_gold_about_the_old_candidates_is_out_of_use(lead) -> None:
    target = ready_target()
    better, worse = Candidate.objects.filter(target=target)[:2]
    GoldPair.objects.create(target=target, better=better, worse=worse)
    send(lead, target)
    pair = GoldPair.objects.get()
    assert not pair.is_active
    assert "version 1" in pair.note


def test_a_gold_task_in_somebodys_hands_ends(person) -> None:
    target = ready_target()
    lead, bea = person("ml_lead"), person("annotator")
    slot = Assignment.objects.get(target=target)
    Assignment.objects.filter(pk=slot.pk).update(
        kind=AssignmentKind.GOLD, state=AssignmentState.HELD, annotator=bea, lease_token=uuid4(),
        lease_expires_at=now(),
    )  # fmt: skip
    correct_mask(target_id=target.pk, mask_png=mask_bytes(box=OTHER_BOX), base_version=0, reason="x", by=lead)
    slot.refresh_from_db()
    assert slot.state == AssignmentState.CLOSED


def test_a_slot_opened_with_old_candidates_at_the_instant_of_a_correction_is_held_back(lead, annotator) -> None:
    target = ready_target()
    send(lead, target)
    Assignment.objects.filter(target=target).update(state=AssignmentState.OPEN)
    open_ready_assignments()
    assert next_task(annotator) is None


def stale_target(*, state: AssignmentState) -> TargetObject:
    """A corrected target whose one slot still shows the candidates of the mask before."""
    target = rows.make_target()
    (slot,) = rows.make_slots(target)
    TargetObject.objects.filter(pk=target.pk).update(mask_sha256=rows.digest(), mask_version=1)
    Assignment.objects.filter(pk=slot.pk).update(state=state)
    return target


@pytest.mark.parametrize("n_targets", [1, 20])
def test_sweeps_for_stale_slots_ask_the_database_once_however_many_wait(
    n_targets: int, django_assert_num_queries: Any
) -> None:
    fresh = rows.make_target()
    rows.make_slots(fresh)
    TargetObject.objects.filter(pk=fresh.pk).update(mask_version=1)
    for _ in range(n_targets):
        stale_target(state=AssignmentState.OPEN)
    with django_assert_num_queries(1):
        assert hold_stale_slots() == n_targets
    with django_assert_num_queries(1):
        assert reopen_ready_slots() == 0
    assert Assignment.objects.get(target=fresh).state == AssignmentState.OPEN


def test_only_what_can_go_on_is_reopened() -> None:
    waits, being_made, ready = (stale_target(state=AssignmentState.WAITING) for _ in range(3))
    for target in (being_made, ready):
        target.refresh_from_db()
        rows.make_candidates(target, 2, generator="fake")
    rows.make_request(being_made, generator="retrieval", state=GenerationState.RUNNING)
    assert reopen_ready_slots() == 1
    opened = Assignment.objects.filter(state=AssignmentState.OPEN)
    assert list(opened.values_list("target", flat=True)) == [ready.pk]
    assert Assignment.objects.get(target=waits).state == AssignmentState.WAITING


def disc_photo() -> TargetObject:
    """A red disc of radius 30 round (80, 60) on grey, with a little noise and a poor mask."""
    rng = np.random.default_rng(3)
    pixels = rng.normal(120, 6, (120, 160, 3))
    pixels[disc()] = rng.normal((190, 60, 50), 6, (int(disc().sum()), 3))
    out = io.BytesIO()
    Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(out, "PNG")
    photo, _ = create_photo(content=out.getvalue(), name="disc.png")
    target, _ = create_target(photo=photo, mask_png=mask_bytes(width=160, height=120, box=(60, 40, 10, 10)))
    return target


def disc() -> np.ndarray:
    rows, columns = np.ogrid[:120, :160]
    return np.asarray((columns + 0.5 - 80) ** 2 + (rows + 0.5 - 60) ** 2 <= 30**2)


@pytest.mark.parametrize(
    "ask",
    [
        {"points": [{"x": 80, "y": 60, "is_inside": True}]},
        {"box": {"x": 44, "y": 24, "width": 74, "height": 70}},
        {"points": [{"x": 80, "y": 60, "is_inside": True}, {"x": 5, "y": 5, "is_inside": False}], "box": None},
    ],
)
def test_a_click_or_a_box_finds_what_stands_out(lead, ask: dict[str, Any]) -> None:
    target = disc_photo()
    answer = lead.post(f"/api/targets/{target.pk}/propose-mask/", ask, format="json")
    assert answer.status_code == 200, answer.content
    mask = np.asarray(Image.open(io.BytesIO(b64decode(answer.json()["mask_png"])))) > 0
    assert (mask & disc()).sum() / (mask | disc()).sum() > 0.9
    assert MaskVersion.objects.filter(target=target).count() == 1


@pytest.mark.parametrize(
    ("ask", "code"),
    [
        ({}, "nothing_inside"),
        ({"points": [{"x": 5, "y": 5, "is_inside": False}]}, "nothing_inside"),
        ({"points": [{"x": 500, "y": 5, "is_inside": True}]}, "point_outside"),
        ({"points": [{"x": "nan", "y": 5, "is_inside": True}]}, "invalid"),
        ({"box": {"x": 0, "y": 0, "width": 0, "height": 50}}, "box_tiny"),
        ({"box": {"x": 0, "y": 0, "width": "inf", "height": 50}}, "invalid"),
        ({"points": [{"x": 1, "y": 1, "is_inside": True}] * 65}, "max_length"),
        ({"points": [{"x": 1}]}, "required"),
    ],
)
def test_hints_that_point_at_nothing_get_a_reason(lead, ask: dict[str, Any], code: str) -> None:
    target = make_target()
    answer = lead.post(f"/api/targets/{target.pk}/propose-mask/", ask, format="json")
    assert (answer.status_code, code_of(answer)) == (400, code)
