"""Uploads of meshes: signed, sent straight to the blob store, then fetched, checked and packed.

An upload stays pending until its checks have come to an end, so whatever breaks off in between can be asked for again.
"""

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from contracts.digests import sha256_hex
from engine.accounts.models import Person
from engine.artistry.glb_container import RefusedMeshError
from engine.artistry.mesh_checks import CheckedMesh, check_mesh
from engine.artistry.models import ArtistJob, ArtistJobState, MeshUpload, MeshUploadState
from engine.artistry.services.jobs import lock_job
from engine.core.clock import now
from engine.core.errors import Conflict, InvalidInput, NotAllowed, NotFound, TooLarge
from engine.core.storage import blob_store

GLB_TYPE = "model/gltf-binary"


@dataclass(frozen=True, kw_only=True)
class UploadTicket:
    """Where the browser sends the file, and with which headers."""

    upload: MeshUpload
    url: str
    headers: dict[str, str]


def _require_holder(job: ArtistJob, *, artist: Person) -> None:
    if job.state != ArtistJobState.TAKEN or job.artist_id != artist.pk:
        raise Conflict("Take the job first; a mesh in review waits for the reviewer.", code="job_not_yours")


def _check_size(size_bytes: int) -> None:
    limit = settings.ENVIRONMENT.max_mesh_bytes
    if size_bytes > limit:
        raise TooLarge(
            f"The file has {size_bytes / 2**20:.1f} MB; at most {limit / 2**20:.0f} MB are taken.",
            code="mesh_too_large", field="size_bytes",
        )  # fmt: skip


@transaction.atomic
def create_upload(*, job_id: int, artist: Person, file_name: str, size_bytes: int, sha256: str) -> UploadTicket:
    """Sign an upload for the next version of the job's mesh. Raises Conflict, NotFound, TooLarge."""
    _check_size(size_bytes)
    job = lock_job(job_id)
    _require_holder(job, artist=artist)
    last = job.uploads.aggregate(last=Max("version"))["last"] or 0
    upload = MeshUpload.objects.create(
        job=job, artist=artist, version=last + 1, file_name=file_name, declared_size_bytes=size_bytes,
        declared_sha256=sha256,
    )  # fmt: skip
    url = blob_store().signed_upload(upload_key=str(upload.pk), content_type=GLB_TYPE)
    return UploadTicket(upload=upload, url=url, headers={"Content-Type": GLB_TYPE})


def _fetch(upload: MeshUpload) -> bytes:
    """Return the bytes that arrived, if they are the ones that were declared."""
    key = str(upload.pk)
    try:
        size_bytes = blob_store().upload_size(upload_key=key)
    except NotFound as error:
        raise Conflict(
            "The file has not arrived. Send it to the signed address first.", code="upload_missing"
        ) from error
    if size_bytes == upload.declared_size_bytes:
        content = blob_store().read_upload(upload_key=key)
        if sha256_hex(content) == upload.declared_sha256:
            return content
    raise InvalidInput(
        "What arrived is not the file that was announced: size or SHA-256 differ. Send it again.",
        code="upload_damaged",
    )


@transaction.atomic
def _conclude(*, upload_id: UUID, checked: CheckedMesh | None, refusal: str) -> MeshUpload:
    upload = MeshUpload.objects.select_for_update().get(pk=upload_id)
    if upload.state != MeshUploadState.PENDING:
        return upload  # the same call, sent twice, came here first
    upload.completed_at = now()
    if checked is None:
        upload.state, upload.refusal_reasons = MeshUploadState.REFUSED, [refusal]
    else:
        job = lock_job(upload.job_id)
        _require_holder(job, artist=upload.artist)
        upload.state, upload.report = MeshUploadState.CHECKED, checked.report
        upload.glb_sha256 = sha256_hex(checked.glb)
        job.state = ArtistJobState.IN_REVIEW
        job.save(update_fields=["state"])
    upload.save()
    return upload


def complete_upload(*, upload_id: UUID, artist: Person) -> MeshUpload:
    """Check what was uploaded: a good mesh is packed and goes to review, a bad one is refused with the reason.

    Asked again, it tells the same. Raises Conflict, InvalidInput, NotAllowed, NotFound, and Unavailable while the
    blob store is down: then the upload is still pending.
    """
    upload = MeshUpload.objects.select_related("job").filter(pk=upload_id).first()
    if upload is None:
        raise NotFound("There is no such upload.", code="upload_unknown")
    if upload.artist_id != artist.pk:
        raise NotAllowed("Somebody else uploads this mesh.", code="upload_not_yours")
    if upload.state != MeshUploadState.PENDING:
        return upload
    _require_holder(upload.job, artist=artist)
    content = _fetch(upload)
    try:
        checked = check_mesh(content)
    except RefusedMeshError as error:
        return _conclude(upload_id=upload_id, checked=None, refusal=str(error))
    blob_store().put(checked.glb, content_type=GLB_TYPE)
    return _conclude(upload_id=upload_id, checked=checked, refusal="")
