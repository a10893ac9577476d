import copy
import io
import json
import math
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from engine.accounts.models import Person
from engine.annotation.alignment.selectors import placed_poses
from engine.annotation.alignment.tasks import open_alignment_tasks
from engine.annotation.models import Alignment, AlignmentState, AlignmentTask, Choice
from engine.annotation.services import pause_annotator, resume_annotator
from engine.photos.models import PointmapVersion, TargetObject
from engine.photos.services.pointmaps import add_pointmap
from tests.annotation.alignments import HEIGHT, POSE, WIDTH, answer, choose_box
from tests.photos.test_pointmaps import wall

pytestmark = pytest.mark.django_db
NEXT = "/api/alignments/next/"


@pytest.fixture
def ada(person: Callable[..., Person]) -> Person:
    return person("annotator", username="ada")


@pytest.fixture
def grace(person: Callable[..., Person]) -> Person:
    return person("annotator", username="grace")


def next_task(client: APIClient) -> dict[str, Any]:
    response = client.post(NEXT, {}, format="json")
    assert response.status_code == 200, response.json()
    task: dict[str, Any] = response.json()["task"]
    return task


def post(client: APIClient, task: dict[str, Any], verb: str, body: dict[str, Any]) -> Any:
    return client.post(f"/api/alignments/{task['id']}/{verb}/", body, format="json")


def pose_with(**changes: Any) -> dict[str, Any]:
    return copy.deepcopy(POSE) | changes


def test_a_chosen_shape_is_placed_and_its_silhouette_measured(ada: Person, api: Callable[..., APIClient]) -> None:
    choice = choose_box(ada)
    client = api(ada)
    task = next_task(client)
    assert task["target_id"] == choice.target_id
    assert task["pose"] == POSE
    assert (task["width"], task["height"], task["focal"]) == (640, 480, 2.5)
    response = post(client, task, "submit", answer(task, browser_iou=0.98))
    assert response.status_code == 201, response.json()
    assert response.json()["server_iou"] > 0.98
    stored = Alignment.objects.get(pk=response.json()["alignment_id"])
    assert stored.pose == stored.standard_pose == POSE
    assert client.post(NEXT, {}, format="json").json()["task"] is None


def test_a_shape_beside_its_mask_is_measured_as_such(ada: Person, api: Callable[..., APIClient]) -> None:
    choose_box(ada)
    client = api(ada)
    task = next_task(client)
    # Half a front face to the viewer's left: the camera's x points left.
    moved = pose_with(translation=[0.5, 0.0, 4.0])
    iou = post(client, task, "submit", answer(task, pose=moved)).json()["server_iou"]
    # Half of it is shared, and a little of the box's side comes into view.
    assert 0.29 < iou < 0.34


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"scale": [1.0, 0.0, 1.0]}, "scale_zero"),
        ({"scale": [1.0, -1.0, 1.0]}, "scale_zero"),
        ({"rotation": [[1.0, 0.0, 0.0], [0.0, 1.01, 0.0], [0.0, 0.0, 1.0]]}, "rotation_not_orthonormal"),
        ({"rotation": [[-1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]}, "rotation_not_orthonormal"),
        ({"rotation": [[0.0] * 3] * 3}, "rotation_not_orthonormal"),
        ({"translation": [0.0, 0.0, -4.0]}, "behind_camera"),
        ({"translation": [0.0, 0.0, 0.2]}, "behind_camera"),
        ({"translation": [0.0, 0.0, 1e300]}, "pose_not_finite"),
    ],
)
def test_a_pose_that_cannot_be_is_refused(
    ada: Person, api: Callable[..., APIClient], changes: dict[str, Any], code: str
) -> None:
    choose_box(ada)
    client = api(ada)
    task = next_task(client)
    response = post(client, task, "submit", answer(task, pose=pose_with(**changes)))
    assert (response.status_code, response.json()["errors"][0]["code"]) == (400, code)
    assert not Alignment.objects.exists()
    assert AlignmentTask.objects.get().state == AlignmentState.HELD


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_a_number_that_is_none_is_refused(ada: Person, api: Callable[..., APIClient], number: str) -> None:
    choose_box(ada)
    client = api(ada)
    task = next_task(client)
    text = json.dumps(answer(task)).replace("4.0", number)
    response = client.post(f"/api/alignments/{task['id']}/submit/", text, content_type="application/json")
    assert response.status_code == 400
    assert not Alignment.objects.exists()


