"""Cases, tables and appliances; doors and drawers are at the front."""

from itertools import pairwise

import numpy as np

from trainers.data.grammars.building import (
    ball,
    block,
    box,
    chance,
    collar,
    cushion,
    hollow,
    legs,
    palette,
    pillar,
    rod,
)
from trainers.data.lofts import Loft, Prism, Station
from trainers.data.parts import Colour, Part, cylinder, turned

Draw = np.random.Generator
FACING = turned(x=np.pi / 2)
"""Turns what stands along y to look along z: for round doors, dials and clock faces."""


def _grip(draw: Draw, x: float, y: float, z: float, size: float, colour: Colour) -> Part:
    if chance(draw, 0.5):
        return ball(size * 0.35, colour, (x, y, z))
    return box((x - size * 0.6, y - size * 0.16, z - 0.01), (x + size * 0.6, y + size * 0.16, z + size * 0.32), colour)


def _fronts(draw: Draw, low: tuple[float, float], high: tuple[float, float], z: float, size: float) -> list[Part]:
    """Return a grid of drawers or doors in front of z, with grips."""
    front, grip = palette(draw, 2)
    columns = int(draw.integers(1, 4)) if high[0] - low[0] > high[1] - low[1] else int(draw.integers(1, 3))
    rows = int(draw.integers(1, 5))
    gap, thick, parts = size * 0.012, size * 0.025, []
    x_edges, y_edges = np.linspace(low[0], high[0], columns + 1), np.linspace(low[1], high[1], rows + 1)
    for x0, x1 in pairwise(x_edges):
        for y0, y1 in pairwise(y_edges):
            kind, a, b = draw.random(), (float(x0) + gap, float(y0) + gap), (float(x1) - gap, float(y1) - gap)
            if kind < 0.12:
                continue
            out = size * draw.uniform(0.1, 0.25) if kind < 0.24 else thick
            parts.append(box((a[0], a[1], z - 0.01), (b[0], b[1], z + out), front))
            parts.append(_grip(draw, (a[0] + b[0]) / 2, (a[1] + b[1]) / 2, z + out, size * 0.09, grip))
    return parts


def cabinet(draw: Draw) -> list[Part]:
    """A chest of drawers, a cupboard or a wardrobe, now and then with a door left open."""
    width, height, depth = draw.uniform(0.4, 1.3), draw.uniform(0.4, 1.9), draw.uniform(0.35, 0.6)
    size = max(width, height)
    wood, top = palette(draw, 2)
    foot = draw.uniform(0.04, 0.2) if chance(draw, 0.5) else 0.0
    w, d, wall = width / 2, depth / 2, size * 0.03
    parts = legs(draw, width, depth, foot + 0.01, size * 0.02, wood) if foot else []
    if chance(draw, 0.25):
        parts += _open_case(draw, width, (foot, height), depth, wall, wood)
    else:
        parts.append(box((-w, foot, -d), (w, height, d), wood))
        parts += _fronts(draw, (-w, foot), (w, height), d, size)
    if chance(draw, 0.5):
        out = draw.uniform(0.01, 0.04) * size
        parts.append(box((-w - out, height, -d), (w + out, height + wall, d + out), top))
    return parts


def _open_case(
    draw: Draw, width: float, span: tuple[float, float], depth: float, wall: float, wood: Colour
) -> list[Part]:
    """Return a case with boards and one or two doors swung open."""
    (low, high), w, d = span, width / 2, depth / 2
    parts = [
        box((-w, low, -d), (-w + wall, high, d), wood),
        box((w - wall, low, -d), (w, high, d), wood),
        box((-w, low, -d), (w, high, -d + wall), wood),
    ]
    boards = np.linspace(low, high - wall, int(draw.integers(2, 5))).tolist()
    parts += [box((-w, y, -d), (w, y + wall, d), wood) for y in boards]
    for side in (-1, 1):
        if chance(draw, 0.7):
            swing = draw.uniform(0.6, 1.9)
            x, z = side * (w - wall / 2), d
            leaf = Part(box((0, 0, 0), (w, high - low, wall), wood).solid, wood)
            middle = np.array([-side * w / 2, 0, 0]) @ turned(y=-side * swing) + np.array([x, (low + high) / 2, z])
            place = (float(middle[0]), float(middle[1]), float(middle[2]))
            parts.append(Part(leaf.solid, wood, place, turned(y=-side * swing)))
    return parts


