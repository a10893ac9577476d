"""Who holds which object, and what people chose. History here is raw and immutable; records are derived elsewhere."""

from uuid import UUID

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class AssignmentState(models.TextChoices):
    """The way of one slot."""

    OPEN = "open", "Nobody holds it"
    HELD = "held", "One person holds it until the lease runs out"
    SUBMITTED = "submitted", "A choice was made in it"
    CLOSED = "closed", "No longer wanted"


class Assignment(models.Model):
    """One slot of a target: one of the K choices wanted for it, and the lease of whoever holds it now."""

    target = models.ForeignKey("photos.TargetObject", on_delete=models.CASCADE, related_name="assignments")
    slot = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=AssignmentState.choices, default=AssignmentState.OPEN)
    priority = models.IntegerField(default=0, help_text="Higher first")
    annotator = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    lease_token = models.UUIDField(null=True)
    leased_at = models.DateTimeField(null=True)
    lease_expires_at = models.DateTimeField(null=True)
    candidate_ids = ArrayField(models.UUIDField(), default=list, help_text="In the order shown to the holder")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["target", "slot"], name="assignment_one_per_slot"),
            # Nobody answers the same object twice, however many slots it has.
            models.UniqueConstraint(
                fields=["annotator", "target"],
                name="assignment_one_per_person",
                condition=Q(state__in=["held", "submitted"]),
            ),
            models.CheckConstraint(
                condition=~Q(state="held")
                | Q(annotator__isnull=False, lease_token__isnull=False, lease_expires_at__isnull=False),
                name="assignment_held_by_somebody",
            ),
        ]
        indexes = [
            models.Index(F("priority").desc(), F("slot"), F("id"), name="assignment_open", condition=Q(state="open")),
            models.Index(fields=["lease_expires_at"], name="assignment_held", condition=Q(state="held")),
            # Gives the oldest one first: without the order, the planner may go through all that the person ever did.
            models.Index(fields=["annotator", "leased_at", "id"], name="assignment_mine", condition=Q(state="held")),
        ]

    def is_held_by(self, *, annotator_id: int, lease_token: UUID) -> bool:
        """Whether this person holds the slot by this token. Time does not count: until taken, it is still held."""
        is_held = self.state == AssignmentState.HELD
        return is_held and self.annotator_id == annotator_id and self.lease_token == lease_token


class AssignmentDraft(models.Model):
    """What a person had done when she was interrupted. Survives the lease; goes with the submission."""

    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="drafts")
    annotator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    body = models.JSONField()
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["assignment", "annotator"], name="draft_one_per_person")]


class Outcome(models.TextChoices):
    """How a choice ended. None acceptable is a route, never a tie."""

    CHOSEN = "chosen", "One candidate won and was rated"
    NONE_ACCEPTABLE = "none_acceptable", "No candidate will do"


class RejectionReason(models.TextChoices):
    """Why a candidate will not do."""

    FLOATERS = "floaters", "Loose pieces"
    MISSING_PART = "missing_part", "A part is missing"
    WRONG_THICKNESS = "wrong_thickness", "Too thick or too thin"
    CROOKED = "crooked", "Crooked"
    WRONG_SYMMETRY = "wrong_symmetry", "Wrong symmetry"
    BACK_SIDE = "back_side", "Back side is wrong"
    TEXTURE = "texture", "Colours are wrong"
    SCALE = "scale", "Proportions are wrong"
    WRONG_OBJECT = "wrong_object", "Another object"


class Choice(models.Model):
    """What one person decided about one target. Immutable: a change is a new revision with a reason."""

    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="choices")
    target = models.ForeignKey("photos.TargetObject", on_delete=models.PROTECT, related_name="choices")
    annotator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="choices")
    revision = models.PositiveSmallIntegerField(default=0)
    revision_reason = models.TextField(blank=True)
    outcome = models.CharField(max_length=20, choices=Outcome.choices)
    winner = models.ForeignKey(
        "candidates.Candidate", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    rating = models.FloatField(null=True, help_text="Absolute, 0 to 1, on the named scale")
    shown_ids = ArrayField(models.UUIDField(), help_text="Candidates in the order they were shown")
    viewer_mode = models.CharField(max_length=20)
    milliseconds = models.PositiveIntegerField(help_text="From showing the object to submitting")
    idempotency_key = models.UUIDField()
    is_simulated = models.BooleanField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assignment", "revision"], name="choice_one_per_revision"),
            models.UniqueConstraint(fields=["annotator", "idempotency_key"], name="choice_sent_once"),
            models.CheckConstraint(
                condition=Q(outcome="chosen", winner__isnull=False, rating__gte=0, rating__lte=1)
                | Q(outcome="none_acceptable", winner__isnull=True, rating__isnull=True),
                name="choice_outcome_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["annotator", "created_at"], name="choice_by_person"),
            models.Index(fields=["target"], name="choice_none_acceptable", condition=Q(outcome="none_acceptable")),
        ]


class ComparisonVerdict(models.TextChoices):
    """Which of two was better."""

    LEFT = "left", "Left is better"
    EQUAL = "equal", "Equal"
    RIGHT = "right", "Right is better"


class Comparison(models.Model):
    """One step of the king of the hill: ids, sides and time, so that bias can be measured later."""

    choice = models.ForeignKey(Choice, on_delete=models.CASCADE, related_name="comparisons", db_index=False)
    ordinal = models.PositiveSmallIntegerField()
    left = models.ForeignKey("candidates.Candidate", on_delete=models.PROTECT, related_name="+", db_index=False)
    right = models.ForeignKey("candidates.Candidate", on_delete=models.PROTECT, related_name="+", db_index=False)
    verdict = models.CharField(max_length=10, choices=ComparisonVerdict.choices)
    milliseconds = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["choice", "ordinal"], name="comparison_one_per_step"),
            models.CheckConstraint(condition=~Q(left=F("right")), name="comparison_of_two"),
        ]


class Rejection(models.Model):
    """Why one candidate will not do, in one person's eyes."""

    choice = models.ForeignKey(Choice, on_delete=models.CASCADE, related_name="rejections", db_index=False)
    candidate = models.ForeignKey("candidates.Candidate", on_delete=models.PROTECT, related_name="+", db_index=False)
    reasons = ArrayField(models.CharField(max_length=20, choices=RejectionReason.choices))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["choice", "candidate"], name="rejection_one_per_candidate")]
