"""What a network makes of objects it has never seen, during training: one sample each, against the truth."""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from networks.pipeline import GeometryPipeline, Networks
from trainers.data.views import ViewSet
from trainers.learner import Learner
from trainers.phase import Phase, Workplace
from trainers.recipes.recipe import ValidationRecipe
from trainers.run_folder import say
from trainers.sample_sheet import write_sheet
from trainers.vae_phase import occupancy_iou

SHEET_ROWS = 8
SAMPLES_FOLDER = "samples"


@dataclass(frozen=True)
class Predictions:
    """``solid_BXYZ`` and ``truth_BXYZ`` occupancies, ``iou_B``, ``turn_B`` in degrees between the rotations."""

    solid_BXYZ: Tensor
    truth_BXYZ: Tensor
    iou_B: Tensor
    turn_B: Tensor


def predict_views(pipeline: GeometryPipeline, views: ViewSet, index: Tensor, recipe: ValidationRecipe) -> Predictions:
    """Draw one sample for each view of ``index``; view i gets seed i, at every call the same."""
    index = index.to(views.images_N8HW.device)
    seeds = [[number] for number in range(len(index))]
    logits, poses = pipeline.predict(views.streams(index), seeds, recipe.steps, recipe.guidance)
    solid = torch.from_numpy(logits) > 0
    truth = views.occupancy(index // views.views_a_shape).cpu()
    turned = poses.rotation_B33 @ views.poses.rotation_B33[index].cpu().transpose(1, 2)
    cosine = ((turned.diagonal(dim1=1, dim2=2).sum(1) - 1) / 2).clamp(-1, 1)
    return Predictions(solid, truth, occupancy_iou(solid, truth), cosine.acos() * 180 / math.pi)


class Validator:
    """Every so many steps: the IoU on several sets into the log, a picture, and the best average kept."""

    def __init__(
        self,
        place: Workplace,
        phase: Phase,
        networks: Networks,
        recipe: ValidationRecipe,
        *,
        heldout: ViewSet,
        others: Mapping[str, Callable[[], ViewSet]],
        keep_best: Callable[[float, int], None] | None,
        watch: Callable[[int], Mapping[str, float]] | None = None,
    ) -> None:
        """``networks`` take the average and are otherwise still; ``keep_best(iou, step)`` is for the writer.

        Of the ``others`` only the IoU is logged, under their names. ``watch(step)`` gives more to log.
        """
        self._place, self._phase, self._networks, self._recipe = place, phase, networks, recipe
        self._heldout, self._others, self._keep_best = heldout, others, keep_best
        self._watch = watch
        self._pipeline = GeometryPipeline(networks, place.world.device)

    def after_step(self, step: int, learner: Learner) -> None:
        """Validate when it is time."""
        if (step + 1) % self._recipe.every and step + 1 < self._phase.steps:
            return
        learner.put_average(self._networks.geometry)
        if self._place.world.is_writer:
            self._validate(step)

    def _validate(self, step: int) -> None:
        started = time.monotonic()
        heldout = self._predict(self._heldout)
        values = {
            "heldout_iou": float(heldout.iou_B.mean()),
            **{f"{name}_iou": float(self._predict(views()).iou_B.mean()) for name, views in self._others.items()},
            "heldout_turn_degrees": float(heldout.turn_B.median()),
            **({} if self._watch is None else self._watch(step)),
            "seconds_taken": time.monotonic() - started,
        }
        whole_step = self._phase.first_step + step
        self._place.log.write(self._phase.name, whole_step, values)
        said = ", ".join(f"{name} {value:.3f}" for name, value in values.items())
        say(f"{self._phase.name} {step + 1}: {said}")
        folder = self._place.run.path / SAMPLES_FOLDER
        pictures = self._heldout.images_N8HW[:SHEET_ROWS, :3]
        write_sheet(folder / f"{self._phase.name}-{step + 1:07d}.png", pictures, heldout.solid_BXYZ, heldout.truth_BXYZ)
        if self._keep_best is not None:
            self._keep_best(values["heldout_iou"], step + 1)

    def _predict(self, views: ViewSet) -> Predictions:
        # Spread over the set, since neighbours are views of one shape.
        n = min(self._recipe.objects, len(views))
        index = torch.linspace(0, len(views) - 1, n).long()
        return predict_views(self._pipeline, views, index, self._recipe)
