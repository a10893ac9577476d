"""Things that drive, fly or swim towards +z."""

import numpy as np

from trainers.data.grammars.building import arc, ball, block, box, chance, cushion, palette, pillar, rod, wheel
from trainers.data.lofts import Loft, Prism, Station
from trainers.data.parts import Colour, Part

Draw = np.random.Generator
RUBBER: Colour = (0.1, 0.1, 0.11)


def _side(outline: list[tuple[float, float]], half: float, colour: Colour) -> Part:
    """Return a body whose side view is ``outline``: (height, z), the front at the right when seen from -x."""
    # About x a prism's coordinates are y and z, counter-clockwise.
    area = sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(outline, [*outline[1:], outline[0]], strict=True))
    return Part(Prism(tuple(outline if area > 0 else outline[::-1]), half), colour)


def _wheels(radius: float, width: float, half: float, places: list[float], rim: Colour) -> list[Part]:
    axles = [rod(max(0.025, radius * 0.2), RUBBER, (-half, radius, z), (half, radius, z)) for z in places]
    parts = axles
    for z in places:
        for x in (-half, half):
            parts.append(wheel(radius, width, RUBBER, (x, radius, z)))
            parts.append(wheel(radius * 0.55, width + 0.03, rim, (x, radius, z)))
    return parts


def sedan(draw: Draw) -> list[Part]:
    """A car with a shaped side: saloon, hatchback, sports car, pick-up or jeep."""
    length, half = draw.uniform(1.5, 2.0), draw.uniform(0.32, 0.4)
    radius, clear = draw.uniform(0.14, 0.21), draw.uniform(0.08, 0.16)
    belt, roof = clear + draw.uniform(0.24, 0.36), clear + draw.uniform(0.46, 0.72)
    paint, glass_colour, rim = palette(draw, 3)
    f, kind = length / 2, int(draw.integers(4))
    hood, screen = f * draw.uniform(0.35, 0.55), f * draw.uniform(0.05, 0.3)
    rear = -f * (0.95, 0.75, 0.5, 0.1)[kind]
    boot = -f * (1.0, 0.98, 0.85, 0.2)[kind]
    nose = clear + (belt - clear) * draw.uniform(0.55, 0.95)
    body = [(clear, -f), (clear, f), (nose, f), (belt, hood), (belt, -f)]
    cabin = [(belt - 0.01, hood), (roof, screen), (roof, rear), (belt - 0.01, boot)]
    parts = [_side(body, half, paint), _side(cabin, half * 0.88, glass_colour)]
    parts.append(box((-half * 0.85, roof - 0.03, rear + 0.03), (half * 0.85, roof + 0.02, screen - 0.03), paint))
    parts += _wheels(radius, 0.13, half - 0.03, [-f * 0.62, f * 0.62], rim)
    parts += [ball(0.06, rim, (x * half * 0.7, clear + (nose - clear) * 0.65, f)) for x in (-1, 1)]
    for z in (f, -f):
        parts.append(box((-half, clear, z - 0.05), (half, clear + 0.1, z + 0.05), rim))
    if kind == 3:
        parts += [
            box((x - 0.04, belt - 0.02, -f), (x + 0.04, belt + 0.08, boot), paint) for x in (-half + 0.04, half - 0.04)
        ]
    if chance(draw, 0.2):
        parts.append(box((-half, belt + 0.12, -f), (half, belt + 0.17, -f + 0.15), paint))
        parts += [
            box((x - 0.03, belt - 0.02, -f + 0.03), (x + 0.03, belt + 0.14, -f + 0.1), paint)
            for x in (-half * 0.6, half * 0.6)
        ]
    return parts


