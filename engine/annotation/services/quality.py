"""Raises and withdraws flags on people's work. A flag asks a question; what a reviewer has decided stays decided."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from django.db import transaction

from engine.accounts.models import Person
from engine.annotation.models import Choice, QualityFlag, QualityFlagKind, QualityFlagState
from engine.annotation.quality.signals import Evidence, signals
from engine.annotation.selectors.people import count_figures
from engine.core.clock import now
from engine.core.errors import NotFound

_BATCH = 50
_RECENTLY = timedelta(days=30)
_GONE = "The figures no longer show it."


def find_quality_flags(*, person_ids: Sequence[int] | None = None) -> int:
    """Look at the people who answered in the last month, or at these, and return how many flags changed.

    Simulated people have none: their figures are what they were told to be.
    """
    people = Person.objects.filter(is_simulated=False)
    if person_ids is None:
        recent = Choice.objects.filter(created_at__gt=now() - _RECENTLY).values("annotator")
        people = people.filter(pk__in=recent)
    else:
        people = people.filter(pk__in=person_ids)
    ids = list(people.order_by("pk").values_list("pk", flat=True))
    n_changed = 0
    for start in range(0, len(ids), _BATCH):
        counted = count_figures(ids[start : start + _BATCH])
        for person_id, figures in counted.items():
            found = {QualityFlagKind(kind): evidence for kind, evidence in signals(figures).items()}
            n_changed += _sync_flags(person_id, found)
    return n_changed


@transaction.atomic
def _sync_flags(person_id: int, found: Mapping[QualityFlagKind, Evidence]) -> int:
    # One at a time for a person, or two sweeps would raise the same flag.
    Person.objects.select_for_update(no_key=True).get(pk=person_id)
    known = {flag.kind: flag for flag in QualityFlag.objects.filter(person=person_id)}
    n_changed = 0
    for kind, evidence in found.items():
        flag = known.get(kind)
        if flag is None:
            QualityFlag.objects.create(person_id=person_id, kind=kind, evidence=dict(evidence))
            n_changed += 1
        elif flag.state == QualityFlagState.SUSPECTED or flag.decided_by_id is None:
            n_changed += flag.state != QualityFlagState.SUSPECTED
            flag.state, flag.evidence, flag.note = QualityFlagState.SUSPECTED, dict(evidence), ""
            flag.save(update_fields=["state", "evidence", "note"])
    return n_changed + _withdraw(flag for kind, flag in known.items() if kind not in found)


def _withdraw(flags: Iterable[QualityFlag]) -> int:
    n_changed = 0
    for flag in flags:
        if flag.state == QualityFlagState.SUSPECTED:
            flag.state, flag.decided_by, flag.decided_at, flag.note = QualityFlagState.DISMISSED, None, now(), _GONE
            flag.save(update_fields=["state", "decided_by", "decided_at", "note"])
            n_changed += 1
    return n_changed


@transaction.atomic
def decide_quality_flag(*, flag_id: int, state: QualityFlagState, note: str | None, by: Person) -> QualityFlag:
    """Confirm, dismiss, or open the question again; any state may follow any. Raises NotFound."""
    flag = QualityFlag.objects.select_for_update().filter(pk=flag_id).first()
    if flag is None:
        raise NotFound("There is no such flag.", code="quality_flag_missing")
    flag.state, flag.decided_by, flag.decided_at = state, by, now()
    flag.note = flag.note if note is None else note
    flag.save(update_fields=["state", "decided_by", "decided_at", "note"])
    return flag
