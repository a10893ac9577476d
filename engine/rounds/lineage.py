"""The lineage of a candidate: the checkpoint that made it, what that learnt from, and whose choices those were."""

import uuid
from dataclasses import dataclass

from engine.candidates.models import Candidate
from engine.core.errors import NotFound
from engine.records.models import DatasetVersion
from engine.registry.models import Checkpoint
from engine.rounds.models import TrainingRun

# A chain longer than this is cut; the page links on from the last checkpoint.
MAX_CHAIN = 200


@dataclass(frozen=True)
class ChainLink:
    """One checkpoint of the chain and the round that made it, if a round did."""

    checkpoint: Checkpoint
    round_id: int | None


@dataclass(frozen=True)
class Lineage:
    """A candidate's whole past. Without a checkpoint of ours behind it, the rest is empty."""

    candidate: Candidate
    chain: list[ChainLink]
    dataset_versions: list[DatasetVersion]

    @property
    def checkpoint(self) -> ChainLink | None:
        """The checkpoint that made the candidate."""
        return self.chain[0] if self.chain else None


def find_lineage(*, candidate_id: uuid.UUID) -> Lineage:
    """Return the lineage, nearest checkpoint first. Raises NotFound."""
    candidate = Candidate.objects.select_related("checkpoint").filter(pk=candidate_id).first()
    if candidate is None:
        raise NotFound("There is no such candidate.", code="candidate_missing")
    chain: list[ChainLink] = []
    checkpoint = candidate.checkpoint
    while checkpoint is not None and len(chain) < MAX_CHAIN:
        run = TrainingRun.objects.filter(checkpoint=checkpoint).order_by("pk").first()
        chain.append(ChainLink(checkpoint=checkpoint, round_id=run.round_id if run else None))
        checkpoint = checkpoint.parent
    digests = {link.checkpoint.dataset_sha256 for link in chain} - {None}
    versions = DatasetVersion.objects.filter(dataset_sha256__in=digests).order_by("-pk")
    return Lineage(
        candidate=candidate,
        chain=chain,
        dataset_versions=list(versions.prefetch_related("contributors__person")),
    )
