"""What a camera and a file format do to a picture: blur, noise, colour balance, JPEG. Batched, on any device.

Shapes: B pictures, 3 colour channels, H, W pixels, K = kernel side. Colours are sRGB in [0, 1].
"""

import math

import torch
from torch import Tensor
from torch.nn import functional

KERNEL_SIDE = 9

# ITU-T T.81, Annex K, tables K.1 and K.2: quantisation steps at quality 50.
_LUMINANCE_STEPS = (
    (16, 11, 10, 16, 24, 40, 51, 61),
    (12, 12, 14, 19, 26, 58, 60, 55),
    (14, 13, 16, 24, 40, 57, 69, 56),
    (14, 17, 22, 29, 51, 87, 80, 62),
    (18, 22, 37, 56, 68, 109, 103, 77),
    (24, 35, 55, 64, 81, 104, 113, 92),
    (49, 64, 78, 87, 103, 121, 120, 101),
    (72, 92, 95, 98, 112, 100, 103, 99),
)
_CHROMINANCE_STEPS = (
    (17, 18, 24, 47, 99, 99, 99, 99),
    (18, 21, 26, 66, 99, 99, 99, 99),
    (24, 26, 56, 99, 99, 99, 99, 99),
    (47, 66, 99, 99, 99, 99, 99, 99),
    *(((99,) * 8,) * 4),
)


def photograph(rgb_B3HW: Tensor, generator: torch.Generator) -> Tensor:
    """Return the pictures as a random camera would have saved them; ``generator`` lives on the CPU.

    Every picture gets a little blur, which also softens the edges of pasted things; a part is out of focus, moved,
    noisy, off-balance or compressed hard.
    """
    n, device = len(rgb_B3HW), rgb_B3HW.device
    unit = torch.rand(n, 12, generator=generator).to(device)
    side = rgb_B3HW.shape[-1]
    # Widths grow with the picture, so that a large rendering is not sharper than a small one.
    soft = (0.35 + 0.25 * unit[:, 0] + (unit[:, 1] < 0.25) * 1.2 * unit[:, 2]) * side / 192
    moved = (unit[:, 3] < 0.15) * (0.5 + 1.5 * unit[:, 4]) * side / 192
    rgb = blur(rgb_B3HW, soft, moved, unit[:, 5] * math.pi)
    balance = torch.exp((unit[:, 6:9] - 0.5) * 0.24)
    gamma = torch.exp((unit[:, 9] - 0.5) * 0.5)
    rgb = (rgb.clamp(0, 1) ** gamma[:, None, None, None] * balance[:, :, None, None]).clamp(0, 1)
    rgb = add_noise(rgb, 0.025 * unit[:, 10] ** 2, generator)
    return compress(rgb, 35 + 63 * unit[:, 11])


def blur(rgb_B3HW: Tensor, sigma_B: Tensor, along_B: Tensor, angle_B: Tensor) -> Tensor:
    """Blur by a Gaussian of ``sigma_B`` pixels that is ``along_B`` pixels longer in the direction of ``angle_B``."""
    n, channels, height, width = rgb_B3HW.shape
    reach = KERNEL_SIDE // 2
    axis = torch.arange(-reach, reach + 1, device=rgb_B3HW.device, dtype=rgb_B3HW.dtype)
    x_KK, y_KK = axis[None, :].expand(KERNEL_SIDE, -1), axis[:, None].expand(-1, KERNEL_SIDE)
    cos, sin = angle_B.cos()[:, None, None], angle_B.sin()[:, None, None]
    narrow = sigma_B.clamp(min=0.05)[:, None, None]
    long = (sigma_B.square() + along_B.square()).sqrt().clamp(min=0.05)[:, None, None]
    exponent = ((x_KK * cos + y_KK * sin) / long).square() + ((y_KK * cos - x_KK * sin) / narrow).square()
    kernels_BKK = torch.exp(-0.5 * exponent)
    kernels_BKK = kernels_BKK / kernels_BKK.sum((1, 2), keepdim=True)
    # One group for every channel of every picture: each has a kernel of its own.
    flat = functional.pad(rgb_B3HW, (reach,) * 4, mode="replicate").reshape(1, n * channels, *_grown(height, width))
    weights = kernels_BKK[:, None].expand(-1, channels, -1, -1).reshape(n * channels, 1, KERNEL_SIDE, KERNEL_SIDE)
    return functional.conv2d(flat, weights.to(flat), groups=n * channels).view(n, channels, height, width)


