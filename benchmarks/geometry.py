"""The figures of a base checkpoint out of the tables that the evaluation wrote: nothing is measured here.

``python -m benchmarks.geometry TABLE.json... [--write]`` reads tables of ``python -m trainers.evaluation``, all of one
checkpoint; a set that stands in several is taken from the last. One of them, made with ``--against`` the pre-trained
checkpoint, tells the occlusion gap. Every figure is a mean over held-out objects with its interval, on rendered
pictures.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from benchmarks import device_result
from benchmarks.device_result import Figures

SEEN, GRAMMARS, ASSETS, OCCLUDED = "heldout_seeds", "heldout_grammars", "heldout_assets", "occluded"
OF_SETS = {
    "vae_voxel_iou": (SEEN, "shape.vae", ">= 0.95"),
    "geometry_iou_seen": (SEEN, "shape.mean_of_k", ">= 0.50"),
    "geometry_iou_heldout_grammars": (GRAMMARS, "shape.mean_of_k", ">= 0.30"),
    "geometry_iou_heldout_assets": (ASSETS, "shape.mean_of_k", ">= 0.30"),
    "one_sample_iou_heldout_assets": (ASSETS, "shape.one_sample", None),
    "best_of_8_iou_heldout_assets": (ASSETS, "shape.best_of_k", None),
    "best_of_8_iou_gain": (ASSETS, "shape.best_of_k_gain", "low end > 0"),
    "best_of_8_iou_gain_seen": (SEEN, "shape.best_of_k_gain", None),
    "agreement_of_two_samples_heldout_assets": (ASSETS, "shape.agreement", None),
    "retrieval_iou_heldout_assets": (ASSETS, "baseline.retrieval", None),
    "mean_shape_iou_heldout_assets": (ASSETS, "baseline.mean_shape", None),
    "model_less_retrieval_heldout_assets": (ASSETS, "shape.model_less_retrieval", None),
    "model_less_retrieval_seen": (SEEN, "shape.model_less_retrieval", None),
    "geometry_iou_occluded": (OCCLUDED, "shape.mean_of_k", None),
    "layout_add_s_at_0.1_occluded": (OCCLUDED, "layout.add_s_at_0.1", None),
    "layout_icp_rot_occluded": (OCCLUDED, "layout.icp_rot", None),
    "layout_translation_less_box_occluded": (OCCLUDED, "layout.translation_less_box", "high end < 0"),
    "layout_scale_less_box_occluded": (OCCLUDED, "layout.scale_less_box", "high end < 0"),
}
DEGREES = ("icp_rot",)


def figures_of(tables: Sequence[Mapping[str, Any]]) -> Figures:
    """Return the figures of tables that complete each other.

    Raises KeyError for a set that all of them lack, ValueError for tables of different checkpoints.
    """
    if len({table["checkpoint_sha256"] for table in tables}) > 1:
        raise ValueError("the tables are of different checkpoints")
    sets = {name: one for table in tables for name, one in table["sets"].items()}
    figures = {}
    for key, (name, column, target) in OF_SETS.items():
        group, figure = column.split(".", 1)
        unit = "degrees" if figure in DEGREES else "share"
        figures[key] = _figure(sets[name][group][figure], unit, target)
    for gaps in (table["occlusion"] for table in tables if "gap_ratio" in table.get("occlusion", {})):
        figures["occlusion_gap_ratio"] = _figure(gaps["gap_ratio"], "share", "<= 0.5")
        figures["occlusion_gap"] = _figure(gaps["gap"], "share", None)
        figures["occlusion_gap_before_midtraining"] = _figure(gaps["gap_of_the_other"], "share", None)
    return figures


def _figure(interval: Mapping[str, float], unit: str, target: str | None) -> dict[str, Any]:
    value, low, high = (float(f"{interval[key]:.4g}") for key in ("mean", "low", "high"))
    return {"value": value, "unit": unit, "low": low, "high": high, "target": target}


def main() -> None:
    """Show the figures, or write them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tables", type=Path, nargs="+")
    parser.add_argument("--write", action="store_true", help="into docs/benchmarks")
    given = parser.parse_args()
    figures = figures_of([json.loads(path.read_text(encoding="utf-8")) for path in given.tables])
    device_result.show(figures)
    if given.write:
        path = device_result.RESULTS_FOLDER / "geometry.json"
        device_result.write(path, figures, device=torch.device("cpu"), commit=None)


if __name__ == "__main__":
    main()
