"""Reads checkpoints, deployments and the model server's state."""

from dataclasses import dataclass

from django.db.models import QuerySet

from engine.core.errors import NotFound, Unavailable
from engine.registry.model_server import model_server
from engine.registry.models import Checkpoint, Deployment, ModelServerReport


@dataclass(frozen=True, kw_only=True)
class ModelServerState:
    """What the model server says now: ``down``, ``empty`` or ``ready``, and whether it holds the live checkpoint."""

    status: str
    checkpoint_sha256: str | None
    is_in_sync: bool
    error: str | None


def live_deployment() -> Deployment | None:
    """Return the deployment that is live: the newest."""
    return Deployment.objects.select_related("checkpoint").order_by("-id").first()


def live_checkpoint() -> Checkpoint | None:
    """Return the checkpoint that is live."""
    deployment = live_deployment()
    return deployment.checkpoint if deployment else None


def checkpoints() -> QuerySet[Checkpoint]:
    """Return every checkpoint with its parent."""
    return Checkpoint.objects.select_related("parent")


def checkpoint_by_digest(checkpoint_sha256: str) -> Checkpoint:
    """Return one checkpoint. Raises NotFound."""
    checkpoint = checkpoints().filter(checkpoint_sha256=checkpoint_sha256).first()
    if checkpoint is None:
        raise NotFound("There is no such checkpoint.", code="checkpoint_unknown")
    return checkpoint


def deployments() -> QuerySet[Deployment]:
    """Return the whole history of what was live."""
    return Deployment.objects.select_related("checkpoint", "deployed_by")


def lineage_of(checkpoint: Checkpoint) -> list[Checkpoint]:
    """Return the checkpoint and its ancestors, youngest first."""
    chain: list[Checkpoint] = []
    current: Checkpoint | None = checkpoint
    while current is not None and current not in chain:
        chain.append(current)
        current = current.parent
    return chain


def model_server_state() -> ModelServerState:
    """Ask the model server; add why the last try to make it hold the live checkpoint failed."""
    live = live_checkpoint()
    report = ModelServerReport.objects.filter(pk=1).first()
    try:
        health = model_server().health()
    except Unavailable as failure:
        return ModelServerState(status="down", checkpoint_sha256=None, is_in_sync=False, error=str(failure))
    is_in_sync = health.checkpoint_sha256 == (live.checkpoint_sha256 if live else None)
    error = None if is_in_sync or report is None else report.error or None
    return ModelServerState(
        status=health.status, checkpoint_sha256=health.checkpoint_sha256, is_in_sync=is_in_sync, error=error
    )
