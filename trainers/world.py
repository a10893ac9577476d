"""One process or many: ranks from torchrun's environment, gradient averaging, and the randomness of a step."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor, distributed


@dataclass(frozen=True)
class World:
    """This process's place among ``size``; rank 0 writes files."""

    rank: int
    size: int
    device: torch.device

    @property
    def is_writer(self) -> bool:
        """Whether this process writes the run folder."""
        return self.rank == 0

    def average_(self, tensors: Iterable[Tensor]) -> None:
        """Replace each tensor by its mean over the processes, in one message."""
        present = list(tensors)
        if self.size == 1 or not present:
            return
        flat = torch.cat([tensor.detach().reshape(-1) for tensor in present])
        distributed.all_reduce(flat)
        flat /= self.size
        start = 0
        for tensor in present:
            tensor.detach().copy_(flat[start : start + tensor.numel()].view_as(tensor))
            start += tensor.numel()

    def is_any(self, flag: bool) -> bool:
        """Whether any process says so: all must stop at the same step."""
        if self.size == 1:
            return flag
        votes = torch.tensor([float(flag)], device=self.device)
        distributed.all_reduce(votes)
        return bool(votes.item() > 0)

    def wait(self) -> None:
        """Wait for all processes."""
        if self.size > 1:
            distributed.barrier()


def enter_world() -> World:
    """Join torchrun's process group when WORLD_SIZE says that there is one, else stand alone."""
    rank, size = int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))
    device = torch.device("cpu")
    if torch.cuda.is_available():
        device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))
        torch.cuda.set_device(device)
    if size > 1 and not distributed.is_initialized():
        distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
    return World(rank, size, device)


def leave_world(world: World) -> None:
    """Leave the process group."""
    if world.size > 1 and distributed.is_initialized():
        distributed.destroy_process_group()


def step_generator(seed: int, step: int, rank: int = 0) -> torch.Generator:
    """Return the randomness of one step on one rank.

    It is a function of its arguments alone, so a resumed run draws what the uninterrupted run would have drawn.
    """
    # Odd multipliers spread neighbouring steps and ranks over the 63 bits that a seed may have.
    mixed = (seed * 0x9E3779B97F4A7C15 + step * 0xBF58476D1CE4E5B9 + rank * 0x94D049BB133111EB) % 2**63
    return torch.Generator().manual_seed(mixed)


def batch_indices(n: int, batch: int, *, seed: int, step: int, rank: int = 0, size: int = 1) -> Tensor:
    """Return which of ``n`` samples rank ``rank`` sees at ``step``, (batch,); each epoch is a new order of all."""
    first = (step * size + rank) * batch
    positions = torch.arange(first, first + batch)
    epochs = positions // n
    index = torch.empty_like(positions)
    for epoch in range(first // n, (first + batch - 1) // n + 1):
        index[epochs == epoch] = _order(n, seed, epoch)[positions[epochs == epoch] % n]
    return index


@lru_cache(maxsize=4)  # an order of a million samples is not to be drawn anew at every step
def _order(n: int, seed: int, epoch: int) -> Tensor:
    return torch.randperm(n, generator=step_generator(seed, epoch, rank=-1))
