"""From noise to latents: Euler steps along a warped clock, with guidance over the noisy half of the path.

Time runs from 0 (noise) to 1 (data). What no step changes is computed once: each object's condition keys, whatever the
number of its seeds; what the unconditional branch reads; the modulation of every step.
"""

from collections.abc import Callable
from functools import cache, partial
from itertools import pairwise

import torch
from torch import Tensor

from networks import frames
from networks.capturing import CapturedSteps, cuda_graph_of
from networks.config import NetworkConfig
from networks.geometry import BlockAdvance, GeometryBlock, GeometryTransformer, Latents
from networks.prediction import LEAST_LEFT
from networks.trajectory import Trajectory

# More steps near the noise, where the shape is decided.
TIME_WARP = 3.0
# Guidance acts while t is below this: the first half of the path, counted from the noise.
GUIDED_UNTIL = 0.5
_MOST_ROW_COUNTS = 64


def warp_time(u: float, warp: float = TIME_WARP) -> float:
    """Return t = u / (1 + (warp - 1)(1 - u)); 0 and 1 stay where they are."""
    return u / (1 + (warp - 1) * (1 - u))


def time_grid(steps: int) -> list[float]:
    """Return the steps + 1 times from 0 (noise) to 1 (data)."""
    return [warp_time(index / steps) for index in range(steps + 1)]


def draw_noise(config: NetworkConfig, seeds: list[int]) -> Latents:
    """Draw one object's noise from each seed, on the CPU: the same on every device and beside any other seed."""
    shapes, layouts = [], []
    for seed in seeds:
        generator = torch.Generator().manual_seed(seed)
        shapes.append(torch.randn(config.latent_channels, *[config.latent_grid] * 3, generator=generator))
        layouts.append(torch.randn(frames.LAYOUT_NUMBERS, generator=generator))
    return Latents(torch.stack(shapes), torch.stack(layouts))


