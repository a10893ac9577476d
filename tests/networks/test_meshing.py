import io

import numpy as np
import pytest
import torch
import trimesh
from numpy.typing import NDArray
from PIL import Image

from networks import frames
from networks.colouring import colour_vertices
from networks.glb import encode_glb
from networks.meshing import Mesh, mesh_from_logits, signed_volume, vertex_normals
from networks.previews import preview_png, render_preview
from networks.rasterising import rasterise


def centres(resolution: int) -> NDArray[np.float64]:
    axis = (np.arange(resolution) + 0.5) / resolution - 0.5
    return np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1)


def ball_logits(
    resolution: int = 32, centre: tuple[float, float, float] = (0, 0, 0), radius: float = 0.3
) -> NDArray[np.float32]:
    distance = np.linalg.norm(centres(resolution) - np.array(centre), axis=-1)
    return ((radius - distance) * 60).astype(np.float32)


def meshed(logits: NDArray[np.float32], smoothing: int = 0) -> Mesh:
    mesh = mesh_from_logits(logits, smoothing)
    assert mesh is not None
    return mesh


def test_a_ball_comes_out_closed_outward_and_of_the_right_size() -> None:
    mesh = meshed(ball_logits())
    assert signed_volume(mesh) == pytest.approx(4 / 3 * np.pi * 0.3**3, rel=0.02)
    assert trimesh.Trimesh(mesh.vertices_V3, mesh.faces_F3).is_watertight
    outward = mesh.vertices_V3 / np.linalg.norm(mesh.vertices_V3, axis=1, keepdims=True)
    assert (vertex_normals(mesh) * outward).sum(axis=1).min() > 0.9


def test_a_ball_off_centre_stays_on_its_axis() -> None:
    mesh = meshed(ball_logits(centre=(0.2, 0.0, -0.1), radius=0.2))
    middle = (mesh.vertices_V3.min(axis=0) + mesh.vertices_V3.max(axis=0)) / 2
    assert middle == pytest.approx([0.2, 0.0, -0.1], abs=0.01)


def test_a_full_grid_is_a_closed_cube() -> None:
    mesh = meshed(np.full((8, 8, 8), 10, dtype=np.float32))
    assert trimesh.Trimesh(mesh.vertices_V3, mesh.faces_F3).is_watertight
    assert signed_volume(mesh) == pytest.approx(1, abs=0.03)
    assert np.abs(mesh.vertices_V3).max() == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("value", [-5.0, np.nan])
def test_nothing_there_gives_none(value: float) -> None:
    assert mesh_from_logits(np.full((8, 8, 8), value, dtype=np.float32)) is None


def test_a_single_voxel_is_noise() -> None:
    logits = np.full((16, 16, 16), -5, dtype=np.float32)
    logits[3, 3, 3] = 5
    assert mesh_from_logits(logits) is None


def test_floaters_go_and_large_second_parts_stay() -> None:
    logits = ball_logits(centre=(-0.2, 0, 0), radius=0.2)
    small, large = logits.copy(), np.maximum(logits, ball_logits(centre=(0.3, 0, 0), radius=0.12))
    small[28:30, 4:6, 4:6] = 5
    assert meshed(small).vertices_V3[:, 0].max() < 0.05
    assert meshed(large).vertices_V3[:, 0].max() > 0.4


def test_smoothing_keeps_the_volume_and_the_cube() -> None:
    rough = np.where(ball_logits() > 0, 5, -5).astype(np.float32)
    before, after = meshed(rough), meshed(rough, smoothing=3)
    assert signed_volume(after) == pytest.approx(signed_volume(before), rel=0.03)
    assert np.abs(after.vertices_V3).max() <= 0.5


def test_a_pixel_sees_the_nearer_of_two_triangles() -> None:
    far = [[0, 0], [8, 0], [0, 8]]
    near = [[0, 0], [4, 0], [0, 4]]
    pixels = np.array(far + near, dtype=float)
    raster = rasterise(pixels, np.array([5, 5, 5, 2, 2, 2.0]), np.array([[0, 1, 2], [3, 4, 5]]), 8, 8)
    assert raster.face_HW[0].tolist() == [1, 1, 1, 1, 0, 0, 0, 0]
    assert raster.face_HW[7].tolist() == [0] + [-1] * 7
    assert raster.depth_HW[1, 1] == pytest.approx(2)
    assert raster.weights_HW3[0, 4] == pytest.approx([1 - 4.5 / 8 - 0.5 / 8, 4.5 / 8, 0.5 / 8])
    assert raster.depth_HW[7, 7] == np.inf


