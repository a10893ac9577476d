"""A sheet of pasted views for a person to look at: ``python -m trainers.data.contact_sheet OUT.png``.

Each cell is the full picture with the outline of the mask that is given; below it what happened to the target and how
much of it is seen. Shapes: N cells, S = side of a cell in pixels.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import torch
from PIL import Image, ImageDraw
from torch import Tensor
from torch.nn import functional

from trainers.data.backgrounds import BackgroundError, drawn_backgrounds, read_backgrounds
from trainers.data.packs import PackError, read_pack
from trainers.data.pasting import PastedBatch, paste
from trainers.data.procedural import TRAINING_FAMILIES
from trainers.data.scenes import Kind, as_bodies
from trainers.data.shapes import TrainingShape, grow_shapes

CAPTION = 14
OUTLINE = (1.0, 0.1, 0.1)
SHAPES_TOGETHER = 16
"""More would look the same; the CPU, which draws the sheet as well as a GPU does, needs memory for each."""
KIND_NAMES = {
    Kind.HIDDEN: "hidden",
    Kind.IN_FRONT: "in front",
    Kind.ALONE: "alone",
    Kind.SWAPPED_IN: "swapped in",
}


def draw_sheet(
    shapes: Sequence[TrainingShape], backgrounds: Tensor, *, columns: int, side: int, size: int, seed: int
) -> Image.Image:
    """Return a sheet with a pasted view of each shape, rendered at ``size`` and shown at ``side`` pixels."""
    cells: list[tuple[Image.Image, str]] = []
    device = backgrounds.device
    for start in range(0, len(shapes), SHAPES_TOGETHER):
        part = shapes[start : start + SHAPES_TOGETHER]
        generator = torch.Generator().manual_seed(seed * 1_000_003 + start)
        pasted = paste(as_bodies([shape.mesh for shape in part], 1, device), backgrounds, size, generator)
        cells += _cells(pasted, [shape.category for shape in part], side)
    rows = -(-len(cells) // columns)
    sheet = Image.new("RGB", (columns * side, rows * (side + CAPTION)), "white")
    for index, (picture, caption) in enumerate(cells):
        left, top = index % columns * side, index // columns * (side + CAPTION)
        sheet.paste(picture, (left, top))
        sheet.paste(_written(caption, side), (left, top + side))
    return sheet


def _written(caption: str, width: int) -> Image.Image:
    # A strip of its own, so that a long name does not run into the next cell.
    strip = Image.new("RGB", (width, CAPTION), "white")
    ImageDraw.Draw(strip).text((3, 1), caption, fill="black")
    return strip


def _cells(pasted: PastedBatch, names: list[str], side: int) -> list[tuple[Image.Image, str]]:
    rgb = functional.interpolate(pasted.rgb_B3HW, (side, side), mode="bilinear", antialias=True).clamp(0, 1)
    mask = functional.interpolate(pasted.given_BHW[:, None].float(), (side, side), mode="area") > 0.5
    edge = functional.max_pool2d(mask.float(), 3, 1, 1).bool() & ~mask
    rgb = torch.where(edge, rgb.new_tensor(OUTLINE)[:, None, None], rgb)
    pixels = (rgb * 255).round().byte().permute(0, 2, 3, 1).cpu().numpy()
    captions = [
        f"{share:.0%} {KIND_NAMES[Kind(kind)]}, {name.replace('_', ' ')}"
        for name, kind, share in zip(names, pasted.kind_B.tolist(), pasted.share_B.tolist(), strict=True)
    ]
    return list(zip(map(Image.fromarray, pixels), captions, strict=True))


def main(arguments: Sequence[str] | None = None) -> int:
    """Draw the sheet that the command line asks for."""
    parser = argparse.ArgumentParser(description="Draw pasted views on one sheet.")
    parser.add_argument("out", type=Path)
    parser.add_argument("--backgrounds", type=Path, help="a pack of backgrounds; without one they are drawn")
    parser.add_argument("--pack", type=Path, help="a pack of training assets for every second cell")
    parser.add_argument("--n", type=int, default=64)
    parser.add_argument("--columns", type=int, default=8)
    parser.add_argument("--side", type=int, default=144)
    parser.add_argument("--size", type=int, default=192, help="side of the renderings")
    parser.add_argument("--colours", type=int, default=0, help="write a palette of this many colours: a smaller file")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args(arguments)
    try:
        backgrounds = _backgrounds(chosen.backgrounds, chosen.seed)
        shapes = _shapes(chosen.pack, chosen.n, chosen.seed)
    except (BackgroundError, PackError) as error:
        print(error, file=sys.stderr)
        return 1
    sheet = draw_sheet(
        shapes, backgrounds, columns=chosen.columns, side=chosen.side, size=chosen.size, seed=chosen.seed
    )
    if chosen.colours:
        # Dithering needs a palette that is already there.
        sheet = sheet.quantize(palette=sheet.quantize(chosen.colours), dither=Image.Dither.FLOYDSTEINBERG)
    sheet.save(chosen.out, optimize=True)
    print(f"{len(shapes)} pasted views: {chosen.out}")
    return 0


def _backgrounds(path: Path | None, seed: int) -> Tensor:
    if path is None:
        print("no backgrounds are given: they are drawn", file=sys.stderr)
        return drawn_backgrounds(64, 176, seed)
    return read_backgrounds(path)


def _shapes(pack: Path | None, n: int, seed: int) -> list[TrainingShape]:
    # A coarse grid: nobody looks at the occupancy here.
    grown = list(grow_shapes(families=TRAINING_FAMILIES, n=n, seed=seed, grid=16, processes=1))
    if pack is None:
        return grown
    assets = read_pack(pack, role="train")
    order = torch.randperm(len(assets), generator=torch.Generator().manual_seed(seed)).tolist()
    return [grown[i] if i % 2 == 0 else assets[order[i // 2 % len(order)]] for i in range(n)]


if __name__ == "__main__":
    sys.exit(main())
