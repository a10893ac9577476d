"""Sends objects that nobody found an acceptable candidate for to the artists."""

from collections import defaultdict
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, Subquery

from engine.annotation.models import Assignment, AssignmentKind, AssignmentState, Choice, Outcome, Rejection
from engine.artistry.services import open_job
from engine.photos.models import TargetObject
from engine.records.history import RECORDED_KINDS

BATCH = 200


def _rejected_targets() -> list[TargetObject]:
    """Targets without a job that a reviewer refused, or whose wanted choices are all in and refuse it alike."""
    recorded = Choice.objects.filter(target=OuterRef("pk"), kind__in=RECORDED_KINDS)
    later = Choice.objects.filter(assignment=OuterRef("assignment"), revision__gt=OuterRef("revision"))
    words = recorded.filter(kind=AssignmentKind.ADJUDICATION)
    last_word = Subquery(words.order_by("-revision").values("outcome")[:1])
    standing = recorded.filter(~Exists(later), kind=AssignmentKind.CHOICE)
    wanted = Assignment.objects.filter(
        target=OuterRef("pk"), kind=AssignmentKind.CHOICE,
        state__in=[AssignmentState.OPEN, AssignmentState.WAITING, AssignmentState.HELD],
    )  # fmt: skip
    people_agree = (
        Q(Exists(standing.filter(outcome=Outcome.NONE_ACCEPTABLE)))
        & ~Q(Exists(standing.filter(outcome=Outcome.CHOSEN)))
        & ~Q(Exists(wanted))
    )
    refused = Choice.objects.filter(outcome=Outcome.NONE_ACCEPTABLE).values("target")
    return list(
        TargetObject.objects.filter(pk__in=refused, artist_job__isnull=True)
        .annotate(last_word=last_word)
        .filter(Q(last_word=Outcome.NONE_ACCEPTABLE) | Q(last_word__isnull=True) & people_agree)
        .order_by("pk")[:BATCH]
    )


def _rejects_of(target: TargetObject) -> dict[UUID, list[str]]:
    """Return every candidate that was shown, with the reasons that people gave."""
    reasons: dict[UUID, set[str]] = defaultdict(set)
    for shown_ids in Choice.objects.filter(target=target, kind__in=RECORDED_KINDS).values_list("shown_ids", flat=True):
        for candidate_id in shown_ids:
            reasons[candidate_id] |= set()
    for rejection in Rejection.objects.filter(choice__target=target, choice__kind__in=RECORDED_KINDS):
        reasons[rejection.candidate_id] |= set(rejection.reasons)
    return {candidate_id: sorted(codes) for candidate_id, codes in reasons.items()}


def route_rejected_targets() -> int:
    """Open an artist's job for each target that people gave up on; return how many. Safe to run again."""
    n_opened = 0
    while targets := _rejected_targets():
        for target in targets:
            open_job(target=target, rejects=_rejects_of(target))
        n_opened += len(targets)
    return n_opened
