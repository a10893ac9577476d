"""One phase of a run, from its first step or from where the last start left it to its end.

A step's batch is cut into micro-batches, which are the unit of randomness: micro-batch m of step s draws the same
samples, times and noise whichever process works on it. So one process that adds up four of them, two that take two
each and four that take one each learn the same, up to the order of additions.
"""

import copy
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from trainers.learner import Learner, Parts
from trainers.metrics_log import MetricsLog
from trainers.parallel import Kind, Spread
from trainers.progress_bar import ProgressBar
from trainers.recipes.recipe import OptimiserRecipe
from trainers.run_folder import RunFolder, say
from trainers.stage import Stepper
from trainers.throughput import count_step_flops, measure_peak
from trainers.world import World, batch_indices, step_generator

# With several processes a stop must be agreed on, and agreeing waits for the device.
STEPS_BETWEEN_VOTES = 10
SEEDS_A_PURPOSE = 1_000_003


@dataclass(frozen=True)
class Settings:
    """How this start of a run works; nothing here changes what is learnt, rounding apart."""

    accumulate: int = 1
    kind: Kind = "ddp"
    is_compiled: bool = False
    is_lowered: bool = False
    report_every: int = 100
    deadline: float | None = None


@dataclass(frozen=True)
class Phase:
    """``first_step`` counts the steps of the run's earlier phases, of ``run_steps`` in all."""

    name: str
    steps: int
    batch: int
    optimiser: OptimiserRecipe
    save_every: int
    seed: int
    first_step: int
    run_steps: int


@dataclass(frozen=True)
class Micro:
    """Micro-batch ``number`` of the ``count`` of a step, ``size`` samples each."""

    seed: int
    step: int
    number: int
    count: int
    size: int

    def draw(self, purpose: int = 0) -> torch.Generator:
        """Return its randomness, on the CPU; another one for each purpose."""
        return step_generator(self.seed + SEEDS_A_PURPOSE * purpose, self.step, self.number)

    def indices(self, n: int, shares: int = 1) -> Tensor:
        """Return its samples out of ``n``, (size,).

        When each of ``shares`` processes holds samples of its own, only its own micro-batches go through them.
        """
        number, count = self.number // shares, self.count // shares
        return batch_indices(n, self.size, seed=self.seed, step=self.step, rank=number, size=count)


Loss = Callable[[Callable[..., Any], Micro], Parts]
"""From what runs the module's forward pass, and a micro-batch, to the parts of its loss."""


@dataclass
class Workplace:
    """Where and how phases run."""

    run: RunFolder
    world: World
    log: MetricsLog
    settings: Settings = field(default_factory=Settings)
    peak_flops: float | None = None

    def micros(self, phase: Phase, step: int) -> list[Micro]:
        """Return this process's micro-batches of a step. Raises ValueError when the batch does not divide."""
        count = self.settings.accumulate * self.world.size
        if phase.batch % count:
            raise ValueError(f"a batch of {phase.batch} does not divide into {count} parts")
        own = range(self.world.rank, count, self.world.size)
        return [Micro(phase.seed, step, number, count, phase.batch // count) for number in own]


def learn(
    place: Workplace,
    phase: Phase,
    module: nn.Module,
    loss: Loss,
    *,
    after_step: Callable[[int, Learner], None] | None = None,
) -> None:
    """Train ``module`` and leave the averaged weights in it.

    ``module`` itself stays whole and still: a copy learns, sharded or not, and ``Learner.put_average`` brings its
    average back, which ``after_step`` may also do in between. Raises Stopped, DivergedError, OSError.
    """
    if _take_finished(place, phase, module):
        return
    trainee = copy.deepcopy(module).train()
    flops = _flops_a_sample(place, phase, trainee, loss)
    settings, world = place.settings, place.world
    forward = Spread(trainee, world, settings.kind, is_compiled=settings.is_compiled)
    learner = Learner(forward, phase.optimiser, phase.steps, world)
    stepper = Stepper(
        place.run, world, learner,
        n_steps=phase.steps, save_every=phase.save_every, name=phase.name,
        first_of_run=phase.first_step, votes_every=STEPS_BETWEEN_VOTES, deadline=settings.deadline,
    )  # fmt: skip
    place.log.begin(phase.first_step + stepper.first)
    report = _Report(place, phase, learner, stepper.first, flops)
    for step in range(stepper.first, phase.steps):
        micros = place.micros(phase, step)
        parts = learner.accumulate([lambda micro=micro: loss(forward, micro) for micro in micros], step)  # type: ignore[misc]
        report.finish(step, parts)
        if after_step is not None:
            after_step(step, learner)
        stepper.close_step(step)
    report.close()
    learner.put_average(module)


def _take_finished(place: Workplace, phase: Phase, module: nn.Module) -> bool:
    """Give ``module`` what an earlier start learnt, if that start came to the end of the phase."""
    state = place.run.load_state(f"{phase.name}.pt")
    if state is None or state["step"] < phase.steps:
        return False
    say(f"{phase.name} is done")
    places = dict(module.named_parameters())
    with torch.no_grad():
        for name, average in state["learner"]["ema"].items():
            places[name].copy_(average)
    return True


def _flops_a_sample(place: Workplace, phase: Phase, module: nn.Module, loss: Loss) -> float | None:
    if place.world.device.type != "cuda":
        return None
    if place.peak_flops is None:
        place.peak_flops = measure_peak(place.world.device)
        say(f"a large matrix product runs at {place.peak_flops / 1e12:.0f} TFLOP/s")
    micro = Micro(phase.seed, 0, 0, 1, 2)
    with torch.no_grad():
        loss(module, micro)  # what is prepared for the whole phase at its first batch is no part of a sample
    return count_step_flops(module, lambda: loss(module, micro)["total"]) / micro.size


class _Report:
    """Turns scalars on the device into lines now and then."""

    def __init__(self, place: Workplace, phase: Phase, learner: Learner, first: int, flops: float | None) -> None:
        self._place, self._phase, self._learner, self._flops = place, phase, learner, flops
        self._bar = ProgressBar(phase.name, phase.steps, first, is_shown=place.world.is_writer)
        self._since, self._step_since = time.monotonic(), first

    def finish(self, step: int, parts: Mapping[str, Tensor]) -> None:
        if (step + 1) % self._place.settings.report_every and step + 1 < self._phase.steps:
            return
        self._place.world.average_(parts.values())
        values = {name: float(value) for name, value in parts.items()}
        total = values.pop("total")
        values |= {"rate": self._learner.rate(step), **self._speed(step)}
        whole_step = self._phase.first_step + step
        self._place.log.write(self._phase.name, whole_step, {"loss": total, **values})
        self._place.run.report_finite(whole_step, self._phase.run_steps, total, values)
        self._bar.show(step, total)

    def _speed(self, step: int) -> dict[str, float]:
        now = time.monotonic()
        rate = (step + 1 - self._step_since) * self._phase.batch / max(now - self._since, 1e-9)
        self._since, self._step_since = now, step + 1
        values = {"samples_per_second": rate}
        if self._flops is not None and self._place.peak_flops is not None:
            values["mfu"] = rate * self._flops / self._place.peak_flops / self._place.world.size
        return values

    def close(self) -> None:
        self._bar.close()
