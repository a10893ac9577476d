"""Good and hostile GLBs, made byte by byte."""

import json
import struct
from typing import Any

import numpy as np
import trimesh


def good() -> bytes:
    content: bytes = trimesh.creation.icosphere(subdivisions=1).apply_scale(3.0).export(file_type="glb")
    return content


def container(document: Any, binary: bytes = b"", *, raw: bytes | None = None) -> bytes:
    text = json.dumps(document).encode() if raw is None else raw
    text += b" " * (-len(text) % 4)
    binary += b"\0" * (-len(binary) % 4)
    body = struct.pack("<II", len(text), 0x4E4F534A) + text
    if binary:
        body += struct.pack("<II", len(binary), 0x004E4942) + binary
    return struct.pack("<III", 0x46546C67, 2, 12 + len(body)) + body


def triangle(**changes: Any) -> tuple[dict[str, Any], bytes]:
    """Return the document and bytes of one triangle; ``changes`` replace top-level parts of the document."""
    positions = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], dtype="<f4").tobytes()
    indices = np.array([0, 1, 2], dtype="<u4").tobytes()
    document = {
        "asset": {"version": "2.0"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "indices": 1}]}],
        "accessors": [
            {"bufferView": 0, "componentType": 5126, "count": 3, "type": "VEC3"},
            {"bufferView": 1, "componentType": 5125, "count": 3, "type": "SCALAR"},
        ],
        "bufferViews": [
            {"buffer": 0, "byteOffset": 0, "byteLength": 36},
            {"buffer": 0, "byteOffset": 36, "byteLength": 12},
        ],
        "buffers": [{"byteLength": 48}],
    }
    return document | changes, positions + indices


def changed(path: list[Any], value: Any) -> bytes:
    """Return the triangle with one value of its document replaced."""
    document, binary = triangle()
    place: Any = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return container(document, binary)
