from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from engine.accounts.models import Person
from engine.annotation.models import (
    Assignment,
    AssignmentDraft,
    AssignmentState,
    Choice,
    Comparison,
    Rejection,
)
from engine.candidates.models import Candidate, GenerationState
from tests.annotation.answers import submit_body
from tests.annotation.factories import make_request, make_slots, make_target, set_overlap

pytestmark = pytest.mark.django_db
Client = Callable[[Person | None], APIClient]
PersonFactory = Callable[..., Person]


def claim(client: APIClient, **body: Any) -> Any:
    response = client.post("/api/assignments/next/", body, format="json")
    assert response.status_code == 200, response.content
    return response.json()


def run_out(assignment: dict[str, Any]) -> None:
    Assignment.objects.filter(pk=assignment["id"]).update(lease_expires_at=timezone.now() - timedelta(seconds=1))


@pytest.fixture
def ada(person: PersonFactory, api: Client) -> APIClient:
    return api(person("annotator", username="ada"))


@pytest.fixture
def bob(person: PersonFactory, api: Client) -> APIClient:
    return api(person("annotator", username="bob"))


def test_a_task_names_photo_mask_and_candidates_and_nothing_about_their_maker(ada: APIClient) -> None:
    (slot,) = make_slots(make_target())
    response = ada.post("/api/assignments/next/", {}, format="json")
    task = response.json()["assignment"]
    assert [candidate["id"] for candidate in task["candidates"]] == [str(pk) for pk in slot.candidate_ids]
    assert (task["photo"]["width"], task["photo"]["height"]) == (640, 480)
    text = response.content.decode()
    assert not any(word in text for word in ("network", "retrieval", "checkpoint", "generator", "seed", "sha256"))


def test_asking_again_gives_the_same_task_back(ada: APIClient) -> None:
    make_slots(make_target())
    make_slots(make_target())
    first, second = claim(ada)["assignment"], claim(ada)["assignment"]
    assert (first["id"], first["lease_token"]) == (second["id"], second["lease_token"])
    assert second["lease_expires_at"] >= first["lease_expires_at"]


def test_two_tasks_may_be_claimed_ahead_and_no_more(ada: APIClient) -> None:
    for _ in range(5):
        make_slots(make_target())
    held: list[int] = []
    for _ in range(3):
        held.append(claim(ada, prefetch=True, exclude=held)["assignment"]["id"])
    assert len(set(held)) == 3
    fourth = claim(ada, prefetch=True, exclude=held)
    assert fourth["assignment"] is None
    assert fourth["empty_reason"] is None


def test_a_task_and_its_answer_offer_the_coarse_copies_that_there_are(ada: APIClient) -> None:
    (slot,) = make_slots(make_target())
    large = slot.candidate_ids[1]
    Candidate.objects.filter(pk=large).update(lod_sha256="a" * 64)
    offered = [None, f"/api/assets/candidates/{large}/lod", None]
    task = claim(ada)["assignment"]
    assert [one["lod_url"] for one in task["candidates"]] == offered
    choice_id = submit(ada, task).json()["choice_id"]
    detail = ada.get(f"/api/choices/{choice_id}/").json()
    assert [one["lod_url"] for one in detail["candidates"]] == offered


def test_a_task_in_one_persons_hands_is_not_given_to_another(ada: APIClient, bob: APIClient) -> None:
    make_slots(make_target())
    task = claim(ada)["assignment"]
    assert claim(bob)["empty_reason"] == "all_held"
    stolen = bob.post(f"/api/assignments/{task['id']}/submit/", submit_body(task), format="json")
    assert stolen.status_code == 409
    assert stolen.json()["errors"][0]["code"] == "lease_taken"
    assert Choice.objects.count() == 0


def test_a_choice_is_stored_whole(ada: APIClient) -> None:
    make_slots(make_target())
    task = claim(ada)["assignment"]
    ada.put(f"/api/assignments/{task['id']}/draft/", {"lease_token": task["lease_token"], "draft": [1]}, format="json")
    response = ada.post(f"/api/assignments/{task['id']}/submit/", submit_body(task), format="json")
    assert response.status_code == 201, response.content
    choice = Choice.objects.get(pk=response.json()["choice_id"])
    assert str(choice.winner_id) == task["candidates"][0]["id"]
    assert (choice.rating, choice.outcome, choice.is_simulated) == (0.8, "chosen", False)
    assert [str(pk) for pk in choice.shown_ids] == [candidate["id"] for candidate in task["candidates"]]
    assert Comparison.objects.filter(choice=choice).count() == 2
    assert Rejection.objects.get(choice=choice).reasons == ["floaters"]
    assert AssignmentDraft.objects.count() == 0
    assert Assignment.objects.get(pk=task["id"]).state == AssignmentState.SUBMITTED


