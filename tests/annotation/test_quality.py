"""Figures, flags and priorities out of real rows."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from rest_framework.test import APIClient

from engine.accounts.models import Person
from engine.annotation.models import (
    Assignment,
    AssignmentKind,
    AssignmentState,
    Campaign,
    Choice,
    GoldPair,
    QualityFlag,
)
from engine.annotation.scheduling import Step
from engine.annotation.selectors.agreement import helpful_weights
from engine.annotation.services import Submission, submit_choice
from engine.annotation.services.priorities import ask_where_in_doubt
from engine.annotation.services.quality import find_quality_flags
from engine.photos.models import TargetObject
from tests.annotation.factories import make_candidates, make_slots, make_target

pytestmark = pytest.mark.django_db
Client = Callable[[Person | None], APIClient]
People = Callable[..., Person]


@pytest.fixture
def lead(person: People, api: Client) -> APIClient:
    return api(person("ml_lead", username="lead"))


def new_target(n_candidates: int = 3) -> TargetObject:
    target = make_target()
    make_candidates(target, n_candidates)
    return target


def choose(
    person: Person, target: TargetObject, order: list[int], *, kind: str = AssignmentKind.CHOICE,
    milliseconds: int = 20_000, turned: list[UUID] | None = None, is_winner_left: bool = True, campaign_id: int = 1,
) -> Choice:  # fmt: skip
    """Answer with the target's candidates in this order of merit, the winner always on one side."""
    ids = sorted(target.candidates.values_list("pk", flat=True))
    token = uuid4()
    held = Assignment.objects.create(
        target=target, slot=Assignment.objects.filter(target=target).count(), kind=kind, annotator=person,
        state=AssignmentState.HELD, lease_token=token, lease_expires_at="2100-01-01T00:00Z", candidate_ids=ids,
        campaign_id=campaign_id,
    )  # fmt: skip
    best, *others = (ids[place] for place in order)
    steps = [
        Step(left_id=best, right_id=other, verdict="left", milliseconds=900)
        if is_winner_left
        else Step(left_id=other, right_id=best, verdict="right", milliseconds=900)
        for other in others
    ]
    submission = Submission(
        outcome="chosen", winner_id=best, rating=0.8, comparisons=steps, viewer_mode="clay",
        milliseconds=milliseconds, turned_ids=turned,
    )  # fmt: skip
    return submit_choice(
        annotator=person, assignment_id=held.pk, lease_token=token, idempotency_key=uuid4(), submission=submission
    ).choice


def row_of(lead: APIClient, person: Person) -> Any:
    (row,) = [row for row in lead.get("/api/annotators/").json()["results"] if row["id"] == person.pk]
    return row


def test_a_persons_row_counts_her_work(lead: APIClient, person: People) -> None:
    ada, bob = person("annotator", username="ada"), person("annotator", username="bob")
    for number in range(4):
        target = new_target()
        choose(ada, target, [0, 1, 2], milliseconds=1000 * (number + 1), is_winner_left=number > 0)
        choose(bob, target, [0, 1, 2] if number else [1, 0, 2])
    row = row_of(lead, ada)
    assert (row["n_choices"], row["today"], row["median_milliseconds"]) == (4, 4, 2500)
    assert (row["left_share"]["right"], row["left_share"]["n"]) == (6, 8)
    # On three objects both pairs alike; on the fourth they differ on (0, 1), and neither says more in common.
    assert (row["agreement"]["right"], row["agreement"]["n"]) == (6, 7)
    assert (row["gold"]["n"], row["gold"]["rate"], row["weight"]) == (0, None, 1.0)
    idle = person("annotator")
    assert row_of(lead, idle)["n_choices"] == 0
    assert [row["id"] for row in lead.get("/api/annotators/?limit=1").json()["results"]] == [idle.pk]


def test_gold_counts_towards_weight_but_practice_does_not(lead: APIClient, person: People) -> None:
    ada = person("annotator")
    practice = Campaign.objects.create(name="Practice", is_practice=True)
    for number in range(6):
        target = new_target(2)
        ids = sorted(target.candidates.values_list("pk", flat=True))
        GoldPair.objects.create(target=target, better_id=ids[0], worse_id=ids[1])
        is_practice = number >= 4
        order = [1, 0] if is_practice or number == 0 else [0, 1]
        choose(ada, target, order, kind=AssignmentKind.GOLD, campaign_id=practice.pk if is_practice else 1)
    row = row_of(lead, ada)
    assert (row["gold"]["right"], row["gold"]["n"]) == (3, 4)
    assert row["weight"] == 1.0


