"""Supervised fine-tuning on accepted shapes (D+): ``python -m trainers.sft RUN_FOLDER``, or through torchrun.

Flow matching on the shape always, on the layout where the example has a pose. The answer is the EMA of the weights.
"""

from contracts.training import TrainingAsk
from trainers.checkpoints import read_checkpoint
from trainers.data.examples import SampleReader
from trainers.data.preferences import read_dataset
from trainers.learner import Learner
from trainers.recipes import recipe_named
from trainers.run_folder import RunFolder
from trainers.stage import Stepper, TrainingError, publish, run_stage
from trainers.velocity import velocity_loss
from trainers.world import World, batch_indices, step_generator


def train(run: RunFolder, ask: TrainingAsk, world: World) -> None:
    """Fine-tune from ``ask.initial_checkpoint_folder`` and write ``checkpoint/``."""
    whole_recipe = recipe_named(ask.recipe)
    recipe = whole_recipe.sft
    n_steps = ask.steps or recipe.steps
    dataset = read_dataset(run.resolve(ask.dataset_folder), split="train", dataset_sha256=ask.dataset_sha256)
    if not dataset.examples:
        raise TrainingError("the dataset holds no accepted shape to train on")
    card, networks = read_checkpoint(run.resolve(ask.initial_checkpoint_folder), str(world.device))
    lines = [(e.photo_sha256, e.mask_sha256, e.glb_sha256, e.pose) for e in dataset.examples]
    samples = SampleReader(dataset, networks).samples(lines, world.device)

    geometry = networks.geometry.train().requires_grad_(True)
    learner = Learner(geometry, recipe.optimiser.at_rate(ask.rate_factor), n_steps, world)
    stepper = Stepper(run, world, learner, n_steps=n_steps, save_every=recipe.save_every)
    for step in range(stepper.first, n_steps):
        index = batch_indices(len(samples), recipe.batch, seed=ask.seed, step=step, rank=world.rank, size=world.size)
        loss = velocity_loss(
            geometry,
            samples.take(index, world.device),
            weights=whole_recipe.modality_weights,
            condition_dropout=recipe.condition_dropout,
            modality_dropout=recipe.modality_dropout,
            draw=step_generator(ask.seed, step, world.rank),
        )
        norm = learner.update(loss.total, step)
        logged = {"total": loss.total.detach(), **{name: part.detach() for name, part in loss.parts.items()}}
        world.average_(logged.values())
        parts = {f"loss_{name}": float(part) for name, part in logged.items() if name != "total"}
        stepper.finish_step(step, float(logged["total"]), {**parts, "gradient_norm": norm, "rate": learner.rate(step)})

    publish(run, ask, learner, networks, parent=card, steps=n_steps, metrics={"n_examples": float(len(samples))})
    world.wait()


if __name__ == "__main__":
    run_stage("sft", train)