def truck(draw: Draw) -> list[Part]:
    """A lorry: a cab in front, and a box, a tank, an open bed or a tipper behind."""
    length, half, radius = draw.uniform(1.7, 2.3), draw.uniform(0.32, 0.4), draw.uniform(0.14, 0.19)
    cab_length, floor = draw.uniform(0.4, 0.6), 2 * radius + 0.02
    paint, load, rim = palette(draw, 3)
    f, cab_high = length / 2, floor + draw.uniform(0.45, 0.7)
    start = f - cab_length
    parts = [box((-half * 0.7, radius, -f), (half * 0.7, floor, f), RUBBER)]
    slope = draw.uniform(0, 0.2)
    cab = [(radius * 0.8, start), (radius * 0.8, f), (floor + 0.2, f), (cab_high, f - slope), (cab_high, start)]
    parts.append(_side(cab, half, paint))
    parts.append(
        box(
            (-half * 0.85, floor + 0.22, f - slope - 0.1),
            (half * 0.85, cab_high - 0.06, f - slope * 0.4 + 0.015),
            (0.2, 0.24, 0.28),
        )
    )
    kind, end = int(draw.integers(4)), start - 0.06
    if kind == 0:
        parts.append(box((-half, floor, -f), (half, floor + draw.uniform(0.5, 0.85), end), load))
    elif kind == 1:
        tank = (
            Station(-f, half * 0.9, half * 0.8, 0, floor + half * 0.7),
            Station(end, half * 0.9, half * 0.8, 0, floor + half * 0.7),
        )
        parts.append(Part(Loft(tank, 2, 2.0), load))
    else:
        rim_high = floor + draw.uniform(0.12, 0.35)
        parts.append(box((-half, floor - 0.01, -f), (half, floor + 0.06, end), load))
        parts += [box((x - 0.03, floor, -f), (x + 0.03, rim_high, end), load) for x in (-half + 0.03, half - 0.03)]
        parts += [box((-half, floor, z - 0.03), (half, rim_high, z + 0.03), load) for z in (-f + 0.03, end - 0.03)]
        if kind == 3:
            parts.append(cushion((half * 1.8, 0.5, (end + f) * 0.95), palette(draw, 1)[0], (0, floor, (end - f) / 2)))
    return parts + _wheels(radius, 0.13, half - 0.03, [f - 0.3, -f * 0.35, -f * 0.8][: int(draw.integers(2, 4))], rim)


def van(draw: Draw) -> list[Part]:
    """A delivery van or a bus: one tall body with a sloping front."""
    length, half, radius = draw.uniform(1.5, 2.2), draw.uniform(0.34, 0.42), draw.uniform(0.14, 0.19)
    low, high = radius * 0.8, draw.uniform(0.75, 1.05)
    paint, pane, rim = palette(draw, 3)
    f, nose, slope = length / 2, low + draw.uniform(0.25, 0.4), draw.uniform(0.1, 0.45)
    parts = [_side([(low, -f), (low, f), (nose, f), (high, f - slope), (high, -f)], half, paint)]
    n_windows = int(draw.integers(1, 5))
    for k in range(n_windows):
        z = f - slope - 0.1 - k * (length - slope - 0.2) / n_windows
        parts.append(box((-half - 0.015, nose + 0.1, z - 0.25), (half + 0.015, high - 0.1, z), pane))
    return parts + _wheels(radius, 0.13, half - 0.03, [-f * 0.62, f * 0.62], rim)


