"""Reads raw history out of the database as the facts that derivation works on."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet

from engine.annotation.alignment.selectors import placed_poses
from engine.annotation.models import Alignment, AssignmentKind, Choice, Comparison
from engine.artistry.models import JobReject, MeshUpload, MeshUploadState
from engine.candidates.models import Candidate
from engine.records.derivation import CandidateFact, ChoiceFact, ComparisonFact, UploadFact, Verdict

CHUNK = 500


def _candidate_fact(candidate: Candidate, placed: Mapping[UUID, Any] | None = None) -> CandidateFact:
    """``placed``: where people put candidates in their photos; their word counts for more than a generator's."""
    return CandidateFact(
        id=candidate.pk, glb_sha256=candidate.glb_sha256, pose=(placed or {}).get(candidate.pk, candidate.pose),
        is_own=candidate.checkpoint_id is not None,
    )  # fmt: skip


# Answers to gold and repeated tasks tell about the person, not about the object.
RECORDED_KINDS = [AssignmentKind.CHOICE, AssignmentKind.ADJUDICATION]


def _with_all_of_their_targets(choices: Sequence[Choice]) -> list[Choice]:
    """Add the other choices about the same targets: a later word may lie in another chunk."""
    target_ids = {choice.target_id for choice in choices}
    rows = Choice.objects.filter(target__in=target_ids, kind__in=RECORDED_KINDS)
    return list(rows.select_related("target").order_by("pk"))


def choice_facts(choices: Sequence[Choice]) -> list[ChoiceFact]:
    """Return the facts of these choices and of all others about the same targets."""
    whole = _with_all_of_their_targets(choices)
    comparisons: dict[int, list[ComparisonFact]] = defaultdict(list)
    for row in Comparison.objects.filter(choice__in=[choice.pk for choice in whole]).order_by("choice", "ordinal"):
        comparisons[row.choice_id].append(
            ComparisonFact(id=row.pk, left_id=row.left_id, right_id=row.right_id, verdict=cast(Verdict, row.verdict))
        )
    shown_ids = {candidate_id for choice in whole for candidate_id in choice.shown_ids}
    placed = placed_poses(shown_ids)
    found = {row.pk: _candidate_fact(row, placed) for row in Candidate.objects.filter(pk__in=shown_ids)}
    return [
        ChoiceFact(
            id=choice.pk, assignment_id=choice.assignment_id, revision=choice.revision, target_id=choice.target_id,
            winner_id=choice.winner_id, rating=choice.rating, comparisons=comparisons[choice.pk],
            candidates={pk: found[pk] for pk in choice.shown_ids if pk in found},
            is_simulated=choice.is_simulated or choice.target.is_simulated,
            is_adjudication=choice.kind == AssignmentKind.ADJUDICATION,
        )
        for choice in whole
    ]  # fmt: skip


def upload_facts(uploads: Sequence[MeshUpload]) -> list[UploadFact]:
    """Return the facts of these approved uploads."""
    rejects: dict[int, list[CandidateFact]] = defaultdict(list)
    job_ids = {upload.job_id for upload in uploads}
    for row in JobReject.objects.filter(job__in=job_ids).select_related("candidate").order_by("pk"):
        rejects[row.job_id].append(_candidate_fact(row.candidate))
    return [
        UploadFact(
            id=upload.pk, target_id=upload.job.target_id, glb_sha256=cast(str, upload.glb_sha256),
            rejects=rejects[upload.job_id], is_simulated=upload.artist.is_simulated or upload.job.target.is_simulated,
        )
        for upload in uploads
    ]  # fmt: skip


def choices_in_chunks(*, after_id: int) -> Iterator[list[Choice]]:
    """Yield choices in order of key, at most CHUNK at a time, so that memory does not grow with history."""
    last_id = after_id
    recorded = Choice.objects.filter(kind__in=RECORDED_KINDS)
    while chunk := list(recorded.filter(pk__gt=last_id).order_by("pk")[:CHUNK]):
        yield chunk
        last_id = chunk[-1].pk


def choices_placed_since(since: datetime) -> Iterator[list[Choice]]:
    """Yield the choices whose winners were placed in their photos since then, in chunks."""
    placed = Alignment.objects.filter(created_at__gte=since).values("candidate")
    last_id = 0
    recorded = Choice.objects.filter(kind__in=RECORDED_KINDS, winner__in=placed)
    while chunk := list(recorded.filter(pk__gt=last_id).order_by("pk")[:CHUNK]):
        yield chunk
        last_id = chunk[-1].pk


def approved_uploads_in_chunks(*, only_new: bool) -> Iterator[list[MeshUpload]]:
    """Yield approved uploads by key; with ``only_new``, those that have no record yet."""
    rows: QuerySet[MeshUpload] = MeshUpload.objects.filter(state=MeshUploadState.APPROVED)
    if only_new:
        rows = rows.filter(record__isnull=True)
    rows = rows.select_related("job__target", "artist").order_by("pk")
    last_id = UUID(int=0)
    while chunk := list(rows.filter(pk__gt=last_id)[:CHUNK]):
        yield chunk
        last_id = chunk[-1].pk
