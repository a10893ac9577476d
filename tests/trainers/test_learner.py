"""A step that must not count, a disk that is full, and an order of samples that is a function of the seed."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch
from torch import nn

from trainers.learner import MAX_BAD_STEPS, DivergedError, Learner
from trainers.recipes import OptimiserRecipe, recipe_named
from trainers.run_folder import RunFolder
from trainers.world import World, batch_indices

ALONE = World(0, 1, torch.device("cpu"))


def _learner(module: nn.Module) -> Learner:
    return Learner(module, OptimiserRecipe(rate=0.1, warmup=2, ema=0.9), 10, ALONE)


def test_step_with_a_gradient_that_is_not_finite_changes_nothing_and_several_end_the_run() -> None:
    module = nn.Linear(2, 1)
    learner = _learner(module)
    before = [parameter.detach().clone() for parameter in module.parameters()]
    for step in range(MAX_BAD_STEPS - 1):
        learner.update(module(torch.full((1, 2), torch.nan)).sum(), step)
    assert all(torch.equal(a, b) for a, b in zip(before, module.parameters(), strict=True))
    with pytest.raises(DivergedError):
        learner.update(module(torch.full((1, 2), torch.nan)).sum(), MAX_BAD_STEPS)


def test_one_kernel_update_skips_bad_steps_without_counting_them() -> None:
    module = nn.Linear(2, 1)
    learner = Learner(module, OptimiserRecipe(rate=0.1, warmup=2, ema=0.9), 10, ALONE, is_fused=True)
    learner.update(module(torch.ones(1, 2)).sum(), 0)
    before = [parameter.detach().clone() for parameter in module.parameters()]
    learner.update(module(torch.full((1, 2), torch.nan)).sum(), 1)
    assert all(torch.equal(a, b) for a, b in zip(before, module.parameters(), strict=True))
    assert all(float(values["step"]) == 1 for values in learner.optimiser.state.values())
    learner.update(module(torch.ones(1, 2)).sum(), 2)
    assert not torch.equal(before[0], module.weight)


def test_several_micro_batches_move_the_weights_as_the_whole_batch_does() -> None:
    torch.manual_seed(0)
    whole = nn.Linear(3, 2)
    parts = nn.Linear(3, 2)
    parts.load_state_dict(whole.state_dict())
    inputs, wanted = torch.randn(8, 3), torch.randn(8, 2)

    def loss(module: nn.Module, rows: slice) -> dict[str, torch.Tensor]:
        return {"total": (module(inputs[rows]) - wanted[rows]).square().mean()}

    one, many = _learner(whole), _learner(parts)
    for step in range(3):
        alone = one.accumulate([lambda: loss(whole, slice(None))], step)
        summed = many.accumulate([lambda n=n: loss(parts, slice(2 * n, 2 * n + 2)) for n in range(4)], step)  # type: ignore[misc]
        assert float(alone["total"]) == pytest.approx(float(summed["total"]), rel=1e-5)
        assert float(alone["gradient_norm"]) == pytest.approx(float(summed["gradient_norm"]), rel=1e-5)
    assert torch.allclose(whole.weight, parts.weight, atol=1e-6)


def test_state_of_one_learner_makes_another_go_on_alike() -> None:
    torch.manual_seed(0)
    first, second = nn.Linear(2, 1), nn.Linear(2, 1)
    a, b = _learner(first), _learner(second)
    a.update(first(torch.ones(1, 2)).square().sum(), 0)
    b.restore(a.state())
    for learner, module in ((a, first), (b, second)):
        learner.update(module(torch.ones(1, 2)).square().sum(), 1)
    assert torch.equal(first.weight, second.weight)
    assert torch.equal(a.ema["bias"], b.ema["bias"])


def test_average_follows_the_weights() -> None:
    module = nn.Linear(1, 1, bias=False)
    learner = _learner(module)
    start = module.weight.item()
    learner.update(module(torch.ones(1, 1)).sum(), 0)
    # At step 0 the decay is min(0.9, 1 / 10): the average goes nine tenths of the way.
    assert learner.ema["weight"].item() == pytest.approx(start + 0.9 * (module.weight.item() - start))
    learner.use_average()
    assert module.weight.item() == pytest.approx(learner.ema["weight"].item())


def test_each_epoch_sees_every_sample_once_whatever_the_number_of_ranks() -> None:
    alone = torch.cat([batch_indices(12, 4, seed=5, step=step) for step in range(3)])
    assert sorted(alone.tolist()) == list(range(12))
    shared = [batch_indices(12, 2, seed=5, step=step, rank=rank, size=2) for step in range(3) for rank in (0, 1)]
    assert torch.cat(shared).tolist() == alone.tolist()
    assert batch_indices(12, 4, seed=6, step=0).tolist() != alone[:4].tolist()


@contextmanager
def small_files_only() -> Iterator[None]:
    """Hold for a moment only: the limit holds for this process's own output too, when that is a file."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_disk_that_fills_up_keeps_the_last_good_state(tmp_path: Path) -> None:
    run = RunFolder(tmp_path)
    run.save_state({"step": 1})
    with pytest.raises(OSError, match="too large"), small_files_only():
        run.save_state({"step": 2, "much": torch.zeros(10_000)})
    assert run.load_state() == {"step": 1}
    assert [path.name for path in (tmp_path / "state").iterdir()] == ["state.pt"]


def test_progress_after_a_restart_has_no_step_twice(tmp_path: Path) -> None:
    run = RunFolder(tmp_path)
    run.begin(0)
    for step in range(4):
        run.report(step, 10, 1.0, {})
    with (tmp_path / "progress.jsonl").open("a") as file:
        file.write('{"step": 4, "n_st')
    run.begin(2)
    run.report(2, 10, 1.0, {})
    assert [line.count('"step":') for line in (tmp_path / "progress.jsonl").read_text().splitlines()] == [1, 1, 1]


def test_unknown_recipe_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match="debug, full, nano"):
        recipe_named("giant")
