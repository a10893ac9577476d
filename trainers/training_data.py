"""Where a phase's samples come from: shapes grown on the CPU's processes, rendered on the GPU, kept in its memory.

Shapes: S shapes, N views of them. With several processes each makes and keeps its own share of the shapes, unless
they are told to hold the same ones.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import torch
from torch import Tensor

from networks.config import NetworkConfig
from networks.pipeline import Networks
from trainers.data.packs import read_pack
from trainers.data.procedural import TRAINING_FAMILIES
from trainers.data.shapes import TrainingShape, grow_shapes, heldout_seed_shapes, mixed_shapes
from trainers.data.views import ViewSet, make_views
from trainers.recipes.recipe import DataRecipe
from trainers.run_folder import say
from trainers.seen_views import SeenViews
from trainers.view_cache import cached_views
from trainers.world import World

SHAPES_AT_ONCE = 128
"""Through the autoencoder."""
VALIDATION_SEED = 1
"""Of the held-out objects that a run watches and picks its best average by; the evaluation's are those of seed 0."""


@dataclass(frozen=True)
class Sources:
    """Where shapes come from. ``pack`` is a file of real assets for training, ``cache`` a folder for rendered views.

    ``is_shared`` makes all processes hold the same views: dearer, but what is learnt then does not depend on their
    number.
    """

    seed: int
    pack: Path | None = None
    cache: Path | None = None
    is_shared: bool = False
    processes: int = os.cpu_count() or 1


def training_shapes(data: DataRecipe, sources: Sources, grid: int, seed: int, n: int) -> Iterator[TrainingShape]:
    """Return ``n`` shapes to train on. Raises PackError, SplitError."""
    if sources.pack is None:
        return grow_shapes(families=TRAINING_FAMILIES, n=n, seed=seed, grid=grid, processes=sources.processes)
    return mixed_shapes(
        read_pack(sources.pack, role="train"),
        asset_share=data.asset_share,
        families=TRAINING_FAMILIES,
        n=n,
        seed=seed,
        grid=grid,
        processes=sources.processes,
    )


MakeViews = Callable[[Iterable[TrainingShape], int], ViewSet]
"""From shapes and a seed to views: isolated or pasted."""


class ViewSource:
    """The views of a phase, made anew from other seeds every ``renew_every`` steps."""

    def __init__(
        self, name: str, data: DataRecipe, config: NetworkConfig, sources: Sources, world: World, make: MakeViews
    ) -> None:
        self._name, self._data, self._config, self._sources, self._world = name, data, config, sources, world
        self._make = make
        self._generation = -1
        self._views: ViewSet | None = None
        self._seen: SeenViews | None = None

    def at(self, step: int) -> ViewSet:
        """Return the views that step ``step`` of a flow phase draws from."""
        generation = step // self._data.renew_every if self._data.renew_every else 0
        if self._views is None or generation != self._generation:
            self._views = self._seen = None  # two sets at once may be more than the memory holds
            self._views = self._generate(generation)
            self._generation = generation
        return self._views

    def seen_at(self, step: int, networks: Networks) -> SeenViews:
        """Return the same with what a frozen encoder sees in them: looked at once, whichever phase asks first."""
        views = self.at(step)
        self._seen = self._seen or SeenViews(networks, views)
        return self._seen

    def current(self) -> ViewSet:
        """Return the views that were asked for last."""
        return self.at(0) if self._views is None else self._views

    def _generate(self, generation: int) -> ViewSet:
        share = 1 if self._sources.is_shared else self._world.size
        rank = 0 if self._sources.is_shared else self._world.rank
        # A seed for each generation and share, far from the seeds of other runs that start at 0, 1, 2, ...
        seed = self._sources.seed + 1_009 * (generation * share + rank)
        n = max(1, self._data.n_shapes // share)
        shapes = training_shapes(self._data, self._sources, self._config.grid, seed, n)
        description = {
            "name": self._name,
            "data": asdict(self._data),
            "n": n,
            "seed": seed,
            "grid": self._config.grid,
            "image_size": self._config.image_size,
            "pack": _name_of(self._sources.pack),
        }
        return cached_views(self._sources.cache, description, self._world.device, lambda: self._make(shapes, seed))


def isolated_views(data: DataRecipe, config: NetworkConfig, device: torch.device, *, with_points: bool) -> MakeViews:
    """Return what renders shapes alone before a plain background."""

    def make(shapes: Iterable[TrainingShape], seed: int) -> ViewSet:
        return make_views(
            shapes,
            views_a_shape=data.views_a_shape,
            grid=config.grid,
            image_size=config.image_size,
            render_size=data.render_size,
            seed=seed,
            device=device,
            with_points=with_points,
            say=say,
        )

    return make


def heldout_shapes(config: NetworkConfig, sources: Sources, n: int) -> Iterator[TrainingShape]:
    """Return ``n`` shapes of the trained families from held-out seeds."""
    processes = min(n, sources.processes)
    return heldout_seed_shapes(n=n, seed=VALIDATION_SEED, grid=config.grid, processes=processes)


def heldout_views(data: DataRecipe, config: NetworkConfig, sources: Sources, device: torch.device, n: int) -> ViewSet:
    """Return one isolated view each of ``n`` shapes from held-out seeds of the trained families."""
    make = isolated_views(replace(data, views_a_shape=1), config, device, with_points=False)
    return make(heldout_shapes(config, sources, n), 0)


@torch.no_grad()
def encode_latents(networks: Networks, views: ViewSet) -> Tensor:
    """Return the standardised latents of all shapes, (S, C, r, r, r), on the device of the views."""
    chunks = torch.split(torch.arange(len(views.keys)), SHAPES_AT_ONCE)
    return torch.cat([networks.encode_shape(views.occupancy(index)[:, None].float()) for index in chunks])


def _name_of(path: Path | None) -> str:
    if path is None:
        return ""
    state = path.stat()
    return f"{path.name}-{state.st_size}-{state.st_mtime_ns}"
