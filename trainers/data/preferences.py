"""Reads a frozen dataset folder (contracts.dataset) and believes nothing that its digests do not confirm."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ValidationError

from contracts.dataset import (
    BLOBS_FOLDER,
    EXAMPLES_NAME,
    MANIFEST_NAME,
    PAIRS_NAME,
    DatasetManifest,
    Example,
    PairExample,
)
from contracts.digests import sha256_hex, sha256_of_json

Line = TypeVar("Line", bound=BaseModel)


class DatasetError(ValueError):
    """The folder is not the dataset it claims to be, or may not be used for this; the text says why."""


@dataclass(frozen=True)
class Dataset:
    """A verified dataset folder. Blobs are verified as they are read."""

    folder: Path
    manifest: DatasetManifest
    dataset_sha256: str
    examples: list[Example]
    pairs: list[PairExample]

    @property
    def own_pairs(self) -> list[PairExample]:
        """The pairs whose loser came from the own model: the only ones that may train DPO."""
        return [pair for pair in self.pairs if pair.is_loser_own]

    def blob(self, sha256: str) -> bytes:
        """Return the bytes of a blob. Raises DatasetError when they are missing or not what the digest says."""
        path = self.folder / BLOBS_FOLDER / sha256
        content = _read(path)
        if sha256_hex(content) != sha256:
            raise DatasetError(f"{path.name[:12]}... does not hold the bytes that its name says")
        return content


def read_dataset(folder: Path, *, split: Literal["train", "heldout"], dataset_sha256: str | None = None) -> Dataset:
    """Read and verify manifest and lines.

    Raises DatasetError when the split is another one (so that held-out objects can never train), when the digest is
    not ``dataset_sha256``, or when a count, a line or a digest does not fit.
    """
    try:
        manifest = DatasetManifest.model_validate_json(_read(folder / MANIFEST_NAME))
    except ValidationError as error:
        raise DatasetError(f"{MANIFEST_NAME} is not a manifest: {_first_reason(error)}") from error
    digest = sha256_of_json(manifest.model_dump(mode="json"))
    if dataset_sha256 is not None and digest != dataset_sha256:
        raise DatasetError(f"the folder holds dataset {digest[:12]}, not {dataset_sha256[:12]}")
    if manifest.split != split:
        raise DatasetError(f"the dataset's split is {manifest.split!r}: it may not be used where {split!r} is needed")
    examples = _read_lines(folder / EXAMPLES_NAME, manifest.examples_sha256, Example)
    pairs = _read_lines(folder / PAIRS_NAME, manifest.pairs_sha256, PairExample)
    dataset = Dataset(folder, manifest, digest, examples, pairs)
    _check_counts(dataset)
    return dataset


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DatasetError(f"{path.name} cannot be read: {error.strerror}") from error


def _read_lines(path: Path, sha256: str, kind: type[Line]) -> list[Line]:
    content = _read(path)
    if sha256_hex(content) != sha256:
        raise DatasetError(f"{path.name} does not have the digest that the manifest says")
    lines = []
    for number, text in enumerate(content.splitlines(), start=1):
        try:
            lines.append(kind.model_validate_json(text))
        except ValidationError as error:
            raise DatasetError(f"{path.name} line {number}: {_first_reason(error)}") from error
    return lines


def _check_counts(dataset: Dataset) -> None:
    manifest = dataset.manifest
    found = {
        "examples": (manifest.n_examples, len(dataset.examples)),
        "pairs": (manifest.n_pairs, len(dataset.pairs)),
        "simulated examples": (manifest.n_simulated_examples, _n_simulated(dataset.examples)),
        "simulated pairs": (manifest.n_simulated_pairs, _n_simulated(dataset.pairs)),
    }
    for what, (claimed, counted) in found.items():
        if claimed != counted:
            raise DatasetError(f"the manifest says {claimed} {what}, the folder holds {counted}")


def _n_simulated(lines: Iterable[Example | PairExample]) -> int:
    return sum(line.is_simulated for line in lines)


def _first_reason(error: ValidationError) -> str:
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"{place}: {first['msg']}" if place else str(first["msg"])
