"""Training shapes, grown and varied on CPU processes, in an order that does not depend on how many there are.

The same arguments always give the same shapes. What the split holds out is refused here, except through the two
functions that say so in their names.
"""

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from trainers.data.grids import coarsened
from trainers.data.procedural import FAMILIES, TRAINING_FAMILIES, ShapeMesh, make_shape
from trainers.data.split import FIRST_HELDOUT_SEED, HELDOUT_FAMILIES, SplitError, role_of, role_of_shape
from trainers.data.varying import vary

BATCH = 16
"""Jobs that travel to a process together."""
BATCHES_AHEAD = 8
"""Per process, made before anybody asks: enough to be busy while a GPU renders, few enough to keep memory small."""
SEEDS_A_RUN = 100_003
"""Distance between the first shapes of two seeds of a run; a prime, so that families meet other seeds."""


@dataclass(frozen=True)
class TrainingShape:
    """One object to learn from, in the object frame.

    ``key`` is ``grammar:<family>:<seed>`` or ``asset:<library>/<name>``. ``occupancy_bits`` is ``np.packbits`` of the
    occupancy ``[x, y, z]`` in C order, ``grid`` voxels a side.
    """

    key: str
    category: str
    mesh: ShapeMesh
    occupancy_bits: NDArray[np.uint8]

    @property
    def grid(self) -> int:
        """Voxels of a side; a multiple of two, so that the bits fill whole bytes."""
        side: int = round((self.occupancy_bits.size * 8) ** (1 / 3))
        return side

    def occupancy(self) -> NDArray[np.bool_]:
        """Return the occupancy, (grid, grid, grid), indexed ``[x, y, z]`` in order of rising coordinates."""
        grid = self.grid
        return np.unpackbits(self.occupancy_bits, count=grid**3).reshape(grid, grid, grid).astype(bool)


def grow_shapes(*, families: Sequence[str], n: int, seed: int, grid: int, processes: int) -> Iterator[TrainingShape]:
    """Yield ``n`` shapes to train on, ``families`` in turn, grown on ``processes`` CPU processes (1: in this one).

    Raises SplitError for a held-out family, KeyError for an unknown one.
    """
    _refuse(families)
    jobs = (_training_job(families, seed, i, grid) for i in range(n))
    return _in_order(_grow, jobs, processes)


def heldout_seed_shapes(
    *, n: int, seed: int, grid: int, processes: int, families: Sequence[str] = TRAINING_FAMILIES
) -> Iterator[TrainingShape]:
    """Yield ``n`` shapes of trained families from seeds that no training run draws. For evaluation only."""
    _refuse(families)
    return _in_order(_grow, _heldout_jobs(families, n, seed, grid), processes)


def heldout_family_shapes(
    *, n: int, seed: int, grid: int, processes: int, families: Sequence[str] = HELDOUT_FAMILIES
) -> Iterator[TrainingShape]:
    """Yield ``n`` shapes of families that no training run draws. For evaluation only.

    Raises SplitError for a family that is trained on.
    """
    if trained := sorted(set(families) - set(HELDOUT_FAMILIES)):
        raise SplitError(f"not held out: {', '.join(trained)}")
    return _in_order(_grow, _heldout_jobs(families, n, seed, grid), processes)


def mixed_shapes(
    assets: Sequence[TrainingShape],
    *,
    asset_share: float,
    families: Sequence[str],
    n: int,
    seed: int,
    grid: int,
    processes: int,
) -> Iterator[TrainingShape]:
    """Yield ``n`` shapes of which ``asset_share`` are ``assets``, spread evenly, and the others procedural.

    The assets come in shuffled rounds; in the first round as they are, later mirrored or stretched, never turned.
    Raises SplitError for a held-out family or asset, ValueError for a share without assets.
    """
    if not 0 <= asset_share <= 1 or (asset_share > 0 and not assets):
        raise ValueError(f"a share of {asset_share} of {len(assets)} assets cannot be had")
    _refuse(families)
    _refuse_assets(assets)
    return _in_order(_make, _mixed_jobs(assets, asset_share, families, n, seed, grid), processes)


class _GrammarJob(NamedTuple):
    family: str
    seed: int
    grid: int


