"""Training shapes: procedural ones grown on CPU processes, in an order that does not depend on how many there are.

The same arguments always give the same shapes. What the split holds out is refused here, except through the two
functions that say so in their names.
"""

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from trainers.data.procedural import FAMILIES, TRAINING_FAMILIES, ShapeMesh, make_shape
from trainers.data.split import FIRST_HELDOUT_SEED, HELDOUT_FAMILIES, SplitError, role_of_shape

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
        return int(round((self.occupancy_bits.size * 8) ** (1 / 3)))

    def occupancy(self) -> NDArray[np.bool_]:
        """Return the occupancy, (grid, grid, grid), indexed ``[x, y, z]`` in order of rising coordinates."""
        grid = self.grid
        return np.unpackbits(self.occupancy_bits, count=grid**3).reshape(grid, grid, grid).astype(bool)


def grow_shapes(*, families: Sequence[str], n: int, seed: int, grid: int, processes: int) -> Iterator[TrainingShape]:
    """Yield ``n`` shapes to train on, ``families`` in turn, grown on ``processes`` CPU processes (1: in this one).

    Raises SplitError for a held-out family, KeyError for an unknown one.
    """
    jobs = [(families[i % len(families)], (seed * SEEDS_A_RUN + i) % FIRST_HELDOUT_SEED, grid) for i in range(n)]
    _refuse(families, 0)
    return _in_order(_grow, jobs, processes)


def heldout_seed_shapes(
    *, n: int, seed: int, grid: int, processes: int, families: Sequence[str] = TRAINING_FAMILIES
) -> Iterator[TrainingShape]:
    """Yield ``n`` shapes of trained families from seeds that no training run draws. For evaluation only."""
    _refuse(families, 0)
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


def _heldout_jobs(families: Sequence[str], n: int, seed: int, grid: int) -> list[tuple[str, int, int]]:
    first = FIRST_HELDOUT_SEED + seed * SEEDS_A_RUN
    return [(families[i % len(families)], first + i, grid) for i in range(n)]


def _refuse(families: Sequence[str], seed: int) -> None:
    for family in families:
        if family not in FAMILIES:
            raise KeyError(family)
        if role_of_shape(family, seed) != "train":
            raise SplitError(f"{family} with seed {seed} is held out")


def _grow(job: tuple[str, int, int]) -> TrainingShape:
    family, seed, grid = job
    shape = make_shape(family, seed)
    return TrainingShape(f"grammar:{family}:{seed}", family, shape.mesh, np.packbits(shape.occupancy(grid)))


_Job = TypeVar("_Job")


def _in_order(work: Callable[[_Job], TrainingShape], jobs: Iterable[_Job], processes: int) -> Iterator[TrainingShape]:
    if processes <= 1:
        return map(work, jobs)
    return _in_processes(work, iter(jobs), processes)


def _in_processes(
    work: Callable[[_Job], TrainingShape], jobs: Iterator[_Job], processes: int
) -> Iterator[TrainingShape]:
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
