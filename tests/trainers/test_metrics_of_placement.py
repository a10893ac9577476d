"""Layout metrics by hand: cubes and an L-shape, turned, shifted and scaled."""

import math

import numpy as np
import pytest
import torch
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from networks.frames import PoseTensors
from trainers.evaluation.alignment import best_rigid, icp
from trainers.evaluation.boxes import box_corners, box_iou
from trainers.evaluation.metrics import sample_surface
from trainers.evaluation.placement import (
    add_s,
    diameter,
    icp_rotation,
    in_camera,
    rotation_angle,
    scale_error,
    stands_right,
    translation_error,
    turned_about_y,
)

UNIT = box_corners(np.full(3, -0.5), np.full(3, 0.5))
ALONG_X = np.array([1.0, 0, 0])


def cube_surface(n: int = 600, seed: int = 0) -> Tensor:
    cube = trimesh.creation.box((1, 1, 1))
    return torch.from_numpy(sample_surface(np.array(cube.vertices), np.array(cube.faces), n, seed)).float()[None]


def cube_lattice(side: int = 9) -> Tensor:
    """Points that a quarter turn maps onto each other exactly."""
    axis = torch.linspace(-0.5, 0.5, side)
    grid = torch.stack(torch.meshgrid(axis, axis, axis, indexing="ij"), -1).reshape(-1, 3)
    return grid[(grid.abs() > 0.499).any(1)][None]


def l_shape(n: int = 600) -> Tensor:
    parts = trimesh.util.concatenate(
        [
            trimesh.creation.box(bounds=[(-0.5, -0.5, -0.2), (0.5, -0.2, 0.2)]),
            trimesh.creation.box(bounds=[(-0.5, -0.2, -0.2), (-0.2, 0.5, 0.2)]),
        ]
    )
    return torch.from_numpy(sample_surface(np.array(parts.vertices), np.array(parts.faces), n, 0)).float()[None]


def turned(degrees: float) -> Tensor:
    return turned_about_y(degrees)[None]


def pose(degrees: float = 0.0, place: tuple[float, float, float] = (0, 0, 2), scale: float = 1.0) -> PoseTensors:
    return PoseTensors(turned(degrees), torch.tensor([place], dtype=torch.float32), torch.full((1, 3), scale))


def test_rotation_angle_is_the_turn_between_two_frames() -> None:
    assert float(rotation_angle(turned(10), turned(55))) == pytest.approx(45, abs=1e-3)
    assert float(rotation_angle(turned(-90), turned(90))) == pytest.approx(180, abs=0.1)
    assert float(rotation_angle(turned(33), turned(33))) == pytest.approx(0, abs=0.1)


def test_turn_about_y_carries_front_to_right() -> None:
    assert torch.allclose(torch.tensor([[0.0, 0, 1]]) @ turned_about_y(90), torch.tensor([[1.0, 0, 0]]), atol=1e-6)


def test_kabsch_finds_a_known_motion_and_never_mirrors() -> None:
    points = l_shape(50).double()
    moved = points @ turned(40).double() + torch.tensor([0.3, -0.2, 0.5], dtype=torch.float64)
    motion = best_rigid(points, moved)
    assert torch.allclose(motion.apply(points), moved, atol=1e-9)
    mirrored = best_rigid(points, points * torch.tensor([-1.0, 1, 1], dtype=torch.float64))
    assert float(torch.linalg.det(mirrored.rotation_B33)) == pytest.approx(1)


def test_icp_undoes_a_small_motion_of_an_asymmetric_shape() -> None:
    points = l_shape()
    moved = points @ turned(20) + torch.tensor([0.05, 0.02, -0.04])
    motion = icp(points, moved)
    assert torch.allclose(motion.apply(points), moved, atol=1e-4)


def test_icp_rotation_of_a_cube_forgives_a_quarter_turn_and_not_thirty_degrees() -> None:
    predicted, true = cube_surface(1000, seed=0), cube_surface(1000, seed=1)
    assert float(icp_rotation(predicted, true, turned(90), turned(0))) < 2
    assert float(icp_rotation(predicted, true, turned(30), turned(0))) == pytest.approx(30, abs=1.5)
    # At 60 degrees the nearest fit is the next quarter turn: 30 are left.
    assert float(icp_rotation(predicted, true, turned(60), turned(0))) == pytest.approx(30, abs=1.5)


def test_icp_rotation_of_a_cube_at_forty_five_degrees_is_the_way_to_either_fit() -> None:
    # Halfway between two equal fits; the two random samplings break the tie.
    left = float(icp_rotation(cube_surface(1000, seed=0), cube_surface(1000, seed=1), turned(45), turned(0)))
    assert left == pytest.approx(45, abs=2)


