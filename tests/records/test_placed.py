"""Records carry the pose that a person gave the shape."""

import copy
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from engine.accounts.models import Person
from engine.annotation.models import Alignment, AlignmentTask, Choice
from engine.records.models import PreferencePair, Record
from engine.records.services import derive_new_records, derive_records
from tests.records.factories import POSE, choose, make_stored_candidates, make_stored_target

pytestmark = pytest.mark.django_db


@pytest.fixture
def choice(person: Callable[..., Person]) -> Choice:
    target = make_stored_target()
    make_stored_candidates(target)
    return choose(person("annotator"), target)


def place(choice: Choice, *, depth: float) -> dict[str, Any]:
    """Store an alignment of the winner, whose own lens is not the standard one, and return its standard pose."""
    assert choice.winner_id is not None
    task, _ = AlignmentTask.objects.get_or_create(
        target=choice.target, candidate_id=choice.winner_id, defaults={"choice_id": choice.pk}
    )
    standard: dict[str, Any] = copy.deepcopy(POSE) | {"translation": [0.0, 0.0, depth]}
    Alignment.objects.create(
        task=task, target=choice.target, candidate_id=choice.winner_id, annotator=choice.annotator, pose=POSE,
        focal=5.0, standard_pose=standard, server_iou=0.9, standard_iou=0.9, method="keys", milliseconds=1,
        idempotency_key=uuid4(), is_simulated=False,
    )  # fmt: skip
    return standard


def test_the_latest_placing_is_the_pose_of_record_and_pair(choice: Choice) -> None:
    derive_records(alpha=0.6)
    assert Record.objects.get().pose == POSE
    place(choice, depth=3.0)
    latest = place(choice, depth=5.0)
    derive_records(alpha=0.6)
    assert Record.objects.get().pose == latest
    assert [pair.winner_pose for pair in PreferencePair.objects.all()] == [latest, latest]


def test_a_placing_after_the_last_derivation_is_new_history(choice: Choice) -> None:
    derive_records(alpha=0.6)
    standard = place(choice, depth=3.0)
    assert derive_new_records() is not None
    assert Record.objects.get().pose == standard
    assert derive_new_records() is None
