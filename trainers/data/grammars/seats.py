"""Things to sit and lie on; the front is where the knees go."""

import numpy as np

from trainers.data.grammars.building import (
    arc,
    ball,
    block,
    box,
    chance,
    cushion,
    legs,
    palette,
    pillar,
    rod,
)
from trainers.data.lofts import Loft, Station
from trainers.data.parts import Colour, Lathe, Part, turned

Draw = np.random.Generator
SEAT_REACH = {2.0: 0.68, 4.0: 0.8}
"""By the power of the seat's outline: how far out legs may stand under its round corners."""


def _seat(draw: Draw, width: float, depth: float, at: float, thick: float, colour: Colour) -> tuple[Part, float]:
    """Return a seat, and how far out its legs may stand: a round one has no corners."""
    part = _seat_part(draw, width, depth, at, thick, colour)
    return part, SEAT_REACH.get(part.solid.power, 0.97) if isinstance(part.solid, Lathe) else 1.0


def _seat_part(draw: Draw, width: float, depth: float, at: float, thick: float, colour: Colour) -> Part:
    kind = int(draw.integers(4))
    if kind == 0:
        return block((width, thick, depth), colour, (0, at, 0))
    if kind == 1:
        return block((width, thick, depth), colour, (0, at, 0), power=2)
    if kind == 2:
        return cushion((width, thick * 1.6, depth), colour, (0, at, 0))
    return box((-width / 2, at, -depth / 2), (width / 2, at + thick, depth / 2), colour)


def _back(draw: Draw, width: float, z: float, low: float, high: float, thick: float, colour: Colour) -> list[Part]:
    """Return a back above the rear edge: a board, a shell, slats across or upright, a frame or hoops."""
    kind, lean = int(draw.integers(6)), draw.uniform(0, 0.2) * (high - low)
    w, half = width / 2 - thick / 2, thick / 2
    posts = [rod(half, colour, (x, low, z), (x, high, z - lean)) for x in (-w, w)]
    if kind == 0:
        narrow = draw.uniform(0.7, 1.05)
        return [Part(Loft((_slice(low, w, half, z), _slice(high, w * narrow, half, z - lean)), 1, 6.0), colour)]
    if kind == 1:
        # A shell bulges backwards in the middle.
        middle = _slice((low + high) / 2, w * 1.05, half, z - lean * 0.8)
        stations = (_slice(low, w * 0.8, half, z), middle, _slice(high, w * draw.uniform(0.4, 0.9), half, z - lean))
        return [Part(Loft(stations, 1, 3.0), colour)]
    steps = np.linspace(0.25, 1, int(draw.integers(2, 5)))
    if kind in {2, 3}:
        tall = (high - low) / (len(steps) * 2.2)
        return posts + [
            Part(Loft((_slice(y, w, half, z - lean * s), _slice(y + tall, w, half, z - lean * s)), 1, 8.0), colour)
            for s in steps
            for y in [low + (high - low) * float(s) - tall]
        ]
    if kind == 4:
        across = [
            rod(half, colour, (-w, y, z - lean * s), (w, y, z - lean * s)) for y, s in ((low + 0.02, 0), (high, 1))
        ]
        spokes = np.linspace(-w, w, int(draw.integers(3, 6)))[1:-1]
        return posts + across + [rod(half, colour, (x, low, z), (x, high, z - lean)) for x in spokes.tolist()]
    hoop = arc((0, low, z - lean / 2), (w, high - low), (0, 1), (0, 0.5))
    return [rod(half, colour, *hoop), rod(half, colour, (0, low, z), (0, high, z - lean / 2))]


def _slice(y: float, half_width: float, half_thick: float, z: float) -> Station:
    # Along y the cross-section's width runs along z and its height along x.
    return Station(y, half_thick, half_width, z, 0.0)


def dining_chair(draw: Draw) -> list[Part]:
    """A chair of any make: seats, legs and backs of all kinds, with or without arms."""
    width, depth, seat = draw.uniform(0.4, 0.56), draw.uniform(0.4, 0.54), draw.uniform(0.36, 0.52)
    thick, leg = draw.uniform(0.04, 0.09), draw.uniform(0.016, 0.03)
    high = seat + draw.uniform(0.3, 0.65)
    colour_a, colour_b, colour_c = palette(draw, 3)
    seat_part, reach = _seat(draw, width, depth, seat, thick, colour_b)
    parts = [seat_part, *legs(draw, width * reach, depth * reach, seat + 0.01, leg, colour_a)]
    parts += _back(
        draw,
        width,
        -depth / 2 * (0.93 if reach > 0.7 else 0.5),
        seat + thick / 2,
        high,
        draw.uniform(0.04, 0.06),
        colour_c,
    )
    if chance(draw, 0.3):
        rest = seat + draw.uniform(0.16, 0.26)
        for x in (-width / 2, width / 2):
            front = (x, seat + thick / 2, depth / 2 - 0.08)
            parts.append(rod(max(leg, 0.02), colour_a, front, (x, rest, depth / 2 - 0.1), (x, rest, -depth / 2 + 0.02)))
    return parts


