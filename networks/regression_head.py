"""A direct guess of coarse occupancy from the condition tokens: for teaching the encoders before the flow starts.

A flow can learn to denoise for a long while before it learns to look. One answer for each picture, with no noise to
lean on, leaves looking as the only way. The head is thrown away afterwards and is part of no checkpoint.
"""

import torch
from torch import Tensor, nn

from networks.config import NetworkConfig
from networks.positions import grid_positions
from networks.vit import EncoderAttention, EncoderMlp

# Queries along an axis; each answers for a block of voxels.
_QUERY_SIDE = 8


class ReadingBlock(nn.Module):
    """Queries read the condition tokens, then each other: cross-attention, self-attention, MLP, all residual."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm_query = nn.LayerNorm(width, eps=1e-6)
        self.norm_cond = nn.LayerNorm(width, eps=1e-6)
        self.query = nn.Linear(width, width)
        self.key_value = nn.Linear(width, 2 * width)
        self.out = nn.Linear(width, width)
        self.norm_self = nn.LayerNorm(width, eps=1e-6)
        self.attention = EncoderAttention(width, heads)
        self.norm_mlp = nn.LayerNorm(width, eps=1e-6)
        self.mlp = EncoderMlp(width)

    def forward(self, x_BND: Tensor, cond_BLD: Tensor) -> Tensor:
        key, value = self.key_value(self.norm_cond(cond_BLD)).chunk(2, dim=-1)
        query = self.query(self.norm_query(x_BND))
        heads = (part.unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in (query, key, value))
        mixed = nn.functional.scaled_dot_product_attention(*heads)
        x_BND = x_BND + self.out(mixed.transpose(1, 2).flatten(2))
        x_BND = x_BND + self.attention(self.norm_self(x_BND))
        out: Tensor = x_BND + self.mlp(self.norm_mlp(x_BND))
        return out


class OccupancyHead(nn.Module):
    """Condition tokens (B, L, D) to occupancy logits (B, g, g, g) of the object frame; g a multiple of 8."""

    positions_ND: Tensor

    def __init__(self, config: NetworkConfig, *, grid: int = 16, layers: int = 3) -> None:
        super().__init__()
        if grid % _QUERY_SIDE:
            raise ValueError(f"the head answers for a multiple of {_QUERY_SIDE} voxels along an axis, not {grid}")
        self.block_side = grid // _QUERY_SIDE
        self.register_buffer("positions_ND", grid_positions(_QUERY_SIDE, config.width), persistent=False)
        self.queries = nn.Parameter(torch.randn(_QUERY_SIDE**3, config.width) * 0.02)
        self.blocks = nn.ModuleList(ReadingBlock(config.width, config.heads) for _ in range(layers))
        self.norm = nn.LayerNorm(config.width, eps=1e-6)
        self.answer = nn.Linear(config.width, self.block_side**3)

    def forward(self, cond_BLD: Tensor) -> Tensor:
        x_BND = (self.positions_ND + self.queries).expand(cond_BLD.shape[0], -1, -1)
        for block in self.blocks:
            x_BND = block(x_BND, cond_BLD)
        answers: Tensor = self.answer(self.norm(x_BND))
        q, b = _QUERY_SIDE, self.block_side
        return answers.reshape(-1, q, q, q, b, b, b).permute(0, 1, 4, 2, 5, 3, 6).reshape(-1, q * b, q * b, q * b)


def coarse_occupancy(occupancy_BXYZ: Tensor, grid: int = 16) -> Tensor:
    """Return the filled share of each coarse voxel, float32 (B, g, g, g): the head's target. g divides the grid."""
    side = occupancy_BXYZ.shape[-1] // grid
    return nn.functional.avg_pool3d(occupancy_BXYZ[:, None].float(), side)[:, 0]