def plane(draw: Draw) -> list[Part]:
    """An aeroplane: a fuselage, wings straight or swept, a tail, engines or a propeller; wheels or none."""
    length, span = draw.uniform(1.4, 2.0), draw.uniform(1.2, 2.2)
    fat, chord, sweep = draw.uniform(0.1, 0.17), draw.uniform(0.25, 0.4), draw.uniform(-0.02, 0.5)
    paint, second, metal = palette(draw, 3)
    f = length / 2
    hull = (
        Station(-f, fat * 0.25, fat * 0.3, 0, fat * 0.5),
        Station(-f * 0.3, fat, fat),
        Station(f * 0.6, fat, fat),
        Station(f * 0.9, fat * 0.7, fat * 0.65),
        Station(f, fat * 0.25, fat * 0.25),
    )
    parts = [Part(Loft(hull, 2, draw.choice([2.0, 3.0])), paint)]
    high, rise = draw.choice([-0.5, 0.0, 0.8]) * fat, draw.uniform(0, 0.15)
    parts += [_wing(side, span / 2, chord, sweep, (high, rise), second, 0.1) for side in (-1, 1)]
    if chance(draw, 0.15):
        parts += [_wing(side, span / 2, chord, sweep, (high + 0.4, rise), second, 0.1) for side in (-1, 1)]
        parts += [rod(0.025, metal, (x * span * 0.3, high, 0.1), (x * span * 0.3, high + 0.45, 0.1)) for x in (-1, 1)]
        parts.append(rod(0.025, metal, (0, 0, 0.1), (0, high + 0.4, 0.1)))
    tail = -f + chord * 0.3
    parts += [_wing(side, span * 0.2, chord * 0.6, sweep * 0.5, (fat * 0.6, 0.02), second, tail) for side in (-1, 1)]
    fin = [(0.0, tail - 0.1), (0.0, tail + chord * 0.5), (0.35, tail - 0.1), (0.35, tail - 0.25)]
    parts.append(_side([(y + fat * 0.4, z) for y, z in fin], 0.03, second))
    if chance(draw, 0.5):
        parts.append(ball(0.05, metal, (0, 0, f)))
        parts.append(box((-0.3, -0.04, f), (0.3, 0.04, f + 0.05), metal))
    else:
        for x in (-span * 0.2, span * 0.2):
            pod = (Station(-0.15, 0.05, 0.05, x, high - 0.06), Station(0.2, 0.075, 0.075, x, high - 0.06))
            parts.append(Part(Loft(pod, 2), metal))
    if chance(draw, 0.5):
        for x, z in ((-0.2, 0.15), (0.2, 0.15), (0, f * 0.7 if chance(draw, 0.5) else -f * 0.6)):
            parts += [
                rod(0.024, metal, (x * 0.5, 0, z), (x, -fat - 0.12, z)),
                wheel(0.08, 0.06, RUBBER, (x, -fat - 0.12, z)),
            ]
    return parts


def _wing(
    side: int, reach: float, chord: float, sweep: float, lift: tuple[float, float], colour: Colour, at: float
) -> Part:
    """Return a wing along x from the middle outwards; ``lift`` is its height at the root and the rise to the tip."""
    # About x a loft's width runs along y and its height along z.
    root = Station(0.0, 0.03, chord / 2, lift[0], at)
    tip = Station(side * reach, 0.024, chord * 0.3, lift[0] + lift[1], at - sweep * reach)
    return Part(Loft((root, tip) if side > 0 else (tip, root), 0, 3.0), colour)


def boat(draw: Draw) -> list[Part]:
    """A boat: rowed, sailed or driven, its bow in front."""
    length, half, deep = draw.uniform(1.3, 2.0), draw.uniform(0.22, 0.38), draw.uniform(0.22, 0.4)
    hull_colour, deck, sail = palette(draw, 3)
    f = length / 2
    shape = [(-f, 0.7, 0.9), (-f * 0.3, 1.0, 1.0), (f * 0.4, 0.85, 1.0), (f * 0.8, 0.4, 0.8), (f, 0.08, 0.5)]
    stations = tuple(Station(z, half * w, deep * h / 2, 0, deep * (1 - h / 2)) for z, w, h in shape)
    parts = [
        Part(Loft(stations, 2, 2.5), hull_colour),
        box((-half * 0.7, deep * 0.9, -f * 0.9), (half * 0.7, deep + 0.04, f * 0.3), deck),
    ]
    kind = int(draw.integers(3))
    if kind == 0:
        mast = deep + draw.uniform(0.8, 1.4)
        parts.append(rod(0.028, deck, (0, deep * 0.8, f * 0.2), (0, mast, f * 0.2)))
        parts.append(_side([(deep + 0.15, -f * 0.8), (deep + 0.15, f * 0.2), (mast * 0.95, f * 0.2)], 0.028, sail))
        if chance(draw, 0.6):
            parts.append(_side([(deep + 0.15, f * 0.28), (deep + 0.12, f * 0.9), (mast * 0.8, f * 0.2)], 0.028, sail))
    elif kind == 1:
        cabin = draw.uniform(0.2, 0.45)
        parts.append(block((half * 1.2, cabin, length * 0.3), sail, (0, deep, -f * 0.2)))
        parts.append(pillar(0.08, draw.uniform(0.1, 0.35), hull_colour, (0, deep + cabin, -f * 0.3)))
    else:
        parts += [
            box((-half * 0.95, deep * 0.9, z - 0.08), (half * 0.95, deep + 0.08, z + 0.08), sail)
            for z in (-f * 0.45, f * 0.05)
        ]
        for x in (-1, 1):
            oar = ((x * 0.1, deep + 0.1, 0.1), (x * half * 0.92, deep, 0.0), (x * (half + 0.5), deep * 0.6, -0.3))
            parts.append(rod(0.025, sail, *oar))
    return parts


