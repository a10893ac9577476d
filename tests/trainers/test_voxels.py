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


@pytest.mark.parametrize("family", sorted(FAMILIES)[::4])
def test_mesh_and_exact_occupancy_of_a_procedural_shape_agree(family: str) -> None:
    shape = make_shape(family, 5)
    solid, exact = _solid(shape.mesh.to_glb(), 64), shape.occupancy(64)
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


def _damaged(kind: str, mesh: trimesh.Trimesh) -> trimesh.Trimesh:
    vertices, faces = np.array(mesh.vertices), np.array(mesh.faces)
    draw = np.random.default_rng(0)
    if kind == "every face has two sides":
        faces = np.concatenate([faces, faces[:, ::-1]])
    elif kind == "some faces look inwards":
        chosen = draw.random(len(faces)) < 0.2
        faces[chosen] = faces[chosen][:, ::-1]
    elif kind == "cracks between all faces":
        vertices = vertices[faces.reshape(-1)] + draw.normal(0, 0.002, (faces.size, 3))
        faces = np.arange(faces.size).reshape(-1, 3)
    return trimesh.Trimesh(vertices, faces, process=False)


@pytest.mark.parametrize("kind", ["every face has two sides", "some faces look inwards", "cracks between all faces"])
@pytest.mark.parametrize("family", ["mug", "sofa", "animal"])
def test_damaged_surface_still_gives_its_solid(kind: str, family: str) -> None:
    shape = make_shape(family, 21)
    mesh = trimesh.Trimesh(shape.mesh.vertices_V3, shape.mesh.faces_F3, process=False)
    solid, exact = _solid(_glb(_damaged(kind, mesh)), 64), shape.occupancy(64)
    assert (solid & exact).sum() / (solid | exact).sum() > 0.88


def test_body_without_an_underside_is_filled_and_a_cup_without_a_lid_is_not() -> None:
    box = trimesh.creation.box((1.0, 1.0, 1.0)).subdivide().subdivide()
    without_underside = box.faces[box.triangles_center[:, 1] > -0.499]
    assert _solid(_glb(trimesh.Trimesh(box.vertices, without_underside)), 16)[8, 8, 8]
    without_lid = box.faces[box.triangles_center[:, 1] < 0.499]
    assert not _solid(_glb(trimesh.Trimesh(box.vertices, without_lid)), 16)[8, 8, 8]


def test_narrow_slit_is_closed_and_a_wide_one_is_not() -> None:
    def with_slit(width: float) -> np.ndarray:
        half = trimesh.creation.box(((1 - width) / 2, 1.0, 1.0))
        left, right = half.copy(), half.copy()
        left.apply_translation((-0.25 - width / 4, 0, 0))
        right.apply_translation((0.25 + width / 4, 0, 0))
        both = trimesh.util.concatenate([left, right])
        # Without the two inner walls, what stays is one hollow body with a slit all around.
        centres = both.triangles_center
        outer = both.faces[np.abs(centres[:, 0]) > width / 2 + 0.01]
        return _solid(_glb(trimesh.Trimesh(both.vertices, outer)), 32)

    assert with_slit(0.04)[4, 16, 16]
    assert not with_slit(0.3)[4, 16, 16]


def test_wire_thinner_than_a_voxel_does_not_vanish() -> None:
    frame = trimesh.creation.box((1.0, 0.3, 0.3))
    wire = trimesh.creation.cylinder(0.003, 0.8)
    wire.apply_translation((0.0, 0.0, 0.5))
    sheet = trimesh.Trimesh(frame.vertices, frame.faces[:-1])
    solid = _solid(_glb(trimesh.util.concatenate([sheet, wire])), 64)
    assert solid[:, :, -5:].any()


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
