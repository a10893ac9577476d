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
    """Return the bfloat16 operations a second of a large matrix product on random numbers."""
    side = PEAK_SIDE if device.type == "cuda" else PEAK_SIDE // 16
    a, b = (torch.randn(side, side, device=device, dtype=torch.bfloat16) for _ in range(2))
    for _ in range(3):
        a @ b
    _wait(device)
    started = time.perf_counter()
    for _ in range(PEAK_REPETITIONS):
        a @ b
    _wait(device)
    return 2 * side**3 * PEAK_REPETITIONS / (time.perf_counter() - started)


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
