"""The geometry model's transformer: a Mixture of Transformers, shape and layout, each with weights of its own.

Attention rule: shape queries see shape keys; layout queries see layout keys and the shape keys, these detached. So a
layout loss never moves a shape weight, and a layout token never changes a shape. The time embedding and each block's
modulation are shared by both streams.

Two ways through the blocks: ``forward`` takes condition tokens and a time for each row, and all its work happens inside
the blocks, as training and its sharding need; sampling computes what no step changes once (``prepare``, ``nothing``,
``modulate``) and then calls ``predict`` at each step.

B: rows of the batch; O: objects, B or a divisor of it; L: condition tokens; N: shape tokens; D: width; S: times.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple, cast

import torch
from torch import Tensor, nn

from networks import frames
from networks.config import NetworkConfig
from networks.positions import grid_positions, time_features
from networks.prediction import velocity_from_data


class Latents(NamedTuple):
    """A point on the flow's path, or its velocity: shape (B, C, r, r, r), layout (B, 12) as ``frames`` says."""

    shape_BCXYZ: Tensor
    layout_BK: Tensor


class ConditionKeys(NamedTuple):
    """Keys and values of O objects' condition tokens for one block, (O, heads, L, d): the same at every step."""

    shape_key: Tensor
    shape_value: Tensor
    layout_key: Tensor
    layout_value: Tensor


class Nothing(NamedTuple):
    """What a block's streams read from condition tokens that are all zero, (D,) each: the unconditional case.

    Such tokens have equal keys, so whatever the query, they weigh the same, and the mean of their equal values is one
    of them: no attention is needed to know it.
    """

    shape_D: Tensor
    layout_D: Tensor


def _attend(query_BNHd: Tensor, key_BHLd: Tensor, value_BHLd: Tensor) -> Tensor:
    """Return (B, N, D). The query keeps its tokens before its heads in memory, so the answer needs no copy."""
    mixed = nn.functional.scaled_dot_product_attention(query_BNHd.transpose(1, 2), key_BHLd, value_BHLd)
    return mixed.transpose(1, 2).flatten(2)


class HeadNorm(nn.RMSNorm):
    """RMS norm of each head's d numbers in the numbers' own type: gains of another type would cost the fused kernel."""

    def forward(self, x_BNHd: Tensor) -> Tensor:
        gains = self.weight.to(x_BNHd.dtype)
        return nn.functional.rms_norm(x_BNHd, self.normalized_shape, gains, self.eps)


class StreamWeights(nn.Module):
    """What one stream owns in a block: norms, self-attention, cross-attention, MLP."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm_self = nn.LayerNorm(width, elementwise_affine=False, eps=1e-6)
        self.qkv = nn.Linear(width, 3 * width)
        self.query_norm = HeadNorm(width // heads, eps=1e-6)
        self.key_norm = HeadNorm(width // heads, eps=1e-6)
        self.self_out = nn.Linear(width, width)
        self.norm_cross = nn.LayerNorm(width, eps=1e-6)
        self.cross_query = nn.Linear(width, width)
        self.cross_key_value = nn.Linear(width, 2 * width)
        self.cross_query_norm = HeadNorm(width // heads, eps=1e-6)
        self.cross_key_norm = HeadNorm(width // heads, eps=1e-6)
        self.cross_out = nn.Linear(width, width)
        self.norm_mlp = nn.LayerNorm(width, elementwise_affine=False, eps=1e-6)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(approximate="tanh"), nn.Linear(4 * width, width))

    def project(self, x_BND: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return query (B, N, heads, d), key and value (B, heads, N, d) of the self-attention."""
        query, key, value = self.qkv(x_BND).unflatten(-1, (3, self.heads, -1)).unbind(2)
        return self.query_norm(query), self.key_norm(key).transpose(1, 2), value.transpose(1, 2)

    def condition(self, cond_BLD: Tensor) -> tuple[Tensor, Tensor]:
        """Return key and value of the condition tokens, each (B, heads, L, d)."""
        key, value = self.cross_key_value(cond_BLD).unflatten(-1, (2, self.heads, -1)).unbind(2)
        return self.cross_key_norm(key).transpose(1, 2), value.transpose(1, 2)

    def look(self, x_BND: Tensor, key: Tensor, value: Tensor) -> Tensor:
        """Return what the stream reads from the condition tokens, (B, N, D); row b looks at object b // (B / O).

        The rows of one object stand one after the other as one long query, so its keys are never copied.
        """
        query = self.cross_query(self.norm_cross(x_BND)).reshape(key.shape[0], -1, self.heads, key.shape[-1])
        out: Tensor = self.cross_out(_attend(self.cross_query_norm(query), key, value).reshape(x_BND.shape))
        return out

    def look_at_nothing(self) -> Tensor:
        """Return what any query reads from tokens that are all zero, (D,)."""
        value = self.cross_key_value.bias.chunk(2)[1]
        out: Tensor = self.cross_out(value)
        return out

    def add_look(self, x_BND: Tensor, key: Tensor, value: Tensor, nothing_D: Tensor | None) -> Tensor:
        """Return x + cross-attention; with ``nothing_D`` the second half of the batch is unconditional."""
        if nothing_D is None:
            return x_BND + self.look(x_BND, key, value)
        seeing, blind = x_BND.chunk(2)
        return torch.cat([seeing + self.look(seeing, key, value), blind + nothing_D])

    def add_mlp(self, x_BND: Tensor, shift: Tensor, scale: Tensor, gate: Tensor) -> Tensor:
        """Return x + gate * mlp(mod(norm x))."""
        return torch.addcmul(x_BND, gate, self.mlp(torch.addcmul(shift, self.norm_mlp(x_BND), scale)))


