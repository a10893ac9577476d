"""Writes checkpoints, deployments and what is known of the model server."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog
from django.db import connection, transaction

from contracts.checkpoint import CheckpointCard
from contracts.generation import LoadAsk, SignedFile
from engine.accounts.models import Person
from engine.core.clock import now
from engine.core.errors import Conflict, EngineError
from engine.core.messages import publish
from engine.core.storage import blob_store
from engine.registry.card_files import read_checkpoint_folder
from engine.registry.history import checkpoint_before
from engine.registry.model_server import model_server
from engine.registry.models import Checkpoint, Deployment, ModelServerReport
from engine.registry.selectors import live_deployment

log = structlog.get_logger(__name__)

# Any constant: whoever writes a deployment holds this lock until it has committed.
_DEPLOYMENT_LOCK = 0x464C59
_SYNC_LOCK = 0x464C5A


def publish_checkpoint(*, folder: Path) -> Checkpoint:
    """Verify a checkpoint folder, store its weights and register it; the same checkpoint again is the same row.

    Raises InvalidInput when a file is not what the card says, Unavailable when the blob store is down.
    """
    card = read_checkpoint_folder(folder)
    store = blob_store()
    for file in card.files:
        store.put((folder / file.name).read_bytes(), content_type="application/octet-stream")
    checkpoint, _ = Checkpoint.objects.get_or_create(
        checkpoint_sha256=card.checkpoint_sha256,
        defaults={
            "stage": card.stage,
            "recipe": card.recipe,
            "card": card.model_dump(mode="json"),
            # A parent trained elsewhere stays named in the card.
            "parent": Checkpoint.objects.filter(checkpoint_sha256=card.parent_sha256).first(),
            "dataset_sha256": card.dataset_sha256,
            "size_bytes": sum(file.size_bytes for file in card.files),
        },
    )
    return checkpoint


@transaction.atomic
def deploy_checkpoint(*, checkpoint: Checkpoint, reason: str, by: Person | None = None) -> Deployment:
    """Make the checkpoint live; when it is live already, return that deployment."""
    _lock_deployments()
    live = live_deployment()
    if live is not None and live.checkpoint_id == checkpoint.pk:
        return live
    return _write_deployment(checkpoint, reason=reason, by=by, is_rollback=False)


@transaction.atomic
def rollback_deployment(*, reason: str, by: Person | None) -> Deployment:
    """Make the checkpoint live that was live before this one. Raises Conflict when there is none."""
    _lock_deployments()
    history = Deployment.objects.order_by("id").values_list("checkpoint_id", "is_rollback")
    previous = checkpoint_before(history)
    if previous is None:
        raise Conflict("There is no earlier checkpoint to go back to.", code="nothing_to_roll_back_to")
    return _write_deployment(Checkpoint.objects.get(pk=previous), reason=reason, by=by, is_rollback=True)


def sync_model_server() -> ModelServerReport | None:
    """Make the model server hold the live checkpoint, and keep what came of it.

    Returns None when another process is at it: a load takes longer than the time between two calls.
    """
    with _only_one_syncing() as is_mine:
        return _sync_model_server() if is_mine else None


def _sync_model_server() -> ModelServerReport:
    client, held, error = model_server(), None, ""
    try:
        held = client.health().checkpoint_sha256
        live = live_deployment()
        if live is not None and held != live.checkpoint.checkpoint_sha256:
            held = client.load(_load_ask(live.checkpoint)).checkpoint_sha256
            log.info("model_server_switched", checkpoint_sha256=held)
    except EngineError as failure:
        error = str(failure)
        log.warning("model_server_not_in_sync", error=error)
    report, _ = ModelServerReport.objects.update_or_create(
        pk=1, defaults={"checkpoint_sha256": held, "error": error, "checked_at": now()}
    )
    return report


def _load_ask(checkpoint: Checkpoint) -> LoadAsk:
    card = CheckpointCard.model_validate(checkpoint.card)
    store = blob_store()
    files = [SignedFile(name=file.name, url=store.internal_signed_url(file.sha256)) for file in card.files]
    return LoadAsk(card=card, files=files)


@contextmanager
def _only_one_syncing() -> Iterator[bool]:
    # A session lock, not a transaction's: a load may take minutes, and an open transaction holds up vacuum.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_SYNC_LOCK])
        is_mine = bool(cursor.fetchone()[0])
    try:
        yield is_mine
    finally:
        if is_mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_SYNC_LOCK])


def _lock_deployments() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_DEPLOYMENT_LOCK])


def _write_deployment(checkpoint: Checkpoint, *, reason: str, by: Person | None, is_rollback: bool) -> Deployment:
    from engine.registry import tasks

    deployment = Deployment.objects.create(
        checkpoint=checkpoint, reason=reason, deployed_by=by, is_rollback=is_rollback
    )
    publish(tasks.sync_model_server)
    return deployment