def test_repetitions_show_whether_somebody_is_of_one_mind(lead: APIClient, person: People) -> None:
    ada = person("annotator")
    for number in range(3):
        target = new_target(2)
        choose(ada, target, [0, 1])
        choose(ada, target, [0, 1] if number else [1, 0], kind=AssignmentKind.REPEAT)
    row = row_of(lead, ada)
    assert (row["self_consistency"]["right"], row["self_consistency"]["n"]) == (2, 3)


def test_a_persons_page_has_weeks_and_agreement_with_each_other_person(lead: APIClient, person: People) -> None:
    ada, bob, eve = (person("annotator", username=name) for name in ("ada", "bob", "eve"))
    target = new_target(2)
    for somebody, order in ((ada, [0, 1]), (bob, [0, 1]), (eve, [1, 0])):
        choose(somebody, target, order)
    page = lead.get(f"/api/annotators/{ada.pk}/").json()
    assert [week["n"] for week in page["weeks"]] == [1]
    assert {one["username"]: one["agreement"]["rate"] for one in page["with_others"]} == {"bob": 1.0, "eve": 0.0}
    assert lead.get(f"/api/annotators/{Person.objects.get(username='lead').pk}/").status_code == 404


def test_agreement_tells_overall_alpha_and_pairs_with_intervals(lead: APIClient, person: People) -> None:
    empty = lead.get("/api/agreement/").json()
    assert (empty["overall"]["rate"], empty["alpha"], empty["pairs"]) == (None, None, [])
    ada, bob = person("annotator", username="ada"), person("annotator", username="bob")
    for number in range(10):
        target = new_target(2)
        choose(ada, target, [0, 1] if number < 5 else [1, 0])
        choose(bob, target, [0, 1] if number < 4 else [1, 0])
    report = lead.get("/api/agreement/").json()
    assert report["overall"]["rate"] == pytest.approx(0.9)
    assert report["overall"]["low"] < 0.9 < report["overall"]["high"] + 1e-9
    assert 0.7 < report["alpha"] < 0.9
    (pair,) = report["pairs"]
    assert ({pair["one"], pair["other"]}, pair["agreement"]["right"]) == ({"ada", "bob"}, 9)
    assert report["weights"] == {"n_pairs": 0, "right_alike": 0, "right_weighted": 0, "helps": False}
    assert lead.get("/api/agreement/?campaign_id=77").json()["overall"]["n"] == 0


def test_the_human_ceiling_is_measured_between_people_and_not_with_programs(lead: APIClient, person: People) -> None:
    ada, bob = person("annotator", username="ada"), person("annotator", username="bob")
    robot = person("annotator", username="robot")
    Person.objects.filter(pk=robot.pk).update(is_simulated=True)
    nobody = lead.get("/api/agreement/").json()
    assert (nobody["human_ceiling"]["rate"], nobody["published"]["rate"]) == (None, 0.75)
    for number in range(10):
        target = new_target(2)
        choose(ada, target, [0, 1])
        choose(bob, target, [0, 1] if number < 8 else [1, 0])
        choose(robot, target, [1, 0])
    report = lead.get("/api/agreement/").json()
    ceiling = report["human_ceiling"]
    assert (ceiling["n"], ceiling["n_targets"], ceiling["rate"]) == (10, 10, pytest.approx(0.8))
    assert 0.4 < ceiling["low"] < 0.8 < ceiling["high"] <= 1
    assert report["overall"]["rate"] == pytest.approx((8 + 0 + 2) / 30)


def flags_of(lead: APIClient, person: Person) -> dict[str, Any]:
    return {flag["kind"]: flag for flag in lead.get(f"/api/quality-flags/?person_id={person.pk}").json()["results"]}


def test_odd_figures_raise_flags_and_better_ones_withdraw_them(lead: APIClient, person: People) -> None:
    ada, bob = person("annotator"), person("annotator")
    for number in range(42):
        target = new_target(2)
        choose(ada, target, [0, 1], milliseconds=200, turned=[])
        choose(
            bob,
            target,
            [0, 1],
            is_winner_left=number % 2 == 0,
            turned=list(target.candidates.values_list("pk", flat=True)),
        )
    assert lead.post("/api/quality-flags/find/").json() == {"changed": 3}
    flags = flags_of(lead, ada)
    assert set(flags) == {"left_right_bias", "too_fast", "did_not_turn"}
    assert flags["left_right_bias"]["evidence"]["rate"] == 1.0
    assert flags_of(lead, bob) == {}
    assert lead.post("/api/quality-flags/find/").json() == {"changed": 0}
    assert {flag["kind"] for flag in row_of(lead, ada)["flags"]} == set(flags)
    Choice.objects.filter(annotator=ada).update(milliseconds=30_000)
    assert find_quality_flags(person_ids=[ada.pk]) == 1
    assert flags_of(lead, ada)["too_fast"]["state"] == "dismissed"
    Choice.objects.filter(annotator=ada).update(milliseconds=30)
    find_quality_flags(person_ids=[ada.pk])
    assert flags_of(lead, ada)["too_fast"]["state"] == "suspected"


