"""What a checkpoint answers to photos: ``python -m trainers.evaluation.photo_sheet CHECKPOINT LIST.json --out PNG``.

``LIST.json`` holds objects with the names of a ``photo`` and of its ``mask``, which stand beside it. Nothing is chosen:
the photos are spread evenly over the list, the seeds are 0, 1, 2, ... There is no truth to compare with; the sheet is
for eyes.
"""

import argparse
import io
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from networks.pipeline import GeometryPipeline
from trainers.checkpoints import CheckpointError, read_checkpoint
from trainers.evaluation.heldout_sets import spread
from trainers.evaluation.predictions import Sampling, pipeline_of
from trainers.run_folder import say

TILE, GAP = 150, 8
PAPER = (250, 250, 248)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the sheet. Returns 0 when it stands, 1 with a reason."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("list", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--rows", type=int, default=6)
    parser.add_argument("--seeds", type=int, default=6)
    parser.add_argument("--steps", type=int, default=25)
    parser.add_argument("--guidance", type=float, default=3.0)
    parser.add_argument("--precision", choices=("float32", "bfloat16", "float16"))
    given = parser.parse_args(arguments)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    sampling = Sampling(given.seeds, given.steps, given.guidance, precision=given.precision)
    try:
        pipeline = pipeline_of(read_checkpoint(given.checkpoint, str(device))[1], device, sampling)
        rows = [_row(pipeline, photo, mask, sampling) for photo, mask in listed_photos(given.list, given.rows)]
        draw_tiles(rows).save(given.out)
    except (CheckpointError, ValueError, KeyError, OSError) as error:
        say(f"no sheet: {error}")
        return 1
    return 0


def listed_photos(path: Path, n: int) -> list[tuple[NDArray[np.uint8], NDArray[np.bool_]]]:
    """Return at most ``n`` photos (H, W, 3) with their masks (H, W), evenly spread over the list."""
    found = []
    for line in spread(json.loads(path.read_text()), n):
        photo = np.asarray(Image.open(path.parent / line["photo"]).convert("RGB"))
        mask = np.asarray(Image.open(path.parent / line["mask"]).convert("L")) > 127
        found.append((photo, mask))
    if not found:
        raise ValueError(f"{path.name} lists no photo")
    return found


def draw_tiles(rows: Sequence[Sequence[Image.Image]]) -> Image.Image:
    """Return a picture of rows of tiles."""
    step = TILE + GAP
    sheet = Image.new("RGB", (GAP + step * max(len(row) for row in rows), GAP + step * len(rows)), PAPER)
    for y, row in enumerate(rows):
        for x, tile in enumerate(row):
            sheet.paste(tile, (GAP + step * x, GAP + step * y))
    return sheet


def _row(
    pipeline: GeometryPipeline, photo_HW3: NDArray[np.uint8], mask_HW: NDArray[np.bool_], sampling: Sampling
) -> list[Image.Image]:
    shapes = pipeline.generate(photo_HW3, mask_HW, range(sampling.n_seeds), sampling.steps, sampling.guidance)
    rows, columns = np.nonzero(mask_HW)
    cut = photo_HW3[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    previews = [None if shape is None else Image.open(io.BytesIO(shape.to_preview_png())) for shape in shapes]
    return [_tile(Image.fromarray(cut)), *(_tile(preview) for preview in previews)]


def _tile(picture: Image.Image | None) -> Image.Image:
    """Return the picture in the middle of a tile; an answer that came out empty leaves it blank."""
    tile = Image.new("RGB", (TILE, TILE), PAPER)
    if picture is not None:
        picture = picture.convert("RGBA")
        picture.thumbnail((TILE, TILE))
        tile.paste(picture, ((TILE - picture.width) // 2, (TILE - picture.height) // 2), picture)
    return tile


if __name__ == "__main__":
    sys.exit(main())
