import math

import torch
from hypothesis import given
from hypothesis import strategies as st
from pytorch3d.renderer import FoVPerspectiveCameras
from torch import Tensor

from networks import frames
from networks.frames import LayoutStatistics, PoseTensors, Similarity

seeds = st.integers(0, 2**32 - 1)
numbers = st.floats(-100, 100, allow_nan=False, width=32)


def random_rotations(generator: torch.Generator, batch: int = 4) -> Tensor:
    return frames.sixd_to_rotation(torch.randn(batch, 6, generator=generator))


def random_pose(generator: torch.Generator, batch: int = 4) -> PoseTensors:
    scale = torch.rand(batch, 3, generator=generator) * 2 + 0.2
    return PoseTensors(random_rotations(generator, batch), torch.randn(batch, 3, generator=generator), scale)


@given(seeds)
def test_a_rotation_survives_the_way_through_its_first_two_columns(seed: int) -> None:
    rotation = random_rotations(torch.Generator().manual_seed(seed))
    back = frames.sixd_to_rotation(frames.rotation_to_sixd(rotation))
    torch.testing.assert_close(back, rotation, atol=1e-5, rtol=0)


@given(st.lists(numbers, min_size=6, max_size=6))
def test_any_six_numbers_give_a_rotation(six: list[float]) -> None:
    rotation = frames.sixd_to_rotation(torch.tensor([six]))[0]
    torch.testing.assert_close(rotation @ rotation.T, torch.eye(3), atol=1e-3, rtol=0)
    assert math.isclose(float(torch.linalg.det(rotation)), 1, abs_tol=1e-3)


def test_the_six_numbers_are_columns_not_rows() -> None:
    turn = torch.tensor([[[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]])
    assert frames.rotation_to_sixd(turn).tolist() == [[0, 1, 0, -1, 0, 0]]


def test_a_pose_scales_then_turns_row_vectors_then_shifts() -> None:
    turn = torch.tensor([[[0.0, 1.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]])
    pose = PoseTensors(turn, torch.tensor([[10.0, 20.0, 30.0]]), torch.tensor([[2.0, 3.0, 4.0]]))
    moved = frames.apply_pose(torch.tensor([[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]]), pose)
    assert moved.tolist() == [[[10, 22, 30], [7, 20, 30], [10, 20, 34]]]


@given(seeds)
def test_inverting_a_pose_brings_points_back(seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    pose, points = random_pose(generator), torch.randn(4, 9, 3, generator=generator)
    torch.testing.assert_close(frames.invert_pose(frames.apply_pose(points, pose), pose), points, atol=1e-4, rtol=1e-4)


@given(seeds)
def test_a_composed_pose_is_one_after_the_other(seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    pose, points = random_pose(generator), torch.randn(4, 9, 3, generator=generator)
    factor = torch.rand(4, generator=generator) + 0.5
    move = Similarity(random_rotations(generator), torch.randn(4, 3, generator=generator), factor)
    first = frames.apply_pose(points, pose)
    expected = (first * factor[:, None, None]) @ move.rotation_B33 + move.translation_B3[:, None]
    torch.testing.assert_close(
        frames.apply_pose(points, frames.compose_pose(pose, move)), expected, atol=1e-4, rtol=1e-4
    )


@given(seeds)
def test_a_layout_survives_encoding(seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    pose = random_pose(generator)
    statistics = LayoutStatistics(
        torch.randn(3, generator=generator),
        torch.rand(1, generator=generator) + 0.5,
        torch.randn(6, generator=generator),
        torch.rand(6, generator=generator) + 0.5,
    )
    back = frames.decode_layout(frames.encode_layout(pose, statistics), statistics)
    for after, before in zip(back, pose, strict=True):
        torch.testing.assert_close(after, before, atol=1e-4, rtol=1e-4)


def test_a_layout_is_encoded_by_the_written_formulas() -> None:
    pose = PoseTensors(torch.eye(3)[None], torch.tensor([[1.0, 2.0, 5.0]]), torch.full((1, 3), 2 * math.e))
    statistics = LayoutStatistics(
        torch.tensor([1.0, 0.0, 3.0]), torch.tensor([2.0]), torch.zeros(6), torch.full((6,), 0.5)
    )
    torch.testing.assert_close(
        frames.encode_layout(pose, statistics), torch.tensor([[2.0, 0, 0, 0, 2, 0, 0, 1, 1, 1, 1, 1]])
    )


def test_camera_frames_convert_and_return() -> None:
    point = torch.tensor([1.0, 2.0, 3.0])  # left, up, forward
    assert frames.pytorch3d_to_opencv(point).tolist() == [-1, -2, 3]
    assert frames.pytorch3d_to_gltf(point).tolist() == [-1, 2, -3]
    through_opencv = frames.opencv_to_gltf(frames.pytorch3d_to_opencv(point))
    assert through_opencv.tolist() == frames.pytorch3d_to_gltf(point).tolist()
    for convert in (frames.pytorch3d_to_opencv, frames.pytorch3d_to_gltf, frames.opencv_to_gltf):
        assert convert(convert(point)).tolist() == point.tolist()


def test_projection_agrees_with_pytorch3d() -> None:
    points = torch.tensor([[[0.0, 0.0, 3.0], [0.5, 0.2, 2.0], [-0.4, 0.3, 4.0]]])
    camera = FoVPerspectiveCameras(fov=2 * math.degrees(math.atan(1 / frames.FOCAL)))
    expected = camera.transform_points_screen(points, image_size=((100, 100),))[..., :2]
    torch.testing.assert_close(frames.project(points, 100, 100), expected, atol=1e-3, rtol=0)


def test_a_photo_that_is_not_square_keeps_its_centre_and_its_longer_side() -> None:
    edge = torch.tensor([[[0.0, 0.0, 1.0], [-1 / frames.FOCAL, 0.0, 1.0]]])
    torch.testing.assert_close(frames.project(edge, 50, 200)[0], torch.tensor([[100.0, 25.0], [200.0, 25.0]]))
