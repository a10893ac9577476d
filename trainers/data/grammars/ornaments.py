"""Things that stand about a house; faces and doors are at the front."""

import numpy as np

from trainers.data.grammars.building import (
    arc,
    ball,
    block,
    box,
    chance,
    palette,
    pillar,
    rod,
)
from trainers.data.lofts import Loft, Prism, Station
from trainers.data.parts import Part, cylinder, turned

Draw = np.random.Generator
FACING = turned(x=np.pi / 2)


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
