"""First checks of an artist's mesh, and the one normalised GLB that it becomes. Pure.

The container is opened by glb_container, so every accessor lies within the bytes; here come the values: triangles
that exist, vertices that are numbers, and a scene that does not multiply itself. Only then does a library read it.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import trimesh
from numpy.typing import NDArray
from PIL import Image

from engine.artistry.glb_container import Glb, RefusedMeshError, element_bytes, open_glb
from engine.candidates.packing import MAX_FACES, PackingError, Shape, pack

MAX_VERTICES = 3 * MAX_FACES
MAX_IMAGE_PIXELS = 64_000_000
_TRIANGLES, _FLOAT = 4, 5126
_INDEX_TYPES: dict[int, np.dtype[Any]] = {5121: np.dtype("<u1"), 5123: np.dtype("<u2"), 5125: np.dtype("<u4")}


@dataclass(frozen=True, kw_only=True)
class CheckedMesh:
    """A mesh that can be used: packed, centred, its longest side 1; and what was measured, in its own units."""

    glb: bytes
    report: dict[str, Any]


def _item(items: list[dict[str, Any]], number: Any, *, what: str) -> dict[str, Any]:
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < len(items):
        raise RefusedMeshError(f"It names the {what} {str(number)[:20]}, which does not exist.")
    return items[number]


def _values(glb: Glb, accessor: dict[str, Any], *, dtype: np.dtype[Any], width: int) -> NDArray[Any]:
    """Return an accessor's values as a view of the file's bytes: nothing is copied."""
    view = glb.document["bufferViews"][accessor["bufferView"]]
    stride = view.get("byteStride", element_bytes(accessor))
    offset = view.get("byteOffset", 0) + accessor.get("byteOffset", 0)
    shape, strides = (accessor["count"], width), (stride, dtype.itemsize)
    return np.ndarray(shape, dtype=dtype, buffer=glb.binary, offset=offset, strides=strides)


def _check_size(*, n_vertices: int, n_faces: int) -> None:
    if n_faces > MAX_FACES or n_vertices > MAX_VERTICES:
        raise RefusedMeshError(f"It has {n_faces:,} faces or more; at most {MAX_FACES:,} are taken. Simplify it.")


def _check_primitive(glb: Glb, primitive: dict[str, Any]) -> tuple[int, int]:
    """Check one primitive and return its vertices and triangles; other things than triangles count as none."""
    accessors = glb.document.get("accessors", [])
    attributes = primitive.get("attributes")
    if primitive.get("mode", _TRIANGLES) != _TRIANGLES or not isinstance(attributes, dict):
        return 0, 0
    positions = _item(accessors, attributes.get("POSITION"), what="position accessor")
    if positions["componentType"] != _FLOAT or positions["type"] != "VEC3":
        raise RefusedMeshError("Its positions are not three 32-bit floats. Export without quantization.")
    n_vertices: int = positions["count"]
    _check_size(n_vertices=n_vertices, n_faces=0)
    if not np.isfinite(_values(glb, positions, dtype=np.dtype("<f4"), width=3)).all():
        raise RefusedMeshError("It has vertices that are not numbers (NaN or infinite).")
    if "indices" not in primitive:
        return n_vertices, n_vertices // 3
    indices = _item(accessors, primitive["indices"], what="index accessor")
    if indices["componentType"] not in _INDEX_TYPES or indices["type"] != "SCALAR":
        raise RefusedMeshError("Its indices are not whole numbers.")
    if int(_values(glb, indices, dtype=_INDEX_TYPES[indices["componentType"]], width=1).max()) >= n_vertices:
        raise RefusedMeshError("A triangle names a vertex that does not exist.")
    return n_vertices, indices["count"] // 3


def _node_order(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield every node once. Raises RefusedMeshError if the nodes are not trees: loops never end, diamonds explode."""
    nodes = document.get("nodes", [])
    has_parent: set[int] = set()
    for node in nodes:
        children = node.get("children", [])
        for child in children if isinstance(children, list) else [children]:
            _item(nodes, child, what="node")
            if child in has_parent:
                raise RefusedMeshError("A node has two parents.")
            has_parent.add(child)
    waiting = [number for number in range(len(nodes)) if number not in has_parent]
    n_reached = 0
    while waiting:
        node = nodes[waiting.pop()]
        n_reached += 1
        yield node
        waiting.extend(node.get("children", []))
    if n_reached != len(nodes):
        raise RefusedMeshError("Its nodes form a loop.")


