"""Training views hold what inference would see: the same cut, the same frames, the same points."""

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from networks import frames
from networks.crops import ConditionStreams, make_streams
from networks.frames import PoseTensors
from trainers.data.cutting import pack_images
from trainers.data.procedural import make_shape
from trainers.data.shapes import TrainingShape
from trainers.data.views import ViewSet, make_views

GRID = 16
DEVICE = torch.device("cpu")


def shape_of(family: str, seed: int) -> TrainingShape:
    shape = make_shape(family, seed)
    return TrainingShape(f"grammar:{family}:{seed}", family, shape.mesh, np.packbits(shape.occupancy(GRID)))


def views_of(shapes: list[TrainingShape], views_a_shape: int, *, with_points: bool = False, seed: int = 3) -> ViewSet:
    return make_views(
        iter(shapes),
        views_a_shape=views_a_shape,
        grid=GRID,
        image_size=48,
        render_size=64,
        seed=seed,
        device=DEVICE,
        with_points=with_points,
        say=lambda _: None,
    )


def masks(size: int) -> Iterator[NDArray[np.bool_]]:
    """Boxes of many places and sizes, among them ones that touch borders, fill the picture or are a single pixel."""
    boxes = [(20, 25, 40, 31), (0, 0, 9, 30), (50, 40, 64, 64), (0, 0, 64, 64), (63, 0, 64, 1), (0, 10, 64, 12)]
    draw = np.random.default_rng(0)
    for top, left, bottom, right in boxes:
        mask = np.zeros((size, size), dtype=bool)
        mask[top:bottom, left:right] = draw.random((bottom - top, right - left)) < 0.7
        mask[top, left] = mask[bottom - 1, right - 1] = True
        yield mask


def difference(streams: ConditionStreams, images_8HW: torch.Tensor) -> float:
    parts = (streams.crop_rgb_B3HW, streams.crop_mask_B1HW, streams.full_rgb_B3HW, streams.full_mask_B1HW)
    return float((torch.cat(parts, 1)[0] - images_8HW.float() / 255).abs().max())


@pytest.mark.parametrize("image_size", [32, 64, 100])
def test_a_batch_is_cut_as_photos_are_at_inference(image_size: int) -> None:
    draw = np.random.default_rng(1)
    masks_BHW = np.stack(list(masks(64)))
    photos_BHW3 = draw.integers(0, 256, (*masks_BHW.shape, 3), dtype=np.uint8)
    rgb = torch.from_numpy(photos_BHW3).permute(0, 3, 1, 2).float() / 255
    images, windows, depth = pack_images(rgb, torch.from_numpy(masks_BHW), None, image_size)
    assert depth is None
    for index, (photo, mask) in enumerate(zip(photos_BHW3, masks_BHW, strict=True)):
        assert difference(make_streams(photo, mask, image_size), images[index]) < 0.51 / 255 + 1e-5
        assert float(windows[index, 2]) >= 1.2 / 64 - 1e-6


def test_an_empty_mask_gives_black_crops_and_no_error() -> None:
    images, windows, _ = pack_images(torch.rand(1, 3, 32, 32), torch.zeros(1, 32, 32, dtype=torch.bool), None, 16)
    assert int(images[0, :4].max()) == 0
    assert torch.isfinite(windows).all()


@pytest.mark.parametrize("mask", list(masks(64)), ids=lambda mask: f"{int(mask.sum())} pixels")
def test_points_from_packed_depth_are_those_cut_from_a_pointmap(mask: NDArray[np.bool_]) -> None:
    rows, columns = np.mgrid[0:64, 0:64] + 0.5
    depth = (2 + 0.01 * columns + 0.005 * rows).astype(np.float32)
    reach = frames.FOCAL * 32
    points = np.stack([(32 - columns) / reach * depth, (32 - rows) / reach * depth, depth], -1).astype(np.float32)
    expected = make_streams(np.zeros((64, 64, 3), np.uint8), mask, 40, points)
    images, windows, packed = pack_images(
        torch.zeros(1, 3, 64, 64), torch.from_numpy(mask)[None], torch.from_numpy(depth)[None], 40
    )
    assert packed is not None
    pose = PoseTensors(torch.eye(3)[None], torch.zeros(1, 3), torch.ones(1, 3))
    views = ViewSet(torch.zeros(1, 8, dtype=torch.uint8), images, pose, windows, packed, 1, ["a"], ["a"], torch.ones(1))
    streams = views.streams(torch.tensor([0]))
    assert streams.crop_points_B3HW is not None
    assert streams.full_points_B3HW is not None
    # Half precision of depth, and at most half a pixel of the picture sideways.
    allowed = 0.5 / reach * float(depth.max()) + 2e-3
    for ours, theirs in (
        (streams.crop_points_B3HW, expected.crop_points_B3HW),
        (streams.full_points_B3HW, expected.full_points_B3HW),
    ):
        assert theirs is not None
        assert (torch.isnan(ours) == torch.isnan(theirs)).all()
        assert float((ours - theirs).nan_to_num().abs().max()) < allowed


