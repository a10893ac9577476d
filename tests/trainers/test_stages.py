"""SFT and DPO as the engine runs them: real subprocesses that are killed, stopped, refused and started again."""

import json
import math
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts.checkpoint import CheckpointCard
from tests.trainers.folders import finish, progress, start, write_dataset, write_random_checkpoint, write_run
from trainers.recipes import recipe_named

STEPS = 60  # the debug recipe saves every 25 steps of SFT


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, Path, str]:
    folder = tmp_path_factory.mktemp("inputs")
    digest = write_dataset(folder / "dataset")
    return folder / "dataset", digest, folder / "base", write_random_checkpoint(folder / "base")


@pytest.fixture
def started() -> Iterator[list[subprocess.Popen[str]]]:
    processes: list[subprocess.Popen[str]] = []
    yield processes
    for process in processes:
        process.kill()
        process.wait()
        if process.stderr:
            process.stderr.close()


def _wait_for_step(run: Path, step: int, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline and process.poll() is None:
        lines = progress(run)
        if lines and int(str(lines[-1]["step"])) >= step:
            return
        time.sleep(0.02)
    raise AssertionError(f"step {step} was not reached: {finish(process)}")


def _losses(run: Path) -> list[object]:
    return [line["loss"] for line in progress(run)]


@pytest.mark.slow
def test_killed_run_goes_on_exactly_as_if_it_had_not_been(
    inputs: tuple[Path, str, Path, str], tmp_path: Path, started: list[subprocess.Popen[str]]
) -> None:
    dataset, digest, base, base_sha256 = inputs
    for name in ("whole", "killed"):
        write_run(tmp_path / name, "sft", dataset, digest, base, steps=STEPS)
    whole = start("sft", tmp_path / "whole")
    started.append(whole)
    assert finish(whole)[0] == 0

    killed = start("sft", tmp_path / "killed")
    started.append(killed)
    _wait_for_step(tmp_path / "killed", 30, killed)
    killed.send_signal(signal.SIGKILL)
    assert finish(killed)[0] == -signal.SIGKILL
    assert not (tmp_path / "killed" / "checkpoint" / "card.json").exists()

    again = start("sft", tmp_path / "killed")
    started.append(again)
    status, log = finish(again)
    assert status == 0, log
    assert "resuming at step 25" in log or "resuming at step 50" in log
    assert [line["step"] for line in progress(tmp_path / "killed")] == list(range(STEPS))
    assert _losses(tmp_path / "killed") == _losses(tmp_path / "whole")
    cards = [
        CheckpointCard.model_validate_json((tmp_path / name / "checkpoint" / "card.json").read_text())
        for name in ("whole", "killed")
    ]
    assert cards[0].checkpoint_sha256 == cards[1].checkpoint_sha256
    assert cards[0].parent_sha256 == base_sha256
    assert cards[0].dataset_sha256 == digest


def test_stopped_run_saves_its_state_and_says_143(
    inputs: tuple[Path, str, Path, str], tmp_path: Path, started: list[subprocess.Popen[str]]
) -> None:
    dataset, digest, base, _ = inputs
    write_run(tmp_path / "run", "sft", dataset, digest, base, steps=5000)
    process = start("sft", tmp_path / "run")
    started.append(process)
    _wait_for_step(tmp_path / "run", 3, process)
    process.send_signal(signal.SIGTERM)
    status, log = finish(process)
    assert status == 143, log
    assert (tmp_path / "run" / "state" / "state.pt").exists()
    done = int(str(progress(tmp_path / "run")[-1]["step"])) + 1
    assert f"stopped after step {done} of 5000" in log


def test_dpo_starts_at_log_2_and_lowers_it_and_a_finished_run_ends_at_once(
    inputs: tuple[Path, str, Path, str], tmp_path: Path, started: list[subprocess.Popen[str]]
) -> None:
    dataset, digest, base, _ = inputs
    write_run(tmp_path / "run", "dpo", dataset, digest, base, steps=30)
    process = start("dpo", tmp_path / "run")
    started.append(process)
    status, log = finish(process)
    assert status == 0, log
    lines = progress(tmp_path / "run")
    first, last = lines[0], lines[-1]
    assert isinstance(first["metrics"], dict)
    assert isinstance(last["metrics"], dict)
    # What is left after the anchor is the DPO loss.
    anchored = recipe_named("debug").dpo.anchor * first["metrics"]["winner_error"]
    assert float(str(first["loss"])) - anchored == pytest.approx(math.log(2), abs=1e-5)
    assert last["metrics"]["margin"] > 0
    before = (tmp_path / "run" / "checkpoint" / "card.json").read_bytes()
    again = start("dpo", tmp_path / "run")
    started.append(again)
    assert finish(again) == (0, "already finished\n")
    assert (tmp_path / "run" / "checkpoint" / "card.json").read_bytes() == before


@pytest.mark.parametrize("stage", ["sft", "dpo"])
def test_the_asked_factor_multiplies_the_recipes_rate(
    stage: str, inputs: tuple[Path, str, Path, str], tmp_path: Path, started: list[subprocess.Popen[str]]
) -> None:
    dataset, digest, base, _ = inputs
    write_run(tmp_path / "run", stage, dataset, digest, base, steps=1, rate_factor=0.25)
    process = start(stage, tmp_path / "run")
    started.append(process)
    status, log = finish(process)
    assert status == 0, log
    optimiser = getattr(recipe_named("debug"), stage).optimiser
    metrics = progress(tmp_path / "run")[0]["metrics"]
    assert isinstance(metrics, dict)
    # The first step of the warm-up.
    assert metrics["rate"] == pytest.approx(optimiser.rate * 0.25 / optimiser.warmup, rel=1e-6)


def test_heldout_objects_and_foreign_losers_are_refused(
    inputs: tuple[Path, str, Path, str], tmp_path: Path, started: list[subprocess.Popen[str]]
) -> None:
    _, digest, base, _ = inputs
    heldout = write_dataset(tmp_path / "heldout", split="heldout", n=1)
    foreign = write_dataset(tmp_path / "foreign", n=1, is_loser_own=False)
    write_run(tmp_path / "a", "sft", tmp_path / "heldout", heldout, base, steps=1)
    write_run(tmp_path / "b", "dpo", tmp_path / "foreign", foreign, base, steps=1)
    write_run(tmp_path / "c", "sft", tmp_path / "foreign", digest, base, steps=1)
    started += [start("sft", tmp_path / "a"), start("dpo", tmp_path / "b"), start("sft", tmp_path / "c")]
    (status_a, log_a), (status_b, log_b), (status_c, log_c) = (finish(process) for process in started)
    assert (status_a, status_b, status_c) == (1, 1, 1)
    assert "split is 'heldout'" in log_a
    assert "none of 1 pairs has a loser of the own model" in log_b
    assert "holds dataset" in log_c


@pytest.mark.slow
def test_two_processes_train_as_one(
    inputs: tuple[Path, str, Path, str], tmp_path: Path, started: list[subprocess.Popen[str]]
) -> None:
    dataset, digest, base, _ = inputs
    write_run(tmp_path / "run", "sft", dataset, digest, base, steps=5)
    process = start(
        "sft", tmp_path / "run", launcher=("-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2", "-m")
    )
    started.append(process)
    status, log = finish(process)
    assert status == 0, log
    assert [line["step"] for line in progress(tmp_path / "run")] == list(range(5))
    card = json.loads((tmp_path / "run" / "checkpoint" / "card.json").read_text())
    assert card["steps"] == 5
