"""The first twelve families. Their draws are fixed: shipped assets and demo photos are named by family and seed."""

import numpy as np

from trainers.data.grammars.building import box, colours, four_legs, vessel
from trainers.data.parts import Lathe, Part, Tube, cylinder, ellipsoid, turned


def chair(draw: np.random.Generator) -> list[Part]:
    """A seat on four legs with a back, with or without arm rests."""
    width, depth = draw.uniform(0.45, 0.65), draw.uniform(0.42, 0.6)
    seat, top, thick = draw.uniform(0.35, 0.55), draw.uniform(0.8, 1.2), draw.uniform(0.025, 0.045)
    seat_colour, leg_colour, back_colour = colours(draw, 3)
    parts = four_legs(width, depth, seat, thick, draw.uniform(0, 0.06), leg_colour)
    parts.append(box((-width / 2, seat, -depth / 2), (width / 2, seat + 2 * thick, depth / 2), seat_colour))
    if draw.random() < 0.5:
        parts.append(box((-width / 2, seat, -depth / 2), (width / 2, top, -depth / 2 + 2 * thick), back_colour))
    else:
        n_slats = int(draw.integers(2, 5))
        for x in (-width / 2 + thick, width / 2 - thick):
            parts.append(Part(Tube(((x, seat, -depth / 2 + thick), (x, top, -depth / 2 + thick)), thick), back_colour))
        for y in np.linspace(seat + 0.15, top - 0.05, n_slats):
            parts.append(box((-width / 2, y - 0.04, -depth / 2), (width / 2, y + 0.04, -depth / 2 + 0.06), back_colour))
    if draw.random() < 0.35:
        rest = seat + draw.uniform(0.18, 0.26)
        for x in (-width / 2, width / 2):
            path = ((x, seat, depth / 2 - 0.06), (x, rest, depth / 2 - 0.06), (x, rest, -depth / 2 + 0.03))
            parts.append(Part(Tube(path, thick), leg_colour))
    return parts


def table(draw: np.random.Generator) -> list[Part]:
    """A rectangular or round top on four legs or on one pedestal."""
    width, depth = draw.uniform(0.7, 1.3), draw.uniform(0.5, 0.9)
    height, thick, leg = draw.uniform(0.4, 0.85), draw.uniform(0.05, 0.09), draw.uniform(0.03, 0.055)
    top_colour, leg_colour = colours(draw, 2)
    is_round = draw.random() < 0.4
    if is_round:
        depth = width
        parts = [Part(cylinder(width / 2, thick, 32), top_colour, (0, height, 0))]
    else:
        parts = [box((-width / 2, height, -depth / 2), (width / 2, height + thick, depth / 2), top_colour)]
    if draw.random() < 0.35:
        parts.append(Part(cylinder(leg * 1.5, height), leg_colour))
        parts.append(Part(cylinder(depth * 0.35, 0.05), leg_colour))
        return parts
    inset = 0.3 * width if is_round else 0.0
    return parts + four_legs(width - inset, depth - inset, height, leg, draw.uniform(0, 0.05), leg_colour)


def shelf(draw: np.random.Generator) -> list[Part]:
    """An open case with boards, closed at the back (-z)."""
    width, height, depth = draw.uniform(0.5, 1.1), draw.uniform(0.7, 1.4), draw.uniform(0.25, 0.45)
    board = draw.uniform(0.04, 0.06)
    case, inner = colours(draw, 2)
    w, h, d = width / 2, height, depth / 2
    parts = [
        box((-w, 0, -d), (-w + board, h, d), case),
        box((w - board, 0, -d), (w, h, d), case),
        box((-w, 0, -d), (w, h, -d + board), inner),
    ]
    heights = np.linspace(0, h - board, int(draw.integers(2, 6)))
    return parts + [box((-w + 0.01, y, -d + 0.01), (w - 0.01, y + board, d - 0.01), case) for y in heights]


