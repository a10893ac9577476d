"""Proposes the mask of one object from a few clicks or a box, by colour and edges alone; no learned network.

As in GrabCut (Rother and others, 2004), colours inside and outside are learned from what is marked so far, and marked
anew with them, a few times over. In place of the cut stands the random walker with colour priors (Grady, 2005): the
chance that a walk from a pixel, slowed down by edges, ends inside. It is one sparse linear system, quick to solve.

Shapes: H and W are the working picture's sides, N = H * W, P points, K colours.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage, sparse
from scipy.cluster.vq import kmeans2, vq
from scipy.sparse.linalg import cg

WORKING_SIDE_PX = 320
MAX_POINTS = 64
_N_COLOURS = 40
_N_SAMPLES = 6000
_ROUNDS = 3
_MOST_STEPS = 120
# Mean error of the solution's equations, where chances lie between 0 and 1.
_TOLERANCE = 2e-4
# How much a colour counts against the pixel's four neighbours.
_PRIOR_WEIGHT = 0.02
# What lies outside, or inside, without a doubt.
_CERTAIN = 20.0
_LEAST_CONTRAST = 1e-4
# Shares of the longer side: how far a click speaks for its surroundings, and what counts as the rim.
_REACH_INSIDE, _REACH_OUTSIDE, _RIM = 0.1, 0.04, 0.03

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Hint:
    """A click, in pixels of the photo from its left top corner, that says whether the object is there."""

    x: float
    y: float
    is_inside: bool


@dataclass(frozen=True, kw_only=True)
class Box:
    """The object lies inside: left, top, width and height in pixels of the photo."""

    x: float
    y: float
    width: float
    height: float


def propose_mask(photo: Image.Image, *, hints: Sequence[Hint], box: Box | None) -> Bools:
    """Return a mask of the photo's size, (height, width), True on the object; all False when nothing stands out.

    Needs a hint inside or a box. The photo is made smaller on the way: a JPEG then need not be decoded whole.
    """
    size = photo.size
    photo.thumbnail((WORKING_SIDE_PX, WORKING_SIDE_PX), Image.Resampling.BOX)
    small = photo.convert("RGB")
    scale = (small.width / size[0], small.height / size[1])
    colours_N3 = np.asarray(small.convert("LAB"), dtype=np.float64).reshape(-1, 3) / 255
    shape = (small.height, small.width)
    inside_HW, outside_HW = _certain(shape, hints=hints, box=box, scale=scale)
    first_guess = _guess_in_box(shape, box, scale) if box else _guess_by_clicks(shape, hints, scale)
    chance_HW = _walk(colours_N3, inside_HW, outside_HW, first_guess=first_guess)
    # A box says that its largest piece is meant; a click then adds another piece.
    mask_HW = _tidy(chance_HW > 0.5, inside_HW, has_largest=box is not None)
    # Enlarging the chances rather than the mask keeps its border smooth.
    kept_HW = np.where(ndimage.binary_dilation(mask_HW), chance_HW, 0.0).astype(np.float32)
    large = Image.fromarray(kept_HW).resize(size, Image.Resampling.BILINEAR)
    return np.asarray(large) > 0.5


def _certain(
    shape: tuple[int, int], *, hints: Sequence[Hint], box: Box | None, scale: tuple[float, float]
) -> tuple[Bools, Bools]:
    """Return what is inside, and what is outside, for sure: round each click, and beyond the box."""
    inside_HW, outside_HW = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
    radius = max(1.0, 0.008 * max(shape))
    for hint in hints:
        disc_HW = _disc(shape, hint, scale, radius)
        (inside_HW if hint.is_inside else outside_HW)[disc_HW] = True
    if box is not None:
        outside_HW |= ~_box_pixels(shape, box, scale)
    # A click inside is nearer to what the person means than the box.
    return inside_HW, outside_HW & ~inside_HW


def _disc(shape: tuple[int, int], hint: Hint, scale: tuple[float, float], radius: float) -> Bools:
    rows_H1, columns_1W = np.ogrid[: shape[0], : shape[1]]
    centre_x = min(max(hint.x * scale[0] - 0.5, 0), shape[1] - 1)
    centre_y = min(max(hint.y * scale[1] - 0.5, 0), shape[0] - 1)
    return np.asarray((columns_1W - centre_x) ** 2 + (rows_H1 - centre_y) ** 2 <= radius**2)


def _box_pixels(shape: tuple[int, int], box: Box, scale: tuple[float, float]) -> Bools:
    left, top = int(np.floor(box.x * scale[0])), int(np.floor(box.y * scale[1]))
    right, bottom = int(np.ceil((box.x + box.width) * scale[0])), int(np.ceil((box.y + box.height) * scale[1]))
    marked_HW = np.zeros(shape, dtype=bool)
    marked_HW[max(top, 0) : bottom, max(left, 0) : right] = True
    return marked_HW


def _guess_in_box(shape: tuple[int, int], box: Box, scale: tuple[float, float]) -> tuple[Floats, Floats]:
    """Return how much each pixel's colour counts as one of inside, and of outside, before anything is known."""
    guess_HW = np.where(_box_pixels(shape, box, scale), 0.8, 0.0)
    return guess_HW, 1 - guess_HW