def _spoked(draw: Draw, radius: float, tyre: float, width: float, z: float, frame: Colour) -> list[Part]:
    """Return a wheel that rolls along z on the ground: a tyre with a disc or with spokes."""
    parts = [rod(tyre, RUBBER, *arc((0, radius, z), (radius - tyre, radius - tyre), (2, 1), (0, 1)))]
    if chance(draw, 0.5):
        return [*parts, wheel(radius * 0.75, width, (0.6, 0.6, 0.62), (0, radius, z))]
    for angle in (0.4, 1.45, 2.5):
        up, along = (radius * 0.9 * float(turn(angle)) for turn in (np.sin, np.cos))
        parts.append(rod(0.024, frame, *((0, radius + s * up, z + s * along) for s in (-1, 1))))
    return parts


def bicycle(draw: Draw) -> list[Part]:
    """A bicycle, a scooter or a motorbike with two wheels in line."""
    radius, base = draw.uniform(0.26, 0.36), draw.uniform(0.9, 1.15)
    tyre, width = draw.uniform(0.03, 0.06), draw.uniform(0.03, 0.07)
    frame, soft = palette(draw, 2)
    rear, front = -base / 2, base / 2
    parts = [part for z in (rear, front) for part in _spoked(draw, radius, tyre, width, z, frame)]
    saddle, neck, crank = (0, radius * 2.35, rear * 0.45), (0, radius * 2.2, front * 0.72), (0, radius * 0.9, 0)
    for a, b in (
        ((0, radius, rear), crank),
        ((0, radius, rear), saddle),
        (crank, saddle),
        (crank, neck),
        (saddle, neck),
        (neck, (0, radius, front)),
    ):
        parts.append(rod(0.032, frame, a, b))
    bar = (0, neck[1] + 0.14, neck[2] - 0.05)
    parts += [
        rod(0.03, frame, neck, bar),
        rod(
            0.03,
            soft,
            (-0.24, bar[1], bar[2] - 0.08),
            (-0.1, bar[1], bar[2]),
            (0.1, bar[1], bar[2]),
            (0.24, bar[1], bar[2] - 0.08),
        ),
    ]
    parts.append(cushion((0.16, 0.09, 0.28), soft, (0, saddle[1] - 0.02, saddle[2])))
    if chance(draw, 0.45):
        parts.append(ball(0.17, frame, (0, radius * 1.5, 0.02), (0.8, 1.1, 1.6)))
        parts.append(ball(0.15, soft, (0, radius * 2.0, 0.14), (0.9, 0.8, 1.5)))
        parts.append(ball(0.1, soft, (0, neck[1] + 0.02, neck[2] + 0.1)))
    return parts


