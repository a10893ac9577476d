"""Opens, hands out, keeps and gives back tasks of alignment."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NoReturn
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Case, Exists, F, Max, OuterRef, Q, QuerySet, Value, When

from engine.annotation.alignment.exif import exif_focal
from engine.annotation.alignment.models import AlignmentState, AlignmentTask
from engine.annotation.models import AnnotatorPause, AssignmentKind, Choice, Outcome
from engine.annotation.services.leases import Lease
from engine.core.clock import now
from engine.core.errors import Conflict, EngineError, NotFound
from engine.core.storage import blob_store
from engine.photos.models import PointmapVersion
from engine.photos.selectors import latest_pointmap

# Keys are given out before their rows can be seen: a choice that took long to commit may lie below a newer one.
_LATE_ROWS = 1000
_OPENED_AT_ONCE = 50


@dataclass(frozen=True, kw_only=True)
class ClaimedAlignment:
    """One task in a person's hands. ``task`` comes with candidate, target and photo; ``draft`` is her own."""

    task: AlignmentTask
    pointmap: PointmapVersion | None
    draft: Any
    server_time: datetime


def open_alignment_tasks() -> int:
    """Open a task for each candidate that was chosen and rated acceptable since the last call; return how many.

    One candidate is placed once, however many people chose it; none that was made for a mask since corrected.
    Bounded: some at a time, oldest choice first.
    """
    last = AlignmentTask.objects.aggregate(last=Max("choice_id"))["last"] or 0
    later = Choice.objects.filter(assignment=OuterRef("assignment"), revision__gt=OuterRef("revision"))
    known = AlignmentTask.objects.filter(target=OuterRef("target"), candidate=OuterRef("winner"))
    wanted = (
        Choice.objects.filter(
            ~Exists(later), ~Exists(known),
            pk__gt=last - _LATE_ROWS, outcome=Outcome.CHOSEN, rating__gte=settings.ENVIRONMENT.record_alpha,
            kind__in=[AssignmentKind.CHOICE, AssignmentKind.ADJUDICATION],
            winner__mask_sha256=F("target__mask_sha256"),
        )
        .order_by("pk")
        .values_list("target", "winner", "pk")[:_OPENED_AT_ONCE]
    )  # fmt: skip
    # Two winners of one batch may be the same: the constraint keeps one.
    tasks = [AlignmentTask(target_id=target, candidate_id=winner, choice_id=pk) for target, winner, pk in wanted]
    return len(AlignmentTask.objects.bulk_create(tasks, ignore_conflicts=True))


def _queue(annotator_id: int) -> QuerySet[AlignmentTask]:
    """Tasks that this person may take: what she holds, then what she began, then the others, those of others last."""
    is_free = Q(state=AlignmentState.OPEN) | Q(state=AlignmentState.HELD, lease_expires_at__lt=now())
    is_mine = Q(state=AlignmentState.HELD, annotator_id=annotator_id)
    place = Case(
        When(is_mine, then=Value(0)), When(draft_by=annotator_id, then=Value(1)),
        When(state=AlignmentState.HELD, then=Value(2)), default=Value(3),
    )  # fmt: skip
    tasks = AlignmentTask.objects.filter(
        is_mine | is_free & Q(target__is_mask_flagged=False), candidate__mask_sha256=F("target__mask_sha256")
    )
    return tasks.order_by(place, F("priority").desc(), "pk")


@transaction.atomic
def _take(annotator_id: int) -> int | None:
    task = _queue(annotator_id).select_for_update(skip_locked=True, of=("self",)).first()
    if task is None:
        return None
    if task.state != AlignmentState.HELD or task.annotator_id != annotator_id:
        task.state, task.annotator_id, task.lease_token, task.leased_at = (
            AlignmentState.HELD, annotator_id, uuid.uuid4(), now(),
        )  # fmt: skip
    task.lease_expires_at = now() + timedelta(seconds=settings.ENVIRONMENT.lease_seconds)
    task.save()
    return task.pk


def _read_exif(task: AlignmentTask) -> None:
    """Look once into the photo's file. A store that is down tells nothing, and is asked again next time."""
    if task.is_exif_read:
        return
    try:
        task.exif_focal = exif_focal(blob_store().get(task.target.photo.photo_sha256))
    except EngineError:
        return
    task.is_exif_read = True
    task.save(update_fields=["exif_focal", "is_exif_read"])


