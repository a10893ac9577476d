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

from trainers.data.voxels import MAX_FACES, MeshError

CATALOGUE = "PluginFurnitureCatalog.properties"
UPRIGHT = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)


@dataclass(frozen=True)
class CatalogueEntry:
    """One model of a library. ``asset`` is the name of its folder, ``model_path`` its OBJ file in the zip.

    ``rotation_9`` stands the model upright with its front towards +z: three rows that multiply column vectors.
    """

    asset: str
    name: str
    category: str
    author: str
    model_path: str
    rotation_9: tuple[float, ...] = UPRIGHT


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
            rotation_9=_rotation(row.get("modelRotation", "")),
        )
        for _, row in sorted(rows.items())
        if row.get("model", "").endswith(".obj")
    ]


def _rotation(text: str) -> tuple[float, ...]:
    values = tuple(float(word) for word in text.split())
    return values if len(values) == 9 else UPRIGHT


def load_groups(library: Path, entry: CatalogueEntry) -> list[MaterialGroup]:
    """Return the model split by material, y up, its front towards +z. Empty and degenerate groups are left out.

    A texture that is missing or cannot be read leaves the material's plain colour. Raises MeshError when the model
    cannot be read, has too many faces or a vertex that is not finite.
    """
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(library) as archive:
        parent = str(Path(entry.model_path).parent) + "/"
        archive.extractall(folder, [name for name in archive.namelist() if name.startswith(parent)])
        return read_obj(Path(folder) / entry.model_path, np.array(entry.rotation_9).reshape(3, 3))


def read_obj(path: Path, rotation_33: NDArray[np.float64]) -> list[MaterialGroup]:
    """Return the OBJ of ``path``, turned by ``rotation @ vertex``, as ``load_groups`` does."""
    try:
        scene = trimesh.load_scene(path, process=False)
    except Exception as error:  # trimesh raises whatever its parser trips over
        raise MeshError(f"{path.name} cannot be read: {error}") from error
    groups = list(_groups_of(scene, rotation_33))
    if (n_faces := sum(len(group.faces_F3) for group in groups)) > MAX_FACES:
        raise MeshError(f"{path.name} has {n_faces} faces, more than {MAX_FACES}")
    if not groups:
        raise MeshError(f"{path.name} holds no faces")
    return groups


def _groups_of(scene: trimesh.Scene, rotation_33: NDArray[np.float64]) -> Iterator[MaterialGroup]:
    for mesh in scene.dump():
        if not isinstance(mesh, trimesh.Trimesh) or len(mesh.faces) == 0:
            continue
        if not np.isfinite(np.asarray(mesh.vertices)[np.unique(mesh.faces)]).all():
            raise MeshError("a vertex is not finite")
        if mesh.area <= 0:
            continue
        # Stray vertices would count into the bounding box that everything is normalised by.
        mesh.remove_unreferenced_vertices()
        material, uv = getattr(mesh.visual, "material", None), getattr(mesh.visual, "uv", None)
        colour, texture = np.array([0.7, 0.7, 0.7]), None
        if isinstance(material, SimpleMaterial):
            colour = np.asarray(material.diffuse[:3], dtype=np.float64) / 255
            if material.image is not None and uv is not None:
                texture = np.asarray(material.image.convert("RGB"))
        yield MaterialGroup(
            vertices_V3=np.asarray(mesh.vertices, dtype=np.float64) @ rotation_33.T,
            faces_F3=np.asarray(mesh.faces, dtype=np.int64),
            colour_3=colour,
            uv_V2=None if texture is None else np.asarray(uv, dtype=np.float64),
            texture_HW3=texture,
        )
