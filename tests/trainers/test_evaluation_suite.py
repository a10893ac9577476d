"""The whole table of a checkpoint, on small sets; and the table's arithmetic on figures made by hand."""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

from networks.frames import PoseTensors
from networks.pipeline import build_networks, debug_config
from tests.trainers.folders import write_random_checkpoint
from tests.trainers.test_evaluation_baselines import grids, pictures, view_set
from trainers.evaluation import add_surfaces, surfaces
from trainers.evaluation.__main__ import main
from trainers.evaluation.baselines import fit_retrieval, mean_shape
from trainers.evaluation.layout_baseline import fit_layout_baseline
from trainers.evaluation.occupancy import pack
from trainers.evaluation.predictions import Predictions, load_predictions
from trainers.evaluation.report import occlusion_gap, report_of
from trainers.evaluation.scoring import score_layout, score_shape_baselines, score_shapes, score_vae
from trainers.evaluation.suite import CheckpointScores, SetScores
from trainers.evaluation.table import cell

Floats = NDArray[np.float64]


def answers(*boxes_of_views: list[tuple[int, int, int]]) -> Predictions:
    """Predictions of 8^3 cells: a list of solids a view, standing as the truth does."""
    n, k = len(boxes_of_views), len(boxes_of_views[0])
    bits = torch.stack([pack(grids(*boxes)) for boxes in boxes_of_views])
    place = torch.tensor([[0.0, 0.0, 2.0]]).expand(n * k, 3)
    return Predictions(bits, PoseTensors(torch.eye(3).expand(n * k, 3, 3), place, torch.ones(n * k, 3)), 8)


def test_best_mean_and_first_of_the_samples_of_a_view() -> None:
    truth = view_set(grids((8, 8, 8), (4, 8, 8)), pictures([6] * 2, [1.0] * 2))
    predictions = answers([(4, 8, 8), (8, 8, 8), (0, 8, 8)], [(4, 8, 8), (4, 8, 4), (8, 8, 8)])
    figures = score_shapes(predictions, truth)
    assert figures["one_sample"].tolist() == pytest.approx([0.5, 1.0])
    assert figures["mean_of_k"].tolist() == pytest.approx([0.5, 2 / 3])
    assert figures["best_of_k"].tolist() == [1.0, 1.0]
    assert figures["best_of_k_gain"].tolist() == pytest.approx([0.5, 1 / 3])
    assert figures["empty"].tolist() == pytest.approx([1 / 3, 0])
    # Of the second view: halves of the first within the whole, and so on: 1/2, 1/2, 1/4.
    assert figures["agreement"][1] == pytest.approx((1 / 2 + 1 / 2 + 1 / 4) / 3)


def test_wrong_front_shows_in_the_best_quarter_turn() -> None:
    truth = view_set(grids((8, 8, 2)), pictures([6], [1.0]))
    figures = score_shapes(answers([(2, 8, 8)]), truth)
    assert figures["mean_of_k"][0] == pytest.approx(4 / 28)
    assert figures["any_front"][0] == 1.0


def test_views_of_one_shape_share_its_truth_and_its_baselines() -> None:
    training = view_set(grids((8, 8, 8), (4, 8, 8)), pictures([12, 4], [0.5] * 2))
    test = view_set(grids((8, 8, 8), (2, 8, 8)), pictures([12, 4, 4, 12], [0.5] * 4))
    figures = score_shape_baselines(test, training, fit_retrieval(training), mean_shape(training))
    # Each view of an object looks for its own likeness; what it could find at best is the object's.
    assert figures["retrieval"].tolist() == pytest.approx([1, 0.5, 0.5, 0.25])
    assert figures["best_retrieval"].tolist() == pytest.approx([1, 1, 0.5, 0.5])


