"""What grammars are written with: a palette around one hue, boxes by their corners, legs, vessels."""

from collections.abc import Callable

import numpy as np

from trainers.data.parts import Box, Colour, Lathe, Part, Tube

Grammar = Callable[[np.random.Generator], list[Part]]


def colours(draw: np.random.Generator, n: int) -> list[Colour]:
    """Return ``n`` colours around one hue, from wood and ceramic to plastic."""
    hue, spread = draw.uniform(0, 1), draw.uniform(0.02, 0.25)
    saturation, value = draw.uniform(0.1, 0.8), draw.uniform(0.5, 0.95)
    drawn = []
    for k in range(n):
        h = (hue + spread * k) % 1.0
        s = float(np.clip(saturation + draw.uniform(-0.15, 0.15), 0, 1))
        v = float(np.clip(value + draw.uniform(-0.2, 0.1), 0.2, 1))
        red, green, blue = (v * (1 - s * float(np.clip(abs((h * 6 + o) % 6 - 3) - 1, 0, 1))) for o in (3, 1, 5))
        drawn.append((red, green, blue))
    return drawn


def box(low: tuple[float, float, float], high: tuple[float, float, float], colour: Colour) -> Part:
    half = tuple((b - a) / 2 for a, b in zip(low, high, strict=True))
    centre = tuple((a + b) / 2 for a, b in zip(low, high, strict=True))
    return Part(Box((half[0], half[1], half[2])), colour, (centre[0], centre[1], centre[2]))


def four_legs(width: float, depth: float, height: float, thick: float, splay: float, colour: Colour) -> list[Part]:
    legs = []
    for x in (-1, 1):
        for z in (-1, 1):
            top = (x * (width / 2 - thick), height, z * (depth / 2 - thick))
            foot = (top[0] + x * splay, thick, top[2] + z * splay)
            legs.append(Part(Tube((foot, top), thick), colour))
    return legs


def vessel(outer: list[tuple[float, float]], wall: float, floor: float) -> Lathe:
    """Return a hollow solid of revolution from its outer outline, bottom to rim."""
    inner = [(max(r - wall, 0.01), max(y, floor)) for r, y in reversed(outer)]
    return Lathe(((0.0, outer[0][1]), *outer, *inner, (0.0, floor)), 28)
