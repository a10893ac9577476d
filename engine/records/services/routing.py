"""Sends objects that nobody found an acceptable candidate for to the artists."""

from collections import defaultdict
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef

from engine.annotation.models import Assignment, AssignmentState, Choice, Outcome, Rejection
from engine.artistry.services import open_job
from engine.photos.models import TargetObject

BATCH = 200


def _rejected_targets() -> list[TargetObject]:
    """Targets without a job whose wanted choices are all in, and all say that nothing was acceptable."""
    later = Choice.objects.filter(assignment=OuterRef("assignment"), revision__gt=OuterRef("revision"))
    standing = Choice.objects.filter(~Exists(later), target=OuterRef("pk"))
    wanted = Assignment.objects.filter(
        target=OuterRef("pk"), state__in=[AssignmentState.OPEN, AssignmentState.HELD],
        slot__lt=settings.ENVIRONMENT.annotation_overlap,
    )  # fmt: skip
    refused = Choice.objects.filter(outcome=Outcome.NONE_ACCEPTABLE).values("target")
    return list(
        TargetObject.objects.filter(
            Exists(standing.filter(outcome=Outcome.NONE_ACCEPTABLE)),
            ~Exists(standing.filter(outcome=Outcome.CHOSEN)),
            ~Exists(wanted),
            pk__in=refused, artist_job__isnull=True,
        ).order_by("pk")[:BATCH]
    )  # fmt: skip


def _rejects_of(target: TargetObject) -> dict[UUID, list[str]]:
    """Return every candidate that was shown, with the reasons that people gave."""
    reasons: dict[UUID, set[str]] = defaultdict(set)
    for shown_ids in Choice.objects.filter(target=target).values_list("shown_ids", flat=True):
        for candidate_id in shown_ids:
            reasons[candidate_id] |= set()
    for rejection in Rejection.objects.filter(choice__target=target):
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
