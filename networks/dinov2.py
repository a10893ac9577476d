"""DINOv2's published weights into ``ImageEncoder``, whose parameter names follow theirs."""

import math
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from networks.vit import ImageEncoder
from networks.weight_files import WeightsError, check_weights, read_published, read_weights

# Used by self-supervised training only: it stands for the patches that are hidden there.
_MASK_NAME = "mask_token"


def load_dinov2(encoder: ImageEncoder, path: Path) -> None:
    """Fill ``encoder`` from a ``.pth`` or ``.safetensors`` file. Raises WeightsError that names what does not fit.

    The position grid of the file is brought to the encoder's; everything else must agree to the last number.
    """
    state = read_weights([path]) if path.suffix == ".safetensors" else read_published(path)
    try:
        encoder.load_state_dict(from_dinov2(encoder, state), strict=True)
    except WeightsError as error:
        raise WeightsError(f"{path.name} does not fit the image encoder: {error}") from error


def from_dinov2(encoder: ImageEncoder, published: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return ``encoder``'s state from DINOv2's names. Raises WeightsError."""
    own = encoder.state_dict()
    state = {name: value for name, value in published.items() if name != _MASK_NAME}
    own_mask = published.get(_MASK_NAME)
    width = encoder.cls_token.shape[-1]
    if own_mask is not None and own_mask.shape != (1, width):
        raise WeightsError(f"{_MASK_NAME} is {tuple(own_mask.shape)} in the files, {(1, width)} by the configuration")
    if encoder.registers == 0:
        own.pop("register_tokens")
    positions = state.get("pos_embed")
    if positions is not None and positions.dim() == 3 and positions.shape[-1] == width:
        state["pos_embed"] = resize_positions(positions, own["pos_embed"].shape[1] - 1)
    check_weights({name: value.shape for name, value in own.items()}, state)
    if encoder.registers == 0:
        state["register_tokens"] = encoder.register_tokens
    return state


def to_dinov2(encoder: ImageEncoder) -> dict[str, Tensor]:
    """Return ``encoder``'s state in DINOv2's naming, with a zero mask token."""
    state = {name: value.detach().contiguous() for name, value in encoder.state_dict().items()}
    if encoder.registers == 0:
        del state["register_tokens"]
    state[_MASK_NAME] = encoder.cls_token.new_zeros(1, encoder.cls_token.shape[-1])
    return state


def resize_positions(positions_1LD: Tensor, patches: int) -> Tensor:
    """Return class position and a square grid of ``patches`` positions, interpolated where the side differs.

    Raises WeightsError for a grid that is not square.
    """
    count = positions_1LD.shape[1] - 1
    side, wanted = math.isqrt(count), math.isqrt(patches)
    if side * side != count:
        raise WeightsError(f"pos_embed holds {count} patch positions, which is no square grid")
    if count == patches:
        return positions_1LD
    grid = positions_1LD[:, 1:].float().reshape(1, side, side, -1).permute(0, 3, 1, 2)
    grid = torch.nn.functional.interpolate(
        grid, size=(wanted, wanted), mode="bicubic", align_corners=False, antialias=True
    )
    grid_1LD = grid.flatten(2).transpose(1, 2).to(positions_1LD.dtype)
    return torch.cat([positions_1LD[:, :1], grid_1LD], dim=1)
