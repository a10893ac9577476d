"""Opens a GLB from an unknown hand: bounds first, allocation after. Pure.

Every length, offset and count in the file is compared with the bytes that are really there before anything is read
by it, so that a small file cannot ask for much memory, for another file or for another server.
"""

import json
import struct
from dataclasses import dataclass
from typing import Any

MAX_JSON_BYTES = 8 * 1024 * 1024
MAX_ITEMS = 20_000
MAX_DEPTH = 64
# What all accessors together may unfold to: views may overlap, so it is not bounded by the file's size.
MAX_UNFOLDED_BYTES = 1024 * 1024 * 1024
_MAGIC, _JSON_CHUNK, _BIN_CHUNK = 0x46546C67, 0x4E4F534A, 0x004E4942
_COMPONENT_BYTES = {5120: 1, 5121: 1, 5122: 2, 5123: 2, 5125: 4, 5126: 4}
_COMPONENTS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT2": 4, "MAT3": 9, "MAT4": 16}
_LISTS = (
    "accessors", "animations", "buffers", "bufferViews", "cameras", "images", "materials", "meshes", "nodes",
    "samplers", "scenes", "skins", "textures",
)  # fmt: skip
_HARMLESS_EXTENSIONS = ("KHR_materials_", "KHR_texture_transform")


class RefusedMeshError(Exception):
    """Why a file cannot be taken, in a sentence for the artist."""


@dataclass(frozen=True)
class Glb:
    """An opened GLB whose bounds hold: its JSON document and its binary chunk."""

    document: dict[str, Any]
    binary: memoryview


def _whole(value: Any, *, what: str, low: int = 0) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < low:
        raise RefusedMeshError(f"{what} is {value!r}, which is not a whole number of at least {low}.")
    return value


def _chunks(content: bytes) -> dict[int, memoryview]:
    view, found, offset = memoryview(content), dict[int, memoryview](), 12
    while offset < len(content):
        if offset + 8 > len(content):
            raise RefusedMeshError("The file is cut off in the middle of a chunk's head.")
        length, kind = struct.unpack_from("<II", content, offset)
        if offset + 8 + length > len(content):
            raise RefusedMeshError("A chunk claims more bytes than the file has. It may have been cut off.")
        found.setdefault(kind, view[offset + 8 : offset + 8 + length])
        offset += 8 + length
    return found


def _depth_is_sane(text: bytes) -> bool:
    """Count brackets without parsing; ones inside strings only make the count too high, never too low."""
    depth = 0
    for byte in text:
        if byte in b"[{":
            depth += 1
            if depth > MAX_DEPTH:
                return False
        elif byte in b"]}":
            depth -= 1
    return True


def _reject_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _document(chunk: memoryview) -> dict[str, Any]:
    if len(chunk) > MAX_JSON_BYTES:
        raise RefusedMeshError(
            f"Its description is over {MAX_JSON_BYTES // 2**20} MB. Put the data in the binary chunk."
        )
    try:
        document = json.loads(bytes(chunk).decode(), parse_constant=_reject_constant)
    except (ValueError, RecursionError) as error:
        raise RefusedMeshError(f"Its description cannot be read: {error}") from error
    if not isinstance(document, dict):
        raise RefusedMeshError("Its description is not a JSON object.")
    for name in _LISTS:
        items = document.get(name, [])
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise RefusedMeshError(f"“{name}” is not a list of objects.")
        if len(items) > MAX_ITEMS:
            raise RefusedMeshError(f"It has {len(items):,} {name}; at most {MAX_ITEMS:,} are taken.")
    return document


def _check_self_contained(document: dict[str, Any]) -> None:
    for name in ("buffers", "images"):
        for item in document.get(name, []):
            if "uri" in item:
                raise RefusedMeshError(f"It refers to another file in “{name}”. Export it as one packed GLB.")
    needed = document.get("extensionsRequired", [])
    for extension in needed if isinstance(needed, list) else ["extensionsRequired"]:
        if not str(extension).startswith(_HARMLESS_EXTENSIONS):
            raise RefusedMeshError(f"It needs the extension {str(extension)[:60]}. Export it without compression.")


