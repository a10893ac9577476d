"""What can be asked about tasks: why there is none, and how much one has done."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from django.db import connection, models
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate

from engine.annotation.models import (
    AnnotatorPause,
    Assignment,
    AssignmentKind,
    AssignmentState,
    Campaign,
    Choice,
    GoldPair,
    Skip,
)
from engine.annotation.quality.intervals import Share
from engine.annotation.scheduling import streak_length
from engine.annotation.selectors.people import agreement_of, gold_of
from engine.annotation.services.campaigns import count_slots
from engine.annotation.services.claiming import MAX_HELD, PRACTICE_TASKS
from engine.candidates.models import GenerationRequest, GenerationState
from engine.core.clock import now
from engine.core.errors import NotFound

_STREAK_DAYS = 366
# Counting on costs more than anybody learns from it.
MOST_OPEN_COUNTED = 1000


class EmptyReason(models.TextChoices):
    """Why there is no task for this person. The label is the sentence she reads."""

    NO_TARGETS = "no_targets", "Every object has its answers. New ones appear here as soon as photos are uploaded."
    ALL_HELD = "all_held", "Other people hold the last objects. One comes back if it is not answered in time."
    ALL_DONE_BY_YOU = (
        "all_done_by_you",
        "You have answered all there is for you. The rest waits for other people's answers.",
    )
    WAITING = "waiting_for_candidates", "Candidates are being made. The next object opens as soon as they are ready."
    PAUSED_BY_YOU = "paused_by_you", "You have paused. Press Resume when you want to go on."
    CAMPAIGN_PAUSED = "campaign_paused", "This campaign is paused. Whoever leads it will start it again."
    SKILLS_MISSING = "skills_missing", "The open campaigns ask for skills that are not noted for you. Ask the ML lead."
    PRACTICE_DONE = "practice_done", "Practice is over: you have answered all of its tasks."


def campaign_by_id(campaign_id: int) -> Campaign:
    """Return one campaign. Raises NotFound."""
    campaign = Campaign.objects.filter(pk=campaign_id).first()
    if campaign is None:
        raise NotFound("There is no such campaign.", code="campaign_missing")
    return campaign


def campaigns() -> QuerySet[Campaign]:
    """Return all campaigns."""
    return Campaign.objects.all()


def offered_campaigns(*, skills: list[str]) -> QuerySet[Campaign]:
    """Return the campaigns that somebody with these skills may work in just now, but for practice."""
    return Campaign.objects.filter(is_paused=False, is_practice=False, skills__contained_by=skills)


def _not_seen_by(slots: QuerySet[Assignment], *, annotator_id: int) -> QuerySet[Assignment]:
    own = Assignment.objects.filter(
        annotator_id=annotator_id, target=OuterRef("target"),
        state__in=[AssignmentState.HELD, AssignmentState.SUBMITTED],
    )  # fmt: skip
    skipped = Skip.objects.filter(annotator_id=annotator_id, target=OuterRef("target"))
    return slots.filter(~Exists(own), ~Exists(skipped))


def _reason_in(offered: QuerySet[Campaign], *, annotator_id: int) -> EmptyReason | None:
    """Say why these campaigns had nothing; None if they have nothing to give to anybody."""
    slots = Assignment.objects.filter(campaign__in=offered, kind=AssignmentKind.CHOICE)
    if _not_seen_by(slots.filter(state=AssignmentState.HELD), annotator_id=annotator_id).exists():
        return EmptyReason.ALL_HELD
    if slots.filter(state=AssignmentState.OPEN).exists():
        return EmptyReason.ALL_DONE_BY_YOU
    if GenerationRequest.objects.filter(state__in=[GenerationState.WAITING, GenerationState.RUNNING]).exists():
        return EmptyReason.WAITING
    return None


def _why_closed(campaign: Campaign, *, skills: list[str]) -> EmptyReason | None:
    if campaign.is_paused:
        return EmptyReason.CAMPAIGN_PAUSED
    if not set(campaign.skills) <= set(skills):
        return EmptyReason.SKILLS_MISSING
    return EmptyReason.PRACTICE_DONE if campaign.is_practice else None


def empty_reason(*, annotator_id: int, skills: list[str], campaign_id: int | None = None) -> EmptyReason | None:
    """Say why claim_assignment gave nothing; None for somebody who holds as many as one may. Raises NotFound."""
    asked = None if campaign_id is None else campaign_by_id(campaign_id)
    if AnnotatorPause.objects.filter(annotator=annotator_id).exists():
        return EmptyReason.PAUSED_BY_YOU
    held = Assignment.objects.filter(annotator_id=annotator_id, state=AssignmentState.HELD)
    if held.count() >= MAX_HELD:
        return None
    if asked is not None:
        reason = _why_closed(asked, skills=skills)
        offered = Campaign.objects.filter(pk=asked.pk)
        return reason or _reason_in(offered, annotator_id=annotator_id) or EmptyReason.NO_TARGETS
    reason = _reason_in(offered_campaigns(skills=skills), annotator_id=annotator_id)
    return reason or _why_elsewhere() or EmptyReason.NO_TARGETS


def _why_elsewhere() -> EmptyReason | None:
    """Say what keeps the person from slots that are open in campaigns not offered to her."""
    others = Campaign.objects.filter(
        Exists(Assignment.objects.filter(campaign=OuterRef("pk"), state=AssignmentState.OPEN)), is_practice=False
    )
    if others.filter(is_paused=False).exists():
        return EmptyReason.SKILLS_MISSING
    return EmptyReason.CAMPAIGN_PAUSED if others.exists() else None


@dataclass(frozen=True, kw_only=True)
class CampaignProgress:
    """How far a campaign is. ``open_for_me`` counts up to MOST_OPEN_COUNTED."""

    id: int
    name: str
    is_practice: bool
    done: int
    wanted: int
    open_for_me: int


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How much a person has answered. Days are UTC days."""

    today: int
    total: int
    streak_days: int
    is_paused: bool
    campaigns: list[CampaignProgress] = field(default_factory=list)
    agreement: Share | None = None
    gold: Share | None = None


