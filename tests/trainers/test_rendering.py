"""Rendering keeps to the frame convention: what is projected by hand is where the picture shows it."""

import json
import math
from pathlib import Path

import numpy as np
import torch
import trimesh
from PIL import Image

from contracts.generation import Pose
from networks import frames
from trainers.data.make_targets import make_target, make_targets
from trainers.data.procedural import FAMILIES, HELDOUT_FAMILIES, TRAINING_FAMILIES, make_shape
from trainers.data.rendering import RenderedViews, look_at_pose, render_views
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
