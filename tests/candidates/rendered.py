"""Photos of library assets, drawn for tests: what the retrieval generator should find again."""

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import trimesh
from numpy.typing import NDArray
from PIL import Image

from trainers.data.rendering import look_at_pose, render_views


@dataclass(frozen=True)
class Drawn:
    """A photo with its mask, encoded, and the rotation that the object was drawn with."""

    photo: bytes
    mask: bytes
    mask_HW: NDArray[np.bool_]
    rotation_33: NDArray[np.float32]


def draw_asset(glb_path: Path, *, azimuth: float, elevation: float, size: int = 160, turn: int = 0) -> Drawn:
    """Draw an asset from ``azimuth`` and ``elevation`` in degrees, then turn the picture counter-clockwise."""
    mesh = next(iter(trimesh.load_scene(glb_path, process=False).geometry.values()))
    linear = np.asarray(mesh.visual.vertex_attributes["color"])[:, :3] / 65535
    colours = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    angles = (torch.deg2rad(torch.tensor([float(value)])) for value in (azimuth, elevation))
    rotations, translations = look_at_pose(*angles, torch.tensor([2.6]))
    views = render_views(
        torch.tensor(np.asarray(mesh.vertices), dtype=torch.float32),
        torch.tensor(np.asarray(mesh.faces), dtype=torch.int64),
        torch.tensor(colours, dtype=torch.float32),
        rotations,
        translations,
        torch.ones(1, 3),
        size,
        supersample=1,
    )
    mask_HW = views.mask_BHW[0].numpy()
    rgb_HW3 = np.where(mask_HW[..., None], views.rgb_B3HW[0].permute(1, 2, 0).numpy(), 0.6)
    photo = Image.fromarray((rgb_HW3 * 255).astype(np.uint8)).rotate(turn, expand=True)
    mask = Image.fromarray((mask_HW * 255).astype(np.uint8)).rotate(turn, expand=True)
    return Drawn(encode(photo), encode(mask), np.asarray(mask) > 0, rotations[0].numpy())


def encode(image: Image.Image) -> bytes:
    """Return PNG bytes."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()
