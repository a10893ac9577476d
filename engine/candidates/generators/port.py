"""The generator port: a masked object of a photo in, proposals out."""

from dataclasses import dataclass
from typing import Protocol

from contracts.generation import Pose


@dataclass(frozen=True)
class Proposal:
    """One proposed 3D model: a self-contained GLB in the object frame, a PNG preview of it, its pose and its cost."""

    seed: int
    glb: bytes
    preview_png: bytes
    pose: Pose | None
    seconds: float


@dataclass(frozen=True)
class ProposalBatch:
    """What one call gave. ``proposals`` may be fewer than asked: ``n_empty`` counts those that came out empty."""

    proposals: tuple[Proposal, ...]
    checkpoint_sha256: str | None = None
    n_empty: int = 0


class Generator(Protocol):
    """Anything that proposes 3D models for a masked object.

    The same arguments give the same proposals as long as ``checkpoint_sha256`` of the batch is the same.
    """

    name: str

    def propose(
        self, *, photo: bytes, mask: bytes, n: int, seed: int, steps: int, guidance: float, points: bytes | None = None
    ) -> ProposalBatch:
        """Return up to ``n`` proposals for the object under ``mask``.

        ``photo`` is an upright JPEG, PNG or WebP; ``mask`` an 8-bit single-channel PNG of its size, non-zero on the
        object. ``steps`` and ``guidance`` are for generators that sample; others ignore them. ``points`` is the photo's
        pointmap, if it has one: .npy, float32 (rows, columns, 3) on a grid over the photo; who knows none ignores it.
        Raises GeneratorError, and nothing else, when there is no answer.
        """
        ...


class GeneratorError(Exception):
    """Why a generator gave no answer, in a sentence for a person, and whether the same call may succeed later.

    ``is_counted`` is False when nobody has looked at the request yet: that says nothing against it.
    """

    def __init__(self, reason: str, *, is_retryable: bool, is_counted: bool = True) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_retryable = is_retryable
        self.is_counted = is_counted
