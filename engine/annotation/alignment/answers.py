"""Takes a person's pose, looks at it again, and stores it; fits one through the model server."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from django.db import IntegrityError, transaction
from numpy.typing import NDArray
from PIL import Image

from contracts.alignment import AlignAnswer, AlignAsk
from contracts.generation import CAMERA_FOCAL, Pose
from engine.accounts.models import Person
from engine.annotation.alignment.models import Alignment, AlignmentMethod, AlignmentState, AlignmentTask
from engine.annotation.alignment.placing import check_focal, check_in_front, pose_json, read_pose, seen_through
from engine.annotation.alignment.silhouettes import Fit, Placement, placed_fit
from engine.annotation.alignment.tasks import held_task, refuse_old_mask, refuse_stale
from engine.candidates.packing import Shape, read_shape
from engine.core.errors import Conflict
from engine.core.storage import blob_store
from engine.photos.models import PointmapVersion
from engine.photos.pointmaps import from_npy
from engine.photos.selectors import latest_pointmap
from engine.registry.model_server import model_server


@dataclass(frozen=True, kw_only=True)
class SentAlignment:
    """What a person sends. ``browser_iou`` is what her screen said; the server counts again."""

    pose: Mapping[str, Any]
    focal: float
    method: AlignmentMethod
    browser_iou: float | None
    milliseconds: int


@dataclass(frozen=True, kw_only=True)
class StoredAlignment:
    """The stored row; ``is_new`` is false when it had been stored by an earlier sending."""

    alignment: Alignment
    is_new: bool


@dataclass(frozen=True)
class _Measured:
    placement: Placement
    fit: Fit
    standard: Placement
    standard_iou: float
    pointmap: PointmapVersion | None


def _mask_of(task: AlignmentTask) -> NDArray[np.bool_]:
    with Image.open(io.BytesIO(blob_store().get(task.target.mask_sha256))) as image:
        mask: NDArray[np.bool_] = np.asarray(image.convert("L")) > 0
    return mask


def _shape_of(task: AlignmentTask) -> Shape:
    return read_shape(blob_store().get(task.candidate.glb_sha256))


def _measure(task: AlignmentTask, sent: SentAlignment) -> _Measured:
    """Check the pose and draw it. Raises InvalidInput."""
    placement, focal = read_pose(sent.pose), check_focal(sent.focal)
    shape, mask, pointmap = _shape_of(task), _mask_of(task), latest_pointmap(task.target.photo_id)
    check_in_front(placement.apply(shape.vertices_V3))
    points = None if pointmap is None else from_npy(blob_store().get(pointmap.grid_sha256))
    fit = placed_fit(shape.vertices_V3, shape.faces_F3, placement, mask_HW=mask, focal=focal, points_HW3=points)
    standard = seen_through(placement, focal=focal)
    if standard is placement:
        return _Measured(placement, fit, standard, fit.iou, pointmap)
    # Through a wider lens the shape comes nearer: a part of a deep one may reach behind the camera.
    check_in_front(standard.apply(shape.vertices_V3))
    seen = placed_fit(shape.vertices_V3, shape.faces_F3, standard, mask_HW=mask, focal=CAMERA_FOCAL)
    return _Measured(placement, fit, standard, seen.iou, pointmap)


def _stored_before(*, annotator: Person, task_id: int, idempotency_key: UUID) -> Alignment | None:
    stored = Alignment.objects.filter(annotator=annotator, idempotency_key=idempotency_key).first()
    return stored if stored is not None and stored.task_id == task_id else None


@transaction.atomic
def _store(
    *, annotator: Person, task_id: int, lease_token: UUID, idempotency_key: UUID, sent: SentAlignment, seen: _Measured
) -> StoredAlignment:
    rows = AlignmentTask.objects.select_for_update(of=("self",)).select_related("candidate", "target")
    task = rows.get(pk=task_id)
    if not task.is_held_by(annotator_id=annotator.pk, lease_token=lease_token):
        stored = _stored_before(annotator=annotator, task_id=task_id, idempotency_key=idempotency_key)
        if stored is None:
            refuse_stale(task=task, annotator_id=annotator.pk)
        return StoredAlignment(alignment=stored, is_new=False)
    refuse_old_mask(task)
    alignment = Alignment.objects.create(
        task=task, target_id=task.target_id, candidate_id=task.candidate_id, annotator=annotator,
        pose=pose_json(seen.placement), focal=sent.focal, standard_pose=pose_json(seen.standard),
        server_iou=seen.fit.iou, standard_iou=seen.standard_iou, browser_iou=sent.browser_iou,
        pointmap=seen.pointmap, server_residual=seen.fit.residual, method=sent.method,
        milliseconds=sent.milliseconds, idempotency_key=idempotency_key,
        is_simulated=annotator.is_simulated or task.target.is_simulated,
    )  # fmt: skip
    task.state, task.draft, task.draft_by = AlignmentState.DONE, None, None
    task.save(update_fields=["state", "draft", "draft_by"])
    return StoredAlignment(alignment=alignment, is_new=True)


def submit_alignment(
    *, annotator: Person, task_id: int, lease_token: UUID, idempotency_key: UUID, sent: SentAlignment
) -> StoredAlignment:
    """Store the pose and end the task. The same key sent again returns what was stored.

    Raises Conflict (lease_taken, lease_expired, already_submitted, idempotency_key_reused), NotFound, InvalidInput.
    """
    stored = _stored_before(annotator=annotator, task_id=task_id, idempotency_key=idempotency_key)
    if stored is not None:
        return StoredAlignment(alignment=stored, is_new=False)
    task = held_task(annotator_id=annotator.pk, task_id=task_id, lease_token=lease_token, is_locked=False)
    refuse_old_mask(task)
    # Fetched and drawn before anything is locked.
    seen = _measure(task, sent)
    try:
        return _store(
            annotator=annotator, task_id=task_id, lease_token=lease_token, idempotency_key=idempotency_key, sent=sent,
            seen=seen,
        )  # fmt: skip
    except IntegrityError as error:
        if "alignment_sent_once" not in str(error):
            raise
        raise Conflict(
            "This idempotency key was used for another task. Send the pose with a new key.",
            code="idempotency_key_reused", field="idempotency_key",
        ) from error  # fmt: skip


def snap_alignment(
    *, annotator: Person, task_id: int, lease_token: UUID, pose: Mapping[str, Any], focal: float
) -> AlignAnswer:
    """Let the model server fit the pose to the mask, and to the pointmap if the photo has one. Nothing is stored.

    Raises Unavailable when the server does not answer.
    """
    task = held_task(annotator_id=annotator.pk, task_id=task_id, lease_token=lease_token, is_locked=False)
    placement, pointmap = read_pose(pose), latest_pointmap(task.target.photo_id)
    ask = AlignAsk.model_construct(
        glb=blob_store().get(task.candidate.glb_sha256), mask=blob_store().get(task.target.mask_sha256),
        pose=Pose.model_validate(pose_json(placement)), focal=check_focal(focal),
        points=None if pointmap is None else blob_store().get(pointmap.grid_sha256),
    )  # fmt: skip
    return model_server().align(ask)
