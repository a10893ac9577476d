"""Every family grows whole objects in the object frame, thick enough for a grid of 64."""

import json
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from scipy import ndimage

from networks.glb import encode_glb
from networks.meshing import Mesh
from trainers.data.grammars import FAMILIES
from trainers.data.lofts import Loft, Prism, Station, triangulated
from trainers.data.painting import KINDS, Pattern, refined
from trainers.data.parts import Box, Lathe, Part, Solid, Tube, turned
from trainers.data.procedural import TRAINING_FAMILIES, make_shape
from trainers.data.split import HELDOUT_FAMILIES, SHIPPED_PROCEDURAL

LIBRARY = Path(__file__).parents[2] / "engine" / "candidates" / "library"
CUBE = np.ones((3, 3, 3), dtype=bool)


def test_there_are_many_families_and_some_of_each_kind_held_out() -> None:
    assert len(TRAINING_FAMILIES) >= 60
    assert set(HELDOUT_FAMILIES) == {"bench", "jug", "bar_chair", "teapot", "watering_can", "van"}
    assert set(HELDOUT_FAMILIES) <= set(FAMILIES)
    assert not set(HELDOUT_FAMILIES) & set(TRAINING_FAMILIES)


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_family_grows_whole_objects_that_a_grid_of_64_can_hold(family: str) -> None:
    for seed in (100, 101, 102):
        shape = make_shape(family, seed)
        solid, mesh = shape.occupancy(64), shape.mesh
        labels, _ = ndimage.label(solid, CUBE)
        sizes = np.bincount(labels.reshape(-1))[1:]
        assert sizes.max() > 0.97 * sizes.sum(), "a piece floats"
        near = ndimage.binary_dilation(solid, CUBE)
        centres = mesh.vertices_V3[mesh.faces_F3].mean(1)
        index = np.floor((centres + 0.5) * 64).astype(int).clip(0, 63)
        assert near[tuple(index.T)].mean() > 0.97, "a part is too thin to be seen"
        extent = np.ptp(mesh.vertices_V3, axis=0)
        assert extent.max() == pytest.approx(1, abs=1e-5)
        assert np.isfinite(mesh.vertices_V3).all()
        assert mesh.colours_V3.min() >= 0
        assert mesh.colours_V3.max() <= 1


@pytest.mark.parametrize("family", ["dining_chair", "cabinet", "sedan", "potted_plant"])
def test_seeds_of_a_family_differ_in_shape(family: str) -> None:
    solids = [make_shape(family, seed).occupancy(32) for seed in range(12)]
    overlaps = [(a & b).sum() / (a | b).sum() for i, a in enumerate(solids) for b in solids[:i]]
    assert np.mean(overlaps) < 0.75


def test_shipped_shapes_are_still_what_was_shipped() -> None:
    rows = {row["key"]: row for row in json.loads((LIBRARY / "library.json").read_text())}
    for family, seed in SHIPPED_PROCEDURAL:
        mesh = make_shape(family, seed).mesh
        colours = (mesh.colours_V3 * 255).round().astype(np.uint8)
        glb = encode_glb(Mesh(mesh.vertices_V3, mesh.faces_F3.astype(np.int32)), colours)
        assert sha256(glb).hexdigest() == rows[f"{family}-{seed}"]["glb_sha256"]


def test_patterns_change_colours_and_nothing_else() -> None:
    changed = 0
    for seed in range(8):
        plain, painted = make_shape("cabinet", seed), make_shape("cabinet", seed, with_patterns=True)
        assert (plain.occupancy(32) == painted.occupancy(32)).all()
        assert np.allclose(plain.mesh.vertices_V3.min(0), painted.mesh.vertices_V3.min(0))
        changed += len(np.unique(painted.mesh.colours_V3, axis=0)) > len(np.unique(plain.mesh.colours_V3, axis=0))
    assert 2 <= changed <= 7


@pytest.mark.parametrize("kind", KINDS)
def test_pattern_shows_both_colours_and_stays_between_them(kind: str) -> None:
    pattern = Pattern(kind, (0.0, 1.0, 0.0), 0.2, 0.4, (1.0, 1.0, 1.0))  # type: ignore[arg-type]
    colours = pattern.paint(np.random.default_rng(0).uniform(-0.5, 0.5, (2000, 3)), (0.0, 0.0, 0.0))
    assert colours.min() >= 0
    assert colours.max() <= 1
    assert (colours < 0.4).all(1).any()
    assert (colours > 0.6).all(1).any()


