"""What looks odd in a person's answers. Each rule asks for enough answers and for more than bad luck."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from scipy.stats import binomtest

from engine.annotation.quality.intervals import Share, wilson

Kind = Literal["left_right_bias", "gold_failures", "self_inconsistency", "too_fast", "did_not_turn"]

# One in a thousand honest people looks as one-sided as this, and must be this far from the middle besides.
_BIAS_P, _BIAS_GAP, _BIAS_N = 0.001, 0.1, 40
# Two people agree on three pairs of four; gold is easier than that.
_GOLD_RATE, _GOLD_N = 0.75, 8
_SELF_RATE, _SELF_N = 0.6, 10
_FAST_SHARE, _FAST_N = 0.2, 20
_UNTURNED_SHARE, _UNTURNED_N = 0.5, 20
# Nobody looks at two models and decides faster.
LEAST_MILLISECONDS_A_STEP = 1000


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What was counted over a person's recent answers."""

    n_left: int = 0
    n_right: int = 0
    gold_right: int = 0
    gold_n: int = 0
    repeated_same: int = 0
    repeated_n: int = 0
    n_fast: int = 0
    n_timed: int = 0
    n_unturned: int = 0
    n_turn_told: int = 0


Evidence = Mapping[str, float | int | None]


def _evidence(share: Share, **more: float) -> Evidence:
    return {"n": share.n, "count": share.right, "rate": share.rate, "low": share.low, "high": share.high, **more}


def left_share(figures: Figures) -> Share:
    """Return how often the left one was preferred, of all comparisons with a preference."""
    return wilson(figures.n_left, figures.n_left + figures.n_right)


def _bias(figures: Figures) -> Evidence | None:
    share = left_share(figures)
    if share.rate is None or share.n < _BIAS_N or abs(share.rate - 0.5) < _BIAS_GAP:
        return None
    p = float(binomtest(figures.n_left, share.n, 0.5).pvalue)
    return _evidence(share, p=p) if p < _BIAS_P else None


def _is_surely_below(share: Share, rate: float, *, least: int) -> bool:
    return share.n >= least and share.high is not None and share.high < rate


def _is_surely_above(share: Share, rate: float, *, least: int) -> bool:
    return share.n >= least and share.low is not None and share.low > rate


def signals(figures: Figures) -> dict[Kind, Evidence]:
    """Return what looks odd, with its figures; nothing for the rest."""
    gold = wilson(figures.gold_right, figures.gold_n)
    repeated = wilson(figures.repeated_same, figures.repeated_n)
    fast = wilson(figures.n_fast, figures.n_timed)
    unturned = wilson(figures.n_unturned, figures.n_turn_told)
    found: dict[Kind, Evidence] = {}
    if (bias := _bias(figures)) is not None:
        found["left_right_bias"] = bias
    if _is_surely_below(gold, _GOLD_RATE, least=_GOLD_N):
        found["gold_failures"] = _evidence(gold, expected=_GOLD_RATE)
    if _is_surely_below(repeated, _SELF_RATE, least=_SELF_N):
        found["self_inconsistency"] = _evidence(repeated, expected=_SELF_RATE)
    if _is_surely_above(fast, _FAST_SHARE, least=_FAST_N):
        found["too_fast"] = _evidence(fast, least_milliseconds_a_step=LEAST_MILLISECONDS_A_STEP)
    if _is_surely_above(unturned, _UNTURNED_SHARE, least=_UNTURNED_N):
        found["did_not_turn"] = _evidence(unturned)
    return found
