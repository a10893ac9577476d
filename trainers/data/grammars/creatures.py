"""People, animals and plants; they look towards +z."""

import numpy as np

from trainers.data.grammars.building import NEUTRALS, Point, ball, chance, hollow, palette, pillar, rod
from trainers.data.lofts import Loft, Station
from trainers.data.parts import Colour, Lathe, Part, turned

Draw = np.random.Generator
GREENS: tuple[Colour, ...] = ((0.2, 0.45, 0.15), (0.32, 0.55, 0.2), (0.13, 0.33, 0.16), (0.45, 0.55, 0.25))


def _bar(radius: float, colour: Colour, *points: Point) -> Part:
    return rod(max(radius, 0.03), colour, *points)


def person(draw: Draw) -> list[Part]:
    """A standing, walking or sitting figure, with or without a hat; also a doll or a robot by its build."""
    leg, trunk, head = draw.uniform(0.55, 0.9), draw.uniform(0.45, 0.65), draw.uniform(0.1, 0.17)
    shoulder, fat, limb = draw.uniform(0.18, 0.26), draw.uniform(0.1, 0.16), draw.uniform(0.055, 0.08)
    shirt, trousers, skin = palette(draw, 3)
    stride, hip, sits = draw.uniform(-0.25, 0.25), shoulder * 0.5, chance(draw, 0.15)
    waist = leg * 0.5 if sits else leg
    body = (
        Station(waist - 0.05, fat * 0.9, hip * 1.4),
        Station(waist + trunk * 0.6, fat, shoulder),
        Station(waist + trunk, fat * 0.6, shoulder * 0.5),
    )
    parts = [Part(Loft(body, 1, draw.choice([2.5, 6.0])), shirt)]
    for side in (-1, 1):
        x, swing = side * hip, side * stride
        if sits:
            path = ((x, waist, 0.0), (x, waist, leg * 0.5), (x, 0.06, leg * 0.5))
        else:
            path = ((x, waist, 0.0), (x, leg * 0.5, swing * 0.7), (x, 0.06, swing))
        parts += [_bar(limb, trousers, *path), _bar(limb * 0.9, NEUTRALS[4], path[-1], (x, 0.05, path[-1][2] + 0.12))]
        lift, out = draw.uniform(-1.5, 0.9), draw.uniform(0.02, 0.5)
        top = (side * shoulder, waist + trunk * 0.85, 0.0)
        elbow = (top[0] + side * out * 0.28, top[1] - 0.26 * float(np.cos(lift * 0.6)), 0.1 * max(lift, 0))
        hand = (elbow[0] + side * 0.05, elbow[1] + 0.24 * float(np.sin(lift)), elbow[2] + 0.24 * float(np.cos(lift)))
        parts += [_bar(limb * 0.8, shirt, top, elbow), _bar(limb * 0.65, skin, elbow, hand)]
    neck = waist + trunk
    parts += [
        _bar(limb * 0.8, skin, (0, neck - 0.05, 0), (0, neck + 0.08, 0)),
        ball(head, skin, (0, neck + 0.06 + head, 0.01), (0.85, 1.1, 0.95)),
    ]
    parts.append(ball(head, trousers, (0, neck + 0.1 + head, -0.03), (0.92, 1.0, 0.95)))
    if chance(draw, 0.3):
        parts += [
            pillar(head * 1.6, 0.05, trousers, (0, neck + 1.7 * head, 0)),
            pillar(head, 0.14, trousers, (0, neck + 1.7 * head, 0)),
        ]
    if chance(draw, 0.25):
        skirt = Lathe(((0, 0), (hip * draw.uniform(2, 3.2), 0), (fat * 1.2, waist * 0.6), (0, waist * 0.6)), 24)
        parts.append(Part(skirt, shirt, (0, waist * 0.45, 0)))
    return parts


