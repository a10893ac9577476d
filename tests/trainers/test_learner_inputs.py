"""What reaches the learner: micro-batches, layouts by pointmap, cached views, counted operations, and the recipes."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from networks import frames
from networks.crops import ConditionStreams
from trainers.data.samples import Samples
from trainers.data.views import ViewSet
from trainers.metrics_log import MetricsLog
from trainers.phase import Micro, Phase, Settings, Workplace
from trainers.recipes import OptimiserRecipe, recipe_named
from trainers.run_folder import RunFolder
from trainers.sample_sheet import shade
from trainers.throughput import count_step_flops
from trainers.velocity import velocity_loss
from trainers.view_cache import cached_views
from trainers.world import World

CPU = torch.device("cpu")


def _place(tmp_path: Path, rank: int, size: int, accumulate: int) -> Workplace:
    settings = Settings(accumulate=accumulate)
    return Workplace(RunFolder(tmp_path), World(rank, size, CPU), MetricsLog(tmp_path), settings)


def test_processes_and_micro_batches_cut_a_step_into_the_same_samples(tmp_path: Path) -> None:
    phase = Phase("flow", 10, 8, OptimiserRecipe(rate=1e-3, warmup=1), 5, 3, 0, 10)
    alone = _place(tmp_path, 0, 1, 4).micros(phase, 2)
    shared = [micro for rank in (0, 1) for micro in _place(tmp_path, rank, 2, 2).micros(phase, 2)]
    assert sorted(alone, key=lambda micro: micro.number) == sorted(shared, key=lambda micro: micro.number)
    whole = torch.cat([micro.indices(100) for micro in alone])
    assert whole.tolist() == Micro(3, 2, 0, 1, 8).indices(100).tolist()
    with pytest.raises(ValueError, match="does not divide"):
        _place(tmp_path, 0, 3, 1).micros(phase, 0)


def test_each_process_goes_through_all_of_its_own_samples() -> None:
    for rank in (0, 1):
        seen = [Micro(3, step, rank, 2, 4).indices(12, shares=2) for step in range(3)]
        assert sorted(torch.cat(seen).tolist()) == list(range(12))


@pytest.mark.parametrize(("dropout", "expected"), [(0.0, 0.0), (1.0, 2.5)])
def test_layout_is_standardised_by_the_pointmap_only_where_the_pointmap_is_kept(
    dropout: float, expected: float
) -> None:
    """A flat pointmap around (0, 0, 5) and an object that stands there: nought by the points, 2.5 by the constants."""
    rays = torch.linspace(-1, 1, 8)
    points = torch.stack([rays[None].expand(8, 8), rays[:, None].expand(8, 8), torch.full((8, 8), 5.0)])[None]
    picture, mask = torch.zeros(1, 3, 8, 8), torch.ones(1, 1, 8, 8)
    pose = frames.PoseTensors(torch.eye(3)[None], torch.tensor([[-1 / 7, -1 / 7, 5.0]]), torch.ones(1, 3))
    constants = frames.LayoutStatistics(torch.zeros(3), torch.tensor([2.0]), torch.zeros(6), torch.ones(6))
    batch = Samples(
        ConditionStreams(picture, mask, picture, mask, points, points),
        torch.zeros(1, 1, 2, 2, 2),
        frames.encode_layout(pose, constants),
        torch.ones(1, dtype=torch.bool),
        pose,
    )
    seen: list[torch.Tensor] = []

    def forward(streams: object, point: tuple[torch.Tensor, torch.Tensor], t_B: torch.Tensor, **_: object) -> object:
        seen.append(point[1])
        return point

    velocity_loss(
        forward, batch, weights=dict.fromkeys(("shape", "rotation", "translation", "scale"), 1.0),
        condition_dropout=0.0, modality_dropout=0.0, points_dropout=dropout, time_mean=30.0, time_std=0.0,
        statistics=constants, draw=torch.Generator().manual_seed(0),
    )  # fmt: skip
    # At t = 1 the point on the path is the data.
    assert float(seen[0][0, frames.TRANSLATION_SLICE][2]) == pytest.approx(expected, abs=1e-4)


def _views() -> ViewSet:
    poses = frames.PoseTensors(torch.eye(3)[None], torch.ones(1, 3), torch.ones(1, 3))
    bits = torch.arange(64, dtype=torch.uint8)[None]
    images = torch.full((1, 8, 4, 4), 7, dtype=torch.uint8)
    return ViewSet(bits, images, poses, torch.ones(1, 3), None, 1, ["grammar:mug:1"], ["mug"], torch.ones(1))


def test_cached_views_are_those_of_the_same_description_and_a_damaged_file_is_made_again(tmp_path: Path) -> None:
    made: list[int] = []

    def make() -> ViewSet:
        made.append(1)
        return _views()

    first = cached_views(tmp_path, {"seed": 1}, CPU, make)
    again = cached_views(tmp_path, {"seed": 1}, CPU, make)
    assert len(made) == 1
    assert again.keys == first.keys
    assert torch.equal(again.occupancy_bits_SW, first.occupancy_bits_SW)
    cached_views(tmp_path, {"seed": 2}, CPU, make)
    assert len(made) == 2
    for path in tmp_path.iterdir():
        path.write_bytes(path.read_bytes()[:100])
    cached_views(tmp_path, {"seed": 1}, CPU, make)
    assert len(made) == 3


def test_operations_of_forward_and_backward_are_counted_and_gradients_dropped() -> None:
    module = nn.Linear(4, 3, bias=False)
    inputs = torch.randn(5, 4)
    # Forward 2 * 5 * 4 * 3, and as much for the weight's gradient; the input needs none.
    assert count_step_flops(module, lambda: module(inputs).sum()) == 2 * 2 * 5 * 4 * 3
    assert module.weight.grad is None


def test_sheet_shows_a_solid_upright_and_from_its_front() -> None:
    solid = np.zeros((8, 8, 8), dtype=bool)
    solid[0:2, 6:8, 6:8] = True  # low x, high y, high z: from the front, the upper left
    front, side = shade(solid, 2), shade(solid, 0)
    assert (front < 245).nonzero()[0].max() < 2
    assert (front < 245).nonzero()[1].max() < 2
    assert (side < 245).nonzero()[0].max() < 2
    # Seen from +x the front (+z) is on the left.
    assert (side < 245).nonzero()[1].max() < 2


@pytest.mark.parametrize("name", ["smoke", "debug", "nano", "tiny", "small", "full"])
def test_every_recipe_saves_validates_and_divides(name: str) -> None:
    recipe = recipe_named(name)
    assert recipe.name == name
    for flow in (recipe.pretrain.flow, recipe.midtrain.shape_first, recipe.midtrain.all_modalities):
        assert flow.batch % 4 == 0
        assert flow.optimiser.warmup < flow.steps
        assert set(flow.weights) == {"shape", "rotation", "translation", "scale"}
    assert recipe.pretrain.network.grid % 16 == 0
