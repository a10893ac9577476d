"""Training throughput on synthetic batches: samples a second and the utilisation of the device (MFU).

``python -m benchmarks.throughput [--sizes nano tiny small] [--json FILE] [--write]`` measures whole training steps of
the geometry network (forward, backward, clipping, AdamW, EMA), encoders included, in bfloat16 with compiled blocks.
``torchrun --nproc-per-node N -m benchmarks.throughput --scaling --sizes small`` measures all N processes together by
DDP, and one alone, each with the same batch a process. It needs torch and this project; neither data, git nor Django.

The operations of a step are counted by torch as they run (products, convolutions, attention, forward and backward), the
peak is a large bfloat16 matrix product in the same run.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from benchmarks import device_result
from benchmarks.device_result import Figures, figure
from networks import frames
from networks.config import NetworkConfig, config_named
from networks.crops import ConditionStreams
from networks.network import GeometryNetwork
from trainers.data.samples import Samples
from trainers.learner import Learner, Parts
from trainers.parallel import Kind, Spread
from trainers.precision import lowered, use_fast_products
from trainers.recipes.recipe import MODALITY_WEIGHTS, OptimiserRecipe
from trainers.throughput import count_step_flops, measure_peak
from trainers.velocity import velocity_loss
from trainers.world import World, enter_world, leave_world, step_generator

BATCHES = {"debug": 8, "nano": 512, "tiny": 256, "small": 128, "full": 4}
"""Samples a process and step. ``small`` keeps some .6 GB of activations a sample: 256 do not fit into 140 GB."""
COUNTED_SAMPLES = 2
WARM_STEPS = 5
TIMED_STEPS = 10
REPEATS = 3
TARGETS = {"train_mfu_small": ">= 0.35"}
SCALING_TARGETS = {2: ">= 0.90", 4: ">= 0.85"}


@dataclass(frozen=True)
class Speed:
    """``samples`` a second over all processes, one number a repetition; ``flops`` a sample."""

    samples: list[float]
    flops: float


def random_samples(config: NetworkConfig, n: int, device: torch.device) -> Samples:
    """Return ``n`` samples of random numbers in the shapes of training."""
    side = config.image_size

    def picture(channels: int) -> Tensor:
        return torch.rand(n, channels, side, side, device=device)

    points = [picture(3) + 2, picture(3) + 2] if config.has_pointmap else [None, None]
    return Samples(
        streams=ConditionStreams(picture(3), picture(1), picture(3), picture(1), *points),
        shapes_NCXYZ=torch.randn(n, config.latent_channels, *[config.latent_grid] * 3, device=device),
        layouts_NK=torch.randn(n, frames.LAYOUT_NUMBERS, device=device),
        has_pose_N=torch.ones(n, dtype=torch.bool, device=device),
    )


def measure(config: NetworkConfig, world: World, batch: int, *, kind: Kind = "ddp", is_compiled: bool = True) -> Speed:
    """Train a network of random weights for some steps. All processes of ``world`` must call this."""
    torch.manual_seed(0)
    with torch.device(world.device):
        network = GeometryNetwork(config).train()
    samples = random_samples(config, batch, world.device)
    few = samples.take(torch.arange(min(batch, COUNTED_SAMPLES)), world.device)
    flops = count_step_flops(network, lambda: loss_of(network, few, world, 0)["total"]) / len(few)
    forward = Spread(network, world, kind, is_compiled=is_compiled)
    learner = Learner(forward, OptimiserRecipe(rate=1e-4, warmup=10), 1_000, world)

    def step(number: int) -> None:
        learner.accumulate([lambda: loss_of(forward, samples, world, number)], number)

    for number in range(WARM_STEPS):
        step(number)
    rates = []
    for repeat in range(REPEATS):
        seconds = timed(world, lambda first=WARM_STEPS + repeat * TIMED_STEPS: run_steps(step, first))  # type: ignore[misc]
        rates.append(world.size * batch * TIMED_STEPS / seconds)
    return Speed(rates, flops)


def run_steps(step: Callable[[int], None], first: int) -> None:
    """Run the steps that are timed together."""
    for number in range(first, first + TIMED_STEPS):
        step(number)


def loss_of(forward: Callable[..., object], samples: Samples, world: World, step: int) -> Parts:
    """Return the loss of pre-training."""
    with lowered(world.device, world.device.type == "cuda"):
        flow = velocity_loss(
            forward,
            samples,
            weights=MODALITY_WEIGHTS,
            condition_dropout=0.1,
            modality_dropout=0.1,
            draw=step_generator(0, step, world.rank),
        )
    return {"total": flow.total}


def timed(world: World, work: Callable[[], None]) -> float:
    """Return the seconds of ``work`` on all processes, the device's work finished."""
    wait(world)
    started = time.perf_counter()
    work()
    wait(world)
    return time.perf_counter() - started