def test_icp_rotation_ignores_place() -> None:
    points = l_shape()
    assert float(icp_rotation(points + 3, points, turned(15), turned(0))) == pytest.approx(15, abs=0.5)


def test_icp_rotation_of_several_objects_is_that_of_each() -> None:
    points = l_shape(200).expand(3, -1, -1)
    rotations = torch.cat([turned(0), turned(10), turned(25)])
    together = icp_rotation(points, points, rotations, turned(0).expand(3, -1, -1))
    assert together.tolist() == pytest.approx([0, 10, 25], abs=0.5)


def test_add_s_of_a_cube_forgives_a_quarter_turn() -> None:
    lattice = cube_lattice()
    true = in_camera(lattice, pose())
    assert float(add_s(in_camera(lattice, pose(90)), true)) == pytest.approx(0, abs=1e-5)
    assert float(add_s(in_camera(lattice, pose(45)), true)) > 0.02
    assert float(diameter(true)) == pytest.approx(math.sqrt(3), rel=1e-4)


def test_add_s_of_two_points_is_half_the_sum_of_both_ways_over_the_diameter() -> None:
    predicted = torch.tensor([[[0.0, 0, 0]]])
    true = torch.tensor([[[0.0, 0, 0], [2.0, 0, 0]]])
    # There 0; back (0 + 2) / 2 = 1; diameter 2: (0 + 1) / (2 * 2).
    assert float(add_s(predicted, true)) == pytest.approx(0.25)


def test_object_that_stands_far_off_does_not_stand_right() -> None:
    points = cube_surface(300)
    true = in_camera(points, pose())
    near, far = in_camera(points, pose(place=(0.1, 0, 2))), in_camera(points, pose(place=(1.0, 0, 2)))
    # A shift by d moves no point by more than d, and the diameter is 1.73.
    assert float(add_s(near, true)) <= 0.1 / math.sqrt(3) + 1e-3
    assert stands_right(add_s(near, true)).item() == 1
    assert stands_right(add_s(far, true)).item() == 0


def test_translation_error_counts_in_lengths_of_the_object_and_scale_error_in_logarithms() -> None:
    true = pose(scale=2.0)
    assert float(translation_error(pose(place=(0.0, 1.0, 2.0), scale=2.0), true)) == pytest.approx(0.5)
    assert float(scale_error(pose(scale=1.0), true)) == pytest.approx(math.log(2))
    assert float(scale_error(pose(scale=4.0), true)) == pytest.approx(math.log(2))


def test_box_against_itself_and_shifted_by_a_share_of_its_side() -> None:
    assert box_iou(UNIT, UNIT) == pytest.approx(1)
    for d in (0.25, 0.5, 0.9):
        assert box_iou(UNIT, UNIT + d * ALONG_X) == pytest.approx((1 - d) / (1 + d))
    assert box_iou(UNIT, UNIT + ALONG_X) == pytest.approx(0, abs=1e-9)
    assert box_iou(UNIT, UNIT + 5 * ALONG_X) == 0


def test_square_prism_turned_by_forty_five_degrees() -> None:
    turned_box = UNIT @ turned_about_y(45).double().numpy()
    # Two unit squares at 45 degrees share a regular octagon of area 2 (sqrt 2 - 1).
    common = 2 * (math.sqrt(2) - 1)
    assert box_iou(UNIT, turned_box) == pytest.approx(common / (2 - common), abs=1e-6)
    assert box_iou(UNIT, UNIT @ turned_about_y(90).double().numpy()) == pytest.approx(1, abs=1e-6)


def test_box_within_a_box_is_the_share_of_volumes_and_a_flat_box_has_none() -> None:
    assert box_iou(UNIT, UNIT * 0.5) == pytest.approx(1 / 8)
    assert box_iou(UNIT * 0.5, UNIT) == pytest.approx(1 / 8)
    assert box_iou(UNIT, UNIT * [1, 1, 0]) == 0


@settings(max_examples=40, deadline=None)
@given(
    low=st.tuples(*[st.floats(-1, 1)] * 3),
    size=st.tuples(*[st.floats(0.05, 2)] * 3),
    degrees=st.floats(0, 360),
)
def test_box_overlap_agrees_with_the_axis_aligned_formula_in_every_common_frame(
    low: tuple[float, float, float], size: tuple[float, float, float], degrees: float
) -> None:
    low_3, high_3 = np.array(low), np.array(low) + np.array(size)
    inside = np.prod(np.clip(np.minimum(high_3, 0.5) - np.maximum(low_3, -0.5), 0, None))
    expected = inside / (1 + np.prod(size) - inside)
    turn = turned_about_y(degrees).double().numpy()
    assert box_iou(UNIT @ turn, box_corners(low_3, high_3) @ turn) == pytest.approx(expected, abs=1e-5)
