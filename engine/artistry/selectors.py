"""What can be asked about artists' jobs."""

from uuid import UUID

from django.db.models import Prefetch, QuerySet

from engine.artistry.models import ArtistJob, JobReject, MeshUpload
from engine.core.errors import NotFound


def jobs(*, state: str | None = None) -> QuerySet[ArtistJob]:
    """Return jobs with all that their JSON shows."""
    rows = ArtistJob.objects.select_related("target__photo", "artist").prefetch_related(
        Prefetch("rejects", JobReject.objects.order_by("pk")),
        Prefetch("uploads", MeshUpload.objects.order_by("-version")),
    )
    return rows if state is None else rows.filter(state=state)


def job_by_id(job_id: int) -> ArtistJob:
    """Return one job. Raises NotFound."""
    job = jobs().filter(pk=job_id).first()
    if job is None:
        raise NotFound("There is no such job.", code="job_missing")
    return job


def packed_sha256(upload_id: UUID) -> str:
    """Return the digest of an upload's packed mesh. Raises NotFound, also for a mesh that has not passed its checks."""
    sha256 = MeshUpload.objects.filter(pk=upload_id).values_list("glb_sha256", flat=True).first()
    if sha256 is None:
        raise NotFound("There is no checked mesh of this upload.", code="mesh_missing")
    return sha256