def bird(draw: Draw) -> list[Part]:
    """A bird on two legs, wings folded or spread: duck, hen, gull or owl by its build."""
    long, fat, leg = draw.uniform(0.28, 0.45), draw.uniform(0.14, 0.24), draw.uniform(0.1, 0.4)
    coat, wing, beak = palette(draw, 3)
    neck, head = draw.uniform(0.05, 0.4), draw.uniform(0.09, 0.14)
    y, tilt = leg + fat, draw.uniform(0, 0.5)
    body = Part(ball(1, coat, (0, 0, 0), (fat, fat, long)).solid, coat, (0, y, 0), turned(x=-tilt))
    front, chest = long * 0.75 * float(np.cos(tilt)), y + long * 0.7 * float(np.sin(tilt))
    nape = (0.0, chest + neck, front + neck * 0.2)
    parts = [body, _bar(max(fat * 0.35, 0.05), coat, (0, chest - 0.05, front * 0.8), nape)]
    parts.append(ball(head, coat, (0, nape[1] + head * 0.5, nape[2] + head * 0.3)))
    parts.append(
        _bar(
            0.035,
            beak,
            (0, nape[1] + head * 0.4, nape[2] + head),
            (0, nape[1] + head * 0.3, nape[2] + head * 1.2 + draw.uniform(0.05, 0.15)),
        )
    )
    shanks = [((x, y - fat * 0.4, 0.0), (x, 0.03, 0.0), (x, 0.03, 0.12)) for x in (-fat * 0.4, fat * 0.4)]
    parts += [_bar(0.03, beak, *shank) for shank in shanks]
    if chance(draw, 0.3):
        for side in (-1, 1):
            # About x a loft's width runs along y and its height along z.
            root, tip = (
                Station(0.0, 0.035, long * 0.55, y + 0.03),
                Station(side * draw.uniform(0.5, 0.8), 0.03, long * 0.15, y + draw.uniform(0, 0.4)),
            )
            parts.append(Part(Loft((root, tip) if side > 0 else (tip, root), 0, 2.5), wing))
    else:
        parts += [
            ball(1, wing, (x * fat * 0.85, y + 0.02, -long * 0.15), (0.05, fat * 0.65, long * 0.75)) for x in (-1, 1)
        ]
    tail = (
        Station(
            -long - draw.uniform(0.08, 0.25), fat * 0.7, 0.03, 0, y - long * 0.5 * tilt + draw.uniform(-0.05, 0.15)
        ),
        Station(-long * 0.6, fat * 0.5, 0.06, 0, y - long * 0.4 * tilt),
    )
    return [*parts, Part(Loft(tail, 2, 2.0), wing)]


def fish(draw: Draw) -> list[Part]:
    """A fish or a dolphin, its fins up, aside and behind; some stand on a foot."""
    long, high, thick = draw.uniform(0.7, 1.0), draw.uniform(0.14, 0.34), draw.uniform(0.09, 0.18)
    scales, fin = palette(draw, 2)
    f = long / 2
    shape = [(-f, 0.25), (-f * 0.5, 0.6), (f * 0.1, 1.0), (f * 0.6, 0.8), (f * 0.9, 0.4), (f, 0.15)]
    parts = [Part(Loft(tuple(Station(z, thick * max(s, 0.3), high * s) for z, s in shape), 2), scales)]
    spread, reach = draw.uniform(0.15, 0.35), draw.uniform(0.15, 0.3)
    level = chance(draw, 0.3)
    tail = (Station(-f - reach, 0.03, spread), Station(-f + 0.05, 0.035, high * 0.25))
    flat = tuple(Station(s.at, s.half_height, s.half_width) for s in tail)
    parts.append(Part(Loft(flat if level else tail, 2, 5.0), fin))
    back = (
        Station(high * 0.5, 0.03, f * draw.uniform(0.3, 0.6), 0.0, 0.0),
        Station(high + draw.uniform(0.08, 0.25), 0.025, f * 0.15, -f * 0.3, 0.0),
    )
    # About y a loft's width runs along z and its height along x.
    parts.append(
        Part(Loft(tuple(Station(s.at, s.half_height, s.half_width, s.middle_width) for s in back), 1, 3.0), fin)
    )
    fins = [(side * (thick + 0.06), -high * 0.3, f * 0.3) for side in (-1, 1)]
    parts += [ball(1, fin, at, (0.14, 0.03, 0.09)) for at in fins]
    if chance(draw, 0.3):
        parts += [
            pillar(0.03, high + 0.3, NEUTRALS[3], (0, -high - 0.3, 0)),
            pillar(0.2, 0.05, NEUTRALS[3], (0, -high - 0.3, 0)),
        ]
    return parts


def plush(draw: Draw) -> list[Part]:
    """A sitting soft toy: bear, rabbit or cat by its ears, arms and legs in front."""
    belly, head = draw.uniform(0.2, 0.28), draw.uniform(0.16, 0.24)
    fur, pale = palette(draw, 2)
    y = belly * 1.1
    top = y + belly * 0.9 + head * 0.75
    parts = [
        ball(belly, fur, (0, y, 0), (1, draw.uniform(1.0, 1.25), 0.9)),
        ball(head, fur, (0, top, 0.03), (draw.uniform(1, 1.2), 1, 1)),
    ]
    parts.append(ball(head * 0.42, pale, (0, top - head * 0.25, head * 0.85)))
    parts.append(ball(belly * 0.6, pale, (0, y, belly * 0.45)))
    ear, tall = draw.uniform(0.06, 0.1), draw.uniform(0.0, 0.35) if chance(draw, 0.5) else 0.0
    for side in (-1, 1):
        x = side * head * 0.65
        parts.append(_bar(ear, fur, (x, top + head * 0.65, 0), (x * 1.15, top + head * 0.75 + tall, 0)))
        parts.append(_bar(0.08, fur, (side * belly * 0.6, 0.09, belly * 0.3), (side * belly * 1.0, 0.09, belly * 1.7)))
        parts.append(ball(0.1, pale, (side * belly * 1.0, 0.1, belly * 1.8)))
        reach = draw.uniform(-0.3, 0.5)
        parts.append(
            _bar(
                0.065,
                fur,
                (side * belly * 0.75, y + belly * 0.5, 0),
                (side * belly * 1.35, y + belly * reach, belly * 0.5),
            )
        )
    return parts


