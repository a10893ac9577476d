"""What can be asked about people's work: counts, gold, repetitions, agreement."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import Any, cast

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from engine.accounts.models import Person, Role
from engine.annotation.gold import Relation, relations
from engine.annotation.models import AssignmentKind, Choice, Comparison, QualityFlag, QualityFlagState
from engine.annotation.quality.agreement import Opinion, Pair, agreement_with_others
from engine.annotation.quality.intervals import Share, wilson
from engine.annotation.quality.signals import LEAST_MILLISECONDS_A_STEP, Figures, left_share
from engine.annotation.quality.weighing import weight_of
from engine.annotation.scheduling import Step, Verdict
from engine.annotation.selectors.choices import latest_choices
from engine.core.clock import now
from engine.core.errors import NotFound

# A person's figures are those of her last answers: people learn, and tire.
RECENT = 500
RECENT_TARGETS = 200
_RECENT_REPEATS = 100
_WEEKS = 26

_RECENT_FIGURES = """
WITH recent AS (
    SELECT c.* FROM unnest(%(people)s::bigint[]) AS person (id) CROSS JOIN LATERAL (
        SELECT c.id, c.annotator_id, c.milliseconds, c.turned_ids FROM annotation_choice c
        WHERE c.annotator_id = person.id AND c.revision = 0 AND c.kind <> 'adjudication'
        ORDER BY c.created_at DESC LIMIT %(recent)s
    ) c
), steps AS (
    SELECT s.choice_id, count(*) AS n, count(*) FILTER (WHERE s.verdict = 'left') AS n_left,
        count(*) FILTER (WHERE s.verdict = 'right') AS n_right
    FROM annotation_comparison s JOIN recent r ON r.id = s.choice_id WHERE s.source = 'king' GROUP BY s.choice_id
)
SELECT r.annotator_id, coalesce(sum(s.n_left), 0), coalesce(sum(s.n_right), 0), count(s.n),
    count(*) FILTER (WHERE r.milliseconds < s.n * %(least_milliseconds)s),
    count(r.turned_ids), count(*) FILTER (WHERE cardinality(r.turned_ids) < 2),
    percentile_cont(0.5) WITHIN GROUP (ORDER BY r.milliseconds)
FROM recent r LEFT JOIN steps s ON s.choice_id = r.id GROUP BY r.annotator_id
"""
_TOTALS = """
SELECT annotator_id, count(*), count(*) FILTER (WHERE created_at >= %(midnight)s), max(created_at)
FROM annotation_choice
WHERE annotator_id = ANY(%(people)s) AND revision = 0 AND kind <> 'adjudication' GROUP BY annotator_id
"""
# Practice is for learning, so it is not held against anybody.
_GOLD = """
SELECT c.annotator_id, count(*) FILTER (WHERE g.verdict = 'right'), count(*)
FROM annotation_choice c JOIN annotation_goldanswer g ON g.choice_id = c.id
JOIN annotation_goldpair p ON p.id = g.gold_pair_id
JOIN annotation_assignment a ON a.id = c.assignment_id JOIN annotation_campaign k ON k.id = a.campaign_id
WHERE c.annotator_id = ANY(%(people)s) AND c.revision = 0 AND g.verdict <> 'undecided' AND p.is_active
    AND NOT k.is_practice
GROUP BY c.annotator_id
"""
_BY_WEEK = """
WITH done AS (
    SELECT c.id, date_trunc('week', c.created_at AT TIME ZONE 'UTC') AS week, c.milliseconds FROM annotation_choice c
    WHERE c.annotator_id = %(person)s AND c.revision = 0 AND c.kind <> 'adjudication'
        AND c.created_at > now() - make_interval(weeks => %(weeks)s)
), sides AS (
    SELECT d.week, count(*) FILTER (WHERE s.verdict = 'left') AS n_left,
        count(*) FILTER (WHERE s.verdict IN ('left', 'right')) AS n_sided
    FROM done d JOIN annotation_comparison s ON s.choice_id = d.id WHERE s.source = 'king' GROUP BY d.week
), gold AS (
    SELECT d.week, count(*) FILTER (WHERE g.verdict = 'right') AS n_right, count(*) AS n
    FROM done d JOIN annotation_goldanswer g ON g.choice_id = d.id WHERE g.verdict <> 'undecided' GROUP BY d.week
), counted AS (
    SELECT week, count(*) AS n, percentile_cont(0.5) WITHIN GROUP (ORDER BY milliseconds) AS middle
    FROM done GROUP BY week
)
SELECT c.week::date, c.n, c.middle, coalesce(s.n_left, 0), coalesce(s.n_sided, 0), coalesce(g.n_right, 0),
    coalesce(g.n, 0)
