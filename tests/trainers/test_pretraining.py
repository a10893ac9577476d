"""Pre-training from nothing to a checkpoint that the other stages can read."""

import dataclasses
from pathlib import Path

import pytest
import torch

from trainers.checkpoints import CheckpointError, read_checkpoint
from trainers.pretrain import pretrain
from trainers.recipes import debug
from trainers.run_folder import RunFolder
from trainers.world import World


@pytest.mark.slow
def test_few_steps_give_a_readable_checkpoint_with_its_statistics(tmp_path: Path) -> None:
    recipe = debug()
    small = dataclasses.replace(recipe.pretrain, vae_batch=4, batch=4, render_size=48, views_a_shape=1)
    recipe = dataclasses.replace(recipe, pretrain=small)
    world = World(0, 1, torch.device("cpu"))
    pretrain(RunFolder(tmp_path), recipe, world, seed=0, n_shapes=10, vae_steps=2, steps=2, seconds=60, is_half=True)
    card, networks = read_checkpoint(tmp_path / "checkpoint")
    assert card.stage == "pretrain"
    assert card.steps == 2
    # Distance from the camera is the mean of the viewpoints' range, not the identity's zero.
    assert 1.8 < float(networks.geometry.layout_shift_3[2]) < 2.6
    weights = tmp_path / "checkpoint" / card.files[0].name
    weights.write_bytes(weights.read_bytes()[:-1] + b"?")
    with pytest.raises(CheckpointError, match="digest"):
        read_checkpoint(tmp_path / "checkpoint")


def test_shipped_base_checkpoint_is_whole() -> None:
    folder = Path(__file__).parents[2] / "engine" / "demo" / "seed" / "checkpoint"
    card, networks = read_checkpoint(folder)
    assert networks.config.to_dict() == card.network
    assert next(networks.geometry.parameters()).dtype == torch.float32
