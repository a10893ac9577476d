"""Solid parts that procedural shapes are built from: each knows its mesh and which points lie inside it.

More solids are in trainers.data.lofts.

Shapes: N points, V vertices, F faces. Every part lives in its own frame and is placed by ``x @ rotation + centre``.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Colour = tuple[float, float, float]


def turned(x: float = 0.0, y: float = 0.0, z: float = 0.0) -> Floats:
    """Return the row-vector rotation by ``x``, then ``y``, then ``z`` radians about the fixed axes."""
    (cx, cy, cz), (sx, sy, sz) = np.cos([x, y, z]), np.sin([x, y, z])
    about_x = np.array([[1, 0, 0], [0, cx, sx], [0, -sx, cx]])
    about_y = np.array([[cy, 0, -sy], [0, 1, 0], [sy, 0, cy]])
    about_z = np.array([[cz, sz, 0], [-sz, cz, 0], [0, 0, 1]])
    return np.asarray(about_x @ about_y @ about_z, dtype=np.float64)


class Solid(Protocol):
    """A closed solid in its own frame."""

    def contains(self, points_N3: Floats) -> Bools:
        """Return which points lie inside."""

    def mesh(self) -> tuple[Floats, Ints]:
        """Return vertices V3 and faces F3 of its closed surface, counter-clockwise from outside."""

    def bounds(self) -> tuple[Floats, Floats]:
        """Return the low and the high corner of a box around it."""

    def fill(self, x_X: Floats, y_Y: Floats, z_Z: Floats) -> Bools:
        """Return (X, Y, Z), what ``contains`` says of the points of a grid; faster where the solid's form allows it."""

    def pieces(self) -> Sequence["Solid"]:
        """Return smaller solids whose union it is, or itself alone: what is small is quickly looked for in a grid."""


def asked_one_by_one(solid: Solid, x_X: Floats, y_Y: Floats, z_Z: Floats) -> Bools:
    """Return ``solid.contains`` of all points of a grid, (X, Y, Z)."""
    points = np.stack(np.meshgrid(x_X, y_Y, z_Z, indexing="ij"), -1).reshape(-1, 3)
    return solid.contains(points).reshape(len(x_X), len(y_Y), len(z_Z))


@dataclass(frozen=True)
class Box:
    """An axis-aligned box; faces do not share vertices, so that they shade flat."""

    half: tuple[float, float, float]

    def contains(self, points_N3: Floats) -> Bools:
        return np.asarray((np.abs(points_N3) <= np.asarray(self.half)).all(1))

    def mesh(self) -> tuple[Floats, Ints]:
        vertices: list[Floats] = []
        faces: list[list[int]] = []
        for axis in range(3):
            for sign in (-1.0, 1.0):
                u, v = np.eye(3)[(axis + 1) % 3], np.eye(3)[(axis + 2) % 3] * sign
                centre = np.eye(3)[axis] * sign
                start = len(vertices)
                vertices += [centre - u - v, centre + u - v, centre + u + v, centre - u + v]
                faces += [[start, start + 1, start + 2], [start, start + 2, start + 3]]
        return np.array(vertices) * np.asarray(self.half), np.array(faces, dtype=np.int64)

    def fill(self, x_X: Floats, y_Y: Floats, z_Z: Floats) -> Bools:
        x, y, z = (np.abs(axis) <= half for axis, half in zip((x_X, y_Y, z_Z), self.half, strict=True))
        return np.asarray(x[:, None, None] & y[:, None] & z)

    def bounds(self) -> tuple[Floats, Floats]:
        half = np.asarray(self.half, dtype=np.float64)
        return -half, half

    def pieces(self) -> Sequence[Solid]:
        return (self,)


