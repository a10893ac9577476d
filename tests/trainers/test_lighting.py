"""Photographed light: what a matt surface shows follows from its surroundings by the laws of irradiance."""

import math

import numpy as np
import pytest
import torch
import trimesh
from torch import Tensor
from torch.nn import functional

from networks.frames import PoseTensors
from trainers.data.build_lights import project
from trainers.data.hollows import darken_hollows
from trainers.data.lighting import (
    LUMINANCE,
    Lights,
    draw_lights,
    even_light,
    monomials,
    polynomials,
    quadrics,
    rotations_of,
    surroundings,
    turn_quadrics,
)
from trainers.data.mesh_batch import corner_normals, displayed, linear_of, pack_meshes, render_batch
from trainers.data.parts import Lathe
from trainers.data.procedural import ShapeMesh
from trainers.data.rendering import RenderedViews, look_at_pose

CPU = torch.device("cpu")


def shade(form_344: Tensor, normals_N3: Tensor) -> Tensor:
    return monomials(normals_N3) @ polynomials(form_344[None])[0]


def some_normals(n: int = 200) -> Tensor:
    return functional.normalize(torch.randn(n, 3, generator=torch.Generator().manual_seed(5)), dim=-1)


def sphere(colour: tuple[float, float, float]) -> ShapeMesh:
    ball = trimesh.creation.icosphere(3, 0.5)
    vertices = np.asarray(ball.vertices, dtype=np.float32)
    return ShapeMesh(vertices, np.asarray(ball.faces, dtype=np.int64), np.full_like(vertices, 1) * np.float32(colour))


def seen(mesh: ShapeMesh, lights: Lights) -> tuple[Tensor, Tensor]:
    n = len(lights)
    rotations, translations = look_at_pose(torch.zeros(n), torch.zeros(n), torch.full((n,), 2.5))
    poses = PoseTensors(rotations, translations, torch.ones(n, 3))
    views = render_batch(pack_meshes([mesh], CPU), poses, lights, 32)
    return views.rgb_B3HW, views.mask_BHW


def test_uniform_surroundings_show_each_surface_in_its_own_colour() -> None:
    picture = np.ones((64, 128, 3), dtype=np.float32) * 7
    form = quadrics(project(picture)[None])[0]
    assert torch.allclose(shade(form, some_normals()), torch.ones(200, 3), atol=2e-3)
    rgb, mask = seen(sphere((0.2, 0.5, 0.8)), even_light(1))
    assert torch.allclose(rgb[0, :, mask[0]].T, torch.tensor([0.2, 0.5, 0.8]), atol=2e-3)


def test_irradiance_of_a_sky_is_the_cosine_law() -> None:
    # White above, black below: (1 + cos) / 2 over pi, of which order two leaves at most a few percent.
    picture = np.zeros((256, 512, 3), dtype=np.float32)
    picture[:128] = 1
    normals = some_normals()
    # The table's mean luminance is one, the sky's a half.
    expected = 1 + normals[:, 1]
    got = shade(quadrics(project(picture)[None])[0], normals)
    assert float((got - expected[:, None]).abs().max()) < 0.05


def test_turned_surroundings_are_the_same_as_normals_turned_back() -> None:
    rotation = rotations_of(torch.tensor([[0.3, -0.5, 0.7, 0.2]]))
    assert torch.allclose(rotation[0] @ rotation[0].T, torch.eye(3), atol=1e-6)
    assert torch.linalg.det(rotation[0]) > 0
    form, normals = quadrics(surroundings()[3:4]), some_normals()
    turned = shade(turn_quadrics(form, rotation)[0], normals @ rotation[0])
    assert torch.allclose(turned, shade(form[0], normals), atol=1e-5)
    assert not torch.allclose(shade(form[0], normals @ rotation[0]), shade(form[0], normals), atol=1e-2)


def test_shipped_lights_come_from_above_more_than_from_below() -> None:
    table = surroundings()
    assert table.shape == (18, 9, 3)
    shades = polynomials(quadrics(table))
    up, down = (monomials(torch.tensor([0.0, y, 0.0])) @ shades @ torch.tensor(LUMINANCE) for y in (1.0, -1.0))
    assert (up > down).all()


def test_drawn_lights_differ_view_by_view_and_never_take_light_away() -> None:
    lights = draw_lights(40, torch.Generator().manual_seed(0))
    again = draw_lights(40, torch.Generator().manual_seed(0))
    assert (lights.quadrics_B344 == again.quadrics_B344).all()
    rgb, mask = seen(sphere((0.7, 0.7, 0.7)), lights)
    means = (rgb * mask[:, None]).flatten(2).sum(2) / mask.flatten(1).sum(1)[:, None]
    assert len(torch.unique(means.mean(1).round(decimals=3))) > 30
    assert float(means.min()) > 0.02
    assert 0.35 < float(means.mean()) < 0.8
    assert torch.isfinite(rgb).all()
    assert float(rgb.min()) >= 0
    clipped = ((rgb > 0.995) & mask[:, None]).float().mean() / mask.float().mean()
    assert float(clipped) < 0.15


