"""Image encoder: a vision transformer with registers and LayerScale; parameter names follow DINOv2's checkpoints."""

from itertools import pairwise

import torch
from torch import Tensor, nn

# Statistics of the photos that public image encoders were trained on.
_RGB_MEAN = (0.485, 0.456, 0.406)
_RGB_STD = (0.229, 0.224, 0.225)


class LayerScale(nn.Module):
    """A learned gain for each channel, small at the start."""

    def __init__(self, width: int, initial: float = 0.1) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.full((width,), initial))

    def forward(self, x_BLD: Tensor) -> Tensor:
        return x_BLD * self.gamma


class EncoderAttention(nn.Module):
    """Multi-head self-attention over all tokens of one image."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, x_BLD: Tensor) -> Tensor:
        batch, length, width = x_BLD.shape
        qkv = self.qkv(x_BLD).view(batch, length, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        mixed = nn.functional.scaled_dot_product_attention(qkv[0], qkv[1], qkv[2])
        out: Tensor = self.proj(mixed.transpose(1, 2).reshape(batch, length, width))
        return out


class EncoderMlp(nn.Module):
    """Two linear layers with GELU, four times as wide inside."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(width, 4 * width)
        self.fc2 = nn.Linear(4 * width, width)

    def forward(self, x_BLD: Tensor) -> Tensor:
        out: Tensor = self.fc2(nn.functional.gelu(self.fc1(x_BLD)))
        return out


class EncoderBlock(nn.Module):
    """x += scale * attention(norm x); x += scale * mlp(norm x)."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(width, eps=1e-6)
        self.attn = EncoderAttention(width, heads)
        self.ls1 = LayerScale(width)
        self.norm2 = nn.LayerNorm(width, eps=1e-6)
        self.mlp = EncoderMlp(width)
        self.ls2 = LayerScale(width)

    def forward(self, x_BLD: Tensor) -> Tensor:
        x_BLD = x_BLD + self.ls1(self.attn(self.norm1(x_BLD)))
        out: Tensor = x_BLD + self.ls2(self.mlp(self.norm2(x_BLD)))
        return out


class PatchEmbed(nn.Module):
    """Square patches to tokens by one strided convolution."""

    def __init__(self, patch_size: int, width: int) -> None:
        super().__init__()
        self.proj = nn.Conv2d(3, width, patch_size, stride=patch_size)

    def forward(self, image_B3HW: Tensor) -> Tensor:
        tokens: Tensor = self.proj(image_B3HW)
        return tokens.flatten(2).transpose(1, 2)


class ConvStem(nn.Module):
    """Patches to tokens by overlapping 3x3 convolutions of stride 2, each of which doubles the channels.

    A transformer that starts from nothing learns faster behind them than behind one wide projection (Xiao et al.,
    "Early convolutions help transformers see better", 2021). The patch size must be a power of two.
    """

    def __init__(self, patch_size: int, width: int) -> None:
        super().__init__()
        halvings = patch_size.bit_length() - 1
        channels = [3, *(max(width >> (halvings - 1 - index), 8) for index in range(halvings))]
        layers: list[nn.Module] = []
        for before, after in pairwise(channels):
            layers += [nn.Conv2d(before, after, 3, stride=2, padding=1), nn.GroupNorm(1, after), nn.GELU()]
        # The tokens themselves come out of a convolution, as they do without a stem.
        self.proj = nn.Sequential(*layers[:-2])

    def forward(self, image_B3HW: Tensor) -> Tensor:
        tokens: Tensor = self.proj(image_B3HW)
        return tokens.flatten(2).transpose(1, 2)


class ImageEncoder(nn.Module):
    """Square images (B, 3, S, S) in 0..1 to one class token and (S / patch)^2 patch tokens, (B, L, D)."""

    rgb_mean: Tensor
    rgb_std: Tensor

    def __init__(
        self,
        *,
        image_size: int,
        patch_size: int,
        width: int,
        layers: int,
        heads: int,
        registers: int,
        has_conv_stem: bool = False,
    ) -> None:
        super().__init__()
        patches = (image_size // patch_size) ** 2
        self.registers = registers
        self.patch_embed = ConvStem(patch_size, width) if has_conv_stem else PatchEmbed(patch_size, width)
        self.cls_token = nn.Parameter(torch.zeros(1, 1, width))
        self.pos_embed = nn.Parameter(torch.randn(1, 1 + patches, width) * 0.02)
        self.register_tokens = nn.Parameter(torch.randn(1, registers, width) * 0.02)
        self.blocks = nn.ModuleList(EncoderBlock(width, heads) for _ in range(layers))
        self.norm = nn.LayerNorm(width, eps=1e-6)
        self.register_buffer("rgb_mean", torch.tensor(_RGB_MEAN).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("rgb_std", torch.tensor(_RGB_STD).view(1, 3, 1, 1), persistent=False)

    def forward(self, image_B3HW: Tensor) -> Tensor:
        batch = image_B3HW.shape[0]
        x_BLD = self.patch_embed((image_B3HW - self.rgb_mean) / self.rgb_std)
        x_BLD = torch.cat([self.cls_token.expand(batch, -1, -1), x_BLD], dim=1) + self.pos_embed
        registers = self.register_tokens.expand(batch, -1, -1)
        x_BLD = torch.cat([x_BLD[:, :1], registers, x_BLD[:, 1:]], dim=1)
        for block in self.blocks:
            x_BLD = block(x_BLD)
        x_BLD = self.norm(x_BLD)
        return torch.cat([x_BLD[:, :1], x_BLD[:, 1 + self.registers :]], dim=1)
