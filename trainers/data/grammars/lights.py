"""Lamps beyond the plain one; an arm reaches to the front."""

import numpy as np

from trainers.data.grammars.building import arc, ball, block, chance, palette, pillar, rod
from trainers.data.parts import Colour, Lathe, Part, cylinder, turned

Draw = np.random.Generator


def _shade(draw: Draw, wide: float, tall: float, colour: Colour, at: tuple[float, float, float]) -> Part:
    """Return a shade that hangs below ``at``: a cone, a drum, a dome or a globe."""
    kind, (x, y, z) = int(draw.integers(4)), at
    if kind == 0:
        return pillar(wide, tall, colour, (x, y - tall, z), wide * draw.uniform(0.2, 0.7))
    if kind == 1:
        return pillar(wide, tall, colour, (x, y - tall, z))
    if kind == 2:
        steps = np.linspace(0, 1, 7)
        dome = [(float(wide * np.sqrt(max(1 - s * s, 0.0))) if s < 1 else 0.0, float(tall * s)) for s in steps]
        return Part(Lathe(((0.0, 0.0), *dome), 24), colour, (x, y - tall, z))
    return ball(wide * 0.8, colour, (x, y - wide * 0.8, z))


def desk_lamp(draw: Draw) -> list[Part]:
    """A lamp with a bent arm over its foot."""
    foot, lower, upper = draw.uniform(0.14, 0.22), draw.uniform(0.3, 0.5), draw.uniform(0.28, 0.45)
    metal, shade = palette(draw, 2)
    back, rise = draw.uniform(-0.5, 0.1), draw.uniform(-0.2, 0.7)
    elbow = (0.0, lower * float(np.cos(back)), lower * float(np.sin(back)))
    tip = (0.0, elbow[1] + upper * float(np.sin(rise)), elbow[2] + upper * float(np.cos(rise)))
    parts = [pillar(foot, 0.05, metal) if chance(draw, 0.7) else block((foot * 2, 0.05, foot * 2), metal)]
    parts += [rod(0.022, metal, (0, 0.04, 0), elbow, tip), ball(0.04, metal, elbow)]
    head = pillar(draw.uniform(0.1, 0.17), draw.uniform(0.14, 0.24), shade, top=0.05)
    lean = turned(x=-draw.uniform(0.0, 0.9))
    top = np.array([0, -head.solid.bounds()[1][1] + 0.02, 0]) @ lean + np.asarray(tip)
    parts.append(Part(head.solid, shade, (float(top[0]), float(top[1]), float(top[2])), lean))
    return parts


def floor_lamp(draw: Draw) -> list[Part]:
    """A tall lamp: straight, bowed over to the front, on three legs, or with several heads."""
    height, foot, wide = draw.uniform(0.9, 1.3), draw.uniform(0.15, 0.24), draw.uniform(0.16, 0.3)
    metal, shade = palette(draw, 2)
    tall, thick, kind = draw.uniform(0.18, 0.35), draw.uniform(0.022, 0.035), int(draw.integers(4))
    if kind == 0:
        feet = [(0.34 * float(np.sin(a)), thick, 0.34 * float(np.cos(a))) for a in (0, 2.1, 4.2)]
        return [rod(thick, metal, tip, (0, height, 0)) for tip in feet] + [
            _shade(draw, wide, tall, shade, (0, height + tall * 0.8, 0))
        ]
    parts = [pillar(foot, 0.05, metal, top=foot * draw.uniform(0.6, 1))]
    if kind == 1:
        bow = arc((0, height * 0.6, 0.45), (-0.45, height * 0.4), (2, 1), (0, 0.42))
        return [
            *parts,
            rod(thick, metal, (0, 0.03, 0), *bow),
            _shade(draw, wide * 0.8, tall * 0.7, shade, (0, bow[-1][1] + 0.02, bow[-1][2])),
        ]
    parts.append(rod(thick, metal, (0, 0.03, 0), (0, height, 0)))
    if kind == 2:
        return [*parts, _shade(draw, wide, tall, shade, (0, height + tall * 0.9, 0))]
    for k in range(int(draw.integers(2, 4))):
        turn = 2.1 * k + 0.5
        tip = (0.24 * float(np.sin(turn)), height - 0.2 * k, 0.24 * float(np.cos(turn)))
        parts += [
            rod(thick, metal, (0, tip[1] - 0.1, 0), tip),
            _shade(draw, 0.11, 0.14, shade, (tip[0], tip[1] + 0.1, tip[2])),
        ]
    return parts


