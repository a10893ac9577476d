"""Synthetic photos with a hidden truth: ``python -m trainers.data.make_targets OUT --count N --seed S``.

Procedural objects over a plain gradient or over crops of given photos. ``OUT/targets.jsonl`` names, for each target,
the photo, the mask, the truth (GLB in the object frame), the pose, the family and the seed. The seeds lie above
everything that pre-training draws from. The same arguments give the same files.
"""

import argparse
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from contracts.generation import Pose
from trainers.data.grammars import FAMILIES
from trainers.data.procedural import FIRST_HELDOUT_SEED, TRAINING_FAMILIES, Shape, make_shape
from trainers.data.rendering import Light, render_views
from trainers.data.viewpoints import draw_poses, pose_of

TARGETS_NAME = "targets.jsonl"


@dataclass(frozen=True)
class Target:
    """One synthetic photo: ``photo_HW3`` and ``mask_HW`` in bytes and booleans, and what is hidden from annotators."""

    name: str
    photo_HW3: NDArray[np.uint8]
    mask_HW: NDArray[np.bool_]
    truth: Shape
    pose: Pose


def make_target(family: str, seed: int, size: int, backgrounds: list[Path]) -> Target:
    """Render the shape of ``family`` and ``seed`` from a viewpoint, light and background drawn from the same seed."""
    shape = make_shape(family, seed)
    torch_draw = torch.Generator().manual_seed(seed)
    draw = np.random.default_rng([seed, 2])
    poses = draw_poses(1, torch_draw)
    light = Light((draw.uniform(-0.8, 0.8), draw.uniform(0.3, 1.0), draw.uniform(-1.0, -0.3)), draw.uniform(0.35, 0.6))
    mesh = shape.mesh
    views = render_views(
        torch.from_numpy(mesh.vertices_V3),
        torch.from_numpy(mesh.faces_F3),
        torch.from_numpy(mesh.colours_V3),
        poses.rotations_B33,
        poses.translations_B3,
        poses.scales_B3,
        size,
        light,
        supersample=1,
    )
    mask = views.mask_BHW[0].numpy()
    rgb = (views.rgb_B3HW[0].permute(1, 2, 0).numpy() * 255).round().astype(np.uint8)
    photo = _composed(rgb, mask, _background(draw, size, backgrounds))
    pose = pose_of(poses.rotations_B33[0], poses.translations_B3[0], poses.scales_B3[0])
    return Target(f"{family}-{seed}", photo, mask, shape, pose)


def _background(draw: np.random.Generator, size: int, folder: list[Path]) -> NDArray[np.uint8]:
    if folder:
        with Image.open(folder[int(draw.integers(len(folder)))]) as opened:
            photo = opened.convert("RGB")
        side = int(min(photo.size) * draw.uniform(0.5, 1.0))
        left, top = (int(draw.integers(extent - side + 1)) for extent in photo.size)
        return np.asarray(photo.crop((left, top, left + side, top + side)).resize((size, size)))
    ramp = np.linspace(0, 1, size)[:, None, None]
    top_colour, bottom_colour = (draw.uniform(90, 220) + draw.uniform(-25, 25, 3) for _ in range(2))
    plain = top_colour * (1 - ramp) + bottom_colour * ramp + draw.normal(0, 3, (size, size, 1))
    return plain.clip(0, 255).astype(np.uint8)


def _composed(rgb: NDArray[np.uint8], mask: NDArray[np.bool_], background: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Lay the object over the background with an edge one pixel soft, as a lens would."""
    hard = Image.fromarray(np.where(mask[..., None], rgb, background).astype(np.uint8))
    return np.asarray(hard.filter(ImageFilter.GaussianBlur(0.5)))


def write_target(target: Target, folder: Path) -> dict[str, object]:
    """Write the three files of a target and return its line of ``targets.jsonl``."""
    photo, mask = io.BytesIO(), io.BytesIO()
    Image.fromarray(target.photo_HW3).save(photo, "JPEG", quality=92)
    Image.fromarray(target.mask_HW.astype(np.uint8) * 255).save(mask, "PNG")
    contents = {"photo.jpg": photo.getvalue(), "mask.png": mask.getvalue(), "truth.glb": target.truth.mesh.to_glb()}
    for ending, content in contents.items():
        (folder / f"{target.name}-{ending}").write_bytes(content)
    return {
        "name": target.name,
        "photo": f"{target.name}-photo.jpg",
        "mask": f"{target.name}-mask.png",
        "truth": f"{target.name}-truth.glb",
        "pose": target.pose.model_dump(mode="json"),
        "family": target.truth.family,
        "seed": target.truth.seed,
    }


def make_targets(
    folder: Path,
    *,
    count: int,
    seed: int,
    size: int,
    backgrounds: list[Path],
    families: Sequence[str] = TRAINING_FAMILIES,
) -> Path:
    """Write ``count`` targets, ``families`` in turn, and their list last. Returns the list's path."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for index in range(count):
        family = families[index % len(families)]
        # Two seeds of the command never share a shape unless one asks for more than 10,000.
        shape_seed = FIRST_HELDOUT_SEED + seed * 10_000 + index
        lines.append(json.dumps(write_target(make_target(family, shape_seed, size, backgrounds), folder)))
    path = folder / TARGETS_NAME
    path.write_text("\n".join(lines) + "\n")
    return path


def main() -> None:
    """Parse the command line and write the targets."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--size", type=int, default=256, help="pixels of a side")
    parser.add_argument("--backgrounds", type=Path, help="folder of photos to crop backgrounds from")
    parser.add_argument("--families", help=f"in turn, comma between; default {','.join(TRAINING_FAMILIES)}")
    given = parser.parse_args()
    if given.count < 1 or given.seed < 0 or not 32 <= given.size <= 2048:
        parser.error("count must be at least 1, seed at least 0, size within 32..2048")
    endings = {".jpg", ".jpeg", ".png", ".webp"}
    photos = sorted(p for p in given.backgrounds.iterdir() if p.suffix.lower() in endings) if given.backgrounds else []
    if given.backgrounds and not photos:
        parser.error(f"no photo in {given.backgrounds}")
    families = given.families.split(",") if given.families else TRAINING_FAMILIES
    if unknown := sorted(set(families) - set(FAMILIES)):
        parser.error(f"no such family: {', '.join(unknown)}; there are {', '.join(FAMILIES)}")
    torch.set_num_threads(1)
    path = make_targets(
        given.out, count=given.count, seed=given.seed, size=given.size, backgrounds=photos, families=families
    )
    print(f"{given.count} targets in {path}")


if __name__ == "__main__":
    main()
