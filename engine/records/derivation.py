"""From raw history to training data. Pure: the same history and alpha give the same records and pairs.

- A choice rated at alpha or above gives one MITL-3DO record, and one pair against each candidate that lost to the
  winner: directly, or through a chain of losses (A lost to B, B lost to the winner). An "equal" proves nothing, so it
  gives no pair, and no chain runs through it.
- Below alpha, and where nothing was acceptable, there are only negatives: shapes known to be bad, and none to prefer.
- An approved artist's mesh gives one Art-3DO record and a pair against each candidate that people had refused.
- "Neither will do" tells nothing of the two against each other; but a winner at alpha or above was accepted by the
  person who refused them, so both lost to it.
- Only the latest revision of a choice counts. Where a reviewer has settled a target, her latest word alone counts for
  it; the comparisons of those who had named the same winner are its evidence.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal
from uuid import UUID

Pose = Mapping[str, Any]
Verdict = Literal["left", "equal", "right", "both_bad"]


@dataclass(frozen=True, kw_only=True)
class CandidateFact:
    """A candidate as history needs it. ``is_own``: made by a checkpoint of ours."""

    id: UUID
    glb_sha256: str
    pose: Pose | None
    is_own: bool


@dataclass(frozen=True, kw_only=True)
class ComparisonFact:
    """One comparison that a person made."""

    id: int
    left_id: UUID
    right_id: UUID
    verdict: Verdict

    @property
    def winner_and_loser(self) -> tuple[UUID, UUID] | None:
        """Who beat whom, or None for equals and where neither will do."""
        if self.verdict in {"equal", "both_bad"}:
            return None
        return (self.left_id, self.right_id) if self.verdict == "left" else (self.right_id, self.left_id)


@dataclass(frozen=True, kw_only=True)
class ChoiceFact:
    """One choice with all that it rests on. ``candidates`` holds every candidate that was shown."""

    id: int
    assignment_id: int
    revision: int
    target_id: int
    winner_id: UUID | None
    rating: float | None
    comparisons: Sequence[ComparisonFact]
    candidates: Mapping[UUID, CandidateFact]
    is_simulated: bool
    is_adjudication: bool = False


@dataclass(frozen=True, kw_only=True)
class UploadFact:
    """One approved mesh of an artist and the candidates that it replaces."""

    id: UUID
    target_id: int
    glb_sha256: str
    rejects: Sequence[CandidateFact]
    is_simulated: bool


@dataclass(frozen=True, kw_only=True)
class DerivedRecord:
    """D+: a shape that a person accepted. Comes from a choice or from an upload, never from both."""

    target_id: int
    choice_id: int | None = None
    mesh_upload_id: UUID | None = None
    candidate_id: UUID | None = None
    glb_sha256: str
    pose: Pose | None
    rating: float | None
    is_simulated: bool


@dataclass(frozen=True, kw_only=True)
class DerivedPair:
    """D+ against D-, with the comparisons that show it."""

    target_id: int
    choice_id: int | None = None
    mesh_upload_id: UUID | None = None
    winner_glb_sha256: str
    winner_pose: Pose | None
    loser_id: UUID
    is_loser_own: bool
    comparison_ids: tuple[int, ...] = ()
    is_simulated: bool


@dataclass(frozen=True, kw_only=True)
class Derived:
    """What follows from a piece of history. ``negative_ids`` were refused without anything to prefer to them."""

    records: list[DerivedRecord] = field(default_factory=list)
    pairs: list[DerivedPair] = field(default_factory=list)
    negative_ids: list[UUID] = field(default_factory=list)


def latest_revisions(choices: Iterable[ChoiceFact]) -> list[ChoiceFact]:
    """Keep the highest revision of each assignment, in order of id."""
    latest: dict[int, ChoiceFact] = {}
    for choice in choices:
        known = latest.get(choice.assignment_id)
        if known is None or choice.revision > known.revision:
            latest[choice.assignment_id] = choice
    return sorted(latest.values(), key=lambda choice: choice.id)


def _settled(word: ChoiceFact, others: Sequence[ChoiceFact]) -> ChoiceFact:
    """Return a reviewer's word with the evidence of those who had named the same winner."""
    agreeing = [other for other in others if other.winner_id is not None and other.winner_id == word.winner_id]
    comparisons = [*word.comparisons, *(comparison for other in agreeing for comparison in other.comparisons)]
    candidates = {pk: fact for choice in (*agreeing, word) for pk, fact in choice.candidates.items()}
    is_simulated = word.is_simulated or any(other.is_simulated for other in agreeing)
    return replace(word, comparisons=comparisons, candidates=candidates, is_simulated=is_simulated)


