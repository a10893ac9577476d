"""GLB to occupancy: exact on procedural shapes, robust on broken meshes."""

from pathlib import Path

import numpy as np
import pytest
import trimesh

from trainers.data.procedural import FAMILIES, make_shape
from trainers.data.voxels import MeshError, VoxelCache, load_glb, voxelise


def _glb(mesh: trimesh.Trimesh) -> bytes:
    content = mesh.export(file_type="glb")
    assert isinstance(content, bytes)
    return content


def _solid(content: bytes, resolution: int) -> np.ndarray:
    mesh = load_glb(content)
    return voxelise(mesh.vertices_V3, mesh.faces_F3, resolution)


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_mesh_and_exact_occupancy_of_a_procedural_shape_agree(family: str) -> None:
    shape = make_shape(family, 5)
    solid, exact = _solid(shape.mesh.to_glb(), 32), shape.occupancy(32)
    assert (solid & exact).sum() / (solid | exact).sum() > 0.9


def test_axes_are_x_y_z_with_rising_coordinates() -> None:
    bar = trimesh.creation.box((1.0, 0.25, 0.25))
    knob = trimesh.creation.box((0.25, 0.5, 0.25))
    knob.apply_translation((0.375, 0.125, 0.0))
    solid = _solid(_glb(trimesh.util.concatenate([bar, knob])), 8)
    assert solid[7, 5, 4]
    assert not solid[0, 5, 4]
    assert solid[0, 3, 4]


def test_open_box_is_filled_and_a_box_without_lid_is_not() -> None:
    box = trimesh.creation.box((1.0, 1.0, 1.0)).subdivide().subdivide()
    pierced = trimesh.Trimesh(box.vertices, box.faces[np.arange(len(box.faces)) != 3])
    # One missing face lets the outside in: what is left is the shell.
    lidless = box.faces[box.triangles_center[:, 1] < 0.499]
    shell = _solid(_glb(trimesh.Trimesh(box.vertices, lidless)), 16)
    assert not shell[8, 8, 8]
    assert shell[8, 0, 8]
    assert _solid(_glb(pierced), 16)[0, 8, 8]


def test_overlapping_and_inside_out_solids_are_a_union() -> None:
    a, b = trimesh.creation.box((1, 1, 1)), trimesh.creation.box((0.5, 0.5, 0.5))
    assert _solid(_glb(trimesh.util.concatenate([a, b])), 8).all()
    a.invert()
    assert _solid(_glb(a), 8).all()


def test_sheet_without_volume_becomes_a_thin_plate() -> None:
    sheet = trimesh.Trimesh([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], [[0, 1, 2], [0, 2, 3]])
    solid = _solid(_glb(sheet), 16)
    assert 0 < solid.mean() < 0.2


def test_nan_empty_and_garbage_have_a_clear_error() -> None:
    broken = trimesh.creation.box((1, 1, 1))
    vertices = np.array(broken.vertices)
    vertices[0, 0] = np.nan
    broken = trimesh.Trimesh(vertices, broken.faces, process=False)
    with pytest.raises(MeshError, match="not finite"):
        load_glb(_glb(broken))
    with pytest.raises(MeshError, match=r"cannot be read|no faces"):
        load_glb(b"glTF but not really")
    point = trimesh.Trimesh([[1, 1, 1]] * 3, [[0, 1, 2]], process=False)
    with pytest.raises(MeshError):
        load_glb(_glb(point))


def test_cache_answers_from_disk_with_the_same_solid(tmp_path: Path) -> None:
    content = make_shape("mug", 3).mesh.to_glb()
    first = VoxelCache(tmp_path).solid(content, 16)
    (stored,) = tmp_path.iterdir()
    before = stored.stat().st_mtime_ns
    second = VoxelCache(tmp_path).solid(content, 16)
    assert (first.occupancy_RRR == second.occupancy_RRR).all()
    assert second.size == first.size
    assert stored.stat().st_mtime_ns == before
