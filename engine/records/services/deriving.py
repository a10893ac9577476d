"""Makes the tables of records and pairs say what history and alpha say, touching only what differs."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import Max, Q

from engine.accounts.models import Person
from engine.annotation.models import Choice
from engine.artistry.models import MeshUploadState
from engine.core.errors import Conflict, InvalidInput
from engine.records.derivation import DerivedPair, DerivedRecord, derive_choice, derive_upload, standing_choices
from engine.records.history import (
    RECORDED_KINDS,
    approved_uploads_in_chunks,
    choice_facts,
    choices_in_chunks,
    choices_placed_since,
    upload_facts,
)
from engine.records.models import Derivation, PreferencePair, Record, RecordKind

# Any constant will do, as long as nothing else of this database takes the same one.
_LOCK = 7_102_001
# Most derivations take less. Whoever gave up at once would meet the scheduled one again and again: a round that is
# tried every 15 seconds and a derivation that runs every 15 seconds start at the same instant.
_PATIENCE_SECONDS = 5.0
_POLL_SECONDS = 0.1
# Keys are given out before their rows can be seen: an answer that took long to commit may lie below a newer one.
_LATE_ROWS = 1000
_LATE = timedelta(minutes=10)


@dataclass
class _Tally:
    n_choices: int = 0
    n_records: int = 0
    n_pairs: int = 0
    n_changed: int = 0


@contextmanager
def _alone() -> Iterator[None]:
    """Let one derivation run at a time: two with different alphas would undo each other row by row."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not _try_lock():
        if time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)
            continue
        raise Conflict("Records are being derived just now. Try again when that is done.", code="derivation_running")
    try:
        yield
    finally:
        _unlock()


def _try_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        (is_locked,) = cursor.fetchone()
    return bool(is_locked)


def _unlock() -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
    except DatabaseError:
        # A session in a failed transaction cannot unlock, and a pool would keep it alive, lock and all: end it.
        if connection.connection is not None:
            connection.connection.close()


def _origin(*, choice_ids: Sequence[int], upload_ids: Sequence[UUID]) -> Q:
    return Q(choice__in=choice_ids) | Q(mesh_upload__in=upload_ids)


def _record_of(row: Record) -> DerivedRecord:
    return DerivedRecord(
        target_id=row.target_id, choice_id=row.choice_id, mesh_upload_id=row.mesh_upload_id,
        candidate_id=row.candidate_id, glb_sha256=row.glb_sha256, pose=row.pose, rating=row.rating,
        is_simulated=row.is_simulated,
    )  # fmt: skip


def _pair_of(row: PreferencePair) -> DerivedPair:
    return DerivedPair(
        target_id=row.target_id, choice_id=row.choice_id, mesh_upload_id=row.mesh_upload_id,
        winner_glb_sha256=row.winner_glb_sha256, winner_pose=row.winner_pose, loser_id=row.loser_id,
        is_loser_own=row.is_loser_own, comparison_ids=tuple(row.comparison_ids), is_simulated=row.is_simulated,
    )  # fmt: skip


def _sync_records(wanted: Sequence[DerivedRecord], *, origin: Q) -> int:
    """Make the records of these origins be ``wanted``; rows that are right keep their ids. Return what changed."""
    key = {(record.choice_id, record.mesh_upload_id): record for record in wanted}
    right, wrong = set(), []
    for row in Record.objects.filter(origin):
        row_key = (row.choice_id, row.mesh_upload_id)
        if key.get(row_key) == _record_of(row):
            right.add(row_key)
        else:
            wrong.append(row.pk)
    if wrong:
        Record.objects.filter(pk__in=wrong).delete()
    missing = [record for row_key, record in key.items() if row_key not in right]
    Record.objects.bulk_create(
        Record(kind=RecordKind.ART if record.choice_id is None else RecordKind.MITL, **asdict(record))
        for record in missing
    )
    return len(wrong) + len(missing)


def _sync_pairs(wanted: Sequence[DerivedPair], *, origin: Q) -> int:
    key = {(pair.choice_id, pair.mesh_upload_id, pair.loser_id): pair for pair in wanted}
    right, wrong = set(), []
    for row in PreferencePair.objects.filter(origin):
        row_key = (row.choice_id, row.mesh_upload_id, row.loser_id)
        if key.get(row_key) == _pair_of(row):
            right.add(row_key)
        else:
            wrong.append(row.pk)
    if wrong:
        PreferencePair.objects.filter(pk__in=wrong).delete()
    missing = [pair for row_key, pair in key.items() if row_key not in right]
    PreferencePair.objects.bulk_create(
        PreferencePair(**asdict(pair) | {"comparison_ids": list(pair.comparison_ids)}) for pair in missing
    )
    return len(wrong) + len(missing)


