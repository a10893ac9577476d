"""The whole table of a checkpoint: ``python -m trainers.evaluation CHECKPOINT_FOLDER --out FOLDER``.

Writes ``table.json``, ``table.md`` and ``figures.npz`` (a value a view, to compare checkpoints later); on request the
answers themselves and a picture sheet. docs/evaluation.md says how to read them.
"""

import argparse
import json
import os
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from networks.pipeline import Networks
from trainers.checkpoints import CheckpointError, read_checkpoint, write_whole
from trainers.evaluation.heldout_sets import (
    ASSETS,
    FAMILIES,
    OCCLUDED,
    SEEDS,
    HeldoutSet,
    SetOptions,
    make_heldout_sets,
    make_training_views,
)
from trainers.evaluation.predictions import Sampling, save_predictions
from trainers.evaluation.report import report_of
from trainers.evaluation.suite import CheckpointScores, SurfaceScorer, fit_baselines, score_baselines, score_checkpoint
from trainers.evaluation.table import to_markdown
from trainers.run_folder import say


def main(arguments: list[str] | None = None) -> int:
    """Evaluate what the command line asks for. Returns 0 when the table stands, 1 with a reason."""
    given = _parser().parse_args(arguments)
    try:
        evaluate(given)
    except (CheckpointError, ValueError, OSError) as error:
        say(f"evaluation failed: {error}")
        return 1
    return 0


def evaluate(given: argparse.Namespace) -> dict[str, Any]:
    """Make sets, baselines and scores; write the files and return the report."""
    started = time.monotonic()
    device = torch.device(given.device or ("cuda" if torch.cuda.is_available() else "cpu"))
    card, networks = read_checkpoint(given.checkpoint, str(device))
    other = None if given.against is None else _other(given.against, networks, device)
    sampling = Sampling(given.seeds, given.steps, given.guidance, given.first_seed, given.precision)
    sets = make_heldout_sets(_set_options(given), networks.config, device, say)
    baselines = fit_baselines(make_training_views(_set_options(given), networks.config, device, say))
    baseline_scores = score_baselines(baselines, sets, say)

    def score(candidate: Networks) -> CheckpointScores:
        return score_checkpoint(candidate, sets, baselines, baseline_scores, sampling, device, say, _surfaces(given))

    scores = score(networks)
    report: dict[str, Any] = {
        "title": f"{card.stage} {card.recipe}, {card.steps} steps, {card.checkpoint_sha256[:12]}",
        "checkpoint_sha256": card.checkpoint_sha256,
        "other": None if other is None else other[0],
        "command": " ".join(["python -m trainers.evaluation", *_words(given)]),
        "sampling": vars(sampling),
        "grid": networks.config.grid,
        "made": {"n_objects": given.objects, "names": given.sets.split(",")},
        "n_training": len(next(iter(baselines.values())).training.keys),
        "retrieval": {
            name: {"colour_weight": own.retrieval.colour_weight, "aspect_weight": own.retrieval.aspect_weight}
            for name, own in baselines.items()
        },
        **report_of(scores, None if other is None else score(other[1])),
        "seconds": round(time.monotonic() - started, 1),
    }
    _write(given, report, scores, sets)
    return report


def _other(folder: Path, networks: Networks, device: torch.device) -> tuple[str, Networks]:
    """Read the second checkpoint. Raises ValueError when it does not look at the same pictures."""
    card, other = read_checkpoint(folder, str(device))
    for name in ("grid", "image_size", "has_pointmap"):
        values = getattr(networks.config, name), getattr(other.config, name)
        if values[0] != values[1]:
            raise ValueError(f"the two checkpoints differ in {name}: {values[0]} and {values[1]}")
    return f"{card.stage} {card.recipe}, {card.steps} steps, {card.checkpoint_sha256[:12]}", other


def _set_options(given: argparse.Namespace) -> SetOptions:
    return SetOptions(
        n_objects=given.objects,
        views_a_shape=given.views,
        n_training=given.train_shapes,
        names=tuple(given.sets.split(",")),
        pack=given.pack,
        train_pack=given.train_pack,
        backgrounds=given.backgrounds,
        processes=given.processes,
        render_size=given.render_size,
        seed=given.object_seed,
    )


