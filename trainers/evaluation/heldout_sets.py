"""The views that checkpoints are compared on, made from shapes that no training may read, and the shapes to learn from.

Everything here is rendered: its truth is exact, and it says nothing of real photos by itself.
"""

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor

from networks.config import NetworkConfig
from trainers.data.backgrounds import drawn_backgrounds, read_backgrounds
from trainers.data.grids import coarsened
from trainers.data.packs import read_pack
from trainers.data.pasting import make_pasted_views
from trainers.data.procedural import TRAINING_FAMILIES
from trainers.data.shapes import TrainingShape, heldout_family_shapes, heldout_seed_shapes, mixed_shapes
from trainers.data.views import ViewSet, make_views

SEEDS, FAMILIES, ASSETS, OCCLUDED, UNCOVERED = (
    "heldout_seeds",
    "heldout_grammars",
    "heldout_assets",
    "occluded",
    "uncovered",
)
TITLES = {
    SEEDS: "Held-out seeds of trained grammars",
    FAMILIES: "Held-out grammars",
    ASSETS: "Held-out assets",
    OCCLUDED: "Occluded, pasted into pictures",
    UNCOVERED: "The same pictures without the occluders",
}
BACKGROUNDS = 64
_VIEW_SEED = 20_011
"""Of lights, cameras and pastes: the same pictures for every checkpoint."""


T = TypeVar("T")


@dataclass(frozen=True)
class SetOptions:
    """What to make. ``pack`` and ``train_pack`` are packs of real assets; ``n_objects`` holds for each set."""

    n_objects: int
    views_a_shape: int
    n_training: int
    names: tuple[str, ...] = (SEEDS, FAMILIES, ASSETS, OCCLUDED)
    pack: Path | None = None
    train_pack: Path | None = None
    backgrounds: Path | None = None
    seed: int = 0
    processes: int = 1
    render_size: int | None = None


@dataclass(frozen=True)
class HeldoutSet:
    """One named set; ``shapes`` are those of ``views``, in order."""

    name: str
    shapes: list[TrainingShape]
    views: ViewSet

    @property
    def title(self) -> str:
        """The name for a table."""
        return TITLES[self.name]


def make_heldout_sets(
    options: SetOptions, config: NetworkConfig, device: torch.device, say: Callable[[str], None]
) -> list[HeldoutSet]:
    """Make the sets of ``options.names``, in the sizes that ``config`` looks at.

    Without a pack there is no set of assets. Raises ValueError when nothing is left to make.
    """
    sets = []
    for name, shapes in heldout_shapes(options, config.grid).items():
        if name in (OCCLUDED, UNCOVERED):
            views = _pasted(shapes, options, config, device, say, is_covered=name == OCCLUDED)
        else:
            views = _isolated(shapes, options, config, device, say)
        sets.append(HeldoutSet(name, shapes, views))
        say(f"{TITLES[name]}: {len(shapes)} objects")
    return sets


def heldout_shapes(options: SetOptions, grid: int) -> dict[str, list[TrainingShape]]:
    """Return the shapes of each set without rendering them. Raises ValueError when no set can be made."""
    n, seed, processes = options.n_objects, options.seed, options.processes
    assets = [] if options.pack is None else read_pack(options.pack, role="heldout")
    assets = [_at_grid(asset, grid) for asset in spread(assets, n)]
    shapes: dict[str, list[TrainingShape]] = {}
    if SEEDS in options.names or OCCLUDED in options.names:
        shapes[SEEDS] = list(heldout_seed_shapes(n=n, seed=seed, grid=grid, processes=processes))
    if FAMILIES in options.names:
        shapes[FAMILIES] = list(heldout_family_shapes(n=n, seed=seed, grid=grid, processes=processes))
    if ASSETS in options.names and assets:
        shapes[ASSETS] = assets
    if OCCLUDED in options.names:
        shapes[OCCLUDED] = shapes[UNCOVERED] = list(islice(_in_turn([shapes[SEEDS], assets]), n))
    if SEEDS not in options.names:
        shapes.pop(SEEDS, None)
    if not shapes:
        raise ValueError(f"of the sets {', '.join(options.names)} none can be made")
    return shapes


def spread(things: Sequence[T], n: int) -> list[T]:
    """Return at most ``n`` of them, evenly spread: a pack, for one, stands in the order of its names."""
    return [things[k] for k in np.unique(np.linspace(0, len(things) - 1, min(n, len(things))).round().astype(int))]


def make_training_views(
    options: SetOptions, config: NetworkConfig, device: torch.device, say: Callable[[str], None]
) -> dict[str, ViewSet]:
    """Return views of training shapes, for the baselines of each set: every asset of the train pack once, others grown.

    Isolated sets share isolated views; sets of pasted pictures share pasted ones, one view a shape.
    """
    assets = [] if options.train_pack is None else read_pack(options.train_pack, role="train")
    n = max(options.n_training, 2 * len(assets))
    shapes = list(
        mixed_shapes(
            assets,
            asset_share=len(assets) / n,
            families=TRAINING_FAMILIES,
            n=n,
            seed=options.seed,
            grid=config.grid,
            processes=options.processes,
        )
    )
    say(f"{n} training shapes for the baselines, {len(assets)} of them assets")
    options = dataclasses.replace(options, seed=options.seed + 1)
    views = {}
    isolated = [name for name in (SEEDS, FAMILIES, ASSETS) if name in options.names]
    if isolated:
        views = dict.fromkeys(isolated, _isolated(shapes, options, config, device, say))
    if OCCLUDED in options.names:
        once = dataclasses.replace(options, views_a_shape=1)
        pasted = _pasted(shapes, once, config, device, say, is_covered=True)
        views |= {OCCLUDED: pasted, UNCOVERED: pasted}
    return views


def _at_grid(asset: TrainingShape, grid: int) -> TrainingShape:
    bits = np.packbits(coarsened(asset.occupancy(), asset.grid // grid))
    return TrainingShape(asset.key, asset.category, asset.mesh, bits)


def _in_turn(groups: Sequence[Sequence[TrainingShape]]) -> Iterator[TrainingShape]:
    for place in range(max(len(group) for group in groups)):
        yield from (group[place] for group in groups if place < len(group))


def _isolated(
    shapes: list[TrainingShape],
    options: SetOptions,
    config: NetworkConfig,
    device: torch.device,
    say: Callable[[str], None],
) -> ViewSet:
    return make_views(
        shapes,
        views_a_shape=options.views_a_shape,
        grid=config.grid,
        image_size=config.image_size,
        render_size=options.render_size or config.image_size,
        seed=_VIEW_SEED + options.seed,
        device=device,
        with_points=config.has_pointmap,
        say=say,
    )


def _pasted(
    shapes: list[TrainingShape],
    options: SetOptions,
    config: NetworkConfig,
    device: torch.device,
    say: Callable[[str], None],
    *,
    is_covered: bool,
) -> ViewSet:
    views = make_pasted_views(
        shapes,
        backgrounds=_backgrounds(options),
        views_a_shape=options.views_a_shape,
        grid=config.grid,
        image_size=config.image_size,
        render_size=options.render_size or config.image_size,
        seed=_VIEW_SEED + options.seed,
        device=device,
        is_covered=is_covered,
        say=say,
    )
    # No baseline may know what the network is not shown.
    return views if config.has_pointmap else dataclasses.replace(views, depth_N2HW=None)


def _backgrounds(options: SetOptions) -> Tensor:
    if options.backgrounds is not None:
        return read_backgrounds(options.backgrounds)
    return drawn_backgrounds(BACKGROUNDS, 176, _VIEW_SEED)
