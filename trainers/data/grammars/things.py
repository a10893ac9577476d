"""Things one holds, wears, eats or plays with."""

import numpy as np

from trainers.data.grammars.building import (
    arc,
    ball,
    block,
    box,
    chance,
    collar,
    curved,
    cushion,
    hollow,
    palette,
    pillar,
    rod,
)
from trainers.data.lofts import Loft, Prism, Station
from trainers.data.parts import Colour, Lathe, Part, Tube, turned

Draw = np.random.Generator
FACING = turned(x=np.pi / 2)


def hammer(draw: Draw) -> list[Part]:
    """A tool on a shaft, standing: hammer, axe, mallet, brush, spade or broom."""
    length, grip = draw.uniform(0.6, 1.0), draw.uniform(0.024, 0.04)
    wood, iron = palette(draw, 2)
    parts = [rod(grip, wood, (0, grip, 0), (0, length, 0))]
    kind = int(draw.integers(5))
    if kind == 0:
        face = draw.uniform(0.05, 0.09)
        head = (
            Station(-draw.uniform(0.1, 0.2), 0.03, 0.03, 0, length),
            Station(0, face, face, 0, length),
            Station(draw.uniform(0.12, 0.2), face, face, 0, length),
        )
        parts.append(Part(Loft(head, 2, draw.choice([2.0, 8.0])), iron))
    elif kind == 1:
        blade = ((length - 0.06, -0.05), (length - 0.15, 0.28), (length + 0.12, 0.28), (length + 0.06, -0.05))
        parts.append(Part(Prism(blade[::-1], draw.uniform(0.025, 0.045)), iron))
    elif kind == 2:
        parts.append(
            block((draw.uniform(0.25, 0.4), draw.uniform(0.18, 0.3), 0.14), iron, (0, length - 0.1, 0), power=12)
        )
    elif kind == 3:
        half = draw.uniform(0.09, 0.14)
        blade_up = (
            Station(length - 0.02, 0.028, half),
            Station(length + 0.2, 0.026, half),
            Station(length + 0.3, 0.022, half * 0.4),
        )
        parts.append(Part(Loft(blade_up, 1, 5.0), iron))
        parts.append(rod(grip, wood, (-0.09, grip, 0), (0.09, grip, 0)))
    else:
        parts.append(
            box((-draw.uniform(0.15, 0.25), length, -0.05), (draw.uniform(0.15, 0.25), length + 0.06, 0.05), wood)
        )
        parts.append(block((0.34, 0.16, 0.09), iron, (0, length + 0.05, 0), taper=1.15 / 1.2, power=12))
    return parts


def shoe(draw: Draw) -> list[Part]:
    """A shoe or a boot, its toe in front; flat or with a heel."""
    length, half, sole = draw.uniform(0.8, 1.0), draw.uniform(0.13, 0.19), draw.uniform(0.04, 0.09)
    leather, rubber = palette(draw, 2)
    f, heel = length / 2, draw.uniform(0.08, 0.25) if chance(draw, 0.35) else 0.0
    instep, toe = draw.uniform(0.2, 0.32), draw.uniform(0.1, 0.17)
    plan = [
        (-f, 0.65, instep),
        (-f * 0.6, 0.9, instep),
        (0.0, 0.85, instep * 0.9),
        (f * 0.5, 1.05, toe),
        (f * 0.85, 0.75, toe * 0.85),
        (f, 0.3, toe * 0.5),
    ]
    lifts = [heel * max(0.0, min(1.0, 0.4 - z / f)) for z, _, _ in plan]
    upper = tuple(
        Station(z, half * w, h / 2 + 0.02, 0, sole + lift + h / 2) for (z, w, h), lift in zip(plan, lifts, strict=True)
    )
    bottom = tuple(
        Station(z, half * w * 1.05, sole / 2, 0, sole / 2 + lift) for (z, w, _), lift in zip(plan, lifts, strict=True)
    )
    parts = [Part(Loft(upper, 2, 2.6), leather), Part(Loft(bottom, 2, 5.0), rubber)]
    if heel:
        parts.append(block((half * 1.3, heel * 1.4 + sole, half * 1.4), rubber, (0, 0, -f * 0.72)))
    rise = draw.uniform(0.2, 0.9) if chance(draw, 0.4) else 0.05
    shaft = [(half * 0.85, 0.0), (half * draw.uniform(0.85, 1.2), rise + 0.12)]
    ankle = sole + heel + instep * 0.75
    parts.append(hollow(shaft, 0.045, 0.06, leather, (0, ankle, -f * 0.55), stretch=(1, 1.35)))
    return parts


