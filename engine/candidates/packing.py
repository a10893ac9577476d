"""Packs a shape into the one form that all candidates have, so that a file does not tell which generator made it.

One mesh of one primitive: float32 positions, 16-bit linear colours, 32-bit triangles. No names, no extras, no
generator string, no normals, no textures. Equal shapes give equal bytes.
"""

import io
import json
import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
import trimesh
from numpy.typing import NDArray

# The object frame is [-0.5, 0.5]^3; a little more is a generator's rounding, much more is another frame.
FRAME_LIMIT = 0.6
MAX_FACES = 500_000
GREY = 178  # sRGB, of 255

_MAGIC, _JSON_CHUNK, _BIN_CHUNK = 0x46546C67, 0x4E4F534A, 0x004E4942
_FLOAT, _UNSIGNED_SHORT, _UNSIGNED_INT = 5126, 5123, 5125
_FULL = 65535
_ARRAY_BUFFER, _ELEMENT_BUFFER = 34962, 34963


class PackingError(Exception):
    """Why a proposed shape cannot be a candidate, in a sentence."""


@dataclass(frozen=True)
class Shape:
    """A triangle mesh in the object frame with sRGB colours at its vertices. V vertices, F faces."""

    vertices_V3: NDArray[np.float32]
    faces_F3: NDArray[np.uint32]
    colours_V3: NDArray[np.uint8]


def pack(glb: bytes) -> tuple[bytes, Shape]:
    """Return the packed GLB of a generator's GLB, and its shape. Raises PackingError."""
    shape = read_shape(glb)
    return write_glb(shape), shape


def read_shape(glb: bytes) -> Shape:
    """Read every mesh of a GLB as one, colours baked onto vertices. Raises PackingError for what is not a shape."""
    try:
        scene = trimesh.load_scene(io.BytesIO(glb), file_type="glb", resolver=None)
        parts = [part for node in sorted(scene.graph.nodes_geometry) if (part := _part_of(scene, node)) is not None]
    except Exception as error:  # a parser fed odd bytes raises nearly anything
        raise PackingError(f"The mesh cannot be read: {error}") from error
    if not parts:
        raise PackingError("The mesh has no faces.")
    offsets = np.cumsum([0, *(len(part.vertices_V3) for part in parts[:-1])])
    shape = Shape(
        vertices_V3=np.concatenate([part.vertices_V3 for part in parts]),
        faces_F3=np.concatenate(
            [part.faces_F3 + np.uint32(offset) for part, offset in zip(parts, offsets, strict=True)]
        ),
        colours_V3=np.concatenate([part.colours_V3 for part in parts]),
    )
    _check(shape)
    return _without_unused_vertices(shape)


def _part_of(scene: trimesh.Scene, node: str) -> Shape | None:
    # Not scene.dump(): its copies lose the colours of a mesh that has a material too.
    transform_44, name = scene.graph[node]
    mesh = scene.geometry[name]
    if not isinstance(mesh, trimesh.Trimesh) or len(mesh.faces) == 0:
        return None
    linear_V3 = np.broadcast_to(_linear_colours(mesh), (len(mesh.vertices), 3))
    return Shape(
        vertices_V3=trimesh.transform_points(mesh.vertices, transform_44).astype(np.float32),
        faces_F3=np.asarray(mesh.faces, dtype=np.uint32),
        colours_V3=np.round(linear_to_srgb(np.clip(linear_V3, 0, 1)) * 255).astype(np.uint8),
    )


def _linear_colours(mesh: trimesh.Trimesh) -> NDArray[np.float64]:
    """Return linear light in 0..1: one colour for each vertex, or one for all. glTF's own rules, read in its order."""
    visual = mesh.visual
    if isinstance(visual, trimesh.visual.TextureVisuals):
        factor = _base_colour(visual.material)
        stored = visual.vertex_attributes.get("color")
        if stored is not None:
            return _unit(np.asarray(stored))[:, :3] * factor
        if visual.uv is not None and getattr(visual.material, "baseColorTexture", None) is not None:
            baked = visual.to_color()  # type: ignore[no-untyped-call]  # trimesh annotates it not
            return srgb_to_linear(_unit(np.asarray(baked.vertex_colors)))[:, :3]
        return factor
    if visual is not None and visual.defined:
        return _unit(np.asarray(visual.vertex_colors))[:, :3]
    return np.full(3, srgb_to_linear(np.array(GREY / 255)))


