"""Pre-training on procedural shapes: ``python -m trainers.pretrain RUN_FOLDER --recipe debug --seed 0``.

First the occupancy VAE, then, on its latents, the geometry network. The answer is a base checkpoint for the first turn
of the wheel. ``--minutes`` shortens the geometry phase to what the first steps' speed allows, with its full decay.
"""

import argparse
import os
import time
from pathlib import Path

import torch
from torch import Tensor

from networks import frames
from networks.pipeline import Networks, build_networks
from trainers.checkpoints import write_checkpoint
from trainers.data.examples import Samples, encode_shapes
from trainers.data.procedural import TRAINING_FAMILIES
from trainers.data.shapes import grow_shapes
from trainers.data.views import ViewSet, layout_statistics, make_views
from trainers.learner import Learner
from trainers.losses import FlowLoss, vae_loss
from trainers.recipes import Recipe, recipe_named
from trainers.run_folder import RunFolder, say
from trainers.velocity import velocity_loss
from trainers.world import World, batch_indices, enter_world, step_generator

# The first steps also compile kernels and fill caches; the speed is read off those after them.
FIRST_TIMED_STEP = 50
TIMED_STEPS = 150


def main() -> None:
    """Parse the command line and pre-train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--recipe", default="debug")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--shapes", type=int, help="overrides the recipe's number of shapes")
    parser.add_argument("--vae-steps", type=int, help="overrides the recipe's")
    parser.add_argument("--steps", type=int, help="overrides the recipe's steps of the geometry network")
    parser.add_argument("--minutes", type=float, default=60.0, help="budget of the geometry network's training")
    parser.add_argument("--half", action="store_true", help="write the weights in half precision")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    world = enter_world()
    recipe = recipe_named(given.recipe)
    pretrain(
        RunFolder(given.folder, is_writer=world.is_writer),
        recipe,
        world,
        seed=given.seed,
        n_shapes=given.shapes or recipe.pretrain.n_shapes,
        vae_steps=given.vae_steps or recipe.pretrain.vae_steps,
        steps=given.steps or recipe.pretrain.steps,
        seconds=given.minutes * 60,
        is_half=given.half,
    )


def pretrain(
    run: RunFolder,
    recipe: Recipe,
    world: World,
    *,
    seed: int,
    n_shapes: int,
    vae_steps: int,
    steps: int,
    seconds: float,
    is_half: bool,
) -> None:
    """Train both networks and write ``checkpoint/``."""
    torch.manual_seed(seed)
    networks = build_networks(recipe.pretrain.network).to(world.device)
    views = _make_views(recipe, world, seed=seed, n_shapes=n_shapes)
    vae_iou = train_vae(networks, _occupancy(views), recipe, world, seed=seed, n_steps=vae_steps)
    samples = set_statistics(networks, views, world)
    done, loss = train_geometry(run, networks, views, samples, recipe, world, seed=seed, n_steps=steps, seconds=seconds)
    if is_half:
        # Rounding costs nothing that a sample shows, and the file is half as large; loading gives float32 again.
        networks.geometry.half()
        networks.vae.half()
    if world.is_writer:
        write_checkpoint(
            run.checkpoint,
            networks,
            stage="pretrain",
            recipe=recipe.name,
            seed=seed,
            steps=done,
            metrics={
                "vae_voxel_iou": vae_iou,
                "loss": loss,
                "n_shapes": float(n_shapes),
                "vae_steps": float(vae_steps),
            },
        )


def train_vae(
    networks: Networks, occupancy_SXYZ: Tensor, recipe: Recipe, world: World, *, seed: int, n_steps: int
) -> float:
    """Train the autoencoder; return the mean voxel IoU of the last batch's reconstructions."""
    stage = recipe.pretrain
    learner = Learner(networks.vae.train(), stage.vae_optimiser, n_steps, world)
    started = time.monotonic()
    for step in range(n_steps):
        index = batch_indices(
            len(occupancy_SXYZ), stage.vae_batch, seed=seed, step=step, rank=world.rank, size=world.size
        )
        target = occupancy_SXYZ[index.to(world.device)][:, None].float()
        noise_seed = int(torch.randint(2**62, (1,), generator=step_generator(seed, step, world.rank)))
        logits, mean, log_variance = networks.vae(target, torch.Generator(world.device).manual_seed(noise_seed))
        loss = vae_loss(
            logits, target, mean, log_variance, kl_weight=stage.kl_weight, occupied_weight=stage.occupied_weight
        )
        learner.update(loss.total, step)
        if (step + 1) % 500 == 0:
            elapsed = time.monotonic() - started
            reconstruction, kl = float(loss.reconstruction.detach()), float(loss.kl.detach())
            say(f"vae {step + 1}/{n_steps} bce {reconstruction:.4f} kl {kl:.3f} {elapsed:.0f} s")
    learner.use_average()
    networks.vae.eval().requires_grad_(False)
    with torch.no_grad():
        solid = networks.vae.decode(networks.vae.encode(target)[0]) > 0
    truth = target > 0.5
    iou = ((solid & truth).flatten(1).sum(1) / (solid | truth).flatten(1).sum(1).clamp(min=1)).mean()
    say(f"vae reconstructs at a voxel IoU of {iou:.3f}")
    return float(iou)


