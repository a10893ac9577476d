"""Pre-training on isolated shapes: ``python -m trainers.pretrain RUN_FOLDER --recipe nano``, or through torchrun.

In turn: views, the occupancy autoencoder, the encoders alone, then the geometry network on the autoencoder's latents.
Each phase keeps its state in the run folder. Killed, stopped or out of ``--minutes`` (exit 143), the same command
goes on where the last one left off, and learns what one long run would have learnt.
"""

import argparse
import dataclasses
from pathlib import Path

import torch

from networks.config import config_named
from networks.pipeline import Networks, build_networks
from trainers.checkpoints import read_checkpoint
from trainers.data.views import ViewSet, layout_statistics
from trainers.flow_phase import ViewData, pulls_of, train_flow
from trainers.phase import Phase, Workplace
from trainers.recipes import Recipe
from trainers.run_folder import say
from trainers.stage import TrainingError
from trainers.starting import Start, add_run_options, chosen, named_recipe, work
from trainers.training_data import ViewSource, encode_latents, heldout_views, isolated_views
from trainers.vae_phase import reconstruction_iou, train_vae
from trainers.validation import Validator
from trainers.warmup_phase import warm_up_encoders


def main() -> None:
    """Parse the command line and pre-train."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_run_options(parser)
    parser.add_argument("--encoder", choices=("vit", "efficientnet"), help="overrides the recipe's")
    parser.add_argument("--encoder-weights", type=Path, help="a DINOv2 file, or the converted EfficientNet-Lite0")
    parser.add_argument("--vae-steps", type=int, help="overrides the recipe's")
    parser.add_argument("--warmup-steps", type=int, help="overrides the recipe's; 0 leaves the phase out")
    parser.add_argument("--steps", type=int, help="overrides the recipe's steps of the geometry network")
    parser.add_argument("--vae-from", type=Path, help="a checkpoint whose autoencoder is taken instead of training one")
    given = parser.parse_args()
    work(
        "pretrain", given, overridden(named_recipe(given.recipe), given), lambda start: pretrain(start, given.vae_from)
    )


def pretrain(start: Start, vae_from: Path | None = None) -> None:
    """Train both networks and write ``checkpoint/``."""
    recipe, place, sources = start.recipe, start.place, start.sources
    stage = recipe.pretrain
    torch.manual_seed(sources.seed)
    networks = build_networks(stage.network).to(place.world.device)
    if start.encoder_weights is not None:
        networks.geometry.conditioner.load_encoders(start.encoder_weights)
    if networks.geometry.conditioner.lacks_file:
        raise TrainingError(f"the encoder {stage.network.encoder} is frozen: give its file with --encoder-weights")
    vae, warmup, flow = pretrain_phases(recipe, sources.seed)

    make = isolated_views(stage.data, stage.network, place.world.device, with_points=False)
    source = ViewSource("isolated", stage.data, stage.network, sources, place.world, make)
    heldout = heldout_views(stage.data, stage.network, sources, place.world.device, stage.validation.objects)

    if vae_from is None:
        train_vae(place, vae, networks, source, stage.vae, start.shares)
    else:
        take_vae(networks, vae_from)
    vae_iou = reconstruction_iou(networks, heldout.occupancy(torch.arange(len(heldout.keys))))
    say(f"the autoencoder gives held-out shapes back at a voxel IoU of {vae_iou:.3f}")
    start.constants(networks, lambda: set_statistics(place, networks, source.at(0)))

    # Isolated views have no pointmap, and what is never used must not wait for gradients.
    set_points_trainable(networks, False)
    if stage.warmup is not None and warmup.steps:
        warm_up_encoders(place, warmup, networks, source, stage.warmup, start.shares)
    data = ViewData(networks, source, start.shares)
    validator = Validator(
        place, flow, networks, stage.validation,
        heldout=heldout, others={"seen": source.current}, keep_best=start.keeper("pretrain", networks, flow),
        watch=pulls_of(place, flow, networks, data, stage.flow),
    )  # fmt: skip
    train_flow(place, flow, networks, data, stage.flow, after_step=validator.after_step)
    set_points_trainable(networks, True)
    start.publish("pretrain", networks, flow.steps, {"vae_voxel_iou": vae_iou})


def pretrain_phases(recipe: Recipe, seed: int) -> tuple[Phase, Phase, Phase]:
    """Return the phases of the autoencoder, the encoders and the flow; each has randomness of its own."""
    stage = recipe.pretrain
    parts = [("vae", stage.vae), ("warmup", stage.warmup), ("flow", stage.flow)]
    steps = [0 if part is None else part.steps for _, part in parts]
    first, middle, last = (
        Phase(
            name=name,
            steps=steps[number],
            batch=(part or stage.flow).batch,
            optimiser=(part or stage.flow).optimiser,
            save_every=stage.save_every,
            seed=seed + number,
            first_step=sum(steps[:number]),
            run_steps=sum(steps),
        )
        for number, (name, part) in enumerate(parts)
    )
    return first, middle, last


def take_vae(networks: Networks, folder: Path) -> None:
    """Take the autoencoder of a checkpoint. Raises CheckpointError, RuntimeError for one of another size."""
    _, other = read_checkpoint(folder)
    networks.vae.load_state_dict(other.vae.state_dict())
    networks.vae.eval().requires_grad_(False)


def set_statistics(place: Workplace, networks: Networks, views: ViewSet) -> None:
    """Measure the statistics of latents and layouts over all processes and give them to the network."""
    geometry = networks.geometry
    variance, mean = torch.var_mean(encode_latents(networks, views), dim=(0, 2, 3, 4), correction=0)
    square = variance + mean.square()
    layout = layout_statistics(views.poses)
    # Shares are of one size, so the mean over processes is the mean over all samples.
    place.world.average_([mean, square])
    place.world.average_(layout)
    geometry.set_latent_statistics(mean, (square - mean.square()).clamp(min=1e-8).sqrt())
    geometry.set_layout_statistics(layout)


def set_points_trainable(networks: Networks, is_trainable: bool) -> None:
    """Say whether the pointmap's part of the conditioner learns."""
    conditioner = networks.geometry.conditioner
    if conditioner.points_embedder is not None:
        for part in (conditioner.points_embedder, conditioner.points_projector):
            part.requires_grad_(is_trainable)


def overridden(recipe: Recipe, given: argparse.Namespace) -> Recipe:
    """Return the recipe with what the command line says instead. Raises ValueError for an encoder it does not have."""
    stage = recipe.pretrain
    network = stage.network
    if given.encoder is not None and given.encoder != network.encoder:
        network = config_named(network.name, given.encoder)
    warmup = stage.warmup
    if warmup is not None:
        warmup = None if given.warmup_steps == 0 else dataclasses.replace(warmup, **chosen(steps=given.warmup_steps))
    changed = dataclasses.replace(
        stage,
        network=network,
        data=dataclasses.replace(stage.data, **chosen(n_shapes=given.shapes, views_a_shape=given.views)),
        vae=dataclasses.replace(stage.vae, **chosen(steps=given.vae_steps)),
        warmup=warmup,
        flow=dataclasses.replace(stage.flow, **chosen(steps=given.steps, batch=given.batch)),
        **chosen(report_every=given.report_every, save_every=given.save_every),
    )
    return dataclasses.replace(recipe, pretrain=changed)


if __name__ == "__main__":
    main()
