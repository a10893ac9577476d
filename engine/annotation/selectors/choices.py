"""What can be asked about choices: one's own history, and where people disagree."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.fields import UUIDField
from django.db.models.functions import Coalesce, JSONObject

from engine.accounts.models import Person, Role
from engine.annotation.models import AssignmentKind, Choice
from engine.candidates.models import Candidate
from engine.core.errors import NotFound

# Two ratings further apart than this are a disagreement, even about the same winner.
RATING_GAP = 0.4
_NOBODY = "00000000-0000-0000-0000-000000000000"


def latest_choices() -> QuerySet[Choice]:
    """Return the latest revision of every answer."""
    later = Choice.objects.filter(assignment=OuterRef("assignment"), revision__gt=OuterRef("revision"))
    return Choice.objects.filter(~Exists(later))


def _whole(choices: QuerySet[Choice]) -> QuerySet[Choice]:
    first = Choice.objects.filter(assignment=OuterRef("assignment"), revision=0)
    return choices.select_related("assignment__campaign", "target__photo", "annotator").annotate(
        first_at=Subquery(first.values("created_at")[:1])
    )


def _with_candidates(choices: QuerySet[Choice]) -> QuerySet[Choice]:
    """Add ``lod_ids`` of the target's candidates that have a coarse copy, and ``poses`` as [{"id", "pose"}]."""
    candidates = Candidate.objects.filter(target=OuterRef("target"))
    posed = candidates.filter(pose__isnull=False).values(posed=JSONObject(id="pk", pose="pose"))
    lods = candidates.filter(lod_sha256__isnull=False).values("pk")
    return _whole(choices).annotate(lod_ids=ArraySubquery(lods), poses=ArraySubquery(posed))


def own_choices(*, annotator_id: int) -> QuerySet[Choice]:
    """Return a person's answers as they stand now. Gold and repeated ones are among them and look alike."""
    own = latest_choices().filter(annotator_id=annotator_id).exclude(kind=AssignmentKind.ADJUDICATION)
    return _whole(own)


def choice_for(person: Person, *, choice_id: int) -> Choice:
    """Return a choice of the person's own, or any for a reviewer. Raises NotFound."""
    choice = _with_candidates(Choice.objects.filter(pk=choice_id)).first()
    if choice is None or not (choice.annotator_id == person.pk or person.has_any_role(Role.REVIEWER)):
        raise NotFound("There is no such answer of yours.", code="choice_missing")
    return choice


def disputed_targets(*, campaign_id: int | None = None) -> QuerySet[Any, Any]:
    """Return ``{"target": id}`` of targets whose wanted choices differ in outcome, in winner, or much in rating."""
    choices = latest_choices().filter(kind=AssignmentKind.CHOICE)
    if campaign_id is not None:
        choices = choices.filter(assignment__campaign=campaign_id)
    winner = Coalesce(F("winner"), Value(_NOBODY, output_field=UUIDField()))
    return (
        choices.order_by()
        .values("target")
        .annotate(n=Count("pk"), n_winners=Count(winner, distinct=True), gap=Max("rating") - Min("rating"))
        .filter(Q(n_winners__gt=1) | Q(gap__gt=RATING_GAP), n__gt=1)
    )


def words_on(target_ids: Sequence[int]) -> dict[int, list[Choice]]:
    """Return the standing choices about each target, those of a reviewer among them, oldest first."""
    kinds = [AssignmentKind.CHOICE, AssignmentKind.ADJUDICATION]
    rows = _with_candidates(latest_choices().filter(target__in=target_ids, kind__in=kinds))
    by_target: dict[int, list[Choice]] = defaultdict(list)
    for choice in rows.prefetch_related("comparisons", "rejections").order_by("pk"):
        by_target[choice.target_id].append(choice)
    return by_target