def test_answer_that_stands_as_the_truth_has_no_layout_error_and_another_has() -> None:
    views = view_set(grids((8, 6, 4), (8, 6, 4)), pictures([6] * 2, [1.0] * 2))
    predictions = answers([(8, 6, 4)], [(8, 6, 4)])
    predictions.poses.translation_B3[1:].add_(0)  # expanded rows: give the second its own
    moved = predictions.poses.translation_B3.clone()
    moved[1, 0] += 1.0
    predictions = Predictions(predictions.bits_NKW, predictions.poses._replace(translation_B3=moved), 8)
    figures = score_layout(predictions, views, fit_layout_baseline(views))
    assert figures["add_s_at_0.1"].tolist() == [1, 0]
    assert figures["translation"].tolist() == pytest.approx([0, 1])
    assert figures["scale"].tolist() == [0, 0]
    assert figures["rotation"] == pytest.approx([0, 0], abs=0.1)
    assert figures["icp_rot"][0] < 3
    assert figures["iou_of_boxes"][0] > 0.9
    assert figures["iou_of_boxes"][1] < 0.05


def test_autoencoder_is_scored_once_a_shape_and_shown_for_each_view() -> None:
    torch.manual_seed(0)
    config = debug_config()
    truth = torch.rand(2, *[config.grid] * 3) < 0.5
    views = view_set(truth, pictures([6] * 4, [1.0] * 4))
    figures = score_vae(build_networks(config).evaluating(), views)
    assert figures.shape == (4,)
    assert figures[0] == figures[1] != figures[2]
    assert ((figures > 0) & (figures < 1)).all()