def armchair(draw: Draw) -> list[Part]:
    """A padded seat between two arms."""
    width, depth, foot = draw.uniform(0.65, 0.95), draw.uniform(0.65, 0.9), draw.uniform(0.05, 0.16)
    seat, back, arm = draw.uniform(0.36, 0.48), draw.uniform(0.7, 1.1), draw.uniform(0.5, 0.66)
    side, thick = draw.uniform(0.1, 0.2), draw.uniform(0.12, 0.22)
    body, soft, wood = palette(draw, 3)
    inner = width - 2 * side
    parts = legs(draw, width * 0.9, depth * 0.9, foot + 0.02, 0.025, wood) if foot > 0.09 else []
    foot = foot if parts else 0.0
    parts.append(block((width * 0.98, seat * 0.75 - foot, depth * 0.98), body, (0, foot, 0)))
    parts.append(cushion((inner, seat * 0.45, depth - thick), soft, (0, seat * 0.65, thick / 2)))
    soft_back = cushion if chance(draw, 0.5) else block
    parts.append(
        soft_back((width if chance(draw, 0.5) else inner, back - foot, thick), body, (0, foot, thick / 2 - depth / 2))
    )
    round_arm = chance(draw, 0.4)
    for x in (side / 2 - width / 2, width / 2 - side / 2):
        parts.append(block((side, arm - foot, depth), body, (x, foot, 0)))
        if round_arm:
            parts.append(rod(side * 0.6, body, (x, arm, -depth / 2 + side * 0.6), (x, arm, depth / 2 - side * 0.6)))
    return parts


def office_chair(draw: Draw) -> list[Part]:
    """A swivel chair on a star of castors."""
    width, seat, high = draw.uniform(0.46, 0.56), draw.uniform(0.42, 0.55), draw.uniform(0.85, 1.2)
    reach, n_arms = draw.uniform(0.26, 0.34), int(draw.integers(4, 6))
    soft, frame = palette(draw, 2)
    parts = [pillar(0.03, seat, frame, (0, 0.06, 0))]
    for k in range(n_arms):
        angle = 2 * np.pi * k / n_arms
        tip = (reach * float(np.sin(angle)), 0.07, reach * float(np.cos(angle)))
        parts += [rod(0.025, frame, (0, 0.11, 0), tip), ball(0.045, frame, (tip[0], 0.045, tip[2]))]
    parts.append(cushion((width, 0.12, width * 0.95), soft, (0, seat, 0)))
    z, low = -width / 2 + 0.02, seat + draw.uniform(0.1, 0.2)
    parts.append(rod(0.025, frame, (0, seat, 0), (0, seat, z - 0.05), (0, low + 0.1, z - 0.05)))
    parts += _back(draw, width * draw.uniform(0.75, 1), z, low, high, 0.06, soft)
    parts.append(rod(0.025, frame, (0, seat + 0.03, z), (0, low + 0.1, z)))
    if chance(draw, 0.6):
        rest = seat + draw.uniform(0.2, 0.28)
        for x in (-width / 2 - 0.03, width / 2 + 0.03):
            parts.append(rod(0.025, frame, (x * 0.8, seat + 0.05, 0), (x, seat + 0.05, 0), (x, rest, 0)))
            parts.append(block((0.07, 0.04, 0.26), frame, (x, rest, 0.02)))
    return parts


def stool(draw: Draw) -> list[Part]:
    """A seat without a back, low or as high as a bar."""
    width, height = draw.uniform(0.3, 0.46), draw.uniform(0.3, 0.85)
    depth = width * (1 if chance(draw, 0.5) else draw.uniform(0.7, 1.5))
    wood, top = palette(draw, 2)
    leg = max(draw.uniform(0.018, 0.032), height / 36)
    seat, reach = _seat(draw, width, depth, height, draw.uniform(0.04, 0.1), top)
    parts = [seat, *legs(draw, width * reach, depth * reach, height + 0.01, leg, wood)]
    if height > 0.5 and chance(draw, 0.6):
        # Cross bars meet any make of legs, which stand under the corners or in the middle.
        x, y, z = width * reach / 2 - leg, height * 0.35, depth * reach / 2 - leg
        parts += [rod(leg * 0.8, wood, (-x, y, -side * z), (x, y, side * z)) for side in (-1, 1)]
    return parts


