"""Weights on disk: safetensors shards, strict keys, never pickle."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor

from networks.config import NetworkConfig
from networks.network import Networks, build_networks
from networks.weight_files import WeightsError, check_weights, read_weights

__all__ = ["SHARD_BYTES", "WeightsError", "load_networks", "read_weights", "save_networks", "state_of"]

SHARD_BYTES = 16 * 2**20


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


def load_networks(
    config: NetworkConfig | dict[str, Any], files: Iterable[Path], device: torch.device | str
) -> Networks:
    """Build the modules and fill them. Raises ValueError (WeightsError) that names what is missing or does not fit."""
    if isinstance(config, dict):
        config = NetworkConfig.from_dict(config)
    state = read_weights(files)
    with torch.device("meta"):
        expected = {name: value.shape for name, value in state_of(build_networks(config)).items()}
    check_weights(expected, state)
    networks = build_networks(config)
    for part, module in (("geometry", networks.geometry), ("vae", networks.vae)):
        prefix = part + "."
        module.load_state_dict(
            {name.removeprefix(prefix): value for name, value in state.items() if name.startswith(prefix)}, strict=True
        )
    return networks.to(device).evaluating()