def standing_choices(choices: Iterable[ChoiceFact]) -> list[ChoiceFact]:
    """Return the choices that count, in order of id: the latest revisions, or a reviewer's word where there is one."""
    by_target: dict[int, list[ChoiceFact]] = {}
    for choice in latest_revisions(choices):
        by_target.setdefault(choice.target_id, []).append(choice)
    standing: list[ChoiceFact] = []
    for of_target in by_target.values():
        words = [choice for choice in of_target if choice.is_adjudication]
        others = [choice for choice in of_target if not choice.is_adjudication]
        standing += [_settled(words[-1], others)] if words else others
    return sorted(standing, key=lambda choice: choice.id)


def beaten_by(winner_id: UUID, comparisons: Sequence[ComparisonFact]) -> dict[UUID, tuple[int, ...]]:
    """Return who lost to the accepted winner, each with the comparisons of the shortest chain that shows it."""
    losses: dict[UUID, list[tuple[UUID, int]]] = {}
    for comparison in comparisons:
        if comparison.verdict == "both_bad":
            refused = (comparison.left_id, comparison.right_id)
            losses.setdefault(winner_id, []).extend((one, comparison.id) for one in refused)
        if (outcome := comparison.winner_and_loser) is not None:
            losses.setdefault(outcome[0], []).append((outcome[1], comparison.id))
    chains: dict[UUID, tuple[int, ...]] = {winner_id: ()}
    waiting = [winner_id]
    while waiting:
        better = waiting.pop(0)
        for loser, comparison_id in losses.get(better, []):
            if loser not in chains:
                chains[loser] = (*chains[better], comparison_id)
                waiting.append(loser)
    del chains[winner_id]
    return chains


def derive_choice(choice: ChoiceFact, *, alpha: float) -> Derived:
    """Derive what follows from one choice (the latest revision of it)."""
    if choice.winner_id is None or choice.rating is None or choice.rating < alpha:
        return Derived(negative_ids=sorted(choice.candidates))
    winner = choice.candidates[choice.winner_id]
    record = DerivedRecord(
        target_id=choice.target_id, choice_id=choice.id, candidate_id=winner.id, glb_sha256=winner.glb_sha256,
        pose=winner.pose, rating=choice.rating, is_simulated=choice.is_simulated,
    )  # fmt: skip
    pairs = [
        DerivedPair(
            target_id=choice.target_id, choice_id=choice.id, winner_glb_sha256=winner.glb_sha256,
            winner_pose=winner.pose, loser_id=loser_id, is_loser_own=choice.candidates[loser_id].is_own,
            comparison_ids=chain, is_simulated=choice.is_simulated,
        )
        for loser_id, chain in beaten_by(winner.id, choice.comparisons).items()
    ]  # fmt: skip
    return Derived(records=[record], pairs=pairs)


def derive_upload(upload: UploadFact) -> Derived:
    """Derive what follows from one approved mesh. A person made it, so no alpha is asked of it."""
    record = DerivedRecord(
        target_id=upload.target_id, mesh_upload_id=upload.id, glb_sha256=upload.glb_sha256, pose=None, rating=None,
        is_simulated=upload.is_simulated,
    )  # fmt: skip
    pairs = [
        DerivedPair(
            target_id=upload.target_id, mesh_upload_id=upload.id, winner_glb_sha256=upload.glb_sha256,
            winner_pose=None, loser_id=reject.id, is_loser_own=reject.is_own, is_simulated=upload.is_simulated,
        )
        for reject in upload.rejects
    ]  # fmt: skip
    return Derived(records=[record], pairs=pairs)


def derive_history(choices: Iterable[ChoiceFact], uploads: Iterable[UploadFact], *, alpha: float) -> Derived:
    """Derive all that follows from a piece of history that holds every revision of its choices."""
    whole = Derived()
    parts = [derive_choice(choice, alpha=alpha) for choice in standing_choices(choices)]
    parts += [derive_upload(upload) for upload in uploads]
    for part in parts:
        whole.records.extend(part.records)
        whole.pairs.extend(part.pairs)
        whole.negative_ids.extend(part.negative_ids)
    return whole
