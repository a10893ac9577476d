"""Writes a dataset version out as the folder that a trainer reads (contracts.dataset)."""

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

from contracts.dataset import BLOBS_FOLDER, EXAMPLES_NAME, MANIFEST_NAME, PAIRS_NAME, Example, PairExample
from contracts.digests import canonical_json, sha256_hex
from engine.core.storage import blob_store
from engine.records.models import DatasetVersion

_FETCHERS = 8
_AHEAD = 256


def _digests_of_example(line: str) -> Iterator[str]:
    example = Example.model_validate_json(line)
    yield from (example.photo_sha256, example.mask_sha256, example.glb_sha256)


def _digests_of_pair(line: str) -> Iterator[str]:
    pair = PairExample.model_validate_json(line)
    yield from (pair.photo_sha256, pair.mask_sha256, pair.winner_glb_sha256, pair.loser_glb_sha256)


def _digests(folder: Path) -> Iterator[str]:
    """Yield each blob that the lines name, once."""
    seen: set[bytes] = set()
    for name, digests_of in ((EXAMPLES_NAME, _digests_of_example), (PAIRS_NAME, _digests_of_pair)):
        with (folder / name).open(encoding="utf-8") as lines:
            for line in lines:
                for sha256 in digests_of(line):
                    if (key := bytes.fromhex(sha256)) not in seen:
                        seen.add(key)
                        yield sha256


def _write_whole(path: Path, content: bytes) -> None:
    """Write a file that is either absent or complete, whenever the process may be killed."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.write_bytes(content)
    partial.replace(path)


def _fetch(path: Path, sha256: str) -> None:
    if not (path.is_file() and sha256_hex(path.read_bytes()) == sha256):
        _write_whole(path, blob_store().get(sha256))


def _fetch_all(digests: Iterable[str], folder: Path) -> None:
    waiting = iter(digests)
    with ThreadPoolExecutor(max_workers=_FETCHERS) as pool:
        # A bounded number ahead: mapping a million at once would hold them all in memory.
        while some := list(islice(waiting, _AHEAD)):
            list(pool.map(lambda sha256: _fetch(folder / sha256, sha256), some))


def write_dataset_folder(*, version: DatasetVersion, folder: Path) -> None:
    """Make ``folder`` hold the version: lines, blobs by digest, and last its manifest.

    Can be called again after it was interrupted: what is there and right is not fetched again. Raises Unavailable
    or NotFound of the blob store.
    """
    blobs = folder / BLOBS_FOLDER
    blobs.mkdir(parents=True, exist_ok=True)
    _fetch(folder / EXAMPLES_NAME, version.manifest["examples_sha256"])
    _fetch(folder / PAIRS_NAME, version.manifest["pairs_sha256"])
    _fetch_all(_digests(folder), blobs)
    _write_whole(folder / MANIFEST_NAME, canonical_json(version.manifest))
