"""One optimisation step and everything that must survive a restart: weights, AdamW's moments, the EMA."""

import math
from typing import Any

import torch
from torch import Tensor, nn

from trainers.recipes.recipe import OptimiserRecipe
from trainers.world import World

MAX_BAD_STEPS = 5


class DivergedError(RuntimeError):
    """Loss or gradients were not finite several steps in a row."""


class Learner:
    """Moves the trainable parameters of ``module`` and keeps their exponential moving average."""

    def __init__(self, module: nn.Module, recipe: OptimiserRecipe, n_steps: int, world: World) -> None:
        self.module, self.recipe, self.n_steps, self.world = module, recipe, n_steps, world
        self.parameters = {name: p for name, p in module.named_parameters() if p.requires_grad}
        self.ema = {name: p.detach().clone() for name, p in self.parameters.items()}
        # Norm gains and biases are not pulled to zero.
        decayed = [p for p in self.parameters.values() if p.dim() >= 2]
        others = [p for p in self.parameters.values() if p.dim() < 2]
        groups = [{"params": decayed, "weight_decay": recipe.weight_decay}, {"params": others, "weight_decay": 0.0}]
        self.optimiser = torch.optim.AdamW(groups, lr=recipe.rate, betas=recipe.betas)
        self.n_bad = 0

    def rate(self, step: int) -> float:
        """Return the learning rate of a step: linear warm-up, then cosine decay."""
        if step < self.recipe.warmup:
            return self.recipe.rate * (step + 1) / self.recipe.warmup
        progress = (step - self.recipe.warmup) / max(1, self.n_steps - self.recipe.warmup)
        cosine = 0.5 * (1 + math.cos(math.pi * min(progress, 1.0)))
        return self.recipe.rate * (self.recipe.final_rate + (1 - self.recipe.final_rate) * cosine)

    def update(self, loss: Tensor, step: int) -> float:
        """Step against the gradient of ``loss``; return the gradient's norm before clipping.

        A step whose loss or gradient is not finite changes nothing; several in a row raise DivergedError.
        """
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        gradients = [p.grad for p in self.parameters.values() if p.grad is not None]
        self.world.average_(gradients)
        norm = nn.utils.clip_grad_norm_(self.parameters.values(), self.recipe.clip)
        # The norm is the same on every rank, so all skip or none; the loss need not be.
        if not torch.isfinite(norm):
            self.n_bad += 1
            if self.n_bad >= MAX_BAD_STEPS:
                raise DivergedError(f"the gradient was not finite {self.n_bad} steps in a row, the last at step {step}")
            return 0.0
        self.n_bad = 0
        for group in self.optimiser.param_groups:
            group["lr"] = self.rate(step)
        self.optimiser.step()
        self._follow(step)
        return float(norm)

    @torch.no_grad()
    def _follow(self, step: int) -> None:
        # Early on the average forgets faster, or a short run would never leave its start.
        decay = min(self.recipe.ema, (1 + step) / (10 + step))
        names = list(self.parameters)
        averages: list[Tensor] = [self.ema[name] for name in names]
        torch._foreach_lerp_(averages, [self.parameters[name].detach() for name in names], 1 - decay)

    @torch.no_grad()
    def use_average(self) -> None:
        """Put the EMA into the module."""
        for name, parameter in self.parameters.items():
            parameter.copy_(self.ema[name])

    def state(self) -> dict[str, Any]:
        """Return what ``restore`` needs to go on exactly."""
        return {
            "weights": {name: p.detach() for name, p in self.parameters.items()},
            "ema": self.ema,
            "optimiser": self.optimiser.state_dict(),
            "n_bad": self.n_bad,
        }

    @torch.no_grad()
    def restore(self, state: dict[str, Any]) -> None:
        """Take up ``state``."""
        for name, parameter in self.parameters.items():
            parameter.copy_(state["weights"][name])
            self.ema[name].copy_(state["ema"][name])
        self.optimiser.load_state_dict(state["optimiser"])
        self.n_bad = int(state["n_bad"])
