"""What grammars are written with: palettes, boxes by their corners, rods, blocks, cushions, vessels, legs."""

from collections.abc import Callable

import numpy as np

from trainers.data.parts import Box, Colour, Lathe, Part, Tube, cylinder, ellipsoid, turned

Grammar = Callable[[np.random.Generator], list[Part]]
Point = tuple[float, float, float]

LYING = turned(z=-np.pi / 2)
"""Lays what stands along y along x: for wheels and rollers."""


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


NEUTRALS: tuple[Colour, ...] = (
    *((0.93, 0.93, 0.91), (0.82, 0.8, 0.76), (0.55, 0.55, 0.56), (0.3, 0.3, 0.32), (0.12, 0.12, 0.13)),
    *((0.76, 0.6, 0.42), (0.55, 0.37, 0.22), (0.36, 0.23, 0.15), (0.85, 0.73, 0.55), (0.48, 0.46, 0.4)),
)
"""Paint, metal and wood."""


def palette(draw: np.random.Generator, n: int) -> list[Colour]:
    """Return ``n`` colours: around one hue, of household materials, or each on its own."""
    kind = draw.random()
    if kind < 0.4:
        return colours(draw, n)
    drawn: list[Colour] = []
    for _ in range(n):
        if draw.random() < (0.8 if kind < 0.8 else 0.2):
            base, shift = NEUTRALS[int(draw.integers(len(NEUTRALS)))], draw.uniform(-0.06, 0.06, 3)
            red, green, blue = np.clip(np.asarray(base) + shift, 0.04, 0.97).tolist()
            drawn.append((red, green, blue))
        else:
            drawn += colours(draw, 1)
    return drawn


def chance(draw: np.random.Generator, share: float) -> bool:
    return bool(draw.random() < share)


def rod(radius: float, colour: Colour, *points: Point) -> Part:
    """Return a round bar through ``points``, its ends rounded."""
    return Part(Tube(points, radius), colour)


def arc(centre: Point, reach: tuple[float, float], plane: tuple[int, int], turns: tuple[float, float]) -> list[Point]:
    """Return points of an ellipse about ``centre``: half axes ``reach`` along the two axes of ``plane``.

    ``turns`` are the first and the last angle, in turns; zero is along the first axis.
    """
    points = []
    n = max(3, round(abs(turns[1] - turns[0]) * 20) + 1)
    for angle in np.linspace(*turns, n) * 2 * np.pi:
        point = list(centre)
        point[plane[0]] += reach[0] * float(np.cos(angle))
        point[plane[1]] += reach[1] * float(np.sin(angle))
        points.append((point[0], point[1], point[2]))
    return points


def pillar(radius: float, height: float, colour: Colour, at: Point = (0, 0, 0), top: float | None = None) -> Part:
    """Return an upright cylinder or cone whose foot is at ``at``."""
    return Part(cylinder(radius, height, 24, top_radius=top), colour, at)


def wheel(radius: float, width: float, colour: Colour, at: Point) -> Part:
    """Return a disc about ``at`` that rolls along z."""
    return Part(
        Lathe(((0, -width / 2), (radius, -width / 2), (radius, width / 2), (0, width / 2)), 20), colour, at, LYING
    )


def block(
    size: tuple[float, float, float], colour: Colour, at: Point = (0, 0, 0), *, taper: float = 1.0, power: float = 9.0
) -> Part:
    """Return a box with round upright edges and bevelled rims that stands on ``at``; ``taper`` is the top's width."""
    width, height, depth = size
    bevel = min(0.06, 0.15 * height / max(width, depth))
    rise = bevel * min(width, depth) / 2
    outline = ((0, 0), (1 - bevel, 0), (1, rise), (taper, height - rise), (taper * (1 - bevel), height), (0, height))
    return Part(Lathe(outline, 32, (width / 2, depth / 2), power), colour, at)


