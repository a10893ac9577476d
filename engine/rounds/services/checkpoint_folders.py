"""Lays a published checkpoint out as a folder that a trainer reads: the weights, then ``card.json``."""

import hashlib
from pathlib import Path

from contracts.checkpoint import CheckpointCard
from contracts.training import CARD_NAME
from engine.core.storage import blob_store
from engine.registry.models import Checkpoint
from engine.rounds.run_files import write_whole


def write_checkpoint_folder(*, checkpoint: Checkpoint, folder: Path) -> None:
    """Fetch what is missing or damaged in ``folder``; cheap when it is there already. Raises Unavailable."""
    card = CheckpointCard.model_validate(checkpoint.card)
    folder.mkdir(parents=True, exist_ok=True)
    for file in card.files:
        path = folder / file.name
        if not path.is_file() or _sha256_of(path) != file.sha256:
            temporary = path.with_name(path.name + ".part")
            temporary.write_bytes(blob_store().get(file.sha256))
            temporary.replace(path)
    write_whole(folder / CARD_NAME, card)


def _sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
