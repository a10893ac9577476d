"""Who holds which object."""

from uuid import UUID

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q, Value

from engine.annotation.models.campaigns import DEFAULT_CAMPAIGN_ID, Campaign


class AssignmentState(models.TextChoices):
    """The way of one slot."""

    OPEN = "open", "Nobody holds it"
    WAITING = "waiting", "Nobody may hold it until its mask or its candidates are in order"
    HELD = "held", "One person holds it until the lease runs out"
    SUBMITTED = "submitted", "A choice was made in it"
    CLOSED = "closed", "No longer wanted"


class AssignmentKind(models.TextChoices):
    """Why somebody is asked. Annotators cannot tell the first three apart."""

    CHOICE = "choice", "One of the choices wanted for the target"
    GOLD = "gold", "The better one is known: how good are this person's eyes?"
    REPEAT = "repeat", "The same person answered it before: is she of one mind?"
    ADJUDICATION = "adjudication", "A reviewer settles what people disagree about"


class Assignment(models.Model):
    """One slot of a target: one of the K choices wanted for it, and the lease of whoever holds it now.

    Gold and repeat slots are made for one person at the moment she gets them, and are nobody else's.
    """

    target = models.ForeignKey("photos.TargetObject", on_delete=models.CASCADE, related_name="assignments")
    campaign: models.ForeignKey[Campaign, Campaign] = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, related_name="assignments", db_index=False,
        default=DEFAULT_CAMPAIGN_ID, db_default=Value(DEFAULT_CAMPAIGN_ID),
    )  # fmt: skip
    kind = models.CharField(
        max_length=12, choices=AssignmentKind.choices, default=AssignmentKind.CHOICE, db_default=AssignmentKind.CHOICE
    )
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
            models.UniqueConstraint(
                fields=["target", "slot"], name="assignment_one_per_slot", condition=Q(kind="choice")
            ),
            models.UniqueConstraint(
                fields=["target"], name="assignment_one_adjudication", condition=Q(kind="adjudication")
            ),
            # Nobody answers the same object twice, however many slots it has; a repeat is a kind of its own.
            models.UniqueConstraint(
                fields=["annotator", "target", "kind"],
                name="assignment_one_per_person",
                condition=Q(state__in=["held", "submitted"]),
            ),
            models.CheckConstraint(
                condition=~Q(state="held")
                | Q(annotator__isnull=False, lease_token__isnull=False, lease_expires_at__isnull=False),
                name="assignment_held_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(kind="choice") | ~Q(state__in=["open", "waiting"]), name="assignment_only_choices_wait"
            ),
        ]
        indexes = [
            models.Index(
                F("campaign"), F("priority").desc(), F("slot"), F("id"), name="assignment_queue",
                condition=Q(state="open"),
            ),
            models.Index(fields=["campaign", "state"], name="assignment_by_state", condition=Q(kind="choice")),
            models.Index(fields=["lease_expires_at"], name="assignment_held", condition=Q(state="held")),
            # Gives the oldest one first: without the order, the planner may go through all that the person ever did.
            models.Index(fields=["annotator", "leased_at", "id"], name="assignment_mine", condition=Q(state="held")),
        ]  # fmt: skip

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


class SkipReason(models.TextChoices):
    """Why a person would rather not answer."""

    UNCLEAR_PHOTO = "unclear_photo", "The photo does not show enough"
    CANNOT_JUDGE = "cannot_judge", "I cannot judge this kind of object"
    TOO_SLOW = "too_slow", "The models take too long to load"
    BAD_MASK = "bad_mask", "The mask marks something else"
    OTHER = "other", "Something else"


class Skip(models.Model):
    """That a person passed a target on. She never gets it again."""

    target = models.ForeignKey("photos.TargetObject", on_delete=models.CASCADE, related_name="skips")
    annotator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    reason = models.CharField(max_length=20, choices=SkipReason.choices)
    comment = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["annotator", "target"], name="skip_one_per_person")]
