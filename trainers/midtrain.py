"""Mid-training on pasted views: ``python -m trainers.midtrain RUN_FOLDER --from PRETRAIN_RUN``, or through torchrun.

The objects now stand in photos, partly hidden, some with a pointmap; a share of each batch stays isolated, so that
what was learnt is kept. First shape and rotation learn on, then translation and scale with them. Killed, stopped or out
of ``--minutes`` (exit 143), the same command goes on where the last one left off.
"""

import argparse
import dataclasses
from collections.abc import Iterable
from pathlib import Path

import torch
from torch import Tensor

from contracts.training import CARD_NAME, CHECKPOINT_FOLDER
from networks import frames
from networks.config import NetworkConfig
from networks.pipeline import Networks, join_streams
from trainers.checkpoints import read_checkpoint
from trainers.data.backgrounds import drawn_backgrounds, read_backgrounds
from trainers.data.pasting import make_pasted_views
from trainers.data.samples import Samples
from trainers.data.shapes import TrainingShape
from trainers.data.views import ViewSet, layout_statistics
from trainers.flow_phase import ViewData, pulls_of, train_flow
from trainers.phase import Micro, Phase
from trainers.recipes import Recipe
from trainers.recipes.recipe import DataRecipe
from trainers.run_folder import say
from trainers.starting import Start, add_run_options, chosen, named_recipe, work
from trainers.training_data import MakeViews, ViewSource, heldout_shapes, heldout_views, isolated_views
from trainers.validation import Validator

DRAWN_BACKGROUNDS = 64


def main() -> None:
    """Parse the command line and mid-train."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_run_options(parser)
    parser.add_argument("--from", dest="parent", type=Path, required=True, help="a run folder or a checkpoint folder")
    parser.add_argument("--backgrounds", type=Path, help="a pack of photos; without one, backgrounds are drawn")
    parser.add_argument("--shape-steps", type=int, help="overrides the recipe's steps on shape and rotation")
    parser.add_argument("--steps", type=int, help="overrides the recipe's steps on all modalities")
    given = parser.parse_args()
    recipe = overridden(named_recipe(given.recipe), given)
    work("midtrain", given, recipe, lambda start: midtrain(start, given.parent, given.backgrounds))


def midtrain(start: Start, parent: Path, backgrounds: Path | None) -> None:
    """Train the geometry network of ``parent`` on and write ``checkpoint/``. Raises CheckpointError."""
    place, stage, device = start.place, start.recipe.midtrain, start.place.world.device
    card, networks = read_checkpoint(checkpoint_in(parent), str(device))
    start = dataclasses.replace(start, parent_sha256=card.checkpoint_sha256)
    networks.geometry.requires_grad_(True)

    photos = read_photos(backgrounds, networks.config.image_size)
    pasted, isolated = view_sources(start, networks.config, photos)
    start.constants(networks, lambda: set_layout_constants(start, networks, [pasted.at(0), isolated.at(0)]))
    # Two orders of samples and two errors of depth, so that neither set tells anything about the other.
    data = MixedData(
        ViewData(networks, isolated, start.shares, is_disturbed=True),
        ViewData(networks, pasted, start.shares, is_disturbed=True),
        stage.isolated_share,
    )
    heldout = pasted_heldout(start, networks.config, photos)
    plain = heldout_views(stage.data, networks.config, start.sources, device, stage.validation.objects)

    shape_first, all_modalities = midtrain_phases(start.recipe, start.sources.seed)
    for phase, flow in ((shape_first, stage.shape_first), (all_modalities, stage.all_modalities)):
        # The best is sought where the layout has learnt too.
        keep_best = start.keeper("midtrain", networks, phase) if phase is all_modalities else None
        validator = Validator(
            place, phase, networks, stage.validation,
            heldout=heldout, others={"isolated": lambda: plain, "seen": pasted.current}, keep_best=keep_best,
            watch=pulls_of(place, phase, networks, data, flow),
        )  # fmt: skip
        train_flow(place, phase, networks, data, flow, after_step=validator.after_step)
    start.publish("midtrain", networks, all_modalities.first_step + all_modalities.steps, {})


class MixedData:
    """Micro-batches of which ``share`` are isolated samples and the others pasted ones."""

    def __init__(self, isolated: ViewData, pasted: ViewData, share: float) -> None:
        self._isolated, self._pasted, self._share = isolated, pasted, share

    def batch(self, micro: Micro) -> Samples:
        """Return the samples of ``micro``."""
        n = round(micro.size * self._share)
        if n == 0:
            return self._pasted.batch(micro)
        some = self._isolated.batch(dataclasses.replace(micro, size=n))
        return join_samples(some, self._pasted.batch(dataclasses.replace(micro, size=micro.size - n)))


def join_samples(a: Samples, b: Samples) -> Samples:
    """Return the samples of both, which must have poses."""
    assert a.poses is not None
    assert b.poses is not None
    return Samples(
        streams=join_streams([a.streams, b.streams]),
        shapes_NCXYZ=torch.cat([a.shapes_NCXYZ, b.shapes_NCXYZ]),
        layouts_NK=torch.cat([a.layouts_NK, b.layouts_NK]),
        has_pose_N=torch.cat([a.has_pose_N, b.has_pose_N]),
        poses=frames.PoseTensors(*(torch.cat(pair) for pair in zip(a.poses, b.poses, strict=True))),
    )


def view_sources(start: Start, config: NetworkConfig, photos: Tensor) -> tuple[ViewSource, ViewSource]:
    """Return where pasted and isolated views come from, each its share of the recipe's shapes."""
    stage, place = start.recipe.midtrain, start.place
    parts = [
        dataclasses.replace(stage.data, n_shapes=max(1, round(stage.data.n_shapes * share)))
        for share in (1 - stage.isolated_share, stage.isolated_share)
    ]
    makes = [
        pasted_views(parts[0], config, photos, place.world.device),
        isolated_views(parts[1], config, place.world.device, with_points=config.has_pointmap),
    ]
    pasted, isolated = (
        ViewSource(name, part, config, start.sources, place.world, make)
        for name, part, make in zip(("pasted", "isolated"), parts, makes, strict=True)
    )
    return pasted, isolated


