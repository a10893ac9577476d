"""Many people at once, each on a connection of her own, with leases that end at random."""

import random
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from engine.accounts.models import Person
from engine.annotation.models import (
    Assignment,
    AssignmentKind,
    AssignmentState,
    Campaign,
    Choice,
    Comparison,
    GoldPair,
    Skip,
    SkipReason,
)
from engine.annotation.services import (
    claim_assignment,
    pause_annotator,
    release_assignment,
    resume_annotator,
    skip_assignment,
    submit_choice,
)
from engine.annotation.services.campaigns import change_campaign
from engine.core.errors import Conflict
from tests.annotation.answers import choose_first
from tests.annotation.factories import make_slots, make_target, set_overlap

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE, TARGETS, OVERLAP = 24, 30, 2


@dataclass
class Diary:
    """What one person was told."""

    stored: list[int] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)


def work(person: Person, *, seed: int, start: threading.Barrier, diary: Diary) -> None:
    """Claim until there is nothing: mostly answer, sometimes twice, sometimes give up, lose the lease, skip, rest."""
    rng = random.Random(seed)
    try:
        connection.ensure_connection()
        start.wait(timeout=30)
        misses = 0
        while misses < 3:
            claimed = claim_assignment(annotator_id=person.pk)
            if claimed is None:
                misses += 1
                continue
            token = {"annotator_id": person.pk, "assignment_id": claimed.id, "lease_token": claimed.lease_token}
            whim = rng.random()
            try:
                if whim < 0.15:
                    # The lease ends in the person's hands; she answers all the same, if nobody was faster.
                    ago = timezone.now() - timedelta(seconds=1)
                    Assignment.objects.filter(pk=claimed.id, lease_token=claimed.lease_token).update(
                        lease_expires_at=ago
                    )
                if whim > 0.95:
                    release_assignment(**token)
                elif whim > 0.92:
                    skip_assignment(**token, reason=SkipReason.OTHER)
                elif whim > 0.89:
                    pause_annotator(annotator=person)
                    resume_annotator(annotator=person)
                else:
                    key = uuid4()
                    for _ in range(2 if whim < 0.4 else 1):
                        stored = submit_choice(
                            annotator=person, assignment_id=claimed.id, lease_token=claimed.lease_token,
                            idempotency_key=key, submission=choose_first(claimed),
                        )  # fmt: skip
                    diary.stored.append(stored.choice_id)
            except Conflict as error:
                if error.code not in {"lease_taken", "lease_expired"}:
                    raise
    except Exception as error:
        diary.errors.append(error)
    finally:
        connection.close()


def run(people: list[Person], also: Callable[[], None] | None = None) -> list[Diary]:
    start = threading.Barrier(len(people))
    diaries = [Diary() for _ in people]
    with ThreadPoolExecutor(max_workers=len(people) + 1) as pool:
        jobs = [
            pool.submit(work, person, seed=number, start=start, diary=diaries[number])
            for number, person in enumerate(people)
        ]
        if also is not None:
            jobs.append(pool.submit(also))
        for job in jobs:
            job.result(timeout=200)
    return diaries


def check_rows(diaries: list[Diary]) -> None:
    """What people were told is what is stored, once, and nobody was asked the same twice."""
    assert [error for diary in diaries for error in diary.errors] == []
    told = [pk for diary in diaries for pk in diary.stored]
    assert sorted(told) == sorted(Choice.objects.values_list("pk", flat=True))
    assert Comparison.objects.count() == len(told)
    asked = Choice.objects.values_list("annotator", "target", "kind")
    assert len(asked) == len(set(asked))
    assert len(set(Choice.objects.values_list("assignment", flat=True))) == len(told)
    skipped = set(Skip.objects.values_list("annotator", "target"))
    by_time = set(Choice.objects.values_list("annotator", "target"))
    assert not skipped & by_time
    wanted = Counter(Choice.objects.filter(kind=AssignmentKind.CHOICE).values_list("target", flat=True))
    assert max(wanted.values(), default=0) <= OVERLAP


@pytest.fixture
def people(person: Callable[..., Person]) -> list[Person]:
    everybody = [person("annotator") for _ in range(PEOPLE)]
    connection.close()
    return everybody


def test_no_object_goes_beyond_its_overlap_and_no_answer_is_lost(people: list[Person]) -> None:
    set_overlap(OVERLAP)
    for _ in range(TARGETS):
        make_slots(make_target(), n_candidates=2, overlap=OVERLAP)
    diaries = run(people)
    check_rows(diaries)
    # Whoever found everything held may have stopped early: those who come later finish the rest.
    for somebody in people:
        diary = Diary()
        work(somebody, seed=0, start=threading.Barrier(1), diary=diary)
        diaries.append(diary)
    check_rows(diaries)
    left = Assignment.objects.exclude(state=AssignmentState.SUBMITTED)
    assert not left.exists(), list(left.values("state", "target"))


def test_rules_that_change_under_full_load_hold_from_then_on(people: list[Person]) -> None:
    set_overlap(OVERLAP)
    Campaign.objects.update(gold_rate=0.2, repeat_rate=0.1)
    for _ in range(TARGETS):
        target = make_target()
        make_slots(target, n_candidates=2, overlap=OVERLAP)
    for _ in range(5):
        (gold,) = make_slots(make_target(), n_candidates=2)
        GoldPair.objects.create(target=gold.target, better_id=gold.candidate_ids[0], worse_id=gold.candidate_ids[1])

    def change() -> None:
        try:
            for number in range(12):
                overlap = 1 + number % 2
                change_campaign(campaign_id=1, changes={"overlap": overlap, "is_paused": number % 3 == 2})
        finally:
            change_campaign(campaign_id=1, changes={"overlap": 1, "is_paused": False})
            connection.close()

    diaries = run(people, also=change)
    check_rows(diaries)
    beyond = Assignment.objects.filter(kind=AssignmentKind.CHOICE, slot__gte=1)
    assert not beyond.filter(state=AssignmentState.OPEN).exists()
    assert not Assignment.objects.filter(state=AssignmentState.HELD, kind=AssignmentKind.CHOICE, slot=0).exists()