class _AssetJob(NamedTuple):
    """``variation`` seeds the variation; None leaves the asset as it is."""

    asset: TrainingShape
    variation: tuple[int, ...] | None
    grid: int


def _training_job(families: Sequence[str], seed: int, i: int, grid: int) -> _GrammarJob:
    return _GrammarJob(families[i % len(families)], (seed * SEEDS_A_RUN + i) % FIRST_HELDOUT_SEED, grid)


def _heldout_jobs(families: Sequence[str], n: int, seed: int, grid: int) -> Iterator[_GrammarJob]:
    first = FIRST_HELDOUT_SEED + seed * SEEDS_A_RUN
    return (_GrammarJob(families[i % len(families)], first + i, grid) for i in range(n))


def _refuse(families: Sequence[str]) -> None:
    for family in families:
        if family not in FAMILIES:
            raise KeyError(family)
        if role_of_shape(family, 0) != "train":
            raise SplitError(f"{family} is held out")


def _grow(job: _GrammarJob) -> TrainingShape:
    shape = make_shape(job.family, job.seed, with_patterns=True)
    bits = np.packbits(shape.occupancy(job.grid))
    return TrainingShape(f"grammar:{job.family}:{job.seed}", job.family, shape.mesh, bits)


def _mixed_jobs(
    assets: Sequence[TrainingShape], share: float, families: Sequence[str], n: int, seed: int, grid: int
) -> Iterator[_GrammarJob | _AssetJob]:
    n_assets = n_grown = 0
    order: list[int] = []
    for i in range(n):
        if int((i + 1) * share) == int(i * share):
            yield _training_job(families, seed, n_grown, grid)
            n_grown += 1
            continue
        turn, place = divmod(n_assets, len(assets))
        if place == 0:
            order = np.random.default_rng([seed, turn]).permutation(len(assets)).tolist()
        yield _AssetJob(assets[order[place]], (seed, turn, order[place]) if turn else None, grid)
        n_assets += 1


def _refuse_assets(assets: Sequence[TrainingShape]) -> None:
    for asset in assets:
        library, _, name = asset.key.removeprefix("asset:").partition("/")
        if not asset.key.startswith("asset:") or role_of(library, name) != "train":
            raise SplitError(f"{asset.key} is not for training")


def _make(job: _GrammarJob | _AssetJob) -> TrainingShape:
    return _grow(job) if isinstance(job, _GrammarJob) else _adapt(job)


def _adapt(job: _AssetJob) -> TrainingShape:
    mesh, occupancy = job.asset.mesh, job.asset.occupancy()
    if job.variation is not None:
        mesh, occupancy = vary(mesh, occupancy, np.random.default_rng(job.variation))
    if len(occupancy) % job.grid:
        raise ValueError(f"{job.asset.key} has a grid of {len(occupancy)}, which {job.grid} does not divide")
    coarse = coarsened(occupancy, len(occupancy) // job.grid)
    return TrainingShape(job.asset.key, job.asset.category, mesh, np.packbits(coarse))


_Job = TypeVar("_Job")


def _in_order(work: Callable[[_Job], TrainingShape], jobs: Iterable[_Job], processes: int) -> Iterator[TrainingShape]:
    if processes <= 1:
        return map(work, jobs)
    return _in_processes(work, iter(jobs), processes)


def _in_processes(
    work: Callable[[_Job], TrainingShape], jobs: Iterator[_Job], processes: int
) -> Iterator[TrainingShape]:
    # Read by the numpy of the children: every process with threads of its own would only fight for the same cores.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    pending: deque[Future[list[TrainingShape]]] = deque()
    with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn")) as pool:
        try:
            while batch := list(islice(jobs, BATCH)):
                pending.append(pool.submit(_work_through, work, batch))
                if len(pending) > BATCHES_AHEAD * processes:
                    yield from pending.popleft().result()
            while pending:
                yield from pending.popleft().result()
        finally:
            # A reader that stops early must not wait for everything that was made ahead of it.
            for future in pending:
                future.cancel()


def _work_through(work: Callable[[_Job], TrainingShape], batch: list[_Job]) -> list[TrainingShape]:
    return [work(job) for job in batch]