def _grown(height: int, width: int) -> tuple[int, int]:
    return height + KERNEL_SIDE - 1, width + KERNEL_SIDE - 1


def add_noise(rgb_B3HW: Tensor, sigma_B: Tensor, generator: torch.Generator) -> Tensor:
    """Add noise whose spread is ``sigma_B`` at mid grey and grows with the light, as photon counts do."""
    device = rgb_B3HW.device
    # Drawn where the pictures are: so many numbers would take longer to move than to draw.
    seed = int(torch.randint(2**62, (), generator=generator))
    noise = torch.randn(rgb_B3HW.shape, generator=torch.Generator(device).manual_seed(seed), device=device)
    spread = sigma_B[:, None, None, None] * (0.25 + 1.5 * rgb_B3HW).sqrt()
    return (rgb_B3HW + noise * spread).clamp(0, 1)


def compress(rgb_B3HW: Tensor, quality_B: Tensor) -> Tensor:
    """Return what remains of the pictures after JPEG (baseline, 4:2:0) at ``quality_B`` in 1..100.

    Only the steps that lose something are done: colour conversion, subsampling, quantised 8 x 8 cosine transforms.
    """
    height, width = rgb_B3HW.shape[-2:]
    padded = functional.pad(rgb_B3HW, (0, -width % 16, 0, -height % 16), mode="replicate") * 255
    luminance, chroma = _to_ycc(padded)
    luminance = _quantised(luminance, _LUMINANCE_STEPS, quality_B)
    chroma = _quantised(functional.avg_pool2d(chroma, 2), _CHROMINANCE_STEPS, quality_B)
    chroma = functional.interpolate(chroma, scale_factor=2, mode="bilinear", align_corners=False)
    return (_to_rgb(luminance, chroma)[..., :height, :width] / 255).clamp(0, 1)


def _to_ycc(rgb_B3HW: Tensor) -> tuple[Tensor, Tensor]:
    """JFIF's luminance (B, 1, H, W) and chroma (B, 2, H, W), all centred on zero, in 0..255 steps."""
    red, green, blue = rgb_B3HW.unbind(1)
    luminance = 0.299 * red + 0.587 * green + 0.114 * blue
    chroma = torch.stack([(blue - luminance) / 1.772, (red - luminance) / 1.402], 1)
    return luminance[:, None] - 128, chroma


def _to_rgb(luminance_B1HW: Tensor, chroma_B2HW: Tensor) -> Tensor:
    luminance, (cb, cr) = luminance_B1HW[:, 0] + 128, chroma_B2HW.unbind(1)
    red, blue = luminance + 1.402 * cr, luminance + 1.772 * cb
    return torch.stack([red, (luminance - 0.299 * red - 0.114 * blue) / 0.587, blue], 1)


def _quantised(planes_BCHW: Tensor, steps: tuple[tuple[int, ...], ...], quality_B: Tensor) -> Tensor:
    n, channels, height, width = planes_BCHW.shape
    cosines = _cosines(planes_BCHW.device)
    # The scale that the Independent JPEG Group's encoder made customary.
    scale = torch.where(quality_B < 50, 5000 / quality_B.clamp(min=1), 200 - 2 * quality_B)
    table = torch.tensor(steps, device=planes_BCHW.device, dtype=planes_BCHW.dtype)
    table = ((table * scale[:, None, None] + 50) / 100).floor().clamp(1, 255)[:, None, None, None]
    blocks = planes_BCHW.view(n, channels, height // 8, 8, width // 8, 8).transpose(3, 4)
    rounded = (cosines @ blocks @ cosines.T / table).round() * table
    return (cosines.T @ rounded @ cosines).transpose(3, 4).reshape(n, channels, height, width)


def _cosines(device: torch.device) -> Tensor:
    """The orthonormal cosine transform of eight numbers, (8, 8)."""
    index = torch.arange(8, device=device, dtype=torch.float32)
    matrix = torch.cos((2 * index[None] + 1) * index[:, None] * math.pi / 16) / 2
    return torch.cat([matrix[:1] / math.sqrt(2), matrix[1:]])
