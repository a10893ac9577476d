"""Pairs whose better one is known, and how people judged them."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class GoldPair(models.Model):
    """Two candidates of one target of which one is better beyond doubt."""

    target = models.ForeignKey("photos.TargetObject", on_delete=models.CASCADE, related_name="gold_pairs")
    better = models.ForeignKey("candidates.Candidate", on_delete=models.PROTECT, related_name="+", db_index=False)
    worse = models.ForeignKey("candidates.Candidate", on_delete=models.PROTECT, related_name="+", db_index=False)
    is_active = models.BooleanField(default=True)
    note = models.TextField(blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["better", "worse"], name="gold_one_per_pair"),
            models.CheckConstraint(condition=~Q(better=F("worse")), name="gold_of_two"),
        ]


class GoldVerdict(models.TextChoices):
    """How an answer to a gold task stands to one of its pairs."""

    RIGHT = "right", "The better one was preferred"
    WRONG = "wrong", "The worse one was preferred, or no difference was seen"
    UNDECIDED = "undecided", "The answer does not say which of the two is better"


class GoldAnswer(models.Model):
    """How one choice judged one gold pair."""

    choice = models.ForeignKey(
        "annotation.Choice", on_delete=models.CASCADE, related_name="gold_answers", db_index=False
    )
    gold_pair = models.ForeignKey(GoldPair, on_delete=models.CASCADE, related_name="answers")
    verdict = models.CharField(max_length=10, choices=GoldVerdict.choices)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["choice", "gold_pair"], name="gold_answer_one_per_pair")]
