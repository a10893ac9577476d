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
from trainers.data.parts import Lathe, Part, Tube, cylinder, turned

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


def guitar(draw: Draw) -> list[Part]:
    """A guitar or a violin, upright, its strings in front."""
    body, thick, neck = draw.uniform(0.45, 0.6), draw.uniform(0.05, 0.09), draw.uniform(0.5, 0.7)
    wood, dark = palette(draw, 2)
    lower, waist, upper = (
        body * draw.uniform(0.38, 0.46),
        body * draw.uniform(0.22, 0.34),
        body * draw.uniform(0.28, 0.4),
    )
    plan = [
        (0.0, lower * 0.45),
        (body * 0.12, lower * 0.85),
        (body * 0.3, lower),
        (body * 0.58, waist),
        (body * 0.8, upper),
        (body * 0.95, upper * 0.7),
        (body, upper * 0.35),
    ]
    # About y a loft's width runs along z and its height along x.
    parts = [Part(Loft(tuple(Station(y, thick, w) for y, w in plan), 1, 6.0), wood)]
    parts.append(box((-0.03, body * 0.55, thick - 0.03), (0.03, body + neck, thick + 0.03), dark))
    parts.append(box((-0.055, body + neck - 0.01, thick - 0.045), (0.055, body + neck + 0.16, thick + 0.02), wood))
    if chance(draw, 0.6):
        parts.append(Part(cylinder(waist * 0.42, 0.03, 20), dark, (0, body * 0.52, thick - 0.01), FACING))
    parts.append(box((-0.1, body * 0.2, thick - 0.01), (0.1, body * 0.25, thick + 0.035), dark))
    pegs = [((-0.09, y, thick - 0.01), (0.09, y, thick - 0.01)) for y in (body + neck + 0.04, body + neck + 0.11)]
    return parts + [rod(0.025, dark, *peg) for peg in pegs]


def clock(draw: Draw) -> list[Part]:
    """A clock: an alarm clock with bells, a mantel clock or a tall case; its face in front."""
    radius, thick = draw.uniform(0.25, 0.36), draw.uniform(0.1, 0.2)
    case, face, hand = palette(draw, 3)
    kind, foot = int(draw.integers(3)), 0.12
    y = foot + radius
    if kind == 0:
        parts = [Part(cylinder(radius, thick, 32), case, (0, y, -thick / 2), FACING)]
        parts += [
            rod(0.03, hand, (x * radius * 0.5, y - radius * 0.7, 0), (x * radius * 0.75, 0.03, 0)) for x in (-1, 1)
        ]
        if chance(draw, 0.7):
            parts += [ball(0.1, hand, (x * radius * 0.6, y + radius * 0.95, 0)) for x in (-1, 1)]
            parts.append(rod(0.025, hand, *arc((0, y + radius, 0), (radius * 0.6, 0.25), (0, 1), (0, 0.5))))
    elif kind == 1:
        parts = [
            block((radius * 2.5, 0.09, thick * 1.6), case),
            block((radius * 2.1, 2 * radius + 0.12, thick), case, (0, 0.06, 0), taper=draw.uniform(0.7, 1)),
        ]
    else:
        y = draw.uniform(1.1, 1.4)
        half = radius * 1.15
        parts = [
            box((-half, 0, -thick), (half, 0.3, thick), case),
            box((-half * 0.75, 0.2, -thick * 0.8), (half * 0.75, y, thick * 0.8), case),
        ]
        parts += [
            box((-half, y - half, -thick), (half, y + half, thick), case),
            box((-half * 1.1, y + half, -thick * 1.1), (half * 1.1, y + half + 0.08, thick * 1.1), case),
        ]
    front = thick if kind == 2 else thick / 2
    parts.append(Part(cylinder(radius * 0.85, 0.04, 32), face, (0, y, front - 0.01), FACING))
    for angle, share in ((draw.uniform(0, 6.28), 0.45), (draw.uniform(0, 6.28), 0.7)):
        tip = (radius * share * float(np.sin(angle)), y + radius * share * float(np.cos(angle)), front + 0.035)
        parts.append(rod(0.022, hand, (0, y, front + 0.035), tip))
    return parts


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
        parts = [block((width, height, depth), cloth, (0, 0.07, 0), power=16)]
        parts += [
            ball(0.05, strap, (x, 0.05, z)) for x in (-width * 0.4, width * 0.4) for z in (-depth * 0.3, depth * 0.3)
        ]
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