def test_every_sample_shows_its_shape_where_its_pose_says() -> None:
    shapes = [shape_of("mug", 1), shape_of("chair", 2), shape_of("lamp", 5)]
    views = views_of(shapes, 4)
    assert len(views) == 12
    assert views.keys == [shape.key for shape in shapes]
    for n in range(len(views)):
        pose = PoseTensors(*(part[n : n + 1] for part in views.poses))
        vertices = torch.from_numpy(shapes[n // 4].mesh.vertices_V3)[None]
        pixels = frames.project(frames.apply_pose(vertices, pose), 48, 48)[0]
        rows, columns = np.nonzero(views.images_N8HW[n, 7].numpy() > 127)
        seen = np.array([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1])
        projected = torch.cat([pixels.amin(0), pixels.amax(0)]).clamp(0, 48).numpy()
        assert np.abs(seen - projected).max() < 2, (n, seen, projected)


def test_pointmaps_lie_on_the_surface() -> None:
    shape = shape_of("mug", 1)
    views = views_of([shape], 3, with_points=True)
    points = views.streams(torch.arange(3)).crop_points_B3HW
    assert points is not None
    vertices = torch.from_numpy(shape.mesh.vertices_V3)
    for n in range(3):
        pose = PoseTensors(*(part[n : n + 1] for part in views.poses))
        cloud = points[n].flatten(1).T
        inside = frames.invert_pose(cloud[torch.isfinite(cloud).all(1)][None], pose)[0]
        assert len(inside) > 200
        assert float(inside.abs().max()) < 0.51
        # The mug's tallest and lowest points are seen from a little above.
        assert float(inside[:, 1].max()) > float(vertices[:, 1].max()) - 0.03


def test_disturbed_pointmaps_differ_by_their_draw_alone() -> None:
    views = views_of([shape_of("mug", 1)], 3, with_points=True)
    index = torch.arange(3)
    clean, a, b = (
        views.streams(index, *draw).crop_points_B3HW
        for draw in ([], [torch.Generator().manual_seed(2)], [torch.Generator().manual_seed(2)])
    )
    assert clean is not None
    assert a is not None
    assert b is not None
    assert torch.equal(a.nan_to_num(), b.nan_to_num())
    assert not torch.allclose(a.nan_to_num(), clean.nan_to_num(), atol=0.01)
    assert (torch.isnan(a) | ~torch.isnan(clean)).all()


def test_occupancy_comes_back_as_it_was_packed() -> None:
    shapes = [shape_of("mug", 1), shape_of("table", 2)]
    views = views_of(shapes, 1)
    assert views.grid == GRID
    expected = torch.from_numpy(np.stack([shape.occupancy() for shape in shapes]))
    assert (views.occupancy(torch.tensor([1, 0, 1])) == expected[[1, 0, 1]]).all()


def test_the_same_seed_gives_the_same_views() -> None:
    shapes = [shape_of("mug", 1), shape_of("table", 2)]
    a, b, c = (views_of(shapes, 2, seed=seed) for seed in (3, 3, 4))
    assert (a.images_N8HW == b.images_N8HW).all()
    assert not (a.images_N8HW == c.images_N8HW).all()


def test_shapes_of_another_grid_are_refused() -> None:
    shape = make_shape("mug", 1)
    wrong = TrainingShape("grammar:mug:1", "mug", shape.mesh, np.packbits(shape.occupancy(8)))
    with pytest.raises(ValueError, match="grid"):
        views_of([wrong], 1)
