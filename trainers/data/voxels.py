"""GLB to occupancy: robust against open, overlapping and inside-out surfaces, cached by digest.

Shapes: V vertices, F faces, R = resolution. Grids are indexed ``[x, y, z]`` in order of rising coordinates; voxel i
spans (i / R - 0.5, (i + 1) / R - 0.5) of the object frame. Meshes are normalised first: bounding box centred, its
longest side scaled to one.
"""

import io
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import trimesh
from numpy.typing import NDArray
from scipy import ndimage

from contracts.digests import sha256_hex
from trainers.data.grids import coarsened_surface

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

MAX_FACES = 2_000_000
WIDEST_CRACK = 2
"""Half-voxels by which the shell of an open mesh is thickened on either side to close cracks."""
CRACK_GAIN = 2.5
"""How many times more a thicker shell must enclose before a crack is believed."""
LEAST_COVERED = 0.98
"""Share of the surface of a closed mesh that must lie next to what ray crossings call solid."""
_FORMAT = 2
_CUBE = np.ones((3, 3, 3), dtype=bool)


class MeshError(ValueError):
    """The bytes hold no mesh that can be turned into a solid; the text says why."""


@dataclass(frozen=True)
class Normalised:
    """``vertices_V3`` in the object frame; the file's own coordinates are ``vertices * size + centre_3``."""

    vertices_V3: Floats
    faces_F3: Ints
    centre_3: Floats
    size: float


@dataclass(frozen=True)
class Solid:
    """Occupancy of a mesh file, and where the normalised object sits in the file's own coordinates."""

    occupancy_RRR: Bools
    centre_3: Floats
    size: float


def load_glb(content: bytes) -> Normalised:
    """Read every mesh of a GLB with its place in the scene. Raises MeshError for anything that is not a finite mesh."""
    try:
        mesh = trimesh.load(io.BytesIO(content), file_type="glb", force="mesh", process=False)
    except Exception as error:  # trimesh raises whatever its parser trips over
        raise MeshError(f"the GLB cannot be read: {error}") from error
    if not isinstance(mesh, trimesh.Trimesh) or len(mesh.faces) == 0:
        raise MeshError("the GLB holds no faces")
    if len(mesh.faces) > MAX_FACES:
        raise MeshError(f"{len(mesh.faces)} faces are more than {MAX_FACES}")
    vertices, faces = np.asarray(mesh.vertices, dtype=np.float64), np.asarray(mesh.faces, dtype=np.int64)
    if faces.min() < 0 or faces.max() >= len(vertices):
        raise MeshError("a face names a vertex that is not there")
    return normalise(vertices, faces)


def normalise(vertices_V3: NDArray[Any], faces_F3: NDArray[Any]) -> Normalised:
    """Bring a mesh into the object frame by the bounding box of its faces. Raises MeshError."""
    vertices, faces = np.asarray(vertices_V3, dtype=np.float64), np.asarray(faces_F3, dtype=np.int64)
    used = vertices[np.unique(faces)]
    if not np.isfinite(used).all():
        raise MeshError("a vertex is not finite")
    low, high = used.min(0), used.max(0)
    centre, size = (low + high) / 2, float((high - low).max())
    if size <= 1e-9:
        raise MeshError("the mesh is a point")
    return Normalised((np.nan_to_num(vertices) - centre) / size, faces, centre, size)


def voxelise(vertices_V3: Floats, faces_F3: Ints, resolution: int) -> Bools:
    """Return the solid of a mesh in the object frame.

    A closed mesh is filled by signed ray crossings, so overlapping parts are a union. An open one, or a closed one
    whose faces contradict each other, is filled by what the outside cannot reach through its surface. Raises MeshError
    when nothing comes out.
    """
    if _is_closed(vertices_V3, faces_F3):
        solid = _crossing_fill(vertices_V3, faces_F3, resolution)
        if _covers_surface(solid, vertices_V3[faces_F3]):
            return solid
    solid = _shell_fill(vertices_V3, faces_F3, resolution)
    if not solid.any():
        raise MeshError("the mesh fills no voxel")
    return solid


def _covers_surface(solid_RRR: Bools, corners_F33: Floats) -> bool:
    """Whether the surface lies along the solid: not so for double sheets, which cancel, and for very thin parts."""
    near, resolution = ndimage.binary_dilation(solid_RRR, _CUBE), len(solid_RRR)
    count = covered = 0
    for points in _surface_points(corners_F33, 1 / resolution):
        index = np.clip(np.floor((points + 0.5) * resolution).astype(np.int64), 0, resolution - 1)
        count, covered = count + len(points), covered + int(near[index[:, 0], index[:, 1], index[:, 2]].sum())
    return covered > LEAST_COVERED * count


