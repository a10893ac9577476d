"""Builds the shipped asset library of the retrieval generator from ``sweethome3d-furniture``.

Not needed at run time: the result is in the repository. To build it again (needs fast-simplification)::

    apt-get download sweethome3d-furniture && dpkg -x sweethome3d-furniture_*.deb unpacked
    python -m trainers.data.build_library unpacked/usr/share/sweethome3d/furniture engine/candidates/library views.npz
    python -m engine.candidates.generators.index_library engine/candidates/library views.npz

The first command writes the GLB files, the previews and ``library.json``, and renders the views; the second one
turns the views into the index that the generator searches.
"""

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.spatial import ConvexHull

from networks.glb import encode_glb
from networks.meshing import Mesh
from networks.previews import preview_png
from trainers.data.baking import bake
from trainers.data.procedural import make_shape
from trainers.data.rendering import look_at_pose, render_views
from trainers.data.split import SHIPPED_ASSETS, SHIPPED_LIBRARY, SHIPPED_PROCEDURAL
from trainers.data.sweethome import load_groups, read_catalogue

MOST_BYTES = 100_000
FACE_BUDGETS = (2100, 1700, 1300, 1000, 700, 400)
N_AZIMUTHS = 12
ELEVATIONS_DEGREES = (5, 25, 55)
VIEW_SIZE = 80
VIEW_DISTANCE = 2.0
VIEW_FOCAL = 2.0
"""At this distance and focal length (half image sides) the unit cube fits into the picture whichever way it turns."""


@dataclass(frozen=True)
class LibraryAsset:
    """One line of ``library.json``; the GLB and the preview lie beside it as ``KEY.glb`` and ``KEY.png``."""

    key: str
    name: str
    category: str
    author: str
    licence: str
    source: str
    glb_sha256: str
    n_faces: int


Baked = tuple[Mesh, NDArray[np.uint8], bytes]


def build(furniture: Path, output: Path, views_path: Path) -> None:
    """Write the library into ``output`` and its rendered views into ``views_path``."""
    output.mkdir(parents=True, exist_ok=True)
    assets: list[LibraryAsset] = []
    views: dict[str, NDArray[np.generic]] = {}
    for asset, (mesh, colours_V3, glb) in _assets(furniture):
        (output / f"{asset.key}.glb").write_bytes(glb)
        (output / f"{asset.key}.png").write_bytes(preview_png(mesh, colours_V3))
        rgba_BHW4, rotations_B33 = _render(mesh, colours_V3)
        views[f"{asset.key}.rgba"] = rgba_BHW4
        views[f"{asset.key}.hull"] = mesh.vertices_V3[ConvexHull(mesh.vertices_V3).vertices]
        views["rotations"] = rotations_B33
        assets.append(asset)
        print(f"{asset.key}: {asset.n_faces} faces, {len(glb) / 1000:.0f} kB", flush=True)
    text = json.dumps([asdict(asset) for asset in assets], indent=1, ensure_ascii=False)
    (output / "library.json").write_text(text + "\n", encoding="utf-8")
    np.savez_compressed(views_path, allow_pickle=False, **views)


def _assets(furniture: Path) -> Iterator[tuple[LibraryAsset, Baked]]:
    library = furniture / f"{SHIPPED_LIBRARY}.sh3f"
    for entry in read_catalogue(library):
        if entry.asset in SHIPPED_ASSETS:
            groups = load_groups(library, entry)
            baked = _first_light_enough((bake(groups, budget) for budget in FACE_BUDGETS), entry.asset)
            source = f"sweethome3d-furniture 1.8 (Debian), {SHIPPED_LIBRARY}, {entry.asset}"
            yield _describe(entry.asset, entry.name, entry.category, entry.author, source, baked), baked
    for family, seed in SHIPPED_PROCEDURAL:
        shape = make_shape(family, seed).mesh
        colours = (shape.colours_V3 * 255).round().astype(np.uint8)
        baked = _first_light_enough(iter([(Mesh(shape.vertices_V3, shape.faces_F3.astype(np.int32)), colours)]), family)
        source = f"trainers.data.procedural, {family}, seed {seed}"
        yield _describe(f"{family}-{seed}", family.capitalize(), "Procedural", "Flywheel 3D", source, baked), baked


def _first_light_enough(tries: Iterator[tuple[Mesh, NDArray[np.uint8]]], key: str) -> Baked:
    for mesh, colours_V3 in tries:
        glb = encode_glb(mesh, colours_V3)
        if len(glb) <= MOST_BYTES:
            return mesh, colours_V3, glb
    raise ValueError(f"{key} cannot be brought under {MOST_BYTES} bytes")


def _describe(key: str, name: str, category: str, author: str, source: str, baked: Baked) -> LibraryAsset:
    mesh, _, glb = baked
    digest = sha256(glb).hexdigest()
    return LibraryAsset(key, name, category, author, "CC0-1.0", source, digest, len(mesh.faces_F3))


def _render(mesh: Mesh, colours_V3: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Return RGBA views (B, size, size, 4), alpha 0 or 255, and their rotations (B, 3, 3)."""
    turns = torch.arange(N_AZIMUTHS) * (2 * torch.pi / N_AZIMUTHS)
    tilts = torch.deg2rad(torch.tensor(ELEVATIONS_DEGREES, dtype=torch.float32))
    azimuth_B, elevation_B = (grid.reshape(-1) for grid in torch.meshgrid(turns, tilts, indexing="ij"))
    rotations, translations = look_at_pose(azimuth_B, elevation_B, torch.full_like(azimuth_B, VIEW_DISTANCE))
    views = render_views(
        torch.from_numpy(mesh.vertices_V3),
        torch.from_numpy(mesh.faces_F3.astype(np.int64)),
        torch.from_numpy(colours_V3.astype(np.float32) / 255),
        rotations,
        translations,
        torch.ones(len(azimuth_B), 3),
        VIEW_SIZE,
        focal=VIEW_FOCAL,
        supersample=1,
    )
    rgba = torch.cat([views.rgb_B3HW, views.mask_BHW[:, None].float()], 1).permute(0, 2, 3, 1)
    return (rgba * 255).round().byte().numpy(), rotations.numpy()


def main() -> None:
    """Read the command line and build."""
    parser = argparse.ArgumentParser(description="Build the shipped asset library.")
    parser.add_argument("furniture", type=Path, help="folder of the .sh3f files")
    parser.add_argument("output", type=Path, help="folder to write the library to")
    parser.add_argument("views", type=Path, help="file to write the rendered views to (.npz)")
    arguments = parser.parse_args()
    build(arguments.furniture, arguments.output, arguments.views)


if __name__ == "__main__":
    main()
