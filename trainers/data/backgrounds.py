"""Backgrounds for pasted views: squares cut from photos, packed as JPEG in one file, or drawn when there are none.

``python -m trainers.data.backgrounds OUT.safetensors PHOTOS...`` packs photos, given as files or folders. Photos keep
their own licences, so a pack is made where it is used and is no part of the repository.
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
from PIL import Image, UnidentifiedImageError
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file
from torch import Tensor
from torch.nn import functional

PHOTO_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")
SMALLEST_PHOTO = 128
"""Photos with a shorter side are left out, in pixels."""
_FORMAT = "flywheel backgrounds 1"


class BackgroundError(ValueError):
    """The file holds no backgrounds, or the photos give none; the text says why."""


def read_backgrounds(path: Path) -> Tensor:
    """Return the backgrounds of a pack, (K, 3, H, H) bytes. Raises BackgroundError."""
    try:
        with safe_open(path, framework="numpy") as pack:
            if (pack.metadata() or {}).get("format") != _FORMAT:
                raise BackgroundError(f"{path} is no pack of backgrounds")
            content, ends = pack.get_tensor("jpeg").tobytes(), pack.get_tensor("ends").tolist()
    except (OSError, SafetensorError) as error:
        raise BackgroundError(f"{path} cannot be read: {error}") from error
    try:
        squares = [_decoded(content[start:end]) for start, end in zip([0, *ends[:-1]], ends, strict=True)]
        return torch.stack(squares).contiguous()
    except (OSError, RuntimeError) as error:
        raise BackgroundError(f"{path} is damaged: {error}") from error


def _decoded(jpeg: bytes) -> Tensor:
    with Image.open(io.BytesIO(jpeg)) as image:
        return torch.from_numpy(np.array(image.convert("RGB"))).permute(2, 0, 1)


def pack_backgrounds(photos: Sequence[Path], out: Path, *, n: int, side: int, quality: int, seed: int) -> list[str]:
    """Write ``n`` random squares of the photos to ``out``, each photo in turn; return the names of the photos used.

    A square is a quarter of the photo's shorter side or more. Raises BackgroundError when no photo can be read or none
    is asked for.
    """
    draw = np.random.default_rng(seed)
    sources = [(path.name, picture) for path in photos if (picture := _open(path)) is not None]
    if not sources or n < 1:
        raise BackgroundError("no photo could be read" if not sources else "no background is asked for")
    files = []
    for index in range(n):
        _, picture = sources[index % len(sources)]
        buffer = io.BytesIO()
        _square(picture, side, draw).save(buffer, "JPEG", quality=quality)
        files.append(buffer.getvalue())
    names = sorted({name for name, _ in sources})
    tensors: dict[str, NDArray[np.generic]] = {
        "jpeg": np.frombuffer(b"".join(files), np.uint8),
        "ends": np.cumsum([len(file) for file in files], dtype=np.int64),
    }
    unfinished = out.with_name(f".{out.name}.unfinished")
    try:
        save_file(tensors, unfinished, {"format": _FORMAT, "photos": json.dumps(names)})
        unfinished.replace(out)
    finally:
        unfinished.unlink(missing_ok=True)
    return names


def find_photos(places: Sequence[Path]) -> list[Path]:
    """Return the photos among files and in folders (searched through), in order of their paths."""
    found = []
    for place in places:
        inside = sorted(place.rglob("*")) if place.is_dir() else [place]
        found += [path for path in inside if path.suffix.lower() in PHOTO_SUFFIXES and path.is_file()]
    return found


def drawn_backgrounds(n: int, side: int, seed: int) -> Tensor:
    """Return ``n`` drawn backgrounds (n, 3, side, side), bytes: gradients, clouds of several sizes, stripes, tiles."""
    draw = torch.Generator().manual_seed(seed)
    colours = torch.rand(n, 3, 3, 1, 1, generator=draw) * 0.9 + 0.05
    angle = torch.rand(n, 1, 1, generator=draw) * 2 * torch.pi
    axis = torch.linspace(-1, 1, side)
    across = axis[None, None, :] * angle.cos() + axis[None, :, None] * angle.sin()
    along = axis[None, :, None] * angle.cos() - axis[None, None, :] * angle.sin()
    pace = 4 + 20 * torch.rand(n, 1, 1, generator=draw)
    stripes = (pace * across).sin() > 0
    tiles = stripes ^ ((pace * along).sin() > 0)
    kind = torch.randint(4, (n, 1, 1), generator=draw)
    pattern = torch.where(kind == 1, stripes, torch.where(kind == 2, tiles, torch.zeros_like(tiles))).float()
    base = torch.lerp(colours[:, 0], colours[:, 1], ((across + 1) / 2).clamp(0, 1)[:, None])
    picture = torch.lerp(base, colours[:, 2], pattern[:, None] * 0.6)
    for cells, strength in ((4, 0.35), (12, 0.2), (40, 0.12)):
        clouds = torch.randn(n, 3, cells, cells, generator=draw)
        grey = clouds.mean(1, keepdim=True) * 1.5
        smooth = functional.interpolate(clouds * 0.4 + grey, (side, side), mode="bilinear", align_corners=False)
        picture = picture + strength * 0.5 * smooth * torch.rand(n, 1, 1, 1, generator=draw)
    return (picture.clamp(0, 1) * 255).round().to(torch.uint8)


def _open(path: Path) -> NDArray[np.uint8] | None:
    try:
        with Image.open(path) as image:
            if min(image.size) < SMALLEST_PHOTO:
                return None
            image.thumbnail((1600, 1600))
            return np.array(image.convert("RGB"))
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError):
        return None


def _square(picture: NDArray[np.uint8], side: int, draw: np.random.Generator) -> Image.Image:
    height, width = picture.shape[:2]
    shorter = min(height, width)
    cut = int(shorter * draw.uniform(min(1.0, max(0.25, side / shorter)), 1.0))
    top, left = int(draw.integers(height - cut + 1)), int(draw.integers(width - cut + 1))
    square = Image.fromarray(picture[top : top + cut, left : left + cut])
    return square.resize((side, side), Image.Resampling.LANCZOS)


def main(arguments: Sequence[str] | None = None) -> int:
    """Pack the photos named on the command line."""
    parser = argparse.ArgumentParser(description="Pack photos as backgrounds for pasted views.")
    parser.add_argument("out", type=Path)
    parser.add_argument("photos", type=Path, nargs="+", help="photos, or folders of them")
    parser.add_argument("--n", type=int, default=360)
    parser.add_argument("--side", type=int, default=176)
    parser.add_argument("--quality", type=int, default=85)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args(arguments)
    try:
        names = pack_backgrounds(
            find_photos(chosen.photos),
            chosen.out,
            n=chosen.n,
            side=chosen.side,
            quality=chosen.quality,
            seed=chosen.seed,
        )
    except BackgroundError as error:
        print(error, file=sys.stderr)
        return 1
    megabytes = chosen.out.stat().st_size / 1e6
    print(f"{chosen.n} squares of {len(names)} photos, {megabytes:.1f} MB: {chosen.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