def test_the_same_answer_twice_is_stored_once(ada: Person, api: Callable[..., APIClient]) -> None:
    choose_box(ada)
    client = api(ada)
    task = next_task(client)
    body = answer(task)
    first, second = post(client, task, "submit", body), post(client, task, "submit", body)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    other = post(client, task, "submit", body | {"idempotency_key": str(uuid4())})
    assert (other.status_code, other.json()["errors"][0]["code"]) == (409, "already_submitted")
    assert Alignment.objects.count() == 1


def test_a_key_of_another_task_is_refused(ada: Person, api: Callable[..., APIClient]) -> None:
    choose_box(ada)
    choose_box(ada)
    client = api(ada)
    first = next_task(client)
    body = answer(first)
    post(client, first, "submit", body)
    second = next_task(client)
    assert second["id"] != first["id"]
    response = post(client, second, "submit", answer(second, idempotency_key=body["idempotency_key"]))
    assert (response.status_code, response.json()["errors"][0]["code"]) == (409, "idempotency_key_reused")


def test_two_people_never_hold_the_same_shape(ada: Person, grace: Person, api: Callable[..., APIClient]) -> None:
    choose_box(ada)
    mine = next_task(api(ada))
    assert next_task(api(ada))["lease_token"] == mine["lease_token"]
    assert next_task(api(grace)) is None
    AlignmentTask.objects.update(lease_expires_at=timezone.now() - timedelta(seconds=1))
    theirs = next_task(api(grace))
    assert theirs["id"] == mine["id"]
    response = post(api(ada), mine, "submit", answer(mine))
    assert (response.status_code, response.json()["errors"][0]["code"]) == (409, "lease_taken")


def test_a_draft_comes_back_to_whoever_made_it(ada: Person, grace: Person, api: Callable[..., APIClient]) -> None:
    choose_box(ada)
    task = next_task(api(ada))
    body = {"lease_token": task["lease_token"], "draft": {"version": 1, "pose": POSE}}
    assert api(ada).put(f"/api/alignments/{task['id']}/draft/", body, format="json").status_code == 200
    assert next_task(api(ada))["draft"] == body["draft"]
    AlignmentTask.objects.update(lease_expires_at=timezone.now() - timedelta(seconds=1))
    assert next_task(api(grace))["draft"] is None


def test_a_task_given_back_goes_behind_the_others(ada: Person, api: Callable[..., APIClient]) -> None:
    choose_box(ada)
    choose_box(ada)
    client = api(ada)
    first = next_task(client)
    assert post(client, first, "release", {"lease_token": first["lease_token"]}).status_code == 204
    assert next_task(client)["id"] != first["id"]


def test_a_heartbeat_prolongs_the_lease(ada: Person, api: Callable[..., APIClient]) -> None:
    choose_box(ada)
    client = api(ada)
    task = next_task(client)
    AlignmentTask.objects.update(lease_expires_at=timezone.now() + timedelta(seconds=1))
    response = post(client, task, "heartbeat", {"lease_token": task["lease_token"]})
    assert response.status_code == 200
    assert AlignmentTask.objects.get().lease_expires_at > timezone.now() + timedelta(seconds=60)  # type: ignore[operator]


def test_only_shapes_that_will_do_are_placed_and_each_once(ada: Person, grace: Person) -> None:
    choose_box(ada, rating=0.2)
    good = choose_box(ada)
    Choice.objects.create(
        assignment=good.assignment, target=good.target, annotator=grace, outcome="chosen", winner=good.winner,
        rating=1.0, revision=1, shown_ids=[], viewer_mode="clay", milliseconds=1, idempotency_key=uuid4(),
        is_simulated=False,
    )  # fmt: skip
    open_alignment_tasks()
    open_alignment_tasks()
    assert [task.candidate_id for task in AlignmentTask.objects.all()] == [good.winner_id]


def put_wall(choice: Choice, *, metres: float, focal: float = 2.5) -> PointmapVersion:
    """Give the photo a pointmap: a wall across the line of sight."""
    content = io.BytesIO()
    np.save(content, wall(width=WIDTH, height=HEIGHT, metres=metres, focal=focal))
    return add_pointmap(photo=choice.target.photo, content=content.getvalue(), by=None)[0]


def test_a_pointmap_tells_how_far_the_surface_is_off(ada: Person, api: Callable[..., APIClient]) -> None:
    choice = choose_box(ada)
    # The front face of the box, 4 cm farther away than at POSE.
    pointmap = put_wall(choice, metres=3.54)
    client = api(ada)
    task = next_task(client)
    assert task["points_url"] == f"/api/assets/photos/{choice.target.photo_id}/points/0"
    assert task["points_focal"] == pytest.approx(2.5, rel=1e-3)
    response = post(client, task, "submit", answer(task))
    assert response.json()["server_residual"] == pytest.approx(0.04, abs=1e-5)
    stored = Alignment.objects.get()
    assert (stored.pointmap, stored.server_residual) == (pointmap, response.json()["server_residual"])


