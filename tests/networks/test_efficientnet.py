import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional

from networks import weight_files
from networks.config import nano_config
from networks.efficientnet import MAP_CHANNELS, STAGES, EfficientNetLite0, convert
from networks.lite_encoder import LiteEncoder
from networks.network import Networks, build_networks
from networks.weight_files import WeightsError
from networks.weights import load_networks, save_networks, state_of

FIRST_OF_STRIDE_TWO = (1, 3, 5, 11)
LAST_OF_EACH_STRIDE = (2, 4, 10, 15)


def published_state() -> dict[str, Tensor]:
    """Random weights under the published names, normalisation as a trained network has it."""
    generator = torch.Generator().manual_seed(0)
    state: dict[str, Tensor] = {
        "_fc.weight": torch.zeros(1000, 1280),
        "_fc.bias": torch.zeros(1000),
        "_bn0.num_batches_tracked": torch.tensor(5),
    }

    def add(conv: str, norm: str, *shape: int) -> None:
        fan_in = shape[1] * shape[2] * shape[3]
        state[f"{conv}.weight"] = torch.randn(*shape, generator=generator) * fan_in**-0.5
        ranges = {"weight": (0.2, 0.6), "bias": (-1, 1), "running_mean": (-0.3, 0.3), "running_var": (0.05, 1)}
        for name, (low, high) in ranges.items():
            state[f"{norm}.{name}"] = torch.rand(shape[0], generator=generator) * (high - low) + low

    add("_conv_stem", "_bn0", 32, 3, 3, 3)
    before, number = 32, 0
    for kernel, _, expansion, channels, repeats in STAGES:
        for _ in range(repeats):
            block, inner = f"_blocks.{number}", before * expansion
            if expansion > 1:
                add(f"{block}._expand_conv", f"{block}._bn0", inner, before, 1, 1)
            add(f"{block}._depthwise_conv", f"{block}._bn1", inner, 1, kernel, kernel)
            add(f"{block}._project_conv", f"{block}._bn2", channels, inner, 1, 1)
            before, number = channels, number + 1
    add("_conv_head", "_bn1", 1280, 320, 1, 1)
    return state