FROM counted c LEFT JOIN sides s ON s.week = c.week LEFT JOIN gold g ON g.week = c.week ORDER BY c.week
"""


@dataclass(frozen=True, kw_only=True)
class AnnotatorFigures:
    """What is known of one person's work; shares come with their 95% intervals."""

    person: Person
    n_choices: int = 0
    today: int = 0
    last_at: datetime | None = None
    median_milliseconds: float | None = None
    gold: Share
    self_consistency: Share
    left_share: Share
    agreement: Share
    weight: float
    figures: Figures
    flags: list[QualityFlag] = field(default_factory=list)


def annotators() -> QuerySet[Person]:
    """Return everybody who annotates or ever did."""
    answered = Choice.objects.filter(annotator=OuterRef("pk"))
    return Person.objects.filter(Q(roles__contains=[Role.ANNOTATOR]) | Exists(answered))


def annotator_by_id(person_id: int) -> Person:
    """Return one of them. Raises NotFound."""
    person = annotators().filter(pk=person_id).first()
    if person is None:
        raise NotFound("There is no such annotator.", code="person_unknown")
    return person


def _rows(statement: str, **parameters: Any) -> dict[int, tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return {row[0]: row[1:] for row in cursor.fetchall()}


def relations_of(choices: Sequence[Choice]) -> dict[int, dict[Pair, Relation]]:
    """Return what each choice says about the pairs of its candidates."""
    steps: dict[int, list[Step]] = defaultdict(list)
    for row in Comparison.objects.filter(choice__in=[choice.pk for choice in choices]).order_by("choice", "ordinal"):
        steps[row.choice_id].append(
            Step(left_id=row.left_id, right_id=row.right_id, verdict=cast(Verdict, row.verdict))
        )
    return {choice.pk: relations(steps[choice.pk]) for choice in choices}


def opinions_about(target_ids: Sequence[int]) -> list[Opinion]:
    """Return what people say about these targets by their standing choices; gold and repetitions do not count."""
    choices = list(latest_choices().filter(target__in=target_ids, kind=AssignmentKind.CHOICE).order_by("pk"))
    said = relations_of(choices)
    return [
        Opinion(target_id=choice.target_id, person_id=choice.annotator_id, relations=said[choice.pk])
        for choice in choices
    ]


def recent_targets(person_id: int) -> list[int]:
    """Return the targets that the person answered last."""
    rows = Choice.objects.filter(annotator=person_id, kind=AssignmentKind.CHOICE, revision=0)
    return list(rows.order_by("-created_at").values_list("target", flat=True)[:RECENT_TARGETS])


def _repeated(person_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Return on how many pairs each person said the same again, of those that she decided both times."""
    counts: dict[int, tuple[int, int]] = {}
    for person_id in person_ids:
        mine = Choice.objects.filter(annotator=person_id, revision=0)
        again = list(mine.filter(kind=AssignmentKind.REPEAT).order_by("-created_at")[:_RECENT_REPEATS])
        if not again:
            continue
        targets = [choice.target_id for choice in again]
        first = list(mine.filter(kind=AssignmentKind.CHOICE, target__in=targets))
        said = relations_of([*first, *again])
        first_of = {choice.target_id: said[choice.pk] for choice in first}
        same = total = 0
        for choice in again:
            for pair, relation in said[choice.pk].items():
                before = first_of.get(choice.target_id, {}).get(pair)
                if before is not None and "equal" not in {before, relation}:
                    same, total = same + (before == relation), total + 1
        counts[person_id] = (same, total)
    return counts


def count_figures(person_ids: Sequence[int]) -> dict[int, Figures]:
    """Return what the rules for flags look at."""
    ids = list(person_ids)
    recent = _rows(_RECENT_FIGURES, people=ids, recent=RECENT, least_milliseconds=LEAST_MILLISECONDS_A_STEP)
    gold, repeated = _rows(_GOLD, people=ids), _repeated(ids)
    found = {}
    for pk in ids:
        n_left, n_right, n_timed, n_fast, n_told, n_unturned, _ = recent.get(pk, (0, 0, 0, 0, 0, 0, None))
        right, n = gold.get(pk, (0, 0))
        same, total = repeated.get(pk, (0, 0))
        found[pk] = Figures(
            n_left=int(n_left), n_right=int(n_right), gold_right=right, gold_n=n, repeated_same=same,
            repeated_n=total, n_fast=n_fast, n_timed=n_timed, n_unturned=n_unturned, n_turn_told=n_told,
        )  # fmt: skip
    return found


def figures_of(people: Sequence[Person]) -> list[AnnotatorFigures]:
    """Return everything about these people's work, in their order."""
    ids = [person.pk for person in people]
    midnight = datetime.combine(now().astimezone(UTC).date(), time(), UTC)
    totals = _rows(_TOTALS, people=ids, midnight=midnight)
    recent = _rows(_RECENT_FIGURES, people=ids, recent=RECENT, least_milliseconds=LEAST_MILLISECONDS_A_STEP)
    counted = count_figures(ids)
    flags: dict[int, list[QualityFlag]] = defaultdict(list)
    doubted = QualityFlag.objects.filter(person__in=ids).exclude(state=QualityFlagState.DISMISSED)
    for flag in doubted.select_related("person", "decided_by").order_by("pk"):
        flags[flag.person_id].append(flag)
    return [
        _whole_figures(
            person, totals=totals.get(person.pk, (0, 0, None)), recent=recent.get(person.pk),
            figures=counted[person.pk], flags=flags[person.pk],
        )
        for person in people
    ]  # fmt: skip


def _whole_figures(
    person: Person, *, totals: tuple[Any, ...], recent: tuple[Any, ...] | None, figures: Figures,
    flags: list[QualityFlag],
) -> AnnotatorFigures:  # fmt: skip
    n_choices, today, last_at = totals
    return AnnotatorFigures(
        person=person, n_choices=n_choices, today=today, last_at=last_at,
        median_milliseconds=None if recent is None else recent[-1],
        gold=wilson(figures.gold_right, figures.gold_n),
        self_consistency=wilson(figures.repeated_same, figures.repeated_n), left_share=left_share(figures),
        agreement=agreement_of(person.pk), weight=weight_of(figures.gold_right, figures.gold_n), figures=figures,
        flags=flags,
    )  # fmt: skip


def agreement_of(person_id: int) -> Share:
    """Return how often the person agrees with others about the objects that she answered last."""
    return agreement_with_others(opinions_about(recent_targets(person_id)), person_id)


def gold_of(person_id: int) -> Share:
    """Return how often the person was right where the better one is known, practice aside."""
    right, n = _rows(_GOLD, people=[person_id]).get(person_id, (0, 0))
    return wilson(right, n)


def weights_from_gold(person_ids: Collection[int]) -> dict[int, float]:
    """Return what each person's comparisons would count by her gold."""
    return {person_id: weight_of(right, n) for person_id, (right, n) in _rows(_GOLD, people=list(person_ids)).items()}


def weeks_of(person_id: int) -> list[dict[str, Any]]:
    """Return the person's last weeks (each named by its Monday, UTC), oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(_BY_WEEK, {"person": person_id, "weeks": _WEEKS})
        rows = cursor.fetchall()
    return [
        {
            "week": week, "n": n, "median_milliseconds": middle, "left_share": wilson(n_left, n_sided),
            "gold": wilson(right, n_gold),
        }
        for week, n, middle, n_left, n_sided, right, n_gold in rows
    ]  # fmt: skip