class GeometryBlock(nn.Module):
    """x += g1 * self-attention(mod(norm x)); x += cross-attention(norm x); x += g2 * mlp(mod(norm x)), two streams."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.shape = StreamWeights(width, heads)
        self.layout = StreamWeights(width, heads)
        self.modulation = nn.Linear(width, 6 * width)
        nn.init.zeros_(self.modulation.weight)
        nn.init.zeros_(self.modulation.bias)

    def condition(self, cond_OLD: Tensor) -> ConditionKeys:
        """Return the keys and values that both streams read."""
        return ConditionKeys(*self.shape.condition(cond_OLD), *self.layout.condition(cond_OLD))

    def nothing(self) -> Nothing:
        """Return what both streams read in the unconditional case."""
        return Nothing(self.shape.look_at_nothing(), self.layout.look_at_nothing())

    def modulate(self, time_SD: Tensor) -> Tensor:
        """Return (S, 6, D): shift, 1 + scale and gate of the attention, then of the MLP."""
        numbers = self.modulation(time_SD).unflatten(-1, (6, -1))
        shift1, scale1, gate1, shift2, scale2, gate2 = numbers.unbind(1)
        return torch.stack([shift1, 1 + scale1, gate1, shift2, 1 + scale2, gate2], dim=1)

    def forward(
        self,
        shape_BND: Tensor,
        layout_BND: Tensor | None,
        time_BD: Tensor,
        condition: Tensor | ConditionKeys,
    ) -> tuple[Tensor, Tensor | None]:
        """Return both streams after the block; ``condition`` holds the condition tokens or their keys."""
        keys = self.condition(condition) if isinstance(condition, Tensor) else condition
        return self.advance(shape_BND, layout_BND, self.modulate(time_BD), keys)

    def advance(
        self,
        shape_BND: Tensor,
        layout_BND: Tensor | None,
        modulation_B6D: Tensor,
        keys: ConditionKeys,
        nothing: Nothing | None = None,
    ) -> tuple[Tensor, Tensor | None]:
        """Return both streams after the block; with ``nothing`` the second half of the batch is unconditional.

        ``modulation_B6D`` (see ``modulate``) has a row for each of the batch, or one that serves all.
        """
        shift1, scale1, gate1, shift2, scale2, gate2 = modulation_B6D[:, :, None].unbind(1)
        stream = self.shape
        query, shape_key, shape_value = stream.project(torch.addcmul(shift1, stream.norm_self(shape_BND), scale1))
        shape_BND = torch.addcmul(shape_BND, gate1, stream.self_out(_attend(query, shape_key, shape_value)))
        shape_BND = stream.add_look(
            shape_BND, keys.shape_key, keys.shape_value, None if nothing is None else nothing.shape_D
        )
        shape_BND = stream.add_mlp(shape_BND, shift2, scale2, gate2)
        if layout_BND is None:
            return shape_BND, None
        stream = self.layout
        query, key, value = stream.project(torch.addcmul(shift1, stream.norm_self(layout_BND), scale1))
        key = torch.cat([key, shape_key.detach()], dim=2)
        value = torch.cat([value, shape_value.detach()], dim=2)
        layout_BND = torch.addcmul(layout_BND, gate1, stream.self_out(_attend(query, key, value)))
        layout_BND = stream.add_look(
            layout_BND, keys.layout_key, keys.layout_value, None if nothing is None else nothing.layout_D
        )
        return shape_BND, stream.add_mlp(layout_BND, shift2, scale2, gate2)


BlockAdvance = Callable[
    [GeometryBlock, Tensor, Tensor | None, Tensor, ConditionKeys, Nothing | None], tuple[Tensor, Tensor | None]
]


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

    def prepare(self, cond_OLD: Tensor) -> list[ConditionKeys]:
        """Return each block's condition keys and values, for use at every step."""
        return [block.condition(cond_OLD) for block in self._blocks()]

    def nothing(self) -> list[Nothing]:
        """Return what each block reads in the unconditional case."""
        return [block.nothing() for block in self._blocks()]

    def modulate(self, t_S: Tensor) -> Tensor:
        """Return the modulation of each block at each time, (S, blocks, 6, D)."""
        time_SD = self._embed_time(t_S)
        return torch.stack([block.modulate(time_SD) for block in self._blocks()], dim=1)

    def forward(
        self,
        shape_BCXYZ: Tensor,
        layout_BK: Tensor | None,
        t_B: Tensor,
        condition: Tensor | list[ConditionKeys],
    ) -> tuple[Tensor, Tensor | None]:
        """Return the velocities of shape and layout; without a layout only the shape stream runs.

        ``condition`` holds the condition tokens (B, L, D), or the keys that ``prepare`` made of them.
        """
        time_BD = self._embed_time(t_B)
        shape_BND, layout_BND = self._enter(shape_BCXYZ, layout_BK)
        for index, block in enumerate(self._blocks()):
            part = condition if isinstance(condition, Tensor) else condition[index]
            shape_BND, layout_BND = block(shape_BND, layout_BND, time_BD, part)
        shape, layout_v = self._leave(shape_BND, layout_BND)
        if self.config.predicts == "data":
            return velocity_from_data(shape, shape_BCXYZ, t_B), layout_v
        return shape, layout_v

    def predict(
        self,
        point: Latents,
        modulation_L6D: Tensor,
        keys: list[ConditionKeys],
        nothing: list[Nothing] | None = None,
        advance: BlockAdvance = GeometryBlock.advance,
    ) -> Latents:
        """Return the outputs at ``point``, all rows at the time that ``modulation_L6D`` (blocks, 6, D) was made for.

        Of the layout they are the velocity, of the shape what ``config.predicts`` names.
        With ``nothing`` the second half of the batch is the unconditional one. ``advance`` may be a compiled
        ``GeometryBlock.advance``.
        """
        shape_BND, layout_BND = self._enter(*point)
        for index, block in enumerate(self._blocks()):
            modulation_16D = modulation_L6D[index : index + 1]
            unseen = None if nothing is None else nothing[index]
            shape_BND, layout_BND = advance(block, shape_BND, layout_BND, modulation_16D, keys[index], unseen)
        shape_v, layout_v = self._leave(shape_BND, layout_BND)
        assert layout_v is not None
        return Latents(shape_v, layout_v)

    def _blocks(self) -> Iterator[GeometryBlock]:
        return cast("Iterator[GeometryBlock]", iter(self.blocks))

    def _embed_time(self, t_S: Tensor) -> Tensor:
        features = time_features(t_S).to(self.shape_in.weight.dtype)
        return nn.functional.silu(self.time(features))

    def _enter(self, shape_BCXYZ: Tensor, layout_BK: Tensor | None) -> tuple[Tensor, Tensor | None]:
        shape_BND = self.shape_in(self._to_tokens(shape_BCXYZ)) + self.positions_ND
        return shape_BND, None if layout_BK is None else self.layout_tokens.embed(layout_BK)

    def _leave(self, shape_BND: Tensor, layout_BND: Tensor | None) -> tuple[Tensor, Tensor | None]:
        velocity = self._to_grid(self.shape_out(self.shape_norm(shape_BND)))
        return velocity, None if layout_BND is None else self.layout_tokens.read(self.layout_norm(layout_BND))

    def _to_tokens(self, x_BCXYZ: Tensor) -> Tensor:
        p, r = self.config.token_patch, self.config.latent_grid // self.config.token_patch
        x = x_BCXYZ.reshape(-1, self.config.latent_channels, r, p, r, p, r, p).permute(0, 2, 4, 6, 1, 3, 5, 7)
        return x.reshape(x.shape[0], r**3, -1)

    def _to_grid(self, x_BNC: Tensor) -> Tensor:
        p, r = self.config.token_patch, self.config.latent_grid // self.config.token_patch
        x = x_BNC.reshape(-1, r, r, r, self.config.latent_channels, p, p, p).permute(0, 4, 1, 5, 2, 6, 3, 7)
        return x.reshape(x.shape[0], self.config.latent_channels, *[self.config.latent_grid] * 3)
