"""A frozen dataset version as files: ``manifest.json``, ``examples.jsonl``, ``pairs.jsonl`` and ``blobs/``.

The folder is what the engine hands to a trainer. A blob is a file named by its SHA-256. The digest of the
manifest names the dataset version; the digests inside it fix every byte that a trainer reads.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from contracts.checkpoint import Sha256
from contracts.generation import Pose

MANIFEST_NAME = "manifest.json"
EXAMPLES_NAME = "examples.jsonl"
PAIRS_NAME = "pairs.jsonl"
BLOBS_FOLDER = "blobs"

RecordKind = Literal["MITL-3DO", "Art-3DO"]


class Example(BaseModel):
    """One line of ``examples.jsonl``: a photo, a mask and the shape that a person accepted for it (D+)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    record_id: int
    kind: RecordKind
    target_id: int
    photo_sha256: Sha256
    mask_sha256: Sha256
    glb_sha256: Sha256
    pose: Pose | None
    rating: float | None = Field(default=None, ge=0, le=1)
    is_simulated: bool


class PairExample(BaseModel):
    """One line of ``pairs.jsonl``: the same object, the shape that was preferred and one that lost to it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    pair_id: int
    target_id: int
    photo_sha256: Sha256
    mask_sha256: Sha256
    winner_glb_sha256: Sha256
    winner_pose: Pose | None
    loser_glb_sha256: Sha256
    loser_pose: Pose | None
    is_loser_own: bool = Field(description="True when the loser came from the own model: only these may train DPO")
    is_simulated: bool


class DatasetManifest(BaseModel):
    """``manifest.json``: counts and digests of the files beside it, and the rule that chose them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal[1] = 1
    split: Literal["train", "heldout"]
    alpha: float = Field(ge=0, le=1)
    n_examples: int = Field(ge=0)
    n_pairs: int = Field(ge=0)
    n_simulated_examples: int = Field(ge=0)
    n_simulated_pairs: int = Field(ge=0)
    examples_sha256: Sha256
    pairs_sha256: Sha256
