"""Reads a checkpoint folder and believes nothing that its files do not bear out."""

import hashlib
import json
from pathlib import Path

from pydantic import ValidationError

from contracts.checkpoint import CheckpointCard, WeightsFile
from contracts.training import CARD_NAME
from engine.core.errors import InvalidInput

_BLOCK_BYTES = 1 << 20
_MAX_HEADER_BYTES = 100 << 20


def read_checkpoint_folder(folder: Path) -> CheckpointCard:
    """Return the card of a folder whose weights are all there, whole, and safetensors. Raises InvalidInput."""
    try:
        card = CheckpointCard.model_validate_json((folder / CARD_NAME).read_bytes())
    except OSError as error:
        raise InvalidInput(f"There is no {CARD_NAME} in {folder.name}.", code="card_missing") from error
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, fault["loc"])) or CARD_NAME
        raise InvalidInput(f"The card is wrong at {where}: {fault['msg']}.", code="card_invalid") from error
    if len({file.name for file in card.files}) != len(card.files):
        raise InvalidInput("The card lists a weights file twice.", code="card_invalid")
    for file in card.files:
        _check_file(folder / file.name, file)
    return card


def _check_file(path: Path, described: WeightsFile) -> None:
    try:
        size = path.stat().st_size
        sha256 = _sha256_of(path)
    except OSError as error:
        raise InvalidInput(f"The weights file {described.name} is missing.", code="weights_missing") from error
    if size != described.size_bytes or sha256 != described.sha256:
        raise InvalidInput(
            f"The weights file {described.name} is not the one its card describes.", code="weights_damaged"
        )
    if not _is_safetensors(path, size):
        raise InvalidInput(f"{described.name} is not a safetensors file.", code="weights_format")


def _sha256_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()


def _is_safetensors(path: Path, size: int) -> bool:
    """Whether the header is a JSON object of the length that the first eight bytes give."""
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if not 2 <= length <= min(size - 8, _MAX_HEADER_BYTES):
            return False
        try:
            return isinstance(json.loads(file.read(length)), dict)
        except (ValueError, RecursionError):
            return False
