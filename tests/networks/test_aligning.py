"""Fitting poses to silhouettes of shapes put together at random."""

import numpy as np
import pytest
import torch
import trimesh

from networks.aligning import fit_pose, silhouette_iou
from networks.frames import PoseTensors, apply_pose
from networks.meshing import Mesh
from networks.rasterising import rasterise

FOCAL, HEIGHT, WIDTH = 2.5, 240, 320


def random_shape(seed: int) -> Mesh:
    generator = np.random.default_rng(seed)
    parts = []
    for number in range(3):
        if number % 2:
            part = trimesh.creation.box(generator.uniform(0.15, 0.6, 3))
        else:
            part = trimesh.creation.cylinder(generator.uniform(0.08, 0.25), generator.uniform(0.3, 0.8))
        part.apply_translation(generator.uniform(-0.25, 0.25, 3))
        parts.append(part)
    whole = trimesh.util.concatenate(parts)
    assert isinstance(whole, trimesh.Trimesh)
    vertices = whole.vertices - whole.bounds.mean(axis=0)
    return Mesh((vertices / np.abs(vertices).max() / 2).astype(np.float32), whole.faces.astype(np.int32))


def turn(axis_angle: np.ndarray) -> torch.Tensor:
    angle = float(np.linalg.norm(axis_angle))
    x, y, z = axis_angle / angle
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return torch.from_numpy(np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross).float()


def random_pose(generator: np.random.Generator) -> PoseTensors:
    return PoseTensors(turn(generator.normal(size=3))[None], torch.tensor([[0.2, -0.1, 4.0]]), torch.ones(1, 3))


def disturbed(pose: PoseTensors, generator: np.random.Generator) -> PoseTensors:
    shift = torch.from_numpy(generator.normal(size=(1, 3)) * np.array([0.12, 0.12, 0.5])).float()
    rotation = pose.rotation_B33 @ turn(generator.normal(size=3) * 0.15)
    return PoseTensors(rotation, pose.translation_B3 + shift, pose.scale_B3)


def draw(mesh: Mesh, pose: PoseTensors) -> tuple[np.ndarray, np.ndarray]:
    """Return the mask and the depth, infinite where there is nothing."""
    points = apply_pose(torch.from_numpy(mesh.vertices_V3)[None], pose)[0].numpy()
    pixels = np.array([WIDTH, HEIGHT]) / 2 - FOCAL * WIDTH / 2 * points[:, :2] / points[:, 2:]
    raster = rasterise(pixels, points[:, 2], mesh.faces_F3, HEIGHT, WIDTH)
    return raster.face_HW >= 0, raster.depth_HW


def test_a_silhouette_agrees_with_itself_and_not_with_another() -> None:
    mesh, pose = random_shape(0), random_pose(np.random.default_rng(0))
    mask, _ = draw(mesh, pose)
    assert silhouette_iou(mesh, pose, mask, FOCAL) == 1.0
    beside = pose._replace(translation_B3=pose.translation_B3 + torch.tensor([[3.0, 0.0, 0.0]]))
    assert silhouette_iou(mesh, beside, mask, FOCAL) == 0.0
    behind = pose._replace(translation_B3=-pose.translation_B3)
    assert silhouette_iou(mesh, behind, mask, FOCAL) == 0.0


def test_disturbed_poses_are_brought_back() -> None:
    starts, ends = [], []
    for seed in range(5):
        generator = np.random.default_rng(seed)
        mesh, true = random_shape(seed), random_pose(generator)
        mask, _ = draw(mesh, true)
        fitted = fit_pose(mesh, disturbed(true, generator), mask, FOCAL)
        starts.append(fitted.start_iou)
        ends.append(fitted.iou)
        assert fitted.iou == pytest.approx(silhouette_iou(mesh, fitted.pose, mask, FOCAL))
    assert np.median(starts) < 0.75
    assert np.median(ends) > 0.95


def test_a_shape_that_stands_nowhere_near_is_found() -> None:
    mesh, true = random_shape(1), random_pose(np.random.default_rng(1))
    mask, _ = draw(mesh, true)
    far = true._replace(translation_B3=torch.tensor([[-1.5, 1.0, 9.0]]))
    fitted = fit_pose(mesh, far, mask, FOCAL)
    assert fitted.start_iou == 0.0
    assert fitted.iou > 0.8


def test_a_good_pose_is_never_made_worse() -> None:
    mesh, true = random_shape(2), random_pose(np.random.default_rng(2))
    mask, _ = draw(mesh, true)
    fitted = fit_pose(mesh, true, mask, FOCAL)
    assert fitted.iou == 1.0
    assert torch.equal(fitted.pose.rotation_B33, true.rotation_B33)


def test_a_pointmap_tells_size_and_distance() -> None:
    generator = np.random.default_rng(4)
    mesh = random_shape(4)
    true = random_pose(generator)
    # Twice as large and twice as far: the same picture.
    large = PoseTensors(true.rotation_B33, true.translation_B3 * 2, true.scale_B3 * 2)
    mask, depth = draw(mesh, large)
    v, u = np.mgrid[:HEIGHT, :WIDTH] + 0.5
    reach = FOCAL * WIDTH / 2
    z = np.where(mask, depth, np.nan)
    points = np.stack([(WIDTH / 2 - u) / reach * z, (HEIGHT / 2 - v) / reach * z, z], axis=-1).astype(np.float32)
    fitted = fit_pose(mesh, disturbed(true, generator), mask, FOCAL, points)
    assert fitted.residual is not None
    assert fitted.residual < 0.05
    assert fitted.iou > 0.9
    assert float(fitted.pose.scale_B3[0, 0]) == pytest.approx(2.0, rel=0.05)
    assert float(fitted.pose.translation_B3[0, 2]) == pytest.approx(8.0, rel=0.05)
