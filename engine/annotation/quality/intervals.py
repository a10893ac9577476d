"""Shares and means with the interval in which the truth lies 19 times out of 20."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

_Z_95 = 1.959964


@dataclass(frozen=True)
class Share:
    """``right`` of ``n``, with its 95% interval; without any, nothing is known."""

    n: int
    right: int
    rate: float | None
    low: float | None
    high: float | None


def wilson(right: int, n: int) -> Share:
    """Return the share with Wilson's score interval, which stays sensible near 0, near 1 and for small n."""
    if n == 0:
        return Share(n=0, right=0, rate=None, low=None, high=None)
    rate = right / n
    spread = _Z_95 * math.sqrt(rate * (1 - rate) / n + _Z_95**2 / (4 * n**2))
    centre = rate + _Z_95**2 / (2 * n)
    scale = 1 + _Z_95**2 / n
    # Rounding may carry the ends a hair past the rate itself.
    low = min(rate, max(0.0, (centre - spread) / scale))
    high = max(rate, min(1.0, (centre + spread) / scale))
    return Share(n=n, right=right, rate=rate, low=low, high=high)


def bootstrap_ratio(
    parts: Sequence[tuple[int, int]], *, resamples: int = 1000, seed: int = 0
) -> tuple[float, float] | None:
    """Return the 95% interval of sum(right)/sum(n) when the groups (right, n) are drawn anew; None without any.

    Answers about one object hang together, so whole objects are drawn, not answers.
    """
    counts_G2 = np.asarray(parts, dtype=np.float64).reshape(-1, 2)
    counts_G2 = counts_G2[counts_G2[:, 1] > 0]
    if not len(counts_G2):
        return None
    rng = np.random.default_rng(seed)
    drawn_RG = rng.integers(0, len(counts_G2), size=(resamples, len(counts_G2)))
    sums_R2 = counts_G2[drawn_RG].sum(axis=1)
    low, high = np.quantile(sums_R2[:, 0] / sums_R2[:, 1], [0.025, 0.975])
    return float(low), float(high)
