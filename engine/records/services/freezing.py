"""Freezes records and pairs into a dataset version: files named by their content, and a manifest that names both."""

import hashlib
import tempfile
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeVar

from django.db import transaction
from django.db.models import Q, QuerySet
from pydantic import BaseModel

from contracts.dataset import DatasetManifest
from contracts.digests import canonical_json, sha256_of_json
from engine.accounts.models import Person
from engine.core.errors import InvalidInput
from engine.core.storage import blob_store
from engine.records.lines import example_of, pair_example_of
from engine.records.models import DatasetContributor, DatasetVersion, Derivation, PreferencePair, Record
from engine.records.services.deriving import derive_new_records, derive_records

_ROWS = 2000
Split = Literal["train", "heldout"]
Row = TypeVar("Row", Record, PreferencePair)


@dataclass
class _Lines:
    """One written file of lines and what was counted while writing it."""

    sha256: str = ""
    n: int = 0
    n_simulated: int = 0
    by_person: Counter[int] = field(default_factory=Counter)


def _bring_up_to_date(*, alpha: float, by: Person | None) -> None:
    """Derive what is missing. Records that stand at a higher alpha lack those between the two."""
    last = Derivation.objects.order_by("-pk").first()
    if last is not None and last.alpha > alpha:
        derive_records(alpha=alpha, by=by)
    else:
        derive_new_records()


def _records(*, split: Split, alpha: float, allow_simulated: bool) -> QuerySet[Record]:
    rows = Record.objects.filter(Q(rating__isnull=True) | Q(rating__gte=alpha), target__split=split)
    rows = rows if allow_simulated else rows.filter(is_simulated=False)
    return rows.select_related("target__photo", "choice", "mesh_upload", "candidate").order_by("pk")


def _pairs(*, split: Split, alpha: float, allow_simulated: bool) -> QuerySet[PreferencePair]:
    rows = PreferencePair.objects.filter(Q(choice__isnull=True) | Q(choice__rating__gte=alpha), target__split=split)
    rows = rows if allow_simulated else rows.filter(is_simulated=False)
    return rows.select_related("target__photo", "choice", "mesh_upload", "loser").order_by("pk")


def _author_id(row: Record | PreferencePair) -> int:
    if row.choice is not None:
        return row.choice.annotator_id
    assert row.mesh_upload is not None  # a constraint of the table: one origin, no more and no less
    return row.mesh_upload.artist_id


def _streamed(rows: QuerySet[Row]) -> Generator[Row, None, None]:
    yield from rows.iterator(chunk_size=_ROWS)


def _write_lines(rows: QuerySet[Row], path: Path, *, split: Split, line_of: Callable[[Row], BaseModel]) -> _Lines:
    """Write one JSON line a row. Raises RuntimeError for a row of another split: it would poison the evaluation."""
    lines, digest = _Lines(), hashlib.sha256()
    # Closed by hand: a cursor on the server would otherwise outlive a row that stops the freezing.
    with path.open("wb") as file, closing(_streamed(rows)) as stream:
        for row in stream:
            if row.target.split != split:
                raise RuntimeError(f"target {row.target_id} is {row.target.split}, not {split}")
            line = canonical_json(line_of(row).model_dump(mode="json")) + b"\n"
            file.write(line)
            digest.update(line)
            lines.n += 1
            lines.n_simulated += row.is_simulated
            lines.by_person[_author_id(row)] += 1
    lines.sha256 = digest.hexdigest()
    return lines


@transaction.atomic
def _store_version(*, manifest: DatasetManifest, examples: _Lines, pairs: _Lines, by: Person | None) -> DatasetVersion:
    content = manifest.model_dump(mode="json")
    version, is_new = DatasetVersion.objects.get_or_create(
        dataset_sha256=sha256_of_json(content),
        defaults={"split": manifest.split, "alpha": manifest.alpha, "manifest": content, "created_by": by},
    )
    if is_new:
        DatasetContributor.objects.bulk_create(
            DatasetContributor(
                dataset_version=version, person_id=person_id, n_examples=examples.by_person[person_id],
                n_pairs=pairs.by_person[person_id],
            )
            for person_id in sorted(examples.by_person.keys() | pairs.by_person.keys())
        )  # fmt: skip
    return version


def freeze_dataset(
    *, split: Split, alpha: float, allow_simulated: bool = True, by: Person | None = None
) -> DatasetVersion:
    """Freeze the split's records and pairs at ``alpha``; the same content gives the same version.

    New history is derived first. The lines are streamed to disk and to the blob store. A version may be empty.
    """
    if split not in {"train", "heldout"} or not 0 <= alpha <= 1:
        raise InvalidInput("A dataset version needs a split and an alpha between 0 and 1.", code="version_invalid")
    _bring_up_to_date(alpha=alpha, by=by)
    with tempfile.TemporaryDirectory(prefix="freeze-") as name, transaction.atomic():
        examples_path, pairs_path = Path(name, "examples"), Path(name, "pairs")
        records = _records(split=split, alpha=alpha, allow_simulated=allow_simulated)
        examples = _write_lines(records, examples_path, split=split, line_of=example_of)
        rows = _pairs(split=split, alpha=alpha, allow_simulated=allow_simulated)
        pairs = _write_lines(rows, pairs_path, split=split, line_of=pair_example_of)
        for path in (examples_path, pairs_path):
            blob_store().put_file(path, content_type="application/x-ndjson")
    manifest = DatasetManifest(
        split=split, alpha=alpha, n_examples=examples.n, n_pairs=pairs.n, n_simulated_examples=examples.n_simulated,
        n_simulated_pairs=pairs.n_simulated, examples_sha256=examples.sha256, pairs_sha256=pairs.sha256,
    )  # fmt: skip
    return _store_version(manifest=manifest, examples=examples, pairs=pairs, by=by)
