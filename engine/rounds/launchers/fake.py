"""A launcher that learns nothing: it writes at once the very files a trainer would write. For tests and dry runs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from contracts.checkpoint import CheckpointCard, WeightsFile
from contracts.dataset import EXAMPLES_NAME, MANIFEST_NAME, Example
from contracts.digests import sha256_hex, sha256_of_json
from contracts.training import (
    CARD_NAME,
    CHECKPOINT_FOLDER,
    PROGRESS_NAME,
    REPORT_NAME,
    RUN_NAME,
    EvaluationAsk,
    EvaluationReport,
    ObjectScore,
    ProgressLine,
    TrainingAsk,
)
from engine.rounds.launchers.port import Program
from engine.rounds.run_files import LOG_NAME, write_whole


class FakeTrainer:
    """A trainer that has already ended, or, with ``exit_status`` None, one that runs until it is stopped."""

    def __init__(self, exit_status: int | None) -> None:
        self._exit_status = exit_status

    def poll(self) -> int | None:
        """See ``port.TrainerProcess``."""
        return self._exit_status

    def stop(self) -> int:
        """See ``port.TrainerProcess``."""
        self._exit_status = 143 if self._exit_status is None else self._exit_status
        return self._exit_status


class FakeLauncher:
    """Gives every checkpoint that it "trained" ``gain`` more voxel IoU than its parent.

    ``failing`` maps a program to the exit status it ends with instead of writing anything; ``hanging`` programs
    write half of their progress and run on until they are stopped. ``started`` lists what was started.
    """

    def __init__(
        self,
        *,
        gain: float = 0.05,
        failing: dict[Program, int] | None = None,
        hanging: frozenset[Program] = frozenset(),
    ) -> None:
        self.gain = gain
        self.failing = failing or {}
        self.hanging = hanging
        self.started: list[Program] = []

    def start(self, *, program: Program, run_folder: Path) -> FakeTrainer:
        """See ``port.Launcher``."""
        self.started.append(program)
        if program in self.failing:
            (run_folder / LOG_NAME).write_text(f"{program} was told to fail\n")
            return FakeTrainer(self.failing[program])
        if program == "evaluate":
            write_fake_report(run_folder, gain=self.gain)
            return FakeTrainer(0)
        ask = TrainingAsk.model_validate_json((run_folder / RUN_NAME).read_bytes())
        is_hanging = program in self.hanging
        write_fake_progress(run_folder, ask, is_half=is_hanging)
        if not is_hanging:
            write_fake_checkpoint(run_folder, ask)
        return FakeTrainer(None if is_hanging else 0)


def _progress(ask: TrainingAsk) -> Iterator[ProgressLine]:
    n_steps = ask.steps or 10
    for step in range(n_steps):
        eta_seconds = 0.01 * (n_steps - step - 1)
        yield ProgressLine(step=step, n_steps=n_steps, loss=1.0 / (step + 1), eta_seconds=eta_seconds, metrics={})


def write_fake_progress(run_folder: Path, ask: TrainingAsk, *, is_half: bool) -> None:
    """Write the progress and the log of all steps, or of the first half."""
    lines = [line.model_dump_json() for line in _progress(ask)]
    kept = lines[: max(1, len(lines) // 2)] if is_half else lines
    (run_folder / PROGRESS_NAME).write_text("\n".join(kept) + "\n")
    (run_folder / LOG_NAME).write_text(f"fake {ask.stage}: {len(kept)} of {len(lines)} steps\n")


def write_fake_checkpoint(run_folder: Path, ask: TrainingAsk) -> None:
    """Write weights that depend on what was asked alone, then their card."""
    parent = _read_card(run_folder / ask.initial_checkpoint_folder)
    content = fake_weights(f"{parent.checkpoint_sha256} {ask.stage} {ask.seed} {ask.dataset_sha256}")
    folder = run_folder / CHECKPOINT_FOLDER
    folder.mkdir(exist_ok=True)
    name = "weights.safetensors"
    (folder / name).write_bytes(content)
    generation = int(parent.metrics.get("generation", 0)) + 1
    card = CheckpointCard(
        network=parent.network,
        files=[WeightsFile(name=name, sha256=sha256_hex(content), size_bytes=len(content))],
        stage=ask.stage,
        recipe=ask.recipe,
        parent_sha256=parent.checkpoint_sha256,
        dataset_sha256=ask.dataset_sha256,
        seed=ask.seed,
        steps=ask.steps or 10,
        created_at=datetime.now(UTC),
        metrics={"generation": float(generation)},
    )
    write_whole(folder / CARD_NAME, card)


def fake_weights(text: str) -> bytes:
    """Return a well-formed safetensors file of one tensor of 32 bytes that depend on ``text``."""
    header = json.dumps({"fake": {"dtype": "U8", "shape": [32], "data_offsets": [0, 32]}}).encode()
    return len(header).to_bytes(8, "little") + header + hashlib.sha256(text.encode()).digest()


def _read_card(folder: Path) -> CheckpointCard:
    return CheckpointCard.model_validate_json((folder / CARD_NAME).read_bytes())


def write_fake_report(run_folder: Path, *, gain: float) -> None:
    """Score every held-out object; a checkpoint gets ``gain`` for each training stage behind it."""
    ask = EvaluationAsk.model_validate_json((run_folder / RUN_NAME).read_bytes())
    dataset_folder = run_folder / ask.dataset_folder
    card = _read_card(run_folder / ask.checkpoint_folder)
    lines = (dataset_folder / EXAMPLES_NAME).read_text().splitlines()
    examples = {example.target_id: example for example in map(Example.model_validate_json, lines)}
    report = EvaluationReport(
        checkpoint_sha256=card.checkpoint_sha256,
        dataset_sha256=sha256_of_json(json.loads((dataset_folder / MANIFEST_NAME).read_bytes())),
        seed=ask.seed,
        n_seeds=ask.n_seeds,
        steps=ask.steps,
        guidance=ask.guidance,
        scores=[_score(example, gain=gain * card.metrics.get("generation", 0.0)) for example in examples.values()],
    )
    write_whole(run_folder / REPORT_NAME, report)


def _score(example: Example, *, gain: float) -> ObjectScore:
    iou = min(1.0, max(0.0, 0.3 + 0.01 * (example.target_id % 7) + gain))
    return ObjectScore(
        target_id=example.target_id, voxel_iou=iou, f1=iou, chamfer=1 - iou, is_simulated=example.is_simulated
    )
