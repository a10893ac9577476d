"""The scores by hand: a cube against itself, shifted, and against nothing."""

from pathlib import Path

import pytest
import trimesh

from contracts.training import EvaluationAsk, EvaluationReport
from tests.trainers.folders import write_dataset, write_random_checkpoint
from trainers.data.preferences import DatasetError
from trainers.data.voxels import VoxelCache, normalise
from trainers.evaluate import Truth, evaluate
from trainers.evaluation.metrics import WORST_DISTANCE
from trainers.run_folder import RunFolder


def test_cube_scores_full_marks_against_itself_and_none_against_nothing(tmp_path: Path) -> None:
    cube = trimesh.creation.box((2.0, 2.0, 2.0))
    content = cube.export(file_type="glb")
    assert isinstance(content, bytes)
    truth = Truth(content, VoxelCache(tmp_path))
    iou, f1, chamfer = truth.scores(normalise(cube.vertices, cube.faces))
    assert iou == 1.0
    assert f1 > 0.99
    assert chamfer < 0.02  # two samplings of 20,000 points each on 24 units of area
    assert truth.scores(None) == (0.0, 0.0, WORST_DISTANCE)


def test_half_a_cube_scores_half(tmp_path: Path) -> None:
    cube, half = trimesh.creation.box((1, 1, 1)), trimesh.creation.box((1, 0.5, 1))
    content = cube.export(file_type="glb")
    assert isinstance(content, bytes)
    iou, _, chamfer = Truth(content, VoxelCache(tmp_path)).scores(normalise(half.vertices, half.faces))
    assert iou == pytest.approx(0.5)
    assert chamfer > 0.15


def test_report_has_one_score_an_object_and_is_the_same_twice(tmp_path: Path) -> None:
    write_dataset(tmp_path / "heldout", split="heldout", n=2)
    write_random_checkpoint(tmp_path / "checkpoint")
    run = RunFolder(tmp_path)
    ask = EvaluationAsk(
        dataset_folder="heldout", checkpoint_folder="checkpoint", seed=1, n_seeds=2, steps=2, guidance=1.0
    )
    first: EvaluationReport = evaluate(run, ask)
    assert [score.target_id for score in first.scores] == [0, 1]
    assert all(score.is_simulated for score in first.scores)
    assert evaluate(run, ask) == first


def test_training_split_is_not_evaluated_on(tmp_path: Path) -> None:
    write_dataset(tmp_path / "train", n=1)
    ask = EvaluationAsk(dataset_folder="train", checkpoint_folder="none", seed=1, steps=1, guidance=0)
    with pytest.raises(DatasetError, match="split is 'train'"):
        evaluate(RunFolder(tmp_path), ask)