def globe(draw: Draw) -> list[Part]:
    """A ball, a globe, a fruit or an egg, some in a ring or on a foot."""
    radius = 0.4
    skin, other = palette(draw, 2)
    kind = int(draw.integers(4))
    if kind == 0:
        return [ball(radius, skin, (0, radius, 0)), pillar(radius * draw.uniform(0.4, 0.7), 0.09, other)]
    if kind == 1:
        foot = draw.uniform(0.15, 0.4)
        ring = arc((0, foot + radius, 0), (radius + 0.06, radius + 0.06), (0, 1), (-0.25, 0.3))
        return [
            ball(radius, skin, (0, foot + radius, 0)),
            rod(0.035, other, *ring),
            pillar(0.04, foot, other),
            pillar(0.25, 0.05, other),
            rod(0.03, other, (0, foot - 0.06, 0), (0, foot + 0.02, 0)),
            rod(0.03, other, (0, foot + 2 * radius - 0.05, 0), ring[-1]),
        ]
    outline = curved((0.03, 0.06), draw.uniform(0.6, 1.1), draw.uniform(0.25, 0.4), draw.uniform(0.35, 0.6), 13)
    height = outline[-1][1]
    fruit = Part(Lathe(((0.0, 0.0), *outline, (0.0, height)), 28), skin)
    stem = rod(0.026, other, (0, height - 0.05, 0), (draw.uniform(-0.05, 0.05), height + 0.14, 0))
    leaf = Part(
        Loft((Station(0.0, 0.03, 0.025), Station(0.12, 0.09, 0.028), Station(0.25, 0.02, 0.02)), 2),
        other,
        (0, height + 0.05, 0),
        turned(y=draw.uniform(0, 6)),
    )
    return [fruit, stem, leaf] if kind == 2 else [fruit, stem]


def books(draw: Draw) -> list[Part]:
    """A pile of books or boxes, or a row of them upright, or a parcel."""
    n = int(draw.integers(1, 6))
    parts, at = [], 0.0
    upright = n > 2 and chance(draw, 0.4)
    for _ in range(n):
        size = (draw.uniform(0.4, 0.7), draw.uniform(0.06, 0.18) * (2.5 if n == 1 else 1), draw.uniform(0.5, 0.8))
        cover = palette(draw, 1)[0]
        if upright:
            parts.append(box((at, 0, -size[0] / 2), (at + size[1], size[2], size[0] / 2), cover))
        else:
            x, z = draw.uniform(-0.06, 0.06), draw.uniform(-0.06, 0.06)
            parts.append(
                box((x - size[2] / 2, at, z - size[0] / 2), (x + size[2] / 2, at + size[1], z + size[0] / 2), cover)
            )
        at += size[1]
    if not upright and chance(draw, 0.3):
        ribbon = palette(draw, 1)[0]
        parts.append(box((-0.06, -0.001, -0.42), (0.06, at + 0.03, 0.42), ribbon))
        parts += [ball(0.09, ribbon, (x, at + 0.05, 0), (1, 0.7, 0.6)) for x in (-0.08, 0.08)]
    return parts


def _suitcase(draw: Draw, size: tuple[float, float, float], cloth: Colour, strap: Colour) -> list[Part]:
    width, height, depth = size
    parts = [block((width, height, depth), cloth, (0, 0.07, 0), power=16)]
    parts += [ball(0.05, strap, (x, 0.05, z)) for x in (-width * 0.4, width * 0.4) for z in (-depth * 0.3, depth * 0.3)]
    top = height + 0.06
    rise = draw.uniform(0.08, 0.5)
    parts.append(
        rod(
            0.024,
            strap,
            (-width * 0.22, top, 0),
            (-width * 0.22, top + rise, 0),
            (width * 0.22, top + rise, 0),
            (width * 0.22, top, 0),
        )
    )
    parts += [
        box((-width * 0.51, height * y, -depth * 0.51), (width * 0.51, height * y + 0.05, depth * 0.51), strap)
        for y in ((0.3, 0.8) if chance(draw, 0.5) else ())
    ]
    return parts


def bag(draw: Draw) -> list[Part]:
    """A handbag, a rucksack, a suitcase or a sack; its flap in front."""
    width, height, depth = draw.uniform(0.45, 0.8), draw.uniform(0.4, 0.8), draw.uniform(0.16, 0.3)
    cloth, strap = palette(draw, 2)
    kind = int(draw.integers(3))
    if kind == 0:
        parts = [block((width, height, depth), cloth, taper=draw.uniform(0.7, 1.0), power=draw.choice([4.0, 10.0]))]
        parts.append(
            rod(0.026, strap, *arc((0, height - 0.04, 0), (width * 0.28, draw.uniform(0.15, 0.4)), (0, 1), (0, 0.5)))
        )
        parts.append(box((-width * 0.35, height * 0.55, 0), (width * 0.35, height * 0.95, depth / 2 + 0.03), strap))
    elif kind == 1:
        parts = [
            cushion((width, height * 1.1, depth * 1.3), cloth, power=3),
            cushion((width * 0.7, height * 0.45, depth), strap, (0, 0.04, depth * 0.5), power=3),
        ]
        parts += [
            rod(
                0.03,
                strap,
                (x, height * 0.95, -depth * 0.4),
                (x * 1.2, height * 0.6, -depth * 0.9),
                (x * 1.1, height * 0.15, -depth * 0.4),
            )
            for x in (-width * 0.25, width * 0.25)
        ]
    else:
        return _suitcase(draw, (width, height, depth), cloth, strap)
    return parts


