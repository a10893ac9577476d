from collections.abc import Callable

import pytest

from engine.accounts.models import Person
from engine.annotation.models import Assignment
from engine.annotation.services import claim_assignment, open_ready_assignments
from engine.annotation.tasks import open_ready_assignments as task
from engine.candidates.models import GenerationState
from engine.photos.models import Split, TargetObject
from tests.annotation.factories import make_candidates, make_request, make_target, set_overlap

pytestmark = pytest.mark.django_db


def open_with(*, overlap: int) -> int:
    set_overlap(overlap)
    return open_ready_assignments()


def slots_of(target: TargetObject) -> list[int]:
    return list(Assignment.objects.filter(target=target).order_by("slot").values_list("slot", flat=True))


@pytest.mark.parametrize("split", Split.values)
def test_a_target_with_finished_candidates_opens_held_out_or_not(split: str) -> None:
    target = make_target(split=split)
    candidates = make_candidates(target, 4)
    assert open_with(overlap=2) == 2
    first, second = Assignment.objects.filter(target=target).order_by("slot")
    assert set(first.candidate_ids) == {candidate.pk for candidate in candidates}
    assert first.candidate_ids != second.candidate_ids


@pytest.mark.parametrize("state", [GenerationState.WAITING, GenerationState.RUNNING])
def test_a_target_that_still_waits_for_a_generator_does_not_open(state: str) -> None:
    target = make_target()
    make_candidates(target, 4)
    request = make_request(target, generator="retrieval", state=state)
    assert open_with(overlap=1) == 0
    # A generator that gave up does not hold the others back.
    request.state = GenerationState.FAILED
    request.save()
    assert open_with(overlap=1) == 1


@pytest.mark.parametrize("n", [0, 1])
def test_a_target_with_nothing_to_compare_does_not_open(n: int) -> None:
    make_candidates(make_target(), n)
    assert open_with(overlap=1) == 0


def test_a_raised_overlap_adds_slots_and_a_second_sweep_adds_nothing() -> None:
    target = make_target()
    make_candidates(target, 2)
    assert open_with(overlap=1) == 1
    assert open_with(overlap=3) == 2
    assert open_with(overlap=3) == 0
    assert open_with(overlap=1) == 0
    assert slots_of(target) == [0, 1, 2]


def test_the_sweep_goes_on_past_one_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.annotation.services.opening.BATCH", 2)
    for n in (0, 2, 0, 2, 2):
        make_candidates(make_target(), n)
    assert task() == 3


def test_a_lowered_overlap_hands_out_no_further_slots(person: Callable[..., Person]) -> None:
    make_candidates(make_target(), 2)
    open_with(overlap=2)
    set_overlap(1)
    assert claim_assignment(annotator_id=person("annotator").pk) is not None
    assert claim_assignment(annotator_id=person("annotator").pk) is None