def bookcase(draw: Draw) -> list[Part]:
    """Boards between sides, some with books, boxes or vases on them."""
    width, height, depth = draw.uniform(0.5, 1.4), draw.uniform(0.6, 1.9), draw.uniform(0.28, 0.42)
    size = max(width, height)
    board, (wood, back) = size * draw.uniform(0.026, 0.04), palette(draw, 2)
    w, d = width / 2, depth / 2
    parts = [box((x - board / 2, 0, -d), (x + board / 2, height, d), wood) for x in (-w, w)]
    if chance(draw, 0.6):
        parts.append(box((-w, 0, -d), (w, height, -d + board), back))
    if width > 0.9 and chance(draw, 0.6):
        parts.append(box((-board / 2, 0, -d), (board / 2, height, d), wood))
    levels = np.linspace(0, height - board, int(draw.integers(3, 6))).tolist()
    parts += [box((-w, y, -d), (w, y + board, d), wood) for y in levels]
    pitch = levels[1] - levels[0] - board
    for y in levels[:-1]:
        x = -w + board
        while x < w - 0.1 * size and chance(draw, 0.75):
            thick, tall = size * draw.uniform(0.03, 0.1), pitch * draw.uniform(0.5, 0.95)
            if chance(draw, 0.8):
                parts.append(
                    box((x, y + board, -d + board), (x + thick, y + board + tall, d * 0.7), palette(draw, 1)[0])
                )
            x += thick
    return parts


def chest(draw: Draw) -> list[Part]:
    """A box with a lid: flat, domed, or open at the back hinge."""
    width, height, depth = draw.uniform(0.6, 1.2), draw.uniform(0.3, 0.55), draw.uniform(0.35, 0.6)
    body, lid, metal = palette(draw, 3)
    w, d, wall = width / 2, depth / 2, 0.05
    kind = int(draw.integers(3))
    if kind == 2:
        floor = box((-w, 0, -d), (w, wall, d), body)
        sides = [box((x - wall / 2, 0, -d), (x + wall / 2, height, d), body) for x in (-w + wall / 2, w - wall / 2)]
        ends = [box((-w, 0, z - wall / 2), (w, height, z + wall / 2), body) for z in (-d + wall / 2, d - wall / 2)]
        lean = turned(x=draw.uniform(-0.5, 0.2))
        top = box((-w, 0, -wall / 2), (w, depth, wall / 2), lid)
        middle = np.array([0, depth / 2, 0]) @ lean + np.array([0, height - 0.02, -d + wall / 2])
        place = (0.0, float(middle[1]), float(middle[2]))
        return [floor, *sides, *ends, Part(top.solid, lid, place, lean)]
    parts = [box((-w, 0, -d), (w, height, d), body)]
    if kind == 1:
        dome = [(d * float(np.cos(a)), height + 0.7 * d * float(np.sin(a))) for a in np.linspace(0, np.pi, 12)]
        parts.append(Part(Prism(tuple((y, z) for z, y in reversed(dome)), w), lid))
    else:
        parts.append(box((-w - 0.02, height, -d - 0.02), (w + 0.02, height + 0.09, d + 0.02), lid))
    straps = (-0.6, 0.6) if chance(draw, 0.6) else ()
    parts += [box((w * s - 0.03, -0.001, -d - 0.02), (w * s + 0.03, height, d + 0.025), metal) for s in straps]
    return [*parts, box((-0.06, height - 0.12, d), (0.06, height + 0.03, d + 0.05), metal)]


def desk(draw: Draw) -> list[Part]:
    """A work table with drawers under one or both ends, or none."""
    width, depth, height = draw.uniform(0.9, 1.6), draw.uniform(0.5, 0.8), draw.uniform(0.65, 0.8)
    wood, other = palette(draw, 2)
    w, d, thick = width / 2, depth / 2, draw.uniform(0.045, 0.07)
    parts = [box((-w, height, -d), (w, height + thick, d), wood)]
    for side in (-1, 1):
        if chance(draw, 0.55):
            inner, outer = sorted((side * (w - width * 0.28), side * (w - 0.02)))
            parts.append(box((inner, 0.02, -d + 0.03), (outer, height, d - 0.04), other))
            parts += _fronts(draw, (inner, 0.02), (outer, height), d - 0.04, 0.8)
        elif chance(draw, 0.5):
            parts.append(box((side * w - 0.03, 0, -d), (side * w + 0.03, height, d), wood))
        else:
            parts += [pillar(0.03, height, other, (side * (w - 0.05), 0, z)) for z in (-d + 0.05, d - 0.05)]
    if chance(draw, 0.4):
        parts.append(box((-w, height * 0.5, -d + 0.02), (w, height, -d + 0.07), wood))
    if chance(draw, 0.3):
        parts += [
            box((-w, height, -d), (w, height + 0.35, -d + 0.05), other),
            block((0.4, 0.3, 0.06), other, (0, height, -d + 0.12)),
        ]
    return parts


