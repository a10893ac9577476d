"""A checkpoint against the held-out sets, beside what can be had without it. Figures first, intervals afterwards."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from networks.pipeline import Networks
from trainers.data.shapes import TrainingShape
from trainers.data.views import ViewSet
from trainers.evaluation.baselines import Retrieval, fit_retrieval, mean_shape
from trainers.evaluation.heldout_sets import HeldoutSet
from trainers.evaluation.layout_baseline import LayoutBaseline, fit_layout_baseline
from trainers.evaluation.predictions import Predictions, Sampling, pipeline_of, predict_views
from trainers.evaluation.scoring import score_layout, score_shape_baselines, score_shapes, score_vae

Floats = NDArray[np.float64]
Say = Callable[[str], None]


@dataclass(frozen=True)
class Baselines:
    """What the training views alone can answer, and the views themselves."""

    training: ViewSet
    mean_RRR: Tensor
    retrieval: Retrieval
    layout: LayoutBaseline

    @classmethod
    def fit(cls, training: ViewSet) -> "Baselines":
        """Choose every setting of the baselines on training data."""
        return cls(training, mean_shape(training), fit_retrieval(training), fit_layout_baseline(training))


@dataclass(frozen=True)
class SetScores:
    """The figures of one set, a value a view, by group: ``shape``, ``baseline``, ``layout``, ``surface``.

    ``objects_N`` is each view's object, ``categories`` the name of each object's kind, ``visible_N`` the visible share.
    ``surface`` may know the first views only and has nan for the others.
    """

    title: str
    objects_N: NDArray[np.int64]
    categories: Sequence[str]
    visible_N: Floats
    figures: Mapping[str, Mapping[str, Floats]]


@dataclass(frozen=True)
class CheckpointScores:
    """All sets of one checkpoint, with its answers."""

    sets: Mapping[str, SetScores]
    predictions: Mapping[str, Predictions] = field(default_factory=dict)


SurfaceScorer = Callable[[Sequence[TrainingShape], Predictions], Mapping[str, Floats]]


def fit_baselines(training: Mapping[str, ViewSet]) -> dict[str, Baselines]:
    """Fit baselines for each set's training views; sets that share views share baselines."""
    fitted = {id(views): Baselines.fit(views) for views in {id(views): views for views in training.values()}.values()}
    return {name: fitted[id(views)] for name, views in training.items()}


def score_baselines(
    baselines: Mapping[str, Baselines], sets: Sequence[HeldoutSet], say: Say
) -> dict[str, dict[str, Floats]]:
    """Return the overlaps of the answers without a network, by set. They hold for every checkpoint of one grid."""
    scores = {}
    for heldout in sets:
        own = baselines[heldout.name]
        scores[heldout.name] = score_shape_baselines(heldout.views, own.training, own.retrieval, own.mean_RRR)
        say(f"{heldout.title}: baselines done")
    return scores


def score_checkpoint(
    networks: Networks,
    sets: Sequence[HeldoutSet],
    baselines: Mapping[str, Baselines],
    baseline_scores: Mapping[str, Mapping[str, Floats]],
    sampling: Sampling,
    device: torch.device,
    say: Say,
    surfaces: SurfaceScorer | None = None,
) -> CheckpointScores:
    """Answer and score every set."""
    pipeline = pipeline_of(networks, device, sampling)
    scores, answers = {}, {}
    for heldout in sets:
        views = heldout.views
        predictions = predict_views(pipeline, views, sampling, say)
        figures = {
            "shape": score_shapes(predictions, views) | {"vae": score_vae(networks, views)},
            "baseline": baseline_scores[heldout.name],
            "layout": score_layout(predictions, views, baselines[heldout.name].layout),
            "surface": {} if surfaces is None else surfaces(heldout.shapes, predictions),
        }
        scores[heldout.name] = SetScores(
            heldout.title,
            np.arange(len(views.images_N8HW)) // views.views_a_shape,
            views.categories,
            views.visible_N.double().cpu().numpy(),
            figures,
        )
        answers[heldout.name] = predictions
        say(f"{heldout.title}: voxel IoU {scores[heldout.name].figures['shape']['mean_of_k'].mean():.3f} a sample")
    return CheckpointScores(scores, answers)