def test_what_a_reviewer_decides_stays_until_she_decides_otherwise(lead: APIClient, person: People) -> None:
    ada = person("annotator")
    for _ in range(25):
        choose(ada, new_target(2), [0, 1], milliseconds=100)
    find_quality_flags()
    flag = flags_of(lead, ada)["too_fast"]
    url = f"/api/quality-flags/{flag['id']}/"
    decided = lead.patch(url, {"state": "dismissed", "note": "Uses the keyboard."}, format="json").json()
    assert (decided["state"], decided["note"], decided["decided_by"]) == ("dismissed", "Uses the keyboard.", "lead")
    find_quality_flags()
    assert flags_of(lead, ada)["too_fast"]["state"] == "dismissed"
    assert row_of(lead, ada)["flags"] == []
    for state in ("confirmed", "suspected"):
        assert lead.patch(url, {"state": state}, format="json").json()["state"] == state
    assert lead.patch(url, {"state": "guilty"}, format="json").status_code == 400
    assert lead.get("/api/quality-flags/?state=guilty").status_code == 400


def test_simulated_people_are_never_suspected(person: People) -> None:
    bot = person("annotator", is_simulated=True)
    for _ in range(25):
        choose(bot, new_target(2), [0, 1], milliseconds=1)
    assert find_quality_flags() == 0
    assert not QualityFlag.objects.exists()


def test_agreement_is_shown_to_annotators_only_where_their_campaign_says_so(person: People, api: Client) -> None:
    ada, bob = person("annotator"), person("annotator")
    target = new_target(2)
    for somebody in (ada, bob):
        choose(somebody, target, [0, 1])
    assert api(ada).get("/api/annotation/progress/").json()["agreement"] is None
    Campaign.objects.update(shows_agreement=True)
    progress = api(ada).get("/api/annotation/progress/").json()
    assert (progress["agreement"]["rate"], progress["gold"]["n"]) == (1.0, 0)


def test_further_slots_are_ordered_by_doubt_behind_what_nobody_has_seen(person: People) -> None:
    ada, bob = person("annotator"), person("annotator")
    settled, open_question, unseen = new_target(2), new_target(2), make_target()
    make_slots(unseen)
    for target, orders in ((settled, [[0, 1], [0, 1]]), (open_question, [[0, 1], [1, 0]])):
        for somebody, order in zip((ada, bob), orders, strict=True):
            choose(somebody, target, order)
        Assignment.objects.create(target=target, slot=2, candidate_ids=[])
    assert ask_where_in_doubt() == 1
    waiting = Assignment.objects.filter(state=AssignmentState.OPEN).order_by("-priority", "slot")
    assert [slot.target_id for slot in waiting] == [unseen.pk, open_question.pk, settled.pk]
    assert ask_where_in_doubt() == 0


def test_people_count_by_gold_only_once_that_is_shown_to_help(person: People) -> None:
    seeing = [person("annotator") for _ in range(2)]
    guessing = [person("annotator") for _ in range(3)]
    target = new_target(2)
    for somebody in seeing:
        choose(somebody, target, [0, 1])
    for somebody in guessing[:2]:
        choose(somebody, target, [1, 0])
    slot = Assignment.objects.create(target=target, slot=9, candidate_ids=[])
    assert helpful_weights() == {}
    ask_where_in_doubt()
    slot.refresh_from_db()
    assert slot.priority == 0  # two against two: nobody knows
    for number in range(16):
        known = new_target(2)
        better, worse = sorted(known.candidates.values_list("pk", flat=True))
        GoldPair.objects.create(target=known, better_id=better, worse_id=worse)
        for somebody in seeing:
            choose(somebody, known, [0, 1], kind=AssignmentKind.GOLD)
        for place, somebody in enumerate(guessing):
            # Wrong together on every other object, where they outvote those who see.
            choose(
                somebody, known, [1, 0] if number % 2 else [(place + number) % 2, 1 - (place + number) % 2], kind="gold"
            )
    weights = helpful_weights()
    assert min(weights[one.pk] for one in seeing) > 1.5
    assert max(weights[one.pk] for one in guessing) < 0.5
    ask_where_in_doubt()
    slot.refresh_from_db()
    assert slot.priority < 0