def _check_views(document: dict[str, Any], *, binary_bytes: int) -> None:
    buffers = document.get("buffers", [])
    if len(buffers) > 1:
        raise RefusedMeshError("It has several buffers. Export it as one packed GLB.")
    for buffer in buffers:
        if _whole(buffer.get("byteLength"), what="A buffer's length", low=1) > binary_bytes:
            raise RefusedMeshError("Its buffer claims more bytes than the file has. It may have been cut off.")
    for number, view in enumerate(document.get("bufferViews", [])):
        start = _whole(view.get("byteOffset", 0), what=f"Offset of view {number}")
        length = _whole(view.get("byteLength"), what=f"Length of view {number}", low=1)
        if view.get("buffer") != 0 or start + length > binary_bytes:
            raise RefusedMeshError(f"View {number} reaches beyond the file's bytes.")
        if "byteStride" in view and not 4 <= _whole(view["byteStride"], what=f"Stride of view {number}") <= 252:
            raise RefusedMeshError(f"Stride of view {number} is outside 4 to 252.")


def element_bytes(accessor: dict[str, Any]) -> int:
    """Return the size of one element in bytes. Raises RefusedMeshError for an unknown type."""
    component, kind = accessor.get("componentType"), accessor.get("type")
    if not isinstance(component, int) or not isinstance(kind, str):
        raise RefusedMeshError("An accessor has no type.")
    if component not in _COMPONENT_BYTES or kind not in _COMPONENTS:
        raise RefusedMeshError(f"An accessor has the unknown type {component} {kind[:20]}.")
    return _COMPONENT_BYTES[component] * _COMPONENTS[kind]


def _check_accessors(document: dict[str, Any]) -> None:
    views, unfolded = document.get("bufferViews", []), 0
    for number, accessor in enumerate(document.get("accessors", [])):
        count = _whole(accessor.get("count"), what=f"Count of accessor {number}", low=1)
        if "sparse" in accessor or "bufferView" not in accessor:
            raise RefusedMeshError(f"Accessor {number} is sparse or empty. Export plain meshes.")
        view_number = _whole(accessor["bufferView"], what=f"View of accessor {number}")
        if view_number >= len(views):
            raise RefusedMeshError(f"Accessor {number} names a view that does not exist.")
        view, size = views[view_number], element_bytes(accessor)
        start = _whole(accessor.get("byteOffset", 0), what=f"Offset of accessor {number}")
        if start + (count - 1) * view.get("byteStride", size) + size > view["byteLength"]:
            raise RefusedMeshError(f"Accessor {number} counts {count:,} elements, more than its bytes can hold.")
        unfolded += count * size
    if unfolded > MAX_UNFOLDED_BYTES:
        raise RefusedMeshError("Its accessors overlap so much that they would unfold to over 1 GB.")


def open_glb(content: bytes) -> Glb:
    """Open a GLB and check its bounds. Raises RefusedMeshError."""
    if len(content) < 20 or struct.unpack_from("<I", content)[0] != _MAGIC:
        raise RefusedMeshError("This is not a GLB file. Export binary glTF 2.0 (.glb).")
    _, version, length = struct.unpack_from("<III", content)
    if version != 2:
        raise RefusedMeshError(f"This is glTF version {version}; version 2 is needed.")
    if length != len(content):
        raise RefusedMeshError(f"The file says it has {length:,} bytes, but {len(content):,} arrived.")
    chunks = _chunks(content)
    if _JSON_CHUNK not in chunks or not _depth_is_sane(bytes(chunks[_JSON_CHUNK][:MAX_JSON_BYTES])):
        raise RefusedMeshError("Its description is missing or nested too deeply.")
    document, binary = _document(chunks[_JSON_CHUNK]), chunks.get(_BIN_CHUNK, memoryview(b""))
    _check_self_contained(document)
    _check_views(document, binary_bytes=len(binary))
    _check_accessors(document)
    return Glb(document=document, binary=binary)
