"""Solids with a changing or an odd cross-section: bodies along an axis, and flat outlines with a thickness."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from trainers.data.parts import Bools, Floats, Ints, Solid, asked_one_by_one, superradius


class Station(NamedTuple):
    """A cross-section at ``at`` along the axis: its middle and half its width and height."""

    at: float
    half_width: float
    half_height: float
    middle_width: float = 0.0
    middle_height: float = 0.0


@dataclass(frozen=True)
class Loft:
    """A body along ``axis`` through cross-sections, straight from one to the next; stations rise along the axis.

    Width and height run along the next two axes in the order x, y, z, x: for a body along z (2) width is x and height
    y. A cross-section is an ellipse (``power`` 2) or, with a higher power, a rectangle with round corners.
    """

    stations: tuple[Station, ...]
    axis: int = 2
    power: float = 2.0
    segments: int = 24

    def contains(self, points_N3: Floats) -> Bools:
        stations = np.array(self.stations)
        along = points_N3[:, self.axis]
        half_w, half_h, mid_w, mid_h = (np.interp(along, stations[:, 0], stations[:, k]) for k in range(1, 5))
        u = (points_N3[:, (self.axis + 1) % 3] - mid_w) / np.maximum(half_w, 1e-9)
        v = (points_N3[:, (self.axis + 2) % 3] - mid_h) / np.maximum(half_h, 1e-9)
        is_between = (along >= stations[0, 0]) & (along <= stations[-1, 0])
        return np.asarray(is_between & (superradius(u, v, self.power) <= 1))

    def mesh(self) -> tuple[Floats, Ints]:
        stations, n = np.array(self.stations), self.segments
        angle = (np.arange(n) + 0.5) * 2 * np.pi / n
        reach = 1 / superradius(np.cos(angle), np.sin(angle), self.power)
        u, v = np.cos(angle) * reach, np.sin(angle) * reach
        rings = np.empty((len(stations), n, 3))
        rings[:, :, self.axis] = stations[:, :1]
        rings[:, :, (self.axis + 1) % 3] = stations[:, 1:2] * u + stations[:, 3:4]
        rings[:, :, (self.axis + 2) % 3] = stations[:, 2:3] * v + stations[:, 4:5]
        here, there = np.arange(n), (np.arange(n) + 1) % n
        faces = []
        for k in range(len(stations) - 1):
            a, b = k * n, (k + 1) * n
            faces += [np.stack([a + here, a + there, b + there], 1), np.stack([a + here, b + there, b + here], 1)]
        # The ends have vertices of their own, so that their edges shade sharp.
        vertices = [rings.reshape(-1, 3)]
        for end, (first, second) in ((rings[0], (there, here)), (rings[-1], (here, there))):
            start = sum(len(part) for part in vertices)
            vertices += [end, end.mean(0, keepdims=True)]
            faces.append(np.stack([start + first, start + second, np.full(n, start + n)], 1))
        return np.concatenate(vertices), np.concatenate(faces).astype(np.int64)

    def fill(self, x_X: Floats, y_Y: Floats, z_Z: Floats) -> Bools:
        stations, axes = np.array(self.stations), (x_X, y_Y, z_Z)
        along, across, up = (axes[(self.axis + k) % 3] for k in range(3))
        half_w, half_h, mid_w, mid_h = (np.interp(along, stations[:, 0], stations[:, k])[:, None] for k in range(1, 5))
        # Either term depends on two of the three coordinates, so neither is worked out for every voxel.
        u_AW = (np.abs(across - mid_w) / np.maximum(half_w, 1e-9)) ** self.power
        v_AH = (np.abs(up - mid_h) / np.maximum(half_h, 1e-9)) ** self.power
        is_between = (along >= stations[0, 0]) & (along <= stations[-1, 0])
        inside = (u_AW[:, :, None] + v_AH[:, None] <= 1) & is_between[:, None, None]
        return np.asarray(inside.transpose(np.argsort([(self.axis + k) % 3 for k in range(3)])))

    def bounds(self) -> tuple[Floats, Floats]:
        stations = np.array(self.stations)
        low, high = np.empty(3), np.empty(3)
        low[self.axis], high[self.axis] = stations[0, 0], stations[-1, 0]
        for k in (1, 2):
            axis = (self.axis + k) % 3
            low[axis] = (stations[:, 2 + k] - stations[:, k]).min()
            high[axis] = (stations[:, 2 + k] + stations[:, k]).max()
        return low, high

    def pieces(self) -> Sequence[Solid]:
        return (self,)


@dataclass(frozen=True)
class Prism:
    """A simple polygon, counter-clockwise, with a thickness of ``2 * half`` along ``axis``.

    The polygon's two coordinates run along the next two axes in the order x, y, z, x: for axis x (0) they are y and z.
    """

    outline_P2: tuple[tuple[float, float], ...]
    half: float
    axis: int = 0

    def contains(self, points_N3: Floats) -> Bools:
        inside = np.abs(points_N3[:, self.axis]) <= self.half
        u, v = points_N3[inside, (self.axis + 1) % 3], points_N3[inside, (self.axis + 2) % 3]
        parity = np.zeros(len(u), dtype=bool)
        outline = np.array(self.outline_P2)
        for (u0, v0), (u1, v1) in zip(outline, np.roll(outline, -1, axis=0), strict=True):
            if v0 != v1:
                parity ^= ((v0 > v) != (v1 > v)) & (u < u0 + (v - v0) * (u1 - u0) / (v1 - v0))
        inside[inside] = parity
        return np.asarray(inside)

    def mesh(self) -> tuple[Floats, Ints]:
        outline = np.array(self.outline_P2)
        n = len(outline)
        caps = np.array(triangulated(self.outline_P2), dtype=np.int64)
        low, high = self._lifted(outline, -self.half), self._lifted(outline, self.half)
        ends = np.roll(np.arange(n), -1)
        # Every side has vertices of its own, so that it shades flat.
        sides = np.concatenate([low, low[ends], high[ends], high])
        start, k = 2 * n, np.arange(n)
        quads = [np.stack([k, k + n, k + 2 * n], 1) + start, np.stack([k, k + 2 * n, k + 3 * n], 1) + start]
        faces = [caps[:, ::-1], caps + n, *quads]
        return np.concatenate([low, high, sides]), np.concatenate(faces)

    def _lifted(self, outline_P2: Floats, at: float) -> Floats:
        points = np.empty((len(outline_P2), 3))
        points[:, self.axis] = at
        points[:, (self.axis + 1) % 3], points[:, (self.axis + 2) % 3] = outline_P2.T
        return points

    def fill(self, x_X: Floats, y_Y: Floats, z_Z: Floats) -> Bools:
        axes = (x_X, y_Y, z_Z)
        along, across, up = (axes[(self.axis + k) % 3] for k in range(3))
        slab = asked_one_by_one(Prism(self.outline_P2, 1.0, 2), across, up, np.zeros(1))[:, :, 0]
        inside = (np.abs(along) <= self.half)[:, None, None] & slab
        return np.asarray(inside.transpose(np.argsort([(self.axis + k) % 3 for k in range(3)])))

    def bounds(self) -> tuple[Floats, Floats]:
        outline = np.array(self.outline_P2)
        return self._lifted(outline.min(0)[None], -self.half)[0], self._lifted(outline.max(0)[None], self.half)[0]

    def pieces(self) -> Sequence[Solid]:
        return (self,)


def triangulated(outline_P2: Sequence[tuple[float, float]]) -> list[tuple[int, int, int]]:
    """Return the triangles of a simple counter-clockwise polygon, found by cutting ears. Raises ValueError."""
    left, triangles = list(range(len(outline_P2))), []
    while len(left) > 3:
        for k in range(len(left)):
            a, b, c = left[k - 1], left[k], left[(k + 1) % len(left)]
            if _is_ear(outline_P2, a, b, c, left):
                triangles.append((a, b, c))
                del left[k]
                break
        else:
            raise ValueError("the outline crosses itself or runs clockwise")
    return [*triangles, (left[0], left[1], left[2])]


def _is_ear(outline_P2: Sequence[tuple[float, float]], a: int, b: int, c: int, left: list[int]) -> bool:
    corners = (outline_P2[a], outline_P2[b], outline_P2[c])
    if _turn(*corners) <= 0:
        return False
    others = (outline_P2[k] for k in left if k not in (a, b, c))
    return not any(
        p not in corners and all(_turn(corners[i], corners[(i + 1) % 3], p) >= 0 for i in range(3)) for p in others
    )


def _turn(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