def submit(client: APIClient, task: dict[str, Any], **changes: Any) -> Any:
    return client.post(f"/api/assignments/{task['id']}/submit/", submit_body(task, **changes), format="json")


def test_a_grid_answer_is_stored_with_its_ranking_and_the_comparisons_that_it_says(ada: APIClient) -> None:
    make_slots(make_target(), n_candidates=4)
    task = claim(ada)["assignment"]
    a, b, c, dropped = [candidate["id"] for candidate in task["candidates"]]
    grid = {"mode": "grid", "comparisons": [], "rejections": [], "ranking": {"ranks": [[b], [a, c]]}}
    assert submit(ada, task, **grid, winner_id=a).json()["errors"][0]["code"] == "winner_beaten"
    assert submit(ada, task, **grid | {"ranking": None}).json()["errors"][0]["field"] == "ranking"
    assert submit(ada, task, ranking=grid["ranking"]).json()["errors"][0]["field"] == "ranking"
    response = submit(ada, task, **grid, winner_id=b)
    assert response.status_code == 201, response.content
    choice = Choice.objects.get()
    assert (choice.mode, choice.ranking) == ("grid", [[b], [a, c]])
    rows = Comparison.objects.order_by("ordinal").values_list("left", "verdict", "right", "milliseconds", "source")
    assert [(str(left), verdict, str(right), *rest) for left, verdict, right, *rest in rows] == [
        (b, "left", a, None, "grid"), (b, "left", c, None, "grid"), (a, "equal", c, None, "grid"),
    ]  # fmt: skip
    assert not any(dropped in map(str, pair) for pair in Comparison.objects.values_list("left", "right"))


def test_what_was_looked_at_and_said_is_stored_with_the_choice(ada: APIClient) -> None:
    make_slots(make_target())
    task = claim(ada)["assignment"]
    a, b, _ = [candidate["id"] for candidate in task["candidates"]]
    views = [
        {"candidate_id": a, "mode": "clay", "milliseconds": 700},
        {"candidate_id": a, "mode": "clay", "milliseconds": 300},
        {"candidate_id": b, "mode": "wireframe", "milliseconds": 2**31 - 1},
        {"candidate_id": b, "mode": "wireframe", "milliseconds": 5},
    ]
    assert submit(ada, task, comment="The handle is missing.", views=views, turned_ids=[a]).status_code == 201
    choice = Choice.objects.get()
    assert (choice.comment, choice.turned_ids) == ("The handle is missing.", [UUID(a)])
    looks = choice.viewings.order_by("milliseconds").values_list("mode", "milliseconds")
    assert list(looks) == [("clay", 1000), ("wireframe", 2**31 - 1)]


def test_a_last_candidate_may_win_by_itself_after_both_others_were_refused(ada: APIClient) -> None:
    make_slots(make_target())
    task = claim(ada)["assignment"]
    a, b, c = [candidate["id"] for candidate in task["candidates"]]
    steps = [{"left_id": a, "right_id": b, "verdict": "both_bad", "milliseconds": 10}]
    assert submit(ada, task, comparisons=steps, winner_id=a).json()["errors"][0]["code"] in {
        "winner_beaten", "winner_rejected",
    }  # fmt: skip
    assert submit(ada, task, comparisons=steps, winner_id=c).status_code == 201


