"""The geometry network as one module: conditioner and transformer, with the statistics of its training set."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from networks import frames
from networks.conditioning import Conditioner
from networks.config import NetworkConfig
from networks.crops import ConditionStreams
from networks.geometry import GeometryTransformer, Latents
from networks.shape_vae import ShapeVae


class GeometryNetwork(nn.Module):
    """p(shape, layout | image streams) as a flow: its forward pass gives the velocity."""

    latent_mean_C: Tensor
    latent_std_C: Tensor
    layout_shift_3: Tensor
    layout_unit_1: Tensor
    rotation_mean_6: Tensor
    rotation_std_6: Tensor

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config
        self.conditioner = Conditioner(config)
        self.transformer = GeometryTransformer(config)
        self.register_buffer("latent_mean_C", torch.zeros(config.latent_channels))
        self.register_buffer("latent_std_C", torch.ones(config.latent_channels))
        identity = frames.identity_statistics()
        self.register_buffer("layout_shift_3", identity.shift_3)
        self.register_buffer("layout_unit_1", identity.unit_1)
        self.register_buffer("rotation_mean_6", identity.rotation_mean_6)
        self.register_buffer("rotation_std_6", identity.rotation_std_6)

    def forward(
        self,
        streams: ConditionStreams,
        point: Latents,
        t_B: Tensor,
        *,
        keep_BM: Tensor | None = None,
        is_conditioned_B: Tensor | None = None,
        with_layout: bool = True,
    ) -> tuple[Tensor, Tensor | None]:
        """Return the velocities of shape and layout (None without) at ``point`` and time ``t_B``.

        ``keep_BM`` drops modalities (``draw_modality_keep``); where ``is_conditioned_B`` is false all condition tokens
        are zero, which is the unconditional case that guidance needs.
        """
        cond_BLD = self.conditioner(streams, keep_BM)
        if is_conditioned_B is not None:
            cond_BLD = cond_BLD * is_conditioned_B[:, None, None].to(cond_BLD)
        layout_BK = point.layout_BK if with_layout else None
        shape_v, layout_v = self.transformer(point.shape_BCXYZ, layout_BK, t_B, cond_BLD)
        return shape_v, layout_v

    @property
    def layout_statistics(self) -> frames.LayoutStatistics:
        """The constants that layouts are standardised by."""
        return frames.LayoutStatistics(
            self.layout_shift_3, self.layout_unit_1, self.rotation_mean_6, self.rotation_std_6
        )

    @torch.no_grad()
    def set_layout_statistics(self, statistics: frames.LayoutStatistics) -> None:
        """Take the constants of a training set; they are saved with the weights."""
        self.layout_shift_3.copy_(statistics.shift_3)
        self.layout_unit_1.copy_(statistics.unit_1)
        self.rotation_mean_6.copy_(statistics.rotation_mean_6)
        self.rotation_std_6.copy_(statistics.rotation_std_6)

    @torch.no_grad()
    def set_latent_statistics(self, mean_C: Tensor, std_C: Tensor) -> None:
        """Take the channel statistics of the VAE's latents; they are saved with the weights."""
        self.latent_mean_C.copy_(mean_C)
        self.latent_std_C.copy_(std_C)

    def standardise_shape(self, latent_BCXYZ: Tensor) -> Tensor:
        """Turn a VAE latent into what the flow is trained on."""
        view = (1, -1, 1, 1, 1)
        return (latent_BCXYZ - self.latent_mean_C.view(view)) / self.latent_std_C.view(view)

    def restore_shape(self, shape_BCXYZ: Tensor) -> Tensor:
        """Undo ``standardise_shape``."""
        view = (1, -1, 1, 1, 1)
        return shape_BCXYZ * self.latent_std_C.view(view) + self.latent_mean_C.view(view)


@dataclass(frozen=True)
class Networks:
    """What one checkpoint holds."""

    config: NetworkConfig
    geometry: GeometryNetwork
    vae: ShapeVae

    def to(self, device: torch.device | str) -> "Networks":
        """Move both modules to ``device``, in place."""
        self.geometry.to(device)
        self.vae.to(device)
        return self

    def evaluating(self) -> "Networks":
        """Switch both modules to evaluation without gradients, in place."""
        for module in (self.geometry, self.vae):
            module.eval().requires_grad_(False)
        return self

    def encode_condition(self, streams: ConditionStreams) -> Tensor:
        """Return the condition tokens (B, L, D)."""
        cond: Tensor = self.geometry.conditioner(streams)
        return cond

    def encode_shape(self, occupancy_B1XYZ: Tensor) -> Tensor:
        """Return the standardised mean latent of occupancy grids, (B, C, r, r, r)."""
        return self.geometry.standardise_shape(self.vae.encode(occupancy_B1XYZ)[0])

    def decode_shape(self, shape_BCXYZ: Tensor) -> Tensor:
        """Return occupancy logits (B, R, R, R) of standardised latents."""
        return self.vae.decode(self.geometry.restore_shape(shape_BCXYZ))[:, 0]


def build_networks(config: NetworkConfig) -> Networks:
    """Build both modules with fresh weights from torch's global random state."""
    return Networks(config=config, geometry=GeometryNetwork(config), vae=ShapeVae(config))
