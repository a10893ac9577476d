"""Seconds that sampling takes, before and after: on a GPU at full size with random weights, on a CPU at shipped size.

Run: ``python -m benchmarks.sampling [--device cuda] [--json FILE] [--write]``. On a GPU it needs torch, numpy and this
project's ``networks``, nothing else; on a CPU (``benchmarks.cpu_sampling``) the whole project, and ``--checkpoint
engine/demo/seed/base`` measures what ships. ``--write`` fills docs/benchmarks/sampling.json or, on a CPU,
sampling_cpu.json; ``--eager`` also measures blocks that are not compiled; ``--explain`` lists where the time of one
forward goes.
"""

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.nn.attention import SDPBackend, sdpa_kernel

from benchmarks import device_result, flops
from benchmarks.device_result import Figures, figure
from benchmarks.plain_sampling import plain_sample
from networks import frames
from networks.capturing import cuda_graph_of
from networks.conditioning import Conditioner
from networks.config import NetworkConfig, config_named
from networks.crops import ConditionStreams
from networks.geometry import BlockAdvance, GeometryBlock, GeometryTransformer, Latents
from networks.sampling import GUIDED_UNTIL, Sampler, compiled_advance, time_grid
from networks.shape_vae import ShapeVae

GUIDANCE = 7.0
# Rounding differs between the two ways; one that is wrong differs by the whole.
LARGEST_DIFFERENCE = 0.05
# Enough to run both branches, little enough to leave rounding small.
CHECKED_GUIDANCE = 1.0

Built = TypeVar("Built", bound=nn.Module)


@dataclass(frozen=True, kw_only=True)
class Case:
    """Seeds of one object, guided or not, and the seconds that are aimed at."""

    seeds: int
    steps: int
    guidance: float
    target: float

    @property
    def name(self) -> str:
        """As it stands in the figures' names."""
        return f"{self.steps}_b{self.seeds}"

    @property
    def work(self) -> flops.SamplingWork:
        """What is counted."""
        guided = sum(t < GUIDED_UNTIL for t in time_grid(self.steps)[:-1]) if self.guidance else 0
        return flops.SamplingWork(objects=1, seeds=self.seeds, evaluations=self.steps, guided=guided)


CASES = (
    Case(seeds=1, steps=4, guidance=0.0, target=0.18),
    Case(seeds=8, steps=4, guidance=0.0, target=0.65),
    Case(seeds=1, steps=25, guidance=GUIDANCE, target=1.4),
    Case(seeds=8, steps=25, guidance=GUIDANCE, target=6.2),
)


def random_module(build: Callable[[], Built], device: torch.device, dtype: torch.dtype = torch.float32) -> Built:
    """Build on the device itself, with random numbers where training starts from zeros."""
    with torch.device(device):
        module = build()
    for parameter in module.parameters():
        if not parameter.any():
            nn.init.normal_(parameter, std=0.02)
    return module.to(dtype).eval().requires_grad_(False)


def seconds(work: Callable[[], object], device: torch.device, repeats: int) -> list[float]:
    """Return the wall-clock seconds of each run, with the device's work finished."""
    measured = []
    for _ in range(repeats):
        _wait(device)
        started = time.perf_counter()
        work()
        _wait(device)
        measured.append(time.perf_counter() - started)
    return measured


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def random_latents(config: NetworkConfig, rows: int, device: torch.device) -> Latents:
    """Draw noise on the device: what a CPU takes to draw it is no part of the comparison."""
    grid = [config.latent_grid] * 3
    return Latents(
        torch.randn(rows, config.latent_channels, *grid, device=device),
        torch.randn(rows, frames.LAYOUT_NUMBERS, device=device),
    )


def random_streams(config: NetworkConfig, device: torch.device) -> ConditionStreams:
    """One object's pictures, pointmaps included if the network reads them."""

    def picture(channels: int) -> Tensor:
        return torch.rand(1, channels, config.image_size, config.image_size, device=device)

    points = [picture(3) + 3, picture(3) + 3] if config.has_pointmap else [None, None]
    return ConditionStreams(picture(3), picture(1), picture(3), picture(1), *points)


