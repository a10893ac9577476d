"""Floating-point operations of a training step, and what the device can do at most: together the utilisation (MFU)."""

import time
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

PEAK_SIDE = 8192
PEAK_REPETITIONS = 10


def count_step_flops(module: nn.Module, loss: Callable[[], Tensor]) -> float:
    """Return the operations of ``loss`` and its backward pass; a multiplication with its addition counts as two.

    Products, convolutions and attention are counted, as they run: frozen parts have no backward pass. Gradients of
    ``module`` are dropped.
    """
    with FlopCounterMode(display=False) as counter:
        loss().backward()  # type: ignore[no-untyped-call]
    module.zero_grad(set_to_none=True)
    return float(counter.get_total_flops())


def measure_peak(device: torch.device) -> float:
    """Return the bfloat16 operations a second of a large matrix product on random numbers. CUDA only."""
    a, b = (torch.randn(PEAK_SIDE, PEAK_SIDE, device=device, dtype=torch.bfloat16) for _ in range(2))
    for _ in range(3):
        a @ b
    torch.cuda.synchronize(device)
    started = time.perf_counter()
    for _ in range(PEAK_REPETITIONS):
        a @ b
    torch.cuda.synchronize(device)
    return 2 * PEAK_SIDE**3 * PEAK_REPETITIONS / (time.perf_counter() - started)
