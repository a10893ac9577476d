"""Voxels and their overlap, by shapes whose volume is known."""

import numpy as np
import pytest
import trimesh

from engine.demo.shapes import filled_voxels, voxel_iou


def glb(mesh: trimesh.Trimesh) -> bytes:
    return bytes(mesh.export(file_type="glb"))


def test_a_cube_fills_the_grid() -> None:
    assert filled_voxels(glb(trimesh.creation.box((2, 2, 2)))).all()


def test_half_a_cube_fills_half_of_it() -> None:
    half = filled_voxels(glb(trimesh.creation.box((1, 0.5, 1))))
    assert half.mean() == pytest.approx(0.5, abs=1 / 32 + 1e-9)
    assert voxel_iou(half, np.ones_like(half)) == pytest.approx(half.mean())


def test_a_ball_is_filled_inside() -> None:
    ball = filled_voxels(glb(trimesh.creation.icosphere(subdivisions=3, radius=0.5)))
    assert ball[16, 16, 16]
    assert ball.mean() == pytest.approx(np.pi / 6, abs=0.08)


def test_place_and_size_do_not_matter_but_axes_do() -> None:
    bar = trimesh.creation.box((1, 0.2, 0.2))
    moved = bar.copy()
    moved.apply_scale(3)
    moved.apply_translation((5, 5, 5))
    turned = trimesh.creation.box((0.2, 0.2, 1))
    assert voxel_iou(filled_voxels(glb(bar)), filled_voxels(glb(moved))) > 0.95
    assert voxel_iou(filled_voxels(glb(bar)), filled_voxels(glb(turned))) < 0.2


def test_a_mesh_without_extent_is_refused() -> None:
    point = trimesh.Trimesh(vertices=np.zeros((3, 3)), faces=[[0, 1, 2]], process=False)
    with pytest.raises(ValueError, match=r"extent|faces"):
        filled_voxels(glb(point))
