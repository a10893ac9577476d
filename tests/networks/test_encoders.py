import dataclasses
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image
from safetensors.torch import save_file
from torch import Tensor

from networks.conditioning import Conditioner
from networks.config import Encoder, NetworkConfig, debug_config, nano_config
from networks.crops import ConditionStreams, make_streams
from networks.dinov2 import to_dinov2
from networks.lite_encoder import LiteEncoder
from networks.pointmaps import describe_points
from networks.vit import ImageEncoder
from networks.weight_files import WeightsError

SIDE = 64


def small(encoder: Encoder, *, has_pointmap: bool = True) -> NetworkConfig:
    """The encoders of nano, narrow and on small pictures."""
    return dataclasses.replace(
        nano_config(encoder),
        image_size=SIDE,
        encoder_width=32,
        encoder_layers=1,
        width=48,
        has_pointmap=has_pointmap,
        points_size=32,
        points_width=32,
    )


def conditioner_of(config: NetworkConfig) -> Conditioner:
    torch.manual_seed(0)
    conditioner = Conditioner(config)
    generator = torch.Generator().manual_seed(0)
    for buffer in conditioner.rgb_encoder.buffers():
        # A frozen encoder without its file is all zeros.
        if buffer.dim() == 4 and not buffer.any():
            buffer.normal_(std=buffer[0].numel() ** -0.5, generator=generator)
    return conditioner.eval()


def photo_of(height: int = 48, width: int = 48) -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


def disc(height: int = 48, width: int = 48) -> NDArray[np.bool_]:
    rows, columns = np.mgrid[:height, :width]
    inside: NDArray[np.bool_] = ((rows - height / 2) ** 2 + (columns - 0.4 * width) ** 2) < (
        min(height, width) / 3
    ) ** 2
    return inside


def wall_and_ball() -> NDArray[np.float32]:
    """A slanted wall behind a nearer object, camera units, with holes."""
    rows, columns = np.mgrid[:48, :48] / 48 - 0.5
    depth = np.where(disc(), 3.0 + rows, 6.0 + columns)
    points = np.stack([-columns * depth, -rows * depth, depth], axis=-1).astype(np.float32)
    points[:5] = np.nan
    points[20:22, 20:30] = np.inf
    return points


def streams_of(points: NDArray[np.float32] | None = None) -> ConditionStreams:
    return make_streams(photo_of(), disc(), SIDE, points)


both = pytest.mark.parametrize("encoder", ["vit", "efficientnet"])


@both
@torch.no_grad()
def test_every_stream_reaches_its_own_tokens(encoder: Encoder) -> None:
    config = small(encoder)
    conditioner = conditioner_of(config)
    streams = streams_of(wall_and_ball())
    before = conditioner(streams)
    assert before.shape == (1, config.n_condition_tokens, config.width)
    rgb, mask, points = 16 + (encoder == "vit"), 17, 16
    starts = np.cumsum([0, rgb, mask, rgb, mask, points, points])
    for index, field in enumerate(dataclasses.fields(streams)):
        name = field.name
        if getattr(streams, name) is None:
            continue
        changed = dataclasses.replace(streams, **{name: getattr(streams, name).flip(-1)})
        is_changed = (conditioner(changed) != before).any(-1)[0]
        spans = [bool(is_changed[low:high].any()) for low, high in pairwise(starts)]
        # The crop's points and mask also say in which units and from which middle both pointmaps are read.
        reached = {1: [1, 4, 5], 4: [4, 5]}.get(index, [index])
        allowed = [span in reached for span in range(6)]
        assert spans[index]
        assert all(ok or not hit for hit, ok in zip(spans, allowed, strict=True))


@torch.no_grad()
def test_a_change_of_one_corner_moves_the_tokens_of_that_corner_most() -> None:
    conditioner = conditioner_of(small("vit"))
    image = torch.full((1, 3, SIDE, SIDE), 0.5)
    other = image.clone()
    other[:, :, :16, -16:] = torch.rand(3, 16, 16)
    change = (conditioner.rgb_encoder(other) - conditioner.rgb_encoder(image)).norm(dim=-1)[0, -16:]
    assert int(change.argmax()) == 3


@both
@torch.no_grad()
def test_both_encoders_stay_finite_in_a_caller_s_bfloat16(encoder: Encoder) -> None:
    conditioner = conditioner_of(small(encoder))
    streams = streams_of(wall_and_ball())
    exact = conditioner(streams)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        rounded = conditioner(streams).float()
    assert float((rounded - exact).norm() / exact.norm()) < 0.05


@torch.no_grad()
def test_tokens_do_not_depend_on_the_unit_of_the_pointmap() -> None:
    conditioner = conditioner_of(small("vit"))
    metres, feet = conditioner(streams_of(wall_and_ball())), conditioner(streams_of(wall_and_ball() * 3.28))
    torch.testing.assert_close(metres, feet, atol=1e-4, rtol=1e-4)
    nearer = wall_and_ball()
    nearer[disc()] *= 0.7
    assert not torch.allclose(metres, conditioner(streams_of(nearer)), atol=1e-2)


def test_a_point_is_described_from_the_camera_and_from_the_object() -> None:
    described = describe_points(torch.tensor([4.0, -2.0, 6.0]), torch.tensor([2.0, 0.0, 6.0]), torch.tensor([2.0]))
    expected = [2 / 4, -1 / 4, np.log(4), np.log(2), -np.log(2), 0]
    assert described.tolist() == pytest.approx(expected)


