"""What may be wrong: with a mask, or with somebody's answers. A flag is a question, never a sentence."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class MaskFlagState(models.TextChoices):
    """What became of the doubt about a mask."""

    OPEN = "open", "Nobody has looked at it yet; the target waits"
    CORRECTED = "corrected", "The mask was corrected"
    DISMISSED = "dismissed", "The mask is right"


class MaskFlag(models.Model):
    """That a person found the mask of a target wrong."""

    target = models.ForeignKey("photos.TargetObject", on_delete=models.CASCADE, related_name="mask_flags")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    comment = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=MaskFlagState.choices, default=MaskFlagState.OPEN)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["target"], name="mask_flag_open", condition=Q(state="open"))]


class QualityFlagKind(models.TextChoices):
    """What looks odd in a person's answers."""

    LEFT_RIGHT_BIAS = "left_right_bias", "Prefers one side"
    GOLD_FAILURES = "gold_failures", "Gets known pairs wrong"
    SELF_INCONSISTENCY = "self_inconsistency", "Answers the same task differently"
    TOO_FAST = "too_fast", "Answers faster than one can look"
    DID_NOT_TURN = "did_not_turn", "Decides without turning the models"


class QualityFlagState(models.TextChoices):
    """Three states, and any may follow any: honest work can look odd."""

    SUSPECTED = "suspected", "The figures look odd; nobody has judged yet"
    CONFIRMED = "confirmed", "A person has looked and agrees"
    DISMISSED = "dismissed", "There is an explanation, or the figures have changed"


class QualityFlag(models.Model):
    """One doubt about one person's answers, with the figures that raised it. Changes no answer and no right."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="quality_flags")
    kind = models.CharField(max_length=20, choices=QualityFlagKind.choices)
    state = models.CharField(max_length=10, choices=QualityFlagState.choices, default=QualityFlagState.SUSPECTED)
    evidence = models.JSONField()
    choice = models.ForeignKey("annotation.Choice", null=True, on_delete=models.SET_NULL, related_name="+")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(null=True)
    note = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "kind"], name="quality_flag_one_per_kind")]
