"""The geometry model's transformer: a Mixture of Transformers, shape and layout, each with weights of its own.

Attention rule: shape queries see shape keys; layout queries see layout keys and the shape keys, these detached. So a
layout loss never moves a shape weight, and a layout token never changes a shape. The time embedding and each block's
modulation are shared by both streams.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from networks import frames
from networks.config import NetworkConfig
from networks.positions import grid_positions, time_features


class Latents(NamedTuple):
    """A point on the flow's path, or its velocity: shape (B, C, r, r, r), layout (B, 12) as ``frames`` says."""

    shape_BCXYZ: Tensor
    layout_BK: Tensor


class ConditionKeys(NamedTuple):
    """Keys and values of the condition tokens for one block, (B, heads, L, d): the same at every step of a sampling."""

    shape_key: Tensor
    shape_value: Tensor
    layout_key: Tensor
    layout_value: Tensor


def _split_heads(x_BND: Tensor, heads: int) -> Tensor:
    batch, length, width = x_BND.shape
    return x_BND.view(batch, length, heads, width // heads).transpose(1, 2)


def _attend(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    mixed = nn.functional.scaled_dot_product_attention(query, key, value)
    return mixed.transpose(1, 2).flatten(2)


class StreamWeights(nn.Module):
    """What one stream owns in a block: norms, self-attention, cross-attention, MLP."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm_self = nn.LayerNorm(width, elementwise_affine=False, eps=1e-6)
        self.qkv = nn.Linear(width, 3 * width)
        self.query_norm = nn.RMSNorm(width // heads, eps=1e-6)
        self.key_norm = nn.RMSNorm(width // heads, eps=1e-6)
        self.self_out = nn.Linear(width, width)
        self.norm_cross = nn.LayerNorm(width, eps=1e-6)
        self.cross_query = nn.Linear(width, width)
        self.cross_key_value = nn.Linear(width, 2 * width)
        self.cross_query_norm = nn.RMSNorm(width // heads, eps=1e-6)
        self.cross_key_norm = nn.RMSNorm(width // heads, eps=1e-6)
        self.cross_out = nn.Linear(width, width)
        self.norm_mlp = nn.LayerNorm(width, elementwise_affine=False, eps=1e-6)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(approximate="tanh"), nn.Linear(4 * width, width))

    def project(self, x_BND: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return query, key and value of the self-attention, each (B, heads, N, d)."""
        query, key, value = self.qkv(x_BND).chunk(3, dim=-1)
        query = self.query_norm(_split_heads(query, self.heads))
        return query, self.key_norm(_split_heads(key, self.heads)), _split_heads(value, self.heads)

    def condition(self, cond_BLD: Tensor) -> tuple[Tensor, Tensor]:
        """Return key and value of the condition tokens, each (B, heads, L, d)."""
        key, value = self.cross_key_value(cond_BLD).chunk(2, dim=-1)
        return self.cross_key_norm(_split_heads(key, self.heads)), _split_heads(value, self.heads)

    def look(self, x_BND: Tensor, key: Tensor, value: Tensor) -> Tensor:
        """Return what the stream reads from the condition tokens, (B, N, D)."""
        query = self.cross_query_norm(_split_heads(self.cross_query(self.norm_cross(x_BND)), self.heads))
        out: Tensor = self.cross_out(_attend(query, key, value))
        return out


class GeometryBlock(nn.Module):
    """x += g1 * self-attention(mod(norm x)); x += cross-attention(norm x); x += g2 * mlp(mod(norm x)), two streams."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.shape = StreamWeights(width, heads)
        self.layout = StreamWeights(width, heads)
        self.modulation = nn.Linear(width, 6 * width)
        nn.init.zeros_(self.modulation.weight)
        nn.init.zeros_(self.modulation.bias)

    def condition(self, cond_BLD: Tensor) -> ConditionKeys:
        """Return the keys and values that both streams read."""
        return ConditionKeys(*self.shape.condition(cond_BLD), *self.layout.condition(cond_BLD))

    def forward(
        self, shape_BND: Tensor, layout_BND: Tensor | None, time_BD: Tensor, keys: ConditionKeys
    ) -> tuple[Tensor, Tensor | None]:
        shift1, scale1, gate1, shift2, scale2, gate2 = self.modulation(time_BD)[:, None].chunk(6, dim=-1)
        stream = self.shape
        query, shape_key, shape_value = stream.project(stream.norm_self(shape_BND) * (1 + scale1) + shift1)
        shape_BND = shape_BND + gate1 * stream.self_out(_attend(query, shape_key, shape_value))
        shape_BND = shape_BND + stream.look(shape_BND, keys.shape_key, keys.shape_value)
        shape_BND = shape_BND + gate2 * stream.mlp(stream.norm_mlp(shape_BND) * (1 + scale2) + shift2)
        if layout_BND is None:
            return shape_BND, None
        stream = self.layout
        query, key, value = stream.project(stream.norm_self(layout_BND) * (1 + scale1) + shift1)
        key = torch.cat([key, shape_key.detach()], dim=2)
        value = torch.cat([value, shape_value.detach()], dim=2)
        layout_BND = layout_BND + gate1 * stream.self_out(_attend(query, key, value))
        layout_BND = layout_BND + stream.look(layout_BND, keys.layout_key, keys.layout_value)
        layout_BND = layout_BND + gate2 * stream.mlp(stream.norm_mlp(layout_BND) * (1 + scale2) + shift2)
        return shape_BND, layout_BND


class LayoutTokens(nn.Module):
    """Rotation, translation and scale as one token each, in and out."""

    slices = (frames.ROTATION_SLICE, frames.TRANSLATION_SLICE, frames.SCALE_SLICE)

    def __init__(self, width: int) -> None:
        super().__init__()
        sizes = [part.stop - part.start for part in self.slices]
        self.into = nn.ModuleList(nn.Linear(size, width) for size in sizes)
        self.out = nn.ModuleList(nn.Linear(width, size) for size in sizes)
        self.positions = nn.Parameter(torch.randn(len(sizes), width) * 0.02)

    def embed(self, layout_BK: Tensor) -> Tensor:
        """Return (B, 3, D)."""
        tokens = [linear(layout_BK[:, part]) for linear, part in zip(self.into, self.slices, strict=True)]
        return torch.stack(tokens, dim=1) + self.positions

    def read(self, tokens_B3D: Tensor) -> Tensor:
        """Return (B, 12)."""
        return torch.cat([linear(tokens_B3D[:, index]) for index, linear in enumerate(self.out)], dim=-1)


class GeometryTransformer(nn.Module):
    """Velocity of the flow at a point of the path, given condition tokens."""

    positions_ND: Tensor

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config
        patch_numbers = config.latent_channels * config.token_patch**3
        self.shape_in = nn.Linear(patch_numbers, config.width)
        self.layout_tokens = LayoutTokens(config.width)
        self.time = nn.Sequential(nn.Linear(256, config.width), nn.SiLU(), nn.Linear(config.width, config.width))
        self.blocks = nn.ModuleList(GeometryBlock(config.width, config.heads) for _ in range(config.layers))
        self.shape_norm = nn.LayerNorm(config.width, eps=1e-6)
        self.layout_norm = nn.LayerNorm(config.width, eps=1e-6)
        self.shape_out = nn.Linear(config.width, patch_numbers)
        for linear in (self.shape_out, *self.layout_tokens.out):
            assert isinstance(linear, nn.Linear)
            nn.init.zeros_(linear.weight)
            nn.init.zeros_(linear.bias)
        positions = grid_positions(config.latent_grid // config.token_patch, config.width)
        self.register_buffer("positions_ND", positions, persistent=False)

    def prepare(self, cond_BLD: Tensor) -> list[ConditionKeys]:
        """Return each block's condition keys and values, for use at every step."""
        return [block.condition(cond_BLD) for block in self.blocks]  # type: ignore[operator]

    def forward(
        self, shape_BCXYZ: Tensor, layout_BK: Tensor | None, t_B: Tensor, keys: list[ConditionKeys]
    ) -> tuple[Tensor, Tensor | None]:
        """Return the velocities of shape and layout; without a layout only the shape stream runs."""
        time_BD = nn.functional.silu(self.time(time_features(t_B)))
        shape_BND = self.shape_in(self._to_tokens(shape_BCXYZ)) + self.positions_ND
        layout_BND = None if layout_BK is None else self.layout_tokens.embed(layout_BK)
        for block, block_keys in zip(self.blocks, keys, strict=True):
            shape_BND, layout_BND = block(shape_BND, layout_BND, time_BD, block_keys)
        velocity = self._to_grid(self.shape_out(self.shape_norm(shape_BND)))
        if layout_BND is None:
            return velocity, None
        return velocity, self.layout_tokens.read(self.layout_norm(layout_BND))

    def _to_tokens(self, x_BCXYZ: Tensor) -> Tensor:
        p, r = self.config.token_patch, self.config.latent_grid // self.config.token_patch
        x = x_BCXYZ.reshape(-1, self.config.latent_channels, r, p, r, p, r, p).permute(0, 2, 4, 6, 1, 3, 5, 7)
        return x.reshape(x.shape[0], r**3, -1)

    def _to_grid(self, x_BNC: Tensor) -> Tensor:
        p, r = self.config.token_patch, self.config.latent_grid // self.config.token_patch
        x = x_BNC.reshape(-1, r, r, r, self.config.latent_channels, p, p, p).permute(0, 4, 1, 5, 2, 6, 3, 7)
        return x.reshape(x.shape[0], self.config.latent_channels, *[self.config.latent_grid] * 3)