def _leaf(root: Point, azimuth: float, rise: float, length: float, width: float, colour: Colour) -> Part:
    """Return a flat leaf from ``root`` outwards, ``rise`` radians above the ground."""
    blade = (
        Station(0.0, width * 0.3, 0.028),
        Station(length * 0.4, width, 0.03),
        Station(length * 0.8, width * 0.7, 0.028),
        Station(length, width * 0.15, 0.022),
    )
    return Part(Loft(blade, 2, 2.0, 12), colour, root, turned(x=-rise) @ turned(y=azimuth))


def potted_plant(draw: Draw) -> list[Part]:
    """A pot with long leaves, a bush, a cactus or a small tree."""
    radius, height = draw.uniform(0.14, 0.24), draw.uniform(0.2, 0.36)
    clay = palette(draw, 1)[0]
    green = GREENS[int(draw.integers(len(GREENS)))]
    power = 2.0 if chance(draw, 0.7) else 10.0
    outer = [(radius * draw.uniform(0.65, 1.0), 0.0), (radius, height)]
    parts = [hollow(outer, 0.05, height * 0.7, clay, power=power)]
    soil, kind = height * 0.7, int(draw.integers(4))
    if kind == 0:
        turns = np.sort(draw.uniform(0, 2 * np.pi, int(draw.integers(6, 13))))
        parts += [
            _leaf(
                (0, soil, 0), float(a), draw.uniform(0.5, 1.4), draw.uniform(0.4, 0.8), draw.uniform(0.05, 0.11), green
            )
            for a in turns
        ]
    elif kind == 1:
        for _ in range(int(draw.integers(4, 9))):
            at = draw.normal((0, soil + 0.25, 0), 0.1)
            parts.append(ball(draw.uniform(0.12, 0.2), green, (float(at[0]), float(at[1]), float(at[2]))))
        parts.append(pillar(0.06, 0.3, green, (0, soil - 0.02, 0)))
    elif kind == 2:
        tall, fat = draw.uniform(0.3, 0.8), draw.uniform(0.07, 0.12)
        parts.append(rod(fat, green, (0, soil, 0), (0, soil + tall, 0)))
        for side in (-1, 1) if tall > 0.5 else ():
            y = soil + tall * draw.uniform(0.3, 0.6)
            parts.append(
                rod(fat * 0.7, green, (0, y, 0), (side * fat * 2.4, y, 0), (side * fat * 2.4, y + tall * 0.35, 0))
            )
    else:
        stem = draw.uniform(0.3, 0.6)
        parts += [
            pillar(0.035, stem + 0.1, NEUTRALS[6], (0, soil - 0.02, 0)),
            ball(draw.uniform(0.2, 0.32), green, (0, soil + stem + 0.1, 0), (1, draw.uniform(0.8, 1.4), 1)),
        ]
    return parts


def tree(draw: Draw) -> list[Part]:
    """A tree: fir, poplar, round crown, palm or branches with clumps."""
    trunk, height = draw.uniform(0.03, 0.06), draw.uniform(0.25, 0.6)
    bark, green = NEUTRALS[int(draw.integers(6, 8))], GREENS[int(draw.integers(len(GREENS)))]
    parts = [pillar(trunk * 1.2, height + 0.1, bark, top=trunk)]
    kind = int(draw.integers(5))
    if kind == 0:
        n, wide = int(draw.integers(2, 5)), draw.uniform(0.22, 0.38)
        parts += [pillar(wide * (1 - 0.22 * k), 0.36, green, (0, height * 0.6 + 0.2 * k, 0), 0.03) for k in range(n)]
    elif kind == 1:
        wide, tall = draw.uniform(0.15, 0.4), draw.uniform(0.3, 0.6)
        parts.append(ball(1, green, (0, height + tall * 0.7, 0), (wide, tall, wide)))
    elif kind == 2:
        for _ in range(int(draw.integers(5, 10))):
            at = draw.normal(0, 0.14, 3)
            parts.append(
                ball(draw.uniform(0.14, 0.24), green, (float(at[0]), height + 0.2 + float(at[1]), float(at[2])))
            )
        parts.append(pillar(trunk, 0.3, bark, (0, height, 0)))
    elif kind == 3:
        top = (0.0, height + 0.5, 0.0)
        parts.append(pillar(trunk, 0.6, bark, (0, height - 0.05, 0)))
        parts += [
            _leaf(top, float(a), draw.uniform(-0.6, 0.5), draw.uniform(0.3, 0.5), 0.07, green)
            for a in np.arange(8) * 0.785 + draw.uniform(0, 0.7)
        ]
    else:
        for k in range(int(draw.integers(3, 7))):
            turn, out = 2.4 * k + draw.uniform(0, 1), draw.uniform(0.15, 0.35)
            tip = (out * float(np.sin(turn)), height + draw.uniform(0.1, 0.5), out * float(np.cos(turn)))
            parts += [
                rod(0.03, bark, (0, height * draw.uniform(0.6, 1), 0), tip),
                ball(draw.uniform(0.1, 0.2), green, tip),
            ]
    return parts
