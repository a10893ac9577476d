"""The named scale of the absolute rating r: five steps, keys 1 to 5. Pure.

There is no step at 0: a shape of no use at all is not rated, the answer is that none is acceptable. r stays any
number from 0 to 1 wherever it is stored, so the scale can change without touching one stored row.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class RatingStep:
    """One step: r in 0..1 and the name that people are shown."""

    value: float
    label: str


RATING_SCALE = (
    RatingStep(0.2, "Hardly the object"),
    RatingStep(0.4, "Clear flaws"),
    RatingStep(0.6, "Acceptable"),
    RatingStep(0.8, "Good"),
    RatingStep(1.0, "Could not be told from the real thing"),
)

# Offered once, and still in the answers of that time: such an answer is shown by the name that it was given.
_RETIRED_STEPS = (RatingStep(0.0, "Useless"),)


def rating_label(rating: float | None) -> str:
    """Return the name of the nearest step, retired ones included; empty without a rating."""
    if rating is None:
        return ""
    return min((*RATING_SCALE, *_RETIRED_STEPS), key=lambda step: abs(step.value - rating)).label
