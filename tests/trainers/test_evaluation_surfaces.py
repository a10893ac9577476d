"""Surfaces of predicted solids against true meshes."""

import numpy as np
import pytest
import trimesh

from trainers.data.procedural import ShapeMesh
from trainers.data.shapes import TrainingShape, heldout_seed_shapes
from trainers.evaluation import surfaces
from trainers.evaluation.metrics import WORST_DISTANCE
from trainers.evaluation.surfaces import compare, predicted_surface, true_surface


@pytest.fixture(autouse=True)
def few_points(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surfaces, "SURFACE_POINTS", 20_000)
    monkeypatch.setattr(surfaces, "ICP_POINTS", 1_000)


def test_right_cells_score_nearly_full_marks_and_icp_does_no_harm() -> None:
    shape = next(heldout_seed_shapes(n=1, seed=0, grid=64, processes=1, families=["lamp"]))
    scores = compare(predicted_surface(shape.occupancy()), true_surface(shape), 200)
    assert scores["f1_at_0.05"] > 0.97
    assert scores["chamfer"] < 0.02
    assert scores["chamfer_icp"] < scores["chamfer"] + 0.003
    assert scores["emd"] < 0.25


def test_icp_mends_a_tilt_and_nothing_else() -> None:
    mesh = trimesh.util.concatenate(
        [
            trimesh.creation.box(bounds=[(-0.5, -0.5, -0.1), (0.5, -0.3, 0.1)]),
            trimesh.creation.box(bounds=[(-0.5, -0.5, -0.1), (-0.3, 0.5, 0.1)]),
        ]
    )
    points = np.asarray(mesh.sample(20_000, seed=0))
    tilted = np.asarray(mesh.sample(20_000, seed=1)) @ trimesh.transformations.rotation_matrix(0.15, [0, 0, 1])[:3, :3]
    scores = compare(tilted, points, 200)
    assert scores["chamfer_icp"] < 0.7 * scores["chamfer"]
    wrong = np.asarray(trimesh.creation.box((1, 1, 1)).sample(20_000, seed=2))
    assert compare(wrong, points, 200)["chamfer_icp"] > 0.1


def test_parts_inside_the_solid_do_not_count() -> None:
    outer, inner = trimesh.creation.box((1, 1, 1)), trimesh.creation.box((0.5, 0.5, 0.5))
    both = trimesh.util.concatenate([outer, inner])
    mesh = ShapeMesh(
        np.array(both.vertices, dtype=np.float32),
        np.array(both.faces, dtype=np.int64),
        np.full((len(both.vertices), 3), 0.5, dtype=np.float32),
    )
    solid = np.ones((16, 16, 16), dtype=bool)
    points = true_surface(TrainingShape("grammar:box:1", "box", mesh, np.packbits(solid)))
    assert len(points) == 20_000
    assert (np.abs(points).max(1) > 0.49).all()


def test_empty_answer_scores_the_worst_of_each() -> None:
    assert predicted_surface(np.zeros((16, 16, 16), dtype=bool)) is None
    scores = compare(None, np.zeros((10, 3)), 10)
    assert scores["f1_at_0.05"] == 0
    assert scores["chamfer"] == scores["emd"] == WORST_DISTANCE
