"""Who places what, and where it was placed."""

from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class AlignmentState(models.TextChoices):
    """The way of one task."""

    OPEN = "open", "Nobody holds it"
    HELD = "held", "One person holds it until the lease runs out"
    DONE = "done", "The shape was placed"


class AlignmentTask(models.Model):
    """One chosen candidate that shall be placed in its photo, and the lease of whoever holds it now."""

    target = models.ForeignKey("photos.TargetObject", on_delete=models.CASCADE, related_name="alignment_tasks")
    candidate = models.ForeignKey("candidates.Candidate", on_delete=models.CASCADE, related_name="+", db_index=False)
    choice_id = models.BigIntegerField(db_index=True, help_text="The choice that asked for it")
    state = models.CharField(max_length=10, choices=AlignmentState.choices, default=AlignmentState.OPEN)
    priority = models.IntegerField(default=0, help_text="Higher first")
    annotator = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    lease_token = models.UUIDField(null=True)
    leased_at = models.DateTimeField(null=True)
    lease_expires_at = models.DateTimeField(null=True)
    draft = models.JSONField(null=True)
    draft_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    is_exif_read = models.BooleanField(default=False)
    exif_focal = models.FloatField(null=True, help_text="What the photo's file says of its camera, if anything")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["target", "candidate"], name="alignment_task_one_per_shape"),
            models.CheckConstraint(
                condition=~Q(state="held")
                | Q(annotator__isnull=False, lease_token__isnull=False, lease_expires_at__isnull=False),
                name="alignment_task_held_by_somebody",
            ),
        ]
        indexes = [
            models.Index(F("priority").desc(), F("id"), name="alignment_queue", condition=Q(state="open")),
            models.Index(fields=["annotator", "leased_at"], name="alignment_held", condition=Q(state="held")),
        ]

    def is_held_by(self, *, annotator_id: int, lease_token: UUID) -> bool:
        """Whether this person holds the task by this token. Time does not count: until taken, it is still held."""
        is_held = self.state == AlignmentState.HELD
        return is_held and self.annotator_id == annotator_id and self.lease_token == lease_token


class AlignmentMethod(models.TextChoices):
    """What the person did last before she was content."""

    GIZMO = "gizmo", "Pulled at the handles"
    KEYS = "keys", "Moved it by keys"
    NUMBERS = "numbers", "Typed numbers"
    SNAP = "snap", "Let the machine fit it"


class Alignment(models.Model):
    """Where one person placed one candidate. Immutable; of several the latest counts.

    ``pose`` belongs to ``focal``, as the person saw it. ``standard_pose`` is the one that shows nearly the same to the
    camera that all poses of the project share: the same object when ``focal`` is that camera's.
    """

    task = models.ForeignKey(AlignmentTask, on_delete=models.PROTECT, related_name="alignments")
    target = models.ForeignKey("photos.TargetObject", on_delete=models.PROTECT, related_name="alignments")
    candidate = models.ForeignKey("candidates.Candidate", on_delete=models.PROTECT, related_name="alignments")
    annotator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    pose = models.JSONField(help_text="contracts.generation.Pose")
    focal = models.FloatField(help_text="Half image sides over the longer side")
    standard_pose = models.JSONField(help_text="contracts.generation.Pose, for the project's one camera")
    server_iou = models.FloatField(help_text="Silhouette of pose against the mask")
    standard_iou = models.FloatField(help_text="Silhouette of standard_pose against the mask")
    pointmap = models.ForeignKey(
        "photos.PointmapVersion", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    server_residual = models.FloatField(
        null=True, help_text="Median distance in metres along z between the surface at pose and the pointmap"
    )
    browser_iou = models.FloatField(null=True, help_text="What the person's screen said")
    method = models.CharField(max_length=10, choices=AlignmentMethod.choices)
    milliseconds = models.PositiveIntegerField()
    idempotency_key = models.UUIDField()
    is_simulated = models.BooleanField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["annotator", "idempotency_key"], name="alignment_sent_once"),
            models.CheckConstraint(condition=Q(focal__gt=0), name="alignment_focal_positive"),
        ]
        indexes = [models.Index(F("candidate"), F("id").desc(), name="alignment_latest")]
