"""One optimisation step and everything that must survive a restart: weights, moments, the EMA."""

import math
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from trainers.muon import Muon, block_matrices
from trainers.parallel import Spread, own_part, shared_like, whole
from trainers.recipes.recipe import OptimiserRecipe
from trainers.world import World

MAX_BAD_STEPS = 5
STEPS_BETWEEN_LOOKS = 20
"""On a GPU the count of bad steps is read this often: each look waits for all work that is queued."""

Parts = Mapping[str, Tensor]
"""A loss in scalars: ``total`` is differentiated, the others are for the log."""


class DivergedError(RuntimeError):
    """Loss or gradients were not finite several steps in a row."""


class Learner:
    """Moves the trainable parameters of ``module`` and keeps their exponential moving average."""

    def __init__(
        self,
        module: nn.Module | Spread,
        recipe: OptimiserRecipe,
        n_steps: int,
        world: World,
        *,
        is_fused: bool | None = None,
    ) -> None:
        """Take a plain module, whose gradients are averaged after the backward pass, or one that is spread already.

        ``is_fused`` (by default on CUDA) updates in one kernel, which skips bad steps without waiting for them.
        """
        self.spread = module if isinstance(module, Spread) else None
        self.module = module.module if isinstance(module, Spread) else module
        self.recipe, self.n_steps, self.world = recipe, n_steps, world
        self.parameters = {name: p for name, p in self.module.named_parameters() if p.requires_grad}
        self.ema = {name: p.detach().clone() for name, p in self.parameters.items()}
        turned = {} if recipe.matrix_rate is None else block_matrices(self.module)
        self.muon = Muon(turned.values(), weight_decay=recipe.weight_decay)
        # Norm gains and biases are not pulled to zero.
        decayed = [p for name, p in self.parameters.items() if p.dim() >= 2 and name not in turned]
        others = [p for p in self.parameters.values() if p.dim() < 2]
        groups = [{"params": decayed, "weight_decay": recipe.weight_decay}, {"params": others, "weight_decay": 0.0}]
        self._is_fused = world.device.type == "cuda" if is_fused is None else is_fused
        self.optimiser = torch.optim.AdamW(groups, lr=recipe.rate, betas=recipe.betas, fused=self._is_fused)
        self.n_bad = torch.zeros((), device=world.device)

    def rate(self, step: int) -> float:
        """Return the learning rate of a step: linear warm-up, then cosine decay."""
        return self.recipe.rate * self._share_of_rate(step)

    def _share_of_rate(self, step: int) -> float:
        if step < self.recipe.warmup:
            return (step + 1) / self.recipe.warmup
        progress = (step - self.recipe.warmup) / max(1, self.n_steps - self.recipe.warmup)
        cosine = 0.5 * (1 + math.cos(math.pi * min(progress, 1.0)))
        return self.recipe.final_rate + (1 - self.recipe.final_rate) * cosine

    def update(self, loss: Tensor, step: int) -> float:
        """Step against the gradient of ``loss``; return the gradient's norm before clipping, 0 for a skipped step."""
        return float(self.accumulate([lambda: {"total": loss}], step)["gradient_norm"])

    def accumulate(self, micros: Sequence[Callable[[], Parts]], step: int) -> dict[str, Tensor]:
        """Step against the mean gradient of several losses, computed one after the other.

        Return the means of their parts on this process, and ``gradient_norm``, all without waiting for the device. A
        step whose gradient is not finite changes nothing; several in a row raise DivergedError.
        """
        for parameter in self.parameters.values():
            parameter.grad = None
        means: dict[str, Tensor] = {}
        for number, micro in enumerate(micros, start=1):
            if self.spread is None:
                parts = _backward(micro, len(micros))
            else:
                with self.spread.exchanging(number == len(micros)):
                    parts = _backward(micro, len(micros))
            for name, part in parts.items():
                share = part.detach() / len(micros)
                means[name] = means[name] + share if name in means else share
        if self.spread is None:
            self.world.average_(p.grad for p in self.parameters.values() if p.grad is not None)
        return {**means, "gradient_norm": self._move(step)}

    def _move(self, step: int) -> Tensor:
        norm = whole(nn.utils.clip_grad_norm_(self.parameters.values(), self.recipe.clip))
        # The norm is the same on every rank, so all skip or none; the loss need not be.
        is_bad = (~torch.isfinite(norm)).float()
        self.n_bad = (self.n_bad + is_bad) * is_bad
        for group in self.optimiser.param_groups:
            group["lr"] = self.rate(step)
        if self.recipe.matrix_rate is not None:
            self.muon.step(self.recipe.matrix_rate * self._share_of_rate(step), is_bad)
        if self._is_fused:
            self.optimiser.found_inf = is_bad  # type: ignore[attr-defined]  # what a gradient scaler sets
            self.optimiser.step()
        elif not is_bad:
            self.optimiser.step()
        is_waiting_free = self.world.device.type == "cpu"
        if is_waiting_free or (step + 1) % STEPS_BETWEEN_LOOKS == 0:
            self._look(step)
        self._follow(step)
        return torch.where(is_bad > 0, torch.zeros_like(norm), norm)

    def _look(self, step: int) -> None:
        if self.n_bad >= MAX_BAD_STEPS:
            n = int(self.n_bad)
            raise DivergedError(f"the gradient was not finite {n} steps in a row, the last at step {step}")

    @torch.no_grad()
    def _follow(self, step: int) -> None:
        # Early on the average forgets faster, or a short run would never leave its start.
        decay = min(self.recipe.ema, (1 + step) / (10 + step))
        averages: list[Tensor] = [own_part(self.ema[name]) for name in self.parameters]
        weights: list[Tensor] = [own_part(p.detach()) for p in self.parameters.values()]
        torch._foreach_lerp_(averages, weights, 1 - decay)

    @torch.no_grad()
    def use_average(self) -> None:
        """Put the EMA into the module."""
        for name, parameter in self.parameters.items():
            parameter.copy_(self.ema[name])

    @torch.no_grad()
    def put_average(self, into: nn.Module) -> None:
        """Copy the EMA, gathered, into a whole module with the same parameters. All processes must call this."""
        places = dict(into.named_parameters())
        for name, average in self.ema.items():
            places[name].copy_(whole(average))

    def state(self) -> dict[str, Any]:
        """Return what ``restore`` needs to go on exactly, by parameter and whole: any number of processes can take it.

        All processes must call this.
        """
        moments: dict[str, dict[str, Tensor]] = {}
        for name, parameter in self.parameters.items():
            values = self._state_of(parameter).get(parameter, {})
            moments[name] = {key: whole(value) for key, value in values.items()}
        return {
            "weights": {name: whole(p.detach()) for name, p in self.parameters.items()},
            "ema": {name: whole(average) for name, average in self.ema.items()},
            "moments": moments,
            "n_bad": self.n_bad,
        }

    @torch.no_grad()
    def restore(self, state: dict[str, Any]) -> None:
        """Take up ``state``. Raises KeyError when a parameter is missing in it."""
        for name, parameter in self.parameters.items():
            own_part(parameter).copy_(own_part(shared_like(state["weights"][name], parameter)))
            own_part(self.ema[name]).copy_(own_part(shared_like(state["ema"][name], parameter)))
            if state["moments"][name]:
                self._state_of(parameter)[parameter] = {
                    key: self._placed(key, value, parameter) for key, value in state["moments"][name].items()
                }
        self.n_bad = state["n_bad"].to(self.world.device)

    def _state_of(self, parameter: Tensor) -> MutableMapping[Tensor, dict[str, Tensor]]:
        is_turned = any(parameter is matrix for matrix in self.muon.matrices)
        return self.muon.state if is_turned else self.optimiser.state

    def _placed(self, key: str, value: Tensor, parameter: Tensor) -> Tensor:
        if key == "momentum":  # of Muon: whole everywhere
            return value.clone().to(self.world.device)
        if key != "step":
            return shared_like(value, parameter).clone()
        # Only the fused kernel counts its steps on the device.
        return value.clone().to(self.world.device if self._is_fused else "cpu")


def _backward(micro: Callable[[], Parts], n: int) -> Parts:
    parts = micro()
    (parts["total"] / n).backward()  # type: ignore[no-untyped-call]
    return parts