def set_statistics(networks: Networks, views: ViewSet, world: World) -> Samples:
    """Measure the statistics of latents and layouts, give them to the network, return all samples without images."""
    geometry = networks.geometry
    latents = encode_shapes(networks, _occupancy(views), world.device, batch=256)
    geometry.set_latent_statistics(latents.mean((0, 2, 3, 4)), latents.std((0, 2, 3, 4)).clamp(min=1e-4))
    geometry.set_layout_statistics(layout_statistics(views.poses))
    latents = geometry.standardise_shape(latents.to(world.device))
    statistics = frames.LayoutStatistics(*(part.cpu() for part in geometry.layout_statistics))
    poses = frames.PoseTensors(*(part.cpu() for part in views.poses))
    layouts = frames.encode_layout(poses, statistics).to(world.device)
    has_pose = torch.ones(len(layouts), dtype=torch.bool, device=world.device)
    return Samples(views.streams(torch.arange(0)), latents, layouts, has_pose)


def train_geometry(
    run: RunFolder,
    networks: Networks,
    views: ViewSet,
    samples: Samples,
    recipe: Recipe,
    world: World,
    *,
    seed: int,
    n_steps: int,
    seconds: float,
) -> tuple[int, float]:
    """Train the flow; return the steps done and the recent mean of the shape loss."""
    stage = recipe.pretrain
    learner = Learner(networks.geometry.train(), stage.optimiser, n_steps, world)
    started, recent, step = time.monotonic(), 0.0, 0
    run.begin(0)
    while step < n_steps:
        batch = _batch(views, samples, stage.batch, seed + 1, step, world)
        loss = _loss(networks, batch, recipe, step_generator(seed + 1, step, world.rank))
        learner.update(loss.total, step)
        if (step + 1) % 100 == 0:
            parts = {f"loss_{name}": float(part.detach()) for name, part in loss.parts.items()}
            recent = parts["loss_shape"] if recent == 0 else 0.9 * recent + 0.1 * parts["loss_shape"]
            run.report(step, n_steps, float(loss.total.detach()), parts)
        if (step + 1) % 1000 == 0:
            say(f"geometry {step + 1}/{n_steps} shape {recent:.4f} {time.monotonic() - started:.0f} s")
        step += 1
        if step == FIRST_TIMED_STEP:
            started = time.monotonic()
        if step == FIRST_TIMED_STEP + TIMED_STEPS and world.size == 1:
            affordable = int(seconds / (time.monotonic() - started) * TIMED_STEPS)
            n_steps = learner.n_steps = max(step, min(n_steps, affordable))
            say(f"{n_steps} steps fit into {seconds:.0f} s")
    learner.use_average()
    networks.geometry.eval()
    return n_steps, recent


def _loss(networks: Networks, batch: Samples, recipe: Recipe, draw: torch.Generator) -> FlowLoss:
    return velocity_loss(
        networks.geometry,
        batch,
        weights=recipe.modality_weights,
        condition_dropout=recipe.pretrain.condition_dropout,
        modality_dropout=recipe.pretrain.modality_dropout,
        draw=draw,
    )


def _batch(views: ViewSet, samples: Samples, n: int, seed: int, step: int, world: World) -> Samples:
    index = batch_indices(len(samples.layouts_NK), n, seed=seed, step=step, rank=world.rank, size=world.size)
    index = index.to(world.device)
    return Samples(
        views.streams(index),
        samples.shapes_NCXYZ[index // views.views_a_shape],
        samples.layouts_NK[index],
        samples.has_pose_N[index],
    )


def _occupancy(views: ViewSet) -> Tensor:
    return views.occupancy(torch.arange(len(views.keys)))


def _make_views(recipe: Recipe, world: World, *, seed: int, n_shapes: int) -> ViewSet:
    stage, config = recipe.pretrain, recipe.pretrain.network
    shapes = grow_shapes(
        families=TRAINING_FAMILIES, n=n_shapes, seed=seed, grid=config.grid, processes=os.cpu_count() or 1
    )
    return make_views(
        shapes,
        views_a_shape=stage.views_a_shape,
        grid=config.grid,
        image_size=config.image_size,
        render_size=stage.render_size,
        seed=seed,
        device=world.device,
        say=say,
    )


if __name__ == "__main__":
    main()