class VoxelCache:
    """Occupancy of mesh files by digest, kept as bits under ``folder``. Safe for several processes at once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def solid(self, content: bytes, resolution: int) -> Solid:
        """Return the solid of a GLB's bytes. Raises MeshError, which is not cached."""
        path = self._folder / f"{sha256_hex(content)}-{resolution}-v{_FORMAT}.npz"
        if path.exists():
            with np.load(path) as stored:
                bits = np.unpackbits(stored["bits"], count=resolution**3).astype(bool)
                return Solid(bits.reshape([resolution] * 3), stored["centre"], float(stored["size"]))
        mesh = load_glb(content)
        solid = Solid(voxelise(mesh.vertices_V3, mesh.faces_F3, resolution), mesh.centre_3, mesh.size)
        # What cannot be kept is made again next time: a full or read-only disk is no reason to stop here.
        with suppress(OSError):
            self._keep(path, solid)
        return solid

    def _keep(self, path: Path, solid: Solid) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f".{path.stem}-{os.getpid()}.npz")
        try:
            bits = np.packbits(solid.occupancy_RRR)
            np.savez(unfinished, bits=bits, centre=solid.centre_3, size=np.float64(solid.size))
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)


def _is_closed(vertices_V3: Floats, faces_F3: Ints) -> bool:
    """Whether every edge is used as often in one direction as in the other, vertices at one place being one."""
    _, merged = np.unique(np.round(vertices_V3, 6), axis=0, return_inverse=True)
    faces = merged.reshape(-1)[faces_F3]
    distinct = (faces[:, 0] != faces[:, 1]) & (faces[:, 1] != faces[:, 2]) & (faces[:, 2] != faces[:, 0])
    faces = faces[distinct]
    if len(faces) == 0:
        return False
    start, end = faces.reshape(-1), np.roll(faces, -1, axis=1).reshape(-1)
    n = np.int64(merged.max() + 1)
    key = np.minimum(start, end) * n + np.maximum(start, end)
    _, edge = np.unique(key, return_inverse=True)
    balance = np.bincount(edge.reshape(-1), weights=np.where(start < end, 1.0, -1.0))
    return bool((balance == 0).all())


def _crossing_fill(vertices_V3: Floats, faces_F3: Ints, resolution: int) -> Bools:
    """Inside is where the surface was entered more often than left, by the vote of rays along three axes."""
    votes = np.zeros([resolution] * 3, dtype=np.int8)
    for axis in range(3):
        # The rays' axis goes last; a cyclic shift keeps the orientation of the faces.
        order = [(axis + 1) % 3, (axis + 2) % 3, axis]
        winding = _winding(vertices_V3[:, order], faces_F3, resolution)
        votes += np.transpose(winding != 0, np.argsort(order)).astype(np.int8)
    return np.asarray(votes >= 2)