def side_table(draw: Draw) -> list[Part]:
    """A low or high small table of any make, sometimes with a second board or things on it."""
    width, height = draw.uniform(0.5, 1.3), draw.uniform(0.3, 0.95)
    depth, thick = width * draw.uniform(0.5, 1.0), draw.uniform(0.04, 0.08)
    wood, top, thing = palette(draw, 3)
    leg, is_round = max(draw.uniform(0.02, 0.035), max(width, height) / 45), chance(draw, 0.4)
    power = 2.0 if is_round else float(draw.choice([4.0, 12.0]))
    reach = {2.0: 0.66, 4.0: 0.8, 12.0: 0.96}[power]
    parts = legs(draw, width * reach, depth * reach, height + 0.01, leg, wood)
    parts.append(block((width, thick, depth), top, (0, height, 0), power=power))
    if chance(draw, 0.35):
        parts.append(
            block((width * 0.72 * reach, thick, depth * 0.72 * reach), top, (0, height * draw.uniform(0.2, 0.5), 0))
        )
        parts += [rod(leg, wood, (0, 0.02, 0), (0, height, 0))]
    if chance(draw, 0.3):
        parts.append(pillar(0.07, draw.uniform(0.12, 0.3), thing, (draw.uniform(-0.2, 0.2) * width, height + thick, 0)))
    return parts


def appliance(draw: Draw) -> list[Part]:
    """A fridge, a cooker, a washing machine or a microwave oven."""
    kind = int(draw.integers(4))
    width, depth = draw.uniform(0.55, 0.7), draw.uniform(0.5, 0.65)
    height = (draw.uniform(1.2, 1.9), draw.uniform(0.8, 0.95), draw.uniform(0.8, 0.95), draw.uniform(0.28, 0.4))[kind]
    body, dark, grip = palette(draw, 3)
    w, d = width / 2, depth / 2
    parts = [block((width, height, depth), body, power=20)]
    if kind == 0:
        split = height * draw.uniform(0.3, 0.75)
        side = -1 if chance(draw, 0.5) else 1
        for low, high in ((0.04, split - 0.015), (split + 0.015, height - 0.03)):
            parts.append(box((-w + 0.01, low, d - 0.02), (w - 0.01, high, d + 0.04), body))
            x, y = side * (w - 0.09), (low + high) / 2
            parts.append(box((x - 0.03, y - 0.13, d), (x + 0.03, y + 0.13, d + 0.1), grip))
    elif kind == 1:
        parts.append(box((-w * 0.85, height * 0.12, d - 0.01), (w * 0.85, height * 0.72, d + 0.04), dark))
        parts.append(rod(0.022, grip, (-w * 0.7, height * 0.7, d + 0.05), (w * 0.7, height * 0.7, d + 0.05)))
        parts += [ball(0.035, grip, (x * w, height * 0.86, d)) for x in (-0.75, -0.4, 0.4, 0.75)]
        parts += [pillar(0.1, 0.03, dark, (x * w, height - 0.01, z * d)) for x in (-0.5, 0.5) for z in (-0.45, 0.45)]
    elif kind == 2:
        radius = min(w, height / 2) * draw.uniform(0.5, 0.65)
        parts.append(Part(cylinder(radius, 0.06, 28), dark, (0, height * 0.45, d - 0.01), FACING))
        parts.append(box((-w * 0.9, height * 0.85, d - 0.01), (w * 0.2, height * 0.96, d + 0.025), grip))
        parts.append(ball(0.05, grip, (w * 0.6, height * 0.9, d)))
    else:
        parts.append(box((-w * 0.92, height * 0.1, d - 0.01), (w * 0.45, height * 0.9, d + 0.03), dark))
        parts.append(box((w * 0.5, height * 0.1, d - 0.01), (w * 0.58, height * 0.9, d + 0.06), grip))
        parts.append(ball(0.04, grip, (w * 0.78, height * 0.3, d)))
    return parts


def crate(draw: Draw) -> list[Part]:
    """An open box, a bin or a basket: square or round, straight or flared, with or without handles."""
    width, depth, height = draw.uniform(0.4, 0.9), draw.uniform(0.35, 0.7), draw.uniform(0.25, 0.9)
    flare, wall = draw.uniform(0.7, 1.0), draw.uniform(0.05, 0.09)
    body, grip = palette(draw, 2)
    outer = [(flare, 0.0), (1.0, height)] if chance(draw, 0.7) else [(1.0, 0.0), (1.0, height)]
    power = 2.0 if chance(draw, 0.35) else 12.0
    vessel = hollow(outer, wall * 2 / width, wall, body, stretch=(width / 2, depth / 2), power=power)
    parts = [vessel]
    if chance(draw, 0.4):
        parts.append(collar(1.08, (height * 0.88, height), 0.2, grip, stretch=(width / 2, depth / 2), power=power))
    if chance(draw, 0.4):
        for x in (-width / 2, width / 2):
            loop = [
                (x * 0.8, height * 0.8, -0.1),
                (x * 1.15, height * 0.8, -0.1),
                (x * 1.15, height * 0.8, 0.1),
                (x * 0.8, height * 0.8, 0.1),
            ]
            parts.append(rod(0.025, grip, *loop))
    elif chance(draw, 0.3):
        parts.append(cushion((width * 0.9, height * 0.4, depth * 0.9), palette(draw, 1)[0], (0, height * 0.75, 0)))
    return parts


