"""Rounds: from a frozen dataset to a deployed or refused checkpoint."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class RoundState(models.TextChoices):
    """The way of a round."""

    QUEUED = "queued", "Waiting for a worker with a GPU queue"
    FREEZING = "freezing", "Freezing the dataset versions"
    TRAINING = "training", "Training"
    EVALUATING = "evaluating", "Scoring the new and the live checkpoint on held-out objects"
    JUDGING = "judging", "Deciding"
    DEPLOYED = "deployed", "The new checkpoint went live"
    REFUSED = "refused", "The gate kept the live checkpoint, with the reason"
    FAILED = "failed", "Stopped by an error, with the reason; can be retried"
    CANCELLED = "cancelled", "Stopped by a person"


ACTIVE_STATES = [
    RoundState.FREEZING, RoundState.TRAINING, RoundState.EVALUATING, RoundState.JUDGING,
]  # fmt: skip


class Round(models.Model):
    """One turn of the wheel. A worker holds it by a lease that it renews; a dead worker's round is claimed again."""

    name = models.CharField(max_length=120)
    state = models.CharField(max_length=12, choices=RoundState.choices, default=RoundState.QUEUED)
    state_reason = models.TextField(blank=True)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    alpha = models.FloatField()
    recipe = models.CharField(max_length=60)
    seed = models.BigIntegerField()
    sft_steps = models.PositiveIntegerField(null=True)
    dpo_steps = models.PositiveIntegerField(null=True)
    rate_factor = models.FloatField(default=1.0, help_text="Multiplies the learning rates of the recipe's stages")
    is_simulated_allowed = models.BooleanField(default=True, help_text="Whether simulated choices may train")
    live_checkpoint = models.ForeignKey(
        "registry.Checkpoint", null=True, on_delete=models.PROTECT, related_name="+",
        help_text="What was live when it began: the parent of training and the one to beat",
    )  # fmt: skip
    train_version = models.ForeignKey(
        "records.DatasetVersion", null=True, on_delete=models.PROTECT, related_name="trained_rounds"
    )
    heldout_version = models.ForeignKey(
        "records.DatasetVersion", null=True, on_delete=models.PROTECT, related_name="judged_rounds"
    )
    verdict = models.JSONField(null=True, help_text="What the gate decided, with its numbers")
    deployment = models.OneToOneField("registry.Deployment", null=True, on_delete=models.PROTECT, related_name="round")
    is_cancel_requested = models.BooleanField(default=False)
    worker_token = models.UUIDField(null=True)
    lease_expires_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # Two rounds at once would both start from the same live checkpoint, and the second would undo the first.
            models.UniqueConstraint(
                models.Value(1), name="round_one_active", condition=Q(state__in=[s.value for s in ACTIVE_STATES])
            )
        ]


class RoundEvent(models.Model):
    """One line of a round's timeline."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="events")
    state = models.CharField(max_length=12, choices=RoundState.choices)
    note = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)


class TrainingRunState(models.TextChoices):
    """The way of one stage."""

    WAITING = "waiting", "Not started"
    RUNNING = "running", "A trainer runs or will be resumed"
    DONE = "done", "Its checkpoint exists"
    SKIPPED = "skipped", "Nothing to learn from, with the reason"
    FAILED = "failed", "The trainer stopped with an error"
    CANCELLED = "cancelled", "Stopped by a person"


class TrainingRun(models.Model):
    """One stage of a round: one trainer process, its progress and its checkpoint."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="training_runs")
    stage = models.CharField(max_length=10)
    state = models.CharField(max_length=10, choices=TrainingRunState.choices, default=TrainingRunState.WAITING)
    state_reason = models.TextField(blank=True)
    run_folder = models.CharField(max_length=500, blank=True, help_text="Relative to the data folder")
    attempts = models.PositiveSmallIntegerField(default=0)
    step = models.PositiveIntegerField(default=0, help_text="How many steps are finished")
    n_steps = models.PositiveIntegerField(null=True)
    loss = models.FloatField(null=True)
    losses = models.JSONField(default=list, help_text="A thinned curve: at most 200 pairs of step and loss")
    eta_seconds = models.FloatField(null=True)
    metrics = models.JSONField(default=dict)
    log_tail = models.TextField(blank=True)
    checkpoint = models.ForeignKey(
        "registry.Checkpoint", null=True, on_delete=models.PROTECT, related_name="training_runs"
    )
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "stage"], name="run_one_per_stage")]


class Evaluation(models.Model):
    """One checkpoint's scores on the held-out objects of a round."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="evaluations")
    checkpoint = models.ForeignKey("registry.Checkpoint", on_delete=models.PROTECT, related_name="evaluations")
    role = models.CharField(max_length=12, choices=[("live", "Live"), ("challenger", "Challenger")])
    report = models.JSONField(help_text="contracts.training.EvaluationReport")
    summary = models.JSONField(help_text="Mean and interval by metric")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "role"], name="evaluation_one_per_role")]
