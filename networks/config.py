"""Sizes of the networks. The same code is ``debug`` in a test and ``full`` on a cluster."""

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal

Encoder = Literal["vit", "efficientnet"]
ENCODERS: tuple[Encoder, ...] = ("vit", "efficientnet")
Prediction = Literal["velocity", "data"]
PREDICTIONS: tuple[Prediction, ...] = ("velocity", "data")


@dataclass(frozen=True)
class NetworkConfig:
    """Architecture of one checkpoint: all that decides the shapes of its parameters and what its outputs mean.

    ``encoder`` "vit" learns the RGB encoder (or starts from a DINOv2 file); "efficientnet" puts ``encoder_layers``
    learned layers behind the frozen maps of an EfficientNet-Lite0. Masks always go through a learned ViT of
    ``mask_layers``. A value of 0 means: ``mask_layers`` as many as ``encoder_layers``, ``points_size`` as large as
    ``image_size``, ``points_width`` as wide as ``encoder_width``. ``vae_stem`` voxels along each axis enter the
    autoencoder as one. ``has_conv_stem`` puts convolutions before a learned ViT in place of DINOv2's patch projection.
    ``predicts`` says whether the output of the shape is the velocity or the data that it leads to.
    Fields with a default were added later; the default is what older checkpoints have.
    """

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
    encoder: Encoder = "vit"
    mask_layers: int = 0
    points_size: int = 0
    points_width: int = 0
    vae_stem: int = 1
    has_conv_stem: bool = False
    predicts: Prediction = "velocity"
    format: int = 1

    def __post_init__(self) -> None:
        if self.format != 1:
            raise ValueError(f"network format {self.format} is not known; this code builds format 1")
        _require(self.encoder in ENCODERS, f"encoder must be one of {', '.join(ENCODERS)}")
        _require(self.predicts in PREDICTIONS, f"predicts must be one of {', '.join(PREDICTIONS)}")
        _require(self.image_size % self.patch_size == 0, "image_size must be a multiple of patch_size")
        _require(self.encoder_width % self.encoder_heads == 0, "encoder_width must be a multiple of encoder_heads")
        _require(self.width % self.heads == 0, "width must be a multiple of heads")
        _require(self.latent_grid % self.token_patch == 0, "latent_grid must be a multiple of token_patch")
        halvings = len(self.vae_channels) - 1
        _require(
            self.latent_grid * self.vae_stem * 2**halvings == self.grid,
            "each vae_channels entry after the first halves the grid, after vae_stem divided it",
        )
        _require(
            not self.has_pointmap or self.points_side % 8 == 0, "pointmaps need a points_size that is a multiple of 8"
        )
        _require(
            not self.has_conv_stem or self.patch_size.bit_count() == 1,
            "has_conv_stem needs a patch_size that is a power of two",
        )
        if self.encoder == "efficientnet":
            _require(
                self.patch_size == 16 and self.image_size % 32 == 0,
                "the efficientnet encoder needs patch_size 16 and an image_size that is a multiple of 32",
            )

    @property
    def n_shape_tokens(self) -> int:
        """Tokens of the shape stream."""
        return (self.latent_grid // self.token_patch) ** 3

    @property
    def n_condition_tokens(self) -> int:
        """Tokens that one object's pictures become: crop and full image, each as RGB, mask and, if any, points."""
        patches = (self.image_size // self.patch_size) ** 2
        rgb = patches + (self.encoder == "vit")
        points = (self.points_side // 8) ** 2 if self.has_pointmap else 0
        return 2 * (rgb + patches + 1 + points)

    @property
    def points_side(self) -> int:
        """Pixels along a side of the pointmap that is embedded."""
        return self.points_size or self.image_size

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
_MAY_BE_ZERO = {"encoder_registers", "mask_layers", "points_size", "points_width"}


def _check_value(name: str, kind: Any, value: Any) -> None:
    if kind is bool:
        _require(isinstance(value, bool), f"{name} must be true or false")
    elif kind is int:
        is_number = isinstance(value, int) and not isinstance(value, bool)
        lowest = 0 if name in _MAY_BE_ZERO else 1
        highest = _MOST_LAYERS if name.endswith("layers") else _LARGEST
        _require(is_number and lowest <= value <= highest, f"{name} must be an integer of {lowest}..{highest}")
    elif kind in (str, Encoder, Prediction):
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


def nano_config(encoder: Encoder = "vit") -> NetworkConfig:
    """The size whose weights ship with the code: under 58 MB in half precision, either encoder included."""
    return NetworkConfig(
        name="nano",
        image_size=160,
        patch_size=16,
        encoder_width=256,
        # Behind frozen features a few layers suffice; without them the encoder has everything to learn.
        encoder_layers=6 if encoder == "vit" else 2,
        encoder_heads=4,
        encoder_registers=4,
        width=256,
        layers=8,
        heads=4,
        grid=64,
        latent_grid=16,
        latent_channels=8,
        token_patch=2,
        vae_channels=(32, 64),
        has_pointmap=True,
        encoder=encoder,
        mask_layers=1,
        points_size=80,
        points_width=64,
        vae_stem=2,
        has_conv_stem=True,
        predicts="data",
    )


def tiny_config(encoder: Encoder = "vit") -> NetworkConfig:
    """Half an hour of one large GPU."""
    return dataclasses.replace(
        nano_config(encoder),
        name="tiny",
        encoder_width=384,
        encoder_layers=8 if encoder == "vit" else 3,
        encoder_heads=6,
        mask_layers=2,
        width=384,
        layers=12,
        heads=6,
        vae_channels=(32, 96),
    )


def small_config(encoder: Encoder = "vit") -> NetworkConfig:
    """Several GPUs: finer pictures and deeper networks over the same 512 shape tokens."""
    return dataclasses.replace(
        nano_config(encoder),
        name="small",
        image_size=224,
        encoder_width=512,
        encoder_layers=12 if encoder == "vit" else 4,
        encoder_heads=8,
        mask_layers=4,
        width=512,
        layers=16,
        heads=8,
        points_size=112,
        points_width=128,
        vae_channels=(48, 192),
    )


def full_config() -> NetworkConfig:
    """The published model's size: 24 blocks of width 1024 over 4,096 shape tokens, two ViT-L/14 at 518 px.

    The transformer has 959 million parameters, each encoder 304, the fuser 17, the autoencoder 46: 1.63 billion in all.
    The publication says 1.2 billion and not what that counts; transformer and one encoder make 1.26.
    """
    return NetworkConfig(
        name="full",
        image_size=518,
        patch_size=14,
        encoder_width=1024,
        encoder_layers=24,
        encoder_heads=16,
        encoder_registers=4,
        width=1024,
        layers=24,
        heads=16,
        grid=64,
        latent_grid=16,
        latent_channels=8,
        token_patch=1,
        vae_channels=(32, 128, 512),
        has_pointmap=True,
        points_size=256,
        points_width=256,
    )


def config_named(name: str, encoder: Encoder = "vit") -> NetworkConfig:
    """Return the size of that name. Raises ValueError that lists the known ones, or names the one encoder it has."""
    trained = {"nano": nano_config, "tiny": tiny_config, "small": small_config}
    if name in trained:
        return trained[name](encoder)
    fixed = {"debug": debug_config, "full": full_config}
    if name not in fixed:
        raise ValueError(f"no network size {name!r}; known are {', '.join(sorted({**trained, **fixed}))}")
    if encoder != "vit":
        raise ValueError(f"the size {name} has the encoder vit only")
    return fixed[name]()