class Sampler:
    """Follows one transformer's flow, many rows at a time.

    ``dtype`` is that of the transformer's arithmetic; another than its weights' means a copy of them, which is brought
    up to date at every call, so a network that is still being trained may be sampled. The state of the path stays
    float32. ``capture`` turns a step into something cheaper to repeat (``cuda_graph_of``); ``advance`` may be a
    compiled ``GeometryBlock.advance``.
    """

    def __init__(
        self,
        transformer: GeometryTransformer,
        *,
        dtype: torch.dtype | None = None,
        capture: Callable[[Callable[[], None]], Callable[[], None]] | None = None,
        advance: BlockAdvance = GeometryBlock.advance,
    ) -> None:
        self.source = self.transformer = transformer
        own = transformer.shape_in.weight.dtype
        if dtype is not None and dtype != own:
            self.transformer = _blank_copy(transformer, dtype)
        self._advance = advance
        self._captured = None if capture is None else CapturedSteps(self._step, capture)

    @classmethod
    def fastest(cls, transformer: GeometryTransformer, *, is_compiled: bool = False) -> "Sampler":
        """Return the sampler for the device that holds the weights.

        On a GPU: captured steps in float16. Guidance w makes rounding errors up to 1 + 2 w times as large, and bfloat16
        rounds eight times as coarsely: at size nano with random weights, eight steps with w = 7 ended .3% of the way
        off in float16, 2.2% in bfloat16. ``is_compiled`` saves another quarter of a full-sized step, for seconds at the
        first batch of each size: worth it where many objects follow. On a CPU: plain steps in the weights' own type.
        """
        device = transformer.shape_in.weight.device
        if device.type != "cuda":
            return cls(transformer)
        advance = compiled_advance() if is_compiled else GeometryBlock.advance
        return cls(transformer, dtype=torch.float16, capture=partial(cuda_graph_of, device), advance=advance)

    @torch.no_grad()
    def __call__(self, cond_OLD: Tensor, noise: Latents, *, steps: int, guidance: float) -> Latents:
        """Follow the flow from ``noise`` to data, float32.

        ``cond_OLD`` holds the tokens of O objects; ``noise`` a row for each seed of the first object, then of the next,
        as many for each. With ``guidance`` w > 0 the velocity is (1 + w) v_c - w v_u on the guided half; both branches
        run as one batch. Raises ValueError for steps < 1 and for rows that are no multiple of the objects.
        """
        if steps < 1:
            raise ValueError("sampling needs at least one step")
        if len(noise.shape_BCXYZ) % len(cond_OLD):
            raise ValueError(f"{len(noise.shape_BCXYZ)} rows of noise for {len(cond_OLD)} objects")
        self._refresh()
        times = torch.tensor(time_grid(steps), device=cond_OLD.device)
        modulations_SL6D = self.transformer.modulate(times[:-1])
        path = self._begin(cond_OLD, noise, modulations_SL6D[0], guidance)
        for index, (now, then) in enumerate(pairwise(time_grid(steps))):
            path.modulation_L6D.copy_(modulations_SL6D[index])
            path.length.fill_(then - now)
            path.left.fill_(max(1 - now, LEAST_LEFT))
            take = self._step if self._captured is None else self._captured.take
            take(path, guidance > 0 and now < GUIDED_UNTIL)
        return Latents(path.shape_BCXYZ.clone(), path.layout_BK.clone())

    def _begin(self, cond_OLD: Tensor, noise: Latents, modulation_L6D: Tensor, guidance: float) -> Trajectory:
        shape, layout = (part.to(cond_OLD.device, torch.float32, copy=True) for part in noise)
        path = Trajectory(
            shape_BCXYZ=shape,
            layout_BK=layout,
            modulation_L6D=modulation_L6D.clone(),
            length=shape.new_zeros(()),
            left=shape.new_ones(()),
            guidance=shape.new_full((), guidance),
            keys=self.transformer.prepare(cond_OLD.to(modulation_L6D.dtype)),
            nothing=self.transformer.nothing(),
        )
        return path if self._captured is None else self._captured.place(path)

    def _step(self, path: Trajectory, is_guided: bool) -> None:
        """Move ``path`` on by one step, in place."""
        point = Latents(*(part.to(path.modulation_L6D.dtype) for part in (path.shape_BCXYZ, path.layout_BK)))
        if is_guided:
            point = Latents(*(torch.cat([part, part]) for part in point))
        nothing = path.nothing if is_guided else None
        predicted = self.transformer.predict(point, path.modulation_L6D, path.keys, nothing, self._advance)
        shape_v, layout_v = (part.float() for part in predicted)
        if self.transformer.config.predicts == "data":
            # From the path's own float32 state: what rounding takes from it would come back divided by what is left.
            state = torch.cat([path.shape_BCXYZ, path.shape_BCXYZ]) if is_guided else path.shape_BCXYZ
            shape_v = (shape_v - state) / path.left
        for state, velocity in ((path.shape_BCXYZ, shape_v), (path.layout_BK, layout_v)):
            state.addcmul_(guide(velocity, path.guidance) if is_guided else velocity, path.length)

    def _refresh(self) -> None:
        if self.transformer is not self.source:
            torch._foreach_copy_(_numbers(self.transformer), _numbers(self.source))


@cache
def compiled_advance() -> BlockAdvance:
    """Return ``GeometryBlock.advance`` compiled, which fuses norms, modulations and copies with what stands beside.

    All blocks of all networks of a process share it; each number of rows is compiled once. What the compiler cannot
    take runs as it is, with a warning.
    """
    torch._dynamo.config.suppress_errors = True
    # A guided and an unguided step for each number of seeds that is ever asked for.
    torch._dynamo.config.recompile_limit = 2 * _MOST_ROW_COUNTS
    return torch.compile(GeometryBlock.advance, dynamic=False)


def _blank_copy(transformer: GeometryTransformer, dtype: torch.dtype) -> GeometryTransformer:
    """Return one of the same size on the same device whose weights are still to be filled in."""
    with torch.device("meta"):
        blank = GeometryTransformer(transformer.config)
    return blank.to(dtype).to_empty(device=transformer.shape_in.weight.device).requires_grad_(False)


def _numbers(transformer: GeometryTransformer) -> list[Tensor]:
    return [*transformer.parameters(), *transformer.buffers()]


def sample(
    transformer: GeometryTransformer, cond_OLD: Tensor, noise: Latents, *, steps: int, guidance: float
) -> Latents:
    """Follow the flow step by step in the weights' own type; see ``Sampler``."""
    return Sampler(transformer)(cond_OLD, noise, steps=steps, guidance=guidance)


def guide(velocity_both: Tensor, guidance: Tensor | float) -> Tensor:
    """Return (1 + w) v_c - w v_u of a batch whose first half is conditional, second half not."""
    conditional, unconditional = velocity_both.chunk(2)
    return conditional + guidance * (conditional - unconditional)
