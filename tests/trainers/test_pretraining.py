"""Pre-training from nothing to a checkpoint that the other stages can read, by the command that a person types."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from tests.trainers.folders import REPOSITORY, progress
from trainers.checkpoints import CheckpointError, read_checkpoint

ONE_CORE = {"OMP_NUM_THREADS": "1", "PATH": "/usr/bin:/bin"}


def command(stage: str, run: Path, *options: str) -> list[str]:
    return [sys.executable, "-m", f"trainers.{stage}", str(run), "--recipe", "smoke", "--processes", "1", *options]


def train(stage: str, run: Path, *options: str) -> tuple[int, str]:
    """Run a stage to its end; return its exit status and its log."""
    done = subprocess.run(
        command(stage, run, *options), cwd=REPOSITORY, env={**ONE_CORE, "HOME": str(run.parent)},
        capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    return done.returncode, done.stderr


def losses(run: Path) -> list[tuple[object, object]]:
    return [(line["step"], line["loss"]) for line in progress(run)]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that nothing interrupted."""
    run = tmp_path_factory.mktemp("whole") / "run"
    status, log = train("pretrain", run, "--half")
    assert status == 0, log
    return run


@pytest.fixture
def started() -> Iterator[list[subprocess.Popen[str]]]:
    processes: list[subprocess.Popen[str]] = []
    yield processes
    for process in processes:
        process.kill()
        process.wait()


def kill_at(run: Path, step: int, stage: str, started: list[subprocess.Popen[str]], *options: str) -> None:
    """Start a run and SIGKILL it as soon as it has reported ``step``."""
    process = subprocess.Popen(
        command(stage, run, *options), cwd=REPOSITORY, env={**ONE_CORE, "HOME": str(run.parent)},
        stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    started.append(process)
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline and process.poll() is None:
        lines = progress(run)
        if lines and int(str(lines[-1]["step"])) >= step:
            os.kill(process.pid, signal.SIGKILL)
            break
        time.sleep(0.01)
    assert process.wait() == -signal.SIGKILL, "the run ended before it could be killed"


def test_run_gives_a_readable_checkpoint_with_its_statistics(whole: Path) -> None:
    card, networks = read_checkpoint(whole / "checkpoint")
    assert card.stage == "pretrain"
    assert card.steps == 8
    # Distance from the camera is the mean of the viewpoints' range, not the identity's zero.
    assert 1.8 < float(networks.geometry.layout_shift_3[2]) < 3.2
    # All latents together have the spread that the flow expects.
    assert float(networks.geometry.latent_std_C.min()) > 0
    assert next(networks.geometry.parameters()).dtype == torch.float32
    assert 0 <= card.metrics["vae_voxel_iou"] <= 1


def test_log_holds_each_phase_and_what_the_network_makes_of_unseen_shapes(whole: Path) -> None:
    lines = [json.loads(line) for line in (whole / "metrics.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines if "loss" in line] == list(range(18))
    assert {line["phase"] for line in lines} == {"vae", "warmup", "flow"}
    validations = [line for line in lines if "heldout_iou" in line]
    assert [line["step"] for line in validations] == [13, 17]
    assert list((whole / "tensorboard").iterdir())
    assert sorted(path.name for path in (whole / "samples").iterdir()) == ["flow-0000004.png", "flow-0000008.png"]
    best, _ = read_checkpoint(whole / "best")
    assert best.metrics["heldout_iou"] == max(line["heldout_iou"] for line in validations)


def test_losses_of_a_seed_are_what_they_were(whole: Path) -> None:
    """Of the autoencoder's first steps: they hang on the shapes, the order, the noise, the weights and the optimiser.

    A change here is right when a recipe, a grammar or a network was changed on purpose, and a finding otherwise.
    """
    first = [float(str(loss)) for _, loss in losses(whole)[:4]]
    assert first == pytest.approx([0.7660, 0.7345, 0.7065, 0.7074], abs=2e-4)


def test_training_needs_no_mesh_library_and_no_progress_bar() -> None:
    # A lent GPU may lack them.
    code = (
        "import sys, importlib\n"
        "class Refuse:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.split('.')[0] in {'trimesh', 'tqdm', 'tensorboard', 'engine', 'django'}:\n"
        "            raise ImportError(name)\n"
        "sys.meta_path.insert(0, Refuse())\n"
        "for name in ('trainers.pretrain', 'trainers.midtrain', 'benchmarks.throughput'):\n"
        "    importlib.import_module(name)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, env=ONE_CORE, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("step", [3, 8, 13])  # in the autoencoder, in the encoders, in the flow
def test_killed_run_goes_on_exactly_as_if_it_had_not_been(
    whole: Path, tmp_path: Path, step: int, started: list[subprocess.Popen[str]]
) -> None:
    kill_at(tmp_path / "run", step, "pretrain", started)
    assert not (tmp_path / "run" / "checkpoint" / "card.json").exists()
    status, log = train("pretrain", tmp_path / "run", "--half")
    assert status == 0, log
    assert "resuming at step" in log
    assert losses(tmp_path / "run") == losses(whole)
    cards = [read_checkpoint(run / "checkpoint")[0] for run in (whole, tmp_path / "run")]
    assert cards[0].checkpoint_sha256 == cards[1].checkpoint_sha256


def test_run_out_of_time_stops_cleanly_and_cached_views_serve_the_next_start(whole: Path, tmp_path: Path) -> None:
    status, log = train("pretrain", tmp_path / "run", "--minutes", "0.0001", "--cache", str(tmp_path / "views"))
    assert status == 143, log
    assert "stopped after step 1 of 6" in log
    status, log = train("pretrain", tmp_path / "run", "--cache", str(tmp_path / "views"), "--half")
    assert status == 0, log
    assert "16 views from views-" in log
    assert losses(tmp_path / "run") == losses(whole)


def test_folder_of_another_run_is_refused(whole: Path) -> None:
    before = (whole / "run.json").read_bytes()
    card = whole / "checkpoint" / "card.json"
    kept = card.read_bytes()
    card.unlink()
    try:
        status, log = train("pretrain", whole, "--steps", "9")
    finally:
        card.write_bytes(kept)
    assert status == 1
    assert "configuration.flow.steps 8 is now 9" in log
    assert (whole / "run.json").read_bytes() == before


def test_damaged_weights_are_noticed(whole: Path, tmp_path: Path) -> None:
    for path in (whole / "checkpoint").iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    weights = tmp_path / "weights-001.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"?")
    with pytest.raises(CheckpointError, match="digest"):
        read_checkpoint(tmp_path)


def test_shipped_base_checkpoint_is_whole() -> None:
    folder = Path(__file__).parents[2] / "engine" / "demo" / "seed" / "checkpoint"
    card, networks = read_checkpoint(folder)
    assert networks.config.to_dict().items() >= card.network.items()
    assert next(networks.geometry.parameters()).dtype == torch.float32


def test_a_frozen_encoder_without_its_file_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    status, log = train("pretrain", tmp_path / "run", "--recipe", "nano", "--encoder", "efficientnet")
    assert status == 1
    assert "--encoder-weights" in log
    assert not (tmp_path / "run" / "state").exists()
