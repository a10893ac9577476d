"""A candidate whose file cannot be had is reported by whoever holds the task, and leads hear of it."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from engine.annotation.models import AssetProblem, Assignment, AssignmentState
from tests.annotation.factories import make_slots, make_target, set_overlap

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(person, api) -> Any:
    return api(person("annotator", username="ada"))


@pytest.fixture
def lead(person, api) -> Any:
    return api(person("ml_lead", username="mila"))


def claim(client: APIClient) -> dict[str, Any]:
    task: dict[str, Any] = client.post("/api/assignments/next/", {}, format="json").json()["assignment"]
    return task


def report(client: APIClient, task: dict[str, Any], **changes: Any) -> Any:
    body = {"lease_token": task["lease_token"], "candidate_id": task["candidates"][0]["id"], "kind": "missing"}
    return client.post(f"/api/assignments/{task['id']}/asset-problems/", body | changes, format="json")


def open_ones(client: APIClient) -> Any:
    return client.get("/api/asset-problems/?state=open").json()["results"]


def test_a_missing_file_is_told_once_and_the_task_stays_with_the_person(ada, lead) -> None:
    make_slots(make_target())
    task = claim(ada)
    first, again = report(ada, task), report(ada, task)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    # Nothing that a blind person could learn from.
    assert set(first.json()) == {"id"}
    assert report(ada, task, kind="unreadable").status_code == 201
    assert Assignment.objects.get(pk=task["id"]).state == AssignmentState.HELD
    assert claim(ada)["id"] == task["id"]
    unreadable, missing = open_ones(lead)
    assert (missing["kind"], unreadable["kind"]) == ("missing", "unreadable")
    assert missing["candidate_id"] == task["candidates"][0]["id"]
    assert (missing["target_id"], missing["annotator"], missing["generator"]) == (task["target_id"], "ada", "network")
    assert missing["image_url"] == task["photo"]["image_url"]


def test_what_is_resolved_is_closed_for_all_who_told_and_may_be_told_anew(ada, lead, person, api) -> None:
    set_overlap(2)
    make_slots(make_target(), overlap=2)
    bea = api(person("annotator", username="bea"))
    task, other = claim(ada), claim(bea)
    candidate = task["candidates"][0]["id"]
    assert report(ada, task).status_code == 201
    assert report(bea, other, candidate_id=candidate, kind="unreadable").status_code == 201
    assert report(bea, other, candidate_id=task["candidates"][1]["id"]).status_code == 201
    problem = next(one for one in open_ones(lead) if one["annotator"] == "ada")
    for _ in range(2):
        closed = lead.post(f"/api/asset-problems/{problem['id']}/resolve/")
        assert closed.status_code == 200
        assert closed.json()["resolved_at"] is not None
    assert [one["candidate_id"] for one in open_ones(lead)] == [task["candidates"][1]["id"]]
    assert len(lead.get("/api/asset-problems/?state=resolved").json()["results"]) == 2
    assert report(ada, task).status_code == 201
    assert len(open_ones(lead)) == 2


def test_a_candidate_of_another_task_is_refused_by_its_field(ada) -> None:
    make_slots(make_target())
    (other,) = make_slots(make_target())
    task = claim(ada)
    for candidate in (other.candidate_ids[0], uuid4()):
        refused = report(ada, task, candidate_id=str(candidate))
        assert refused.status_code == 400
        assert [(fault["field"], fault["code"]) for fault in refused.json()["errors"]] == [
            ("candidate_id", "candidate_of_another_task")
        ]
    for changes in ({"kind": "ugly"}, {"candidate_id": "first"}, {"lease_token": None}):
        refused = report(ada, task, **changes)
        assert refused.status_code == 400
        assert refused.json()["errors"][0]["field"] in changes
    assert not AssetProblem.objects.exists()


def test_without_the_lease_nothing_is_noted(ada, person, api) -> None:
    make_slots(make_target())
    task = claim(ada)
    assert report(ada, task, lease_token=str(uuid4())).json()["errors"][0]["code"] == "lease_taken"
    Assignment.objects.filter(pk=task["id"]).update(lease_expires_at=timezone.now() - timedelta(minutes=1))
    assert claim(api(person("annotator", username="bea")))["id"] == task["id"]
    late = report(ada, task)
    assert (late.status_code, late.json()["errors"][0]["code"]) == (409, "lease_taken")
    assert report(ada, {**task, "id": 10**9}).status_code == 404
    assert not AssetProblem.objects.exists()


def test_the_list_knows_its_states_and_the_admin_shows_it(ada, lead, person, client) -> None:
    make_slots(make_target())
    assert report(ada, claim(ada)).status_code == 201
    unknown = lead.get("/api/asset-problems/?state=lost")
    assert (unknown.status_code, unknown.json()["errors"][0]["field"]) == (400, "state")
    assert lead.post("/api/asset-problems/999/resolve/").status_code == 404
    chief = person("admin", username="root")
    chief.is_staff = chief.is_superuser = True
    chief.save()
    client.force_login(chief)
    page = client.get("/admin/annotation/assetproblem/")
    assert page.status_code == 200
    assert "network" in page.content.decode()
