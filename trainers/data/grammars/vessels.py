"""Pots, bowls and the like; spouts look to the front, handles of cups to the right."""

import numpy as np

from trainers.data.grammars.building import arc, ball, chance, collar, curved, hollow, palette, pillar, rod, wheel
from trainers.data.parts import Colour, Lathe, Part

Draw = np.random.Generator


def _spout(foot: tuple[float, float], tip: tuple[float, float], radius: float, colour: Colour) -> Part:
    """Return a bent spout from (height, z) at the belly to (height, z) of its tip."""
    middle = (0.0, foot[0] + (tip[0] - foot[0]) * 0.35, foot[1] + (tip[1] - foot[1]) * 0.7)
    return rod(radius, colour, (0, foot[0], foot[1] - radius), middle, (0, tip[0], tip[1]))


def _lid(radius: float, at: float, rise: float, colour: Colour, grip: Colour) -> list[Part]:
    dome = ((0.0, 0.0), (radius, 0.0), (radius * 0.8, rise * 0.6), (radius * 0.3, rise), (0.0, rise))
    return [Part(Lathe(dome, 24), colour, (0, at, 0)), ball(radius * 0.22, grip, (0, at + rise + radius * 0.12, 0))]


def pot(draw: Draw) -> list[Part]:
    """A cooking pot or a pan: one long handle or two short ones, a lid or none."""
    radius, height, wall = draw.uniform(0.28, 0.45), draw.uniform(0.14, 0.5), 0.05
    metal, dark = palette(draw, 2)
    parts = [hollow([(radius * draw.uniform(0.8, 1), 0.0), (radius, height)], wall, wall, metal)]
    y = height * 0.8
    if chance(draw, 0.5):
        length = draw.uniform(0.4, 0.75)
        parts.append(rod(0.035, dark, (radius - 0.02, y, 0), (radius + length, y + draw.uniform(0, 0.12), 0)))
    else:
        for side in (-1, 1):
            loop = arc((side * (radius - 0.02), y, 0), (side * 0.14, 0.14), (0, 2), (-0.25, 0.25))
            parts.append(rod(0.03, dark, *loop))
    return parts + (_lid(radius * 1.02, height - 0.01, 0.1, metal, dark) if chance(draw, 0.5) else [])


def bowl(draw: Draw) -> list[Part]:
    """A bowl, a plate or a dish, empty or with fruit in it."""
    rim, height, foot = draw.uniform(0.35, 0.5), draw.uniform(0.1, 0.45), draw.uniform(0.12, 0.28)
    clay, fruit = palette(draw, 2)
    steps = np.linspace(0, 1, 7)
    bend = draw.uniform(0.35, 1.2)
    outer = [(float(foot + (rim - foot) * s**bend), float(height * s)) for s in steps]
    oval = draw.uniform(0.65, 1.0) if chance(draw, 0.3) else 1.0
    power = 8.0 if chance(draw, 0.2) else 2.0
    parts = [hollow(outer, 0.05, 0.05, clay, stretch=(1, oval), power=power)]
    if chance(draw, 0.35):
        radius = rim * 0.36
        spots = [(x, z) for x in (-1, 1) for z in (-1, 1)]
        level = 0.05 + radius * 0.7
        parts += [ball(radius, fruit, (x * radius * 0.95, level, z * radius * 0.95 * oval)) for x, z in spots]
        parts.append(ball(radius, fruit, (0, level + radius, 0)))
    return parts