def test_refining_keeps_the_surface_and_stops_at_its_limit() -> None:
    vertices, faces = Box((0.5, 0.3, 0.1)).mesh()
    fine_vertices, fine_faces = refined(vertices, faces, 0.1, 10_000)
    corners = fine_vertices[fine_faces]
    assert np.linalg.norm(np.roll(corners, -1, axis=1) - corners, axis=2).max() <= 0.1
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1).sum() / 2
    assert area == pytest.approx(2 * (1.0 * 0.6 + 1.0 * 0.2 + 0.6 * 0.2))
    assert len(refined(vertices, faces, 0.001, 100)[1]) <= 100


SOLIDS: dict[str, Solid] = {
    "box": Box((0.4, 0.2, 0.3)),
    "vessel": Lathe(((0, 0), (0.5, 0), (0.5, 0.6), (0.4, 0.6), (0.4, 0.1), (0, 0.1)), 64, (1.0, 0.7)),
    "square vessel": Lathe(((0, 0), (0.5, 0), (0.5, 0.6), (0.4, 0.6), (0.4, 0.1), (0, 0.1)), 64, power=6.0),
    "collar": Lathe(((0.3, 0), (0.5, 0), (0.5, 0.4), (0.3, 0.4)), 64),
    "bar": Tube(((0, 0, 0), (0.1, 0.3, 0), (0.3, 0.6, 0.1)), 0.08, 32),
    "body along x": Loft(
        (Station(-0.5, 0.1, 0.2), Station(0, 0.3, 0.2, 0.1), Station(0.5, 0.1, 0.1, 0, 0.2)), 0, 3.0, 64
    ),
    "body along y": Loft(
        (Station(-0.5, 0.1, 0.2), Station(0, 0.3, 0.2, 0.1), Station(0.5, 0.1, 0.1, 0, 0.2)), 1, 3.0, 64
    ),
    "body along z": Loft(
        (Station(-0.5, 0.1, 0.2), Station(0, 0.3, 0.2, 0.1), Station(0.5, 0.1, 0.1, 0, 0.2)), 2, 2.0, 64
    ),
    "plate across x": Prism(((0, 0), (0.8, 0), (0.8, 0.5), (0.4, 0.2), (0, 0.5)), 0.2, 0),
    "plate across y": Prism(((0, 0), (0.8, 0), (0.8, 0.5), (0.4, 0.2), (0, 0.5)), 0.2, 1),
    "plate across z": Prism(((0, 0), (0.8, 0), (0.8, 0.5), (0.4, 0.2), (0, 0.5)), 0.2, 2),
}


@pytest.mark.parametrize("name", SOLIDS)
def test_mesh_of_a_solid_encloses_the_volume_that_it_contains(name: str) -> None:
    solid = SOLIDS[name]
    low, high = solid.bounds()
    points = np.random.default_rng(0).uniform(low, high, (60_000, 3))
    vertices, faces = solid.mesh()
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    enclosed = np.einsum("ij,ij->", a, np.cross(b, c)) / 6
    # A bar is a little less than its capsules, because its rings cut the corners.
    assert enclosed == pytest.approx(solid.contains(points).mean() * np.prod(high - low), rel=0.06)
    assert (vertices >= low - 1e-9).all()
    assert (vertices <= high + 1e-9).all()


@pytest.mark.parametrize("rotation", [np.eye(3), turned(0.3, 0.5, -0.2)], ids=["upright", "turned"])
@pytest.mark.parametrize("name", SOLIDS)
def test_grid_of_a_part_says_what_its_points_say(name: str, rotation: np.ndarray) -> None:
    part = Part(SOLIDS[name], (0.5, 0.5, 0.5), (0.1, -0.2, 0.3), rotation)
    low, high = part.bounds()
    axes = [np.linspace(a - 0.1, b + 0.1, n) for a, b, n in zip(low, high, (17, 18, 19), strict=True)]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), -1).reshape(-1, 3)
    inside = part.contains(points)
    assert (part.fill(*axes).reshape(-1) == inside).all()
    assert inside.any()
    assert ((points[inside] >= low - 1e-9) & (points[inside] <= high + 1e-9)).all()


def test_outline_that_runs_clockwise_is_refused() -> None:
    assert len(triangulated(((0, 0), (1, 0), (1, 1), (0.5, 0.3), (0, 1)))) == 3
    with pytest.raises(ValueError, match="clockwise"):
        triangulated(((0, 0), (0, 1), (1, 1), (1, 0)))