def _winding(vertices_V3: Floats, faces_F3: Ints, resolution: int) -> NDArray[np.int64]:
    """Count, below each voxel centre along the last axis, faces that look down minus faces that look up."""
    # A shift that no design coordinate shares keeps the rays off edges and vertices.
    scaled = (vertices_V3 + 0.5) * resolution - 0.5
    scaled[:, 0] += 1.234567e-4
    scaled[:, 1] += 2.345671e-4
    corners_F33 = scaled[faces_F3]
    low = np.clip(np.ceil(corners_F33[:, :, :2].min(1)), 0, resolution).astype(np.int64)
    high = np.clip(np.floor(corners_F33[:, :, :2].max(1)) + 1, 0, resolution).astype(np.int64)
    span = np.maximum(high - low, 0)
    count = span[:, 0] * span[:, 1]
    crossings = np.zeros([resolution, resolution, resolution + 1], dtype=np.int64)
    # Faces in chunks, so that a million large faces do not need all their rays at once.
    for chunk in np.array_split(np.arange(len(count)), max(1, int(count.sum() // 2_000_000) + 1)):
        _add_crossings(crossings, corners_F33[chunk], low[chunk], span[chunk], count[chunk])
    return np.cumsum(crossings, axis=2)[:, :, :resolution]


def _add_crossings(
    crossings: NDArray[np.int64], corners_F33: Floats, low_F2: Ints, span_F2: Ints, count_F: Ints
) -> None:
    face = np.repeat(np.arange(len(count_F)), count_F)
    rank = np.arange(len(face)) - np.repeat(np.cumsum(count_F) - count_F, count_F)
    column = low_F2[face] + np.stack([rank // span_F2[face, 1], rank % span_F2[face, 1]], 1)
    a, b, c = (corners_F33[face, k] for k in range(3))
    ab, ac, ap = b - a, c - a, column - a[:, :2]
    area = ab[:, 0] * ac[:, 1] - ab[:, 1] * ac[:, 0]
    is_flat = np.abs(area) < 1e-12
    safe = np.where(is_flat, 1.0, area)
    v = (ap[:, 0] * ac[:, 1] - ap[:, 1] * ac[:, 0]) / safe
    w = (ab[:, 0] * ap[:, 1] - ab[:, 1] * ap[:, 0]) / safe
    hit = ~is_flat & (v >= 0) & (w >= 0) & (v + w <= 1)
    height = a[hit, 2] + v[hit] * ab[hit, 2] + w[hit] * ac[hit, 2]
    first_above = np.clip(np.ceil(height), 0, crossings.shape[2] - 1).astype(np.int64)
    sign = np.where(area[hit] < 0, 1, -1)
    np.add.at(crossings, (column[hit, 0], column[hit, 1], first_above), sign)


def _shell_fill(vertices_V3: Floats, faces_F3: Ints, resolution: int) -> Bools:
    """At twice the resolution: surface voxels and whatever they enclose, small holes in them closed."""
    fine = 2 * resolution
    shell = np.zeros([fine] * 3, dtype=bool)
    for points in _surface_points(vertices_V3[faces_F3], 0.5 / fine):
        index = np.clip(np.floor((points + 0.5) * fine).astype(np.int64), 0, fine - 1)
        shell[index[:, 0], index[:, 1], index[:, 2]] = True
    return coarsened_surface(_enclosed(shell), shell, 2)


def _enclosed(shell_XYZ: Bools) -> Bools:
    """Return what the outside cannot reach through the shell. It does not come from below the lowest voxel.

    So a body without an underside is filled, as its maker meant it, and a cup without a lid is not. A crack lets the
    outside into a body and leaves a skin. So the shell is also tried thicker, and the thicker try counts when it
    encloses far more than the last: then it closed a crack, and did not merely bridge a gap.
    """
    # Room for the thickest try on every side, so that the outside always stays connected.
    shell = np.pad(shell_XYZ, WIDEST_CRACK + 1)
    ground = np.zeros_like(shell)
    ground[:, : int(np.flatnonzero(shell.any((0, 2)))[0]), :] = True
    enclosed = ~_outside(shell | ground)
    for width in range(1, WIDEST_CRACK + 1):
        thick = ndimage.binary_dilation(shell, _CUBE, iterations=width) | ground
        reached = ndimage.binary_dilation(_outside(thick), _CUBE, iterations=width)
        tighter = shell | ~reached
        if (tighter & ~ground).sum() > CRACK_GAIN * (enclosed & ~ground).sum():
            enclosed = tighter
    inner = slice(WIDEST_CRACK + 1, -WIDEST_CRACK - 1)
    return np.asarray((enclosed & ~ground)[inner, inner, inner])


def _outside(wall_XYZ: Bools) -> Bools:
    regions, _ = ndimage.label(~wall_XYZ)
    # The far upper corner is never below the ground.
    return np.asarray(regions == regions[-1, -1, -1])


def _surface_points(corners_F33: Floats, spacing: float) -> Iterator[Floats]:
    """Yield points on the faces, no farther apart than about ``spacing``, some million at a time."""
    edges = np.linalg.norm(np.roll(corners_F33, -1, axis=1) - corners_F33, axis=2).max(1)
    steps = np.ceil(edges / spacing).astype(np.int64).clip(1, None)
    # Rounded up to powers of two, so that a few batches cover all faces.
    steps = 2 ** np.ceil(np.log2(steps)).astype(np.int64)
    for n in np.unique(steps):
        i, j = np.meshgrid(np.arange(n + 1), np.arange(n + 1), indexing="ij")
        keep = i + j <= n
        u, v = i[keep] / n, j[keep] / n
        weights_P3 = np.stack([1 - u - v, u, v], 1)
        chosen = corners_F33[steps == n]
        for part in np.array_split(chosen, max(1, len(chosen) * len(weights_P3) // 2_000_000)):
            yield np.einsum("pk,fkd->fpd", weights_P3, part).reshape(-1, 3)