def train(draw: Draw) -> list[Part]:
    """A locomotive or a wagon on rails' wheels: a boiler with a chimney, or a box with windows."""
    length, half, radius = draw.uniform(1.3, 1.9), draw.uniform(0.26, 0.36), draw.uniform(0.12, 0.18)
    paint, second, metal = palette(draw, 3)
    f, floor = length / 2, radius * 1.6
    parts = [box((-half, floor, -f), (half, floor + 0.1, f), second)]
    parts += _wheels(
        radius, 0.08, half - 0.06, np.linspace(-f * 0.75, f * 0.75, int(draw.integers(2, 5))).tolist(), metal
    )
    boiler, cab = half * draw.uniform(0.65, 0.9), draw.uniform(0.5, 0.8)
    if chance(draw, 0.6):
        hull = (
            Station(-f * 0.4, boiler, boiler, 0, floor + boiler),
            Station(f * 0.95, boiler, boiler, 0, floor + boiler),
        )
        parts += [Part(Loft(hull, 2), paint), box((-half, floor, -f), (half, floor + cab, -f * 0.4), paint)]
        parts.append(box((-half * 1.1, floor + cab, -f * 1.05), (half * 1.1, floor + cab + 0.06, -f * 0.3), second))
        parts.append(
            pillar(0.08, draw.uniform(0.2, 0.4), second, (0, floor + boiler * 1.8, f * 0.7), draw.uniform(0.06, 0.14))
        )
        parts.append(ball(boiler * 0.4, metal, (0, floor + 2 * boiler, f * 0.1)))
    else:
        parts.append(box((-half, floor, -f * 0.98), (half, floor + cab, f * 0.98), paint))
        parts.append(box((-half * 1.06, floor + cab, -f), (half * 1.06, floor + cab + 0.07, f), second))
        for z in np.linspace(-f * 0.75, f * 0.75, int(draw.integers(2, 6))).tolist():
            parts.append(
                box((-half - 0.02, floor + cab * 0.5, z - 0.1), (half + 0.02, floor + cab * 0.85, z + 0.1), metal)
            )
    return parts


def cart(draw: Draw) -> list[Part]:
    """A barrow, a trolley or a pram: a tray on wheels, its handle at the back."""
    width, length, height = draw.uniform(0.45, 0.65), draw.uniform(0.6, 1.0), draw.uniform(0.2, 0.45)
    radius = draw.uniform(0.1, 0.24)
    tray, metal = palette(draw, 2)
    floor, f, w, wall = radius * 1.5, length / 2, width / 2, 0.03
    parts = [box((-w, floor, -f), (w, floor + 0.05, f), tray)]
    parts += [box((x - wall, floor, -f), (x + wall, floor + height, f), tray) for x in (-w + wall, w - wall)]
    parts += [box((-w, floor, z - wall), (w, floor + height, z + wall), tray) for z in (-f + wall, f - wall)]
    if chance(draw, 0.35):
        parts.append(wheel(radius, 0.1, RUBBER, (0, radius, f)))
        parts += [rod(0.03, metal, (x, 0.03, -f * 0.6), (x, floor + 0.02, -f * 0.5)) for x in (-w * 0.8, w * 0.8)]
        parts.append(rod(0.03, metal, (-w * 0.9, floor, -f), (-0.1, radius, f), (0.1, radius, f), (w * 0.9, floor, -f)))
    else:
        parts += [wheel(radius, 0.07, RUBBER, (x, radius, z)) for x in (-w, w) for z in (-f * 0.7, f * 0.7)]
        parts += [rod(0.03, metal, (-w, radius, z), (w, radius, z)) for z in (-f * 0.7, f * 0.7)]
        parts += [rod(0.03, metal, (0, radius, z), (0, floor + 0.02, z)) for z in (-f * 0.7, f * 0.7)]
    top, back = floor + height + draw.uniform(0.05, 0.4), -f - draw.uniform(0.1, 0.35)
    return [
        *parts,
        rod(
            0.028,
            metal,
            (-w * 0.9, floor + 0.03, -f),
            (-w * 0.9, top, back),
            (w * 0.9, top, back),
            (w * 0.9, floor + 0.03, -f),
        ),
    ]