class SamplingBench:
    """The transformer of one size with random weights, sampled in both ways."""

    def __init__(self, config: NetworkConfig, device: torch.device) -> None:
        self.config, self.device = config, device
        self.dtype = torch.float16 if device.type == "cuda" else torch.float32
        torch.manual_seed(0)
        self.transformer = random_module(lambda: GeometryTransformer(config), device, self.dtype)
        self.cond_1LD = torch.randn(1, config.n_condition_tokens, config.width, device=device, dtype=self.dtype)

    def plain(self, case: Case) -> Callable[[], Latents]:
        """Return the sampling that is measured against, run once in short."""
        noise = random_latents(self.config, case.seeds, self.device)
        cond_BLD = self.cond_1LD.expand(case.seeds, -1, -1)
        work = partial(plain_sample, self.transformer, cond_BLD, noise, guidance=case.guidance)
        work(steps=1)
        return partial(work, steps=case.steps)

    def sampler(self, advance: BlockAdvance | None = None) -> Sampler:
        """Return the fast one, as the model server samples on a GPU: compiled unless ``advance`` says otherwise."""
        if self.device.type != "cuda":
            return Sampler(self.transformer)
        capture = partial(cuda_graph_of, self.device)
        return Sampler(self.transformer, capture=capture, advance=advance or compiled_advance())

    def fast(self, sampler: Sampler, case: Case) -> Callable[[], Latents]:
        """Return a sampling by ``sampler``, run once in short so that its steps are recorded."""
        noise = random_latents(self.config, case.seeds, self.device)
        work = partial(sampler, self.cond_1LD, noise, guidance=case.guidance)
        work(steps=4)
        return partial(work, steps=case.steps)

    def difference(self, guidance: float) -> float:
        """Return how far apart both ways end after four steps, as a share of the way. Exits when it is too far."""
        noise = random_latents(self.config, 2, self.device)
        cond_BLD = self.cond_1LD.expand(2, -1, -1)
        one = plain_sample(self.transformer, cond_BLD, noise, steps=4, guidance=guidance)
        two = self.sampler()(self.cond_1LD, noise, steps=4, guidance=guidance)
        apart = [
            float((fast - plain.float()).norm() / (plain.float() - start).norm())
            for start, plain, fast in zip(noise, one, two, strict=True)
        ]
        if not max(apart) < LARGEST_DIFFERENCE:
            raise SystemExit(f"the fast way ends {apart} apart from the plain one: its times would mean nothing")
        return max(apart)

    def rate(self, name: str, operations: int, measured: list[float]) -> Figures:
        """Return the figure of operations over time."""
        return {f"{name}_tflops": figure([operations / one / 1e12 for one in measured], unit="TFLOP/s")}


def sampling_figures(bench: SamplingBench, cases: tuple[Case, ...], repeats: int, *, with_eager: bool) -> Figures:
    """Measure every case before and after; ``with_eager`` adds the fast way without compiled blocks."""
    size, figures = bench.config.name, Figures()
    for guidance in (0.0, CHECKED_GUIDANCE):
        apart = figure([bench.difference(guidance)], unit="share", target=f"< {LARGEST_DIFFERENCE}")
        figures[f"{size}_difference_guidance_{guidance:g}"] = apart
    for case in cases:
        measured = seconds(bench.plain(case), bench.device, 1)
        figures[f"{size}_plain_{case.name}_s"] = figure(measured, unit="s")
        figures |= bench.rate(
            f"{size}_plain_{case.name}", flops.plain_sampling_flops(bench.config, case.work), measured
        )
    figures |= _fast_figures(bench, bench.sampler(), cases, repeats, f"{size}_sample")
    if with_eager:
        eager = bench.sampler(GeometryBlock.advance)
        figures |= _fast_figures(bench, eager, cases, repeats, f"{size}_eager")
    return figures


def _fast_figures(
    bench: SamplingBench, sampler: Sampler, cases: tuple[Case, ...], repeats: int, prefix: str
) -> Figures:
    figures: Figures = {}
    for case in cases:
        started = time.perf_counter()
        work = bench.fast(sampler, case)
        first = time.perf_counter() - started
        measured, name = seconds(work, bench.device, repeats), f"{prefix}_{case.name}"
        target = f"<= {case.target:g}" if bench.config.name == "full" else None
        figures[f"{name}_s"] = figure(measured, unit="s", target=target)
        figures[f"{name}_first_call_s"] = figure([first], unit="s")
        figures |= bench.rate(name, flops.sampling_flops(bench.config, case.work), measured)
        device_result.show({key: value for key, value in figures.items() if key.startswith(name)})
    return figures


