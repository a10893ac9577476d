"""Checkpoints and deployments as JSON."""

from typing import Any

from rest_framework import serializers

from engine.registry.models import Checkpoint, Deployment
from engine.registry.selectors import ModelServerState


class CheckpointSerializer(serializers.ModelSerializer[Checkpoint]):
    """One checkpoint: what it is and where it came from."""

    parent_sha256 = serializers.CharField(source="card.parent_sha256", allow_null=True)
    steps = serializers.IntegerField(source="card.steps")
    seed = serializers.IntegerField(source="card.seed")
    metrics = serializers.DictField(source="card.metrics", child=serializers.FloatField())

    class Meta:
        model = Checkpoint
        fields = [
            "checkpoint_sha256", "stage", "recipe", "parent_sha256", "dataset_sha256", "steps", "seed", "metrics",
            "size_bytes", "created_at",
        ]  # fmt: skip


class DeploymentSerializer(serializers.ModelSerializer[Deployment]):
    """One line of the history of what was live."""

    checkpoint_sha256 = serializers.CharField(source="checkpoint.checkpoint_sha256")
    deployed_by = serializers.CharField(source="deployed_by.username", default=None, allow_null=True)

    class Meta:
        model = Deployment
        fields = ["id", "checkpoint_sha256", "reason", "is_rollback", "deployed_by", "created_at"]


class RollbackSerializer(serializers.Serializer[dict[str, Any]]):
    """Why the live checkpoint is taken off."""

    reason = serializers.CharField(max_length=1000)


class ModelServerSerializer(serializers.Serializer[ModelServerState]):
    """The model server as it answers now."""

    status = serializers.ChoiceField(choices=["down", "empty", "ready"])
    checkpoint_sha256 = serializers.CharField(allow_null=True)
    is_in_sync = serializers.BooleanField()
    error = serializers.CharField(allow_null=True)
