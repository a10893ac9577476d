"""Requests for candidates, and the candidates that generators made for them."""

import uuid

from django.db import models


class GenerationState(models.TextChoices):
    """The way of a request."""

    WAITING = "waiting", "Waiting for a worker"
    RUNNING = "running", "A worker holds it until its lease runs out"
    DONE = "done", "Its candidates exist"
    FAILED = "failed", "Gave up, with a reason; can be retried"


class GenerationRequest(models.Model):
    """One generator's share of the candidates of one target. The row is the outbox: workers claim it by UPDATE."""

    target = models.ForeignKey("photos.TargetObject", on_delete=models.CASCADE, related_name="generation_requests")
    generator = models.CharField(max_length=40)
    batch = models.PositiveSmallIntegerField(default=0, help_text="0 for the first proposals, then counted up")
    n = models.PositiveSmallIntegerField()
    seed = models.BigIntegerField()
    steps = models.PositiveSmallIntegerField()
    guidance = models.FloatField()
    state = models.CharField(max_length=10, choices=GenerationState.choices, default=GenerationState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(null=True, help_text="Back-off after a failure that may pass")
    worker_token = models.UUIDField(null=True)
    lease_expires_at = models.DateTimeField(null=True)
    failure_reason = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["target", "generator", "batch"], name="request_one_per_batch"),
            models.CheckConstraint(condition=models.Q(n__gte=1, n__lte=64), name="request_n_sane"),
        ]
        indexes = [
            models.Index(fields=["id"], name="request_waiting", condition=models.Q(state="waiting")),
            models.Index(fields=["lease_expires_at"], name="request_running", condition=models.Q(state="running")),
            models.Index(fields=["-id"], name="request_failed", condition=models.Q(state="failed")),
        ]


class Candidate(models.Model):
    """One proposed shape: a packed GLB, a preview, a pose. Its id is random, so it tells nothing about its maker."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request = models.ForeignKey(GenerationRequest, on_delete=models.CASCADE, related_name="candidates")
    target = models.ForeignKey("photos.TargetObject", on_delete=models.CASCADE, related_name="candidates")
    ordinal = models.PositiveSmallIntegerField()
    generator = models.CharField(max_length=40)
    checkpoint = models.ForeignKey(
        "registry.Checkpoint", null=True, on_delete=models.PROTECT, related_name="candidates",
        help_text="None for a generator without weights of ours",
    )  # fmt: skip
    seed = models.BigIntegerField()
    steps = models.PositiveSmallIntegerField()
    guidance = models.FloatField()
    glb_sha256 = models.CharField(max_length=64)
    lod_sha256 = models.CharField(
        max_length=64, null=True, help_text="A coarse copy of the GLB; null where the GLB itself is small or older"
    )
    preview_sha256 = models.CharField(max_length=64)
    mask_sha256 = models.CharField(max_length=64, help_text="Of the mask it was made for")
    pointmap = models.ForeignKey(
        "photos.PointmapVersion", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False,
        help_text="The one that its maker was given, if the photo had one then",
    )  # fmt: skip
    pose = models.JSONField(null=True, help_text="contracts.generation.Pose")
    seconds = models.FloatField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["request", "ordinal"], name="candidate_one_per_ordinal")]
