"""Which assets are worth learning from: pure rules over a few facts, each with its reason."""

from dataclasses import dataclass

UNWANTED_CATEGORIES = frozenset({"Doors and windows"})
UNWANTED_WORDS = ("socket", "switch", "outlet", "curtain", "blind")
"""In an asset's name: what is built into a wall, and what is nothing but a sheet."""
FEWEST_FACES = 100
FLATTEST = 0.04
"""Shortest side against the longest: pictures, carpets and papers are flatter."""
SLIMMEST = 0.06
"""Middle side against the longest: poles and wires are slimmer."""
SMALLEST_SHARE = 0.004
"""Solid voxels against those of the cube around the longest side: some 1,000 of 64^3."""
HOLLOWEST = 0.02
"""Solid voxels against those of the bounding box."""


@dataclass(frozen=True)
class AssetFacts:
    """``extents`` are the sides of the bounding box in any unit; ``solid_share`` is of the cube of the longest side."""

    name: str
    category: str
    n_faces: int
    extents: tuple[float, float, float]
    solid_share: float


def reason_to_drop(facts: AssetFacts) -> str | None:
    """Return why the asset is no use, or None when it is. Sizes that are no positive numbers are a reason too."""
    short, middle, long = sorted(facts.extents)
    if not 0 <= short <= middle <= long < float("inf") or long <= 0:
        return "its size is no number"
    name = facts.name.lower()
    rules = {
        "it belongs to a wall": facts.category in UNWANTED_CATEGORIES or any(word in name for word in UNWANTED_WORDS),
        f"under {FEWEST_FACES} faces": facts.n_faces < FEWEST_FACES,
        "nearly flat": short < FLATTEST * long,
        "nearly a line": middle < SLIMMEST * long,
        # Written so that a share that is no number is dropped as well.
        "hardly any volume": not facts.solid_share >= SMALLEST_SHARE,
        "hardly fills its box": facts.solid_share * long * long < HOLLOWEST * short * middle,
    }
    return next((reason for reason, applies in rules.items() if applies), None)