def _base_colour(material: Any) -> NDArray[np.float64]:
    factor = getattr(material, "baseColorFactor", None)
    return np.ones(3) if factor is None else _unit(np.asarray(factor))[:3]


def _unit(values: NDArray[Any]) -> NDArray[np.float64]:
    if np.issubdtype(values.dtype, np.integer):
        return values / float(np.iinfo(values.dtype).max)
    return values.astype(np.float64)


def srgb_to_linear(value: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return linear light of sRGB values, both in 0..1 (IEC 61966-2-1)."""
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def linear_to_srgb(value: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return sRGB values of linear light, both in 0..1 (IEC 61966-2-1)."""
    return np.where(value <= 0.0031308, value * 12.92, 1.055 * np.maximum(value, 1e-9) ** (1 / 2.4) - 0.055)


def _check(shape: Shape) -> None:
    if len(shape.faces_F3) > MAX_FACES:
        raise PackingError(f"The mesh has {len(shape.faces_F3):,} faces; at most {MAX_FACES:,} are taken.")
    if not np.isfinite(shape.vertices_V3).all():
        raise PackingError("The mesh has vertices that are not numbers.")
    reach = float(np.abs(shape.vertices_V3).max())
    if reach > FRAME_LIMIT:
        raise PackingError(f"The mesh reaches {reach:.3g} from the middle; its frame ends at 0.5.")


def _without_unused_vertices(shape: Shape) -> Shape:
    used, faces = np.unique(shape.faces_F3, return_inverse=True)
    return Shape(
        vertices_V3=np.ascontiguousarray(shape.vertices_V3[used]),
        faces_F3=faces.reshape(-1, 3).astype(np.uint32),
        colours_V3=np.ascontiguousarray(shape.colours_V3[used]),
    )


def write_glb(shape: Shape) -> bytes:
    """Return the packed GLB of a shape."""
    n_vertices, n_faces = len(shape.vertices_V3), len(shape.faces_F3)
    positions = shape.vertices_V3.astype("<f4").tobytes()
    # glTF wants each vertex attribute aligned to four bytes: the fourth value is opacity, always full.
    rgba_V4 = np.full((n_vertices, 4), _FULL, dtype="<u2")
    rgba_V4[:, :3] = np.round(srgb_to_linear(shape.colours_V3 / 255) * _FULL)
    colours = rgba_V4.tobytes()
    indices = shape.faces_F3.astype("<u4").tobytes()
    document: dict[str, Any] = {
        "asset": {"version": "2.0"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}],
        "materials": [
            {"pbrMetallicRoughness": {"metallicFactor": 0.0, "roughnessFactor": 1.0}, "doubleSided": True}
        ],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0, "COLOR_0": 1}, "indices": 2, "material": 0}]}],
        "accessors": [
            {
                "bufferView": 0, "componentType": _FLOAT, "count": n_vertices, "type": "VEC3",
                "min": shape.vertices_V3.min(axis=0).tolist(), "max": shape.vertices_V3.max(axis=0).tolist(),
            },
            {
                "bufferView": 1, "componentType": _UNSIGNED_SHORT, "normalized": True,
                "count": n_vertices, "type": "VEC4",
            },
            {"bufferView": 2, "componentType": _UNSIGNED_INT, "count": n_faces * 3, "type": "SCALAR"},
        ],
        "bufferViews": _views([(positions, _ARRAY_BUFFER), (colours, _ARRAY_BUFFER), (indices, _ELEMENT_BUFFER)]),
        "buffers": [{"byteLength": len(positions) + len(colours) + len(indices)}],
    }  # fmt: skip
    return _container(document, positions + colours + indices)


def _views(chunks: list[tuple[bytes, int]]) -> list[dict[str, int]]:
    views, offset = [], 0
    for content, target in chunks:
        views.append({"buffer": 0, "byteOffset": offset, "byteLength": len(content), "target": target})
        offset += len(content)
    return views


def _container(document: dict[str, Any], binary: bytes) -> bytes:
    text = json.dumps(document, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    binary += b"\0" * (-len(binary) % 4)
    chunks = struct.pack("<II", len(text), _JSON_CHUNK) + text + struct.pack("<II", len(binary), _BIN_CHUNK) + binary
    return struct.pack("<III", _MAGIC, 2, 12 + len(chunks)) + chunks
