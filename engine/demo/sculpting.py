"""Simulated artists give held-out objects their true shape, through the services of artists and reviewers.

A held-out object that only has the choices of annotators is judged against a candidate, often one that the live
checkpoint made itself, which favours that checkpoint. An artist's mesh favours nobody.
"""

from collections.abc import Sequence

import httpx

from contracts.digests import sha256_hex
from engine.accounts.models import Person, Role
from engine.artistry.models import ArtistJobState, MeshUploadState
from engine.artistry.services import complete_upload, create_upload, open_job, review_upload, take_job
from engine.core.errors import Unavailable
from engine.core.storage import blob_store
from engine.demo.hiring import hire_simulated
from engine.demo.models import HiddenTruth
from engine.photos.models import TargetObject

UPLOAD_SECONDS = 30.0


def sculpt_targets(*, targets: Sequence[TargetObject]) -> int:
    """Upload and approve the hidden truth of each target whose job is open; return how many were approved."""
    artist = hire_simulated(username="simulated-artist", role=Role.ARTIST)
    reviewer = hire_simulated(username="simulated-reviewer", role=Role.REVIEWER)
    return sum(_sculpt(target, artist=artist, reviewer=reviewer) for target in targets)


def _sculpt(target: TargetObject, *, artist: Person, reviewer: Person) -> bool:
    job = open_job(target=target, rejects={})
    if job.state != ArtistJobState.OPEN:
        return False
    take_job(job_id=job.pk, artist=artist)
    content = blob_store().get(HiddenTruth.objects.get(target=target).glb_sha256)
    ticket = create_upload(
        job_id=job.pk, artist=artist, file_name="truth.glb", size_bytes=len(content), sha256=sha256_hex(content)
    )
    answer = httpx.put(ticket.url, content=content, headers=ticket.headers, timeout=UPLOAD_SECONDS, trust_env=False)
    if answer.is_error:
        raise Unavailable(f"The blob store refused the upload: {answer.status_code}", code="storage_refused")
    upload = complete_upload(upload_id=ticket.upload.pk, artist=artist)
    if upload.state != MeshUploadState.CHECKED:
        return False
    review_upload(upload_id=upload.pk, reviewer=reviewer, is_approved=True, reason="The hidden truth itself")
    return True