@torch.no_grad()
def outside_figures(config: NetworkConfig, device: torch.device, repeats: int) -> Figures:
    """Measure what stands before and after the loop: one object's encoders, eight decoded grids."""
    conditioner = random_module(lambda: Conditioner(config), device)
    vae = random_module(lambda: ShapeVae(config), device)
    streams, latents = random_streams(config, device), random_latents(config, 8, device)
    with torch.autocast(device.type, torch.float16, enabled=device.type == "cuda"):
        encode, decode = partial(conditioner, streams), partial(vae.decode, latents.shape_BCXYZ)
        return {
            f"{config.name}_encode_b1_s": figure(seconds(encode, device, repeats + 1)[1:], unit="s"),
            f"{config.name}_decode_b8_s": figure(seconds(decode, device, repeats + 1)[1:], unit="s"),
        }


@torch.no_grad()
def explain(bench: SamplingBench) -> None:
    """Print where the time of four steps of eight seeds goes, and what each kind of attention takes alone."""
    work = partial(Sampler(bench.transformer), bench.cond_1LD, random_latents(bench.config, 8, bench.device))
    work(steps=4, guidance=GUIDANCE)
    with torch.profiler.profile() as profile:
        work(steps=4, guidance=GUIDANCE)
    print(profile.key_averages().table(sort_by="self_device_time_total", row_limit=25, max_name_column_width=70))
    heads, size = bench.config.heads, bench.config.width // bench.config.heads
    tokens, seen = bench.config.n_shape_tokens, bench.config.n_condition_tokens
    for rows, queries, keys in ((8, tokens, tokens), (1, 8 * tokens, seen), (1, tokens, seen), (8, 3, tokens + 3)):
        shapes = [(rows, length, heads, size) for length in (queries, keys, keys)]
        query, key, value = (torch.randn(s, device=bench.device, dtype=bench.dtype).transpose(1, 2) for s in shapes)
        for backend in (SDPBackend.CUDNN_ATTENTION, SDPBackend.FLASH_ATTENTION):
            with sdpa_kernel(backend):
                attend = partial(nn.functional.scaled_dot_product_attention, query, key, value)
                try:
                    best = min(seconds(attend, bench.device, 5))
                except RuntimeError as error:
                    print(f"attention {rows} x {queries} to {keys}, {backend.name}: {error}")
                    continue
            rate = 4 * rows * queries * keys * heads * size / best / 1e12
            print(f"attention {rows} x {queries} to {keys}, {backend.name}: {1e3 * best:.3f} ms, {rate:.0f} TFLOP/s")


def main() -> None:
    """Parse the command line, measure, show, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--size", help="full on a GPU, nano on a CPU unless given")
    parser.add_argument("--checkpoint", type=Path, help="on a CPU: real weights, as far as meshes and previews")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2, help="of a CPU")
    parser.add_argument("--eager", action="store_true", help="measure uncompiled blocks as well")
    parser.add_argument("--explain", action="store_true")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--write", action="store_true", help="write them into docs/benchmarks")
    parser.add_argument("--commit", help="what is measured, where there is no git to ask")
    given = parser.parse_args()
    device = torch.device(given.device)
    if device.type == "cuda":
        bench = SamplingBench(config_named(given.size or "full"), device)
        figures = sampling_figures(bench, CASES, given.repeats, with_eager=given.eager)
        figures |= outside_figures(bench.config, device, given.repeats)
    else:
        torch.set_num_threads(given.threads)
        # Only here: these need more of the project, and a GPU's machine may have less.
        from benchmarks.cpu_sampling import cpu_figures, networks_to_measure

        networks = networks_to_measure(given.checkpoint, config_named(given.size or "nano"))
        figures = cpu_figures(networks, given.repeats, is_trained=given.checkpoint is not None)
    device_result.show(figures)
    name = "sampling" if device.type == "cuda" else "sampling_cpu"
    written = [given.json] if given.json else []
    written += [device_result.RESULTS_FOLDER / f"{name}.json"] if given.write else []
    for path in written:
        device_result.write(path, figures, device=device, commit=given.commit)
    if given.explain and device.type == "cuda":
        explain(bench)


if __name__ == "__main__":
    main()