def glass(draw: Draw) -> list[Part]:
    """A stemmed glass, a goblet, a trophy or a fruit stand."""
    bowl_radius, foot = draw.uniform(0.2, 0.36), draw.uniform(0.16, 0.28)
    stem, tall = draw.uniform(0.1, 0.5), draw.uniform(0.2, 0.5)
    tint, metal = palette(draw, 2)
    rim = bowl_radius * draw.uniform(0.7, 1.2)
    steps = np.linspace(0, 1, 8)
    radii = 0.04 + (rim - 0.04) * steps**0.5 + (bowl_radius - rim) * np.sin(np.pi * steps) * 0.8
    outer = [(float(r), float(stem + tall * s)) for r, s in zip(radii, steps, strict=True)]
    parts = [hollow(outer, 0.04, 0.04, tint), pillar(0.035, stem + 0.02, metal)]
    parts.append(pillar(foot, 0.05, metal, top=foot * draw.uniform(0.3, 0.9)))
    if chance(draw, 0.3):
        parts.append(ball(0.07, metal, (0, stem * 0.5, 0)))
    if chance(draw, 0.25):
        for side in (-1, 1):
            loop = arc(
                (side * bowl_radius * 0.85, stem + tall * 0.55, 0), (side * 0.16, tall * 0.3), (0, 1), (-0.25, 0.25)
            )
            parts.append(rod(0.028, metal, *loop))
    return parts


def jar(draw: Draw) -> list[Part]:
    """A closed round thing with a lid: a tin, a jar, a flask, an urn, a barrel."""
    low, high, height = draw.uniform(0.18, 0.32), draw.uniform(0.16, 0.32), draw.uniform(0.4, 1.0)
    body, lid, band = palette(draw, 3)
    outline = curved((low, high), height, draw.uniform(-0.02, 0.14), draw.uniform(0.3, 0.7))
    power = 2.0 if chance(draw, 0.7) else 7.0
    parts = [Part(Lathe(((0.0, 0.0), *outline, (0.0, height)), 32, power=power), body)]
    neck = high * draw.uniform(0.5, 1.1)
    if chance(draw, 0.5):
        parts += _lid(neck, height - 0.01, draw.uniform(0.05, 0.16), lid, band)
    else:
        parts.append(
            Part(Lathe(((0, 0), (neck, 0), (neck, 0.1), (0, 0.1)), 32, power=power), lid, (0, height - 0.01, 0))
        )
    if chance(draw, 0.4):
        for share in (0.25, 0.75):
            radius = float(np.interp(share * height, [y for _, y in outline], [r for r, _ in outline])) + 0.015
            parts.append(
                Part(
                    Lathe(((0, 0), (radius, 0), (radius, 0.06), (0, 0.06)), 32, power=power),
                    band,
                    (0, share * height, 0),
                )
            )
    return parts


def kettle(draw: Draw) -> list[Part]:
    """A kettle with a spout in front and a bow over the top, or a handle behind."""
    radius, height = draw.uniform(0.3, 0.42), draw.uniform(0.35, 0.6)
    metal, dark = palette(draw, 2)
    top = radius * draw.uniform(0.45, 0.8)
    outline = curved((radius * 0.9, top), height, radius * 0.25, 0.3)
    parts = [Part(Lathe(((0.0, 0.0), *outline, (0.0, height)), 28), metal)]
    parts += _lid(top * 0.8, height - 0.01, 0.06, metal, dark)
    parts.append(
        _spout(
            (height * 0.45, radius * 0.8),
            (height * draw.uniform(0.85, 1.05), radius + draw.uniform(0.15, 0.3)),
            0.06,
            metal,
        )
    )
    if chance(draw, 0.6):
        bow = arc((0, height * 0.8, 0), (radius * 0.85, draw.uniform(0.35, 0.5)), (2, 1), (0, 0.5))
        parts.append(rod(0.035, dark, (0, height * 0.4, radius * 0.75), *bow, (0, height * 0.4, -radius * 0.75)))
    else:
        loop = arc((0, height * 0.55, -radius * 0.85), (-0.25, height * 0.35), (2, 1), (-0.25, 0.25))
        parts.append(rod(0.04, dark, (0, loop[0][1], -radius * 0.3), *loop, (0, loop[-1][1], -radius * 0.3)))
    return parts