def hat(draw: Draw) -> list[Part]:
    """A hat, a cap with its peak in front, a helmet or a bell."""
    crown, tall, brim = draw.uniform(0.22, 0.3), draw.uniform(0.18, 0.45), draw.uniform(0.0, 0.22)
    felt, band = palette(draw, 2)
    rim = crown + max(brim, 0.02)
    outer = [
        (rim, 0.0),
        (rim, 0.045),
        (crown, 0.06),
        (crown * draw.uniform(0.7, 1.0), tall * 0.85),
        (crown * 0.4, tall),
    ]
    inner = [(0.0, tall), (0.0, tall - 0.06), (crown * 0.6, tall - 0.1), (crown - 0.05, 0.0)]
    stretch = (1.0, draw.uniform(1.0, 1.25))
    parts = [Part(Lathe((*outer, *inner), 28, stretch), felt)]
    parts.append(collar(crown + 0.01, (0.05, 0.05 + tall * 0.25), 0.05, band, stretch=stretch))
    if chance(draw, 0.4):
        parts.append(ball(1, band, (0, 0.04, crown * stretch[1] * 0.9), (crown * 0.8, 0.035, 0.22)))
    if chance(draw, 0.3):
        parts.append(ball(0.07, band, (0, tall + 0.03, 0)))
    return parts


def chess_piece(draw: Draw) -> list[Part]:
    """A turned figure: chess piece, skittle, baluster, column, bell or fountain."""
    n = int(draw.integers(5, 10))
    heights = np.sort(draw.uniform(0.08, 0.95, n))
    radii = draw.uniform(0.06, 0.22, n)
    foot = draw.uniform(0.2, 0.3)
    stone, other = palette(draw, 2)
    outline = [(foot, 0.0), (foot * draw.uniform(0.8, 1), 0.07)]
    outline += [(float(r), float(y) + 0.02 * k) for k, (r, y) in enumerate(zip(radii, heights, strict=True))]
    top = outline[-1][1] + 0.04
    power = 2.0 if chance(draw, 0.75) else 8.0
    parts = [Part(Lathe(((0.0, 0.0), *outline, (0.0, top)), 28, power=power), stone)]
    kind = int(draw.integers(4))
    if kind == 0:
        parts.append(ball(draw.uniform(0.08, 0.16), other, (0, top + 0.05, 0)))
    elif kind == 1:
        parts += [
            box((-0.04, top - 0.03, -0.04), (0.04, top + 0.2, 0.04), other),
            box((-0.1, top + 0.07, -0.04), (0.1, top + 0.13, 0.04), other),
        ]
    elif kind == 2:
        parts.append(
            hollow(
                [(0.1, 0.0), (draw.uniform(0.2, 0.4), draw.uniform(0.08, 0.2))], 0.05, 0.04, other, (0, top - 0.03, 0)
            )
        )
    return parts


def dumbbell(draw: Draw) -> list[Part]:
    """Two ends on a bar along x: a dumbbell, a rolling pin, a bone, headphones on their side."""
    half, bar, radius = draw.uniform(0.25, 0.45), draw.uniform(0.03, 0.07), draw.uniform(0.1, 0.2)
    iron, grip = palette(draw, 2)
    kind = int(draw.integers(3))
    lying = turned(z=-np.pi / 2)
    parts = [rod(bar, grip, (-half, radius, 0), (half, radius, 0))]
    for side in (-1, 1):
        if kind == 0:
            parts.append(ball(radius, iron, (side * half, radius, 0)))
        elif kind == 1:
            parts += [
                Part(Lathe(((0, -w), (r, -w), (r, w), (0, w)), 24), iron, (side * (half + s), radius, 0), lying)
                for s, r, w in ((0.0, radius, 0.05), (0.1, radius * 0.75, 0.05))
            ]
        else:
            parts.append(
                Part(
                    Lathe(
                        ((0, -0.05), (radius * 0.9, -0.05), (radius, 0.0), (radius * 0.9, 0.05), (0, 0.05)),
                        24,
                        (1, 1),
                        6.0,
                    ),
                    iron,
                    (side * half, radius, 0),
                    lying,
                )
            )
    if kind == 2 and chance(draw, 0.6):
        parts[0] = Part(Tube(tuple(arc((0, radius, 0), (half, half * 1.2), (0, 1), (0, 0.5))), bar * 0.8), grip)
    return parts