def scores(iou: Floats, visible: Floats, title: str) -> SetScores:
    shape = {"mean_of_k": iou, "best_of_k": iou, "one_sample": iou}
    zero = np.zeros_like(iou)
    layout = {"translation": iou, "scale": zero, "add_s_at_0.1": zero}
    layout |= {
        f"{prefix}_{name}": zero for prefix in ("box", "fixed") for name in ("translation", "scale", "add_s_at_0.1")
    }
    figures: Mapping[str, Mapping[str, Floats]] = {
        "shape": shape,
        "baseline": {"retrieval": iou - 0.1, "mean_shape": zero},
        "layout": layout,
        "surface": {},
    }
    return SetScores(title, np.arange(len(iou)) // 2, ["mug", "chair"], visible, figures)


def occlusion(covered: list[float], free: list[float], hidden: list[float]) -> CheckpointScores:
    sets = {
        "occluded": scores(np.array(covered), 1 - np.array(hidden), "covered"),
        "uncovered": scores(np.array(free), np.ones(4), "free"),
    }
    return CheckpointScores(sets)


def test_occlusion_gap_counts_only_views_in_which_something_is_hidden() -> None:
    gap = occlusion_gap(occlusion([0.1, 0.0, 0.3, 0.2], [0.5, 1.0, 0.4, 0.6], [0.5, 0.0, 0.5, 0.5]))
    assert gap is not None
    # The second view hides nothing; the second object has both its views.
    assert gap.tolist() == pytest.approx([0.4, 0.25])
    assert occlusion_gap(occlusion([0.1] * 4, [0.5] * 4, [0.0] * 4)) is None


def test_halved_gap_has_a_ratio_of_one_half() -> None:
    before = occlusion([0.1, 0.1, 0.3, 0.3], [0.5] * 4, [0.5] * 4)
    after = occlusion([0.3, 0.3, 0.4, 0.4], [0.5] * 4, [0.5] * 4)
    report = report_of(after, before)
    ratio = report["occlusion"]["gap_ratio"]
    assert [ratio["low"], ratio["mean"], ratio["high"]] == pytest.approx([0.5] * 3)
    assert report["against"]["occluded"]["shape.mean_of_k"]["mean"] == pytest.approx(0.15)


def test_differences_are_paired_and_categories_apart() -> None:
    report = report_of(occlusion([0.1, 0.2, 0.8, 0.9], [0.5] * 4, [0.5] * 4))
    covered = report["sets"]["occluded"]
    paired = covered["shape"]["model_less_retrieval"]
    assert [paired["low"], paired["high"]] == pytest.approx([0.1, 0.1])
    assert covered["shape"]["mean_of_k"]["low"] < 0.3
    assert covered["categories"]["mug"]["shape.mean_of_k"]["mean"] == pytest.approx(0.15)
    assert covered["categories"]["chair"]["shape.mean_of_k"]["n"] == 1


def test_cell_shows_the_interval_or_a_dash() -> None:
    assert cell({"mean": 0.5, "low": 0.4, "high": 0.6, "n": 3}) == "0.500 [0.400, 0.600]"
    assert cell(None) == "-"


@pytest.fixture(scope="module")
def table_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole command on a network of random weights: every set that needs no pack, surfaces and sheet."""
    folder = tmp_path_factory.mktemp("evaluation")
    write_random_checkpoint(folder / "checkpoint")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    few_points = pytest.MonkeyPatch()
    few_points.setattr(surfaces, "SURFACE_POINTS", 2_000)
    few_points.setattr(surfaces, "ICP_POINTS", 200)
    sizes = "--objects 2 --views 1 --seeds 2 --steps 1 --train-shapes 4 --render-size 64 --meshes 1 --emd-points 50"
    sizes += " --precision bfloat16"
    extra = ["--processes", "1", "--device", "cpu", "--save-predictions", "--sheet", str(folder / "sheet.png")]
    against = ["--against", str(folder / "checkpoint"), "--rows", "4"]
    assert main([str(folder / "checkpoint"), "--out", str(folder / "out"), *sizes.split(), *extra, *against]) == 0
    torch.set_num_threads(threads)
    few_points.undo()
    return folder


def test_table_has_every_set_with_intervals_and_says_what_it_is_made_of(table_folder: Path) -> None:
    report = json.loads((table_folder / "out" / "table.json").read_text())
    assert set(report["sets"]) == {"heldout_seeds", "heldout_grammars", "occluded", "uncovered"}
    for one in report["sets"].values():
        assert one["n_objects"] == 2
        for group in ("shape", "baseline", "layout", "surface"):
            for figure in one[group].values():
                assert figure["low"] <= figure["mean"] <= figure["high"]
    assert report["sets"]["occluded"]["visible"] < report["sets"]["uncovered"]["visible"]
    page = (table_folder / "out" / "table.md").read_text()
    assert "synthetic" in page
    assert "| model, best of 2 (a perfect chooser) |" in page
    assert str(table_folder) not in page
    assert "--steps 1 " in report["command"]
    assert report["command"].split("--precision ")[1].startswith("bfloat16")


def test_checkpoint_against_itself_differs_nowhere(table_folder: Path) -> None:
    report = json.loads((table_folder / "out" / "table.json").read_text())
    for figures in report["against"].values():
        assert all(figure["low"] == figure["high"] == 0 for figure in figures.values())


def test_saved_answers_are_those_that_were_scored(table_folder: Path) -> None:
    predictions, note = load_predictions(table_folder / "out" / "predictions-heldout_seeds.safetensors")
    assert note["set"] == "heldout_seeds"
    assert predictions.bits_NKW.shape[:2] == (2, 2)
    columns = np.load(table_folder / "out" / "figures.npz")
    empty = (predictions.bits_NKW == 0).all(2).double().mean(1).numpy()
    assert columns["heldout_seeds.shape.empty"].tolist() == empty.tolist()


def test_surfaces_can_be_added_to_a_finished_table(table_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surfaces, "SURFACE_POINTS", 2_000)
    monkeypatch.setattr(surfaces, "ICP_POINTS", 200)
    out = table_folder / "out"
    before = json.loads((out / "table.json").read_text())
    assert add_surfaces.main([str(out), "--views", "2", "--emd-points", "50"]) == 0
    after = json.loads((out / "table.json").read_text())
    for name, one in after["sets"].items():
        assert one["surface"]["chamfer"]["n"] == 2
        assert before["sets"][name]["surface"]["chamfer"]["n"] == 1
        assert one["shape"] == before["sets"][name]["shape"]
    columns = dict(np.load(out / "figures.npz"))
    columns["heldout_seeds.shape.one_sample"] += 0.5
    np.savez(out / "figures.npz", **columns)
    assert add_surfaces.main([str(out)]) == 1


def test_sheet_has_a_line_for_each_set(table_folder: Path) -> None:
    with Image.open(table_folder / "sheet.png") as sheet:
        assert sheet.height > 4 * 128
        assert sheet.width > 9 * 128


def test_what_cannot_be_evaluated_ends_with_a_reason(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path), "--out", str(tmp_path / "out")]) == 1
    assert "evaluation failed: no checkpoint" in capsys.readouterr().err
    with pytest.raises(ValueError, match="holds no predictions"):
        load_predictions(tmp_path / "nothing.safetensors")
