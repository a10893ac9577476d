"""Muon for the matrices of repeating blocks: momentum whose singular values are all made about one.

K. Jordan et al., "Muon: an optimizer for hidden layers in neural networks", 2024; the size of a step is the one of
J. Liu et al., "Muon is scalable for LLM training", 2025, at which AdamW's rates fit. ``torch.optim.Muon`` takes one
matrix after the other, some 25 small kernels each, and cannot leave out a bad step without waiting for the device; here
all matrices of a shape go through as one batch.
"""

from collections import defaultdict
from collections.abc import Iterable

import torch
from torch import Tensor, nn

from trainers.parallel import BLOCKS, own_part, shared_like, whole

MOMENTUM = 0.95
POLYNOMIAL = (3.4445, -4.7750, 2.0315)
"""Steepest at zero among those that keep singular values near one (Jordan)."""
ITERATIONS = 5
RMS = 0.2
"""Of a step's entries, about what AdamW's have (Liu)."""


class Muon:
    """Moves matrices; ``state`` holds the momentum of each, whole on every process, under ``momentum``."""

    def __init__(self, matrices: Iterable[Tensor], *, weight_decay: float) -> None:
        """Take matrices, (rows, columns) each, sharded or not."""
        self.matrices, self.weight_decay = list(matrices), weight_decay
        self.state: dict[Tensor, dict[str, Tensor]] = {}

    @torch.no_grad()
    def step(self, rate: float, is_bad: Tensor) -> None:
        """Move every matrix that has a gradient; where the scalar ``is_bad`` is not 0, nothing changes."""
        of_shape: defaultdict[torch.Size, list[Tensor]] = defaultdict(list)
        for matrix in self.matrices:
            if matrix.grad is not None:
                of_shape[matrix.shape].append(matrix)
        for alike in of_shape.values():
            self._step_alike(alike, rate, is_bad > 0)

    def _step_alike(self, matrices: list[Tensor], rate: float, is_bad: Tensor) -> None:
        gradient_NRC = torch.stack([whole(matrix.grad).float() for matrix in matrices if matrix.grad is not None])
        buffers = [self._momentum(matrix) for matrix in matrices]
        before_NRC = torch.stack(buffers)
        after_NRC = before_NRC.lerp(gradient_NRC, 1 - MOMENTUM)
        torch._foreach_copy_(buffers, list(torch.where(is_bad, before_NRC, after_NRC).unbind()))
        # As far as the gradient of this step alone would carry on: Nesterov's look ahead.
        turned_NRC = orthogonal(gradient_NRC.lerp(after_NRC, MOMENTUM))
        scale = RMS * max(turned_NRC.shape[1:]) ** 0.5
        decay_NRC = self.weight_decay * torch.stack([whole(matrix) for matrix in matrices])
        move_NRC = torch.where(is_bad, 0.0, scale * turned_NRC.float() + decay_NRC)
        moves = [own_part(shared_like(move, matrix)) for move, matrix in zip(move_NRC, matrices, strict=True)]
        torch._foreach_add_([own_part(matrix) for matrix in matrices], moves, alpha=-rate)

    def _momentum(self, matrix: Tensor) -> Tensor:
        if matrix not in self.state:
            self.state[matrix] = {"momentum": torch.zeros(matrix.shape, device=matrix.device)}
        return self.state[matrix]["momentum"]


def orthogonal(matrices_NRC: Tensor) -> Tensor:
    """Return matrices with the same singular vectors and singular values of about one (.7 to 1.2), same shape.

    Five Newton-Schulz iterations; on a GPU in bfloat16, which they bear. Zero stays zero.
    """
    is_tall = matrices_NRC.shape[1] > matrices_NRC.shape[2]
    x = matrices_NRC.transpose(1, 2) if is_tall else matrices_NRC
    x = x.bfloat16() if x.device.type == "cuda" else x.float()
    x = x / x.norm(dim=(1, 2), keepdim=True).clamp(min=1e-7)
    a, b, c = POLYNOMIAL
    for _ in range(ITERATIONS):
        gram = x @ x.transpose(1, 2)
        x = torch.baddbmm(x, torch.baddbmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    return x.transpose(1, 2) if is_tall else x


def block_matrices(module: nn.Module) -> dict[str, nn.Parameter]:
    """Return the weights that learn and are matrices inside blocks that repeat, under their names in ``module``."""
    blocks = [name for name, part in module.named_modules() if isinstance(part, BLOCKS)]
    return {
        f"{block}.{name}" if block else name: parameter
        for block in blocks
        for name, parameter in module.get_submodule(block).named_parameters()
        if parameter.dim() == 2 and parameter.requires_grad
    }
