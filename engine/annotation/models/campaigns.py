"""What is to be annotated, by whom, how often, and with how much checking in between."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

# The campaign of every target that nobody has put into another one. It always exists.
DEFAULT_CAMPAIGN_ID = 1


class Campaign(models.Model):
    """Targets that are annotated under one set of rules. Its rules may change at any time."""

    name = models.CharField(max_length=120, unique=True)
    overlap = models.PositiveSmallIntegerField(default=1, help_text="Choices wanted for one target")
    is_paused = models.BooleanField(default=False)
    is_practice = models.BooleanField(default=False, help_text="Gold tasks only, for those who ask for it by name")
    gives_feedback = models.BooleanField(default=False, help_text="Says after a gold task whether it was right")
    priority = models.IntegerField(default=0, help_text="Higher first")
    gold_rate = models.FloatField(default=0, help_text="Share of tasks whose answer is known, 0 to 1")
    repeat_rate = models.FloatField(default=0, help_text="Share of tasks that the person has answered before, 0 to 1")
    instructions = models.TextField(blank=True)
    skills = ArrayField(models.CharField(max_length=40), default=list, help_text="Offered to people who have them all")
    shows_agreement = models.BooleanField(default=False, help_text="Annotators see how often they agree with others")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(overlap__gte=1, overlap__lte=32), name="campaign_overlap_sane"),
            models.CheckConstraint(
                condition=Q(gold_rate__gte=0, gold_rate__lte=1, repeat_rate__gte=0, repeat_rate__lte=1),
                name="campaign_rates_sane",
            ),
        ]


class CampaignTarget(models.Model):
    """That a target belongs to a campaign other than the default one."""

    target = models.OneToOneField(
        "photos.TargetObject", primary_key=True, on_delete=models.CASCADE, related_name="campaign_membership"
    )
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="memberships", db_index=False)

    class Meta:
        indexes = [models.Index(fields=["campaign", "target"], name="membership_by_campaign")]


class AnnotatorPause(models.Model):
    """That a person wants no tasks just now. The row is the pause."""

    annotator = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="annotation_pause"
    )
    since = models.DateTimeField(auto_now_add=True)
