"""A pack: many light meshes with their occupancy in one file, for one role of the split.

A safetensors file. A assets, V vertices and F faces of all of them, one after the other: ``vertices_V3`` (uint16, the
object frame's [-0.5, 0.5] in steps of 1 / ``STEPS``), ``colours_V3`` (uint8, sRGB), ``faces_F3`` (uint16, each asset's
own vertices), ``occupancy_AB`` (packed bits), ``n_vertices_A`` and ``n_faces_A``. The metadata is the PackCard.
"""

import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from trainers.data.procedural import ShapeMesh
from trainers.data.shapes import TrainingShape
from trainers.data.split import role_of

PackRole = Literal["train", "heldout"]
STEPS = 8192
"""Steps of a vertex coordinate over the object frame: a hundred and more per voxel of 64."""
MOST_VERTICES = 65_536
TENSORS = ("vertices_V3", "colours_V3", "faces_F3", "occupancy_AB", "n_vertices_A", "n_faces_A")


class PackError(ValueError):
    """The file is no pack, or not one for this purpose; the text says why."""


class PackedAsset(BaseModel):
    """One asset of a pack; ``licence`` is the library's short name of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    library: str
    asset: str
    name: str
    category: str
    author: str
    licence: str


class PackCard(BaseModel):
    """What a pack says about itself. ``content_sha256`` is over the tensors in the order of ``TENSORS``."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    format: Literal[1] = 1
    role: PackRole
    source: str
    grid: int
    assets: tuple[PackedAsset, ...]
    content_sha256: str


def write_pack(
    path: Path, shapes: Sequence[TrainingShape], assets: Sequence[PackedAsset], *, role: PackRole, source: str
) -> PackCard:
    """Write ``shapes`` and their ``assets``, which tell the same story in the same order.

    Raises PackError for an asset of another role, for mixed grids and for more vertices than a face can name.
    """
    _check_roles(role, assets)
    grids = {shape.grid for shape in shapes}
    if len(grids) != 1:
        raise PackError(f"a pack has one grid, not {sorted(grids)}")
    for shape, asset in zip(shapes, assets, strict=True):
        if shape.key != f"asset:{asset.library}/{asset.asset}":
            raise PackError(f"{shape.key} is described as {asset.library}/{asset.asset}")
        if len(shape.mesh.vertices_V3) > MOST_VERTICES:
            raise PackError(f"{shape.key} has more than {MOST_VERTICES} vertices")
    tensors = _tensors(shapes)
    digest = _digest(tensors)
    card = PackCard(role=role, source=source, grid=grids.pop(), assets=tuple(assets), content_sha256=digest)
    unfinished = path.with_name(f".{path.name}-{os.getpid()}")
    try:
        save_file(tensors, unfinished, {"pack": card.model_dump_json()})
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return card


def read_card(path: Path) -> PackCard:
    """Return what the pack says about itself, without reading its content. Raises PackError."""
    try:
        with safe_open(path, "numpy") as file:
            metadata = file.metadata() or {}
        return PackCard.model_validate(json.loads(metadata["pack"]))
    except (OSError, SafetensorError, KeyError, ValidationError, json.JSONDecodeError) as error:
        raise PackError(f"{path} is no pack: {error}") from error


def read_pack(path: Path, *, role: PackRole) -> list[TrainingShape]:
    """Return the shapes of a pack for ``role``.

    Raises PackError when the pack, or any asset in it, is for another role, or when the content is damaged.
    """
    card = read_card(path)
    if card.role != role:
        raise PackError(f"{path} is a pack for {card.role}, not for {role}")
    _check_roles(role, card.assets)
    try:
        with safe_open(path, "numpy") as file:
            tensors = {name: file.get_tensor(name) for name in TENSORS}
    except (OSError, SafetensorError) as error:
        raise PackError(f"{path} cannot be read: {error}") from error
    if _digest(tensors) != card.content_sha256:
        raise PackError(f"{path} is damaged: its content does not match its digest")
    return _shapes(tensors, card)


def _check_roles(role: PackRole, assets: Sequence[PackedAsset]) -> None:
    if role not in get_args(PackRole):
        raise PackError(f"no such role: {role}")
    if not assets:
        raise PackError("a pack without assets")
    for asset in assets:
        if (other := role_of(asset.library, asset.asset)) != role:
            raise PackError(f"{asset.library}/{asset.asset} is {other}, not {role}")


def _tensors(shapes: Sequence[TrainingShape]) -> dict[str, NDArray[np.generic]]:
    meshes = [shape.mesh for shape in shapes]
    vertices = np.concatenate([mesh.vertices_V3 for mesh in meshes])
    tensors: dict[str, NDArray[np.generic]] = {
        "vertices_V3": ((vertices + 0.5) * STEPS).round().clip(0, STEPS).astype(np.uint16),
        "colours_V3": (np.concatenate([mesh.colours_V3 for mesh in meshes]) * 255).round().astype(np.uint8),
        "faces_F3": np.concatenate([mesh.faces_F3 for mesh in meshes]).astype(np.uint16),
        "occupancy_AB": np.stack([shape.occupancy_bits for shape in shapes]),
        "n_vertices_A": np.array([len(mesh.vertices_V3) for mesh in meshes], dtype=np.int32),
        "n_faces_A": np.array([len(mesh.faces_F3) for mesh in meshes], dtype=np.int32),
    }
    return {name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}


def _digest(tensors: dict[str, NDArray[np.generic]]) -> str:
    digest = hashlib.sha256()
    for name in TENSORS:
        tensor = tensors[name]
        digest.update(f"{name} {tensor.dtype} {tensor.shape}".encode())
        digest.update(tensor.tobytes())
    return digest.hexdigest()


def _shapes(tensors: dict[str, NDArray[np.generic]], card: PackCard) -> list[TrainingShape]:
    cuts = {name: np.cumsum(tensors[name])[:-1] for name in ("n_vertices_A", "n_faces_A")}
    positions_V3: NDArray[np.float32] = tensors["vertices_V3"].astype(np.float32) / np.float32(STEPS) - np.float32(0.5)
    colours_V3: NDArray[np.float32] = tensors["colours_V3"].astype(np.float32) / np.float32(255)
    vertices, colours = (np.split(values, cuts["n_vertices_A"]) for values in (positions_V3, colours_V3))
    faces = np.split(tensors["faces_F3"].astype(np.int64), cuts["n_faces_A"])
    shapes = []
    for k, asset in enumerate(card.assets):
        mesh = ShapeMesh(vertices[k], faces[k], colours[k])
        if mesh.faces_F3.size and mesh.faces_F3.max() >= len(mesh.vertices_V3):
            raise PackError(f"a face of {asset.library}/{asset.asset} names a vertex that is not there")
        bits = tensors["occupancy_AB"][k].astype(np.uint8)
        shapes.append(TrainingShape(f"asset:{asset.library}/{asset.asset}", asset.category, mesh, bits))
    return shapes
