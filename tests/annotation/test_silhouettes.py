"""Silhouettes and poses, against numbers worked out by hand."""

import io
import math

import numpy as np
import pytest
import trimesh
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from engine.annotation.alignment.exif import exif_focal
from engine.annotation.alignment.placing import pose_json, read_pose, seen_through
from engine.annotation.alignment.silhouettes import (
    Placement,
    depth_map,
    depth_residual,
    grid_size,
    intersection_over_union,
    on_grid,
    placed_fit,
    silhouette,
)
from tests.annotation.alignments import FRONT_PX, HEIGHT, POSE, WIDTH, box_mask

BOX = trimesh.creation.box((1, 1, 1))
FACES = np.asarray(BOX.faces)


def turned(degrees: float) -> np.ndarray:
    x, y, z = np.array([0.3, 1.0, 0.2]) / np.linalg.norm([0.3, 1.0, 0.2])
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    angle = math.radians(degrees)
    turn: np.ndarray = np.eye(3) + math.sin(angle) * cross + (1 - math.cos(angle)) * cross @ cross
    return turn


def test_a_square_before_the_camera_covers_the_pixels_it_should() -> None:
    # At depth 2 with focal 2 on 8 x 6 pixels: one unit is 4 pixels wide.
    corners = np.array([[0.5, 0.5, 2], [-0.5, 0.5, 2], [-0.5, -0.5, 2], [0.5, -0.5, 2]], dtype=float)
    drawn = silhouette(corners, np.array([[0, 1, 2], [0, 3, 2]]), width=8, height=6, focal=2.0)
    wanted = np.zeros((6, 8), dtype=bool)
    wanted[1:5, 2:6] = True
    assert (drawn == wanted).all()


def test_left_and_up_of_the_camera_are_left_and_up_in_the_picture() -> None:
    corners = np.array([[1.0, 1.0, 2], [0.5, 1.0, 2], [1.0, 0.5, 2]])
    drawn = silhouette(corners, np.array([[0, 1, 2]]), width=40, height=40, focal=2.0)
    rows, columns = np.nonzero(drawn)
    assert rows.max() < 20
    assert columns.max() < 20


def test_a_triangle_seen_from_its_edge_covers_nothing() -> None:
    corners = np.array([[0.0, 0.5, 2.0], [0.0, -0.5, 2.0], [0.0, -0.5, 3.0]])
    assert not silhouette(corners, np.array([[0, 1, 2]]), width=40, height=41, focal=2.0).any()


def test_what_lies_outside_the_picture_is_left_out() -> None:
    far_left = np.asarray(BOX.vertices) + np.array([9.0, 0.0, 4.0])
    assert not silhouette(far_left, FACES, width=64, height=48, focal=2.5).any()
    around = np.asarray(BOX.vertices) * [50, 50, 0.1] + np.array([0.0, 0.0, 4.0])
    assert silhouette(around, FACES, width=64, height=48, focal=2.5).all()


@pytest.mark.parametrize(
    ("size", "grid"),
    [((640, 480), (512, 384)), ((300, 100), (300, 100)), ((1024, 301), (512, 151)), ((9000, 1), (512, 1))],
)
def test_the_grid_has_at_most_512_pixels_a_side(size: tuple[int, int], grid: tuple[int, int]) -> None:
    assert grid_size(*size) == grid


def test_a_mask_is_looked_at_in_the_middle_of_each_grid_pixel() -> None:
    mask = np.zeros((2, 1024), dtype=bool)
    mask[1, 1::2] = True
    assert on_grid(mask).shape == (1, 512)
    assert on_grid(mask).all()


def test_overlaps_of_hand_made_cases() -> None:
    left, right = np.array([[1, 1, 0, 0]], dtype=bool), np.array([[0, 1, 1, 0]], dtype=bool)
    assert intersection_over_union(left, right) == 1 / 3
    assert intersection_over_union(left, left) == 1
    assert intersection_over_union(left & ~left, right & ~right) == 0
    placement = read_pose(POSE)
    vertices = np.asarray(BOX.vertices)
    assert placed_fit(vertices, FACES, placement, mask_HW=box_mask(), focal=2.5).iou > 0.985
    # A mask half a front face aside shares half of each.
    beside = placed_fit(vertices, FACES, placement, mask_HW=box_mask(shift=FRONT_PX / 2), focal=2.5)
    assert beside.residual is None
    assert beside.iou == pytest.approx(1 / 3, abs=0.01)


def test_a_mesh_of_many_faces_covers_what_its_hull_covers() -> None:
    sphere = trimesh.creation.icosphere(subdivisions=6, radius=0.5)
    assert len(sphere.faces) > 80_000
    points = np.asarray(sphere.vertices) + np.array([0.0, 0.0, 4.0])
    drawn = silhouette(points, np.asarray(sphere.faces), width=WIDTH, height=HEIGHT, focal=2.5)
    # A sphere's outline: half angle asin(r / d) from the axis.
    radius = 2.5 * WIDTH / 2 * math.tan(math.asin(0.5 / 4))
    assert drawn.sum() == pytest.approx(math.pi * radius**2, rel=0.005)


