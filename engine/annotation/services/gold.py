"""Pairs whose better one is known: writing them, and scoring the answers to them."""

from typing import cast
from uuid import UUID

from django.db import IntegrityError, transaction

from engine.accounts.models import Person
from engine.annotation.gold import Expected, Feedback, Verdict, feedback_on, judge
from engine.annotation.models import AssignmentKind, Campaign, Choice, GoldAnswer, GoldPair
from engine.annotation.scheduling import Step
from engine.annotation.scheduling import Verdict as StepVerdict
from engine.candidates.models import Candidate
from engine.core.errors import Conflict, InvalidInput, NotFound


def create_gold_pair(
    *, better_id: UUID, worse_id: UUID, note: str = "", is_active: bool = True, by: Person | None = None
) -> GoldPair:
    """Name a pair whose better one is beyond doubt. Raises InvalidInput, Conflict for a pair that is known."""
    found = {row.pk: row for row in Candidate.objects.filter(pk__in=[better_id, worse_id])}
    if better_id == worse_id:
        raise InvalidInput("Name two candidates.", code="gold_of_one", field="worse_id")
    for candidate_id, field in ((better_id, "better_id"), (worse_id, "worse_id")):
        if candidate_id not in found:
            raise InvalidInput("There is no such candidate.", code="candidate_unknown", field=field)
    better, worse = found[better_id], found[worse_id]
    if better.target_id != worse.target_id:
        raise InvalidInput("Both candidates must be of one object.", code="gold_of_two_targets", field="worse_id")
    if GoldPair.objects.filter(better=worse, worse=better, is_active=True).exists():
        raise Conflict("The pair is known the other way round. Deactivate that one first.", code="gold_contradicts")
    try:
        with transaction.atomic():
            return GoldPair.objects.create(
                target_id=better.target_id, better=better, worse=worse, note=note, is_active=is_active, created_by=by
            )
    except IntegrityError as error:
        raise Conflict("This pair is known already.", code="gold_exists") from error


def change_gold_pair(*, gold_pair_id: int, is_active: bool | None = None, note: str | None = None) -> GoldPair:
    """Take a pair out of use or put it back, or change its note. Raises NotFound."""
    pair = GoldPair.objects.filter(pk=gold_pair_id).first()
    if pair is None:
        raise NotFound("There is no such gold pair.", code="gold_pair_missing")
    pair.is_active = pair.is_active if is_active is None else is_active
    pair.note = pair.note if note is None else note
    pair.save(update_fields=["is_active", "note"])
    return pair


def stored_steps(choice: Choice) -> list[Step]:
    """Return the comparisons of a choice in their order."""
    return [
        Step(
            left_id=row.left_id, right_id=row.right_id, verdict=cast(StepVerdict, row.verdict),
            milliseconds=row.milliseconds,
        )
        for row in choice.comparisons.order_by("ordinal")
    ]  # fmt: skip


def score_gold(choice: Choice) -> None:
    """Write down how the answer to a gold task judged each active pair of its target."""
    steps = stored_steps(choice)
    GoldAnswer.objects.bulk_create(
        GoldAnswer(
            choice=choice, gold_pair=pair,
            verdict=judge(Expected(better_id=pair.better_id, worse_id=pair.worse_id), steps),
        )
        for pair in GoldPair.objects.filter(target=choice.target_id, is_active=True).order_by("pk")
    )  # fmt: skip


def feedback_of(choice: Choice) -> Feedback | None:
    """Return what the person is told about this answer: nothing, unless it was gold and her campaign tells."""
    if choice.kind != AssignmentKind.GOLD:
        return None
    campaign = Campaign.objects.get(assignments=choice.assignment_id)
    if not (campaign.is_practice or campaign.gives_feedback):
        return None
    answers = GoldAnswer.objects.filter(choice=choice).select_related("gold_pair").order_by("pk")
    return feedback_on(
        [
            (Expected(better_id=row.gold_pair.better_id, worse_id=row.gold_pair.worse_id), cast(Verdict, row.verdict))
            for row in answers
        ]
    )