def ceiling_lamp(draw: Draw) -> list[Part]:
    """A lamp that hangs: one shade, a row, or a ring of arms."""
    drop, metal_shade = draw.uniform(0.25, 0.8), palette(draw, 2)
    metal, shade = metal_shade
    parts = [pillar(draw.uniform(0.08, 0.14), 0.05, metal, (0, drop, 0)), rod(0.022, metal, (0, 0, 0), (0, drop, 0))]
    kind = int(draw.integers(3))
    if kind == 0:
        return [*parts, _shade(draw, draw.uniform(0.2, 0.36), draw.uniform(0.15, 0.35), shade, (0, 0.03, 0))]
    n, reach = (3, 0.4) if kind == 1 else (int(draw.integers(4, 7)), draw.uniform(0.28, 0.42))
    for k in range(n):
        turn = 2 * np.pi * k / n
        x, z = (reach * (k - 1), 0.0) if kind == 1 else (reach * float(np.sin(turn)), reach * float(np.cos(turn)))
        up = draw.uniform(0.02, 0.04)
        parts.append(rod(0.024, metal, (0, 0.02, 0), (x * 0.6, -0.06 if kind == 2 else 0.02, z * 0.6), (x, up, z)))
        if kind == 1:
            parts.append(_shade(draw, 0.14, 0.18, shade, (x, 0.03, z)))
        else:
            parts += [pillar(0.05, 0.12, shade, (x, up, z)), ball(0.05, shade, (x, up + 0.14, z))]
    return parts


def lantern(draw: Draw) -> list[Part]:
    """A lantern: panes between posts under a roof, with a ring on top; or a street lamp on its post."""
    width, height, post = draw.uniform(0.24, 0.36), draw.uniform(0.35, 0.6), 0.03
    metal, light = palette(draw, 2)
    base = draw.uniform(0.8, 1.3) if chance(draw, 0.35) else 0.0
    w = width / 2
    parts = [block((width * 1.15, 0.06, width * 1.15), metal, (0, base, 0), power=draw.choice([2.0, 12.0]))]
    parts += [
        pillar(post, height, metal, (x, base + 0.03, z)) for x in (-w * 0.75, w * 0.75) for z in (-w * 0.75, w * 0.75)
    ]
    parts.append(pillar(w * draw.uniform(0.35, 0.7), height * draw.uniform(0.5, 0.98), light, (0, base + 0.03, 0)))
    roof = cylinder(w * 1.3, draw.uniform(0.08, 0.25), 24 if chance(draw, 0.5) else 4, top_radius=w * 0.2)
    parts.append(Part(roof, metal, (0, base + height, 0), turned(y=np.pi / 4)))
    top = base + height + float(roof.bounds()[1][1])
    if base:
        return [
            *parts,
            pillar(0.05, base + 0.02, metal),
            pillar(0.16, 0.08, metal, top=0.08),
            ball(0.05, metal, (0, top, 0)),
        ]
    return [*parts, rod(0.022, metal, *arc((0, top + 0.05, 0), (0.1, 0.1), (0, 1), (0, 1)))]


def candlestick(draw: Draw) -> list[Part]:
    """Candles on a turned stick or on arms."""
    height, foot = draw.uniform(0.3, 0.6), draw.uniform(0.14, 0.22)
    metal, wax = palette(draw, 2)
    parts = [pillar(foot, 0.06, metal, top=foot * 0.4), rod(0.03, metal, (0, 0.03, 0), (0, height, 0))]
    knobs = draw.uniform(0.2, 0.9, int(draw.integers(1, 4))).tolist()
    parts += [ball(draw.uniform(0.045, 0.07), metal, (0, share * height, 0)) for share in knobs]
    arms = [0.0] if chance(draw, 0.4) else [-0.26, 0.0, 0.26]
    for x in arms:
        if x:
            bend = ((0.0, height * 0.6, 0.0), (x * 0.7, height * 0.55, 0.0), (x, height * 0.75, 0.0), (x, height, 0.0))
            parts.append(rod(0.025, metal, *bend))
        top = (x, height - 0.01, 0.0)
        parts += [pillar(0.07, 0.05, metal, top), pillar(0.045, draw.uniform(0.15, 0.35), wax, top)]
    return parts