def test_the_depth_of_a_tilted_plane_is_that_of_its_equation() -> None:
    # z = 4 + x / 2, wider than the picture; a second one behind it is never seen.
    corners = np.array([[x, y, 4 + x / 2] for x, y in ((6, 5), (-6, 5), (-6, -5), (6, -5))], dtype=float)
    behind = corners * 1.5
    faces = np.array([[4, 5, 6], [4, 6, 7], [0, 1, 2], [0, 2, 3]])
    depth = depth_map(np.concatenate([corners, behind]), faces, width=64, height=48, focal=2.5)
    # Along the ray of column u: x / z = (32 - u) / reach.
    ratio = (32 - (np.arange(64) + 0.5)) / (2.5 * 32)
    assert np.abs(depth - 4 / (1 - ratio / 2)).max() < 1e-9


def test_beside_the_surface_there_is_no_depth() -> None:
    points = np.asarray(BOX.vertices) + np.array([0.0, 0.0, 4.0])
    depth = depth_map(points, FACES, width=64, height=48, focal=2.5)
    assert (np.isfinite(depth) == silhouette(points, FACES, width=64, height=48, focal=2.5)).all()
    assert depth[24, 32] == pytest.approx(3.5)


def test_the_residual_counts_known_points_of_the_mask_on_the_surface() -> None:
    depth = np.full((20, 20), np.inf)
    depth[:, :10] = 3.0
    mask = np.zeros((20, 20), dtype=bool)
    mask[:, 5:15] = True
    points = np.zeros((20, 20, 3), dtype=np.float32)
    points[..., 2] = 9.0
    points[:, 5:10, 2] = 3.25
    points[:8, 5:10] = np.nan
    assert depth_residual(depth, mask, points) == 0.25
    # 12 rows of 2 columns are too few.
    assert depth_residual(depth, mask & (np.arange(20) < 7), points) is None


@given(degrees=st.floats(-180, 180), x=st.floats(-1, 1), depth=st.floats(2, 9), scale=st.floats(0.2, 3))
def test_a_pose_survives_being_stored(degrees: float, x: float, depth: float, scale: float) -> None:
    placement = Placement(turned(degrees), np.array([x, 0.1, depth]), np.array([scale, 1.0, 0.5]))
    again = read_pose(pose_json(placement))
    points = np.asarray(BOX.vertices)
    assert np.abs(again.apply(points) - placement.apply(points)).max() < 1e-9


def test_single_precision_is_made_a_rotation_again() -> None:
    rough = turned(37).astype(np.float32) * np.float32(1.0002)
    stored = read_pose({**POSE, "rotation": rough.tolist()}).rotation_33
    assert np.abs(stored @ stored.T - np.eye(3)).max() < 1e-12


def test_another_lens_shows_the_middle_in_the_same_place_as_large_and_turned_the_same_way() -> None:
    placement = Placement(turned(50), np.array([0.8, -0.5, 6.0]), np.ones(3))
    other = seen_through(placement, focal=4.0, other_focal=2.5)
    for focal, one in ((4.0, placement), (2.5, other)):
        assert focal * one.translation_3[0] / one.translation_3[2] == pytest.approx(4.0 * 0.8 / 6.0)
        assert focal / one.translation_3[2] == pytest.approx(4.0 / 6.0)
    # Angles between the object's axes and the line of sight to it are kept.
    sights = [one.rotation_33 @ one.translation_3 / np.linalg.norm(one.translation_3) for one in (placement, other)]
    assert sights[0] == pytest.approx(sights[1], abs=1e-9)
    assert seen_through(placement, focal=2.5) is placement


def photo(*, focal_35_mm: int | None, size: tuple[int, int] = (300, 200)) -> bytes:
    image, out = Image.new("RGB", size), io.BytesIO()
    exif = Image.Exif()
    if focal_35_mm is not None:
        exif.get_ifd(0x8769)[0xA405] = focal_35_mm
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()


def test_the_lens_is_read_out_of_the_photo_if_it_tells() -> None:
    # 45 mm before 36 x 24 mm: 45 / 18 half longer sides.
    assert exif_focal(photo(focal_35_mm=45)) == pytest.approx(2.5)
    assert exif_focal(photo(focal_35_mm=45, size=(200, 300))) == pytest.approx(2.5)
    # A square picture has the same diagonal and a shorter longer side.
    assert exif_focal(photo(focal_35_mm=45, size=(200, 200))) == pytest.approx(45 / (math.hypot(18, 12) / math.sqrt(2)))


@pytest.mark.parametrize("content", [b"", b"no picture", photo(focal_35_mm=None), photo(focal_35_mm=0)])
def test_a_photo_that_tells_nothing_has_no_lens(content: bytes) -> None:
    assert exif_focal(content) is None