def teapot(draw: Draw) -> list[Part]:
    """A round pot with a lid, a bent spout in front and a handle behind."""
    radius, height = draw.uniform(0.3, 0.4), draw.uniform(0.4, 0.55)
    clay, grip = palette(draw, 2)
    outline = curved((radius * 0.55, radius * 0.45), height, radius * 0.5, 0.45)
    parts = [
        Part(Lathe(((0.0, 0.0), *outline, (0.0, height)), 28), clay),
        *_lid(radius * 0.45, height - 0.01, 0.08, clay, grip),
    ]
    parts.append(_spout((height * 0.3, radius * 0.85), (height * 0.95, radius + 0.3), 0.055, clay))
    loop = arc((0, height * 0.5, -radius * 0.85), (-0.25, height * 0.32), (2, 1), (-0.25, 0.25))
    return [*parts, rod(0.04, grip, *loop)]


def bucket(draw: Draw) -> list[Part]:
    """A pail or a basket with a bow handle, upright or hanging down in front."""
    foot, rim, height = draw.uniform(0.2, 0.32), draw.uniform(0.3, 0.4), draw.uniform(0.4, 0.7)
    body, bow = palette(draw, 2)
    parts = [hollow([(foot, 0.0), (rim, height)], 0.05, 0.05, body)]
    if chance(draw, 0.5):
        parts.append(collar(rim + 0.03, (height * 0.9, height), 0.08, bow))
    lift = draw.uniform(0.3, 0.5)
    end = (rim, height - 0.04, 0.0)
    if chance(draw, 0.6):
        return [*parts, rod(0.028, bow, *arc((0, end[1], 0), (rim, lift), (0, 1), (0, 0.5)))]
    hanging = [
        (x, end[1] - 0.3 * abs(z), z) for x, _, z in arc((0, end[1], 0), (rim + 0.03, rim + 0.08), (0, 2), (0, 0.5))
    ]
    return [*parts, rod(0.028, bow, *hanging)]


def watering_can(draw: Draw) -> list[Part]:
    """A can with a long spout in front, a rose at its tip, and a bow."""
    radius, height = draw.uniform(0.22, 0.3), draw.uniform(0.4, 0.55)
    body, other = palette(draw, 2)
    tip = (height * draw.uniform(0.95, 1.2), radius + draw.uniform(0.35, 0.55))
    parts = [hollow([(radius, 0.0), (radius * draw.uniform(0.8, 1.0), height)], 0.05, 0.05, body)]
    parts += [rod(0.045, body, (0, height * 0.2, radius * 0.8), (0, *tip)), ball(0.09, other, (0, *tip))]
    bow = arc((0, height * 0.75, 0), (radius * 0.95, height * 0.6), (2, 1), (0.02, 0.48))
    return [*parts, rod(0.035, other, *bow)]


def bathtub(draw: Draw) -> list[Part]:
    """A tub or a basin with a tap, on the floor or on feet."""
    width, length, height = draw.uniform(0.65, 0.9), draw.uniform(1.2, 1.9), draw.uniform(0.4, 0.65)
    foot = draw.uniform(0.05, 0.15) if chance(draw, 0.4) else 0.0
    white, metal = palette(draw, 2)
    power = draw.choice([2.5, 4.0, 12.0])
    wall = 0.14
    outer = [(draw.uniform(0.75, 1.0), foot), (1.0, foot + height)]
    half = (length / 2, width / 2)
    parts = [hollow(outer, wall, 0.1, white, stretch=half, power=float(power))]
    if foot:
        parts += [ball(0.09, metal, (x * half[0] * 0.65, 0.09, z * half[1] * 0.6)) for x in (-1, 1) for z in (-1, 1)]
        parts += [
            pillar(0.05, foot + 0.1, metal, (x * half[0] * 0.65, 0.02, z * half[1] * 0.6))
            for x in (-1, 1)
            for z in (-1, 1)
        ]
    top = foot + height
    x = half[0] * 0.93
    parts.append(rod(0.035, metal, (x, top - 0.1, 0), (x, top + 0.16, 0), (x - 0.2, top + 0.16, 0)))
    return parts