def is_paused(*, annotator_id: int) -> bool:
    """Whether the person has paused herself: then nothing is handed out to her."""
    return AnnotatorPause.objects.filter(annotator_id=annotator_id).exists()


def claim_alignment(*, annotator_id: int) -> ClaimedAlignment | None:
    """Give the person a shape to place, or None: there is none, or she rests. Asked again, the one that she holds, with
    its lease renewed.
    """
    if is_paused(annotator_id=annotator_id):
        return None
    task_id = _take(annotator_id)
    if task_id is None and open_alignment_tasks():
        task_id = _take(annotator_id)
    if task_id is None:
        return None
    task = AlignmentTask.objects.select_related("candidate", "target__photo").get(pk=task_id)
    _read_exif(task)
    return ClaimedAlignment(
        task=task, pointmap=latest_pointmap(task.target.photo_id),
        draft=task.draft if task.draft_by_id == annotator_id else None, server_time=now(),
    )  # fmt: skip


def refuse_stale(*, task: AlignmentTask | None, annotator_id: int) -> NoReturn:
    """Say why the task is not this person's (any more). Raises NotFound or Conflict."""
    if task is None:
        raise NotFound("There is no such task.", code="alignment_missing")
    if task.state == AlignmentState.DONE:
        raise Conflict("This shape has been placed already. Ask for the next one.", code="already_submitted")
    if task.state == AlignmentState.HELD:
        raise Conflict(
            "The task went to somebody else, or you opened it anew elsewhere. Ask for the next one.", code="lease_taken"
        )
    raise Conflict("The lease has ended. Ask for the next task.", code="lease_expired")


def refuse_old_mask(task: AlignmentTask) -> None:
    """Refuse a shape made for a mask that has been corrected since. Raises Conflict."""
    if task.candidate.mask_sha256 != task.target.mask_sha256:
        raise Conflict(
            "The mask of this object was corrected meanwhile, and this shape was made for the old one. "
            "Give the task back; the next one comes.", code="mask_changed",
        )  # fmt: skip


def held_task(*, annotator_id: int, task_id: int, lease_token: UUID, is_locked: bool = True) -> AlignmentTask:
    """Return the task, locked until the transaction ends unless asked otherwise. Raises unless the person holds it."""
    rows = AlignmentTask.objects.filter(pk=task_id)
    task = (rows.select_for_update() if is_locked else rows.select_related("candidate", "target")).first()
    if task is None or not task.is_held_by(annotator_id=annotator_id, lease_token=lease_token):
        refuse_stale(task=task, annotator_id=annotator_id)
    return task


@transaction.atomic
def renew_alignment_lease(*, annotator_id: int, task_id: int, lease_token: UUID) -> Lease:
    """Prolong the lease; also one that has just run out, as long as nobody else has taken the task."""
    task = held_task(annotator_id=annotator_id, task_id=task_id, lease_token=lease_token)
    time = now()
    task.lease_expires_at = time + timedelta(seconds=settings.ENVIRONMENT.lease_seconds)
    task.save(update_fields=["lease_expires_at"])
    return Lease(lease_expires_at=task.lease_expires_at, server_time=time)


@transaction.atomic
def save_alignment_draft(*, annotator_id: int, task_id: int, lease_token: UUID, body: Any) -> datetime:
    """Keep what the person has done so far and return when it was saved. Outlives the lease."""
    task = held_task(annotator_id=annotator_id, task_id=task_id, lease_token=lease_token)
    task.draft, task.draft_by_id = body, annotator_id
    task.save(update_fields=["draft", "draft_by"])
    return now()


@transaction.atomic
def release_alignment(*, annotator_id: int, task_id: int, lease_token: UUID) -> None:
    """Give the task back. It goes behind the others, or the same person would get it again at once."""
    task = held_task(annotator_id=annotator_id, task_id=task_id, lease_token=lease_token)
    AlignmentTask.objects.filter(pk=task.pk).update(
        state=AlignmentState.OPEN, annotator=None, lease_token=None, leased_at=None, lease_expires_at=None,
        priority=F("priority") - 1, draft=None, draft_by=None,
    )  # fmt: skip
