"""Sizes of the networks. The same code is ``debug`` in a test and ``nano`` on a GPU."""

import dataclasses
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class NetworkConfig:
    """Architecture of one checkpoint: every number that decides a parameter's shape, and nothing else."""

    name: str
    image_size: int
    patch_size: int
    encoder_width: int
    encoder_layers: int
    encoder_heads: int
    encoder_registers: int
    width: int
    layers: int
    heads: int
    grid: int
    latent_grid: int
    latent_channels: int
    token_patch: int
    vae_channels: tuple[int, ...]
    has_pointmap: bool = False
    format: int = 1

    def __post_init__(self) -> None:
        if self.format != 1:
            raise ValueError(f"network format {self.format} is not known; this code builds format 1")
        _require(self.image_size % self.patch_size == 0, "image_size must be a multiple of patch_size")
        _require(self.encoder_width % self.encoder_heads == 0, "encoder_width must be a multiple of encoder_heads")
        _require(self.width % self.heads == 0, "width must be a multiple of heads")
        _require(self.latent_grid % self.token_patch == 0, "latent_grid must be a multiple of token_patch")
        halvings = len(self.vae_channels) - 1
        _require(self.latent_grid * 2**halvings == self.grid, "each vae_channels entry after the first halves the grid")
        _require(
            not self.has_pointmap or self.image_size % 8 == 0, "pointmaps need an image_size that is a multiple of 8"
        )

    @property
    def n_shape_tokens(self) -> int:
        """Tokens of the shape stream."""
        return (self.latent_grid // self.token_patch) ** 3

    def to_dict(self) -> dict[str, Any]:
        """Return the configuration as plain JSON values."""
        values = dataclasses.asdict(self)
        values["vae_channels"] = list(self.vae_channels)
        return values

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "NetworkConfig":
        """Build a configuration from ``to_dict``'s form. Raises ValueError that names what is wrong."""
        types = {field.name: field.type for field in dataclasses.fields(cls)}
        required = {field.name for field in dataclasses.fields(cls) if field.default is dataclasses.MISSING}
        unknown, missing = sorted(values.keys() - types.keys()), sorted(required - values.keys())
        if unknown or missing:
            raise ValueError(f"network configuration: unknown {unknown}, missing {missing}")
        for name, value in values.items():
            _check_value(name, types[name], value)
        channels = tuple(values["vae_channels"])
        return cls(**{**values, "vae_channels": channels})


def _require(is_met: bool, reason: str) -> None:
    if not is_met:
        raise ValueError(f"network configuration: {reason}")


# A card comes over the network: no size beyond the largest planned model may make this process allocate.
_LARGEST, _MOST_LAYERS = 16384, 256


def _check_value(name: str, kind: Any, value: Any) -> None:
    if kind is bool:
        _require(isinstance(value, bool), f"{name} must be true or false")
    elif kind is int:
        is_number = isinstance(value, int) and not isinstance(value, bool)
        lowest = 0 if name == "encoder_registers" else 1
        highest = _MOST_LAYERS if name.endswith("layers") else _LARGEST
        _require(is_number and lowest <= value <= highest, f"{name} must be an integer of {lowest}..{highest}")
    elif kind is str:
        _require(isinstance(value, str) and len(value) <= 100, f"{name} must be a short text")
    else:
        _require(isinstance(value, (list, tuple)) and 1 <= len(value) <= 8, f"{name} must be a list of integers")
        for item in value:
            _check_value(f"an entry of {name}", int, item)


def debug_config() -> NetworkConfig:
    """The smallest network that has every part: for tests and the first turns of the wheel on a CPU."""
    return NetworkConfig(
        name="debug",
        image_size=64,
        patch_size=8,
        encoder_width=64,
        encoder_layers=2,
        encoder_heads=4,
        encoder_registers=2,
        width=64,
        layers=2,
        heads=4,
        grid=32,
        latent_grid=8,
        latent_channels=8,
        token_patch=1,
        vae_channels=(8, 16, 32),
    )


def nano_config() -> NetworkConfig:
    """About 26 M parameters in the geometry transformer: half an hour of one large GPU."""
    return NetworkConfig(
        name="nano",
        image_size=112,
        patch_size=14,
        encoder_width=256,
        encoder_layers=6,
        encoder_heads=4,
        encoder_registers=4,
        width=256,
        layers=12,
        heads=8,
        grid=64,
        latent_grid=16,
        latent_channels=8,
        token_patch=2,
        vae_channels=(16, 32, 64),
    )
