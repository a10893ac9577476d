"""Mid-training from a pre-training run to a checkpoint that a server can load, killed on the way and not."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from networks import frames
from networks.pipeline import GeometryPipeline
from tests.trainers.test_pretraining import kill_at, losses, started, train
from trainers.checkpoints import read_checkpoint
from trainers.data.samples import Samples
from trainers.flow_phase import ViewData
from trainers.midtrain import MixedData, checkpoint_in
from trainers.phase import Micro

__all__ = ["started"]


@pytest.fixture(scope="module")
def parent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = tmp_path_factory.mktemp("parent") / "run"
    status, log = train("pretrain", run)
    assert status == 0, log
    return run


@pytest.fixture(scope="module")
def whole(parent: Path) -> Path:
    run = parent.parent / "midtrain"
    status, log = train("midtrain", run, "--from", str(parent), "--half")
    assert status == 0, log
    return run


def test_checkpoint_names_its_parent_and_generates(parent: Path, whole: Path) -> None:
    card, networks = read_checkpoint(whole / "checkpoint")
    assert card.stage == "midtrain"
    assert card.steps == 10
    assert card.parent_sha256 == read_checkpoint(parent / "checkpoint")[0].checkpoint_sha256
    photo = np.full((40, 50, 3), 200, dtype=np.uint8)
    mask = np.zeros((40, 50), dtype=bool)
    mask[10:30, 15:35] = True
    assert len(GeometryPipeline(networks).generate(photo, mask, [0, 1], steps=2, guidance=1.0)) == 2


def test_both_phases_are_logged_and_watched_on_pasted_and_isolated_shapes(whole: Path) -> None:
    lines = [json.loads(line) for line in (whole / "metrics.jsonl").read_text().splitlines()]
    watched = [line for line in lines if "heldout_iou" in line]
    assert [(line["phase"], line["step"]) for line in watched] == [
        ("shape_first", 3), ("all_modalities", 7), ("all_modalities", 9),
    ]  # fmt: skip
    assert all({"isolated_iou", "seen_iou"} <= line.keys() for line in watched)
    # The first phase's layout has not learnt, so no best is kept of it.
    assert read_checkpoint(whole / "best")[0].steps > 4


def test_constants_of_place_and_size_are_measured_anew_and_those_of_rotation_kept(parent: Path, whole: Path) -> None:
    before, after = (read_checkpoint(run / "checkpoint")[1].geometry for run in (parent, whole))
    assert not torch.allclose(before.layout_shift_3, after.layout_shift_3, atol=1e-3)
    assert torch.allclose(before.rotation_mean_6, after.rotation_mean_6, atol=1e-2)


@pytest.mark.slow
@pytest.mark.parametrize("step", [2, 7])  # in the first phase, in the second
def test_killed_run_goes_on_exactly_as_if_it_had_not_been(
    parent: Path, whole: Path, tmp_path: Path, step: int, started: list[object]
) -> None:
    kill_at(tmp_path / "run", step, "midtrain", started, "--from", str(parent))  # type: ignore[arg-type]
    status, log = train("midtrain", tmp_path / "run", "--from", str(parent), "--half")
    assert status == 0, log
    assert "resuming at step" in log
    assert losses(tmp_path / "run") == losses(whole)
    cards = [read_checkpoint(run / "checkpoint")[0] for run in (whole, tmp_path / "run")]
    assert cards[0].checkpoint_sha256 == cards[1].checkpoint_sha256


def test_run_without_a_parent_is_refused(tmp_path: Path) -> None:
    status, log = train("midtrain", tmp_path / "run", "--from", str(tmp_path))
    assert status == 1
    assert "no checkpoint in checkpoint" in log


def test_run_folder_stands_for_its_checkpoint(whole: Path) -> None:
    assert checkpoint_in(whole) == whole / "checkpoint"
    assert checkpoint_in(whole / "best") == whole / "best"


class _Marked(ViewData):
    """Samples whose shapes all hold one number."""

    def __init__(self, mark: float) -> None:
        self._mark = mark

    def batch(self, micro: Micro) -> Samples:
        from networks.crops import ConditionStreams

        n = micro.size
        picture = torch.zeros(n, 3, 2, 2)
        poses = frames.PoseTensors(torch.eye(3).expand(n, 3, 3), torch.zeros(n, 3), torch.ones(n, 3))
        return Samples(
            ConditionStreams(picture, picture[:, :1], picture, picture[:, :1]),
            torch.full((n, 1, 1, 1, 1), self._mark), torch.zeros(n, 12), torch.ones(n, dtype=torch.bool), poses,
        )  # fmt: skip


def test_each_micro_batch_holds_its_share_of_isolated_samples() -> None:
    data = MixedData(_Marked(1.0), _Marked(0.0), share=0.25)
    micro = Micro(seed=0, step=0, number=0, count=1, size=8)
    assert data.batch(micro).shapes_NCXYZ.sum() == 2
    assert len(data.batch(micro)) == 8
    assert MixedData(_Marked(1.0), _Marked(0.0), share=0.0).batch(micro).shapes_NCXYZ.sum() == 0
