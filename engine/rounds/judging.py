"""Whether a challenger may take the place of the live checkpoint. Pure: scores in, a verdict with its numbers out.

The rule, on the differences *challenger minus live* of the same objects under the same seeds:

1. fewer than ``min_objects`` held-out objects: refuse, nothing can be said;
2. the 95% bootstrap interval of the mean difference lies below zero, and the mean below ``-negligible``: refuse, it is
   worse (without the second half a handful of voxels, all lost, would be a sure loss that nobody could see);
3. the mean difference is below ``-tolerance``: refuse, the loss may be real and nothing speaks for the change;
4. otherwise accept. The reason says whether an improvement was shown (interval above zero) or only no harm.

Objects are the unit of resampling: seeds of one object are averaged before, so they do not pass for independent.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from contracts.training import ObjectScore

METRICS = ("voxel_iou", "f1", "chamfer")
RESAMPLES = 4_000
LEVEL = 0.95


@dataclass(frozen=True)
class Interval:
    """A mean with its bootstrap interval. ``low`` and ``high`` equal the mean when there is a single value."""

    mean: float
    low: float
    high: float

    def signed_text(self) -> str:
        """Return it as text, each number with its sign; what rounds to zero is no loss, so it gets no minus."""
        return f"{self.mean:+z.4f} [{self.low:+z.4f}, {self.high:+z.4f}]"


@dataclass(frozen=True)
class GateRule:
    """The numbers of the rule above, in units of voxel IoU."""

    min_objects: int = 4
    tolerance: float = 0.02
    negligible: float = 0.001


@dataclass(frozen=True)
class Verdict:
    """What the gate decided and why. ``difference`` is challenger minus live; None when nothing could be compared."""

    is_accepted: bool
    code: str
    reason: str
    difference: Interval | None
    n_objects: int
    n_simulated_objects: int
    min_objects: int
    tolerance: float
    negligible: float

    def as_json(self) -> dict[str, Any]:
        """Return the verdict as plain JSON values."""
        return asdict(self)


def bootstrap_interval(values: Sequence[float], *, seed: int) -> Interval:
    """Return the mean of ``values`` with its percentile bootstrap interval; the same seed gives the same interval.

    The trainers have one of their own: only ``contracts`` could be home to both, and it does without numpy; verdicts
    stored with this way of drawing must come out the same again.

    Raises ValueError when there are no values.
    """
    if not values:
        raise ValueError("no values to take the mean of")
    x_N = np.asarray(values, dtype=np.float64)
    rng = np.random.default_rng(seed)
    means_R = x_N[rng.integers(0, len(x_N), size=(RESAMPLES, len(x_N)))].mean(axis=1)
    low, high = np.quantile(means_R, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(mean=float(x_N.mean()), low=float(low), high=float(high))


def summarise(scores: Sequence[ObjectScore], *, seed: int) -> dict[str, Any]:
    """Return ``{"n_objects", metric: {"mean", "low", "high"}}``; without scores only the count."""
    summary: dict[str, Any] = {"n_objects": len(scores)}
    for metric in METRICS if scores else ():
        summary[metric] = asdict(bootstrap_interval([getattr(score, metric) for score in scores], seed=seed))
    return summary


def judge(
    *, live: Sequence[ObjectScore], challenger: Sequence[ObjectScore], seed: int, rule: GateRule | None = None
) -> Verdict:
    """Apply the rule of this module. Raises ValueError unless both scored the very same objects, each once."""
    rule = rule or GateRule()
    by_target = {score.target_id: score for score in live}
    if len(by_target) != len(live) or sorted(by_target) != sorted(score.target_id for score in challenger):
        raise ValueError("the live checkpoint and the challenger were not scored on the same objects")
    differences = [score.voxel_iou - by_target[score.target_id].voxel_iou for score in challenger]
    difference = bootstrap_interval(differences, seed=seed) if differences else None
    is_accepted, code, reason = _decide(difference, n=len(differences), rule=rule)
    return Verdict(
        is_accepted=is_accepted,
        code=code,
        reason=reason,
        difference=difference,
        n_objects=len(differences),
        n_simulated_objects=sum(score.is_simulated for score in challenger),
        min_objects=rule.min_objects,
        tolerance=rule.tolerance,
        negligible=rule.negligible,
    )


def _decide(difference: Interval | None, *, n: int, rule: GateRule) -> tuple[bool, str, str]:
    if difference is None or n < rule.min_objects:
        reason = (
            f"Only {n} held-out object{'s have' if n != 1 else ' has'} an accepted shape; at least "
            f"{rule.min_objects} are needed to compare. Annotate more held-out objects and start another round."
        )
        return False, "too_few_objects", reason
    numbers = f"voxel IoU changed by {difference.signed_text()} over {n} held-out objects"
    if difference.high < 0 and difference.mean < -rule.negligible:
        return False, "worse", f"The new checkpoint is worse: {numbers}."
    if difference.mean < -rule.tolerance:
        reason = f"The new checkpoint may be worse: {numbers}; a loss of up to {rule.tolerance:g} is tolerated."
        return False, "below_tolerance", reason
    if difference.low > 0:
        return True, "better", f"The new checkpoint is better: {numbers}."
    return True, "no_harm_shown", f"No harm was shown, and no improvement for sure: {numbers}."
