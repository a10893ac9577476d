"""A mesh as one self-contained binary glTF file with vertex colours. Equal meshes give equal bytes."""

import json
import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

from networks.meshing import Mesh, vertex_normals

# Numbers of the glTF 2.0 specification.
_FLOAT, _UNSIGNED_SHORT, _UNSIGNED_INT = 5126, 5123, 5125
_VERTEX_BUFFER, _INDEX_BUFFER = 34962, 34963
_MAGIC, _VERSION, _JSON_CHUNK, _BIN_CHUNK = 0x46546C67, 2, 0x4E4F534A, 0x004E4942


def srgb_to_linear(colours: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return linear light in 0..1, which is what COLOR_0 holds by the specification."""
    value = colours / 255.0
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def encode_glb(mesh: Mesh, colours_V3: NDArray[np.uint8]) -> bytes:
    """Return GLB bytes: positions, normals, 16-bit linear colours, 32-bit indices, one matte material."""
    linear = (srgb_to_linear(colours_V3) * 65535).round().astype("<u2")
    opaque = np.concatenate([linear, np.full((len(linear), 1), 65535, dtype="<u2")], axis=1)
    positions = mesh.vertices_V3.astype("<f4")
    parts = [
        (positions, _FLOAT, "VEC3", _VERTEX_BUFFER, _bounds(positions)),
        (vertex_normals(mesh).astype("<f4"), _FLOAT, "VEC3", _VERTEX_BUFFER, {}),
        (opaque, _UNSIGNED_SHORT, "VEC4", _VERTEX_BUFFER, {"normalized": True}),
        (mesh.faces_F3.astype("<u4").reshape(-1), _UNSIGNED_INT, "SCALAR", _INDEX_BUFFER, {}),
    ]
    views, accessors, body = [], [], b""
    for index, (values, component, kind, target, extra) in enumerate(parts):
        content = np.ascontiguousarray(values).tobytes()
        views.append({"buffer": 0, "byteOffset": len(body), "byteLength": len(content), "target": target})
        accessors.append({"bufferView": index, "componentType": component, "count": len(values), "type": kind, **extra})
        body += content
    return _container(_document(views, accessors, len(body)), body)


def _bounds(positions: NDArray[np.floating]) -> dict[str, Any]:
    return {"min": positions.min(axis=0).tolist(), "max": positions.max(axis=0).tolist()}


def _document(views: list[dict[str, Any]], accessors: list[dict[str, Any]], length: int) -> dict[str, Any]:
    attributes = {"POSITION": 0, "NORMAL": 1, "COLOR_0": 2}
    return {
        "asset": {"version": "2.0", "generator": "flywheel-3d"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [{"attributes": attributes, "indices": 3, "material": 0}]}],
        # Without a material a viewer takes glTF's default, which is bare metal and looks black without surroundings.
        "materials": [{"pbrMetallicRoughness": {"metallicFactor": 0.0, "roughnessFactor": 0.9}}],
        "accessors": accessors,
        "bufferViews": views,
        "buffers": [{"byteLength": length}],
    }


def _container(document: dict[str, Any], body: bytes) -> bytes:
    text = json.dumps(document, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    body += b"\0" * (-len(body) % 4)
    chunks = struct.pack("<II", len(text), _JSON_CHUNK) + text + struct.pack("<II", len(body), _BIN_CHUNK) + body
    return struct.pack("<III", _MAGIC, _VERSION, 12 + len(chunks)) + chunks
