"""A whole answer as a person sent it, and whether it hangs together. Pure: no database, no clock."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from engine.annotation.scheduling import (
    BrokenAnswerError,
    Step,
    check_known,
    check_none_acceptable,
    check_ranking,
    check_rejections,
    check_winner,
    check_winner_named,
    steps_of_ranking,
)


@dataclass(frozen=True, kw_only=True)
class Look:
    """How long a candidate was looked at in one of the viewer's modes."""

    candidate_id: UUID
    mode: str
    milliseconds: int


@dataclass(frozen=True, kw_only=True)
class Submission:
    """What a person decided about one target.

    ``outcome`` is "chosen" or "none_acceptable". With a ``ranking`` (groups of candidates, best first) the answer
    comes from the grid and brings no comparisons; without one, from the king of the hill. ``turned_ids`` is None when
    the page did not tell which candidates were turned.
    """

    outcome: str
    winner_id: UUID | None
    rating: float | None
    comparisons: Sequence[Step] = ()
    ranking: Sequence[Sequence[UUID]] | None = None
    rejections: Sequence[tuple[UUID, list[str]]] = field(default=())
    comment: str = ""
    looks: Sequence[Look] = ()
    turned_ids: Sequence[UUID] | None = None
    viewer_mode: str
    milliseconds: int

    @property
    def is_grid(self) -> bool:
        """Whether the answer comes from the grid."""
        return self.ranking is not None

    @property
    def steps(self) -> Sequence[Step]:
        """The comparisons that are stored: those that were made, or those that the ranking says."""
        return self.comparisons if self.ranking is None else steps_of_ranking(self.ranking)


def _check_grid(submission: Submission, ranking: Sequence[Sequence[UUID]], *, shown_ids: Sequence[UUID]) -> None:
    if submission.comparisons:
        raise BrokenAnswerError(
            "A grid is answered by its ranking, without comparisons.", code="comparisons_unexpected",
            field="comparisons",
        )  # fmt: skip
    if submission.outcome == "chosen":
        check_winner_named(submission.winner_id, submission.rating, shown_ids=shown_ids)
    else:
        check_none_acceptable(submission.winner_id, submission.rating, (), shown_ids=shown_ids)
    check_ranking(ranking, winner_id=submission.winner_id, shown_ids=shown_ids)


def check_submission(submission: Submission, *, shown_ids: Sequence[UUID]) -> None:
    """Check that the answer can have been given to these candidates. Raises BrokenAnswerError."""
    if submission.ranking is not None:
        _check_grid(submission, submission.ranking, shown_ids=shown_ids)
    else:
        check = check_winner if submission.outcome == "chosen" else check_none_acceptable
        check(submission.winner_id, submission.rating, submission.comparisons, shown_ids=shown_ids)
    rejected_ids = [candidate_id for candidate_id, _ in submission.rejections]
    check_rejections(rejected_ids, winner_id=submission.winner_id, shown_ids=shown_ids)
    check_known([look.candidate_id for look in submission.looks], shown_ids=shown_ids, field="views")
    check_known(submission.turned_ids or (), shown_ids=shown_ids, field="turned_ids")