def sofa(draw: np.random.Generator) -> list[Part]:
    """A low seat with a back and two arms, sometimes with cushions."""
    width, depth, seat = draw.uniform(0.9, 1.7), draw.uniform(0.55, 0.75), draw.uniform(0.28, 0.38)
    back, arm, thick = draw.uniform(0.6, 0.8), draw.uniform(0.42, 0.56), draw.uniform(0.1, 0.18)
    body, cushion = colours(draw, 2)
    w, d = width / 2, depth / 2
    parts = [
        box((-w, 0.05, -d), (w, seat, d), body),
        box((-w, 0.05, -d), (w, back, -d + thick), body),
        box((-w, 0.05, -d), (-w + thick, arm, d), body),
        box((w - thick, 0.05, -d), (w, arm, d), body),
    ]
    if draw.random() < 0.6:
        n = int(draw.integers(1, 4))
        span = (width - 2 * thick) / n
        for k in range(n):
            x = -w + thick + span * (k + 0.5)
            half = (span / 2 - 0.01, 0.07, d - thick / 2)
            parts.append(Part(ellipsoid(half), cushion, (x, seat + 0.02, thick / 2)))
    return parts


def lamp(draw: np.random.Generator) -> list[Part]:
    """A foot, a stem and a shade."""
    stem, foot = draw.uniform(0.4, 1.0), draw.uniform(0.14, 0.26)
    wide, narrow, tall = draw.uniform(0.2, 0.36), draw.uniform(0.08, 0.2), draw.uniform(0.2, 0.4)
    base, shade = colours(draw, 2)
    parts = [Part(cylinder(foot, 0.06, top_radius=foot * draw.uniform(0.5, 1)), base)]
    parts.append(Part(cylinder(draw.uniform(0.025, 0.04), stem + tall / 2), base))
    if draw.random() < 0.35:
        parts.append(Part(ellipsoid((foot * 0.8, stem * 0.35, foot * 0.8)), base, (0, stem * 0.35, 0)))
    parts.append(Part(cylinder(wide, tall, 28, top_radius=narrow), shade, (0, stem, 0)))
    return parts


def mug(draw: np.random.Generator) -> list[Part]:
    """A hollow cup with a handle towards +x."""
    low, rim, height = draw.uniform(0.26, 0.4), draw.uniform(0.32, 0.44), draw.uniform(0.55, 0.95)
    body, grip = colours(draw, 2)
    parts = [Part(vessel([(low, 0.0), (rim, height)], draw.uniform(0.05, 0.08), 0.08), body)]
    reach, bottom, top = draw.uniform(0.16, 0.26), height * 0.25, height * 0.8
    angle = np.linspace(-np.pi / 2, np.pi / 2, 7)
    side = min(low, rim) - 0.01
    path = tuple(
        (side + reach * float(np.cos(a)), (bottom + top) / 2 + (top - bottom) / 2 * float(np.sin(a)), 0.0)
        for a in angle
    )
    parts.append(Part(Tube(path, draw.uniform(0.035, 0.055)), grip))
    return parts


def bottle(draw: np.random.Generator) -> list[Part]:
    """A round body, a shoulder, a neck and a cap."""
    radius, body, shoulder = draw.uniform(0.14, 0.26), draw.uniform(0.4, 0.7), draw.uniform(0.06, 0.2)
    neck, tall = draw.uniform(0.045, 0.08), draw.uniform(0.1, 0.3)
    glass, cap = colours(draw, 2)
    top = body + shoulder
    outline = ((0.0, 0.0), (radius, 0.0), (radius, body), (neck, top), (neck, top + tall), (0.0, top + tall))
    parts = [Part(Lathe(outline, 28), glass)]
    parts.append(Part(cylinder(neck * 1.3, 0.07), cap, (0, top + tall - 0.02, 0)))
    if draw.random() < 0.5:
        label = draw.uniform(0.4, 0.7) * body
        parts.append(Part(cylinder(radius * 1.03, label, 28), cap, (0, (body - label) / 2, 0)))
    return parts


def vase(draw: np.random.Generator) -> list[Part]:
    """A hollow vessel with a curved outline."""
    foot, belly, rim = draw.uniform(0.12, 0.25), draw.uniform(0.2, 0.4), draw.uniform(0.1, 0.35)
    height, place = draw.uniform(0.5, 1.0), draw.uniform(0.25, 0.7)
    heights = np.linspace(0, 1, 9)
    bulge = np.exp(-(((heights - place) / 0.3) ** 2))
    radii = (foot * (1 - heights) + rim * heights) * (1 - bulge) + belly * bulge
    outer = [(float(r), float(y * height)) for r, y in zip(radii, heights, strict=True)]
    return [Part(vessel(outer, 0.055, 0.07), colours(draw, 1)[0])]