def test_a_task_begins_with_the_lens_of_the_pointmap(ada: Person, api: Callable[..., APIClient]) -> None:
    choice = choose_box(ada)
    put_wall(choice, metres=1.5, focal=1.25)
    client = api(ada)
    task = next_task(client)
    assert task["focal"] == task["points_focal"] == pytest.approx(1.25, rel=1e-3)
    # Half the lens from half as far: the middle of the box is as large as through the standard one.
    assert task["pose"]["translation"] == pytest.approx([0, 0, 2.0], rel=1e-3)
    response = post(client, task, "submit", answer(task, pose=task["pose"], focal=task["focal"]))
    assert response.json()["server_residual"] == pytest.approx(0, abs=2e-3)
    assert Alignment.objects.get().standard_pose["translation"] == pytest.approx([0, 0, 4.0])


def test_without_a_pointmap_there_is_no_residual(ada: Person, api: Callable[..., APIClient]) -> None:
    choose_box(ada)
    client = api(ada)
    task = next_task(client)
    assert (task["points_url"], task["points_focal"]) == (None, None)
    assert post(client, task, "submit", answer(task)).json()["server_residual"] is None


def test_a_corrected_mask_has_an_address_of_its_own(ada: Person, api: Callable[..., APIClient]) -> None:
    choice = choose_box(ada)
    first = next_task(api(ada))["mask_url"]
    TargetObject.objects.filter(pk=choice.target_id).update(mask_version=1)
    assert next_task(api(ada))["mask_url"] != first


def test_a_shape_of_a_mask_that_was_corrected_is_nobodys_task(
    ada: Person, grace: Person, api: Callable[..., APIClient]
) -> None:
    choice, later = choose_box(ada), choose_box(ada)
    client = api(ada)
    task = next_task(client)
    assert task["target_id"] == choice.target_id
    TargetObject.objects.filter(pk__in=[choice.target_id, later.target_id]).update(mask_sha256="0" * 64)
    response = post(client, task, "submit", answer(task))
    assert (response.status_code, response.json()["errors"][0]["code"]) == (409, "mask_changed")
    assert not Alignment.objects.exists()
    assert next_task(client) is None
    assert post(client, task, "release", {"lease_token": task["lease_token"]}).status_code == 204
    assert next_task(api(grace)) is None
    # Never opened while stale, and opened once the old mask counts again.
    fresh = choose_box(ada)
    TargetObject.objects.filter(pk=fresh.target_id).update(mask_sha256="0" * 64)
    assert open_alignment_tasks() == 0
    TargetObject.objects.filter(pk=fresh.target_id).update(mask_sha256=fresh.winner.mask_sha256)  # type: ignore[union-attr]
    assert open_alignment_tasks() == 1


def test_another_lens_is_kept_and_told_in_the_standard_one(ada: Person, api: Callable[..., APIClient]) -> None:
    choice = choose_box(ada)
    client = api(ada)
    task = next_task(client)
    # Twice the lens from twice as far, the mask of the standard one: a flatter view of nearly the same size.
    body = answer(task, pose=pose_with(translation=[0.0, 0.0, 7.5]), focal=5.0)
    response = post(client, task, "submit", body)
    assert response.status_code == 201, response.json()
    stored = Alignment.objects.get()
    assert stored.pose["translation"] == [0.0, 0.0, 7.5]
    assert stored.standard_pose["translation"] == [0.0, 0.0, 3.75]
    assert stored.server_iou > 0.97
    assert math.isclose(stored.standard_iou, (3.5 / 3.25) ** -2, abs_tol=0.02)
    assert choice.winner_id is not None
    assert placed_poses([choice.winner_id]) == {choice.winner_id: stored.standard_pose}


def test_whoever_rests_gets_nothing_and_is_told_why(ada: Person, api: Callable[..., APIClient]) -> None:
    choose_box(ada)
    pause_annotator(annotator=ada)
    answer_ = api(ada).post(NEXT, {}, format="json").json()
    assert answer_["task"] is None
    assert "paused" in answer_["empty_message"]
    resume_annotator(annotator=ada)
    assert next_task(api(ada)) is not None


def test_without_a_model_server_a_snap_says_so(ada: Person, api: Callable[..., APIClient]) -> None:
    choose_box(ada)
    client = api(ada)
    task = next_task(client)
    response = post(client, task, "snap", {"lease_token": task["lease_token"], "pose": POSE, "focal": 2.5})
    assert (response.status_code, response.json()["errors"][0]["code"]) == (503, "model_server_down")
