"""Number formats: weights and moments stay float32; matrix products run in bfloat16 or TF32 on a GPU."""

from contextlib import AbstractContextManager, nullcontext

import torch


def use_fast_products() -> None:
    """Let float32 products that are left on a GPU use TF32."""
    torch.backends.cuda.matmul.allow_tf32 = True
    torch.backends.cudnn.allow_tf32 = True
    torch.backends.cudnn.benchmark = True


def lowered(device: torch.device, is_lowered: bool) -> AbstractContextManager[object]:
    """Return the context of a forward pass: bfloat16 products, or float32 throughout."""
    if not is_lowered:
        return nullcontext()
    return torch.autocast(device.type, torch.bfloat16)