def car(draw: np.random.Generator) -> list[Part]:
    """A body, a cabin and four wheels; it drives towards +z."""
    length, width, height = draw.uniform(1.2, 1.8), draw.uniform(0.55, 0.8), draw.uniform(0.25, 0.4)
    wheel, clear = draw.uniform(0.13, 0.2), 0.1
    paint, glass, _ = colours(draw, 3)
    w, front = width / 2, length / 2
    parts = [box((-w, clear, -front), (w, clear + height, front), paint)]
    start, end = -front * draw.uniform(0.6, 1.0), front * draw.uniform(0.0, 0.6)
    roof = clear + height + draw.uniform(0.2, 0.4)
    parts.append(box((-w * 0.9, clear + height, start), (w * 0.9, roof, end), glass))
    for x in (-w - 0.03, w - 0.07):
        for z in (-front * 0.62, front * 0.62):
            axle = turned(z=-np.pi / 2)
            parts.append(Part(cylinder(wheel, 0.1, 20), (0.12, 0.12, 0.13), (x, wheel, z), axle))
    return parts


def animal(draw: np.random.Generator) -> list[Part]:
    """A four-legged animal of capsules and ellipsoids; it looks towards +z."""
    long, fat, leg = draw.uniform(0.35, 0.6), draw.uniform(0.16, 0.26), draw.uniform(0.25, 0.5)
    neck, head = draw.uniform(0.1, 0.4), draw.uniform(0.11, 0.17)
    coat, other = colours(draw, 2)
    back = leg + fat * 0.8
    parts = [Part(ellipsoid((fat, fat, long)), coat, (0, back, 0))]
    for x in (-fat * 0.55, fat * 0.55):
        parts += [Part(Tube(((x, 0.05, z), (x, back, z)), 0.055), coat) for z in (-long * 0.6, long * 0.6)]
    nape = (0.0, back + neck, long * 0.8 + neck * 0.4)
    parts.append(Part(Tube(((0.0, back, long * 0.7), nape), fat * 0.45), coat))
    parts.append(Part(ellipsoid((head, head, head * 1.5)), other, (0, nape[1] + head * 0.4, nape[2] + head * 0.5)))
    for x in (-head * 0.6, head * 0.6):
        ear = ((x, nape[1] + head, nape[2]), (x * 1.3, nape[1] + head * 1.9, nape[2]))
        parts.append(Part(Tube(ear, 0.045), other))
    tail = ((0.0, back, -long * 0.9), (0.0, back + draw.uniform(-0.15, 0.25), -long * 0.9 - 0.2))
    parts.append(Part(Tube(tail, 0.045), other))
    return parts


def bench(draw: np.random.Generator) -> list[Part]:
    """A long plank on two side boards, sometimes with a low back."""
    width, depth, seat = draw.uniform(1.0, 1.8), draw.uniform(0.3, 0.45), draw.uniform(0.35, 0.5)
    plank, side = colours(draw, 2)
    w, d = width / 2, depth / 2
    parts = [box((-w, seat, -d), (w, seat + 0.08, d), plank)]
    parts += [box((x - 0.05, 0, -d), (x + 0.05, seat, d), side) for x in (-w * 0.8, w * 0.8)]
    if draw.random() < 0.5:
        parts.append(box((-w, seat, -d), (w, seat + draw.uniform(0.25, 0.45), -d + 0.07), plank))
    return parts


def jug(draw: np.random.Generator) -> list[Part]:
    """A tall vessel with a spout towards +z and a handle towards -z."""
    foot, belly, rim, height = draw.uniform(0.2, 0.3), draw.uniform(0.3, 0.4), draw.uniform(0.14, 0.22), 1.0
    colour, grip = colours(draw, 2)
    heights = np.linspace(0, 1, 9)
    radii = foot * (1 - heights) + rim * heights + (belly - foot) * np.sin(np.pi * heights)
    outer = [(float(r), float(y) * height) for r, y in zip(radii, heights, strict=True)]
    parts = [Part(vessel(outer, 0.06, 0.08), colour)]
    parts.append(Part(Tube(((0, 0.85, rim * 0.8), (0, 0.98, rim + 0.16)), 0.06), colour))
    handle = ((0, 0.85, -rim), (0, 0.9, -rim - 0.25), (0, 0.45, -belly - 0.2), (0, 0.3, -belly + 0.02))
    parts.append(Part(Tube(handle, 0.05), grip))
    return parts