def test_a_highlight_lies_where_the_mirrored_view_meets_the_light() -> None:
    towards = functional.normalize(torch.tensor([[1.0, 1.0, 1.0]]), dim=-1)
    dull, glossy = even_light(1), even_light(1)
    glossy = Lights(glossy.quadrics_B344, towards, torch.tensor([0.5]), torch.tensor([40.0]))
    mesh = sphere((0.3, 0.3, 0.3))
    gain = (seen(mesh, glossy)[0] - seen(mesh, dull)[0]).mean(1)[0]
    row, column = divmod(int(gain.argmax()), 32)
    # Half way between the camera (+z) and the light: right of and above the middle, alike.
    half = functional.normalize(towards[0] + torch.tensor([0.0, 0.0, 1.0]), dim=0)
    reach = 16 * 2.5 / (2.5 - 0.5 * float(half[2])) * 0.5
    assert abs(column + 0.5 - 16 - reach * float(half[0])) < 2.5
    assert abs(16 - row - 0.5 - reach * float(half[1])) < 2.5


def cup() -> tuple[ShapeMesh, Tensor]:
    """A thick deep cup that stands upright, as a mesh and as occupancy."""
    solid = Lathe(((0.0, -0.5), (0.5, -0.5), (0.5, 0.5), (0.3, 0.5), (0.3, -0.3), (0.0, -0.3)), 48)
    vertices, faces = solid.mesh()
    axis = (np.arange(32) + 0.5) / 32 - 0.5
    points = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), -1).reshape(-1, 3)
    mesh = ShapeMesh(vertices.astype(np.float32), faces, np.full(vertices.shape, 0.8, dtype=np.float32))
    return mesh, torch.from_numpy(solid.contains(points)).view(1, 32, 32, 32)


def views_from(elevation: float, mesh: ShapeMesh, n: int) -> tuple[RenderedViews, PoseTensors]:
    rotations, translations = look_at_pose(torch.zeros(n), torch.full((n,), elevation), torch.full((n,), 2.5))
    poses = PoseTensors(rotations, translations, torch.ones(n, 3))
    return render_batch(pack_meshes([mesh], CPU), poses, even_light(n), 64), poses


def test_a_cup_is_darker_at_its_bottom_and_its_rim_is_not() -> None:
    mesh, occupancy = cup()
    views, poses = views_from(math.pi / 2, mesh, 2)
    dark = darken_hollows(views, occupancy, poses, torch.tensor([0.0, 1.0]))
    assert (dark.rgb_B3HW[0] == views.rgb_B3HW[0]).all()
    kept = dark.rgb_B3HW[1, 0] / views.rgb_B3HW[1, 0]
    assert float(kept[32, 32]) < 0.6
    assert float(kept[32, 16]) > 0.95
    assert (dark.depth_BHW == views.depth_BHW).all()


def test_the_ground_is_darker_beside_a_wall_and_only_there() -> None:
    axis = (torch.arange(32) + 0.5) / 32 - 0.5
    x, y, z = torch.meshgrid(axis, axis, axis, indexing="ij")
    occupancy = ((y < 0) | ((x > 0.2) & (z > -0.4)))[None]
    corners = np.array([[-0.5, 0, -0.5], [-0.5, 0, 0.5], [0.5, 0, 0.5], [0.5, 0, -0.5]], dtype=np.float32)
    ground = ShapeMesh(corners, np.array([[0, 1, 2], [0, 2, 3]]), np.full((4, 3), 0.8, dtype=np.float32))
    views, poses = views_from(math.pi / 2, ground, 1)
    kept = (darken_hollows(views, occupancy, poses, torch.ones(1)).rgb_B3HW / views.rgb_B3HW)[0, 0]
    # From above +x is on the right and +z at the bottom, 32 pixels a unit.
    assert float(kept[32, 36]) < 0.9
    assert float(kept[32, 20]) > 0.95
    assert float(kept[20, 20]) > 0.95
    assert float(kept[44, 20]) > 0.95


def test_a_ball_has_no_hollows() -> None:
    axis = (torch.arange(64) + 0.5) / 64 - 0.5
    ball = (axis[:, None, None] ** 2 + axis[:, None] ** 2 + axis**2 < 0.25)[None]
    views, poses = views_from(0, sphere((0.8, 0.8, 0.8)), 1)
    kept = darken_hollows(views, ball, poses, torch.ones(1)).rgb_B3HW / views.rgb_B3HW
    assert float(kept[:, :, views.mask_BHW[0]].min()) > 0.9


def test_normals_are_smooth_over_a_sphere_and_keep_the_edges_of_a_cube() -> None:
    ball = trimesh.creation.icosphere(3, 0.5)
    vertices, faces = torch.tensor(np.array(ball.vertices), dtype=torch.float32), torch.tensor(np.array(ball.faces))
    outward = functional.normalize(vertices, dim=-1)[faces]
    assert float((corner_normals(vertices, faces) * outward).sum(-1).min()) > 0.995
    cube = trimesh.creation.box((1.0, 1.0, 1.0))
    normals = corner_normals(torch.tensor(np.array(cube.vertices), dtype=torch.float32), torch.tensor(cube.faces))
    expected = torch.tensor(np.array(cube.face_normals), dtype=torch.float32)[:, None].expand(-1, 3, 3)
    assert torch.allclose(normals, expected, atol=1e-6)


def test_a_face_without_area_gives_no_nan() -> None:
    vertices = torch.tensor([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [2.0, 0.0, 0.0]])
    assert torch.isfinite(corner_normals(vertices, torch.tensor([[0, 1, 2]]))).all()


@pytest.mark.parametrize("value", [0.0, 0.02, 0.5, 1.0])
def test_display_encoding_is_undone(value: float) -> None:
    assert math.isclose(float(displayed(linear_of(torch.tensor(value)))), value, abs_tol=1e-5)