def plain_maps(state: dict[str, Tensor], image: Tensor) -> list[Tensor]:
    """The architecture once more, by the book: convolution, then batch normalisation with its running statistics."""

    def conv_norm(x: Tensor, conv: str, norm: str, stride: int = 1, groups: int = 1) -> Tensor:
        weight = state[f"{conv}.weight"]
        out, kernel = -(-x.shape[-1] // stride), weight.shape[-1]
        total = max((out - 1) * stride + kernel - x.shape[-1], 0)
        x = functional.pad(x, (total // 2, total - total // 2) * 2)
        x = functional.conv2d(x, weight, stride=stride, groups=groups)
        mean, var = state[f"{norm}.running_mean"], state[f"{norm}.running_var"]
        return functional.batch_norm(x, mean, var, state[f"{norm}.weight"], state[f"{norm}.bias"], eps=1e-3)

    x = functional.relu6(conv_norm((image * 255 - 127) / 128, "_conv_stem", "_bn0", stride=2))
    outputs = []
    for number in range(16):
        block, h = f"_blocks.{number}", x
        if number > 0:
            h = functional.relu6(conv_norm(h, f"{block}._expand_conv", f"{block}._bn0"))
        stride = 2 if number in FIRST_OF_STRIDE_TWO else 1
        h = functional.relu6(conv_norm(h, f"{block}._depthwise_conv", f"{block}._bn1", stride, h.shape[1]))
        h = conv_norm(h, f"{block}._project_conv", f"{block}._bn2")
        x = x + h if h.shape == x.shape else h
        outputs.append(x)
    return [outputs[number] for number in LAST_OF_EACH_STRIDE]


@pytest.fixture(scope="module")
def published() -> dict[str, Tensor]:
    return published_state()


@pytest.fixture(scope="module")
def backbone(published: dict[str, Tensor]) -> EfficientNetLite0:
    network = EfficientNetLite0()
    network.load_state_dict(convert(published))
    return network


@pytest.mark.parametrize("side", [32, 43])
def test_the_folded_network_is_the_published_one(
    backbone: EfficientNetLite0, published: dict[str, Tensor], side: int
) -> None:
    image = torch.rand(1, 3, side, side, generator=torch.Generator().manual_seed(1))
    maps, expected = backbone(image), plain_maps(published, image)
    assert tuple(part.shape[1] for part in maps) == MAP_CHANNELS
    for mine, theirs in zip(maps, expected, strict=True):
        assert float(theirs.std()) > 0.1
        torch.testing.assert_close(mine, theirs, atol=1e-3, rtol=1e-3)


def test_the_command_converts_a_file_that_the_encoder_then_loads(published: dict[str, Tensor], tmp_path: Path) -> None:
    source, target = tmp_path / "published.pth", tmp_path / "folded.safetensors"
    torch.save(published, source)
    command = [sys.executable, "-m", "networks.efficientnet", str(source), str(target)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=Path(__file__).parents[2])
    assert f"folded.safetensors: {target.stat().st_size} bytes, sha256 " in done.stdout
    network = EfficientNetLite0()
    network.load(target)
    assert torch.equal(network.state_dict()["stages.6.0.project.bias"], convert(published)["stages.6.0.project.bias"])


def test_a_published_file_of_another_network_is_named(published: dict[str, Tensor], tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"lack _blocks.3._bn1.bias"):
        convert({name: value for name, value in published.items() if name != "_blocks.3._bn1.bias"})
    with pytest.raises(WeightsError, match=r"no place for _blocks.16"):
        convert({**published, "_blocks.16._bn1.bias": torch.zeros(1)})
    with pytest.raises(WeightsError, match=r"_conv_stem.weight is \(40, 3, 3, 3\)"):
        convert({**published, "_conv_stem.weight": torch.zeros(40, 3, 3, 3)})
    path = tmp_path / "file.pth"
    torch.save({"network": torch.nn.Linear(1, 1)}, path)
    with pytest.raises(WeightsError, match="no file of tensors"):
        weight_files.read_published(path)
    torch.save([torch.zeros(1)], path)
    with pytest.raises(WeightsError, match="plain table"):
        weight_files.read_published(path)
    save_file({"stem.weight": torch.zeros(1)}, tmp_path / "half.safetensors")
    with pytest.raises(WeightsError, match="lack"):
        EfficientNetLite0().load(tmp_path / "half.safetensors")


@pytest.fixture
def encoder(backbone: EfficientNetLite0) -> LiteEncoder:
    torch.manual_seed(0)
    encoder = LiteEncoder(image_size=64, width=32, layers=1, heads=4)
    encoder.backbone.load_state_dict(backbone.state_dict())
    return encoder


def test_training_reaches_the_layers_behind_the_frozen_maps_and_nothing_else(encoder: LiteEncoder) -> None:
    encoder.train().requires_grad_(True)
    before = {name: value.clone() for name, value in encoder.backbone.state_dict().items()}
    optimiser = torch.optim.AdamW(encoder.parameters(), lr=0.1, weight_decay=0.1)
    encoder(torch.rand(2, 3, 64, 64)).square().mean().backward()
    assert all(parameter.grad is not None for parameter in encoder.parameters())
    optimiser.step()
    assert not list(encoder.backbone.parameters())
    assert all(torch.equal(value, before[name]) for name, value in encoder.backbone.state_dict().items())


def test_a_token_stands_where_its_patch_is(encoder: LiteEncoder) -> None:
    tokens = [encoder._to_tokens(part, fold) for part, fold in zip(grid_maps(), (4, 2, 1, 1), strict=True)]
    for part in tokens:
        assert part.shape[1] == 16
        means = part.mean(-1)[0].reshape(4, 4)
        # The maps' values are row + 10 x column, in patches: the coarse map is interpolated towards the border.
        inner = means[1:3, 1:3]
        torch.testing.assert_close(inner[1, 0] - inner[0, 0], torch.tensor(1.0), atol=0.6, rtol=0)
        torch.testing.assert_close(inner[0, 1] - inner[0, 0], torch.tensor(10.0), atol=6.0, rtol=0)


def grid_maps() -> list[Tensor]:
    maps = []
    for channels, side in zip(MAP_CHANNELS, (16, 8, 4, 2), strict=True):
        place = (torch.arange(side) + 0.5) * 4 / side
        maps.append((place[:, None] + 10 * place[None]).expand(1, channels, side, side).contiguous())
    return maps


def test_a_caller_s_lower_precision_does_not_reach_the_frozen_maps(encoder: LiteEncoder) -> None:
    image = torch.rand(1, 3, 64, 64)
    seen = []
    encoder.backbone.register_forward_hook(lambda _module, _given, maps: seen.append(maps[-1]))
    encoder(image)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        tokens = encoder(image)
    assert torch.isfinite(tokens).all()
    assert torch.equal(seen[0], seen[1])


def test_a_checkpoint_carries_the_frozen_weights_itself(backbone: EfficientNetLite0, tmp_path: Path) -> None:
    save_file(backbone.state_dict(), tmp_path / "frozen.safetensors")
    networks = build_networks(nano_config("efficientnet"))
    networks.geometry.conditioner.load_encoders(tmp_path / "frozen.safetensors")
    networks.geometry.half()
    networks.vae.half()
    paths = save_networks(networks, tmp_path / "checkpoint")
    assert sum(path.stat().st_size for path in paths) < 58e6
    loaded: Networks = load_networks(networks.config.to_dict(), paths, "cpu")
    name = "geometry.conditioner.rgb_encoder.backbone.stages.4.2.expand.weight"
    stored = state_of(loaded)[name]
    torch.testing.assert_close(stored, backbone.state_dict()["stages.4.2.expand.weight"], atol=1e-3, rtol=1e-3)
    assert stored.any()
