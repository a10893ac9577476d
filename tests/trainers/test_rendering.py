"""Rendering keeps to the frame convention: what is projected by hand is where the picture shows it."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch
import trimesh
from PIL import Image
from pytorch3d.renderer.mesh.rasterize_meshes import rasterize_meshes
from pytorch3d.structures import Meshes

from contracts.generation import Pose
from networks import frames
from networks.frames import PoseTensors
from trainers.data import mesh_batch
from trainers.data.cpu_rasterising import seen_faces
from trainers.data.lighting import draw_lights, even_light
from trainers.data.make_targets import make_target, make_targets
from trainers.data.mesh_batch import pack_meshes, render_batch
from trainers.data.procedural import FAMILIES, HELDOUT_FAMILIES, TRAINING_FAMILIES, make_shape
from trainers.data.rendering import RenderedViews, fullest_bins, look_at_pose, on_image_plane, render_views
from trainers.data.viewpoints import Poses, draw_poses, draw_wide_poses
from trainers.data.voxels import load_glb


def _view(mesh: trimesh.Trimesh, azimuth: float, elevation: float, colours: np.ndarray | None = None) -> RenderedViews:
    rotations, translations = look_at_pose(torch.tensor([azimuth]), torch.tensor([elevation]), torch.tensor([2.5]))
    colour = np.ones((len(mesh.vertices), 3)) if colours is None else colours
    return render_views(
        torch.tensor(np.array(mesh.vertices), dtype=torch.float32),
        torch.tensor(np.array(mesh.faces)),
        torch.tensor(colour, dtype=torch.float32),
        rotations,
        translations,
        torch.ones(1, 3),
        64,
    )


def test_from_the_front_plus_x_is_on_the_right_and_plus_y_on_top() -> None:
    knob = trimesh.creation.box((0.1, 0.1, 0.1))
    knob.apply_translation((0.3, 0.2, 0.0))
    rows, columns = np.nonzero(_view(knob, 0, 0).mask_BHW[0].numpy())
    assert columns.mean() > 36
    assert rows.mean() < 30


def test_front_is_nearest_from_the_front_and_plus_x_from_its_side() -> None:
    box = trimesh.creation.box((0.4, 0.4, 1.0))
    front, side = _view(box, 0, 0), _view(box, math.pi / 2, 0)
    assert abs(float(front.depth_BHW[0, 32, 32]) - 2.0) < 0.01
    assert abs(float(side.depth_BHW[0, 32, 32]) - 2.3) < 0.01
    above = _view(trimesh.creation.box((0.4, 1.0, 0.4)), 0, math.pi / 2)
    assert abs(float(above.depth_BHW[0, 32, 32]) - 2.0) < 0.01


def test_rotation_is_proper_for_any_viewpoint() -> None:
    rotations, _ = look_at_pose(torch.linspace(-3, 3, 7), torch.linspace(-1.5, 1.5, 7), torch.ones(7))
    assert torch.allclose(rotations @ rotations.transpose(1, 2), torch.eye(3).expand(7, 3, 3), atol=1e-6)
    assert torch.allclose(torch.linalg.det(rotations), torch.ones(7))


def _stretched(n: int) -> PoseTensors:
    poses = draw_wide_poses(n, torch.Generator().manual_seed(8)).tensors()
    return poses._replace(scale_B3=0.6 + 0.8 * torch.rand(n, 3, generator=torch.Generator().manual_seed(9)))


def test_a_batch_of_meshes_is_drawn_where_single_meshes_are() -> None:
    meshes = [make_shape(family, 4).mesh for family in ("mug", "chair", "lamp")]
    poses = _stretched(6)
    batch = render_batch(pack_meshes(meshes, torch.device("cpu")), poses, even_light(6), 48)
    twice = [mesh for mesh in meshes for _ in range(2)]
    single = render_views(
        [torch.from_numpy(mesh.vertices_V3) for mesh in twice],
        [torch.from_numpy(mesh.faces_F3) for mesh in twice],
        [torch.from_numpy(mesh.colours_V3) for mesh in twice],
        *poses,
        48,
    )
    assert (batch.mask_BHW != single.mask_BHW).float().mean() < 1e-3
    both = batch.mask_BHW & single.mask_BHW
    assert both.flatten(1).any(1).all()
    assert torch.allclose(batch.depth_BHW[both], single.depth_BHW[both], atol=1e-3)


def test_the_cpu_sees_the_faces_that_pytorch3d_sees() -> None:
    meshes = [make_shape(family, 4).mesh for family in ("mug", "chair")]
    poses = _stretched(2)
    placed = [
        on_image_plane((torch.from_numpy(mesh.vertices_V3) * scale) @ rotation + translation, frames.FOCAL)
        for mesh, rotation, translation, scale in zip(meshes, *poses, strict=True)
    ]
    theirs = Meshes(placed, [torch.from_numpy(mesh.faces_F3) for mesh in meshes])
    face, depth, weights, _ = rasterize_meshes(theirs, 40, faces_per_pixel=1, bin_size=0, perspective_correct=True)
    corners = theirs.verts_packed()[theirs.faces_packed()]
    index, our_depth, our_weights = seen_faces(corners, theirs.num_faces_per_mesh(), 40)
    assert ((index >= 0) != (face[..., 0] >= 0)).sum() <= 2
    same = (index == face[..., 0]) & (index >= 0)
    assert float(same.sum() / (index >= 0).sum()) > 0.98
    assert torch.allclose(our_depth[same], depth[..., 0][same], atol=1e-4)
    assert float((our_weights[same] - weights[..., 0, :][same]).abs().max()) < 1e-2
    # Faces that coincide or cross may be taken in another order, but never farther ones.
    both = (index >= 0) & (face[..., 0] >= 0)
    assert torch.allclose(our_depth[both], depth[..., 0][both], atol=1e-3)


def test_faces_across_the_border_without_area_or_outside_are_drawn_as_far_as_they_are_seen() -> None:
    far = torch.tensor([[[9.0, 9.0, 1.0], [8.0, 9.0, 1.0], [9.0, 8.0, 1.0]]])
    flat = torch.tensor([[[0.0, 0.0, 1.0], [0.5, 0.5, 1.0], [0.25, 0.25, 1.0]]])
    left_half = torch.tensor([[[0.0, -50.0, 2.0], [0.0, 50.0, 2.0], [90.0, 0.0, 2.0]]])
    index, depth, _ = seen_faces(torch.cat([far, flat, left_half]), torch.tensor([2, 1]), 8)
    assert (index[0] == -1).all()
    assert (index[1, :, :4] == 2).all()
    assert (index[1, :, 4:] == -1).all()
    assert torch.allclose(depth[1, :, :4], torch.tensor(2.0))


def test_drawing_in_several_runs_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    meshes = pack_meshes([make_shape(family, 4).mesh for family in ("mug", "chair", "lamp")], torch.device("cpu"))
    poses, lights = _stretched(9), draw_lights(9, torch.Generator().manual_seed(1))
    at_once = render_batch(meshes, poses, lights, 32)
    monkeypatch.setattr(mesh_batch, "FACES_AT_ONCE", 600)
    in_runs = render_batch(meshes, poses, lights, 32)
    assert (at_once.rgb_B3HW == in_runs.rgb_B3HW).all()
    assert (at_once.depth_BHW == in_runs.depth_BHW).all()


def test_poses_that_do_not_divide_among_the_meshes_are_refused() -> None:
    meshes = pack_meshes([make_shape(family, 4).mesh for family in ("mug", "chair")], torch.device("cpu"))
    with pytest.raises(ValueError, match="3 poses"):
        render_batch(meshes, _stretched(3), even_light(3), 32)


def test_a_bin_is_never_fuller_than_it_is_counted() -> None:
    draw = torch.Generator().manual_seed(0)
    n, size, side = 400, 100, 16
    corners = torch.rand(n, 1, 3, generator=draw) * 2.6 - 1.3 + torch.rand(n, 3, 3, generator=draw) * 0.3
    view = torch.arange(n) % 3
    edges = torch.arange(0, size + side, side).clamp(max=size) * 2 / size - 1
    low, high = corners[..., :2].amin(1), corners[..., :2].amax(1)
    touches = [(low[:, axis, None] <= edges[1:]) & (edges[:-1] < high[:, axis, None]) for axis in (0, 1)]
    counts = [(touches[0][view == v].float().T @ touches[1][view == v].float()).max() for v in range(3)]
    counted = fullest_bins(corners, view, 3, size, side)
    assert (counted >= torch.tensor(counts)).all()
    assert (counted <= torch.tensor(counts) + 2).all()


def test_training_viewpoints_hold_those_of_photos_and_stay_proper() -> None:
    wide, usual = (draw(4000, torch.Generator().manual_seed(0)) for draw in (draw_wide_poses, draw_poses))
    for poses in (wide, usual):
        assert torch.allclose(torch.linalg.det(poses.rotations_B33), torch.ones(4000), atol=1e-5)

    def directions(poses: Poses) -> torch.Tensor:
        return torch.nn.functional.normalize(-(poses.rotations_B33 @ poses.translations_B3[..., None])[..., 0], dim=-1)

    seen_from = directions(wide)
    assert ((directions(usual) @ seen_from.T).amax(1) > 0.98).float().mean() > 0.99
    assert 0.1 < float((seen_from[:, 2] < 0).float().mean()) < 0.25
    # Upright things stay nearly upright: the object's y axis in the picture leans by the roll and little more.
    lean = torch.atan2(wide.rotations_B33[:, 1, 0].abs(), wide.rotations_B33[:, 1, 1])
    assert float(lean.max()) < math.radians(8.1)
    assert float(lean.mean()) > math.radians(3)


def test_truth_projected_by_the_pose_falls_on_the_mask() -> None:
    for family in ("mug", "chair"):
        target = make_target(family, 1_000_003, 128, [])
        pose = frames.PoseTensors(
            torch.tensor([target.pose.rotation]),
            torch.tensor([target.pose.translation]),
            torch.tensor([target.pose.scale]),
        )
        points = torch.from_numpy(target.truth.mesh.vertices_V3)[None]
        pixels = frames.project(frames.apply_pose(points, pose), 128, 128)[0].numpy()
        rows, columns = np.nonzero(target.mask_HW)
        seen = np.array([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1])
        projected = np.concatenate([pixels.min(0), pixels.max(0)]).clip(0, 128)
        assert np.abs(seen - projected).max() < 1.6


def test_same_family_and_seed_give_the_same_shape_in_the_object_frame() -> None:
    for family in FAMILIES:
        shape = make_shape(family, 11)
        assert (shape.mesh.vertices_V3 == make_shape(family, 11).mesh.vertices_V3).all()
        extent = shape.mesh.vertices_V3.max(0) - shape.mesh.vertices_V3.min(0)
        assert abs(float(extent.max()) - 1) < 1e-5
        assert np.abs(shape.mesh.vertices_V3).max() < 0.5001
    assert not set(HELDOUT_FAMILIES) & set(TRAINING_FAMILIES)


def test_targets_take_turns_through_the_families_asked_for(tmp_path: Path) -> None:
    path = make_targets(tmp_path, count=3, seed=4, size=64, backgrounds=[], families=("jug", "bench"))
    assert [json.loads(line)["family"] for line in path.read_text().splitlines()] == ["jug", "bench", "jug"]


def test_target_files_are_whole_and_the_same_for_the_same_seed(tmp_path: Path) -> None:
    for name in ("a", "b"):
        make_targets(tmp_path / name, count=2, seed=4, size=64, backgrounds=[])
    lines = [json.loads(line) for line in (tmp_path / "a" / "targets.jsonl").read_text().splitlines()]
    assert len(lines) == 2
    for line in lines:
        Pose.model_validate(line["pose"])
        with Image.open(tmp_path / "a" / line["photo"]) as photo, Image.open(tmp_path / "a" / line["mask"]) as mask:
            assert photo.size == mask.size == (64, 64)
            assert mask.mode == "L"
        load_glb((tmp_path / "a" / line["truth"]).read_bytes())
        for key in ("photo", "mask", "truth"):
            assert (tmp_path / "a" / line[key]).read_bytes() == (tmp_path / "b" / line[key]).read_bytes()