def _surfaces(given: argparse.Namespace) -> SurfaceScorer | None:
    if not given.meshes:
        return None
    # scipy and scikit-image are needed for surfaces only; the rest of the table does without.
    from trainers.evaluation.surfaces import score_surfaces

    return partial(score_surfaces, n_views=given.meshes, emd_points=given.emd_points, say=say)


def _write(given: argparse.Namespace, report: dict[str, Any], scores: CheckpointScores, sets: list[HeldoutSet]) -> None:
    given.out.mkdir(parents=True, exist_ok=True)
    write_whole(given.out / "table.json", json.dumps(report, indent=2).encode() + b"\n")
    write_whole(given.out / "table.md", to_markdown(report).encode())
    columns: dict[str, NDArray[Any]] = {
        f"{name}.{group}.{figure}": values
        for name, one in scores.sets.items()
        for group, figures in one.figures.items()
        for figure, values in figures.items()
    }
    columns |= {f"{name}.objects": one.objects_N for name, one in scores.sets.items()}
    np.savez_compressed(given.out / "figures.npz", **columns)  # type: ignore[arg-type]
    if given.save_predictions:
        for name, predictions in scores.predictions.items():
            note = {"set": name, "checkpoint_sha256": report["checkpoint_sha256"]}
            save_predictions(given.out / f"predictions-{name}.safetensors", predictions, note)
    if given.sheet is not None:
        from trainers.evaluation.sheet import write_sheet

        write_sheet(given.sheet, sets, scores, n_rows=given.rows, title=report["title"])
    say(f"{report['seconds']:.0f} s; wrote {given.out / 'table.md'}")


def _words(given: argparse.Namespace) -> list[str]:
    """Return the command line that asks for this table, without folders of this machine."""
    made = ("objects", "object_seed", "views", "seeds", "steps", "guidance", "train_shapes", "sets")
    kept = [*made, "meshes", "emd_points"]
    if given.precision is not None:
        kept.append("precision")
    words = ["CHECKPOINT", "--out OUT", *(f"--{name.replace('_', '-')} {getattr(given, name)}" for name in kept)]
    paths = ("pack", "train_pack", "backgrounds", "against")
    return words + [f"--{name.replace('_', '-')} {getattr(given, name).name}" for name in paths if getattr(given, name)]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("checkpoint", type=Path)
    add("--out", type=Path, required=True)
    add("--against", type=Path, help="another checkpoint, compared view by view")
    add("--pack", type=Path, help="held-out assets")
    add("--train-pack", type=Path, help="training assets, for the baselines")
    add("--backgrounds", type=Path, help="packed photos to paste into; drawn ones otherwise")
    add("--sets", default=",".join((SEEDS, FAMILIES, ASSETS, OCCLUDED)))
    add("--objects", type=int, default=100, help="of each set")
    add("--views", type=int, default=2, help="of each object")
    add("--seeds", type=int, default=8, help="answers for each view")
    add("--first-seed", type=int, default=0)
    add(
        "--object-seed",
        type=int,
        default=0,
        help="which held-out objects; 1 are those that training watches, to tune on",
    )
    add("--steps", type=int, default=25)
    add("--guidance", type=float, default=3.0)
    add(
        "--precision",
        choices=("float32", "bfloat16", "float16"),
        help="of the sampler; by default what suits the device",
    )
    add("--train-shapes", type=int, default=2000, help="that the baselines know")
    add("--render-size", type=int, default=128, help="pixels of the pictures before they are cut")
    add("--processes", type=int, default=os.cpu_count() or 1)
    add("--device", help="cuda when there is one")
    add("--meshes", type=int, default=0, help="views of each set whose surfaces are compared, slowly")
    add("--emd-points", type=int, default=2000)
    add("--save-predictions", action="store_true")
    add("--sheet", type=Path, help="a PNG of inputs, answers and truths")
    add("--rows", type=int, default=12, help="of the sheet")
    return parser


if __name__ == "__main__":
    sys.exit(main())
