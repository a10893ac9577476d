"""Two processes on this machine learn what one does: replicated (DDP) and with their weights in shares (FSDP2)."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.trainers.folders import REPOSITORY
from tests.trainers.test_pretraining import ONE_CORE, command, losses, train
from trainers.checkpoints import read_checkpoint

TWO = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2")


def train_on_two(run: Path, *options: str) -> tuple[int, str]:
    alone = command("pretrain", run, *options)
    done = subprocess.run(
        [sys.executable, *TWO, *alone[1:]], cwd=REPOSITORY, env={**ONE_CORE, "HOME": str(run.parent)},
        capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    return done.returncode, done.stderr


@pytest.fixture(scope="module")
def same_data(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    """Views that are rendered once for all runs."""
    return "--shared-data", "--cache", str(tmp_path_factory.mktemp("views"))


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory, same_data: tuple[str, ...]) -> Path:
    """One process that adds up two micro-batches a step."""
    run = tmp_path_factory.mktemp("alone") / "run"
    status, log = train("pretrain", run, *same_data, "--accumulate", "2")
    assert status == 0, log
    return run


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["ddp", "fsdp"])
def test_two_processes_learn_what_one_with_two_micro_batches_does(
    alone: Path, tmp_path: Path, same_data: tuple[str, ...], kind: str
) -> None:
    status, log = train_on_two(tmp_path / "run", *same_data, "--parallel", kind)
    assert status == 0, log
    together, single = losses(tmp_path / "run"), losses(alone)
    assert [step for step, _ in together] == [step for step, _ in single] == list(range(18))
    assert [loss for _, loss in together] == pytest.approx([loss for _, loss in single], abs=1e-5)
    card, networks = read_checkpoint(tmp_path / "run" / "checkpoint")
    _, other = read_checkpoint(alone / "checkpoint")
    for (name, a), b in zip(networks.geometry.named_parameters(), other.geometry.parameters(), strict=True):
        assert (a - b).abs().max() < 1e-5, name
    assert card.steps == 8


@pytest.mark.slow
def test_state_in_shares_is_whole_on_disk_and_goes_on_in_one_process(
    alone: Path, tmp_path: Path, same_data: tuple[str, ...]
) -> None:
    run = tmp_path / "run"
    status, log = train_on_two(run, *same_data, "--parallel", "fsdp", "--minutes", "0.0001")
    assert status == 1, log  # torchrun's own, for the processes' 143
    assert "stopped after step 1 of 6" in log
    assert (run / "state" / "vae.pt").exists()
    assert not (run / "checkpoint").exists()
    status, log = train("pretrain", run, *same_data, "--accumulate", "2")
    assert status == 0, log
    assert [loss for _, loss in losses(run)] == pytest.approx([loss for _, loss in losses(alone)], abs=1e-5)


@pytest.mark.slow
def test_each_process_makes_its_own_share_of_the_views_unless_told_otherwise(tmp_path: Path) -> None:
    status, log = train_on_two(tmp_path / "run", "--cache", str(tmp_path / "views"))
    assert status == 0, log
    assert len(list((tmp_path / "views").iterdir())) == 2
    assert json.loads((tmp_path / "run" / "run.json").read_text())["shares"] == 2