@dataclass(frozen=True)
class Lathe:
    """A closed outline (radius, height) turned about y; a hollow vessel is an outline that goes up and down again.

    The outline runs with the solid on its left, for example (0, 0), (r, 0), (r, h), (0, h) for a cylinder.
    ``stretch`` scales x and z, which makes ellipses of the circles; ``power`` above 2 squares them off.
    """

    outline_P2: tuple[tuple[float, float], ...]
    segments: int = 24
    stretch: tuple[float, float] = (1.0, 1.0)
    power: float = 2.0

    def contains(self, points_N3: Floats) -> Bools:
        x, z = points_N3[:, 0] / self.stretch[0], points_N3[:, 2] / self.stretch[1]
        radius = np.hypot(x, z) if self.power == 2 else superradius(x, z, self.power)
        height = points_N3[:, 1]
        inside = np.zeros(len(points_N3), dtype=bool)
        outline = np.array(self.outline_P2)
        for (r0, y0), (r1, y1) in zip(outline, np.roll(outline, -1, axis=0), strict=True):
            if y0 == y1:
                continue
            spans = (y0 > height) != (y1 > height)
            spanned = np.flatnonzero(spans)
            inside[spanned] ^= radius[spanned] < r0 + (height[spanned] - y0) * (r1 - r0) / (y1 - y0)
        return inside

    def mesh(self) -> tuple[Floats, Ints]:
        outline = np.array(self.outline_P2)
        n_points, n = len(outline), self.segments
        angle = np.arange(n) * 2 * np.pi / n
        sine, cosine = np.sin(angle), np.cos(angle)
        if self.power != 2:
            reach = 1 / superradius(sine, cosine, self.power)
            sine, cosine = sine * reach, cosine * reach
        ring = np.stack([sine * self.stretch[0], cosine * self.stretch[1]], 1)
        vertices: list[Floats] = []
        faces: list[Ints] = []
        # Each band has vertices of its own: edges of the outline stay sharp, the way round stays smooth.
        for k in range(n_points):
            (r0, y0), (r1, y1) = outline[k], outline[(k + 1) % n_points]
            if r0 <= 0 and r1 <= 0:
                continue
            start = sum(len(v) for v in vertices)
            for r, y in ((r0, y0), (r1, y1)):
                vertices.append(np.stack([ring[:, 0] * r, np.full(n, y), ring[:, 1] * r], 1))
            low = start + np.arange(n)
            low_next = start + (np.arange(n) + 1) % n
            if r0 > 0:
                faces.append(np.stack([low, low_next, low_next + n], 1))
            if r1 > 0:
                faces.append(np.stack([low, low_next + n, low + n], 1))
            if r0 > 0 and r1 <= 0:
                faces[-1] = np.stack([low, low_next, low + n], 1)
        return np.concatenate(vertices), np.concatenate(faces).astype(np.int64)

    def fill(self, x_X: Floats, y_Y: Floats, z_Z: Floats) -> Bools:
        # The radius does not depend on the height, nor the outline's crossings on the place around the axis.
        x, z = x_X[:, None] / self.stretch[0], z_Z / self.stretch[1]
        radius_XZ = np.hypot(x, z) if self.power == 2 else superradius(x, z, self.power)
        inside = np.zeros((len(x_X), len(y_Y), len(z_Z)), dtype=bool)
        outline = np.array(self.outline_P2)
        for (r0, y0), (r1, y1) in zip(outline, np.roll(outline, -1, axis=0), strict=True):
            if y0 == y1:
                continue
            spanned = np.flatnonzero((y0 > y_Y) != (y1 > y_Y))
            limit = r0 + (y_Y[spanned] - y0) * (r1 - r0) / (y1 - y0)
            inside[:, spanned] ^= radius_XZ[:, None] < limit[:, None]
        return inside

    def bounds(self) -> tuple[Floats, Floats]:
        outline = np.array(self.outline_P2)
        widest, (low, high) = outline[:, 0].max(), (outline[:, 1].min(), outline[:, 1].max())
        corner = np.array([widest * self.stretch[0], 0.0, widest * self.stretch[1]])
        return np.array([0.0, low, 0.0]) - corner, np.array([0.0, high, 0.0]) + corner

    def pieces(self) -> Sequence[Solid]:
        return (self,)


def superradius(x_N: Floats, y_N: Floats, power: float) -> Floats:
    """Return the radius in the norm whose circles are squares with round corners (``power`` above 2)."""
    return np.asarray((np.abs(x_N) ** power + np.abs(y_N) ** power) ** (1 / power))


@dataclass(frozen=True)
class Tube:
    """A round bar of constant radius along a polyline, with rounded ends: every point within ``radius`` of it."""

    path_P3: tuple[tuple[float, float, float], ...]
    radius: float
    segments: int = 10

    def contains(self, points_N3: Floats) -> Bools:
        path = np.array(self.path_P3)
        near = np.zeros(len(points_N3), dtype=bool)
        for a, b in pairwise(path):
            along = np.clip((points_N3 - a) @ (b - a) / max(float((b - a) @ (b - a)), 1e-12), 0, 1)
            near |= ((points_N3 - a - along[:, None] * (b - a)) ** 2).sum(1) <= self.radius**2
        return near

    def mesh(self) -> tuple[Floats, Ints]:
        path = np.array(self.path_P3)
        steps = np.diff(path, axis=0)
        steps /= np.maximum(np.linalg.norm(steps, axis=1, keepdims=True), 1e-9)
        tangents = np.concatenate([steps[:1], steps[:-1] + steps[1:], steps[-1:]])
        tangents /= np.maximum(np.linalg.norm(tangents, axis=1, keepdims=True), 1e-9)
        tilt = np.sin(np.pi / 4)
        centres = [path[0] - self.radius * steps[0], path[0] - self.radius * tilt * steps[0], *path]
        centres += [path[-1] + self.radius * tilt * steps[-1], path[-1] + self.radius * steps[-1]]
        radii = self.radius * np.array([1e-3, tilt, *np.ones(len(path)), tilt, 1e-3])
        directions = np.concatenate([tangents[:1], tangents[:1], tangents, tangents[-1:], tangents[-1:]])
        return swept(np.array(centres), radii, directions, self.segments)

    def fill(self, x_X: Floats, y_Y: Floats, z_Z: Floats) -> Bools:
        return asked_one_by_one(self, x_X, y_Y, z_Z)

    def bounds(self) -> tuple[Floats, Floats]:
        path = np.array(self.path_P3)
        return path.min(0) - self.radius, path.max(0) + self.radius

    def pieces(self) -> Sequence[Solid]:
        return [Tube(step, self.radius, self.segments) for step in pairwise(self.path_P3)]


