"""What can be asked about people together: agreement, and whether gold weights help."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count

from engine.accounts.models import Person
from engine.annotation.gold import Expected
from engine.annotation.models import AssignmentKind, Campaign, Choice, Comparison, GoldPair
from engine.annotation.quality.agreement import (
    Agreement,
    Opinion,
    agreement_of_pairs,
    krippendorff_alpha,
    overall_agreement,
)
from engine.annotation.quality.bradley_terry import Duel
from engine.annotation.quality.intervals import Share
from engine.annotation.quality.weighing import GoldTarget, WeighingReport, weights_help
from engine.annotation.selectors.choices import latest_choices
from engine.annotation.selectors.people import opinions_about, weights_from_gold

# The newest objects with two opinions; more would not narrow the interval enough to be worth the wait.
MOST_TARGETS = 1000
_MOST_GOLD_TARGETS = 500
_SCORES = {"left": 1.0, "right": 0.0, "equal": 0.5}
# What SAM 3D's authors saw among their annotators; a yardstick for a campaign that has few pairs of its own yet.
PUBLISHED_AGREEMENT = 0.75
PUBLISHED_NOTE = "The SAM 3D paper reports under 75% between its own annotators."


@dataclass(frozen=True, kw_only=True)
class PairOfPeople:
    """How often two people agree."""

    one: Person
    other: Person
    agreement: Share


@dataclass(frozen=True, kw_only=True)
class AgreementReport:
    """How far people agree. ``ceiling`` is measured between real people: nothing that learns from them surpasses it."""

    overall: Agreement
    ceiling: Agreement
    alpha: float | None
    pairs: list[PairOfPeople]
    campaigns: list[Campaign]
    weights: WeighingReport


def _shared_targets(campaign_id: int | None) -> list[int]:
    choices = latest_choices().filter(kind=AssignmentKind.CHOICE)
    if campaign_id is not None:
        choices = choices.filter(assignment__campaign=campaign_id)
    shared = choices.order_by().values("target").annotate(n=Count("annotator", distinct=True)).filter(n__gt=1)
    return [row["target"] for row in shared.order_by("-target")[:MOST_TARGETS]]


def pairs_of_people(opinions: Sequence[Opinion]) -> list[PairOfPeople]:
    """Return every two people who judged something in common, those with most in common first."""
    found = agreement_of_pairs(opinions)
    people = Person.objects.in_bulk({pk for pair in found for pk in pair})
    rows = [PairOfPeople(one=people[a], other=people[b], agreement=share) for (a, b), share in found.items()]
    return sorted(rows, key=lambda row: (-row.agreement.n, row.one.pk, row.other.pk))


def agreement_report(*, campaign_id: int | None = None) -> AgreementReport:
    """Return how far people agree, in one campaign if it is named; weights are tried on all gold there is."""
    opinions = opinions_about(_shared_targets(campaign_id))
    simulated = Person.objects.filter(pk__in={opinion.person_id for opinion in opinions}, is_simulated=True)
    programs = set(simulated.values_list("pk", flat=True))
    return AgreementReport(
        overall=overall_agreement(opinions),
        ceiling=overall_agreement([opinion for opinion in opinions if opinion.person_id not in programs]),
        alpha=krippendorff_alpha(opinions), pairs=pairs_of_people(opinions),
        campaigns=list(Campaign.objects.filter(is_practice=False).order_by("pk")),
        weights=weights_help(gold_targets()),
    )  # fmt: skip


def duels_of(choices: Sequence[Choice]) -> dict[int, list[Duel]]:
    """Return the comparisons of each choice as duels; "neither will do" compares nobody."""
    duels: dict[int, list[Duel]] = defaultdict(list)
    for row in Comparison.objects.filter(choice__in=[choice.pk for choice in choices]).order_by("choice", "ordinal"):
        if row.verdict in _SCORES:
            duels[row.choice_id].append(Duel(first=row.left_id, second=row.right_id, score=_SCORES[row.verdict]))
    return duels


def gold_targets() -> list[GoldTarget]:
    """Return the newest targets with known pairs, and what people said about them, asked for gold or not."""
    expected: dict[int, list[Expected]] = defaultdict(list)
    for pair in GoldPair.objects.filter(is_active=True).order_by("-target", "pk"):
        if pair.target_id in expected or len(expected) < _MOST_GOLD_TARGETS:
            expected[pair.target_id].append(Expected(better_id=pair.better_id, worse_id=pair.worse_id))
    kinds = [AssignmentKind.CHOICE, AssignmentKind.GOLD]
    answers = Choice.objects.filter(
        target__in=expected, kind__in=kinds, revision=0, assignment__campaign__is_practice=False
    )
    choices = list(answers.order_by("pk"))
    duels = duels_of(choices)
    said: dict[int, dict[int, list[Duel]]] = defaultdict(dict)
    for choice in choices:
        said[choice.target_id].setdefault(choice.annotator_id, duels[choice.pk])
    return [
        GoldTarget(
            target_id=target_id, duels_by_person=by_person, expected=expected[target_id],
            ids=sorted(
                {pk for of_person in by_person.values() for duel in of_person for pk in (duel.first, duel.second)}
                | {pk for pair in expected[target_id] for pk in (pair.better_id, pair.worse_id)}
            ),
        )
        for target_id, by_person in said.items()
    ]  # fmt: skip


def helpful_weights() -> dict[int, float]:
    """Return the weights of everybody with gold if weighing helps on gold; otherwise nothing, and all count alike."""
    targets = gold_targets()
    if not weights_help(targets).helps:
        return {}
    return weights_from_gold({person_id for target in targets for person_id in target.duels_by_person})
