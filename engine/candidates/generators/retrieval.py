"""A generator that invents nothing: the assets of a library that look most like the masked object."""

import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.candidates.generators.appearance import (
    COLOUR_NUMBERS,
    Crop,
    colour_numbers,
    read_crop,
    silhouette,
    soft_outlines,
)
from engine.candidates.generators.placing import place, roll_rotation
from engine.candidates.generators.port import GeneratorError, Proposal, ProposalBatch
from engine.candidates.generators.view_index import ViewIndex, load_index

ROLLS_DEGREES = tuple(range(-165, 181, 15))
"""Turns of the camera around its own axis that are tried: things lie in photos as they like."""
COLOUR_WEIGHT = 0.35
"""Against a silhouette overlap of 0 to 1: shape decides, colour tells the alike apart."""
ROLL_COST = 0.15
"""Taken off for a photo held upside down; less for less. Most objects stand upright."""
TIE_WIDTH = 0.03
"""Scores closer than this are a tie, which the seed breaks."""
_LAB_REACH = 30.0


@dataclass(frozen=True)
class Match:
    """The best view of one asset."""

    asset: int
    view: int
    roll_degrees: float
    score: float


class RetrievalGenerator:
    """Proposes ``n`` different assets of the library in ``library_folder``, each with a pose in the photo."""

    name = "retrieval"

    def __init__(self, *, library_folder: Path) -> None:
        self.library_folder = library_folder

    def propose(
        self, *, photo: bytes, mask: bytes, n: int, seed: int, steps: int, guidance: float, points: bytes | None = None
    ) -> ProposalBatch:
        """See ``port.Generator``. The best match comes first; an asset comes once, so ``n`` ends with the library."""
        started = time.perf_counter()
        crop = read_crop(photo, mask)
        index = self._index()
        chosen = choose(find_matches(crop, index), n=n, seed=seed)
        # The search is paid once for all: each proposal carries its share of it.
        share = (time.perf_counter() - started) / max(len(chosen), 1)
        proposals = tuple(self._proposal(match, index, crop, seed + i, share) for i, match in enumerate(chosen))
        return ProposalBatch(proposals=proposals)

    def _index(self) -> ViewIndex:
        try:
            return _load_once(self.library_folder)
        except (OSError, ValueError) as error:
            raise GeneratorError(f"The asset library cannot be read: {error}", is_retryable=False) from error

    def _proposal(self, match: Match, index: ViewIndex, crop: Crop, seed: int, share: float) -> Proposal:
        started = time.perf_counter()
        key = index.keys[match.asset]
        # The photo was turned to fit the view, so the view is turned back to fit the photo.
        rotation_33 = index.rotations_V33[match.view] @ roll_rotation(-match.roll_degrees)
        pose = place(index.hulls[match.asset], rotation_33, crop.box, crop.photo_width, crop.photo_height)
        try:
            glb = (self.library_folder / f"{key}.glb").read_bytes()
            preview_png = (self.library_folder / f"{key}.png").read_bytes()
        except OSError as error:
            raise GeneratorError(f"The asset {key} cannot be read: {error}", is_retryable=False) from error
        seconds = share + time.perf_counter() - started
        return Proposal(seed=seed, glb=glb, preview_png=preview_png, pose=pose, seconds=seconds)


def find_matches(crop: Crop, index: ViewIndex) -> list[Match]:
    """Return the best view of every asset, best asset first."""
    shape_RAV = _overlaps(crop.mask_HW, index)
    cost_R = ROLL_COST * np.abs(np.array(ROLLS_DEGREES)) / 180
    colour_AV = _colour_likeness(colour_numbers(crop.rgb_HW3, crop.mask_HW), index.colours_AVK)
    score_RAV = shape_RAV - cost_R[:, None, None].astype(np.float32) + COLOUR_WEIGHT * colour_AV
    matches = []
    for asset in range(len(index.keys)):
        roll, view = np.unravel_index(int(score_RAV[:, asset].argmax()), score_RAV[:, asset].shape)
        score = float(score_RAV[roll, asset, view])
        matches.append(Match(asset, int(view), float(ROLLS_DEGREES[roll]), score))
    return sorted(matches, key=lambda match: (-match.score, match.asset))


def choose(matches: list[Match], *, n: int, seed: int) -> list[Match]:
    """Return ``n`` of the matches, best first; ``seed`` breaks ties of less than ``TIE_WIDTH``, always the same way."""
    lifts = np.random.default_rng(seed).uniform(0, TIE_WIDTH, size=len(matches))
    order = sorted(range(len(matches)), key=lambda i: (-(matches[i].score + lifts[i]), matches[i].asset))
    return [matches[i] for i in order[:n]]


def _overlaps(mask_HW: NDArray[np.bool_], index: ViewIndex) -> NDArray[np.float32]:
    """Return how well the turned mask fits every view, 0 to 1, (rolls, assets, views).

    Half is intersection over union, half the likeness of the outlines: areas alone cannot tell thin things apart.
    """
    queries_RHW = np.stack([silhouette(mask_HW, roll) for roll in ROLLS_DEGREES])
    queries_RC = queries_RHW.reshape(len(queries_RHW), -1).astype(np.float32)
    n_assets, n_views, n_cells = index.silhouettes_AVC.shape
    views_MC = index.silhouettes_AVC.reshape(-1, n_cells)
    shared_RM = queries_RC @ views_MC.T
    union_RM = queries_RC.sum(1)[:, None] + views_MC.sum(1)[None] - shared_RM
    outlines_RM = soft_outlines(queries_RHW) @ index.outlines_AVC.reshape(-1, n_cells).T
    fit: NDArray[np.float32] = 0.5 * shared_RM / np.maximum(union_RM, 1) + 0.5 * outlines_RM
    return fit.reshape(len(ROLLS_DEGREES), n_assets, n_views)


def _colour_likeness(query_K: NDArray[np.float32], colours_AVK: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return 0 to 1: half the histograms' intersection, half the nearness of the mean colours, (assets, views)."""
    shared = np.minimum(query_K[:COLOUR_NUMBERS], colours_AVK[..., :COLOUR_NUMBERS]).sum(-1)
    gap = np.linalg.norm(query_K[COLOUR_NUMBERS:] - colours_AVK[..., COLOUR_NUMBERS:], axis=-1)
    likeness: NDArray[np.float32] = 0.5 * shared + 0.5 * np.exp(-gap / _LAB_REACH)
    return likeness


@lru_cache(maxsize=4)
def _load_once(library_folder: Path) -> ViewIndex:
    return load_index(library_folder)