def bar_chair(draw: Draw) -> list[Part]:
    """A high stool with a low back."""
    width, height = draw.uniform(0.36, 0.46), draw.uniform(0.6, 0.8)
    wood, top = palette(draw, 2)
    leg = draw.uniform(0.024, 0.032)
    seat, reach = _seat(draw, width, width, height, 0.07, top)
    parts = [seat, *legs(draw, width * reach, width * reach, height + 0.01, leg, wood)]
    return parts + _back(
        draw,
        width,
        -width / 2 * (0.93 if reach > 0.7 else 0.5),
        height + 0.03,
        height + draw.uniform(0.2, 0.4),
        0.055,
        top,
    )


def bed(draw: Draw) -> list[Part]:
    """A mattress on a frame, pillows at the head, which is at the back; single, double or with posts."""
    width, length, height = draw.uniform(0.8, 1.8), draw.uniform(1.9, 2.15), draw.uniform(0.25, 0.5)
    head, end = height + draw.uniform(0.15, 0.9), height + draw.uniform(-0.1, 0.3)
    wood, sheet, soft = palette(draw, 3)
    w, d, post = width / 2, length / 2, 0.05
    parts = [box((-w, height * 0.4, -d), (w, height * 0.75, d), wood)]
    parts += (
        legs(draw, width, length, height * 0.5, post, wood)
        if chance(draw, 0.7)
        else [box((-w * 0.92, 0, -d * 0.96), (w * 0.92, height * 0.5, d * 0.96), wood)]
    )
    parts.append(cushion((width * 0.96, height * 0.6, length * 0.97), sheet, (0, height * 0.65, 0), power=10))
    parts += _headboard(draw, w, -d, head, wood)
    if chance(draw, 0.5):
        parts.append(box((-w, height * 0.3, d - 0.07), (w, end, d), wood))
    n_pillows = 1 if width < 1.1 else 2
    for k in range(n_pillows):
        x = (k - (n_pillows - 1) / 2) * width / n_pillows
        parts.append(cushion((width / n_pillows * 0.8, 0.16, 0.42), soft, (x, height * 1.15, -d + 0.32)))
    if chance(draw, 0.6):
        parts.append(
            cushion((width * 1.03, height * 0.5, length * 0.6), soft, (0, height * 0.8, length * 0.19), power=10)
        )
    return parts


def _headboard(draw: Draw, w: float, z: float, head: float, colour: Colour) -> list[Part]:
    kind = int(draw.integers(3))
    if kind == 0:
        return [box((-w, 0, z - 0.07), (w, head, z), colour)]
    posts = [pillar(0.05, head, colour, (x, 0, z)) for x in (-w + 0.05, w - 0.05)]
    if kind == 1:
        rails = [rod(0.045, colour, (-w, head * s, z), (w, head * s, z)) for s in (0.6, 0.95)]
        bars = np.linspace(-w, w, int(draw.integers(5, 9))).tolist()
        inner = [rod(0.04, colour, (x, head * 0.5, z), (x, head * 0.95, z)) for x in bars[1:-1]]
        return [*posts, *rails, *inner]
    board = box((-w, head * 0.3, z - 0.04), (w, head * 0.65, z + 0.03), colour)
    return [*posts, board, rod(0.05, colour, *arc((0, head * 0.6, z), (w, head * 0.5), (0, 1), (0, 0.5)))]


def lounger(draw: Draw) -> list[Part]:
    """A long seat with a raised back for lying in the sun."""
    width, length, height = draw.uniform(0.55, 0.75), draw.uniform(1.5, 1.9), draw.uniform(0.25, 0.4)
    wood, cloth = palette(draw, 2)
    tilt, hinge = draw.uniform(0.3, 1.0), -length * draw.uniform(0.05, 0.2)
    parts = legs(draw, width, length, height, 0.035, wood)
    parts.append(box((-width / 2, height, hinge), (width / 2, height + 0.08, length / 2), cloth))
    for x in (-width / 2 + 0.035, width / 2 - 0.035):
        parts.append(rod(0.035, wood, (x, height + 0.02, -length / 2 + 0.03), (x, height + 0.02, length / 2 - 0.03)))
    half = (length / 2 + hinge) / 2
    back = block((width, 0.08, 2 * half), cloth, (0, -0.04, -half))
    lift = turned(x=tilt)
    moved = (float(x) for x in np.asarray(back.centre) @ lift + np.array([0, height + 0.04, hinge]))
    parts.append(Part(back.solid, cloth, (next(moved), next(moved), next(moved)), lift))
    if chance(draw, 0.4):
        parts += [
            box((x - 0.04, height, hinge), (x + 0.04, height + 0.25, hinge + 0.5), wood)
            for x in (-width / 2, width / 2)
        ]
    return parts
