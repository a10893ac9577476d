"""Shape metrics by hand: a cube against itself, shifted, turned; spheres of two sizes."""

import numpy as np
import pytest
import torch
import trimesh
from numpy.typing import NDArray

from trainers.evaluation import alignment, metrics
from trainers.evaluation.metrics import (
    earth_movers_distance,
    f1_score,
    sample_surface,
    surface_distances,
    two_way_chamfer,
    voxel_iou,
)

Floats = NDArray[np.float64]


def cube_points(n: int, seed: int) -> Floats:
    cube = trimesh.creation.box((2, 2, 2))
    return sample_surface(np.array(cube.vertices), np.array(cube.faces), n, seed)


def sphere_points(radius: float, n: int, seed: int) -> Floats:
    directions = np.random.default_rng(seed).normal(size=(n, 3))
    return radius * directions / np.linalg.norm(directions, axis=1, keepdims=True)


def test_voxel_iou_of_shifted_cubes() -> None:
    a, b = np.zeros((4, 4, 4), dtype=bool), np.zeros((4, 4, 4), dtype=bool)
    a[0:2, 0:2, 0:2] = True
    b[1:3, 0:2, 0:2] = True
    assert voxel_iou(a, a) == 1.0
    assert voxel_iou(a, b) == pytest.approx(4 / 12)
    assert voxel_iou(np.zeros_like(a), np.zeros_like(a)) == 0.0


def test_chamfer_is_the_mean_of_both_directions_and_not_squared() -> None:
    a = np.array([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0]])
    b = np.array([[0.0, 0.0, 0.0]])
    # There: (0 + 1) / 2. Back: 0. Mean of both: 0.25.
    assert two_way_chamfer(a, b) == pytest.approx(0.25)
    assert two_way_chamfer(b, a) == pytest.approx(0.25)


def test_f1_is_the_harmonic_mean_of_precision_and_recall() -> None:
    predicted = np.array([[0.0, 0, 0], [0.02, 0, 0], [5.0, 0, 0], [6.0, 0, 0]])
    true = np.array([[0.0, 0, 0]])
    # Precision 2 / 4, recall 1: F1 = 2 * 0.5 / 1.5.
    assert f1_score(predicted, true, 0.05) == pytest.approx(2 / 3)
    assert f1_score(predicted + 100, true, 0.05) == 0.0


def test_points_are_spread_by_area() -> None:
    plates = trimesh.util.concatenate([trimesh.creation.box((1, 1, 1e-6)), trimesh.creation.box((3, 3, 1e-6))])
    vertices = np.array(plates.vertices)
    vertices[8:, 2] += 5
    points = sample_surface(vertices, np.array(plates.faces), 20_000, seed=0)
    assert (points[:, 2] > 2).mean() == pytest.approx(0.9, abs=0.01)


def test_iou_of_a_cube_shifted_by_a_share_of_its_side() -> None:
    for cells in (0, 4, 8, 16):
        a, b = np.zeros((48, 32, 32), dtype=bool), np.zeros((48, 32, 32), dtype=bool)
        a[:16, :16, :16] = True
        b[cells : cells + 16, :16, :16] = True
        d = cells / 16
        # What is common is a share 1 - d of one cube, what is covered 1 + d.
        assert voxel_iou(a, b) == pytest.approx((1 - d) / (1 + d))


def test_chamfer_of_a_cube_shifted_along_an_axis() -> None:
    shift = 0.1
    a, b = cube_points(40_000, 0), cube_points(40_000, 1) + np.array([shift, 0, 0])
    # Of the two sides across the shift one lies outside the other cube, 0.1 away; the other inside it, no farther from
    # its surface than from its own edge: the mean of min(0.1, distance to the edge) is (1 - 0.9^3) / 3. Of the four
    # sides along the shift, 2 long, only a strip 0.1 wide has no counterpart, and its points are 0.05 away on average.
    exact = (shift + (1 - 0.9**3) / 3 + 4 * (shift / 2) * (shift / 2)) / 6
    # Where the surfaces coincide the samples' spacing is left.
    spacing = two_way_chamfer(cube_points(40_000, 0), cube_points(40_000, 1))
    assert two_way_chamfer(a, b) == pytest.approx(exact + spacing * 4 / 6, abs=0.002)


def test_squared_chamfer_of_two_points() -> None:
    a, b = np.array([[0.0, 0, 0]]), np.array([[3.0, 0, 0]])
    assert two_way_chamfer(a, b, power=2) == pytest.approx(9.0)


def test_concentric_spheres_are_their_radii_apart() -> None:
    small, large = sphere_points(1.0, 20_000, 0), sphere_points(1.2, 20_000, 1)
    there, _ = surface_distances(small, large)
    assert there.min() >= 0.2 - 1e-9
    assert two_way_chamfer(small, large) == pytest.approx(0.2, abs=0.005)
    assert f1_score(small, large, 0.19) == 0.0
    assert f1_score(small, large, 0.25) == pytest.approx(1.0, abs=0.01)
    # One-to-one matching cannot do better than the nearest points, and loses a little to the samples' spacing.
    assert 0.2 <= earth_movers_distance(small, large, points=500) < 0.3


def test_shape_against_itself_scores_the_best_of_each() -> None:
    points = cube_points(2_000, 0)
    assert two_way_chamfer(points, points) == 0.0
    assert f1_score(points, points, metrics.F1_THRESHOLD_TIGHT) == 1.0
    assert earth_movers_distance(points, points, points=300) == pytest.approx(0.0, abs=1e-12)


def test_matching_is_the_cheapest_and_not_the_greedy_one() -> None:
    a = np.array([[0.0, 0, 0], [1.0, 0, 0]])
    b = np.array([[1.0, 0, 0], [2.1, 0, 0]])
    # Nearest first: 1-1 (0) and 0-2.1 (2.1): mean 1.05. Crossing over: 0-1 (1) and 1-2.1 (1.1): mean 1.05.
    assert earth_movers_distance(a, b) == pytest.approx(1.05)
    c = np.array([[1.0, 1, 0], [0.0, 1, 0]])
    # Straight across, whatever the order of the rows.
    assert earth_movers_distance(a, c) == pytest.approx(1.0)


def test_earth_movers_distance_wants_equal_sets() -> None:
    with pytest.raises(ValueError, match="one-to-one"):
        earth_movers_distance(np.zeros((3, 3)), np.zeros((2, 3)))


def test_surface_without_area_is_refused() -> None:
    with pytest.raises(ValueError, match="no area"):
        sample_surface(np.zeros((3, 3)), np.array([[0, 1, 2]]), 10, seed=0)


def test_unit_frame_is_centred_and_two_long() -> None:
    points = torch.from_numpy(cube_points(5_000, 0)) * torch.tensor([3.0, 1.0, 0.5]) + torch.tensor([7.0, -2.0, 0.0])
    unit = alignment.to_unit_frame(points[None])[0]
    assert unit.amin(0)[0] == pytest.approx(-1)
    assert unit.amax(0)[0] == pytest.approx(1)
    assert torch.allclose(unit.amax(0) + unit.amin(0), torch.zeros(3, dtype=torch.float64), atol=1e-9)
    assert float(unit.amax(0)[1]) == pytest.approx(1 / 3, abs=1e-6)
    assert torch.equal(alignment.to_unit_frame(torch.ones(1, 4, 3)), torch.zeros(1, 4, 3))