@transaction.atomic
def _derive_choices(chunk: Sequence[Choice], *, alpha: float, tally: _Tally) -> None:
    facts = choice_facts(chunk)
    derived = [derive_choice(fact, alpha=alpha) for fact in standing_choices(facts)]
    records = [record for part in derived for record in part.records]
    pairs = [pair for part in derived for pair in part.pairs]
    # The facts hold all choices of a target: what followed from a superseded one goes.
    origin = _origin(choice_ids=[fact.id for fact in facts], upload_ids=[])
    tally.n_changed += _sync_records(records, origin=origin) + _sync_pairs(pairs, origin=origin)
    # A choice is counted in its own chunk only, or revisions in two chunks would count twice.
    in_chunk = {choice.pk for choice in chunk}
    tally.n_choices += len(chunk)
    tally.n_records += sum(record.choice_id in in_chunk for record in records)
    tally.n_pairs += sum(pair.choice_id in in_chunk for pair in pairs)


def _derive_uploads(*, only_new: bool, tally: _Tally) -> None:
    for chunk in approved_uploads_in_chunks(only_new=only_new):
        derived = [derive_upload(fact) for fact in upload_facts(chunk)]
        records = [record for part in derived for record in part.records]
        pairs = [pair for part in derived for pair in part.pairs]
        origin = _origin(choice_ids=[], upload_ids=[upload.pk for upload in chunk])
        with transaction.atomic():
            tally.n_changed += _sync_records(records, origin=origin) + _sync_pairs(pairs, origin=origin)
        tally.n_records += len(records)
        tally.n_pairs += len(pairs)


def _drop_withdrawn(tally: _Tally) -> None:
    """Remove what follows from uploads that are not approved any more."""
    gone = Q(mesh_upload__isnull=False) & ~Q(mesh_upload__state=MeshUploadState.APPROVED)
    tally.n_changed += Record.objects.filter(gone).delete()[0] + PreferencePair.objects.filter(gone).delete()[0]


def _last_choice_id() -> int:
    return Choice.objects.aggregate(last=Max("pk"))["last"] or 0


def current_alpha() -> float:
    """Return the alpha that records stand at: that of the last derivation, at first that of the settings."""
    last = Derivation.objects.order_by("-pk").first()
    return settings.ENVIRONMENT.record_alpha if last is None else last.alpha


def derive_records(*, alpha: float | None = None, by: Person | None = None) -> Derivation:
    """Derive records and pairs anew from all of history, in chunks; what is right already keeps its id.

    ``alpha`` defaults to the one that records stand at. Raises Conflict while another derivation runs.
    """
    wanted = current_alpha() if alpha is None else alpha
    if not 0 <= wanted <= 1:
        raise InvalidInput("Alpha lies between 0 and 1.", code="alpha_out_of_range", field="alpha")
    with _alone():
        tally, last_choice_id = _Tally(), _last_choice_id()
        for chunk in choices_in_chunks(after_id=0):
            _derive_choices(chunk, alpha=wanted, tally=tally)
        _derive_uploads(only_new=False, tally=tally)
        _drop_withdrawn(tally)
        return Derivation.objects.create(
            alpha=wanted, n_choices=tally.n_choices, n_records=tally.n_records, n_pairs=tally.n_pairs,
            last_choice_id=last_choice_id, derived_by=by,
        )  # fmt: skip


def derive_new_records() -> Derivation | None:
    """Derive what follows from history since the last derivation, at its alpha; None if nothing was new.

    Raises Conflict while another derivation runs.
    """
    last = Derivation.objects.order_by("-pk").first()
    if last is None:
        return derive_records()
    with _alone():
        tally, last_choice_id = _Tally(), _last_choice_id()
        for chunk in choices_in_chunks(after_id=max(0, last.last_choice_id - _LATE_ROWS)):
            _derive_choices(chunk, alpha=last.alpha, tally=tally)
        for chunk in choices_placed_since(last.created_at - _LATE):
            _derive_choices(chunk, alpha=last.alpha, tally=tally)
        _derive_uploads(only_new=True, tally=tally)
        if not tally.n_changed and last_choice_id == last.last_choice_id:
            return None
        return Derivation.objects.create(
            alpha=last.alpha, n_choices=Choice.objects.filter(kind__in=RECORDED_KINDS).count(),
            n_records=Record.objects.count(),
            n_pairs=PreferencePair.objects.count(), last_choice_id=last_choice_id,
        )  # fmt: skip
