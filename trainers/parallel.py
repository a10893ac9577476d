"""One module on any number of processes: alone, replicated (DDP) or with its weights in shares (FSDP2).

DDP keeps every weight on every process and averages gradients while the backward pass still runs; FSDP2 keeps a share
of each weight, gradient and moment, and fetches a block's weights when the block runs.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import FSDPModule, fully_shard
from torch.distributed.tensor import DTensor, distribute_tensor
from torch.nn.parallel import DistributedDataParallel

from networks.conditioning import Conditioner
from networks.geometry import GeometryBlock
from networks.vit import EncoderBlock
from trainers.world import World

Kind = Literal["ddp", "fsdp"]
BLOCKS = (GeometryBlock, EncoderBlock)
"""The parts that repeat: compiled once for all of them, sharded one by one, their matrices Muon's."""
COMPILED_WHOLE = (GeometryBlock, Conditioner)
"""Where no weights are sharded: besides the blocks a conditioner is mostly norms, stems and copies, which fuse."""


class Spread:
    """A module as one of ``world.size`` processes runs it. ``module`` holds the parameters that this process owns."""

    def __init__(self, module: nn.Module, world: World, kind: Kind = "ddp", *, is_compiled: bool = False) -> None:
        """Prepare ``module`` in place; with FSDP it can be used through this object only from then on."""
        self.module, self.world, self.kind = module, world, kind
        if is_compiled:
            compile_parts(module, BLOCKS if kind == "fsdp" else COMPILED_WHOLE)
        self._run: Callable[..., Any] = module
        if world.size == 1:
            return
        if kind == "fsdp":
            _shard(module, world)
            return
        self._run = DistributedDataParallel(
            module,
            device_ids=[world.device.index] if world.device.type == "cuda" else None,
            gradient_as_bucket_view=True,
            broadcast_buffers=False,
        )

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Run the forward pass."""
        return self._run(*arguments, **named)

    @contextmanager
    def exchanging(self, is_last: bool) -> Iterator[None]:
        """Exchange gradients in the backward passes inside only when ``is_last``: the earlier ones just add up."""
        if isinstance(self._run, DistributedDataParallel) and not is_last:
            with self._run.no_sync():
                yield
            return
        if isinstance(self.module, FSDPModule):
            self.module.set_requires_gradient_sync(is_last)
        yield


def compile_parts(module: nn.Module, kinds: tuple[type[nn.Module], ...]) -> None:
    """Compile every part of these kinds in place; what the compiler cannot take runs as it is, with a warning."""
    # A block is small, so one compilation of seconds serves all layers, where the whole network takes minutes.
    torch._dynamo.config.suppress_errors = True
    for part in module.modules():
        if isinstance(part, kinds):
            part.compile(dynamic=False)


def _shard(module: nn.Module, world: World) -> None:
    mesh = init_device_mesh(world.device.type, (world.size,))
    for part in module.modules():
        if isinstance(part, BLOCKS):
            fully_shard(part, mesh=mesh)
    fully_shard(module, mesh=mesh)


def own_part(tensor: Tensor) -> Tensor:
    """Return the part of a sharded tensor that this process holds; any other tensor as it is."""
    return tensor.to_local() if isinstance(tensor, DTensor) else tensor


def whole(tensor: Tensor) -> Tensor:
    """Return a sharded tensor gathered from all processes, which must all call this; any other tensor as it is."""
    return tensor.full_tensor() if isinstance(tensor, DTensor) else tensor


def shared_like(tensor: Tensor, like: Tensor) -> Tensor:
    """Return ``tensor``, whole on every process, on the device of ``like`` and cut up as that one is."""
    placed = tensor.to(like.device, like.dtype)
    if isinstance(like, DTensor):
        return distribute_tensor(placed, like.device_mesh, like.placements)
    return placed
