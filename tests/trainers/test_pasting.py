"""Pasted views hide as much as was wished, and the truth that goes with them is that of the whole shape."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from networks.frames import PoseTensors, apply_pose, project
from tests.trainers.pasted_shapes import as_shape, simple_meshes
from trainers.data import mask_noise, placing
from trainers.data.backgrounds import drawn_backgrounds
from trainers.data.compositing import Layer, merge, plane_depth
from trainers.data.lighting import even_light
from trainers.data.pasting import LEAST_VISIBLE, PastedBatch, make_pasted_views, paste
from trainers.data.procedural import ShapeMesh
from trainers.data.scenes import Bodies, Kind, Partners, as_bodies, floor_under, replace_seated

CPU = torch.device("cpu")
SIZE = 64
VIEWS = 16


def _pasted(seed: int = 0, views: int = VIEWS, meshes: list[ShapeMesh] | None = None) -> tuple[Bodies, PastedBatch]:
    bodies = as_bodies(meshes or simple_meshes(), views, CPU, supersample=1)
    return bodies, paste(bodies, drawn_backgrounds(4, 48, 0), SIZE, torch.Generator().manual_seed(seed))


@pytest.fixture(scope="module")
def batch() -> tuple[Bodies, PastedBatch]:
    return _pasted()


def _disc(side: int, x: float, y: float, radius: float) -> torch.Tensor:
    axis = torch.arange(side) + 0.5
    return (axis[None, :] - x) ** 2 + (axis[:, None] - y) ** 2 < radius**2


def test_an_occluder_leaves_the_wished_share_to_be_seen() -> None:
    wishes = torch.linspace(0.1, 0.9, 9)
    target = _disc(96, 40, 60, 22).expand(9, -1, -1)
    occluder = _disc(96, 48, 48, 26).expand(9, -1, -1)
    whole = target.sum((1, 2)).float()
    shift = placing.find_occlusion(target, whole, occluder, wishes, torch.Generator().manual_seed(0))
    covered = shift.apply(occluder[:, None].float(), "nearest")[:, 0] > 0.5
    seen = (target & ~covered).sum((1, 2)) / whole
    assert (seen - wishes).abs().max() < 0.06


def test_what_is_cut_off_counts_as_hidden() -> None:
    target = _disc(96, 0, 48, 22)[None]
    shift = placing.find_occlusion(
        target, 2.0 * target.sum((1, 2)), _disc(96, 48, 48, 26)[None], torch.tensor([0.25]), torch.Generator()
    )
    covered = shift.apply(_disc(96, 48, 48, 26)[None, None].float(), "nearest")[:, 0] > 0.5
    assert float((target & ~covered).sum() / target.sum()) == pytest.approx(0.5, abs=0.1)


def test_hidden_targets_show_about_what_was_wished(batch: tuple[Bodies, PastedBatch]) -> None:
    _, pasted = batch
    hidden = pasted.kind_B == Kind.HIDDEN
    off = (pasted.share_B - pasted.wish_B)[hidden].abs()
    assert hidden.sum() > 15
    assert off.median() < 0.05
    assert (off < 0.12).float().mean() > 0.8
    shares = pasted.share_B[hidden]
    assert (shares < 0.4).any()
    assert (shares > 0.6).any()


def test_no_target_is_lost_behind_others(batch: tuple[Bodies, PastedBatch]) -> None:
    _, pasted = batch
    assert (pasted.share_B >= LEAST_VISIBLE).all()
    assert pasted.given_BHW.flatten(1).any(1).all()


def test_what_is_seen_lies_on_the_whole_shape_in_its_pose(batch: tuple[Bodies, PastedBatch]) -> None:
    bodies, pasted = batch
    alone = bodies.draw(pasted.pose, even_light(len(bodies)), SIZE)
    whole = functional.max_pool2d(alone.mask()[:, None].float(), 3, 1, 1)[:, 0] > 0
    assert not (pasted.visible_BHW & ~whole).any()
    both = pasted.visible_BHW & alone.mask()
    off = (alone.depth_BHW - pasted.depth_BHW)[both].abs() / pasted.depth_BHW[both]
    # At an edge the rasteriser may take the next pixel's surface.
    assert (off < 0.005).float().mean() > 0.97
    assert torch.equal(pasted.pose.scale_B3, torch.ones(len(bodies), 3))


def test_alone_only_the_border_of_the_picture_hides() -> None:
    _, pasted = _pasted(seed=3)
    free = pasted.kind_B == Kind.ALONE
    visible = pasted.visible_BHW
    touches = visible[:, 0].any(1) | visible[:, -1].any(1) | visible[:, :, 0].any(1) | visible[:, :, -1].any(1)
    assert (free & ~touches).any()
    assert (pasted.share_B[free & ~touches] == 1).all()
    cut = torch.nonzero(touches & (pasted.kind_B == Kind.IN_FRONT) | touches & free)
    assert (pasted.share_B[cut] < 1).any()


def test_a_swapped_in_thing_stands_where_the_other_stood() -> None:
    bodies = as_bodies(simple_meshes(), 12, CPU, supersample=1)
    generator = torch.Generator().manual_seed(0)
    turn = Partners.draw(bodies, generator)
    stand = placing.draw_stand(len(bodies), generator)
    turned, turned_other = (stand.upright(placing.draw_azimuth(len(bodies), generator)) for _ in range(2))
    seat = PoseTensors(turned_other, torch.tensor([0.2, 0.1, 3.0]).expand(len(bodies), 3), torch.ones(len(bodies), 3))
    ratio = torch.linspace(0.8, 1.2, len(bodies))
    pose = replace_seated(bodies, turn, seat, turned, ratio)
    aside = (pose.translation_B3 - seat.translation_B3) - (
        (pose.translation_B3 - seat.translation_B3) * stand.up()
    ).sum(1, keepdim=True) * stand.up()
    assert aside.norm(dim=1).max() < 0.45
    assert aside.norm(dim=1).median() < 0.2
    floor = floor_under(seat, bodies.low_B3[turn.of_B])
    assert torch.allclose(floor_under(pose, bodies.low_B3), floor, atol=1e-5)
    assert (pose.scale_B3[:, 0] > 0.4).all()
    assert (pose.scale_B3[:, 0] < 2.2).all()
    # A pointmap twice as far and as large is the same scene in another unit.
    far = PoseTensors(turned_other, 2 * seat.translation_B3, 2 * seat.scale_B3)
    twice = replace_seated(bodies, turn, far, turned, ratio)
    assert torch.allclose(twice.translation_B3, 2 * pose.translation_B3, atol=1e-3)
    assert torch.allclose(twice.scale_B3, 2 * pose.scale_B3, atol=1e-3)


def test_partners_are_of_another_shape_and_stand_where_their_samples_want_them() -> None:
    bodies = as_bodies(simple_meshes(), 3, CPU, supersample=1)
    n = len(bodies)
    turn = Partners.draw(bodies, torch.Generator().manual_seed(1))
    assert sorted(turn.of_B.tolist()) == list(range(n))
    assert (turn.of_B // 3 != torch.arange(n) // 3).all()
    places = torch.stack([torch.linspace(-1, 1, n), torch.linspace(0.5, -0.5, n), torch.full((n,), 4.0)], 1)
    pose = PoseTensors(torch.eye(3).expand(n, 3, 3), places, torch.full((n, 3), 0.4))
    drawn = turn.take(bodies.draw(turn.give(pose), even_light(n), SIZE))
    middle = project(places[:, None], SIZE, SIZE)[:, 0]
    for sample in range(n):
        rows, columns = np.nonzero(drawn.mask()[sample].numpy())
        assert abs(columns.mean() + 0.5 - middle[sample, 0]) < 2
        assert abs(rows.mean() + 0.5 - middle[sample, 1]) < 2


def test_an_anchor_is_the_median_point_and_the_spread() -> None:
    points = torch.zeros(1, 3, 11, 11)
    points[0, 0] = torch.linspace(-1, 1, 11)
    points[0, 1] = torch.linspace(-0.2, 0.2, 11)[:, None]
    points[0, 2] = 3
    mask = torch.ones(1, 11, 11, dtype=torch.bool)
    anchor = placing.read_anchor(points, mask)
    assert torch.allclose(anchor.point_B3, torch.tensor([[0.0, 0.0, 3.0]]), atol=1e-6)
    assert anchor.size_B.item() == pytest.approx(2, abs=0.1)
    assert placing.read_anchor(points, ~mask).size_B.isnan().all()


def test_a_floor_lies_below_the_thing_and_behind_it() -> None:
    stand = placing.draw_stand(3, torch.Generator().manual_seed(0))
    floor = torch.tensor([-0.4, -0.6, -0.8])
    depth = plane_depth(stand.up(), floor, 32)
    points = placing.points_of_depth(torch.where(torch.isfinite(depth), depth, 0))
    heights = (points * stand.up()[:, :, None, None]).sum(1)
    assert torch.allclose(heights, torch.where(torch.isfinite(depth), floor[:, None, None], 0), atol=1e-4)
    assert torch.isfinite(depth[:, -1]).all()


def test_the_nearest_layer_wins_and_photos_have_no_depth() -> None:
    near, far = torch.full((1, 2, 2), 1.0), torch.full((1, 2, 2), 2.0)
    near[0, 0], far[0, :, 0] = torch.inf, torch.inf
    grey = [Layer(torch.full((1, 3, 2, 2), level), depth) for level, depth in ((0.2, far), (0.4, near))]
    photo = Layer(torch.full((1, 3, 2, 2), 0.9), torch.full((1, 2, 2), torch.inf))
    merged = merge(grey, photo)
    assert merged.winner_BHW.tolist() == [[[2, 0], [1, 1]]]
    assert merged.depth_BHW.tolist() == [[[torch.inf, 2.0], [1.0, 1.0]]]
    assert torch.allclose(merged.rgb_B3HW[0, 0], torch.tensor([[0.9, 0.2], [0.4, 0.4]]))


def test_the_same_seed_gives_the_same_views() -> None:
    def make(seed: int) -> torch.Tensor:
        views = make_pasted_views(
            [as_shape(mesh, i) for i, mesh in enumerate(simple_meshes()[:2])],
            backgrounds=drawn_backgrounds(3, 40, 0),
            views_a_shape=3,
            grid=8,
            image_size=32,
            render_size=40,
            seed=seed,
            device=CPU,
            say=print,
            supersample=1,
        )
        assert views.depth_N2HW is not None
        return torch.cat([views.images_N8HW.flatten().float(), views.depth_N2HW.flatten().float(), views.visible_N])

    assert torch.equal(make(1), make(1))
    assert not torch.equal(make(1), make(2))


def test_samples_carry_truth_images_and_points_of_their_shapes() -> None:
    shapes = [as_shape(mesh, i) for i, mesh in enumerate(simple_meshes())]
    views = make_pasted_views(
        iter(shapes),
        backgrounds=drawn_backgrounds(3, 40, 0),
        views_a_shape=2,
        grid=8,
        image_size=32,
        render_size=48,
        seed=0,
        device=CPU,
        say=print,
        supersample=1,
    )
    assert views.keys == [shape.key for shape in shapes]
    assert views.occupancy(torch.tensor([3]))[0].numpy().tolist() == shapes[3].occupancy().tolist()
    streams = views.streams(torch.arange(8))
    assert streams.full_points_B3HW is not None
    for sample in range(8):
        mesh = torch.from_numpy(shapes[sample // 2].mesh.vertices_V3)[None]
        pose = PoseTensors(*(part[sample : sample + 1] for part in views.poses))
        pixels = project(apply_pose(mesh, pose), 32, 32)[0]
        rows, columns = np.nonzero(streams.full_mask_B1HW[sample, 0].numpy() > 0.5)
        # The mask is a part of the shape's silhouette, give or take the error of whoever drew it.
        assert columns.min() >= pixels[:, 0].min() - 4
        assert columns.max() <= pixels[:, 0].max() + 4
        assert rows.min() >= pixels[:, 1].min() - 4
        assert rows.max() <= pixels[:, 1].max() + 4


def test_shapes_that_cannot_be_seen_break_nothing() -> None:
    flat = ShapeMesh(
        np.array([[-0.5, 0, 0], [0.5, 0, 0], [0.0, 0, 0]], np.float32),
        np.array([[0, 1, 2]], np.int64),
        np.full((3, 3), 0.5, np.float32),
    )
    needle = ShapeMesh(
        np.array([[-0.5, 0, 0], [0.5, 0, 0], [0.5, 0.004, 0]], np.float32),
        np.array([[0, 1, 2]], np.int64),
        np.full((3, 3), 0.5, np.float32),
    )
    _, pasted = _pasted(views=8, meshes=[flat, needle])
    assert (pasted.share_B[:8] == 0).all()
    assert pasted.given_BHW.flatten(1).any(1).all()
    for value in (pasted.rgb_B3HW, pasted.depth_BHW, *pasted.pose, pasted.share_B):
        assert torch.isfinite(value).all()
    views = make_pasted_views(
        [as_shape(flat), as_shape(needle)],
        backgrounds=drawn_backgrounds(2, 40, 0),
        views_a_shape=2,
        grid=8,
        image_size=16,
        render_size=32,
        seed=0,
        device=CPU,
        say=print,
    )
    assert torch.isfinite(views.windows_N3).all()


def test_a_single_shape_is_its_own_occluder_and_none_is_refused() -> None:
    _, pasted = _pasted(views=4, meshes=simple_meshes()[:1])
    assert torch.isfinite(pasted.rgb_B3HW).all()
    with pytest.raises(ValueError, match="no shape"):
        make_pasted_views(
            [],
            backgrounds=drawn_backgrounds(2, 40, 0),
            views_a_shape=2,
            grid=8,
            image_size=16,
            render_size=32,
            seed=0,
            device=CPU,
            say=print,
        )


def test_masks_err_by_a_little_only() -> None:
    generator = torch.Generator().manual_seed(0)
    discs = [_disc(128, 64, 64, radius) for radius in (4, 10, 20, 30, 40, 50)]
    masks = torch.stack(discs * 30)
    given = mask_noise.disturb_masks(masks, generator)
    reach = mask_noise.LARGEST_STEP * mask_noise.extent(masks)
    # Grown, shifted along both axes and ragged; drawn on the coarsest grid on top.
    most = (4 * reach + 128 / 32 + 1).ceil().int()
    near = torch.stack(
        [
            functional.max_pool2d(mask[None].float(), 2 * int(k) + 1, 1, int(k))[0] > 0
            for mask, k in zip(masks, most, strict=True)
        ]
    )
    assert not (given & ~near).any()
    overlap = (given & masks).sum((1, 2)) / (given | masks).sum((1, 2))
    assert (overlap[masks.sum((1, 2)) > 1000] > 0.6).all()
    unchanged = (given == masks).flatten(1).all(1).float().mean()
    assert 0.2 < float(unchanged) < 0.75


def test_tiny_and_border_masks_keep_a_pixel() -> None:
    masks = torch.zeros(60, 32, 32, dtype=torch.bool)
    masks[:20, 5, 5] = True
    masks[20:40, :, 0] = True
    masks[40:, -2:, -3:] = True
    given = mask_noise.disturb_masks(masks, torch.Generator().manual_seed(0))
    assert given.flatten(1).any(1).all()
    assert not mask_noise.disturb_masks(torch.zeros(2, 32, 32, dtype=torch.bool), torch.Generator()).any()


def test_masks_grow_shrink_and_move_by_pixels() -> None:
    mask = torch.zeros(3, 16, 16, dtype=torch.bool)
    mask[:, 5:10, 5:10] = True
    grown = mask_noise.grown(mask, torch.tensor([1.0, -1.0, 0.0]))
    assert grown.sum((1, 2)).tolist() == [25 + 20, 9, 25]
    moved = mask_noise.shifted(mask, torch.tensor([[2.0, 0.0], [0.0, -3.0], [0.0, 0.0]]))
    assert torch.equal(moved, torch.stack([mask[0].roll(2, 1), mask[1].roll(-3, 0), mask[2]]))


def test_uncovered_views_are_the_same_pictures_without_what_hides(batch: tuple[Bodies, PastedBatch]) -> None:
    bodies, covered = batch
    photos = drawn_backgrounds(4, 48, 0)
    free = paste(bodies, photos, SIZE, torch.Generator().manual_seed(0), is_covered=False)
    assert all(torch.equal(one, other) for one, other in zip(free.pose, covered.pose, strict=True))
    assert torch.equal(free.kind_B, covered.kind_B)
    assert not (covered.visible_BHW & ~free.visible_BHW).any()
    hidden = covered.kind_B == Kind.HIDDEN
    assert free.share_B[hidden].mean() > covered.share_B[hidden].mean() + 0.3
