"""The checkpoints in the repository, and which one an empty platform begins with. Pure: the launcher reads it too."""

from enum import StrEnum
from pathlib import Path

SEED_FOLDER = Path(__file__).resolve().parent / "seed"
# Two million numbers at 32^3: seconds for what takes the base minutes on a CPU. Tests and the quick loop use it.
SMALL_FOLDER = SEED_FOLDER / "checkpoint"
BASE_FOLDER = SEED_FOLDER / "base"
CARD_NAME = "card.json"


class Shipped(StrEnum):
    """The names that ``FLYWHEEL_SEED_CHECKPOINT`` knows; anything else in it is the folder of a checkpoint."""

    BASE = "base"
    SMALL = "small"


def choose_folder(
    wanted: str, *, base_folder: Path = BASE_FOLDER, small_folder: Path = SMALL_FOLDER
) -> tuple[Path, str]:
    """Return the folder of the checkpoint and what the reader should know about the choice.

    A clone without the base checkpoint, one that left out large files for example, begins with the small one. Raises
    ValueError for a folder that holds no checkpoint.
    """
    if wanted == Shipped.SMALL:
        return small_folder, "the small one, as asked for"
    if wanted == Shipped.BASE and (base_folder / CARD_NAME).is_file():
        return base_folder, "the base checkpoint"
    if wanted == Shipped.BASE:
        return small_folder, (
            f"THE SMALL ONE, because {base_folder} has no {CARD_NAME}: coarse shapes of ten kinds of object"
        )
    folder = Path(wanted).expanduser()
    if not (folder / CARD_NAME).is_file():
        names = ", ".join(Shipped)
        raise ValueError(f"FLYWHEEL_SEED_CHECKPOINT is {wanted!r}: neither {names} nor a folder with {CARD_NAME}")
    return folder, f"from {folder}"
