"""What people chose."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from engine.annotation.models.assignments import Assignment, AssignmentKind


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


class AnswerMode(models.TextChoices):
    """How the person went about it."""

    KING = "king", "Two at a time, the better one stays"
    GRID = "grid", "All at once, some of them ranked"


class Choice(models.Model):
    """What one person decided about one target. Immutable: a change is a new revision with a reason."""

    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="choices")
    target = models.ForeignKey("photos.TargetObject", on_delete=models.PROTECT, related_name="choices")
    annotator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="choices")
    kind = models.CharField(
        max_length=12,
        choices=AssignmentKind.choices,
        default=AssignmentKind.CHOICE,
        db_default=AssignmentKind.CHOICE,
        help_text="That of the assignment: gold and repeated answers make no records",
    )
    revision = models.PositiveSmallIntegerField(default=0)
    revision_reason = models.TextField(blank=True)
    outcome = models.CharField(max_length=20, choices=Outcome.choices)
    winner = models.ForeignKey(
        "candidates.Candidate", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    rating = models.FloatField(null=True, help_text="Absolute, 0 to 1, on the named scale")
    shown_ids = ArrayField(models.UUIDField(), help_text="Candidates in the order they were shown")
    mode = models.CharField(
        max_length=5, choices=AnswerMode.choices, default=AnswerMode.KING, db_default=AnswerMode.KING
    )
    ranking = models.JSONField(null=True, help_text="Of the grid, as sent: groups of candidate ids, best first")
    comment = models.TextField(blank=True, db_default="")
    turned_ids = ArrayField(models.UUIDField(), null=True, help_text="Candidates that were turned; None: not told")
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
    BOTH_BAD = "both_bad", "Neither will do"


class Comparison(models.Model):
    """One step of the king of the hill: ids, sides and time, so that bias can be measured later.

    Or two neighbours of a grid's ranking: then the better one is the left one by rule, and nothing was timed.
    """

    choice = models.ForeignKey(Choice, on_delete=models.CASCADE, related_name="comparisons", db_index=False)
    ordinal = models.PositiveSmallIntegerField()
    left = models.ForeignKey("candidates.Candidate", on_delete=models.PROTECT, related_name="+", db_index=False)
    right = models.ForeignKey("candidates.Candidate", on_delete=models.PROTECT, related_name="+", db_index=False)
    verdict = models.CharField(max_length=10, choices=ComparisonVerdict.choices)
    milliseconds = models.PositiveIntegerField(null=True, help_text="None: not a comparison of its own")
    source = models.CharField(
        max_length=5, choices=AnswerMode.choices, default=AnswerMode.KING, db_default=AnswerMode.KING
    )

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


class Viewing(models.Model):
    """How long a candidate was looked at in one of the viewer's modes, before one choice."""

    choice = models.ForeignKey(Choice, on_delete=models.CASCADE, related_name="viewings", db_index=False)
    candidate = models.ForeignKey("candidates.Candidate", on_delete=models.PROTECT, related_name="+", db_index=False)
    mode = models.CharField(max_length=20)
    milliseconds = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["choice", "candidate", "mode"], name="viewing_one_per_mode")]
