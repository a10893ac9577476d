"""Opening, taking and giving back jobs."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db import transaction

from engine.accounts.models import Person
from engine.artistry.models import ArtistJob, ArtistJobState, JobReject
from engine.core.clock import now
from engine.core.errors import Conflict, NotAllowed, NotFound
from engine.photos.models import TargetObject


@transaction.atomic
def open_job(*, target: TargetObject, rejects: Mapping[UUID, Sequence[str]]) -> ArtistJob:
    """Open the target's job with the candidates that were refused; a target has one job, whoever asks again."""
    job, _ = ArtistJob.objects.get_or_create(target=target)
    JobReject.objects.bulk_create(
        (JobReject(job=job, candidate_id=pk, reasons=list(reasons)) for pk, reasons in rejects.items()),
        ignore_conflicts=True,
    )
    return job


def lock_job(job_id: int) -> ArtistJob:
    """Return the job, locked until the transaction ends. Raises NotFound."""
    job = ArtistJob.objects.select_for_update().filter(pk=job_id).first()
    if job is None:
        raise NotFound("There is no such job.", code="job_missing")
    return job


@transaction.atomic
def take_job(*, job_id: int, artist: Person) -> ArtistJob:
    """Give the job to the artist; for whoever holds it already, nothing changes. Raises Conflict, NotFound."""
    job = lock_job(job_id)
    if job.state == ArtistJobState.TAKEN and job.artist_id == artist.pk:
        return job
    if job.state != ArtistJobState.OPEN:
        raise Conflict("Somebody else has taken this job. Pick another one.", code="job_taken")
    job.state, job.artist, job.taken_at = ArtistJobState.TAKEN, artist, now()
    job.save(update_fields=["state", "artist", "taken_at"])
    return job


@transaction.atomic
def release_job(*, job_id: int, artist: Person) -> ArtistJob:
    """Give the job back; versions that were uploaded stay. Raises Conflict, NotAllowed, NotFound."""
    job = lock_job(job_id)
    if job.state != ArtistJobState.TAKEN:
        raise Conflict("Only a job that somebody works on can be given back.", code="job_not_taken")
    if job.artist_id != artist.pk:
        raise NotAllowed("Somebody else works on this job.", code="job_taken")
    job.state, job.artist, job.taken_at = ArtistJobState.OPEN, None, None
    job.save(update_fields=["state", "artist", "taken_at"])
    return job
