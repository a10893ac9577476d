"""EfficientNet-Lite0 as a frozen image encoder: what ImageNet taught, for a learned head to read.

The architecture is the "lite" variant of Tan and Le's EfficientNet (2019): inverted residual blocks, ReLU6 in place of
swish, no squeeze-and-excitation. Batch normalisation (eps 1e-3) is folded into the convolutions when a published file
is converted (``python -m networks.efficientnet SOURCE.pth OUT.safetensors``), so nothing is left that training could
disturb: the weights are buffers, saved with a checkpoint and never in an optimiser.
"""

import argparse
import hashlib
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from networks.weight_files import check_weights, read_published, read_weights

# Inputs of 0..255 are moved to about -1..1 like this, as the published weights were trained.
_INPUT_MEAN, _INPUT_SCALE = 127.0, 128.0
_BATCH_NORM_EPS = 1e-3
_STEM_CHANNELS, _HEAD_CHANNELS, _CLASSES = 32, 1280, 1000


class Stage(NamedTuple):
    """``repeats`` inverted residual blocks; the first one has the stride and changes the channels."""

    kernel: int
    stride: int
    expansion: int
    channels: int
    repeats: int


STAGES = (
    Stage(3, 1, 1, 16, 1),
    Stage(3, 2, 6, 24, 2),
    Stage(5, 2, 6, 40, 2),
    Stage(3, 2, 6, 80, 3),
    Stage(5, 1, 6, 112, 3),
    Stage(5, 2, 6, 192, 4),
    Stage(3, 1, 6, 320, 1),
)
# The last stages before each further halving: strides 4, 8, 16 and 32.
MAP_STAGES = (1, 2, 4, 6)
MAP_CHANNELS = tuple(STAGES[index].channels for index in MAP_STAGES)


