"""The coarse copy of a shape: small, in the same box, and still the same thing to the eye."""

import numpy as np
import pytest
import trimesh

from engine.candidates.coarsening import MOST_FACES, WORTH_IT_FACES, coarsen
from engine.candidates.packing import Shape, read_shape, write_glb


def shape_of(mesh: trimesh.Trimesh, *, colours_V3: np.ndarray | None = None) -> Shape:
    grey_V3 = np.full((len(mesh.vertices), 3), 128, dtype=np.uint8)
    return Shape(
        vertices_V3=np.asarray(mesh.vertices, dtype=np.float32),
        faces_F3=np.asarray(mesh.faces, dtype=np.uint32),
        colours_V3=grey_V3 if colours_V3 is None else colours_V3,
    )


def ball(*, subdivisions: int = 6) -> trimesh.Trimesh:
    return trimesh.creation.icosphere(subdivisions=subdivisions, radius=0.5)


def table() -> trimesh.Trimesh:
    """A top on four legs of 1.5% its width, finely divided."""
    parts = [trimesh.creation.box(extents=(0.9, 0.04, 0.9))]
    for x in (-0.4, 0.4):
        for z in (-0.4, 0.4):
            leg = trimesh.creation.box(extents=(0.0135, 0.5, 0.0135))
            leg.apply_translation((x, -0.25, z))
            parts.append(leg)
    mesh = trimesh.util.concatenate(parts)
    while len(mesh.faces) < 50_000:
        mesh = mesh.subdivide()
    return mesh


def surface_distance(coarse: Shape, fine: trimesh.Trimesh) -> float:
    """The largest distance from the fine surface to the coarse one, over its corners."""
    mesh = trimesh.Trimesh(coarse.vertices_V3, coarse.faces_F3, process=False)
    points_N3 = fine.vertices[:: max(1, len(fine.vertices) // 500)]
    return float(trimesh.proximity.closest_point_naive(mesh, points_N3)[1].max())


@pytest.mark.parametrize("mesh", [ball(), table()], ids=["a ball", "a table on thin legs"])
def test_the_copy_is_small_lies_in_the_same_box_and_on_the_same_surface(mesh: trimesh.Trimesh) -> None:
    shape = shape_of(mesh)
    coarse = coarsen(shape)
    assert coarse is not None
    assert MOST_FACES / 4 < len(coarse.faces_F3) <= MOST_FACES
    for end in ("min", "max"):
        np.testing.assert_array_equal(getattr(coarse.vertices_V3, end)(axis=0), getattr(shape.vertices_V3, end)(axis=0))
    # The legs as well: a copy without them would be half a unit away.
    assert surface_distance(coarse, mesh) < 0.05


def test_its_corners_are_used_distinct_and_its_faces_have_an_extent() -> None:
    coarse = coarsen(shape_of(table()))
    assert coarse is not None
    assert set(np.unique(coarse.faces_F3)) == set(range(len(coarse.vertices_V3)))
    assert (np.diff(np.sort(coarse.faces_F3, axis=1), axis=1) > 0).all()
    assert len(np.unique(np.sort(coarse.faces_F3, axis=1), axis=0)) == len(coarse.faces_F3)


def test_colours_stay_where_they_are() -> None:
    mesh = ball()
    colours_V3 = np.where(mesh.vertices[:, :1] < 0, [[255, 0, 0]], [[0, 0, 255]]).astype(np.uint8)
    coarse = coarsen(shape_of(mesh, colours_V3=colours_V3))
    assert coarse is not None
    left = coarse.vertices_V3[:, 0] < -0.1
    assert (coarse.colours_V3[left] == [255, 0, 0]).all()
    assert (coarse.colours_V3[coarse.vertices_V3[:, 0] > 0.1] == [0, 0, 255]).all()


def test_faces_that_share_no_corner_stay_together() -> None:
    mesh = ball()
    soup = trimesh.Trimesh(mesh.vertices[mesh.faces].reshape(-1, 3), np.arange(len(mesh.faces) * 3).reshape(-1, 3),
                           process=False)  # fmt: skip
    coarse = coarsen(shape_of(soup))
    assert coarse is not None
    assert trimesh.Trimesh(coarse.vertices_V3, coarse.faces_F3).is_watertight


def test_a_small_shape_needs_no_copy() -> None:
    small = ball(subdivisions=4)
    assert len(small.faces) <= WORTH_IT_FACES
    assert coarsen(shape_of(small)) is None


def test_the_copy_is_packed_as_every_candidate_is() -> None:
    coarse = coarsen(shape_of(ball()))
    assert coarse is not None
    read = read_shape(write_glb(coarse))
    assert (len(read.faces_F3), len(read.vertices_V3)) == (len(coarse.faces_F3), len(coarse.vertices_V3))
