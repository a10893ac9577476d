"""Reader of Sweet Home 3D furniture libraries (.sh3f): a zip of OBJ models and one catalogue of properties."""

import re
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import trimesh
from numpy.typing import NDArray
from trimesh.visual.material import SimpleMaterial

CATALOGUE = "PluginFurnitureCatalog.properties"


@dataclass(frozen=True)
class CatalogueEntry:
    """One model of a library. ``asset`` is the name of its folder, ``model_path`` its OBJ file in the zip."""

    asset: str
    name: str
    category: str
    author: str
    model_path: str


@dataclass(frozen=True)
class MaterialGroup:
    """The faces of one material. ``uv_V2`` and ``texture_HW3`` are both there or both None; ``colour_3`` is sRGB."""

    vertices_V3: NDArray[np.float64]
    faces_F3: NDArray[np.int64]
    colour_3: NDArray[np.float64]
    uv_V2: NDArray[np.float64] | None
    texture_HW3: NDArray[np.uint8] | None


def read_catalogue(library: Path) -> list[CatalogueEntry]:
    """Return the entries of the library in catalogue order."""
    with zipfile.ZipFile(library) as archive:
        text = archive.read(CATALOGUE).decode("latin-1")
    rows: dict[int, dict[str, str]] = {}
    for key, number, value in re.findall(r"^(\w+)#(\d+)=(.*)$", text, re.MULTILINE):
        rows.setdefault(int(number), {})[key] = value.strip()
    return [
        CatalogueEntry(
            asset=Path(row["model"]).stem,
            name=row["name"],
            category=row.get("category", ""),
            author=row.get("creator", ""),
            model_path=row["model"].lstrip("/"),
        )
        for _, row in sorted(rows.items())
        if row.get("model", "").endswith(".obj")
    ]


def load_groups(library: Path, entry: CatalogueEntry) -> list[MaterialGroup]:
    """Return the model split by material, y up. Empty and degenerate groups are left out."""
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(library) as archive:
        parent = str(Path(entry.model_path).parent) + "/"
        archive.extractall(folder, [name for name in archive.namelist() if name.startswith(parent)])
        scene = trimesh.load_scene(Path(folder) / entry.model_path, process=False)
        return list(_groups_of(scene))


def _groups_of(scene: trimesh.Scene) -> Iterator[MaterialGroup]:
    for mesh in scene.dump():
        if not isinstance(mesh, trimesh.Trimesh) or len(mesh.faces) == 0 or mesh.area <= 0:
            continue
        material, uv = getattr(mesh.visual, "material", None), getattr(mesh.visual, "uv", None)
        colour, texture = np.array([0.7, 0.7, 0.7]), None
        if isinstance(material, SimpleMaterial):
            colour = np.asarray(material.diffuse[:3], dtype=np.float64) / 255
            if material.image is not None and uv is not None:
                texture = np.asarray(material.image.convert("RGB"))
        yield MaterialGroup(
            vertices_V3=np.asarray(mesh.vertices, dtype=np.float64),
            faces_F3=np.asarray(mesh.faces, dtype=np.int64),
            colour_3=colour,
            uv_V2=None if texture is None else np.asarray(uv, dtype=np.float64),
            texture_HW3=texture,
        )
