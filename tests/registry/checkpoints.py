"""Checkpoint folders with tiny real safetensors files, written without torch."""

import json
import struct
from datetime import UTC, datetime
from pathlib import Path

from contracts.checkpoint import CheckpointCard, WeightsFile
from contracts.digests import sha256_hex


def safetensors_bytes(number: int) -> bytes:
    header = json.dumps({"w": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
    return struct.pack("<Q", len(header)) + header + struct.pack("<f", number)


def write_checkpoint(folder: Path, *, number: int = 1, parent_sha256: str | None = None) -> CheckpointCard:
    """Write a folder; another number, other weights."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for name, content in (("a.safetensors", safetensors_bytes(number)), ("b.safetensors", safetensors_bytes(7))):
        (folder / name).write_bytes(content)
        files.append(WeightsFile(name=name, sha256=sha256_hex(content), size_bytes=len(content)))
    card = CheckpointCard(
        network={"width": 1}, files=files, stage="sft", recipe="debug", parent_sha256=parent_sha256, seed=0, steps=1,
        created_at=datetime.now(UTC), metrics={"loss": 0.5},
    )  # fmt: skip
    (folder / "card.json").write_text(card.model_dump_json())
    return card
