"""Checkpoints as folders: safetensors and ``card.json``, the card last, so that a card means a whole checkpoint."""

import os
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from contracts.checkpoint import CheckpointCard, Stage, WeightsFile
from contracts.digests import sha256_hex
from contracts.training import CARD_NAME
from networks.pipeline import Networks, load_networks, save_networks


class CheckpointError(ValueError):
    """The folder holds no usable checkpoint; the text says why."""


def write_checkpoint(
    folder: Path,
    networks: Networks,
    *,
    stage: Stage,
    recipe: str,
    seed: int,
    steps: int,
    parent_sha256: str | None = None,
    dataset_sha256: str | None = None,
    metrics: Mapping[str, float] | None = None,
) -> CheckpointCard:
    """Write weights, then the card, and return the card."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for path in save_networks(networks, folder):
        content = path.read_bytes()
        files.append(WeightsFile(name=path.name, sha256=sha256_hex(content), size_bytes=len(content)))
    card = CheckpointCard(
        network=networks.config.to_dict(),
        files=files,
        stage=stage,
        recipe=recipe,
        parent_sha256=parent_sha256,
        dataset_sha256=dataset_sha256,
        seed=seed,
        steps=steps,
        code_commit=code_commit(),
        created_at=datetime.now(UTC),
        metrics=dict(metrics or {}),
    )
    write_whole(folder / CARD_NAME, card.model_dump_json(indent=2).encode() + b"\n")
    return card


def read_card(folder: Path) -> CheckpointCard:
    """Read a checkpoint's card alone. Raises CheckpointError."""
    try:
        return CheckpointCard.model_validate_json((folder / CARD_NAME).read_bytes())
    except OSError as error:
        raise CheckpointError(f"no checkpoint in {folder.name}: {error.strerror}") from error
    except ValidationError as error:
        raise CheckpointError(f"{CARD_NAME} is not a card: {error.errors()[0]['msg']}") from error


def read_checkpoint(folder: Path, device: str = "cpu") -> tuple[CheckpointCard, Networks]:
    """Read a checkpoint and verify each file. Raises CheckpointError."""
    card = read_card(folder)
    paths = []
    for file in card.files:
        path = folder / file.name
        if not path.is_file() or sha256_hex(path.read_bytes()) != file.sha256:
            raise CheckpointError(f"{file.name} is missing or does not have the digest on its card")
        paths.append(path)
    try:
        return card, load_networks(card.network, paths, device)
    except ValueError as error:
        raise CheckpointError(f"the weights do not fit the card: {error}") from error


def write_whole(path: Path, content: bytes | memoryview) -> None:
    """Replace ``path`` in one step, so that a full disk or a kill leaves the old file or none."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with unfinished.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def code_commit() -> str:
    """Return the commit of this code, or nothing where it is not a git checkout."""
    command = ["git", "-C", str(Path(__file__).parent), "rev-parse", "HEAD"]  # no input of a user reaches it
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=10)
        return done.stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""
