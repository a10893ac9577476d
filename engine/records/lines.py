"""One row of a table as one line of a dataset file (contracts.dataset)."""

from typing import Any, Literal, cast

from contracts.dataset import Example, PairExample
from contracts.generation import Pose
from engine.records.models import PreferencePair, Record


def _pose(stored: Any) -> Pose | None:
    return None if stored is None else Pose.model_validate(stored)


def example_of(record: Record) -> Example:
    """Return the line of a record, whose target, photo and candidate have been fetched with it."""
    return Example(
        record_id=record.pk,
        kind=cast(Literal["MITL-3DO", "Art-3DO"], record.kind),
        target_id=record.target_id,
        photo_sha256=record.target.photo.photo_sha256,
        # A candidate shows what its own mask marked, also when the mask was corrected since.
        mask_sha256=record.candidate.mask_sha256 if record.candidate else record.target.mask_sha256,
        glb_sha256=record.glb_sha256,
        pose=_pose(record.pose),
        rating=record.rating,
        is_simulated=record.is_simulated,
    )


def pair_example_of(pair: PreferencePair) -> PairExample:
    """Return the line of a pair, whose target, photo and loser have been fetched with it."""
    return PairExample(
        pair_id=pair.pk,
        target_id=pair.target_id,
        photo_sha256=pair.target.photo.photo_sha256,
        mask_sha256=pair.loser.mask_sha256,
        winner_glb_sha256=pair.winner_glb_sha256,
        winner_pose=_pose(pair.winner_pose),
        loser_glb_sha256=pair.loser.glb_sha256,
        loser_pose=_pose(pair.loser.pose),
        is_loser_own=pair.is_loser_own,
        is_simulated=pair.is_simulated,
    )
