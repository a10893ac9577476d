"""Preference optimisation on the own model's D+ / D- pairs: ``python -m trainers.dpo RUN_FOLDER``, or by torchrun.

Winner and loser meet the same noise at the same time; the frozen reference is the initial checkpoint. Only the shape
stream learns: the encoders stay as they are, so a layout still reads the same condition tokens.
"""

import copy

import torch
from torch import Tensor

from contracts.training import TrainingAsk
from networks.flow import draw_times, interpolate, target_velocity
from networks.geometry import GeometryTransformer
from networks.pipeline import ConditionStreams, Networks
from trainers.checkpoints import read_checkpoint
from trainers.data.examples import SampleReader
from trainers.data.preferences import read_dataset
from trainers.learner import Learner
from trainers.losses import DpoLoss, dpo_loss, sample_errors
from trainers.recipes import recipe_named
from trainers.run_folder import RunFolder
from trainers.stage import Stepper, TrainingError, publish, run_stage
from trainers.world import World, batch_indices, step_generator


def train(run: RunFolder, ask: TrainingAsk, world: World) -> None:
    """Optimise from ``ask.initial_checkpoint_folder``, which is also the reference, and write ``checkpoint/``."""
    recipe = recipe_named(ask.recipe).dpo
    n_steps = ask.steps or recipe.steps
    dataset = read_dataset(run.resolve(ask.dataset_folder), split="train", dataset_sha256=ask.dataset_sha256)
    pairs = dataset.own_pairs
    if not pairs:
        raise TrainingError(f"none of {len(dataset.pairs)} pairs has a loser of the own model: nothing to train on")
    card, networks = read_checkpoint(run.resolve(ask.initial_checkpoint_folder), str(world.device))
    reader = SampleReader(dataset, networks)
    winners = reader.samples([(p.photo_sha256, p.mask_sha256, p.winner_glb_sha256, None) for p in pairs], world.device)
    losers = reader.samples([(p.photo_sha256, p.mask_sha256, p.loser_glb_sha256, None) for p in pairs], world.device)

    transformer = networks.geometry.transformer
    reference = copy.deepcopy(transformer).eval().requires_grad_(False)
    transformer.train().requires_grad_(True)
    learner = Learner(transformer, recipe.optimiser.at_rate(ask.rate_factor), n_steps, world)
    stepper = Stepper(run, world, learner, n_steps=n_steps, save_every=recipe.save_every)
    for step in range(stepper.first, n_steps):
        index = batch_indices(len(pairs), recipe.batch, seed=ask.seed, step=step, rank=world.rank, size=world.size)
        winner, loser = winners.take(index, world.device), losers.take(index, world.device)
        loss = pair_loss(
            transformer,
            reference,
            condition(networks, winner.streams),
            winner.shapes_NCXYZ,
            loser.shapes_NCXYZ,
            beta=recipe.beta,
            anchor=recipe.anchor,
            draw=step_generator(ask.seed, step, world.rank),
        )
        norm = learner.update(loss.total, step)
        watched = loss.watched()
        world.average_(watched.values())
        metrics = {name: float(value) for name, value in watched.items()}
        stepper.finish_step(step, metrics.pop("total"), {**metrics, "gradient_norm": norm, "rate": learner.rate(step)})

    publish(run, ask, learner, networks, parent=card, steps=n_steps, metrics={"n_pairs": float(len(pairs))})
    world.wait()


@torch.no_grad()
def condition(networks: Networks, streams: ConditionStreams) -> Tensor:
    """Return the condition tokens (B, L, D) of the frozen encoders."""
    return networks.encode_condition(streams)


def pair_loss(
    transformer: GeometryTransformer,
    reference: GeometryTransformer,
    cond_BLD: Tensor,
    winners_BCXYZ: Tensor,
    losers_BCXYZ: Tensor,
    *,
    beta: float,
    anchor: float,
    draw: torch.Generator,
) -> DpoLoss:
    """Return the DPO loss of a batch of pairs; ``draw`` (CPU) gives each pair one time and one noise for both sides."""
    n, device = len(winners_BCXYZ), winners_BCXYZ.device
    t_B = draw_times(n, draw).to(device)
    noise = torch.randn(winners_BCXYZ.shape, generator=draw).to(device)

    def errors(network: GeometryTransformer) -> tuple[Tensor, Tensor]:
        both, twice = torch.cat([winners_BCXYZ, losers_BCXYZ]), torch.cat([noise, noise])
        t_twice = torch.cat([t_B, t_B])
        keys = network.prepare(torch.cat([cond_BLD, cond_BLD]))
        velocity, _ = network(interpolate(twice, both, t_twice), None, t_twice, keys)
        winner_B, loser_B = sample_errors(velocity, target_velocity(twice, both)).chunk(2)
        return winner_B, loser_B

    with torch.no_grad():
        reference_errors = errors(reference)
    return dpo_loss(*errors(transformer), *reference_errors, beta=beta, anchor=anchor)


if __name__ == "__main__":
    run_stage("dpo", train)