def pasted_views(data: DataRecipe, config: NetworkConfig, photos: Tensor, device: torch.device) -> MakeViews:
    """Return what renders shapes into ``photos``, half hidden by each other."""

    def make(shapes: Iterable[TrainingShape], seed: int) -> ViewSet:
        views = make_pasted_views(
            shapes,
            backgrounds=photos,
            views_a_shape=data.views_a_shape,
            grid=config.grid,
            image_size=config.image_size,
            render_size=data.render_size,
            seed=seed,
            device=device,
            say=say,
        )
        return views if config.has_pointmap else dataclasses.replace(views, depth_N2HW=None)

    return make


def pasted_heldout(start: Start, config: NetworkConfig, photos: Tensor) -> ViewSet:
    """Return a pasted view each of shapes from held-out seeds."""
    stage = start.recipe.midtrain
    data = dataclasses.replace(stage.data, views_a_shape=1)
    shapes = heldout_shapes(config, start.sources, stage.validation.objects)
    return pasted_views(data, config, photos, start.place.world.device)(shapes, 0)


def read_photos(backgrounds: Path | None, side: int) -> Tensor:
    """Return the backgrounds, bytes (K, 3, H, H); drawn ones when no pack is given. Raises BackgroundError."""
    if backgrounds is None:
        say("no backgrounds given: drawn ones are pasted on, and real photos will look strange to this model")
        return drawn_backgrounds(DRAWN_BACKGROUNDS, side, seed=0)
    return read_backgrounds(backgrounds)


def set_layout_constants(start: Start, networks: Networks, sets: list[ViewSet]) -> None:
    """Measure place and size anew: pasted objects stand elsewhere than isolated ones. Rotation stays as it is."""
    poses = frames.PoseTensors(*(torch.cat(column) for column in zip(*(views.poses for views in sets), strict=True)))
    measured = layout_statistics(poses)
    start.place.world.average_(measured)
    before = networks.geometry.layout_statistics
    networks.geometry.set_layout_statistics(
        frames.LayoutStatistics(measured.shift_3, measured.unit_1, before.rotation_mean_6, before.rotation_std_6)
    )


def midtrain_phases(recipe: Recipe, seed: int) -> tuple[Phase, Phase]:
    """Return the phase of shape and rotation, and the one of all modalities."""
    stage = recipe.midtrain
    first, second = stage.shape_first, stage.all_modalities
    steps = [first.steps, second.steps]
    return (
        Phase("shape_first", first.steps, first.batch, first.optimiser, stage.save_every, seed + 11, 0, sum(steps)),
        Phase(
            "all_modalities", second.steps, second.batch, second.optimiser, stage.save_every, seed + 12,
            first.steps, sum(steps),
        ),
    )  # fmt: skip


def checkpoint_in(folder: Path) -> Path:
    """Return the folder of a checkpoint: ``folder`` itself, or the checkpoint of the run that it is."""
    return folder if (folder / CARD_NAME).exists() else folder / CHECKPOINT_FOLDER


def overridden(recipe: Recipe, given: argparse.Namespace) -> Recipe:
    """Return the recipe with what the command line says instead."""
    stage = recipe.midtrain
    batch = chosen(batch=given.batch)
    changed = dataclasses.replace(
        stage,
        data=dataclasses.replace(stage.data, **chosen(n_shapes=given.shapes, views_a_shape=given.views)),
        shape_first=dataclasses.replace(stage.shape_first, **chosen(steps=given.shape_steps), **batch),
        all_modalities=dataclasses.replace(stage.all_modalities, **chosen(steps=given.steps), **batch),
        **chosen(report_every=given.report_every, save_every=given.save_every),
    )
    return dataclasses.replace(recipe, midtrain=changed)


if __name__ == "__main__":
    main()