def _mesh_sizes(glb: Glb) -> list[tuple[int, int]]:
    """Return vertices and triangles of each mesh, shown or not: the library reads them all."""
    sizes: list[tuple[int, int]] = []
    total_vertices = total_faces = 0
    for mesh in glb.document.get("meshes", []):
        primitives = mesh.get("primitives")
        if not isinstance(primitives, list) or not all(isinstance(item, dict) for item in primitives):
            raise RefusedMeshError("A mesh has no primitives.")
        n_vertices = n_faces = 0
        for primitive in primitives:
            own_vertices, own_faces = _check_primitive(glb, primitive)
            n_vertices, n_faces = n_vertices + own_vertices, n_faces + own_faces
            # Checked at each step: many primitives over the same bytes would cost time before they cost memory.
            _check_size(n_vertices=total_vertices + n_vertices, n_faces=total_faces + n_faces)
        total_vertices, total_faces = total_vertices + n_vertices, total_faces + n_faces
        sizes.append((n_vertices, n_faces))
    return sizes


def _check_scene(glb: Glb) -> None:
    sizes = _mesh_sizes(glb)
    n_vertices = n_faces = 0
    for node in _node_order(glb.document):
        if "mesh" in node:
            _item(glb.document.get("meshes", []), node["mesh"], what="mesh")
            n_vertices, n_faces = n_vertices + sizes[node["mesh"]][0], n_faces + sizes[node["mesh"]][1]
    _check_size(n_vertices=n_vertices, n_faces=n_faces)
    if n_faces == 0:
        raise RefusedMeshError("It has no faces.")


def _check_images(glb: Glb) -> None:
    views = glb.document.get("bufferViews", [])
    for image in glb.document.get("images", []):
        view = _item(views, image.get("bufferView"), what="image view")
        start = view.get("byteOffset", 0)
        try:
            # Reads the head only.
            with Image.open(
                io.BytesIO(glb.binary[start : start + view["byteLength"]]), formats=["PNG", "JPEG"]
            ) as opened:
                width, height = opened.size
        except Exception as error:  # a parser fed odd bytes raises nearly anything
            raise RefusedMeshError("One of its textures is neither a PNG nor a JPEG.") from error
        if width * height > MAX_IMAGE_PIXELS:
            raise RefusedMeshError(f"One of its textures has {width} x {height} pixels, which is too large.")


def _normalised(content: bytes) -> tuple[bytes, Shape, NDArray[np.float64]]:
    """Return the packed GLB, its shape, and the extents it had. Raises RefusedMeshError."""
    try:
        scene = trimesh.load_scene(io.BytesIO(content), file_type="glb", resolver=None)
        bounds = np.asarray(scene.bounds, dtype=np.float64)
        extents = bounds[1] - bounds[0]
        if not np.isfinite(extents).all() or extents.max() <= 0:
            raise RefusedMeshError("It has no extent, or its transformations are not numbers.")
        scene.apply_translation(-bounds.mean(axis=0))
        scene.apply_scale(1.0 / extents.max())  # type: ignore[no-untyped-call]
        packed, shape = pack(scene.export(file_type="glb"))  # type: ignore[no-untyped-call]
    except RefusedMeshError:
        raise
    except PackingError as error:
        raise RefusedMeshError(str(error)) from error
    except Exception as error:
        raise RefusedMeshError(f"It cannot be read: {type(error).__name__}: {str(error)[:200]}") from error
    return packed, shape, extents


def _report(shape: Shape, *, extents: NDArray[np.float64], n_bytes: int) -> dict[str, Any]:
    mesh = trimesh.Trimesh(vertices=shape.vertices_V3, faces=shape.faces_F3, process=False)
    # Colours and sharp edges split vertices; for topology, those at one place are one.
    mesh.merge_vertices(merge_tex=True, merge_norm=True)
    labels = trimesh.graph.connected_component_labels(mesh.face_adjacency, node_count=len(mesh.faces))  # type: ignore[no-untyped-call]
    return {
        "vertices": len(shape.vertices_V3),
        "faces": len(shape.faces_F3),
        "is_watertight": bool(mesh.is_watertight),
        "is_winding_consistent": bool(mesh.is_winding_consistent),
        "components": int(labels.max()) + 1,
        "degenerate_faces": int((mesh.area_faces < 1e-12).sum()),
        "extents": [round(float(extent), 6) for extent in extents],
        "size_bytes": n_bytes,
    }


def check_mesh(content: bytes) -> CheckedMesh:
    """Check an uploaded GLB, measure it and pack it. Raises RefusedMeshError with a sentence for the artist."""
    glb = open_glb(content)
    _check_scene(glb)
    _check_images(glb)
    packed, shape, extents = _normalised(content)
    return CheckedMesh(glb=packed, report=_report(shape, extents=extents, n_bytes=len(content)))
