"""Make a pack of the furniture libraries: ``python -m trainers.data.build_pack OUT --role train --source FOLDER``.

``FOLDER`` holds the .sh3f files of Debian's sweethome3d-furniture. Needs fast-simplification. What the split allows
for the role goes in, less what trainers.data.filters drops; the same libraries give the same pack.
"""

import argparse
import multiprocessing
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from trainers.data.baking import bake, bake_solid, unlike
from trainers.data.filters import AssetFacts, reason_to_drop
from trainers.data.packs import PackCard, PackedAsset, PackError, PackRole, write_pack
from trainers.data.procedural import ShapeMesh
from trainers.data.shapes import TrainingShape
from trainers.data.split import SHIPPED_LIBRARY, TRAINING_LIBRARIES, role_of
from trainers.data.sweethome import CatalogueEntry, MaterialGroup, load_groups, read_catalogue
from trainers.data.voxels import MeshError, normalise, voxelise

GRID = 64
FACE_BUDGETS = (2500, 4500, 1200)
"""Tried in turn until the light mesh is like the model and has at most MOST_FACES; textures cost extra faces."""
MOST_FACES = 6000
MOST_UNLIKE = 0.02
"""Share of a model's surface that its light mesh may have lost: thin bars are what decimation eats first."""
LICENCES = {
    "Scopia": "CC-BY-3.0",
    "BlendSwap-CC-BY": "CC-BY-3.0",
    "KatorLegaz": "CC-BY-3.0",
    SHIPPED_LIBRARY: "CC0-1.0",
}
SOURCE = "Debian sweethome3d-furniture"


@dataclass(frozen=True)
class Outcome:
    """An asset's shape, or why there is none."""

    shape: TrainingShape | None
    reason: str = ""


def build_pack(out: Path, *, role: PackRole, source: Path, processes: int, limit: int | None = None) -> PackCard:
    """Write the pack of ``role`` from the libraries in ``source`` and print what was dropped and why.

    Raises PackError when a library is missing or nothing is left.
    """
    jobs = list(_entries(role, source))[:limit]
    shapes, assets, reasons = [], [], Counter[str]()
    for (library, entry), outcome in zip(jobs, _outcomes(jobs, processes), strict=True):
        if outcome.shape is None:
            reasons[outcome.reason] += 1
            print(f"{library.stem}/{entry.asset}: dropped, {outcome.reason}", flush=True)
            continue
        shapes.append(outcome.shape)
        assets.append(_describe(library, entry))
    print(f"{len(shapes)} of {len(jobs)} kept; dropped: {dict(reasons.most_common())}")
    return write_pack(out, shapes, assets, role=role, source=SOURCE)


def _outcomes(jobs: list[tuple[Path, CatalogueEntry]], processes: int) -> Iterator[Outcome]:
    if processes <= 1:
        yield from map(_convert, jobs)
        return
    with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(_convert, jobs)


def _entries(role: PackRole, source: Path) -> Iterator[tuple[Path, CatalogueEntry]]:
    for name in sorted({*TRAINING_LIBRARIES, SHIPPED_LIBRARY}):
        library = source / f"{name}.sh3f"
        try:
            entries = read_catalogue(library)
        except OSError as error:
            raise PackError(f"{library} cannot be read: {error}") from error
        yield from ((library, entry) for entry in entries if role_of(name, entry.asset) == role)


def _describe(library: Path, entry: CatalogueEntry) -> PackedAsset:
    return PackedAsset(
        library=library.stem,
        asset=entry.asset,
        name=entry.name,
        category=entry.category,
        author=entry.author,
        licence=LICENCES[library.stem],
    )


def _convert(job: tuple[Path, CatalogueEntry]) -> Outcome:
    library, entry = job
    try:
        return convert(library.stem, entry, load_groups(library, entry))
    except MeshError as error:
        return Outcome(None, str(error))


def convert(library: str, entry: CatalogueEntry, groups: list[MaterialGroup]) -> Outcome:
    """Return the shape of a model given by its materials, or why it is dropped. Raises MeshError."""
    starts = np.cumsum([0, *(len(group.vertices_V3) for group in groups)])
    vertices = np.concatenate([group.vertices_V3 for group in groups])
    faces = np.concatenate([group.faces_F3 + start for group, start in zip(groups, starts, strict=False)])
    placed = normalise(vertices, faces)
    extents = tuple(float(side) for side in np.ptp(placed.vertices_V3, axis=0))
    # The cheap rules first: a solid is looked for only where there may be one.
    facts = AssetFacts(entry.name, entry.category, len(faces), (extents[0], extents[1], extents[2]), 1.0)
    if reason := reason_to_drop(facts):
        return Outcome(None, reason)
    occupancy = voxelise(placed.vertices_V3, placed.faces_F3, GRID)
    facts = AssetFacts(entry.name, entry.category, len(faces), facts.extents, float(occupancy.mean()))
    if reason := reason_to_drop(facts):
        return Outcome(None, reason)
    mesh = _light_mesh(groups, occupancy)
    shape = TrainingShape(f"asset:{library}/{entry.asset}", entry.category, mesh, np.packbits(occupancy))
    return Outcome(shape)


def _light_mesh(groups: list[MaterialGroup], occupancy_RRR: NDArray[np.bool_]) -> ShapeMesh:
    for budget in FACE_BUDGETS:
        mesh, colours_V3 = bake(groups, budget)
        if len(mesh.faces_F3) <= MOST_FACES and unlike(groups, mesh) <= MOST_UNLIKE:
            break
    else:
        mesh, colours_V3 = bake_solid(groups, occupancy_RRR, MOST_FACES)
    colours = colours_V3.astype(np.float32) / np.float32(255)
    # Smoothing and decimation may leave the frame by a hair.
    return ShapeMesh(mesh.vertices_V3.clip(-0.5, 0.5), mesh.faces_F3.astype(np.int64), colours)


def main() -> None:
    """Read the command line and build."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--role", choices=get_args(PackRole), required=True)
    parser.add_argument("--source", type=Path, required=True, help="folder of the .sh3f files")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--limit", type=int, help="only the first so many models, for a try")
    given = parser.parse_args()
    card = build_pack(given.out, role=given.role, source=given.source, processes=given.processes, limit=given.limit)
    print(f"{given.out}: {len(card.assets)} assets, sha256 {card.content_sha256}")


if __name__ == "__main__":
    main()
