"""From figures to a table: every number with its interval over objects, differences paired, by category too."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainers.evaluation.heldout_sets import OCCLUDED, UNCOVERED
from trainers.evaluation.intervals import bootstrap, object_means, paired_difference, paired_ratio
from trainers.evaluation.suite import CheckpointScores, SetScores

Floats = NDArray[np.float64]

NOTE = (
    "Every object is procedural or an artist's model, every picture is rendered: the truth is exact and synthetic. "
    "Nothing here was judged by a person, and nothing speaks of real photos."
)
HIDDEN_AT_LEAST = 0.1
"""A view counts for the occlusion gap when at least this share of the object is hidden by something else."""
PAIRS = {
    "shape": {
        "model_less_retrieval": ("shape.mean_of_k", "baseline.retrieval"),
        "model_less_mean_shape": ("shape.mean_of_k", "baseline.mean_shape"),
        "best_of_k_less_retrieval": ("shape.best_of_k", "baseline.retrieval"),
    },
    "layout": {
        "translation_less_box": ("layout.translation", "layout.box_translation"),
        "scale_less_box": ("layout.scale", "layout.box_scale"),
        "translation_less_fixed": ("layout.translation", "layout.fixed_translation"),
        "add_s_at_0.1_less_box": ("layout.add_s_at_0.1", "layout.box_add_s_at_0.1"),
    },
}


def report_of(scores: CheckpointScores, against: CheckpointScores | None = None) -> dict[str, Any]:
    """Return the table as JSON values: ``sets``, ``occlusion`` and, with a second checkpoint, ``against``."""
    report: dict[str, Any] = {"note": NOTE, "sets": {name: _set_report(one) for name, one in scores.sets.items()}}
    gap = occlusion_gap(scores)
    if gap is not None:
        report["occlusion"] = {"gap": asdict(bootstrap(gap))}
    if against is not None:
        report["against"] = {name: _difference(one, against.sets[name]) for name, one in scores.sets.items()}
        other = occlusion_gap(against)
        if gap is not None and other is not None:
            report["occlusion"] |= {
                "gap_of_the_other": asdict(bootstrap(other)),
                "gap_ratio": asdict(paired_ratio(gap, other)),
                "gap_less_other": asdict(paired_difference(gap, other)),
            }
    return report


def occlusion_gap(scores: CheckpointScores) -> Floats | None:
    """Return IoU without occluders less IoU with them, a value an object; None where no object is hidden.

    Only views count in which something hides a share of the object, and both pictures of a view have the same seeds'
    noise, camera and background.
    """
    if OCCLUDED not in scores.sets or UNCOVERED not in scores.sets:
        return None
    covered, free = scores.sets[OCCLUDED], scores.sets[UNCOVERED]
    rows = free.visible_N - covered.visible_N >= HIDDEN_AT_LEAST
    if not rows.any():
        return None
    gap = free.figures["shape"]["mean_of_k"] - covered.figures["shape"]["mean_of_k"]
    return object_means(gap[rows], covered.objects_N[rows])


def _set_report(scores: SetScores) -> dict[str, Any]:
    objects = scores.objects_N
    groups = {
        group: {name: interval_of(values, objects) for name, values in figures.items()}
        for group, figures in scores.figures.items()
        if figures
    }
    for group, pairs in PAIRS.items():
        for name, (first, second) in pairs.items():
            a, b = (object_means(_figure(scores, key), objects) for key in (first, second))
            groups[group][name] = asdict(paired_difference(a, b))
    return {
        "title": scores.title,
        "n_objects": len(set(objects.tolist())),
        "n_views": len(objects),
        "visible": float(scores.visible_N.mean()),
        **groups,
        "categories": _by_category(scores),
    }


def _by_category(scores: SetScores) -> dict[str, Any]:
    category_N = np.array(scores.categories)[scores.objects_N]
    table = {}
    for category in sorted(set(scores.categories)):
        rows = category_N == category
        table[category] = {
            f"{group}.{name}": interval_of(values[rows], scores.objects_N[rows])
            for group in ("shape", "baseline")
            for name, values in scores.figures[group].items()
        }
    return table


def _difference(one: SetScores, other: SetScores) -> dict[str, Any]:
    table = {}
    for group in ("shape", "layout"):
        for name, values in one.figures[group].items():
            a, b = (object_means(part, one.objects_N) for part in (values, other.figures[group][name]))
            table[f"{group}.{name}"] = asdict(paired_difference(a, b))
    return table


def interval_of(values_N: Floats, objects_N: NDArray[np.int64]) -> dict[str, float]:
    """Return a figure's mean over objects with its interval; views without a value (nan) do not count."""
    known = ~np.isnan(values_N)
    return asdict(bootstrap(object_means(values_N[known], objects_N[known])))


def _figure(scores: SetScores, key: str) -> Floats:
    group, name = key.split(".", 1)
    return scores.figures[group][name]


def check_same_views(one: Mapping[str, SetScores], other: Mapping[str, SetScores]) -> None:
    """Raise ValueError unless both hold the same sets with as many views."""
    sizes = [{name: len(scores.objects_N) for name, scores in table.items()} for table in (one, other)]
    if sizes[0] != sizes[1]:
        raise ValueError(f"scores of other views cannot be paired: {sizes[0]} and {sizes[1]}")