def washbasin(draw: Draw) -> list[Part]:
    """A basin on a column, a cabinet or alone, with a tap at the back."""
    width, depth, rise = draw.uniform(0.5, 0.8), draw.uniform(0.4, 0.55), draw.uniform(0.14, 0.24)
    stand = draw.uniform(0.5, 0.7) if chance(draw, 0.75) else 0.0
    white, other, metal = palette(draw, 3)
    power = float(draw.choice([2.0, 3.5, 12.0]))
    outer = [(draw.uniform(0.4, 0.95), stand), (1.0, stand + rise)]
    parts = [hollow(outer, 0.16, 0.05, white, stretch=(width / 2, depth / 2), power=power)]
    if stand and chance(draw, 0.6):
        parts.append(pillar(draw.uniform(0.1, 0.15), stand + 0.02, white, (0, 0, -0.03), 0.09))
    elif stand:
        case = Lathe(((0, 0), (0.9, 0), (0.9, stand + 0.02), (0, stand + 0.02)), 32, (width / 2, depth / 2), 14.0)
        parts.append(Part(case, other))
    top, z = stand + rise, -depth / 2 + 0.05
    parts.append(rod(0.026, metal, (0, top - 0.06, z), (0, top + 0.14, z), (0, top + 0.12, z + 0.16)))
    return parts


def toilet(draw: Draw) -> list[Part]:
    """A bowl with a seat, its lid up or down, and a cistern behind."""
    width, length, seat = draw.uniform(0.34, 0.4), draw.uniform(0.45, 0.56), draw.uniform(0.36, 0.44)
    white, lid = palette(draw, 2)
    half = (width / 2, length / 2)
    power = float(draw.choice([2.0, 2.6, 5.0]))
    outer = [(draw.uniform(0.5, 0.7), 0.0), (0.6, seat * 0.3), (0.95, seat * 0.75), (1.0, seat)]
    parts = [hollow(outer, 0.28, seat * 0.6, white, stretch=half, power=power)]
    back = -half[1] - 0.08
    tank = Lathe(((0, 0), (1, 0), (1, 0.36), (0, 0.36)), 32, (width / 2 * 1.05, 0.1), 10.0)
    parts += [Part(tank, white, (0, seat, back)), Part(tank, lid, (0, seat - 0.33, back + 0.04))][
        : 2 if chance(draw, 0.7) else 1
    ]
    parts.append(pillar(0.1, seat, white, (0, 0, back + 0.1)))
    plate = Lathe(((0, 0), (1, 0), (1, 0.04), (0, 0.04)), 32, half, power)
    if chance(draw, 0.5):
        parts.append(Part(plate, lid, (0, seat, 0)))
    else:
        lift = np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]])
        parts.append(Part(plate, lid, (0, seat + half[1], -half[1] + 0.06), lift))
    return parts


def barrel(draw: Draw) -> list[Part]:
    """A barrel with hoops, standing or lying, or a drum, or a roll on its side."""
    radius, height = draw.uniform(0.28, 0.42), draw.uniform(0.6, 1.0)
    wood, iron = palette(draw, 2)
    outline = curved((radius * 0.85, radius * 0.85), height, radius * draw.uniform(0.0, 0.3), 0.5)
    shift = height / 2
    parts = [Part(Lathe(((0.0, 0.0), *outline, (0.0, height)), 28), wood)]
    for share in draw.choice([0.12, 0.3, 0.7, 0.88], size=int(draw.integers(2, 5)), replace=False).tolist():
        at = float(np.interp(share * height, [y for _, y in outline], [r for r, _ in outline])) + 0.018
        parts.append(pillar(at, 0.06, iron, (0, share * height - 0.03, 0)))
    if chance(draw, 0.35):
        lying = wheel(1, 1, wood, (0, 0, 0)).rotation
        moved = [np.asarray(part.centre) - [0, shift, 0] for part in parts]
        placed = [centre @ lying + [0, radius, 0] for centre in moved]
        return [
            Part(p.solid, p.colour, (float(c[0]), float(c[1]), float(c[2])), lying)
            for p, c in zip(parts, placed, strict=True)
        ]
    return parts
