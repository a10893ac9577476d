"""Tensors on disk: safetensors only, strict names and shapes, never pickle of an unknown origin."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import safetensors
import torch
from safetensors.torch import load_file
from torch import Tensor


class WeightsError(ValueError):
    """The files do not hold what the configuration asks for."""


def read_weights(files: Iterable[Path]) -> dict[str, Tensor]:
    """Read all shards. Raises WeightsError for a file that is no safetensors file, or a name that occurs twice."""
    state: dict[str, Tensor] = {}
    for path in files:
        try:
            shard = load_file(path, device="cpu")
        except (safetensors.SafetensorError, OSError) as error:
            raise WeightsError(f"{path.name} cannot be read as safetensors: {error}") from error
        twice = sorted(state.keys() & shard.keys())
        if twice:
            raise WeightsError(f"{path.name} repeats {some_of(twice)}")
        state.update(shard)
    return state


def read_published(path: Path) -> dict[str, Tensor]:
    """Read a published ``.pth`` state dict, tensors only. Raises WeightsError."""
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch names no common class for what an unknown file may hold
        raise WeightsError(f"{path.name} is no file of tensors: {error}") from error
    if not isinstance(state, dict) or not all(isinstance(value, Tensor) for value in state.values()):
        raise WeightsError(f"{path.name} holds no plain table of tensors")
    return dict(state)


def check_weights(expected: Mapping[str, torch.Size], state: Mapping[str, Tensor]) -> None:
    """Raise WeightsError that names the first tensors which are missing, unknown, of another shape or not finite."""
    missing, unexpected = sorted(expected.keys() - state.keys()), sorted(state.keys() - expected.keys())
    if missing:
        raise WeightsError(f"the files lack {some_of(missing)}")
    if unexpected:
        raise WeightsError(f"the configuration has no place for {some_of(unexpected)}")
    for name, shape in expected.items():
        if state[name].shape != shape:
            raise WeightsError(
                f"{name} is {tuple(state[name].shape)} in the files, {tuple(shape)} by the configuration"
            )
        if not torch.isfinite(state[name]).all():
            raise WeightsError(f"{name} holds a number that is not finite")


def some_of(names: list[str]) -> str:
    """Return the first three names and how many follow."""
    rest = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + rest
