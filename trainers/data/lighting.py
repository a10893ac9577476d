"""Light from photographed surroundings: nine spherical harmonics a colour say how bright a matt surface is.

Irradiance is a smooth function of the normal, so that order two suffices, and it is a quadratic form of (n, 1); both
from Ramamoorthi and Hanrahan, "An Efficient Representation for Irradiance Environment Maps", 2001.

Shapes: L surroundings, B views, 9 harmonics, 3 colours; all light is linear.
"""

import json
import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from trainers.data.sending import sent

TABLE = Path(__file__).with_name("lights.json")
# How far the cosine of a matt surface blurs each band, over pi: a white surface under a sky of one is one.
MATT = (1.0, *[2 / 3] * 3, *[1 / 4] * 5)
LUMINANCE = (0.2126, 0.7152, 0.0722)

UPRIGHT_SHARE = 0.8
"""Lights that keep their sky above the object, give or take a tilt; the others are turned anyhow."""
TILT_DEGREES = 15.0
EXPOSURE_STOPS = 0.5
"""Standard deviation of a view's exposure, in powers of two."""
DIRECTIONS = 512
"""Over the sphere, for finding the brightest side of a light."""
GLOSSY_SHARE = 0.4
GLOSS = (0.05, 0.35)
SHARPNESS = (6.0, 30.0)


@dataclass(frozen=True)
class Lights:
    """One light a view, in the object frame.

    ``quadrics_B344``: a white matt surface with the unit normal n shows (n, 1) M (n, 1) of each colour. A highlight,
    ``gloss_B`` times the light's brightness, lies where the mirrored view meets ``towards_B3``; ``sharpness_B`` is its
    exponent.
    """

    quadrics_B344: Tensor
    towards_B3: Tensor
    gloss_B: Tensor
    sharpness_B: Tensor

    def __len__(self) -> int:
        return len(self.quadrics_B344)

    def to(self, device: torch.device) -> "Lights":
        """Return the lights on ``device``, without waiting for it."""
        parts = (self.quadrics_B344, self.towards_B3, self.gloss_B, self.sharpness_B)
        return Lights(*(sent(part, device) for part in parts))


@cache
def surroundings() -> Tensor:
    """Return the shipped table of radiance, (L, 9, 3): each light's mean luminance is one."""
    table = json.loads(TABLE.read_text())
    return torch.tensor([light["radiance"] for light in table["lights"]])


@cache
def _exposures() -> Tensor:
    """Return what a camera would divide each light by, (L,): half way from its mean to its brightest side."""
    rise = torch.linspace(-1, 1, DIRECTIONS)
    around = torch.arange(DIRECTIONS) * math.pi * (3 - math.sqrt(5))
    flat = (1 - rise * rise).sqrt()
    directions = torch.stack([flat * around.cos(), rise, flat * around.sin()], -1)
    shades = monomials(directions) @ polynomials(quadrics(surroundings()))
    return (1 + (shades @ shades.new_tensor(LUMINANCE)).amax(1)) / 2


def harmonics(direction_N3: Tensor) -> Tensor:
    """Return the nine real spherical harmonics up to order two of unit vectors, (N, 9)."""
    x, y, z = direction_N3.unbind(-1)
    flat = [
        torch.full_like(x, 0.282095),
        *(0.488603 * axis for axis in (y, z, x)),
        *(1.092548 * pair for pair in (x * y, y * z)),
        0.315392 * (3 * z * z - 1),
        1.092548 * x * z,
        0.546274 * (x * x - y * y),
    ]
    return torch.stack(flat, -1)


def quadrics(radiance_B93: Tensor) -> Tensor:
    """Return the quadratic forms of the irradiance over pi, (B, 3, 4, 4)."""
    s = (radiance_B93 * radiance_B93.new_tensor(MATT)[:, None]).transpose(1, 2).unbind(-1)
    a, b, c = 0.546274, 0.488603 / 2, 0.315392
    rows = [
        [a * s[8] - c * s[6], a * s[4], a * s[7], b * s[3]],
        [a * s[4], -a * s[8] - c * s[6], a * s[5], b * s[1]],
        [a * s[7], a * s[5], 2 * c * s[6], b * s[2]],
        [b * s[3], b * s[1], b * s[2], 0.282095 * s[0]],
    ]
    return torch.stack([torch.stack(row, -1) for row in rows], -2)