def _laptop(draw: Draw, width: float, height: float, thick: float, frame: Colour, glass: Colour) -> list[Part]:
    lean = turned(x=-draw.uniform(0.05, 0.6))
    base = box((-width / 2, 0, -height / 2), (width / 2, thick, height / 2), frame)
    keys = box((-width * 0.43, thick * 0.5, -height * 0.35), (width * 0.43, thick * 1.3, height * 0.1), glass)
    middle = np.array([0, height / 2, 0]) @ lean + np.array([0, thick / 2, -height / 2 + thick / 2])
    place = (0.0, float(middle[1]), float(middle[2]))
    lid = Part(
        box((-width / 2, -height / 2, -thick / 2), (width / 2, height / 2, thick / 2), frame).solid,
        frame,
        place,
        lean,
    )
    front = np.array([0, height / 2, thick / 2]) @ lean + np.array([0, thick / 2, -height / 2 + thick / 2])
    shown = box((-width * 0.46, -height * 0.45, -0.01), (width * 0.46, height * 0.45, 0.01), glass)
    return [base, keys, lid, Part(shown.solid, glass, (0.0, float(front[1]), float(front[2])), lean)]


def screen(draw: Draw) -> list[Part]:
    """A flat television or monitor on a foot, or a laptop."""
    width = draw.uniform(0.7, 1.2)
    height, thick = width * draw.uniform(0.52, 0.7), width * draw.uniform(0.035, 0.07)
    frame, glass = palette(draw, 2)
    if chance(draw, 0.35):
        return _laptop(draw, width, height, thick, frame, glass)
    foot = draw.uniform(0.06, 0.25)
    parts = [box((-width / 2, foot, -thick / 2), (width / 2, foot + height, thick / 2), frame)]
    parts.append(
        box((-width * 0.46, foot + height * 0.06, 0), (width * 0.46, foot + height * 0.94, thick / 2 + 0.012), glass)
    )
    if chance(draw, 0.4):
        bulge = (
            Station(-thick * 3, width * 0.2, height * 0.2, 0, foot + height / 2),
            Station(0, width * 0.45, height * 0.42, 0, foot + height / 2),
        )
        parts.append(Part(Loft(bulge, 2, 8.0), frame))
    if chance(draw, 0.7):
        parts.append(block((width * draw.uniform(0.25, 0.5), 0.04, width * 0.25), frame, power=draw.choice([2.0, 9.0])))
        parts.append(block((width * 0.08, foot + 0.05, thick), frame, (0, 0.01, -thick * 0.2)))
    else:
        feet = [
            rod(0.022, frame, (x, 0.03, 0.14), (x, foot + 0.03, 0), (x, 0.03, -0.14))
            for x in (-width * 0.35, width * 0.35)
        ]
        parts += feet
    return parts


def speaker(draw: Draw) -> list[Part]:
    """A box with round cones in front: a loudspeaker, a radio or a camera."""
    width, height, depth = draw.uniform(0.35, 1.0), draw.uniform(0.4, 1.0), draw.uniform(0.25, 0.5)
    body, cone, metal = palette(draw, 3)
    parts = [block((width, height, depth), body, power=draw.choice([6.0, 16.0]))]
    along_y = height > width
    n = int(draw.integers(1, 4))
    for k in range(n):
        radius = min(width, height) * draw.uniform(0.2, 0.42) * (0.8 if n > 2 else 1)
        step = ((k + 0.5) / n - 0.5) * (height if along_y else width)
        place = (0.0, height / 2 + step, depth / 2 - 0.01) if along_y else (step, height / 2, depth / 2 - 0.01)
        parts.append(
            Part(
                cylinder(min(radius, 0.45 * max(width, height) / n), 0.05 + draw.uniform(0, 0.1), 24),
                cone,
                place,
                FACING,
            )
        )
    if chance(draw, 0.4):
        parts.append(
            rod(
                0.025,
                metal,
                (-width * 0.4, height * 0.97, 0),
                (-width * 0.4, height + 0.12, 0),
                (width * 0.4, height + 0.12, 0),
                (width * 0.4, height * 0.97, 0),
            )
        )
    if chance(draw, 0.3):
        parts.append(rod(0.022, metal, (width * 0.35, height, 0), (width * 0.45, height + 0.5, 0)))
    return parts
