"""Puts a checkpoint's facts and figures into its model card: ``python -m trainers.evaluation.model_card FOLDER TABLE``.

The page keeps its text; what stands between the marks is written anew from the folder's ``card.json`` and from the
``table.json`` that ``python -m trainers.evaluation`` wrote. A table of another checkpoint is refused.
"""

import argparse
import json
import math
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from safetensors import safe_open

from contracts.checkpoint import CheckpointCard
from trainers.checkpoints import CheckpointError, read_card, write_whole
from trainers.evaluation.table import LAYOUT_ROWS, SHAPE_ROWS, SURFACE_ROWS, cell
from trainers.run_folder import say

PAGE = Path(__file__).resolve().parents[2] / "docs" / "model-card.md"
FACTS, FIGURES = "facts", "figures"
ENCODER_CREDIT = (
    "EfficientNet-Lite0 reads the colours: weights learnt from ImageNet, ported to PyTorch by ML Illustrated, "
    "Apache License 2.0 ([credits](../CREDITS.md))"
)
TITLES = {**SHAPE_ROWS, **SURFACE_ROWS, **LAYOUT_ROWS}
# What a reader needs who does not want the whole table.
SHOWN = (
    "shape.one_sample",
    "shape.mean_of_k",
    "shape.best_of_k",
    "shape.best_of_k_gain",
    "baseline.retrieval",
    "baseline.mean_shape",
    "shape.model_less_retrieval",
    "shape.vae",
    "surface.f1_at_0.01",
    "surface.f1_at_0.05",
    "surface.chamfer",
    "surface.emd",
    "layout.add_s_at_0.1",
    "layout.icp_rot",
    "layout.iou_of_boxes",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the page. Returns 0 when it stands, 1 with a reason."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("table", type=Path)
    parser.add_argument("--page", type=Path, default=PAGE)
    given = parser.parse_args(arguments)
    try:
        table = json.loads(given.table.read_text(encoding="utf-8"))
        page = fill(given.page.read_text(encoding="utf-8"), given.checkpoint, table)
        write_whole(given.page, page.encode())
    except (CheckpointError, ValueError, KeyError, OSError) as error:
        say(f"no model card: {type(error).__name__}: {error}")
        return 1
    return 0


def fill(page: str, checkpoint: Path, table: Mapping[str, Any]) -> str:
    """Return the page with facts and figures. Raises ValueError for another checkpoint's table or a page unmarked."""
    card = read_card(checkpoint)
    if table["checkpoint_sha256"] != card.checkpoint_sha256:
        raise ValueError(f"the table is of checkpoint {table['checkpoint_sha256']}, not of {card.checkpoint_sha256}")
    page = put_between(page, FACTS, render_facts(card, count_numbers(checkpoint, card)))
    return put_between(page, FIGURES, render_figures(table))


def put_between(page: str, name: str, text: str) -> str:
    """Return the page with ``text`` in place of what stands between the marks called ``name``."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    if page.count(begin) != 1 or page.count(end) != 1 or page.index(end) < page.index(begin):
        raise ValueError(f"the page needs {begin} and {end} once each, in this order")
    return page[: page.index(begin) + len(begin)] + f"\n{text}\n" + page[page.index(end) :]


def count_numbers(checkpoint: Path, card: CheckpointCard) -> int:
    """Return how many numbers the shards hold, read from their headers."""
    total = 0
    for file in card.files:
        with safe_open(checkpoint / file.name, framework="numpy") as shard:
            total += sum(math.prod(shard.get_slice(name).get_shape()) for name in shard.keys())  # noqa: SIM118
    return total


def render_facts(card: CheckpointCard, n_numbers: int) -> str:
    """Return what ``card.json`` says, as a table."""
    network = card.network
    megabytes = sum(file.size_bytes for file in card.files) / 1e6
    rows = {
        "checkpoint": f"`{card.checkpoint_sha256}`",
        "parent": f"`{card.parent_sha256}`" if card.parent_sha256 else "none",
        "stage and recipe": f"{card.stage}, `{card.recipe}`, {card.steps:,} steps, seed {card.seed}",
        "network": (
            f"`{network['name']}`: pictures of {network['image_size']} px, encoder {network.get('encoder', 'vit')}, "
            f"{network['layers']} blocks of width {network['width']}, occupancy {network['grid']}^3"
        ),
        "weights": f"{n_numbers / 1e6:.1f} million numbers in {len(card.files)} files, {megabytes:.1f} MB",
        "frozen part": ENCODER_CREDIT if network.get("encoder") == "efficientnet" else None,
        "training data": f"`{card.dataset_sha256}`" if card.dataset_sha256 else None,
        "code": f"commit `{card.code_commit}`" if card.code_commit else None,
        "made": f"{card.created_at:%Y-%m-%d}",
    }
    lines = [f"| {name} | {value} |" for name, value in rows.items() if value is not None]
    return "\n".join(["| | |", "| --- | --- |", *lines])


def render_figures(table: Mapping[str, Any]) -> str:
    """Return the chosen rows of the evaluation's table, a column for each set."""
    sampling, sets = table["sampling"], table["sets"]
    heads = [f"{one['title']} ({one['n_objects']} objects, {one['n_views']} views)" for one in sets.values()]
    lines = [f"| | {' | '.join(heads)} |", f"| --- |{' --- |' * len(heads)}"]
    for key in SHOWN:
        group, name = key.split(".", 1)
        cells = [one.get(group, {}).get(name) for one in sets.values()]
        if any(found is not None for found in cells):
            title = TITLES[key].replace("{k}", str(sampling["n_seeds"]))
            lines.append(f"| {title} | {' | '.join(cell(found) for found in cells)} |")
    how = (
        f"{sampling['n_seeds']} seeds a view, {sampling['steps']} steps, guidance {sampling['guidance']:g}; in "
        f"brackets the 95% bootstrap interval over objects. Made by `{table['command']}`. {table['note']}"
    )
    # The heading too: a page without figures has no empty section.
    return "\n".join(["## How good it is", "", *lines, "", how])


if __name__ == "__main__":
    sys.exit(main())