def turn_quadrics(quadrics_B344: Tensor, rotation_B33: Tensor) -> Tensor:
    """Return the forms after the surroundings were turned by x -> x @ rotation."""
    turn = functional.pad(rotation_B33, (0, 1, 0, 1))
    turn[:, 3, 3] = 1
    turn_B144 = turn[:, None]
    return turn_B144.transpose(-1, -2) @ quadrics_B344 @ turn_B144


def even_light(n: int) -> Lights:
    """Return ``n`` lights that show every matt surface in its own colour."""
    forms = torch.zeros(n, 3, 4, 4)
    forms[..., 3, 3] = 1
    return Lights(forms, torch.tensor([0.0, 1.0, 0.0]).expand(n, 3), torch.zeros(n), torch.ones(n))


def draw_lights(n: int, generator: torch.Generator) -> Lights:
    """Draw ``n`` lights on the CPU: surroundings, their turn, exposure, how coloured they are, and gloss."""
    table = surroundings()
    unit = torch.rand(n, 8, generator=generator)
    normal = torch.randn(n, 5, generator=generator)
    which = (unit[:, 0] * len(table)).long().clamp(max=len(table) - 1)
    radiance = table[which]
    grey = (radiance * radiance.new_tensor(LUMINANCE)).sum(-1, keepdim=True)
    # A camera's white balance takes out most of a light's colour, seldom all of it.
    radiance = grey + (radiance - grey) * unit[:, 1, None, None]
    stops = EXPOSURE_STOPS * normal[:, 4].clamp(-2, 2)
    radiance = radiance * (torch.exp2(stops) / _exposures()[which])[:, None, None]
    forms = turn_quadrics(quadrics(radiance), _turns(unit[:, 2], unit[:, 3], normal[:, :4]))
    brightest = (forms * forms.new_tensor(LUMINANCE)[:, None, None]).sum(1)[:, 3, :3]
    gloss = torch.where(unit[:, 4] < GLOSSY_SHARE, GLOSS[0] + (GLOSS[1] - GLOSS[0]) * unit[:, 5], 0.0)
    sharpness = SHARPNESS[0] + (SHARPNESS[1] - SHARPNESS[0]) * unit[:, 6]
    return Lights(forms, functional.normalize(brightest, dim=-1), gloss, sharpness)


def _turns(kind_B: Tensor, yaw_B: Tensor, normal_B4: Tensor) -> Tensor:
    """Return rotations: a turn about the vertical and a small tilt, or any rotation."""
    tilt_B2 = (normal_B4[:, :2].clamp(-2, 2) * TILT_DEGREES * math.pi / 360).sin()
    half_B1 = yaw_B[:, None] * math.pi
    turn = torch.cat([half_B1.cos(), torch.zeros_like(half_B1), half_B1.sin(), torch.zeros_like(half_B1)], 1)
    lean = torch.stack([torch.ones_like(kind_B), tilt_B2[:, 0], torch.zeros_like(kind_B), tilt_B2[:, 1]], 1)
    upright = rotations_of(turn) @ rotations_of(lean)
    return torch.where((kind_B < UPRIGHT_SHARE)[:, None, None], upright, rotations_of(normal_B4))


def rotations_of(quaternion_B4: Tensor) -> Tensor:
    """Return the row-vector rotations of quaternions (w, x, y, z) of any length but zero, (B, 3, 3)."""
    w, x, y, z = functional.normalize(quaternion_B4, dim=-1).unbind(-1)
    columns = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ]
    return torch.stack([torch.stack(column, -1) for column in columns], -1)


def polynomials(quadrics_B344: Tensor) -> Tensor:
    """Return the forms as weights of ``monomials``, (B, 10, 3): cheaper for many normals a light."""
    upper = torch.triu(2 * quadrics_B344, diagonal=1) + torch.diag_embed(quadrics_B344.diagonal(dim1=-2, dim2=-1))
    rows, columns = torch.triu_indices(4, 4, device=quadrics_B344.device)
    return upper[..., rows, columns].transpose(-1, -2)


def monomials(normal_N3: Tensor) -> Tensor:
    """Return the ten products of two of (n, 1), (..., 10)."""
    x, y, z = normal_N3.unbind(-1)
    return torch.stack([x * x, x * y, x * z, x, y * y, y * z, y, z * z, z, torch.ones_like(x)], -1)
