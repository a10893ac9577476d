"""What an annotator is told of a pose: the photo's side, and nothing by which makers could be told apart."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.test import APIClient

from engine.accounts.models import Person
from engine.annotation.input_view import input_view
from engine.annotation.models import Assignment
from engine.candidates.models import Candidate
from engine.photos.models import TargetObject
from tests.annotation.factories import make_candidates, make_slots, make_target


def rotation(seed: int) -> np.ndarray:
    turn: np.ndarray = np.linalg.qr(np.random.default_rng(seed).standard_normal((3, 3)))[0]
    return turn if np.linalg.det(turn) > 0 else -turn


def pose(turn: np.ndarray, translation: Any, scale: Any) -> dict[str, Any]:
    return {"rotation": turn.tolist(), "translation": list(translation), "scale": list(scale)}


def camera(of: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """Return the direction to the camera and its upward axis, as the object sees them, of length one."""
    turn, translation, scale = (np.array(of[name]) for name in ("rotation", "translation", "scale"))
    centre = -(turn @ translation) / scale
    return centre / np.linalg.norm(centre), turn[:, 1]


@given(seed=st.integers(0, 9999), x=st.floats(-1, 1), y=st.floats(-1, 1), size=st.floats(0.5, 2))
def test_the_side_and_the_lean_of_the_photo_are_kept(seed: int, x: float, y: float, size: float) -> None:
    told = pose(rotation(seed), (x, y, 4.0), (size, 1.0, 1.2))
    seen = input_view(told)
    assert seen is not None
    turn = np.array(seen["rotation"])
    assert np.abs(turn @ turn.T - np.eye(3)).max() < 1e-9
    assert np.linalg.det(turn) > 0
    (there, up), (here, up_here) = camera(told), camera(seen)
    assert there @ here > np.cos(np.radians(1))
    level = up - (up @ here) * here
    assert up_here @ level / np.linalg.norm(level) > np.cos(np.radians(2))


def test_sizes_distances_and_digits_are_not_told() -> None:
    turn = rotation(3)
    asset = pose(turn, (0.4, -0.2, 4.0), (1.0, 1.0, 1.0))
    generated = pose(turn.astype(np.float32), (0.2, -0.1, 2.0), [0.5, 0.5, 0.5])
    assert input_view(asset) == input_view(generated)


@pytest.mark.parametrize("scale", [[1.0, 1.0, 0.0], [1.0, 1.0, float("nan")]])
def test_a_pose_that_says_nothing_is_none(scale: list[float]) -> None:
    with np.errstate(divide="ignore", invalid="ignore"):
        assert input_view(pose(np.eye(3), (0.0, 0.0, 4.0), scale)) is None
    assert input_view(pose(np.eye(3), (0.0, 0.0, 0.0), (1, 1, 1))) is None
    assert input_view(None) is None


@pytest.mark.django_db
def test_a_task_and_its_answer_tell_the_side_of_each_candidate(
    person: Callable[..., Person], api: Callable[..., APIClient]
) -> None:
    target = make_target()
    first, second = make_candidates(target, 2)
    told = pose(rotation(5), (0.1, 0.0, 4.0), (1.3, 1.3, 1.3))
    Candidate.objects.filter(pk=first.pk).update(pose=told)
    Candidate.objects.filter(pk=second.pk).update(pose=None)
    Assignment.objects.create(target=target, slot=0, candidate_ids=[first.pk, second.pk])
    client = api(person("annotator"))
    task = client.post("/api/assignments/next/", {}, format="json").json()["assignment"]
    assert {one["id"]: one["pose"] for one in task["candidates"]} == {
        str(first.pk): input_view(told),
        str(second.pk): None,
    }


@pytest.mark.django_db
def test_a_corrected_mask_has_an_address_of_its_own(
    person: Callable[..., Person], api: Callable[..., APIClient]
) -> None:
    target = make_target()
    make_slots(target, n_candidates=2)
    client = api(person("annotator"))
    first = client.post("/api/assignments/next/", {}, format="json").json()["assignment"]["mask_url"]
    TargetObject.objects.filter(pk=target.pk).update(mask_version=3)
    assert client.post("/api/assignments/next/", {}, format="json").json()["assignment"]["mask_url"] != first
