import dataclasses

import numpy as np
import pytest
import torch

from networks.conditioning import Conditioner, draw_modality_keep
from networks.crops import crop_square, full_square, join_streams, make_streams
from networks.pipeline import Networks, debug_config
from networks.pointmaps import flatten_depth


def box_mask(
    height: int, width: int, top: int, bottom: int, left: int, right: int
) -> "np.ndarray[tuple[int, int], np.dtype[np.bool_]]":
    mask = np.zeros((height, width), dtype=bool)
    mask[top:bottom, left:right] = True
    return mask


def test_the_crop_is_square_centred_and_ten_percent_wider_on_each_side() -> None:
    square = crop_square(box_mask(100, 200, 20, 60, 50, 150))
    assert (square.left, square.top, square.side) == (40, -20, 120)
    assert full_square(100, 200) == dataclasses.replace(square, left=0, top=-50, side=200)


def test_the_crop_shows_the_object_alone_and_the_full_image_everything() -> None:
    photo = np.full((64, 64, 3), 200, dtype=np.uint8)
    streams = make_streams(photo, box_mask(64, 64, 16, 48, 16, 48), 60)
    assert streams.crop_rgb_B3HW.shape == (1, 3, 60, 60)
    assert float(streams.crop_rgb_B3HW[0, 0, 30, 30]) == pytest.approx(200 / 255, abs=1e-3)
    assert float(streams.crop_rgb_B3HW[0, 0, 0, 0]) == 0
    assert float(streams.full_rgb_B3HW[0, 0, 0, 0]) == pytest.approx(200 / 255, abs=1e-3)
    # 32 of 38.4 pixels of the crop's side belong to the mask, 32 of 64 of the full image's.
    assert float(streams.crop_mask_B1HW.mean()) == pytest.approx((32 / 38.4) ** 2, abs=0.03)
    assert float(streams.full_mask_B1HW.mean()) == pytest.approx(0.25, abs=0.02)


def test_an_object_stays_where_it_is_in_a_wide_photo() -> None:
    streams = make_streams(np.zeros((50, 100, 3), dtype=np.uint8), box_mask(50, 100, 0, 25, 0, 50), 100)
    rows, columns = np.nonzero(streams.full_mask_B1HW[0, 0].numpy() > 0.5)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (25, 49, 0, 49)


@pytest.mark.parametrize("box", [(0, 1, 0, 1), (39, 40, 29, 30), (0, 40, 0, 1), (0, 1, 0, 30), (0, 40, 0, 30)])
def test_extreme_masks_give_finite_streams(box: tuple[int, int, int, int]) -> None:
    photo = np.full((40, 30, 3), 255, dtype=np.uint8)
    streams = make_streams(photo, box_mask(40, 30, *box), 32)
    assert float(streams.crop_mask_B1HW.max()) > 0.2
    for field in dataclasses.fields(streams):
        value = getattr(streams, field.name)
        assert value is None or (torch.isfinite(value).all() and value.shape[-2:] == (32, 32))


def test_wrong_input_is_named() -> None:
    photo = np.zeros((8, 8, 3), dtype=np.uint8)
    with pytest.raises(ValueError, match="empty"):
        make_streams(photo, np.zeros((8, 8), dtype=bool), 16)
    with pytest.raises(ValueError, match="mask is"):
        make_streams(photo, np.ones((8, 9), dtype=bool), 16)
    with pytest.raises(ValueError, match="pointmap is"):
        make_streams(photo, np.ones((8, 8), dtype=bool), 16, np.zeros((8, 9, 3), dtype=np.float32))
    with pytest.raises(ValueError, match="bytes"):
        make_streams(photo.astype(np.float32), np.ones((8, 8), dtype=bool), 16)  # type: ignore[arg-type]


def two_streams(networks: Networks, **points: "np.ndarray[tuple[int, ...], np.dtype[np.float32]]"):  # type: ignore[no-untyped-def]
    rng = np.random.default_rng(0)
    size = networks.config.image_size
    mask = box_mask(48, 48, 10, 40, 5, 30)
    photos = [rng.integers(0, 256, (48, 48, 3), dtype=np.uint8) for _ in range(2)]
    return join_streams([make_streams(photo, mask, size, **points) for photo in photos])


def test_streams_become_tokens_one_after_the_other(networks: Networks) -> None:
    streams = two_streams(networks)
    tokens = networks.encode_condition(streams)
    assert tokens.shape == (2, 4 * 65, 64)
    torch.testing.assert_close(networks.encode_condition(streams[1:]), tokens[1:])


def test_a_dropped_modality_has_zero_tokens_and_leaves_the_others(networks: Networks) -> None:
    streams = two_streams(networks)
    full = networks.encode_condition(streams)
    tokens = networks.geometry.conditioner(streams, torch.tensor([[True, False, True], [True, True, True]]))
    assert torch.equal(tokens[1], full[1])
    assert torch.equal(tokens[0, :130], full[0, :130])
    assert not tokens[0, 130:].any()


def test_the_crop_is_never_dropped() -> None:
    keep = draw_modality_keep(5_000, 0.1, torch.Generator().manual_seed(0))
    assert keep[:, 0].all()
    assert abs(float(keep[:, 1].float().mean()) - 0.9) < 0.02


def test_the_unconditional_case_ignores_the_photo(networks: Networks) -> None:
    from networks.pipeline import Latents

    streams = two_streams(networks)
    point = Latents(torch.zeros(2, 8, 8, 8, 8), torch.zeros(2, 12))
    t_B = torch.tensor([0.5, 0.5])
    shape_v, layout_v = networks.geometry(streams, point, t_B, is_conditioned_B=torch.tensor([False, False]))
    torch.testing.assert_close(shape_v[0], shape_v[1])
    torch.testing.assert_close(layout_v[0], layout_v[1])
    shape_v, _ = networks.geometry(streams, point, t_B, is_conditioned_B=torch.tensor([True, True]))
    assert not torch.allclose(shape_v[0], shape_v[1])


def test_pointmaps_add_tokens_and_may_have_holes() -> None:
    torch.manual_seed(0)
    config = dataclasses.replace(debug_config(), has_pointmap=True)
    conditioner = Conditioner(config)
    points = np.ones((48, 48, 3), dtype=np.float32)
    points[:20] = np.nan
    mask = box_mask(48, 48, 10, 40, 5, 30)
    photo = np.zeros((48, 48, 3), dtype=np.uint8)
    with_points = conditioner(make_streams(photo, mask, 64, points))
    without = conditioner(make_streams(photo, mask, 64))
    assert with_points.shape == without.shape == (1, 4 * 65 + 2 * 64, 64)
    assert torch.isfinite(with_points).all()
    assert not torch.allclose(with_points[:, 260:], without[:, 260:])
    assert torch.equal(with_points[:, :260], without[:, :260])


def test_points_are_remapped_by_depth() -> None:
    torch.testing.assert_close(flatten_depth(torch.tensor([2.0, -4.0, 1.0])), torch.tensor([1.0, -2.0, 0.693147]))
