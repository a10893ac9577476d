"""Surface distances for a finished table, on any machine: ``python -m trainers.evaluation.add_surfaces OUT``.

``OUT`` is what ``python -m trainers.evaluation ... --out OUT --save-predictions`` wrote. The held-out shapes are grown
again, without pictures; the figures go into ``table.json`` and ``table.md``.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from trainers.checkpoints import write_whole
from trainers.data.shapes import TrainingShape
from trainers.evaluation.heldout_sets import SetOptions, heldout_shapes
from trainers.evaluation.occupancy import grid_iou
from trainers.evaluation.predictions import Predictions, load_predictions
from trainers.evaluation.report import interval_of
from trainers.evaluation.surfaces import score_surfaces
from trainers.evaluation.table import to_markdown
from trainers.run_folder import say

SAME_IOU = 0.01
"""Processors round differently, so a shape grown again may differ in a few cells."""


def add_surfaces(folder: Path, options: SetOptions, *, n_views: int, emd_points: int) -> dict[str, Any]:
    """Compare the surfaces of every set with saved answers and return the new report.

    Raises ValueError when the shapes are not those that were answered for.
    """
    report: dict[str, Any] = json.loads((folder / "table.json").read_text(encoding="utf-8"))
    with np.load(folder / "figures.npz") as file:
        columns = dict(file)
    for name, shapes in heldout_shapes(options, report["grid"]).items():
        path = folder / f"predictions-{name}.safetensors"
        if not path.exists():
            say(f"{name}: no answers were saved")
            continue
        predictions, _ = load_predictions(path)
        _check_same_shapes(shapes, predictions, columns[f"{name}.shape.one_sample"], name)
        figures = score_surfaces(shapes, predictions, n_views=n_views, emd_points=emd_points, say=say)
        objects = np.arange(len(predictions)) // (len(predictions) // len(shapes))
        report["sets"][name]["surface"] = {key: interval_of(values, objects) for key, values in figures.items()}
    return report


def _check_same_shapes(
    shapes: list[TrainingShape], predictions: Predictions, one_sample_N: NDArray[np.float64], name: str
) -> None:
    """Raise ValueError unless the first answers overlap with the shapes as much as they did for the table."""
    if len(predictions) % len(shapes):
        raise ValueError(f"{name}: {len(predictions)} answers do not belong to {len(shapes)} shapes")
    views_a_shape = len(predictions) // len(shapes)
    truth = torch.from_numpy(np.stack([shape.occupancy() for shape in shapes]))
    truth = truth.repeat_interleave(views_a_shape, 0)
    answers = torch.cat([predictions.occupancy(slice(row, row + 1))[:, 0] for row in range(len(predictions))])
    if not np.allclose(grid_iou(answers, truth).numpy(), one_sample_N, atol=SAME_IOU):
        raise ValueError(f"{name}: these are not the shapes that were answered for; is the pack the same?")


def main(arguments: list[str] | None = None) -> int:
    """Parse the command line. Returns 0 when the table was completed, 1 with a reason."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pack", type=Path, help="held-out assets, if the table has them")
    parser.add_argument("--views", type=int, default=40, help="of each set")
    parser.add_argument("--emd-points", type=int, default=2000)
    parser.add_argument("--processes", type=int, default=1)
    given = parser.parse_args(arguments)
    try:
        made = json.loads((given.folder / "table.json").read_text(encoding="utf-8"))["made"]
        options = SetOptions(
            n_objects=made["n_objects"],
            views_a_shape=1,
            n_training=0,
            names=tuple(made["names"]),
            pack=given.pack,
            processes=given.processes,
        )
        report = add_surfaces(given.folder, options, n_views=given.views, emd_points=given.emd_points)
        write_whole(given.folder / "table.json", json.dumps(report, indent=2).encode() + b"\n")
        write_whole(given.folder / "table.md", to_markdown(report).encode())
    except (ValueError, KeyError, OSError) as error:
        say(f"surfaces were not added: {error}")
        return 1
    say(f"wrote {given.folder / 'table.md'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
