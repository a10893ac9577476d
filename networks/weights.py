"""Weights on disk: safetensors shards, strict keys, never pickle."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import safetensors
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from networks.config import NetworkConfig
from networks.network import Networks, build_networks

SHARD_BYTES = 16 * 2**20


class WeightsError(ValueError):
    """The files do not hold what the configuration asks for."""


def state_of(networks: Networks) -> dict[str, Tensor]:
    """Return every tensor of a checkpoint by its full name."""
    parts = {"geometry": networks.geometry, "vae": networks.vae}
    return {f"{part}.{name}": value for part, module in parts.items() for name, value in module.state_dict().items()}


def save_networks(networks: Networks, folder: Path) -> list[Path]:
    """Write the weights as ``weights-NNN.safetensors`` of at most 16 MiB (a larger tensor gets a shard to itself)."""
    folder.mkdir(parents=True, exist_ok=True)
    shards: list[dict[str, Tensor]] = [{}]
    room = SHARD_BYTES
    for name, value in sorted(state_of(networks).items()):
        size = value.numel() * value.element_size()
        if size > room and shards[-1]:
            shards.append({})
            room = SHARD_BYTES
        shards[-1][name] = value.detach().to("cpu").contiguous()
        room -= size
    paths = []
    for index, shard in enumerate(shards, start=1):
        path = folder / f"weights-{index:03d}.safetensors"
        save_file(shard, path)
        paths.append(path)
    return paths


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
            raise WeightsError(f"{path.name} repeats {_some(twice)}")
        state.update(shard)
    return state


def load_networks(
    config: NetworkConfig | dict[str, Any], files: Iterable[Path], device: torch.device | str
) -> Networks:
    """Build the modules and fill them. Raises ValueError (WeightsError) that names what is missing or does not fit."""
    if isinstance(config, dict):
        config = NetworkConfig.from_dict(config)
    state = read_weights(files)
    with torch.device("meta"):
        expected = {name: value.shape for name, value in state_of(build_networks(config)).items()}
    _check_names(expected, state)
    networks = build_networks(config)
    for part, module in (("geometry", networks.geometry), ("vae", networks.vae)):
        prefix = part + "."
        module.load_state_dict(
            {name.removeprefix(prefix): value for name, value in state.items() if name.startswith(prefix)}, strict=True
        )
    return networks.to(device).evaluating()


def _check_names(expected: dict[str, torch.Size], state: dict[str, Tensor]) -> None:
    missing, unexpected = sorted(expected.keys() - state.keys()), sorted(state.keys() - expected.keys())
    if missing:
        raise WeightsError(f"the files lack {_some(missing)}")
    if unexpected:
        raise WeightsError(f"the configuration has no place for {_some(unexpected)}")
    for name, shape in expected.items():
        if state[name].shape != shape:
            raise WeightsError(
                f"{name} is {tuple(state[name].shape)} in the files, {tuple(shape)} by the configuration"
            )
        if not torch.isfinite(state[name]).all():
            raise WeightsError(f"{name} holds a number that is not finite")


def _some(names: list[str]) -> str:
    rest = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + rest