def test_triangles_outside_the_picture_are_no_trouble() -> None:
    pixels = np.array(
        [[-50, -50], [60, -50], [4, 60], [90, 90], [95, 90], [90, 95], [np.nan, 0], [1, 1], [2, 2]], dtype=float
    )
    raster = rasterise(pixels, np.ones(9), np.arange(9).reshape(3, 3), 8, 8)
    assert set(raster.face_HW.ravel().tolist()) == {0}


def test_a_preview_shows_the_front_right_and_top_lit_alike() -> None:
    cube = trimesh.creation.box(extents=(0.6, 0.6, 0.6))
    cube.unmerge_vertices()
    side_of = np.repeat(np.abs(cube.face_normals).argmax(axis=1), 3)
    colours = np.zeros((len(cube.vertices), 3), dtype=np.uint8)
    colours[np.arange(len(colours)), side_of] = 255  # x red, y green, z blue
    picture = render_preview(Mesh(cube.vertices.astype(np.float32), cube.faces.astype(np.int32)), colours)
    assert picture.shape == (128, 128, 4)
    assert picture[0, 0].tolist() == [0, 0, 0, 0]
    assert picture[40:100].max(axis=(0, 1)).tolist()[3] == 255
    red, green, blue = (np.argwhere(picture[..., axis] > 100).mean(axis=0) for axis in range(3))
    assert green[0] < blue[0]  # the top is above the front
    assert red[1] > blue[1]  # the object's +x side is right of the front


def test_equal_meshes_give_equal_files_that_other_readers_open() -> None:
    mesh = meshed(ball_logits(16))
    colours = np.tile(np.array([255, 128, 0], dtype=np.uint8), (len(mesh.vertices_V3), 1))
    content = encode_glb(mesh, colours)
    assert content == encode_glb(mesh, colours)
    loaded = trimesh.load_scene(io.BytesIO(content), file_type="glb").to_geometry()
    assert loaded.vertices == pytest.approx(mesh.vertices_V3)
    assert (loaded.faces == mesh.faces_F3).all()
    stored = np.frombuffer(content, dtype="<u2")
    # sRGB 128 is 0.2159 of linear light; the specification wants linear numbers.
    assert round(0.21586 * 65535) in stored
    assert preview_png(mesh, colours)[:4] == b"\x89PNG"
    assert Image.open(io.BytesIO(preview_png(mesh, colours, 64))).size == (64, 64)


def front_pose(depth: float) -> frames.PoseTensors:
    """A camera that looks at the object's front: x to the left of the camera is the object's -x."""
    rotation = torch.diag(torch.tensor([-1.0, 1.0, -1.0]))[None]
    return frames.PoseTensors(rotation, torch.tensor([[0.0, 0.0, depth]]), torch.ones(1, 3))


def test_the_seen_side_takes_the_photo_s_colours_and_the_back_the_nearest_ones() -> None:
    mesh = meshed(ball_logits())
    photo = np.zeros((100, 100, 3), dtype=np.uint8)
    photo[:, :50], photo[:, 50:] = (255, 0, 0), (0, 0, 255)
    mask = np.zeros((100, 100), dtype=bool)
    mask[20:80, 20:80] = True
    colours = colour_vertices(mesh, front_pose(4), photo, mask)
    is_left, is_right = mesh.vertices_V3[:, 0] < -0.05, mesh.vertices_V3[:, 0] > 0.05
    assert (colours[is_left] == [255, 0, 0]).all()
    assert (colours[is_right] == [0, 0, 255]).all()


@pytest.mark.parametrize("depth", [-4.0, 0.1])
def test_a_pose_behind_or_inside_the_camera_falls_back_on_the_mean_colour(depth: float) -> None:
    mesh = meshed(ball_logits(16))
    photo = np.full((20, 20, 3), 77, dtype=np.uint8)
    mask = np.zeros((20, 20), dtype=bool)
    mask[5:15, 5:15] = True
    assert (colour_vertices(mesh, front_pose(depth), photo, mask) == 77).all()
