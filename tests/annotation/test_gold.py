"""Gold, repeated and practice tasks: like any other task, and without records."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from engine.accounts.models import Person
from engine.annotation.models import (
    Assignment,
    AssignmentKind,
    Campaign,
    CampaignTarget,
    Choice,
    GoldAnswer,
    GoldPair,
)
from engine.annotation.services.claiming import PRACTICE_TASKS, REPEAT_DISTANCE
from engine.photos.models import TargetObject
from engine.records.models import PreferencePair, Record
from engine.records.services import derive_records, route_rejected_targets
from tests.annotation.answers import submit_body
from tests.annotation.factories import make_candidates, make_slots, make_target

pytestmark = pytest.mark.django_db
Client = Callable[[Person | None], APIClient]
People = Callable[..., Person]


@pytest.fixture
def ada(person: People, api: Client) -> APIClient:
    return api(person("annotator", username="ada"))


def next_task(client: APIClient, **body: Any) -> Any:
    return client.post("/api/assignments/next/", body, format="json").json()


def answer(client: APIClient, task: dict[str, Any], *, order: list[str] | None = None, **changes: Any) -> Any:
    """Answer with the candidates in this order of merit; as shown when no order is given."""
    ids = order or [candidate["id"] for candidate in task["candidates"]]
    steps = [{"left_id": ids[0], "right_id": other, "verdict": "left", "milliseconds": 900} for other in ids[1:]]
    body = submit_body(task, winner_id=ids[0], comparisons=steps, rejections=[], **changes)
    response = client.post(f"/api/assignments/{task['id']}/submit/", body, format="json")
    assert response.status_code == 201, response.content
    return response.json()


def make_gold(*, campaign: Campaign | None = None, n_candidates: int = 3) -> GoldPair:
    target = make_target()
    better, worse, *_ = make_candidates(target, n_candidates)
    if campaign is not None:
        CampaignTarget.objects.create(target=target, campaign=campaign)
    return GoldPair.objects.create(target=target, better=better, worse=worse)


def rates(**changes: float) -> None:
    Campaign.objects.filter(pk=1).update(**changes)


def with_better_first(task: dict[str, Any], pair: GoldPair) -> list[str]:
    others = [one["id"] for one in task["candidates"] if one["id"] not in {str(pair.better_id), str(pair.worse_id)}]
    return [str(pair.better_id), str(pair.worse_id), *others]


def test_a_gold_task_looks_like_any_other_and_leaves_the_queue_as_it_was(ada: APIClient) -> None:
    pair = make_gold()
    (slot,) = make_slots(make_target())
    ordinary = next_task(ada)["assignment"]
    ada.post(f"/api/assignments/{ordinary['id']}/release/", {"lease_token": ordinary["lease_token"]}, format="json")
    rates(gold_rate=1)
    task = next_task(ada)["assignment"]
    assert task["target_id"] == pair.target_id
    assert task.keys() == ordinary.keys()
    first_two = {one["id"] for one in task["candidates"][:2]}
    assert first_two == {str(pair.better_id), str(pair.worse_id)}
    assert len(task["candidates"]) == 3
    slot.refresh_from_db()
    assert (slot.state, slot.annotator_id) == ("open", None)
    assert next_task(ada)["assignment"]["id"] == task["id"]
    assert answer(ada, task)["feedback"] is None
    assert next_task(ada)["assignment"]["id"] == slot.pk  # no gold is left


def test_no_gold_is_given_at_rate_zero_nor_when_the_pair_is_out_of_use(ada: APIClient) -> None:
    make_gold()
    (slot,) = make_slots(make_target())
    assert next_task(ada)["assignment"]["id"] == slot.pk
    ada.post("/api/annotation/pause/")
    ada.post("/api/annotation/resume/")
    rates(gold_rate=1)
    GoldPair.objects.update(is_active=False)
    assert next_task(ada)["assignment"]["id"] == slot.pk


@pytest.mark.parametrize(("is_better_first", "verdict"), [(True, "right"), (False, "wrong")])
def test_a_gold_answer_is_scored_and_makes_no_record(ada: APIClient, is_better_first: bool, verdict: str) -> None:
    pair = make_gold()
    make_slots(make_target())
    rates(gold_rate=1)
    task = next_task(ada)["assignment"]
    order = with_better_first(task, pair)
    answer(ada, task, order=order if is_better_first else order[1::-1] + order[2:])
    assert GoldAnswer.objects.get().verdict == verdict
    assert Choice.objects.get().kind == AssignmentKind.GOLD
    derive_records(alpha=0.0)
    assert (Record.objects.count(), PreferencePair.objects.count()) == (0, 0)


def test_a_gold_task_that_is_refused_sends_nothing_to_the_artists(ada: APIClient) -> None:
    make_gold()
    make_slots(make_target())
    rates(gold_rate=1)
    task = next_task(ada)["assignment"]
    body = submit_body(task, outcome="none_acceptable", winner_id=None, rating=None, rejections=[])
    assert ada.post(f"/api/assignments/{task['id']}/submit/", body, format="json").status_code == 201
    assert route_rejected_targets() == 0


def practice() -> Campaign:
    return Campaign.objects.create(name="Practice", is_practice=True, instructions="Try these.")


def test_practice_gives_five_gold_tasks_with_feedback_to_those_who_ask(ada: APIClient) -> None:
    campaign = practice()
    pairs = {pair.target_id: pair for pair in (make_gold(campaign=campaign) for _ in range(PRACTICE_TASKS + 2))}
    assert next_task(ada)["assignment"] is None
    for number in range(PRACTICE_TASKS):
        task = next_task(ada, campaign_id=campaign.pk)["assignment"]
        assert task["campaign"]["is_practice"]
        pair = pairs[task["target_id"]]
        order = with_better_first(task, pair)
        feedback = answer(ada, task, order=order if number % 2 else order[1::-1] + order[2:])["feedback"]
        assert feedback["is_right"] is bool(number % 2)
        assert feedback["expected"] == [{"better_id": str(pair.better_id), "worse_id": str(pair.worse_id)}]
    assert next_task(ada, campaign_id=campaign.pk)["empty_reason"] == "practice_done"
    (progress, _) = ada.get("/api/annotation/progress/").json()["campaigns"]
    assert (progress["done"], progress["wanted"], progress["open_for_me"]) == (5, 5, 0)


def test_feedback_comes_again_with_a_replayed_answer(ada: APIClient) -> None:
    campaign = practice()
    make_gold(campaign=campaign)
    task = next_task(ada, campaign_id=campaign.pk)["assignment"]
    body = submit_body(task)
    first, second = (ada.post(f"/api/assignments/{task['id']}/submit/", body, format="json") for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert GoldAnswer.objects.count() == 1


def test_gold_of_practice_is_not_used_up_by_work(ada: APIClient) -> None:
    make_gold(campaign=practice())
    (slot,) = make_slots(make_target())
    rates(gold_rate=1)
    assert next_task(ada)["assignment"]["id"] == slot.pk


def done_by(client: APIClient, n: int) -> list[int]:
    seen = []
    for _ in range(n):
        make_slots(make_target())
        task = next_task(client)["assignment"]
        answer(client, task)
        seen.append(task["target_id"])
    return seen


def test_a_repeated_task_is_old_enough_shuffled_anew_and_makes_no_record(ada: APIClient) -> None:
    first, *_ = done_by(ada, REPEAT_DISTANCE)
    rates(repeat_rate=1)
    make_slots(make_target())
    task = next_task(ada)["assignment"]
    assert task["target_id"] == first
    assert {one["id"] for one in task["candidates"]} == {str(pk) for pk in Choice.objects.get(target=first).shown_ids}
    answer(ada, task)
    assert Choice.objects.filter(target=first).order_by("pk").last().kind == AssignmentKind.REPEAT  # type: ignore[union-attr]
    # The same one does not come a third time; the next oldest is not old enough but for the answer just given.
    assert next_task(ada)["assignment"]["target_id"] != first
    derive_records(alpha=0.0)
    assert Record.objects.filter(target=first).count() == 1


def test_nothing_is_repeated_too_soon(ada: APIClient) -> None:
    seen = done_by(ada, REPEAT_DISTANCE - 1)
    rates(repeat_rate=1)
    make_slots(make_target())
    assert next_task(ada)["assignment"]["target_id"] not in seen


def test_two_tabs_do_not_get_the_same_gold_twice(ada: APIClient) -> None:
    make_gold()
    for _ in range(2):
        make_slots(make_target())
    rates(gold_rate=1)
    first = next_task(ada)["assignment"]
    second = next_task(ada, exclude=[first["id"]])["assignment"]
    assert second["target_id"] != first["target_id"]
    assert Assignment.objects.filter(kind=AssignmentKind.GOLD).count() == 1


def test_gold_pairs_are_of_one_object_and_known_one_way_round(person: People, api: Client) -> None:
    reviewer = api(person("reviewer"))
    one, other = (make_candidates(make_target(), 2) for _ in range(2))

    def add(better: Any, worse: Any) -> Any:
        body = {"better_id": str(better.pk), "worse_id": str(worse.pk), "note": "clear"}
        response = reviewer.post("/api/gold-pairs/", body, format="json")
        return response.json()["target_id"] if response.status_code == 201 else response.json()["errors"][0]["code"]

    assert add(one[0], one[1]) == one[0].target_id
    assert add(one[0], one[1]) == "gold_exists"
    assert add(one[1], one[0]) == "gold_contradicts"
    assert add(one[0], other[0]) == "gold_of_two_targets"
    assert add(one[0], one[0]) == "gold_of_one"
    (pair,) = reviewer.get("/api/gold-pairs/").json()["results"]
    changed = reviewer.patch(f"/api/gold-pairs/{pair['id']}/", {"is_active": False}, format="json").json()
    assert (changed["is_active"], changed["note"]) == (False, "clear")
    assert add(one[1], one[0]) == one[0].target_id


def test_a_target_of_gold_that_was_answered_as_work_is_no_gold_for_her(ada: APIClient) -> None:
    target: TargetObject = make_target()
    make_slots(target)
    task = next_task(ada)["assignment"]
    answer(ada, task)
    ids = [one["id"] for one in task["candidates"]]
    GoldPair.objects.create(target=target, better_id=ids[0], worse_id=ids[1])
    (slot,) = make_slots(make_target())
    rates(gold_rate=1)
    assert next_task(ada)["assignment"]["id"] == slot.pk


def test_gold_that_was_named_for_another_mask_is_not_given(ada: APIClient) -> None:
    pair = make_gold()
    TargetObject.objects.filter(pk=pair.target_id).update(mask_sha256="0" * 64)
    (slot,) = make_slots(make_target())
    rates(gold_rate=1)
    assert next_task(ada)["assignment"]["id"] == slot.pk