class FrozenConv(nn.Module):
    """A convolution with bias and with TensorFlow's "same" padding, whose weights are buffers."""

    weight: Tensor
    bias: Tensor

    def __init__(self, before: int, after: int, kernel: int, *, stride: int = 1, groups: int = 1) -> None:
        super().__init__()
        self.kernel, self.stride, self.groups = kernel, stride, groups
        self.register_buffer("weight", torch.zeros(after, before // groups, kernel, kernel))
        self.register_buffer("bias", torch.zeros(after))

    def forward(self, x_BCHW: Tensor) -> Tensor:
        padding = self.kernel // 2
        if self.stride > 1:
            # The odd pixel of the padding goes to the right and to the bottom.
            (top, bottom), (left, right) = (self._padding(size) for size in x_BCHW.shape[-2:])
            x_BCHW, padding = nn.functional.pad(x_BCHW, (left, right, top, bottom)), 0
        return nn.functional.conv2d(
            x_BCHW, self.weight, self.bias, stride=self.stride, padding=padding, groups=self.groups
        )

    def _padding(self, size: int) -> tuple[int, int]:
        last = (-(-size // self.stride) - 1) * self.stride
        total = max(last + self.kernel - size, 0)
        return total // 2, total - total // 2


class InvertedResidual(nn.Module):
    """Widen by 1x1, filter each channel, narrow by 1x1 without activation; a shortcut where the shape allows it."""

    def __init__(self, before: int, after: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        inner = before * expansion
        self.has_shortcut = stride == 1 and before == after
        self.expand = FrozenConv(before, inner, 1) if expansion > 1 else None
        self.depthwise = FrozenConv(inner, inner, kernel, stride=stride, groups=inner)
        self.project = FrozenConv(inner, after, 1)

    def forward(self, x_BCHW: Tensor) -> Tensor:
        h = x_BCHW if self.expand is None else nn.functional.relu6(self.expand(x_BCHW))
        h_BCHW: Tensor = self.project(nn.functional.relu6(self.depthwise(h)))
        return x_BCHW + h_BCHW if self.has_shortcut else h_BCHW


class EfficientNetLite0(nn.Module):
    """Images (B, 3, H, W) in 0..1 to maps at strides 4, 8, 16 and 32 of 24, 40, 112 and 320 channels."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = FrozenConv(3, _STEM_CHANNELS, 3, stride=2)
        self.stages = nn.ModuleList()
        channels = [_STEM_CHANNELS, *(stage.channels for stage in STAGES)]
        for (before, after), stage in zip(pairwise(channels), STAGES, strict=True):
            first = InvertedResidual(before, after, stage.kernel, stage.stride, stage.expansion)
            rest = (InvertedResidual(after, after, stage.kernel, 1, stage.expansion) for _ in range(stage.repeats - 1))
            self.stages.append(nn.Sequential(first, *rest))

    def forward(self, image_B3HW: Tensor) -> list[Tensor]:
        x_BCHW = nn.functional.relu6(self.stem((image_B3HW * 255 - _INPUT_MEAN) / _INPUT_SCALE))
        maps = []
        for index, stage in enumerate(self.stages):
            x_BCHW = stage(x_BCHW)
            if index in MAP_STAGES:
                maps.append(x_BCHW)
        return maps

    def load(self, path: Path) -> None:
        """Fill the weights from a converted file. Raises WeightsError that names what does not fit."""
        state = read_weights([path])
        check_weights({name: value.shape for name, value in self.state_dict().items()}, state)
        self.load_state_dict(state, strict=True)


def convert(published: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return this module's state from the published file's names, batch normalisation folded into the convolutions.

    The classifier behind the maps is checked to be there and left out. Raises WeightsError.
    """
    tables = [*_conv_table(), ("", "_conv_head", "_bn1", (_HEAD_CHANNELS, MAP_CHANNELS[-1], 1, 1))]
    expected = {"_fc.weight": torch.Size((_CLASSES, _HEAD_CHANNELS)), "_fc.bias": torch.Size((_CLASSES,))}
    for _, conv, norm, shape in tables:
        expected[f"{conv}.weight"] = torch.Size(shape)
        expected |= {f"{norm}.{part}": torch.Size(shape[:1]) for part in ("weight", "bias")}
        expected |= {f"{norm}.running_{part}": torch.Size(shape[:1]) for part in ("mean", "var")}
    counters = {name for name in published if name.endswith(".num_batches_tracked")}
    check_weights(expected, {name: value for name, value in published.items() if name not in counters})
    state: dict[str, Tensor] = {}
    for name, conv, norm, _ in tables:
        if name:
            state[f"{name}.weight"], state[f"{name}.bias"] = fold_batch_norm(
                published[f"{conv}.weight"],
                published[f"{norm}.weight"],
                published[f"{norm}.bias"],
                published[f"{norm}.running_mean"],
                published[f"{norm}.running_var"],
            )
    return state


def fold_batch_norm(
    weight_OIHW: Tensor, gain_O: Tensor, shift_O: Tensor, mean_O: Tensor, variance_O: Tensor
) -> tuple[Tensor, Tensor]:
    """Return weight and bias of the one convolution that equals convolution and normalisation."""
    factor = gain_O.double() / torch.sqrt(variance_O.double() + _BATCH_NORM_EPS)
    weight = weight_OIHW.double() * factor.view(-1, 1, 1, 1)
    bias = shift_O.double() - mean_O.double() * factor
    return weight.to(weight_OIHW.dtype).contiguous(), bias.to(shift_O.dtype)


def _conv_table() -> list[tuple[str, str, str, tuple[int, ...]]]:
    """Name here, convolution and normalisation in the published file, shape: for each convolution up to the maps."""
    rows: list[tuple[str, str, str, tuple[int, ...]]] = [("stem", "_conv_stem", "_bn0", (_STEM_CHANNELS, 3, 3, 3))]
    before, number = _STEM_CHANNELS, 0
    for index, stage in enumerate(STAGES):
        for repeat in range(stage.repeats):
            here, there, inner = f"stages.{index}.{repeat}", f"_blocks.{number}", before * stage.expansion
            if stage.expansion > 1:
                rows.append((f"{here}.expand", f"{there}._expand_conv", f"{there}._bn0", (inner, before, 1, 1)))
            shape = (inner, 1, stage.kernel, stage.kernel)
            rows.append((f"{here}.depthwise", f"{there}._depthwise_conv", f"{there}._bn1", shape))
            rows.append((f"{here}.project", f"{there}._project_conv", f"{there}._bn2", (stage.channels, inner, 1, 1)))
            before, number = stage.channels, number + 1
    return rows


def main() -> None:
    """Convert a published file."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("source", type=Path, help="efficientnet-lite0-*.pth")
    parser.add_argument("target", type=Path, help="the safetensors file to write")
    given = parser.parse_args()
    about = {"model": "EfficientNet-Lite0, batch normalisation folded", "source": given.source.name}
    save_file(convert(read_published(given.source)), given.target, metadata=about)
    content = given.target.read_bytes()
    print(f"{given.target.name}: {len(content)} bytes, sha256 {hashlib.sha256(content).hexdigest()}")


if __name__ == "__main__":
    main()
