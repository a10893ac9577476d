"""Patterns on procedural shapes: stripes, checks, two tones, blotches and veins, as colours at the vertices.

All in the object frame, so that a pattern has the same scale on every shape. Shapes: V vertices, F faces, N points.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from trainers.data.parts import Colour, Floats, Ints

Kind = Literal["split", "fade", "stripes", "checks", "blotches", "veins"]
KINDS: tuple[Kind, ...] = ("split", "fade", "stripes", "checks", "blotches", "veins")

PATTERN_EDGE = 0.035
"""Longest edge of a face that carries a pattern, in the object frame: a quarter of the finest period."""
MOST_FACES = 5000
"""Of all patterned parts of a shape together; a part that would need more than its share keeps longer edges."""
PATTERNED_SHARE = 0.5


@dataclass(frozen=True)
class Pattern:
    """Where ``other`` takes the place of a part's own colour: along ``direction``, every ``period``, from ``phase``."""

    kind: Kind
    direction: tuple[float, float, float]
    period: float
    phase: float
    other: Colour

    def paint(self, points_N3: Floats, colour: Colour) -> Floats:
        """Return the colours of points of the object frame, (N, 3)."""
        share = self._share_of_other(points_N3)[:, None]
        return np.asarray(np.asarray(colour) * (1 - share) + np.asarray(self.other) * share)

    def _share_of_other(self, points_N3: Floats) -> Floats:
        along: Floats = points_N3 @ np.asarray(self.direction)
        turns = along / self.period + self.phase
        if self.kind == "split":
            return np.where(along > (self.phase - 0.5) * 0.6, 1.0, 0.0)
        if self.kind == "fade":
            return np.asarray(np.clip(along + self.phase, 0, 1))
        if self.kind == "stripes":
            return np.where(turns % 1 < 0.5, 1.0, 0.0)
        if self.kind == "checks":
            return np.asarray(np.floor(points_N3 / self.period + self.phase).sum(1) % 2)
        wavy = self._waves(points_N3)
        if self.kind == "blotches":
            return np.asarray(np.clip(4 * wavy, 0, 1))
        return np.asarray(0.5 + 0.5 * np.sin(2 * np.pi * turns + 3 * wavy))

    def _waves(self, points_N3: Floats) -> Floats:
        """Return a smooth field around zero without a visible repeat: a few plane waves of unrelated directions."""
        draw = np.random.default_rng(int(self.phase * 2**32))
        directions_83, phases_8 = draw.normal(size=(8, 3)), draw.uniform(0, 2 * np.pi, 8)
        waves = np.sin(points_N3 @ directions_83.T * (2.5 / self.period) + phases_8)
        return np.asarray(waves.mean(1))


def draw_patterns(colours: Sequence[Colour], draw: np.random.Generator) -> dict[Colour, Pattern]:
    """Return patterns for some of a shape's colours; about every second shape has none."""
    if draw.random() >= PATTERNED_SHARE:
        return {}
    distinct = sorted(set(colours))
    chosen = [colour for colour in distinct if draw.random() < 0.6] or distinct[:1]
    return {colour: _draw_pattern(colour, draw) for colour in chosen}


def _draw_pattern(colour: Colour, draw: np.random.Generator) -> Pattern:
    direction = draw.normal(size=3)
    if draw.random() < 0.7:
        direction = np.eye(3)[draw.integers(3)]
    direction = direction / np.linalg.norm(direction)
    contrast = draw.uniform(-0.5, 0.5, 3) if draw.random() < 0.5 else np.full(3, draw.uniform(-0.5, 0.5))
    other = np.clip(np.asarray(colour) + contrast, 0.03, 0.97)
    return Pattern(
        KINDS[int(draw.integers(len(KINDS)))],
        (float(direction[0]), float(direction[1]), float(direction[2])),
        float(draw.uniform(0.14, 0.4)),
        float(draw.random()),
        (float(other[0]), float(other[1]), float(other[2])),
    )


def refined(vertices_V3: Floats, faces_F3: Ints, edge: float, most_faces: int) -> tuple[Floats, Ints]:
    """Halve the longest edges until none is longer than ``edge``, or until ``most_faces`` would be passed.

    Neighbours keep sharing their vertices where both are halved at the same edge, so round parts stay smooth.
    """
    vertices, faces = vertices_V3, faces_F3
    while True:
        ends = np.roll(faces, -1, axis=1)
        lengths_F3 = np.linalg.norm(vertices[faces] - vertices[ends], axis=2)
        long = np.flatnonzero(lengths_F3.max(1) > edge)
        if len(long) == 0 or len(faces) + len(long) > most_faces:
            return vertices, faces
        longest = lengths_F3[long].argmax(1)
        a, b, c = (faces[long, (longest + k) % 3] for k in range(3))
        keys: NDArray[np.int64] = np.minimum(a, b) * len(vertices) + np.maximum(a, b)
        unique, middle = np.unique(keys, return_inverse=True)
        first, second = unique // len(vertices), unique % len(vertices)
        middle = middle.reshape(-1) + len(vertices)
        vertices = np.concatenate([vertices, (vertices[first] + vertices[second]) / 2])
        kept = np.delete(faces, long, axis=0)
        faces = np.concatenate([kept, np.stack([a, middle, c], 1), np.stack([middle, b, c], 1)])