def swept(centres_K3: Floats, radii_K: Floats, tangents_K3: Floats, n: int) -> tuple[Floats, Ints]:
    """Join K rings of n points by a closed surface; the rings keep the least twist from one to the next."""
    first = np.eye(3)[np.argmin(np.abs(tangents_K3[0]))]
    angle = np.arange(n) * 2 * np.pi / n
    rings, side = [], first
    for centre, radius, tangent in zip(centres_K3, radii_K, tangents_K3, strict=True):
        side = side - (side @ tangent) * tangent
        side = side / max(float(np.linalg.norm(side)), 1e-9)
        other = np.cross(tangent, side)
        rings.append(centre + radius * (np.cos(angle)[:, None] * side + np.sin(angle)[:, None] * other))
    vertices = np.concatenate([*rings, centres_K3[:1], centres_K3[-1:]])
    here, there = np.arange(n), (np.arange(n) + 1) % n
    faces = []
    for k in range(len(centres_K3) - 1):
        a, b = k * n, (k + 1) * n
        faces += [np.stack([a + here, a + there, b + there], 1), np.stack([a + here, b + there, b + here], 1)]
    start, end = len(vertices) - 2, len(vertices) - 1
    last = (len(centres_K3) - 1) * n
    faces.append(np.stack([np.full(n, start), there, here], 1))
    faces.append(np.stack([np.full(n, end), last + here, last + there], 1))
    return vertices, np.concatenate(faces).astype(np.int64)


@dataclass(frozen=True)
class Part:
    """A coloured solid in its place."""

    solid: Solid
    colour: Colour
    centre: tuple[float, float, float] = (0.0, 0.0, 0.0)
    rotation: Floats = field(default_factory=lambda: np.eye(3))

    def contains(self, points_N3: Floats) -> Bools:
        return self.solid.contains((points_N3 - np.asarray(self.centre)) @ self.rotation.T)

    def fill(self, x_X: Floats, y_Y: Floats, z_Z: Floats) -> Bools:
        """Return which points of a grid lie inside, (X, Y, Z)."""
        if np.array_equal(self.rotation, np.eye(3)):
            x, y, z = self.centre
            return self.solid.fill(x_X - x, y_Y - y, z_Z - z)
        points = np.stack(np.meshgrid(x_X, y_Y, z_Z, indexing="ij"), -1).reshape(-1, 3)
        return self.contains(points).reshape(len(x_X), len(y_Y), len(z_Z))

    def pieces(self) -> list["Part"]:
        return [Part(piece, self.colour, self.centre, self.rotation) for piece in self.solid.pieces()]

    def bounds(self) -> tuple[Floats, Floats]:
        """Return the low and the high corner of a box around the part in its place."""
        low, high = self.solid.bounds()
        # Interval arithmetic: the box around the turned box.
        middle, half = (low + high) / 2 @ self.rotation + np.asarray(self.centre), (high - low) / 2
        reach = half @ np.abs(self.rotation)
        return middle - reach, middle + reach

    def mesh(self) -> tuple[Floats, Ints]:
        vertices, faces = self.solid.mesh()
        return vertices @ self.rotation + np.asarray(self.centre), faces


def cylinder(radius: float, height: float, segments: int = 24, top_radius: float | None = None) -> Lathe:
    """Return a cylinder, or a cone frustum, that stands on y = 0."""
    top = radius if top_radius is None else top_radius
    return Lathe(((0.0, 0.0), (radius, 0.0), (top, height), (0.0, height)), segments)


def ellipsoid(half: tuple[float, float, float], segments: int = 20) -> Lathe:
    """Return an ellipsoid about the origin."""
    angle = np.linspace(-np.pi / 2, np.pi / 2, 9)
    outline = tuple((max(float(np.cos(a)), 0.0) if abs(a) < 1.57 else 0.0, float(np.sin(a)) * half[1]) for a in angle)
    return Lathe(outline, segments, (half[0], half[2]))
