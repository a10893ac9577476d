"""Campaigns: who is offered what, and slots that follow the rules."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from engine.accounts.models import Person
from engine.annotation.models import (
    Assignment,
    AssignmentDraft,
    AssignmentState,
    Campaign,
    CampaignTarget,
    MaskFlag,
    Skip,
)
from engine.annotation.services import claim_assignment, open_ready_assignments, release_assignment
from engine.annotation.tasks import open_ready_assignments as sweep
from engine.photos.models import TargetObject
from tests.annotation.answers import submit_body
from tests.annotation.factories import make_candidates, make_slots, make_target

pytestmark = pytest.mark.django_db
Client = Callable[[Person | None], APIClient]
People = Callable[..., Person]


@pytest.fixture
def lead(person: People, api: Client) -> APIClient:
    return api(person("ml_lead"))


@pytest.fixture
def ada(person: People, api: Client) -> APIClient:
    return api(person("annotator", username="ada"))


def next_task(client: APIClient, **body: Any) -> Any:
    response = client.post("/api/assignments/next/", body, format="json")
    assert response.status_code == 200, response.content
    return response.json()


def campaign_of(lead: APIClient, *targets: TargetObject, **rules: Any) -> int:
    made = lead.post("/api/campaigns/", {"name": f"c{Campaign.objects.count()}"} | rules, format="json")
    assert made.status_code == 201, made.content
    campaign_id: int = made.json()["id"]
    if targets:
        body = {"target_ids": [target.pk for target in targets]}
        assert lead.post(f"/api/campaigns/{campaign_id}/targets/", body, format="json").json() == {
            "moved": len(targets)
        }
    return campaign_id


def change(lead: APIClient, campaign_id: int, **rules: Any) -> Any:
    response = lead.patch(f"/api/campaigns/{campaign_id}/", rules, format="json")
    assert response.status_code == 200, response.content
    return response.json()


def ready_target() -> TargetObject:
    target = make_target()
    make_candidates(target, 2)
    return target


def states(target: TargetObject) -> list[str]:
    return list(Assignment.objects.filter(target=target).order_by("slot").values_list("state", flat=True))


def test_a_new_database_has_one_campaign_with_everything(lead: APIClient, ada: APIClient) -> None:
    make_slots(make_target())
    (everything,) = lead.get("/api/campaigns/").json()["results"]
    assert (everything["id"], everything["counts"]["open"]) == (1, 1)
    assert next_task(ada)["assignment"]["campaign"] == {
        "id": 1, "name": everything["name"], "instructions": "", "is_practice": False,
    }  # fmt: skip


def test_slots_follow_a_changed_overlap_up_down_and_up_again(lead: APIClient) -> None:
    target = ready_target()
    campaign_id = campaign_of(lead, target, overlap=2)
    open_ready_assignments()
    assert states(target) == ["open", "open"]
    change(lead, campaign_id, overlap=1)
    assert states(target) == ["open", "closed"]
    assert change(lead, campaign_id, overlap=3)["counts"] == {
        "open": 2, "waiting": 0, "held": 0, "submitted": 0, "closed": 0,
    }  # fmt: skip
    open_ready_assignments()
    assert states(target) == ["open", "open", "open"]


def test_what_somebody_holds_when_the_overlap_falls_may_be_answered_but_not_handed_on(
    lead: APIClient, ada: APIClient, person: People
) -> None:
    target = ready_target()
    campaign_id = campaign_of(lead, target, overlap=2)
    open_ready_assignments()
    bob, eve = person("annotator"), person("annotator")
    first = claim_assignment(annotator_id=bob.pk)
    task = next_task(ada)["assignment"]
    change(lead, campaign_id, overlap=1)
    assert claim_assignment(annotator_id=eve.pk) is None
    assert first is not None
    assert (
        ada.post(f"/api/assignments/{task['id']}/submit/", submit_body(task, rejections=[]), format="json").status_code
        == 201
    )
    change(lead, campaign_id, overlap=2)
    change(lead, campaign_id, overlap=1)
    release_assignment(annotator_id=bob.pk, assignment_id=first.id, lease_token=first.lease_token)
    assert states(target) == ["open", "submitted"]


def test_a_released_slot_beyond_the_overlap_ends(lead: APIClient, ada: APIClient, person: People) -> None:
    target = ready_target()
    campaign_id = campaign_of(lead, target, overlap=2)
    open_ready_assignments()
    claim_assignment(annotator_id=person("annotator").pk)
    task = next_task(ada)["assignment"]
    change(lead, campaign_id, overlap=1)
    ada.post(f"/api/assignments/{task['id']}/release/", {"lease_token": task["lease_token"]}, format="json")
    assert states(target) == ["held", "closed"]


def test_a_paused_campaign_hands_out_nothing_and_says_so(lead: APIClient, ada: APIClient) -> None:
    target = make_target()
    make_slots(target)
    campaign_id = campaign_of(lead, target)
    change(lead, campaign_id, is_paused=True)
    assert next_task(ada)["empty_reason"] == "campaign_paused"
    assert next_task(ada, campaign_id=campaign_id)["empty_reason"] == "campaign_paused"
    change(lead, campaign_id, is_paused=False)
    assert next_task(ada)["assignment"]["campaign"]["id"] == campaign_id


def test_a_campaign_with_skills_is_offered_to_whoever_has_them_all(
    lead: APIClient, ada: APIClient, person: People
) -> None:
    target = make_target()
    make_slots(target)
    campaign_of(lead, target, skills=["chairs", "antiques"])
    me = Person.objects.get(username="ada")
    assert next_task(ada)["empty_reason"] == "skills_missing"
    for skills, gets in ((["chairs"], False), (["antiques", "chairs", "lamps"], True)):
        answer = lead.put(f"/api/people/{me.pk}/skills/", {"skills": skills}, format="json")
        assert answer.json()["skills"] == skills
        assert (next_task(ada)["assignment"] is not None) is gets


def test_the_campaign_of_higher_priority_comes_first_and_within_equals_the_older_slot(
    lead: APIClient, ada: APIClient
) -> None:
    old, new, urgent = make_target(), make_target(), make_target()
    for target in (old, new, urgent):
        make_slots(target)
    campaign_of(lead, old)
    campaign_of(lead, urgent, priority=5)
    seen = []
    while (task := next_task(ada)["assignment"]) is not None:
        seen.append(task["target_id"])
        ada.post(f"/api/assignments/{task['id']}/submit/", submit_body(task), format="json")
    assert seen == [urgent.pk, old.pk, new.pk]


def test_one_can_ask_for_one_campaign(lead: APIClient, ada: APIClient) -> None:
    first, second = make_target(), make_target()
    for target in (first, second):
        make_slots(target)
    campaign_id = campaign_of(lead, second)
    held = next_task(ada, campaign_id=campaign_id)["assignment"]
    assert held["target_id"] == second.pk
    assert next_task(ada, campaign_id=1)["assignment"]["target_id"] == first.pk
    assert next_task(ada, campaign_id=campaign_id)["assignment"]["id"] == held["id"]
    missing = ada.post("/api/assignments/next/", {"campaign_id": 999}, format="json")
    assert (missing.status_code, missing.json()["errors"][0]["code"]) == (404, "campaign_missing")


def test_targets_can_be_moved_back_and_keep_what_was_done(lead: APIClient) -> None:
    target = make_target()
    make_slots(target)
    campaign_id = campaign_of(lead, target)
    assert CampaignTarget.objects.get().campaign_id == campaign_id
    assert lead.post("/api/campaigns/1/targets/", {"target_ids": [target.pk]}, format="json").status_code == 200
    assert not CampaignTarget.objects.exists()
    assert Assignment.objects.get().campaign_id == 1


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        ({"overlap": 0}, "min_value"),
        ({"overlap": 99}, "max_value"),
        ({"gold_rate": 0.6, "repeat_rate": 0.6}, "rates_above_one"),
        ({"gold_rate": "nan"}, "invalid"),
        ({"name": "Everything"}, "campaign_name_taken"),
        ({"name": "a\x00"}, "null_characters_not_allowed"),
        ({"skills": ["with blank"]}, "invalid"),
    ],
)
def test_rules_that_cannot_be_are_refused(lead: APIClient, rules: dict[str, Any], code: str) -> None:
    response = lead.post("/api/campaigns/", {"name": "new"} | rules, format="json")
    assert response.status_code in {400, 409}, response.content
    assert response.json()["errors"][0]["code"] == code


def test_moving_what_does_not_exist_moves_nothing(lead: APIClient) -> None:
    target = make_target()
    campaign_id = campaign_of(lead)
    body = {"target_ids": [target.pk, 10**9]}
    assert lead.post(f"/api/campaigns/{campaign_id}/targets/", body, format="json").status_code == 404
    assert not CampaignTarget.objects.exists()


def test_whoever_pauses_gives_back_what_she_holds_and_keeps_her_draft(ada: APIClient, person: People) -> None:
    make_slots(make_target())
    task = next_task(ada)["assignment"]
    body = {"lease_token": task["lease_token"], "draft": {"moves": 3}}
    ada.put(f"/api/assignments/{task['id']}/draft/", body, format="json")
    assert ada.post("/api/annotation/pause/").status_code == 204
    assert next_task(ada)["empty_reason"] == "paused_by_you"
    assert ada.get("/api/annotation/progress/").json()["is_paused"] is True
    assert Assignment.objects.get().state == AssignmentState.OPEN
    assert ada.post("/api/annotation/resume/").status_code == 204
    assert next_task(ada)["assignment"]["draft"] == {"moves": 3}


def test_a_skipped_object_never_comes_back_to_the_same_person(ada: APIClient, person: People) -> None:
    target = make_target()
    make_slots(target)
    task = next_task(ada)["assignment"]
    AssignmentDraft.objects.create(assignment_id=task["id"], annotator=Person.objects.get(username="ada"), body={})
    url = f"/api/assignments/{task['id']}/skip/"
    body = {"lease_token": task["lease_token"], "reason": "cannot_judge", "comment": "What is it?"}
    assert ada.post(url, body | {"reason": "bad_mask"}, format="json").status_code == 400
    assert ada.post(url, body, format="json").status_code == 204
    assert ada.post(url, body, format="json").status_code == 409
    assert next_task(ada)["empty_reason"] == "all_done_by_you"
    assert (Skip.objects.get().reason, AssignmentDraft.objects.count()) == ("cannot_judge", 0)
    assert claim_assignment(annotator_id=person("annotator").pk) is not None


def test_a_flagged_mask_keeps_the_object_waiting_until_somebody_has_looked(
    ada: APIClient, lead: APIClient, person: People
) -> None:
    target = make_target()
    make_slots(target, overlap=3)
    Campaign.objects.update(overlap=3)
    bob = person("annotator")
    held = claim_assignment(annotator_id=bob.pk)
    task = next_task(ada)["assignment"]
    body = {"lease_token": task["lease_token"], "comment": "That is the table."}
    assert ada.post(f"/api/assignments/{task['id']}/flag-mask/", body, format="json").status_code == 204
    assert sorted(states(target)) == ["held", "waiting", "waiting"]
    assert lead.get("/api/targets/?status=mask_flagged").json()["results"][0]["id"] == target.pk
    assert held is not None
    release_assignment(annotator_id=bob.pk, assignment_id=held.id, lease_token=held.lease_token)
    assert set(states(target)) == {"waiting"}
    (flag,) = lead.get("/api/mask-flags/?state=open").json()["results"]
    assert (flag["comment"], flag["person"]) == ("That is the table.", "ada")
    decided = lead.patch(f"/api/mask-flags/{flag['id']}/", {"state": "dismissed"}, format="json")
    assert decided.json()["state"] == "dismissed"
    assert set(states(target)) == {"open"}
    assert next_task(ada)["assignment"] is None
    assert claim_assignment(annotator_id=bob.pk) is not None


def test_an_expired_slot_of_a_flagged_object_is_not_handed_on(ada: APIClient, person: People) -> None:
    target = make_target()
    make_slots(target)
    task = next_task(ada)["assignment"]
    Assignment.objects.filter(pk=task["id"]).update(lease_expires_at="2020-01-01T00:00Z")
    TargetObject.objects.filter(pk=target.pk).update(is_mask_flagged=True)
    assert claim_assignment(annotator_id=person("annotator").pk) is None


def test_progress_says_how_far_the_campaigns_are(ada: APIClient, lead: APIClient) -> None:
    targets = [make_target() for _ in range(3)]
    for target in targets:
        make_slots(target)
    task = next_task(ada)["assignment"]
    ada.post(f"/api/assignments/{task['id']}/submit/", submit_body(task), format="json")
    campaign_of(lead, skills=["rare"])
    (everything,) = ada.get("/api/annotation/progress/").json()["campaigns"]
    assert (everything["done"], everything["wanted"], everything["open_for_me"]) == (1, 3, 2)


def test_a_flag_that_met_a_release_at_the_same_instant_is_made_good_by_the_sweep(
    lead: APIClient, ada: APIClient
) -> None:
    target = make_target()
    make_slots(target)
    MaskFlag.objects.create(target=target)
    TargetObject.objects.filter(pk=target.pk).update(is_mask_flagged=True)
    assert states(target) == ["open"]
    sweep()
    assert states(target) == ["waiting"]


def test_what_was_taken_before_the_overlap_fell_and_then_left_is_closed_in_the_end(
    lead: APIClient, ada: APIClient, person: People
) -> None:
    target = ready_target()
    campaign_id = campaign_of(lead, target, overlap=2)
    open_ready_assignments()
    claim_assignment(annotator_id=person("annotator").pk)
    task = next_task(ada)["assignment"]
    change(lead, campaign_id, overlap=1)
    for minutes, state in ((30, "held"), (61, "closed")):
        ended_at = timezone.now() - timedelta(minutes=minutes)
        Assignment.objects.filter(pk=task["id"]).update(lease_expires_at=ended_at)
        sweep()
        assert states(target) == ["held", state]