def wait(world: World) -> None:
    """Wait for the device and all processes."""
    if world.device.type == "cuda":
        torch.cuda.synchronize(world.device)
    world.wait()


def size_figures(name: str, speed: Speed, peak: float, n_processes: int) -> Figures:
    """Return samples a second, operations a sample and the utilisation of one size."""
    mfu = [rate / n_processes * speed.flops / peak for rate in speed.samples]
    return {
        f"train_samples_per_second_{name}": figure(speed.samples, unit="samples/s"),
        f"train_gflop_a_sample_{name}": figure([speed.flops / 1e9], unit="GFLOP"),
        f"train_mfu_{name}": figure(mfu, unit="share of peak", target=TARGETS.get(f"train_mfu_{name}")),
    }


def scaling_figures(name: str, config: NetworkConfig, world: World, batch: int, kind: Kind) -> Figures:
    """Return how much faster all processes are than one of them alone, as a share of their number."""
    together = measure(config, world, batch, kind=kind)
    single: Speed | None = None
    if world.is_writer:
        single = measure(config, World(0, 1, world.device), batch)
    world.wait()
    if single is None:
        return {}
    n = world.size
    shares = [rate / (n * statistics.median(single.samples)) for rate in together.samples]
    return {
        f"train_samples_per_second_{name}_{n}_gpus": figure(together.samples, unit="samples/s"),
        f"train_samples_per_second_{name}_alone": figure(single.samples, unit="samples/s"),
        f"scaling_{n}_gpus": figure(shares, unit="share of linear", target=SCALING_TARGETS.get(n)),
    }


def publish(figures: Figures, world: World, given: argparse.Namespace) -> None:
    """Show the figures so far, and write them where the command line says."""
    device_result.show(figures)
    print(json.dumps({name: one["value"] for name, one in figures.items()}))
    name = f"scaling_{world.size}_gpus" if given.scaling else "throughput"
    target = given.json or (device_result.RESULTS_FOLDER / f"{name}.json" if given.write else None)
    if target is not None:
        device_result.write(target, figures, device=world.device, commit=given.commit)


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", nargs="+", default=["nano", "tiny", "small"], choices=sorted(BATCHES))
    parser.add_argument("--encoder", choices=("vit", "efficientnet"), default="vit")
    parser.add_argument("--batch", type=int, help="samples a process and step; by default one that fits the size")
    parser.add_argument("--eager", action="store_true", help="do not compile")
    parser.add_argument("--parallel", choices=("ddp", "fsdp"), default="ddp")
    parser.add_argument("--scaling", action="store_true", help="all processes against one")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--write", action="store_true", help="into docs/benchmarks")
    parser.add_argument("--commit")
    given = parser.parse_args()
    use_fast_products()
    world = enter_world()
    peak = measure_peak(world.device)
    figures: Figures = {"matmul_peak": figure([peak / 1e12], unit="TFLOP/s")}
    for name in given.sizes:
        config = config_named(name, given.encoder if name in ("nano", "tiny", "small") else "vit")
        batch = given.batch or BATCHES[name]
        if given.scaling:
            figures |= scaling_figures(name, config, world, batch, given.parallel)
        else:
            speed = measure(config, world, batch, kind=given.parallel, is_compiled=not given.eager)
            figures |= size_figures(name, speed, peak, world.size)
        # After each size: one that does not fit must not cost the figures of those before it.
        if world.is_writer:
            publish(figures, world, given)
    leave_world(world)


if __name__ == "__main__":
    main()