@pytest.mark.parametrize("hours", [-2, 2])
def test_a_web_server_with_a_wrong_clock_neither_loses_nor_keeps_a_task(
    ada: APIClient, bob: APIClient, monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    make_slots(make_target())
    task = claim(ada)["assignment"]
    with monkeypatch.context() as patch:
        patch.setattr("django.utils.timezone.now", lambda: datetime.now(UTC) + timedelta(hours=hours))
        beat = ada.post(
            f"/api/assignments/{task['id']}/heartbeat/", {"lease_token": task["lease_token"]}, format="json"
        ).json()
        assert claim(bob)["empty_reason"] == "all_held"
    left = datetime.fromisoformat(beat["lease_expires_at"]) - datetime.fromisoformat(beat["server_time"])
    assert left == timedelta(seconds=settings.ENVIRONMENT.lease_seconds)
    run_out(task)
    assert claim(bob)["assignment"]["id"] == task["id"]


@pytest.mark.parametrize("lost", ["annotator", "is_active"])
def test_whoever_loses_the_role_in_mid_task_cannot_answer_and_the_task_goes_on(
    ada: APIClient, bob: APIClient, lost: str
) -> None:
    make_slots(make_target())
    task = claim(ada)["assignment"]
    person = Person.objects.filter(username="ada")
    person.update(roles=[]) if lost == "annotator" else person.update(is_active=False)
    assert submit(ada, task).status_code == (403 if lost == "annotator" else 401)
    run_out(task)
    assert submit(bob, claim(bob)["assignment"]).status_code == 201


def test_the_same_answer_sent_twice_is_stored_once(ada: APIClient) -> None:
    make_slots(make_target())
    task = claim(ada)["assignment"]
    body = submit_body(task)
    first = ada.post(f"/api/assignments/{task['id']}/submit/", body, format="json")
    second = ada.post(f"/api/assignments/{task['id']}/submit/", body, format="json")
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["choice_id"] == second.json()["choice_id"]
    assert Choice.objects.count() == 1
    other = ada.post(f"/api/assignments/{task['id']}/submit/", submit_body(task), format="json")
    assert (other.status_code, other.json()["errors"][0]["code"]) == (409, "already_submitted")


def test_a_key_used_for_another_task_is_refused_and_the_task_stays(ada: APIClient) -> None:
    key = str(uuid4())
    for expected in (201, 409):
        make_slots(make_target())
        task = claim(ada)["assignment"]
        body = submit_body(task, idempotency_key=key)
        assert ada.post(f"/api/assignments/{task['id']}/submit/", body, format="json").status_code == expected
    assert Assignment.objects.get(pk=task["id"]).state == AssignmentState.HELD


def test_an_expired_task_goes_to_the_next_person_and_the_late_answer_is_refused(ada: APIClient, bob: APIClient) -> None:
    make_slots(make_target())
    task = claim(ada)["assignment"]
    run_out(task)
    assert claim(bob)["assignment"]["id"] == task["id"]
    for call in ("heartbeat", "submit", "release"):
        late = ada.post(f"/api/assignments/{task['id']}/{call}/", submit_body(task), format="json")
        assert (late.status_code, late.json()["errors"][0]["code"]) == (409, "lease_taken")


def test_a_late_answer_counts_while_nobody_else_has_the_task(ada: APIClient) -> None:
    make_slots(make_target())
    task = claim(ada)["assignment"]
    run_out(task)
    beat = ada.post(f"/api/assignments/{task['id']}/heartbeat/", {"lease_token": task["lease_token"]}, format="json")
    assert beat.status_code == 200
    run_out(task)
    assert ada.post(f"/api/assignments/{task['id']}/submit/", submit_body(task), format="json").status_code == 201


def test_a_draft_outlives_the_lease_and_comes_back_to_its_author_alone(ada: APIClient, bob: APIClient) -> None:
    make_slots(make_target())
    task = claim(ada)["assignment"]
    url = f"/api/assignments/{task['id']}/draft/"
    assert ada.put(url, {"lease_token": task["lease_token"], "draft": {"moves": [1]}}, format="json").status_code == 200
    run_out(task)
    taken = claim(bob)["assignment"]
    assert taken["draft"] is None
    assert claim(ada)["empty_reason"] == "all_held"
    run_out(taken)
    make_slots(make_target())
    again = claim(ada)["assignment"]
    assert (again["id"], again["draft"]) == (task["id"], {"moves": [1]})


@pytest.mark.parametrize("draft", [r'"a\u0000b"', r'"\ud800"', '"' + "x" * 300_000 + '"'], ids=["nul", "half", "long"])
def test_a_draft_that_cannot_be_kept_is_refused(ada: APIClient, draft: str) -> None:
    make_slots(make_target())
    task = claim(ada)["assignment"]
    body = f'{{"lease_token": "{task["lease_token"]}", "draft": {{"text": {draft}}}}}'
    response = ada.put(f"/api/assignments/{task['id']}/draft/", body, content_type="application/json")
    assert response.status_code == 400
    assert response.json()["errors"][0]["code"].startswith("draft_")


def test_a_task_given_back_goes_behind_the_others(ada: APIClient) -> None:
    make_slots(make_target())
    make_slots(make_target())
    task = claim(ada)["assignment"]
    released = ada.post(f"/api/assignments/{task['id']}/release/", {"lease_token": task["lease_token"]}, format="json")
    assert released.status_code == 204
    assert claim(ada)["assignment"]["id"] != task["id"]


def test_nobody_answers_the_same_object_twice(ada: APIClient, bob: APIClient) -> None:
    set_overlap(2)
    make_slots(make_target(), overlap=2)
    task = claim(ada)["assignment"]
    assert claim(ada, exclude=[task["id"]])["empty_reason"] == "all_done_by_you"
    ada.post(f"/api/assignments/{task['id']}/submit/", submit_body(task), format="json")
    assert claim(ada)["empty_reason"] == "all_done_by_you"
    other = claim(bob)["assignment"]
    assert other["target_id"] == task["target_id"]
    assert other["id"] != task["id"]


def test_an_empty_queue_says_why(ada: APIClient) -> None:
    answer = claim(ada)
    assert (answer["assignment"], answer["empty_reason"]) == (None, "no_targets")
    make_request(make_target(), state=GenerationState.RUNNING)
    assert claim(ada)["empty_reason"] == "waiting_for_candidates"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"winner_id": str(uuid4())}, "candidate_of_another_task"),
        ({"comparisons": []}, "comparisons_incomplete"),
        ({"rating": None}, "rating_missing"),
        ({"rating": 1.5}, "max_value"),
        ({"rating": "nan"}, "invalid"),
        ({"outcome": "tie"}, "invalid_choice"),
        ({"outcome": "none_acceptable"}, "winner_unexpected"),
        ({"milliseconds": 2**40}, "max_value"),
        ({"idempotency_key": "x"}, "invalid"),
        ({"viewer_mode": "a\x00"}, "null_characters_not_allowed"),
        ({"comment": "x" * 2001}, "max_length"),
        ({"turned_ids": [str(uuid4())]}, "candidate_of_another_task"),
        ({"views": [{"candidate_id": str(uuid4()), "mode": "clay", "milliseconds": 1}]}, "candidate_of_another_task"),
        ({"mode": "grid"}, "ranking_unexpected"),
        ({"mode": "grid", "ranking": {"ranks": []}}, "comparisons_unexpected"),
        ({"rejections": [{"candidate_id": str(uuid4()), "reasons": []}]}, "candidate_of_another_task"),
    ],
)
def test_a_broken_answer_is_refused_and_the_task_stays(ada: APIClient, changes: dict[str, Any], code: str) -> None:
    make_slots(make_target())
    task = claim(ada)["assignment"]
    response = ada.post(f"/api/assignments/{task['id']}/submit/", submit_body(task, **changes), format="json")
    assert response.status_code == 400, response.content
    assert response.json()["errors"][0]["code"] == code
    assert ada.post(f"/api/assignments/{task['id']}/submit/", submit_body(task), format="json").status_code == 201