def house(draw: Draw) -> list[Part]:
    """A small house: a toy, a nest box, a kennel or a letter box; its door in front."""
    width, depth, wall = draw.uniform(0.5, 1.0), draw.uniform(0.5, 1.0), draw.uniform(0.35, 0.8)
    brick, roof, door = palette(draw, 3)
    w, d, rise = width / 2, depth / 2, draw.uniform(0.2, 0.5)
    post = draw.uniform(0.5, 0.9) if chance(draw, 0.25) else 0.0
    parts = [box((-w, post, -d), (w, post + wall, d), brick)]
    top, eave = post + wall, 1.12
    if chance(draw, 0.5):
        # Ridge along z: about z a prism's coordinates are x and y.
        parts.append(Part(Prism(((-w * eave, top), (w * eave, top), (0.0, top + rise)), d * 1.06, 2), roof))
    else:
        parts.append(Part(Prism(((top, -d * eave), (top + rise, 0.0), (top, d * eave))[::-1], w * 1.06, 0), roof))
    if chance(draw, 0.5):
        parts.append(box((w * 0.35, top, -d * 0.5), (w * 0.65, top + rise + 0.12, -d * 0.2), brick))
    x = draw.uniform(-0.4, 0.4) * w
    if chance(draw, 0.7):
        parts.append(box((x - 0.09, post, d - 0.02), (x + 0.09, post + wall * 0.6, d + 0.03), door))
        parts += [
            box(
                (s * w * 0.65 - 0.07, post + wall * 0.5, d - 0.02),
                (s * w * 0.65 + 0.07, post + wall * 0.8, d + 0.03),
                door,
            )
            for s in (-1, 1)
        ]
    else:
        parts.append(Part(cylinder(min(w, wall / 2) * 0.4, 0.04, 24), door, (0, post + wall * 0.5, d - 0.01), FACING))
        parts.append(rod(0.03, door, (0, post + wall * 0.15, d - 0.02), (0, post + wall * 0.15, d + 0.12)))
    return [*parts, pillar(0.05, post + 0.02, roof), pillar(0.2, 0.05, roof)] if post else parts


def fan(draw: Draw) -> list[Part]:
    """A fan, a windmill or a sign on a foot: a disc or blades in front of a stem."""
    radius, height = draw.uniform(0.22, 0.36), draw.uniform(0.4, 1.0)
    metal, blade = palette(draw, 2)
    parts = [
        pillar(draw.uniform(0.16, 0.26), 0.05, metal),
        rod(0.03, metal, (0, 0.03, 0), (0, height, 0)),
        ball(0.08, metal, (0, height, 0.02)),
    ]
    n = int(draw.integers(3, 6))
    for k in range(n):
        vane = (Station(0.0, 0.03, 0.04), Station(radius, 0.025, draw.uniform(0.07, 0.13)))
        # The loft runs up along y; the turn about z fans the blades out.
        parts.append(Part(Loft(vane, 1, 3.0), blade, (0, height, 0.08), turned(z=2 * np.pi * k / n)))
    parts.append(ball(0.06, metal, (0, height, 0.1)))
    if chance(draw, 0.6):
        parts.append(rod(0.026, metal, *arc((0, height, 0.08), (radius + 0.04, radius + 0.04), (0, 1), (0, 1))))
        parts.append(rod(0.024, metal, (0, height - radius - 0.04, 0.08), (0, height - radius - 0.06, 0)))
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


def ladder(draw: Draw) -> list[Part]:
    """A ladder, a step ladder, a towel rail, an easel or a clothes rack."""
    width, height, bar = draw.uniform(0.3, 0.7), draw.uniform(0.8, 1.2), draw.uniform(0.024, 0.035)
    wood, other = palette(draw, 2)
    lean, w = draw.uniform(0.1, 0.4), width / 2
    parts = [rod(bar, wood, (x, bar, lean), (x, height, 0)) for x in (-w, w)]
    for share in np.linspace(0.12, 0.95, int(draw.integers(3, 7))).tolist():
        at = (height * share, lean * (1 - share))
        if chance(draw, 0.5):
            parts.append(box((-w, at[0] - 0.025, at[1] - 0.06), (w, at[0] + 0.025, at[1] + 0.06), other))
        else:
            parts.append(rod(bar, other, (-w, *at), (w, *at)))
    if chance(draw, 0.7):
        parts += [rod(bar, wood, (x, bar, -lean), (x, height, 0)) for x in (-w, w)]
        parts.append(rod(bar, wood, (-w, height * 0.3, -lean * 0.7), (w, height * 0.3, -lean * 0.7)))
    if chance(draw, 0.3):
        cloth = palette(draw, 1)[0]
        parts.append(box((-w * 0.8, height * 0.45, -0.05), (w * 0.8, height + 0.04, 0.05), cloth))
    return parts
