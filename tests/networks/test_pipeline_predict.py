"""Several objects and seeds in one call, and layouts in the units of a pointmap."""

import dataclasses
import math

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from networks.frames import PoseTensors, apply_pose
from networks.pipeline import (
    ConditionStreams,
    GeometryPipeline,
    Networks,
    build_networks,
    debug_config,
    join_streams,
    make_streams,
)
from tests.networks.conftest import awake


@pytest.fixture
def networks_with_points() -> Networks:
    torch.manual_seed(0)
    return awake(build_networks(dataclasses.replace(debug_config(), has_pointmap=True))).evaluating()


def photo_and_mask(seed: int) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    photo = np.random.default_rng(seed).integers(0, 256, (50, 70, 3), dtype=np.uint8)
    mask = np.zeros((50, 70), dtype=bool)
    mask[10:40, 20 : 40 + 10 * seed] = True
    return photo, mask


def streams_of(n: int) -> ConditionStreams:
    return join_streams([make_streams(*photo_and_mask(index), 64) for index in range(n)])


def assert_same(one: NDArray[np.float32], two: NDArray[np.float32]) -> None:
    assert np.abs(one - two).max() < 1e-3 * np.abs(two).max()


@pytest.mark.parametrize("most_at_once", [1, 3, 64])
def test_each_object_and_seed_comes_out_as_if_alone(networks: Networks, most_at_once: int) -> None:
    pipeline = GeometryPipeline(networks.evaluating(), most_at_once=most_at_once)
    streams, seeds_OS = streams_of(2), [[1, 2], [3, 1]]
    logits, poses = pipeline.predict(streams, seeds_OS, steps=1, guidance=2.0)
    assert logits.shape == (4, 32, 32, 32)
    rows = [(place, seed) for place, seeds in enumerate(seeds_OS) for seed in seeds]
    for row, (place, seed) in enumerate(rows):
        alone, pose = pipeline.predict(streams[[place]], [seed], steps=1, guidance=2.0)
        assert_same(logits[row], alone[0])
        for among, one in zip(poses, pose, strict=True):
            torch.testing.assert_close(among[row], one[0], atol=1e-3, rtol=1e-3)


def test_a_flat_list_is_the_seeds_of_one_object_or_one_for_each(networks: Networks) -> None:
    pipeline = GeometryPipeline(networks.evaluating())
    of_one, _ = pipeline.predict(streams_of(1), [1, 2], steps=1, guidance=0.0)
    assert_same(of_one, pipeline.predict(streams_of(1), [[1, 2]], steps=1, guidance=0.0)[0])
    of_each, _ = pipeline.predict(streams_of(2), [1, 2], steps=1, guidance=0.0)
    assert_same(of_each, pipeline.predict(streams_of(2), [[1], [2]], steps=1, guidance=0.0)[0])
    assert_same(of_one[:1], of_each[:1])
    assert not np.allclose(of_one[1], of_each[1])


@pytest.mark.parametrize("seeds", [[1, 2, 3], [[1, 2]], [[1, 2], [3]], [[], []], []])
def test_seeds_that_do_not_fit_the_objects_are_refused(networks: Networks, seeds: list[int] | list[list[int]]) -> None:
    with pytest.raises(ValueError, match="2 objects need"):
        GeometryPipeline(networks).predict(streams_of(2), seeds, steps=1, guidance=0.0)


def test_the_photo_is_encoded_once_however_many_batches_follow(networks: Networks) -> None:
    encoded: list[int] = []
    networks.geometry.conditioner.register_forward_hook(lambda _, given, __: encoded.append(len(given[0])))
    GeometryPipeline(networks.evaluating(), most_at_once=2).predict(streams_of(1), [1, 2, 3, 4, 5], 1, 0.0)
    assert encoded == [1]


def plane(factor: float) -> NDArray[np.float32]:
    """A pointmap of the photo: a tilted plane in units of ``factor``."""
    v, u = np.mgrid[:50, :70] / 50
    return (np.stack([1 - u, 1 - v, 3 + u], axis=-1) * factor).astype(np.float32)


def test_the_pose_comes_in_the_units_of_the_pointmap(networks_with_points: Networks) -> None:
    pipeline, (photo, mask) = GeometryPipeline(networks_with_points), photo_and_mask(1)
    poses = []
    for factor in (1.0, 10.0):
        (shape,) = pipeline.generate(photo, mask, [1], 1, 0.0, points_HW3=plane(factor))
        assert shape is not None
        poses.append(PoseTensors(*(torch.from_numpy(part)[None] for part in (
            shape.rotation_33, shape.translation_3, shape.scale_3
        ))))  # fmt: skip
    corners = torch.tensor([[[0.5, 0.5, 0.5], [-0.5, 0.5, -0.5], [0.0, 0.0, 0.0]]])
    near, far = (apply_pose(corners, pose) for pose in poses)
    torch.testing.assert_close(far, 10 * near, atol=1e-2, rtol=1e-3)


def test_each_object_s_seeds_are_placed_by_its_own_pointmap(networks_with_points: Networks) -> None:
    pipeline = GeometryPipeline(networks_with_points)
    photo, mask = photo_and_mask(1)
    parts = [make_streams(photo, mask, 64, plane(factor)) for factor in (1.0, 10.0)]
    near, far = (pipeline.predict(part, [1, 2], 1, 0.0)[1].translation_B3 for part in parts)
    both = pipeline.predict(join_streams(parts), [[1, 2], [1, 2]], 1, 0.0)[1].translation_B3
    torch.testing.assert_close(both, torch.cat([near, far]), atol=1e-2, rtol=1e-3)
    assert float((far - near).abs().max()) > 10


def test_a_pointmap_without_a_finite_value_in_the_mask_takes_the_constants(networks_with_points: Networks) -> None:
    pipeline, (photo, mask) = GeometryPipeline(networks_with_points), photo_and_mask(1)
    points = plane(1.0)
    points[mask] = math.nan
    streams = make_streams(photo, mask, 64, points)
    pose = pipeline.predict(streams, [1], 1, 0.0)[1]
    moved = networks_with_points.geometry.layout_statistics
    networks_with_points.geometry.set_layout_statistics(moved._replace(shift_3=moved.shift_3 + 5))
    shifted = pipeline.predict(streams, [1], 1, 0.0)[1]
    torch.testing.assert_close(shifted.translation_B3, pose.translation_B3 + 5)
    known = make_streams(photo, mask, 64, plane(1.0))
    before = pipeline.predict(known, [1], 1, 0.0)[1]
    networks_with_points.geometry.set_layout_statistics(moved)
    assert torch.equal(pipeline.predict(known, [1], 1, 0.0)[1].translation_B3, before.translation_B3)


def test_a_network_without_an_embedder_ignores_the_pointmap(networks: Networks) -> None:
    pipeline, (photo, mask) = GeometryPipeline(networks.evaluating()), photo_and_mask(1)
    (with_points,) = pipeline.generate(photo, mask, [1], 1, 0.0, points_HW3=plane(10.0))
    (without,) = pipeline.generate(photo, mask, [1], 1, 0.0)
    assert with_points is not None
    assert without is not None
    assert np.array_equal(with_points.translation_3, without.translation_3)
