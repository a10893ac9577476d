"""Checkpoints and deployments in the admin, to look at."""

from django.contrib import admin

from engine.core.read_only_admin import ReadOnlyAdmin
from engine.registry.models import Checkpoint, Deployment, ModelServerReport


@admin.register(Checkpoint)
class CheckpointAdmin(ReadOnlyAdmin):
    """Weights that exist."""

    list_display = ("checkpoint_sha256", "stage", "recipe", "dataset_sha256", "size_bytes", "created_at")
    list_filter = ("stage",)


@admin.register(Deployment)
class DeploymentAdmin(ReadOnlyAdmin):
    """What was live when, and why."""

    list_display = ("id", "checkpoint", "reason", "is_rollback", "deployed_by", "created_at")


@admin.register(ModelServerReport)
class ModelServerReportAdmin(ReadOnlyAdmin):
    """The last look at the model server."""

    list_display = ("checkpoint_sha256", "error", "checked_at")