@pytest.mark.parametrize("value", [np.nan, np.inf])
@torch.no_grad()
def test_a_pointmap_without_a_finite_point_is_finite_and_unlike_any_other(value: float) -> None:
    conditioner = conditioner_of(small("vit"))
    nowhere = np.full((48, 48, 3), value, dtype=np.float32)
    tokens = conditioner(streams_of(nowhere))
    assert torch.isfinite(tokens).all()
    assert not torch.allclose(tokens[:, -32:], conditioner(streams_of(wall_and_ball()))[:, -32:], atol=1e-2)
    # Known points outside the object alone still count, in camera units.
    outside = np.where(disc()[..., None], np.float32(np.nan), wall_and_ball())
    assert torch.isfinite(conditioner(streams_of(outside.astype(np.float32)))).all()


@torch.no_grad()
def test_streams_without_points_are_streams_whose_points_were_dropped() -> None:
    conditioner = conditioner_of(small("vit"))
    dropped = conditioner(streams_of(wall_and_ball()), torch.tensor([[True, True, False]]))
    assert torch.equal(conditioner(streams_of()), dropped)
    assert not dropped[:, -32:].any()
    # Both pointmaps go together, and they go alone.
    assert dropped[:, :-32].any(-1).all()


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (300, 1), (2, 3), (700, 31)])
@both
@torch.no_grad()
def test_photos_of_any_shape_with_masks_up_to_the_border_give_finite_tokens(
    encoder: Encoder, size: tuple[int, int]
) -> None:
    conditioner = conditioner_of(small(encoder))
    points = np.full((*size, 3), 2.0, dtype=np.float32)
    tokens = conditioner(make_streams(photo_of(*size), np.ones(size, dtype=bool), SIDE, points))
    assert torch.isfinite(tokens).all()


@pytest.mark.parametrize("mode", ["L", "LA", "CMYK", "RGBA", "P", "1"])
def test_photos_of_other_modes_are_refused_raw_and_taken_as_rgb(mode: str) -> None:
    image = Image.fromarray(photo_of()).convert(mode)
    raw: NDArray[Any] = np.asarray(image)
    with pytest.raises(ValueError, match="height x width x 3 bytes"):
        make_streams(raw, disc(), SIDE)
    streams = make_streams(np.asarray(image.convert("RGB")), disc(), SIDE)
    assert float(streams.full_rgb_B3HW.std()) > 0.05


def dinov2_like(layers: int = 2) -> ImageEncoder:
    return ImageEncoder(image_size=56, patch_size=8, width=64, layers=layers, heads=4, registers=2)


def test_a_dinov2_file_starts_the_rgb_and_the_mask_encoder(tmp_path: Path) -> None:
    torch.manual_seed(0)
    save_file(to_dinov2(dinov2_like()), tmp_path / "dinov2.safetensors")
    conditioner = Conditioner(debug_config())
    conditioner.load_encoders(tmp_path / "dinov2.safetensors")
    states = [part.state_dict() for part in (conditioner.rgb_encoder, conditioner.mask_encoder)]
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])
    # A mask encoder of another depth has no place for it.
    conditioner = Conditioner(dataclasses.replace(debug_config(), mask_layers=1))
    before = weights_of(conditioner.mask_encoder)
    conditioner.load_encoders(tmp_path / "dinov2.safetensors")
    after = weights_of(conditioner.mask_encoder)
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_a_frozen_encoder_without_its_file_says_so(tmp_path: Path) -> None:
    assert not Conditioner(small("vit")).lacks_file
    conditioner, filled = Conditioner(small("efficientnet")), conditioner_of(small("efficientnet"))
    assert conditioner.lacks_file
    assert isinstance(filled.rgb_encoder, LiteEncoder)
    save_file(filled.rgb_encoder.backbone.state_dict(), tmp_path / "frozen.safetensors")
    conditioner.load_encoders(tmp_path / "frozen.safetensors")
    assert not conditioner.lacks_file


@torch.no_grad()
def test_what_a_frozen_encoder_saw_before_serves_as_well_as_the_picture() -> None:
    conditioner = conditioner_of(small("efficientnet"))
    streams = streams_of()
    seen = conditioner.see(streams)
    assert seen is not None
    blind = torch.zeros_like(streams.crop_rgb_B3HW)
    known = dataclasses.replace(
        streams, crop_rgb_B3HW=blind, full_rgb_B3HW=blind, crop_seen_BLC=seen[0], full_seen_BLC=seen[1]
    )
    torch.testing.assert_close(conditioner(known), conditioner(streams))
    swapped = dataclasses.replace(known, crop_seen_BLC=seen[1], full_seen_BLC=seen[0])
    assert not torch.allclose(conditioner(swapped), conditioner(streams))
    assert conditioner_of(small("vit")).see(streams) is None


def weights_of(module: torch.nn.Module) -> dict[str, Tensor]:
    return {name: value.clone() for name, value in module.state_dict().items()}


def test_a_file_of_another_size_or_architecture_is_named_and_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "encoder.safetensors"
    save_file(to_dinov2(dinov2_like(layers=3)), path)
    for config, words in ((debug_config(), "no place for blocks.2"), (small("efficientnet"), "lack stages.0")):
        conditioner = Conditioner(config)
        before = weights_of(conditioner)
        with pytest.raises(WeightsError, match=words):
            conditioner.load_encoders(path)
        assert all(torch.equal(value, before[name]) for name, value in conditioner.state_dict().items())
