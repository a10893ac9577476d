import math

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from networks import frames
from networks.frames import LayoutStatistics, PoseTensors

CONSTANTS = LayoutStatistics(
    torch.tensor([0.1, 0.2, 4.0]), torch.tensor([1.5]), torch.arange(6.0) / 10, torch.arange(6.0) / 10 + 0.5
)


def pointmap(points: list[list[float]]) -> Tensor:
    """One row of pixels, (1, 3, 1, n)."""
    return torch.tensor(points, dtype=torch.float32).T[None, :, None]


def everywhere(points_B3HW: Tensor) -> Tensor:
    return torch.ones_like(points_B3HW[:, :1])


def test_the_shift_is_the_median_and_the_unit_the_median_of_the_farthest_axis() -> None:
    points = pointmap([[0, 1, 5], [1, 0, 5], [2, 0, 9], [3, 8, 5], [4, 2, 5]])
    statistics = frames.pointmap_statistics(points, everywhere(points), CONSTANTS)
    # Offsets from (2, 1, 5): (-2, 0, 0), (-1, -1, 0), (0, -1, 4), (1, 7, 0), (2, 1, 0).
    assert statistics.shift_3.tolist() == [[2, 1, 5]]
    assert statistics.unit_1.tolist() == [[2]]
    assert torch.equal(statistics.rotation_mean_6, CONSTANTS.rotation_mean_6[None])
    assert torch.equal(statistics.rotation_std_6, CONSTANTS.rotation_std_6[None])


def test_only_finite_points_inside_the_mask_count() -> None:
    points = pointmap([[0, 0, 5], [1, 0, 5], [2, 0, 5], [math.nan, 0, 5], [0, math.inf, 5], [900, 0, 5]])
    mask = torch.tensor([1, 1, 1, 1, 1, 0.4]).view(1, 1, 1, -1)
    statistics = frames.pointmap_statistics(points, mask, CONSTANTS)
    assert statistics.shift_3.tolist() == [[1, 0, 5]]
    assert statistics.unit_1.tolist() == [[1]]


def test_rows_without_a_point_or_without_extent_take_the_constants() -> None:
    seen = pointmap([[0, 0, 5], [1, 0, 5], [2, 0, 5]])
    unseen = torch.full_like(seen, math.nan)
    single = pointmap([[7, 7, 7], [math.nan, 0, 0], [math.nan, 0, 0]])
    points = torch.cat([unseen, seen, single, seen])
    mask = everywhere(points)
    mask[3] = 0
    statistics = frames.pointmap_statistics(points.half(), mask, CONSTANTS)
    constant = [CONSTANTS.shift_3.tolist(), CONSTANTS.unit_1.tolist()]
    rows = [[shift, unit] for shift, unit in zip(statistics.shift_3.tolist(), statistics.unit_1.tolist(), strict=True)]
    assert rows == [constant, [[1, 0, 5], [1]], constant, constant]


@given(st.integers(0, 2**32 - 1))
def test_a_layout_survives_the_statistics_of_a_pointmap(seed: int) -> None:
    draw = torch.Generator().manual_seed(seed)
    points = torch.randn(4, 3, 5, 5, generator=draw) * 3 + 1
    points[torch.rand(4, 1, 5, 5, generator=draw).expand_as(points) < 0.3] = math.nan
    points[0] = math.nan
    statistics = frames.pointmap_statistics(points, everywhere(points), CONSTANTS)
    rotation = frames.sixd_to_rotation(torch.randn(4, 6, generator=draw))
    scale = torch.rand(4, 3, generator=draw) * 2 + 0.2
    pose = PoseTensors(rotation, torch.randn(4, 3, generator=draw), scale)
    back = frames.decode_layout(frames.encode_layout(pose, statistics), statistics)
    for after, before in zip(back, pose, strict=True):
        torch.testing.assert_close(after, before, atol=1e-3, rtol=1e-3)


@given(st.floats(0.01, 100))
def test_the_encoded_layout_does_not_depend_on_the_pointmap_s_unit(factor: float) -> None:
    draw = torch.Generator().manual_seed(0)
    points, scale = torch.randn(2, 3, 5, 5, generator=draw) + 4, torch.rand(2, 3, generator=draw) + 0.2
    pose = PoseTensors(torch.eye(3).expand(2, 3, 3), torch.randn(2, 3, generator=draw) + 4, scale)
    larger = PoseTensors(pose.rotation_B33, pose.translation_B3 * factor, pose.scale_B3 * factor)

    def encoded(points_B3HW: Tensor, pose: PoseTensors) -> Tensor:
        statistics = frames.pointmap_statistics(points_B3HW, everywhere(points_B3HW), CONSTANTS)
        return frames.encode_layout(pose, statistics)

    torch.testing.assert_close(encoded(points * factor, larger), encoded(points, pose), atol=1e-3, rtol=1e-3)
