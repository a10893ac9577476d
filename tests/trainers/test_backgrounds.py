"""Backgrounds come from any photo that opens, and pictures lose what a camera and JPEG lose."""

import io
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors import safe_open
from safetensors.numpy import save_file

from trainers.data import sensor
from trainers.data.backgrounds import (
    BackgroundError,
    drawn_backgrounds,
    find_photos,
    main,
    pack_backgrounds,
    read_backgrounds,
)


def _photo(path: Path, mode: str = "RGB", size: tuple[int, int] = (220, 160)) -> Path:
    x, y = np.meshgrid(np.linspace(0, 255, size[0]), np.linspace(0, 255, size[1]))
    pixels = np.stack([x, y, 255 - x], -1).astype(np.uint8)
    Image.fromarray(pixels).convert(mode).save(path)
    return path


def test_a_pack_gives_squares_of_its_photos(tmp_path: Path) -> None:
    _photo(tmp_path / "a.png")
    _photo(tmp_path / "b.jpg")
    out = tmp_path / "pack.safetensors"
    names = pack_backgrounds(find_photos([tmp_path]), out, n=5, side=48, quality=90, seed=0)
    squares = read_backgrounds(out)
    assert names == ["a.png", "b.jpg"]
    assert squares.shape == (5, 3, 48, 48)
    assert squares.dtype == torch.uint8
    # Red grows to the right and blue falls, wherever a square was cut.
    assert (squares[:, 0, :, -1].float().mean(1) > squares[:, 0, :, 0].float().mean(1) + 20).all()
    assert (squares[:, 2, :, -1].float().mean(1) < squares[:, 2, :, 0].float().mean(1) - 20).all()
    again = tmp_path / "again.safetensors"
    pack_backgrounds(find_photos([tmp_path / "a.png", tmp_path / "b.jpg"]), again, n=5, side=48, quality=90, seed=0)
    assert torch.equal(read_backgrounds(again), squares)


def test_odd_photos_are_converted_and_unusable_ones_left_out(tmp_path: Path) -> None:
    _photo(tmp_path / "grey.png", "L")
    _photo(tmp_path / "clear.png", "RGBA")
    _photo(tmp_path / "ink.jpg", "CMYK")
    _photo(tmp_path / "speck.png", size=(1, 1))
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff nothing more")
    (tmp_path / "text.txt").write_text("no photo")
    out = tmp_path / "pack.safetensors"
    assert pack_backgrounds(find_photos([tmp_path]), out, n=3, side=32, quality=80, seed=1) == [
        "clear.png",
        "grey.png",
        "ink.jpg",
    ]
    assert read_backgrounds(out).shape == (3, 3, 32, 32)


def test_what_holds_no_backgrounds_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = tmp_path / "weights.safetensors"
    save_file({"weight": np.zeros(3)}, other)
    (tmp_path / "noise.safetensors").write_bytes(b"no safetensors at all")
    whole = tmp_path / "whole.safetensors"
    pack_backgrounds([_photo(tmp_path / "a.png")], whole, n=2, side=32, quality=80, seed=0)
    with safe_open(whole, framework="numpy") as pack:
        parts = {name: pack.get_tensor(name) for name in ("jpeg", "ends")}
        metadata = pack.metadata()
    damaged = tmp_path / "damaged.safetensors"
    save_file({**parts, "jpeg": np.zeros_like(parts["jpeg"])}, damaged, metadata)
    for path in (other, damaged, tmp_path / "noise.safetensors", tmp_path / "missing.safetensors"):
        with pytest.raises(BackgroundError):
            read_backgrounds(path)
    with pytest.raises(BackgroundError, match="no background"):
        pack_backgrounds([tmp_path / "a.png"], whole, n=0, side=32, quality=80, seed=0)
    empty = tmp_path / "empty"
    empty.mkdir()
    assert main([str(tmp_path / "out.safetensors"), str(empty)]) == 1
    assert "no photo" in capsys.readouterr().err


def test_drawn_backgrounds_differ_and_repeat() -> None:
    first = drawn_backgrounds(6, 40, 3)
    assert torch.equal(first, drawn_backgrounds(6, 40, 3))
    assert not torch.equal(first, drawn_backgrounds(6, 40, 4))
    assert (first.float().flatten(2).std(2) > 3).all()
    assert len({picture.numpy().tobytes() for picture in first}) == 6


def _natural(n: int = 3, side: int = 61) -> torch.Tensor:
    return drawn_backgrounds(n, side, 7).float() / 255


@pytest.mark.parametrize("quality", [25, 60, 92])
def test_compression_loses_what_jpeg_loses(quality: int) -> None:
    rgb = _natural()
    ours = sensor.compress(rgb, torch.full((3,), float(quality))) * 255
    for mine, picture in zip(ours, rgb, strict=True):
        pixels = (picture * 255).round().byte().permute(1, 2, 0).numpy()
        buffer = io.BytesIO()
        Image.fromarray(pixels).save(buffer, "JPEG", quality=quality, subsampling="4:2:0")
        theirs = torch.from_numpy(np.array(Image.open(buffer))).permute(2, 0, 1).float()
        lost = (theirs - picture * 255).abs().mean()
        assert (mine - theirs).abs().mean() < max(0.35 * float(lost), 1.5)
        assert float((mine - picture * 255).abs().mean()) == pytest.approx(float(lost), rel=0.25)


def test_each_picture_has_its_own_quality() -> None:
    rgb = _natural(1).expand(2, -1, -1, -1)
    both = sensor.compress(rgb, torch.tensor([10.0, 95.0]))
    lost = (both - rgb).abs().mean((1, 2, 3))
    assert lost[0] > 2 * lost[1]
    assert torch.allclose(both[1:], sensor.compress(rgb[1:], torch.tensor([95.0])), atol=1e-6)


def test_blur_spreads_a_point_as_a_gaussian_along_its_direction() -> None:
    point = torch.zeros(3, 3, 15, 15)
    point[:, :, 7, 7] = 1
    blurred = sensor.blur(
        point, torch.tensor([0.01, 1.0, 0.3]), torch.tensor([0.0, 0.0, 1.5]), torch.tensor([0.0, 0.0, torch.pi / 2])
    )
    assert torch.allclose(blurred[0], point[0], atol=1e-6)
    assert torch.allclose(blurred.sum((2, 3)), torch.ones(3, 3), atol=1e-5)
    assert float(blurred[1, 0, 7, 8] / blurred[1, 0, 7, 7]) == pytest.approx(np.exp(-0.5), rel=1e-3)
    assert blurred[2, 0, 9, 7] > 10 * blurred[2, 0, 7, 9]
    flat = torch.full((1, 3, 8, 8), 0.4)
    assert torch.allclose(sensor.blur(flat, torch.ones(1), torch.ones(1), torch.ones(1)), flat, atol=1e-6)


def test_a_photograph_is_the_same_picture_a_little_worse() -> None:
    rgb = _natural(24, 48)
    photos = sensor.photograph(rgb, torch.Generator().manual_seed(0))
    assert torch.equal(photos, sensor.photograph(rgb, torch.Generator().manual_seed(0)))
    assert not torch.equal(photos, sensor.photograph(rgb, torch.Generator().manual_seed(1)))
    assert ((photos >= 0) & (photos <= 1)).all()
    off = (photos - rgb).abs().mean((1, 2, 3))
    assert (off > 0.002).all()
    assert off.median() < 0.08