def _guess_by_clicks(
    shape: tuple[int, int], hints: Sequence[Hint], scale: tuple[float, float]
) -> tuple[Floats, Floats]:
    """As in a box; without one, what is near a click is like it, and the rim of the photo is outside."""
    rows_H1, columns_1W = np.ogrid[: shape[0], : shape[1]]
    inside_HW, outside_HW = np.zeros(shape), np.ones(shape)
    rim = max(1, round(_RIM * max(shape)))
    outside_HW[rim:-rim, rim:-rim] = 0
    for hint in hints:
        reach = (_REACH_INSIDE if hint.is_inside else _REACH_OUTSIDE) * max(shape)
        squares_HW = (columns_1W - hint.x * scale[0]) ** 2 + (rows_H1 - hint.y * scale[1]) ** 2
        near_HW = np.exp(-squares_HW / (2 * reach**2))
        towards, away = (inside_HW, outside_HW) if hint.is_inside else (outside_HW, inside_HW)
        np.maximum(towards, near_HW, out=towards)
        np.minimum(away, 1 - near_HW, out=away)
    return inside_HW, outside_HW


def _walk(colours_N3: Floats, inside_HW: Bools, outside_HW: Bools, *, first_guess: tuple[Floats, Floats]) -> Floats:
    """Return each pixel's chance to be inside, (H, W)."""
    shape = inside_HW.shape
    words_N = _colour_words(colours_N3)
    laplacian = _laplacian(colours_N3.reshape(*shape, 3))
    inside_N, outside_N = inside_HW.ravel(), outside_HW.ravel()
    like_inside_N, like_outside_N = (guess_HW.ravel() for guess_HW in first_guess)
    chance_N = like_inside_N
    for _ in range(_ROUNDS):
        prior_N = _colour_prior(words_N, like_inside_N, like_outside_N)
        pull_in_N = _PRIOR_WEIGHT * prior_N + _CERTAIN * inside_N
        pull_out_N = _PRIOR_WEIGHT * (1 - prior_N) + _CERTAIN * outside_N
        system = laplacian + sparse.diags_array(pull_in_N + pull_out_N)
        scaling = sparse.diags_array(1 / system.diagonal())
        # The tolerance is absolute: certain pixels make the right side large, and a relative one useless.
        atol = _TOLERANCE * np.sqrt(len(chance_N))
        chance_N, _ = cg(system, pull_in_N, x0=chance_N, rtol=0, atol=atol, maxiter=_MOST_STEPS, M=scaling)
        chance_N = np.clip(chance_N, 0, 1)
        # Taken as decided: half-chances would blur the two sides' colours more in each round.
        like_inside_N = (chance_N > 0.5).astype(np.float64)
        like_outside_N = 1 - like_inside_N
    return np.asarray(chance_N.reshape(shape))


def _colour_words(colours_N3: Floats) -> NDArray[np.intp]:
    """Return for each pixel which of the picture's own K colours it has."""
    step = max(1, len(colours_N3) // _N_SAMPLES)
    sample_S3 = colours_N3[::step]
    centres_K3, _ = kmeans2(sample_S3, min(_N_COLOURS, len(sample_S3)), iter=8, minit="++", rng=0)
    return np.asarray(vq(colours_N3, centres_K3)[0])


def _colour_prior(words_N: NDArray[np.intp], like_inside_N: Floats, like_outside_N: Floats) -> Floats:
    """Return how much more a pixel's colour is at home inside than outside, 0 to 1."""
    inside_K = np.bincount(words_N, weights=like_inside_N)
    outside_K = np.bincount(words_N, weights=like_outside_N)
    inside_K, outside_K = inside_K / max(inside_K.sum(), 1e-9), outside_K / max(outside_K.sum(), 1e-9)
    # A colour met on neither side speaks for none.
    prior_K = (inside_K + 1e-4) / (inside_K + outside_K + 2e-4)
    return np.asarray(prior_K[words_N])


def _laplacian(picture_HW3: Floats) -> sparse.csr_array:
    """Return the graph Laplacian, (N, N), of the four-neighbour grid; like pixels are strongly joined."""
    height, width = picture_HW3.shape[:2]
    number_HW = np.arange(height * width).reshape(height, width)
    across = ((picture_HW3[:, 1:] - picture_HW3[:, :-1]) ** 2).sum(axis=2)
    down = ((picture_HW3[1:] - picture_HW3[:-1]) ** 2).sum(axis=2)
    # As in GrabCut, contrast is told by what is usual in this picture.
    usual = max((across.sum() + down.sum()) / (across.size + down.size), _LEAST_CONTRAST)
    joins = np.concatenate([np.exp(-across / (2 * usual)).ravel(), np.exp(-down / (2 * usual)).ravel()]) + 1e-3
    first = np.concatenate([number_HW[:, :-1].ravel(), number_HW[:-1].ravel()])
    second = np.concatenate([number_HW[:, 1:].ravel(), number_HW[1:].ravel()])
    size = (height * width, height * width)
    one_way = sparse.coo_array((joins, (first, second)), shape=size)
    both_ways = (one_way + one_way.T).tocsr()
    return sparse.csr_array(sparse.diags_array(both_ways.sum(axis=1)) - both_ways)


def _tidy(mask_HW: Bools, inside_HW: Bools, *, has_largest: bool) -> Bools:
    """Keep the pieces that were clicked, the largest one too if asked or if none was, and fill their holes."""
    pieces_HW, n_pieces = ndimage.label(mask_HW)
    if n_pieces == 0:
        return mask_HW
    kept = set(np.unique(pieces_HW[inside_HW & mask_HW]).tolist())
    if has_largest or not kept:
        kept.add(1 + int(np.argmax(np.bincount(pieces_HW.ravel())[1:])))
    return np.asarray(ndimage.binary_fill_holes(np.isin(pieces_HW, list(kept))))
