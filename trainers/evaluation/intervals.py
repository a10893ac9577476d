"""Bootstrap intervals over objects.

Views and seeds of one object are not independent, so an object is what is drawn: its samples are averaged first, and
every object weighs the same. N samples of O objects, D draws.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

DRAWS = 2_000
LEVEL = 0.95


@dataclass(frozen=True)
class Interval:
    """A figure with its percentile bootstrap interval; ``n`` objects. With a single object all three are equal."""

    mean: float
    low: float
    high: float
    n: int


def object_means(values_N: NDArray[Any], objects_N: NDArray[Any]) -> Floats:
    """Return the mean of each object's samples, (O,), in rising order of the objects' numbers.

    Raises ValueError for lengths that differ.
    """
    values = np.asarray(values_N, dtype=np.float64)
    if values.shape != np.shape(objects_N):
        raise ValueError(f"{values.shape} values for {np.shape(objects_N)} objects")
    _, place = np.unique(objects_N, return_inverse=True)
    return np.asarray(np.bincount(place, weights=values) / np.bincount(place))


def bootstrap(values_O: NDArray[Any], *, seed: int = 0, draws: int = DRAWS, level: float = LEVEL) -> Interval:
    """Return the mean over objects with its interval; the same seed gives the same interval.

    Raises ValueError when there is no object or a value is not finite.
    """
    values = _checked(values_O)
    low, high = _limits(_resampled_means(values[None], seed, draws)[0], level)
    return Interval(float(values.mean()), low, high, len(values))


def paired_difference(
    a_O: NDArray[Any], b_O: NDArray[Any], *, seed: int = 0, draws: int = DRAWS, level: float = LEVEL
) -> Interval:
    """Return mean(a - b) with its interval: the same objects are drawn for both. Raises ValueError as ``bootstrap``."""
    a, b = _checked(a_O), _checked(b_O)
    if len(a) != len(b):
        raise ValueError(f"{len(a)} and {len(b)} objects cannot be paired")
    return bootstrap(a - b, seed=seed, draws=draws, level=level)


def paired_ratio(
    a_O: NDArray[Any], b_O: NDArray[Any], *, seed: int = 0, draws: int = DRAWS, level: float = LEVEL
) -> Interval:
    """Return mean(a) / mean(b) with its interval: a ratio of means, the same objects drawn for both.

    Where mean(b) is not clearly positive the ratio has no meaning: nan, or an interval that reaches infinity.
    """
    a, b = _checked(a_O), _checked(b_O)
    if len(a) != len(b):
        raise ValueError(f"{len(a)} and {len(b)} objects cannot be paired")
    above, below = _resampled_means(np.stack([a, b]), seed, draws)
    ratios = np.where(below > 0, above / np.where(below > 0, below, 1), np.inf)
    low, high = _limits(ratios, level)
    mean = float(a.mean() / b.mean()) if b.mean() > 0 else float("nan")
    return Interval(mean, low, high, len(a))


def _resampled_means(values_KO: Floats, seed: int, draws: int) -> Floats:
    """Return the means of ``draws`` resamples of the objects, the same objects in every row, (K, D)."""
    n = values_KO.shape[1]
    # How often each object is drawn: cheaper than the drawn numbers themselves.
    counts_DO = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=draws)
    return np.asarray(values_KO @ counts_DO.T / n)


def _limits(values_D: Floats, level: float) -> tuple[float, float]:
    ordered = np.sort(values_D)
    # Values that occurred, not blends of two: a blend with an infinite one would be nan.
    low = int(np.floor((1 - level) / 2 * (len(ordered) - 1)))
    return float(ordered[low]), float(ordered[len(ordered) - 1 - low])


def _checked(values_O: NDArray[Any]) -> Floats:
    values = np.asarray(values_O, dtype=np.float64)
    if values.ndim != 1 or len(values) == 0:
        raise ValueError("an interval needs at least one object")
    if not np.isfinite(values).all():
        raise ValueError("a value is not finite")
    return values
