"""Checkpoints and deployments: where the flywheel's circle is cut. Candidates point here, rounds write here."""

from django.conf import settings
from django.db import models


class Checkpoint(models.Model):
    """Weights that exist, named by the digest of their card. The shards lie in the blob store."""

    checkpoint_sha256 = models.CharField(max_length=64, unique=True)
    stage = models.CharField(max_length=20)
    recipe = models.CharField(max_length=100)
    card = models.JSONField(help_text="contracts.checkpoint.CheckpointCard")
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    dataset_sha256 = models.CharField(max_length=64, null=True, help_text="The dataset version it learnt from")
    size_bytes = models.PositiveBigIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)


class Deployment(models.Model):
    """One line of the append-only history of what was live. The newest line is live."""

    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.PROTECT, related_name="deployments")
    reason = models.TextField()
    is_rollback = models.BooleanField(default=False)
    deployed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)


class ModelServerReport(models.Model):
    """What the last look at the model server found. One row: it says why a deployed checkpoint does not answer yet."""

    checkpoint_sha256 = models.CharField(max_length=64, null=True, help_text="What the server holds")
    error = models.TextField(blank=True, help_text="Why it does not hold the live checkpoint, if it should")
    checked_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="model_server_report_one_row")]