def cushion(size: tuple[float, float, float], colour: Colour, at: Point = (0, 0, 0), power: float = 4.0) -> Part:
    """Return a soft box that stands on ``at``."""
    width, height, depth = size
    angle = np.linspace(-0.5, 0.5, 9) * np.pi
    radii, heights = np.cos(angle) ** 0.5, (np.sign(angle) * np.abs(np.sin(angle)) ** 0.8 + 1) / 2 * height
    outline = [(float(r), float(y)) for r, y in zip(radii, heights, strict=True)]
    outline[0], outline[-1] = (0.0, 0.0), (0.0, height)
    return Part(Lathe(tuple(outline), 24, (width / 2, depth / 2), power), colour, at)


def ball(radius: float, colour: Colour, at: Point, stretch: tuple[float, float, float] = (1, 1, 1)) -> Part:
    """Return an ellipsoid about ``at``."""
    return Part(ellipsoid((radius * stretch[0], radius * stretch[1], radius * stretch[2])), colour, at)


def hollow(
    outer: list[tuple[float, float]],
    wall: float,
    floor: float,
    colour: Colour,
    at: Point = (0, 0, 0),
    *,
    stretch: tuple[float, float] = (1, 1),
    power: float = 2.0,
) -> Part:
    """Return an open vessel from its outer outline, bottom to rim, standing on ``at``."""
    low, rim = outer[0][1], outer[-1][1]
    # Raised as well as drawn in: where the outline is nearly level, drawing in alone leaves no thickness.
    inner = [(max(r - wall, 0.01), min(max(y + wall / 2, low + floor), rim)) for r, y in reversed(outer)]
    outline = ((0.0, outer[0][1]), *outer, *inner, (0.0, outer[0][1] + floor))
    return Part(Lathe(outline, 32, stretch, power), colour, at)


def collar(
    radius: float,
    span: tuple[float, float],
    wall: float,
    colour: Colour,
    at: Point = (0, 0, 0),
    *,
    stretch: tuple[float, float] = (1, 1),
    power: float = 2.0,
) -> Part:
    """Return a ring around the y axis, from the lower to the upper height of ``span``."""
    inner, (low, high) = radius - wall, span
    outline = ((inner, low), (radius, low), (radius, high), (inner, high))
    return Part(Lathe(outline, 32, stretch, power), colour, at)


def curved(
    feet: tuple[float, float], height: float, bulge: float, place: float, n: int = 9
) -> list[tuple[float, float]]:
    """Return an outline from the radius of the foot to that of the rim, with a bulge at ``place`` of the height."""
    steps = np.linspace(0, 1, n)
    bump = np.exp(-(((steps - place) / 0.3) ** 2))
    radii = np.maximum((feet[0] * (1 - steps) + feet[1] * steps) + bulge * bump, 0.02)
    return [(float(r), float(y * height)) for r, y in zip(radii, steps, strict=True)]


def legs(
    draw: np.random.Generator, width: float, depth: float, height: float, thick: float, colour: Colour
) -> list[Part]:
    """Return four legs, two runners, a pedestal, panels or a frame, under a plate of ``width`` by ``depth``."""
    w, d = width / 2 - thick, depth / 2 - thick
    corners = [(x, z) for x in (-w, w) for z in (-d, d)]
    crossed = [((x, thick, s * d), (x, height, -s * d)) for x in (-w, w) for s in (-1, 1)]
    runners = [((x, height, -d), (x, thick, -d), (x, thick, d), (x, height, d)) for x in (-w, w)]
    splay = draw.uniform(0, 0.12) * min(width, depth)
    foot_power = 2.0 if chance(draw, 0.6) else 9.0
    foot = block((width * 0.7, 1.6 * thick, depth * 0.7), colour, power=foot_power)
    makes = [
        four_legs(width, depth, height, thick, splay, colour),
        four_legs(width, depth, height, thick, 0, colour),
        [block((2 * thick, height, 2 * thick), colour, (x, 0, z)) for x, z in corners],
        [pillar(thick * 0.75, height, colour, (x, 0, z), thick * 1.4) for x, z in corners],
        [rod(thick, colour, *runner) for runner in runners],
        [foot, pillar(thick * 1.4, height, colour)],
        [box((x - thick, 0, -d), (x + thick, height, d), colour) for x in (-w, w)],
        [rod(thick, colour, *bar) for bar in [*crossed, ((-w, height / 2, 0), (w, height / 2, 0))]],
    ]
    return makes[int(draw.integers(len(makes)))]