def test_a_candidate_of_another_task_is_refused(ada: APIClient, bob: APIClient) -> None:
    make_slots(make_target())
    make_slots(make_target())
    task, foreign = claim(ada)["assignment"], claim(bob)["assignment"]
    body = submit_body(foreign, lease_token=task["lease_token"])
    response = ada.post(f"/api/assignments/{task['id']}/submit/", body, format="json")
    assert response.json()["errors"][0]["code"] == "candidate_of_another_task"


@pytest.mark.parametrize("assignment_id", [0, 10**30])
def test_a_task_that_does_not_exist_is_not_found(ada: APIClient, assignment_id: int) -> None:
    for call in ("heartbeat", "release"):
        body = {"lease_token": str(uuid4())}
        assert ada.post(f"/api/assignments/{assignment_id}/{call}/", body, format="json").status_code == 404


@pytest.mark.parametrize("body", ["[" * 200_000, "{", "[]", '"x"', '{"exclude": [-1]}', '{"exclude": [1e400]}'])
def test_a_body_that_is_no_question_is_refused(ada: APIClient, body: str) -> None:
    response = ada.post("/api/assignments/next/", body, content_type="application/json")
    assert response.status_code == 400
    assert response.json()["errors"][0]["reason"]


def test_progress_counts_ones_own_answers(ada: APIClient, bob: APIClient) -> None:
    for _ in range(2):
        make_slots(make_target())
        task = claim(ada)["assignment"]
        ada.post(f"/api/assignments/{task['id']}/submit/", submit_body(task), format="json")
    Choice.objects.filter(pk=Choice.objects.latest("pk").pk).update(created_at=timezone.now() - timedelta(days=1))
    assert ada.get("/api/annotation/progress/").json().items() >= {"today": 1, "total": 2, "streak_days": 2}.items()
    assert bob.get("/api/annotation/progress/").json().items() >= {"today": 0, "total": 0, "streak_days": 0}.items()


def test_next_and_submit_take_few_statements(ada: APIClient) -> None:
    make_slots(make_target())
    with CaptureQueriesContext(connection) as queries:
        task = claim(ada)["assignment"]
    assert len([query for query in queries if "SAVEPOINT" not in query["sql"]]) <= 2
    with CaptureQueriesContext(connection) as queries:
        ada.post(f"/api/assignments/{task['id']}/submit/", submit_body(task, rejections=[]), format="json")
    assert len([query for query in queries if "SAVEPOINT" not in query["sql"]]) <= 5
