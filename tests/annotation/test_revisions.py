"""Corrections are new revisions; a reviewer's word settles an object; records follow both."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from engine.accounts.models import Person
from engine.annotation.models import Campaign, CampaignTarget, Choice, GoldPair
from engine.artistry.models import ArtistJob
from engine.photos.models import TargetObject
from engine.records.models import PreferencePair, Record
from engine.records.services import derive_new_records, derive_records, route_rejected_targets
from tests.annotation.answers import submit_body
from tests.annotation.factories import make_candidates, make_slots, make_target, set_overlap

pytestmark = pytest.mark.django_db
Client = Callable[[Person | None], APIClient]
People = Callable[..., Person]


@pytest.fixture
def ada(person: People, api: Client) -> APIClient:
    return api(person("annotator", username="ada"))


@pytest.fixture
def bob(person: People, api: Client) -> APIClient:
    return api(person("annotator", username="bob"))


@pytest.fixture
def reviewer(person: People, api: Client) -> APIClient:
    return api(person("reviewer", username="rhea"))


def answer(client: APIClient, winner: int = 0, **changes: Any) -> Choice:
    """Claim and answer the next task: the candidate of this place by id wins."""
    task = client.post("/api/assignments/next/", {}, format="json").json()["assignment"]
    body = answer_body(sorted(one["id"] for one in task["candidates"]), winner, **changes)
    body["lease_token"] = task["lease_token"]
    response = client.post(f"/api/assignments/{task['id']}/submit/", body, format="json")
    assert response.status_code == 201, response.content
    return Choice.objects.get(pk=response.json()["choice_id"])


def answer_body(ids: list[str], winner: int = 0, **changes: Any) -> dict[str, Any]:
    task = {
        "lease_token": str(uuid4()),
        "candidates": [{"id": ids[winner]}, *({"id": x} for x in ids if x != ids[winner])],
    }
    return submit_body(task, rejections=[]) | changes


def refuse_all() -> dict[str, Any]:
    return {"outcome": "none_acceptable", "winner_id": None, "rating": None, "comparisons": []}


def revise(client: APIClient, choice: Choice, winner: int = 1, **changes: Any) -> Any:
    body = answer_body(sorted(map(str, choice.shown_ids)), winner, reason="I slipped.", **changes)
    return client.post(f"/api/choices/{choice.pk}/revise/", body, format="json")


def code_of(response: Any) -> str:
    return str(response.json()["errors"][0]["code"])


def disputed(ada: APIClient, bob: APIClient) -> TargetObject:
    set_overlap(2)
    target = make_target()
    make_slots(target, overlap=2)
    answer(ada, 0)
    answer(bob, 1)
    return target


def test_ones_own_answer_is_corrected_by_a_revision_and_records_follow(ada: APIClient) -> None:
    make_slots(make_target())
    first = answer(ada)
    derive_records(alpha=0.6)
    response = revise(ada, first)
    assert (response.status_code, response.json()["revision"]) == (201, 1)
    first.refresh_from_db()
    assert first.revision == 0  # the old one stays
    second = Choice.objects.get(pk=response.json()["choice_id"])
    assert (second.revision_reason, second.winner_id) == ("I slipped.", sorted(first.shown_ids)[1])
    derive_new_records()
    assert (Record.objects.get().choice_id, set(PreferencePair.objects.values_list("choice", flat=True))) == (
        second.pk, {second.pk},
    )  # fmt: skip
    assert code_of(revise(ada, first)) == "revised_already"


def test_a_correction_sent_twice_is_stored_once(ada: APIClient) -> None:
    make_slots(make_target())
    choice = answer(ada)
    key = str(uuid4())
    first, second = (revise(ada, choice, idempotency_key=key) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert code_of(revise(ada, second_choice(ada), idempotency_key=key)) == "idempotency_key_reused"


def second_choice(client: APIClient) -> Choice:
    make_slots(make_target())
    return answer(client)


def test_others_answers_and_old_ones_and_broken_corrections_are_refused(ada: APIClient, bob: APIClient) -> None:
    make_slots(make_target())
    choice = answer(ada)
    assert revise(bob, choice).status_code == 404
    assert bob.get(f"/api/choices/{choice.pk}/").status_code == 404
    assert code_of(revise(ada, choice, comparisons=[])) == "comparisons_incomplete"
    without_reason = answer_body(sorted(map(str, choice.shown_ids)), 1)
    assert code_of(ada.post(f"/api/choices/{choice.pk}/revise/", without_reason, format="json")) == "required"
    Choice.objects.update(created_at=timezone.now() - timedelta(days=8))
    assert code_of(revise(ada, choice)) == "revision_too_late"
    assert Choice.objects.count() == 1


def test_practice_is_final(ada: APIClient) -> None:
    target = make_target()
    better, worse = make_candidates(target, 2)
    campaign = Campaign.objects.create(name="Practice", is_practice=True)
    CampaignTarget.objects.create(target=target, campaign=campaign)
    GoldPair.objects.create(target=target, better=better, worse=worse)
    task = ada.post("/api/assignments/next/", {"campaign_id": campaign.pk}, format="json").json()["assignment"]
    ada.post(f"/api/assignments/{task['id']}/submit/", submit_body(task), format="json")
    assert code_of(revise(ada, Choice.objects.get())) == "practice_is_final"
    assert [one["is_revisable"] for one in ada.get("/api/choices/?mine=1").json()["results"]] == [False]


def test_ones_history_holds_ones_own_answers_as_they_stand(ada: APIClient, bob: APIClient) -> None:
    for _ in range(3):
        make_slots(make_target())
    answers = [answer(ada), answer(ada)]
    answer(bob)
    revise(ada, answers[0])
    lines = ada.get("/api/choices/?mine=1&limit=1").json()
    assert [one["target_id"] for one in lines["results"]] == [answers[0].target_id]
    assert (lines["results"][0]["revision"], lines["results"][0]["is_revisable"]) == (1, True)
    rest = ada.get(lines["next"]).json()
    assert [one["id"] for one in rest["results"]] == [answers[1].pk]
    assert rest["next"] is None


def test_a_rating_from_before_the_five_steps_stands_and_is_called_as_it_was(ada: APIClient) -> None:
    make_slots(make_target())
    choice = answer(ada, rating=0.0)
    detail = ada.get(f"/api/choices/{choice.pk}/").json()
    assert [step["value"] for step in detail["rating_scale"]] == [0.2, 0.4, 0.6, 0.8, 1.0]
    assert (detail["rating"], detail["rating_label"]) == (0.0, "Useless")


def test_an_answer_can_be_looked_at_again_without_learning_who_made_what(ada: APIClient) -> None:
    make_slots(make_target())
    choice = answer(ada, comment="Legs are thin.")
    response = ada.get(f"/api/choices/{choice.pk}/")
    detail = response.json()
    assert [one["id"] for one in detail["candidates"]] == [str(pk) for pk in choice.shown_ids]
    assert (detail["comment"], len(detail["comparisons"])) == ("Legs are thin.", 2)
    names = {step["value"]: step["label"] for step in detail["rating_scale"]}
    assert detail["rating_label"] == names[detail["rating"]]
    assert detail["rejection_reasons"][0].keys() == {"code", "label"}
    text = response.content.decode()
    assert not any(word in text for word in ("network", "checkpoint", "generator", "seed", "sha256", "kind", "gold"))


def test_disagreements_stand_side_by_side(ada: APIClient, bob: APIClient, reviewer: APIClient) -> None:
    target = disputed(ada, bob)
    agreed = make_target()
    make_slots(agreed, overlap=2)
    answer(ada, 0)
    answer(bob, 0)
    (one,) = reviewer.get("/api/disagreements/").json()["results"]
    assert (one["target"]["id"], one["adjudication"]) == (target.pk, None)
    assert {choice["annotator"] for choice in one["choices"]} == {"ada", "bob"}
    assert len(one["candidates"]) == 3
    assert reviewer.get("/api/disagreements/?campaign_id=999").json()["results"] == []
    assert reviewer.get("/api/disagreements/?campaign_id=x").status_code == 400


@pytest.mark.parametrize(("ratings", "is_dispute"), [((0.9, 0.6), False), ((0.9, 0.4), True)])
def test_ratings_far_apart_are_a_disagreement(
    ada: APIClient, bob: APIClient, reviewer: APIClient, ratings: tuple[float, float], is_dispute: bool
) -> None:
    set_overlap(2)
    make_slots(make_target(), overlap=2)
    for client, rating in zip((ada, bob), ratings, strict=True):
        answer(client, rating=rating)
    assert bool(reviewer.get("/api/disagreements/").json()["results"]) is is_dispute


def test_pages_of_disagreements_go_on_where_they_stopped(ada: APIClient, bob: APIClient, reviewer: APIClient) -> None:
    targets = [disputed(ada, bob).pk for _ in range(3)]
    seen, url = [], "/api/disagreements/?limit=2"
    while url:
        page = reviewer.get(url).json()
        seen += [one["target"]["id"] for one in page["results"]]
        url = page["next"]
    assert seen == targets[::-1]


def adjudicate(reviewer: APIClient, target: TargetObject, **body: Any) -> Any:
    return reviewer.post(f"/api/targets/{target.pk}/adjudicate/", {"reason": "Seen both."} | body, format="json")


def test_a_reviewers_word_alone_counts_and_can_be_changed(ada: APIClient, bob: APIClient, reviewer: APIClient) -> None:
    target = disputed(ada, bob)
    derive_records(alpha=0.6)
    assert Record.objects.count() == 2
    winner = Choice.objects.get(annotator__username="bob").winner_id
    word = adjudicate(reviewer, target, outcome="chosen", winner_id=str(winner), rating=0.9)
    assert (word.status_code, word.json()["revision"]) == (201, 0)
    derive_new_records()
    record = Record.objects.get()
    assert (record.choice_id, record.candidate_id) == (word.json()["choice_id"], winner)
    assert PreferencePair.objects.count() == 2  # by the comparisons of the one who agreed
    again = adjudicate(reviewer, target, outcome="none_acceptable")
    assert again.json()["revision"] == 1
    derive_new_records()
    assert (Record.objects.count(), PreferencePair.objects.count()) == (0, 0)
    (one,) = reviewer.get("/api/disagreements/").json()["results"]
    assert (one["adjudication"]["outcome"], one["adjudication"]["annotator"]) == ("none_acceptable", "rhea")
    assert len(one["choices"]) == 2


def test_what_a_reviewer_refuses_goes_to_the_artists(ada: APIClient, bob: APIClient, reviewer: APIClient) -> None:
    target = disputed(ada, bob)
    assert route_rejected_targets() == 0
    adjudicate(reviewer, target, outcome="none_acceptable")
    assert route_rejected_targets() == 1
    assert ArtistJob.objects.get().target_id == target.pk


def test_what_a_reviewer_accepts_does_not(ada: APIClient, reviewer: APIClient) -> None:
    target = make_target()
    make_slots(target)
    choice = answer(ada, **refuse_all())
    adjudicate(reviewer, target, outcome="chosen", winner_id=str(choice.shown_ids[0]), rating=0.8)
    assert route_rejected_targets() == 0


def test_a_reviewer_who_corrects_an_answer_settles_its_object(ada: APIClient, reviewer: APIClient) -> None:
    make_slots(make_target())
    choice = answer(ada, 0)
    response = revise(reviewer, choice, 2)
    assert response.status_code == 201
    word = Choice.objects.get(pk=response.json()["choice_id"])
    assert (word.kind, word.annotator.username, word.comparisons.count()) == ("adjudication", "rhea", 2)
    derive_records(alpha=0.6)
    assert Record.objects.get().choice_id == word.pk


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"outcome": "chosen", "winner_id": str(uuid4()), "rating": 0.5}, "candidate_of_another_task"),
        ({"outcome": "chosen"}, "winner_missing"),
        ({"outcome": "none_acceptable", "rating": 0.5}, "winner_unexpected"),
        ({"outcome": "none_acceptable", "reason": ""}, "blank"),
    ],
)
def test_a_word_that_cannot_be_is_refused(ada: APIClient, reviewer: APIClient, body: dict[str, Any], code: str) -> None:
    target = make_target()
    assert code_of(adjudicate(reviewer, target, outcome="none_acceptable")) == "nothing_to_adjudicate"
    make_slots(target)
    answer(ada)
    assert code_of(adjudicate(reviewer, target, **body)) == code
