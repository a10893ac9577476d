"""Real connections in real threads: what the unique slot, the locks and the token are for."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, TypeVar
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from engine.accounts.models import Person
from engine.annotation.models import Assignment, AssignmentState, Choice, Comparison
from engine.annotation.services import ClaimedAssignment, claim_assignment, submit_choice
from engine.core.errors import Conflict
from tests.annotation.answers import choose_first
from tests.annotation.factories import make_slots, make_target, set_overlap

pytestmark = pytest.mark.django_db(transaction=True)
T = TypeVar("T")


def at_once(calls: list[Callable[[], T]]) -> list[T | Exception]:
    """Run the calls at the same moment, each on its own connection; return results or what was raised."""
    barrier = threading.Barrier(len(calls))

    def run(call: Callable[[], T]) -> T | Exception:
        try:
            barrier.wait(timeout=20)
            return call()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=len(calls)) as pool:
        return list(pool.map(run, calls))


def submit(person: Person, claimed: ClaimedAssignment, key: Any = None) -> bool:
    return submit_choice(
        annotator=person, assignment_id=claimed.id, lease_token=claimed.lease_token, idempotency_key=key or uuid4(),
        submission=choose_first(claimed),
    ).is_new  # fmt: skip


@pytest.fixture(autouse=True)
def _pool_for_all(settings: Any) -> None:
    connection.close()


def people(person: Callable[..., Person], n: int) -> list[Person]:
    return [person("annotator") for _ in range(n)]


def test_twenty_people_claim_at_once_and_nobody_gets_anothers(person: Callable[..., Person]) -> None:
    for _ in range(15):
        make_slots(make_target(), n_candidates=2)
    everybody = people(person, 20)
    got = at_once([lambda p=p: claim_assignment(annotator_id=p.pk) for p in everybody])  # type: ignore[misc]
    held = [claimed.id for claimed in got if isinstance(claimed, ClaimedAssignment)]
    assert not [error for error in got if isinstance(error, Exception)]
    assert len(held) == len(set(held)) == 15
    assert Assignment.objects.filter(state=AssignmentState.HELD).values("annotator").distinct().count() == 15


def test_the_tabs_of_one_person_never_hold_two_slots_of_one_object(person: Callable[..., Person]) -> None:
    set_overlap(6)
    make_slots(make_target(), n_candidates=2, overlap=6)
    ada = person("annotator")
    got = at_once([lambda: claim_assignment(annotator_id=ada.pk) for _ in range(6)])
    assert not [error for error in got if isinstance(error, Exception)]
    assert Assignment.objects.filter(annotator=ada).count() == 1


def test_one_answer_sent_twice_at_once_is_stored_once(person: Callable[..., Person]) -> None:
    make_slots(make_target())
    ada, key = person("annotator"), uuid4()
    claimed = claim_assignment(annotator_id=ada.pk)
    assert claimed is not None
    got = at_once([lambda: submit(ada, claimed, key) for _ in range(4)])
    assert Counter(got) == {True: 1, False: 3}
    assert (Choice.objects.count(), Comparison.objects.count()) == (1, 2)


def test_two_different_answers_at_once_leave_one_and_tell_the_other(person: Callable[..., Person]) -> None:
    make_slots(make_target())
    ada = person("annotator")
    claimed = claim_assignment(annotator_id=ada.pk)
    assert claimed is not None
    got = at_once([lambda: submit(ada, claimed) for _ in range(2)])
    (conflict,) = [error for error in got if isinstance(error, Conflict)]
    assert conflict.code == "already_submitted"
    assert Choice.objects.count() == 1


def test_a_lease_that_runs_out_while_submitting_goes_to_exactly_one(person: Callable[..., Person]) -> None:
    for _ in range(8):
        make_slots(make_target(), n_candidates=2)
        ada, bob = people(person, 2)
        claimed = claim_assignment(annotator_id=ada.pk)
        assert claimed is not None
        Assignment.objects.filter(pk=claimed.id).update(lease_expires_at=timezone.now() - timedelta(seconds=1))
        sent, taken = at_once([lambda: submit(ada, claimed), lambda: claim_assignment(annotator_id=bob.pk)])  # noqa: B023
        if sent is True:
            assert taken is None
            assert Choice.objects.filter(assignment_id=claimed.id).count() == 1
        else:
            assert isinstance(sent, Conflict)
            assert isinstance(taken, ClaimedAssignment)
            assert submit(bob, taken)


def test_work_goes_on_until_every_slot_is_answered_once(person: Callable[..., Person]) -> None:
    set_overlap(2)
    for _ in range(10):
        make_slots(make_target(), n_candidates=2, overlap=2)

    def work(p: Person) -> int:
        n = 0
        while (claimed := claim_assignment(annotator_id=p.pk)) is not None:
            submit(p, claimed)
            n += 1
        return n

    everybody = people(person, 5)
    got = at_once([lambda p=p: work(p) for p in everybody])  # type: ignore[misc]
    assert not [error for error in got if isinstance(error, Exception)]
    for p in everybody:  # whoever found all held may come again
        work(p)
    assert Choice.objects.count() == 20
    assert Choice.objects.values("target", "annotator").distinct().count() == 20
