"""Only checkpoints that are what they say come in."""

import json
from pathlib import Path

import pytest

from contracts.digests import sha256_hex
from engine.core.errors import InvalidInput
from engine.core.storage import blob_store
from engine.registry.models import Checkpoint
from engine.registry.selectors import lineage_of
from engine.registry.services import publish_checkpoint
from tests.registry.checkpoints import write_checkpoint

pytestmark = pytest.mark.django_db


def test_a_checkpoint_is_stored_once_under_its_digest(tmp_path: Path) -> None:
    card = write_checkpoint(tmp_path)
    first, second = publish_checkpoint(folder=tmp_path), publish_checkpoint(folder=tmp_path)
    assert first == second
    assert first.checkpoint_sha256 == card.checkpoint_sha256
    for file in card.files:
        assert blob_store().get(file.sha256) == (tmp_path / file.name).read_bytes()


def test_children_know_their_parents(tmp_path: Path) -> None:
    parent = publish_checkpoint(folder=_written(tmp_path / "p", number=1))
    child = publish_checkpoint(folder=_written(tmp_path / "c", number=2, parent_sha256=parent.checkpoint_sha256))
    stranger = publish_checkpoint(folder=_written(tmp_path / "s", number=3, parent_sha256="e" * 64))
    assert lineage_of(child) == [child, parent]
    assert stranger.parent is None
    assert stranger.card["parent_sha256"] == "e" * 64


def _written(folder: Path, *, number: int, parent_sha256: str | None = None) -> Path:
    write_checkpoint(folder, number=number, parent_sha256=parent_sha256)
    return folder


def _without_card(folder: Path) -> None:
    (folder / "card.json").unlink()


def _broken_card(folder: Path) -> None:
    (folder / "card.json").write_text("{")


def _without_weights(folder: Path) -> None:
    (folder / "a.safetensors").unlink()


def _changed_weights(folder: Path) -> None:
    content = bytearray((folder / "a.safetensors").read_bytes())
    content[-1] ^= 1
    (folder / "a.safetensors").write_bytes(content)


def _pickled_weights(folder: Path) -> None:
    content = b"\x80\x04\x95" + b"pickle" * 20
    (folder / "a.safetensors").write_bytes(content)
    card = json.loads((folder / "card.json").read_text())
    card["files"][0] |= {"sha256": sha256_hex(content), "size_bytes": len(content)}
    (folder / "card.json").write_text(json.dumps(card))


def _climbing_name(folder: Path) -> None:
    card = json.loads((folder / "card.json").read_text())
    card["files"][0]["name"] = "../../a.safetensors"
    (folder / "card.json").write_text(json.dumps(card))


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (_without_card, "card_missing"),
        (_broken_card, "card_invalid"),
        (_climbing_name, "card_invalid"),
        (_without_weights, "weights_missing"),
        (_changed_weights, "weights_damaged"),
        (_pickled_weights, "weights_format"),
    ],
)
def test_what_does_not_hold_is_refused(tmp_path: Path, spoil, code: str) -> None:
    write_checkpoint(tmp_path)
    spoil(tmp_path)
    with pytest.raises(InvalidInput) as raised:
        publish_checkpoint(folder=tmp_path)
    assert raised.value.code == code
    assert not Checkpoint.objects.exists()
