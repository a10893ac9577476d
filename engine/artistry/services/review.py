"""A second pair of eyes: approve a mesh or send it back."""

from uuid import UUID

from django.db import transaction

from engine.accounts.models import Person
from engine.artistry.models import ArtistJobState, MeshUpload, MeshUploadState
from engine.artistry.services.jobs import lock_job
from engine.core.clock import now
from engine.core.errors import Conflict, InvalidInput, NotAllowed, NotFound


@transaction.atomic
def review_upload(*, upload_id: UUID, reviewer: Person, is_approved: bool, reason: str) -> MeshUpload:
    """Approve the mesh, or send it back to its artist with a reason; never one's own."""
    upload = MeshUpload.objects.select_for_update().filter(pk=upload_id).first()
    if upload is None:
        raise NotFound("There is no such upload.", code="upload_unknown")
    if upload.artist_id == reviewer.pk:
        raise NotAllowed("Nobody reviews their own mesh. Ask another reviewer.", code="own_upload")
    if upload.state != MeshUploadState.CHECKED:
        raise Conflict("Only a mesh that waits for review can be reviewed.", code="not_in_review")
    if not is_approved and not reason.strip():
        raise InvalidInput("Tell the artist what to change.", code="reason_missing", field="reason")
    job = lock_job(upload.job_id)
    upload.state = MeshUploadState.APPROVED if is_approved else MeshUploadState.REJECTED
    upload.reviewed_by, upload.review_reason, upload.reviewed_at = reviewer, reason, now()
    upload.save(update_fields=["state", "reviewed_by", "review_reason", "reviewed_at"])
    job.state = ArtistJobState.APPROVED if is_approved else ArtistJobState.TAKEN
    job.save(update_fields=["state"])
    return upload