_COUNT_OPEN = """
SELECT count(*) FROM (
    SELECT FROM annotation_assignment a
    WHERE a.campaign_id = %(campaign)s AND a.state = 'open' AND (
        SELECT 1 FROM annotation_assignment b
        WHERE b.annotator_id = %(me)s AND b.target_id = a.target_id AND b.state IN ('held', 'submitted') LIMIT 1
    ) IS NULL AND (
        SELECT 1 FROM annotation_skip s WHERE s.annotator_id = %(me)s AND s.target_id = a.target_id LIMIT 1
    ) IS NULL
    LIMIT %(most)s
) found
"""


def _count_open_for(annotator_id: int, *, campaign_id: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_OPEN, {"campaign": campaign_id, "me": annotator_id, "most": MOST_OPEN_COUNTED})
        (n,) = cursor.fetchone()
    return int(n)


def progress_in_campaigns(*, annotator_id: int, skills: list[str]) -> list[CampaignProgress]:
    """Say how far the campaigns are that this person may work in, and practice."""
    practice = Campaign.objects.filter(is_paused=False, is_practice=True, skills__contained_by=skills)
    offered = list((offered_campaigns(skills=skills) | practice).order_by(F("priority").desc(), "pk"))
    counts = count_slots([campaign.pk for campaign in offered])
    practised = [_practice_progress(one, annotator_id=annotator_id) for one in offered if one.is_practice]
    return practised + [
        CampaignProgress(
            id=campaign.pk, name=campaign.name, is_practice=False,
            done=counts[campaign.pk].submitted,
            wanted=counts[campaign.pk].open + counts[campaign.pk].waiting + counts[campaign.pk].held
            + counts[campaign.pk].submitted,
            open_for_me=_count_open_for(annotator_id, campaign_id=campaign.pk),
        )
        for campaign in offered
        if not campaign.is_practice
    ]  # fmt: skip


def _practice_progress(campaign: Campaign, *, annotator_id: int) -> CampaignProgress:
    """Practice is counted by the person's own tasks: it has no others."""
    tasks = Assignment.objects.filter(campaign=campaign, annotator_id=annotator_id, kind=AssignmentKind.GOLD)
    done = tasks.filter(state=AssignmentState.SUBMITTED).count()
    pairs = GoldPair.objects.filter(target__campaign_membership__campaign=campaign, is_active=True)
    wanted = max(done, min(PRACTICE_TASKS, pairs.values("target").distinct().count()))
    return CampaignProgress(
        id=campaign.pk, name=campaign.name, is_practice=True, done=done, wanted=wanted, open_for_me=wanted - done
    )


def progress_of(*, annotator_id: int, skills: list[str]) -> Progress:
    """Count a person's answers, and the days in a row (up to today or yesterday) on which there was one."""
    today = now().astimezone(UTC).date()
    midnight = datetime.combine(today, time(), UTC)
    own = Choice.objects.filter(annotator_id=annotator_id, revision=0).exclude(kind=AssignmentKind.ADJUDICATION)
    counts = own.aggregate(total=Count("pk"), today=Count("pk", filter=Q(created_at__gte=midnight)))
    recent = own.filter(created_at__gte=midnight - timedelta(days=_STREAK_DAYS))
    is_shown = offered_campaigns(skills=skills).filter(shows_agreement=True).exists()
    days: set[date] = set(recent.values_list(TruncDate("created_at", tzinfo=UTC), flat=True).distinct())
    return Progress(
        today=counts["today"], total=counts["total"], streak_days=streak_length(days, today=today),
        is_paused=AnnotatorPause.objects.filter(annotator=annotator_id).exists(),
        campaigns=progress_in_campaigns(annotator_id=annotator_id, skills=skills),
        agreement=agreement_of(annotator_id) if is_shown else None,
        gold=gold_of(annotator_id) if is_shown else None,
    )  # fmt: skip
