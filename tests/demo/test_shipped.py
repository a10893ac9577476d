"""Which checkpoint an empty platform begins with."""

from pathlib import Path

import pytest

from engine.demo.shipped import BASE_FOLDER, SMALL_FOLDER, choose_folder
from engine.registry.card_files import read_checkpoint_folder

SHIPPED = [folder for folder in (SMALL_FOLDER, BASE_FOLDER) if folder.is_dir()]


def checkpoint(folder: Path) -> Path:
    folder.mkdir()
    (folder / "card.json").write_text("{}")
    return folder


def test_the_base_checkpoint_is_the_first_choice(tmp_path: Path) -> None:
    base, small = checkpoint(tmp_path / "base"), checkpoint(tmp_path / "small")
    assert choose_folder("base", base_folder=base, small_folder=small)[0] == base
    assert choose_folder("small", base_folder=base, small_folder=small)[0] == small


def test_without_the_base_checkpoint_the_small_one_serves_and_the_reader_is_told_why(tmp_path: Path) -> None:
    missing, small = tmp_path / "base", checkpoint(tmp_path / "small")
    folder, said = choose_folder("base", base_folder=missing, small_folder=small)
    assert folder == small
    assert str(missing) in said
    # Weights whose card was not written, or left out, are no checkpoint either.
    missing.mkdir()
    assert choose_folder("base", base_folder=missing, small_folder=small)[0] == small


def test_a_checkpoint_of_ones_own_can_be_the_first(tmp_path: Path) -> None:
    own = checkpoint(tmp_path / "own")
    assert choose_folder(str(own))[0] == own


@pytest.mark.parametrize("wanted", ["", "bse", "/nowhere"])
def test_what_is_no_checkpoint_is_refused_by_name(wanted: str) -> None:
    with pytest.raises(ValueError, match="FLYWHEEL_SEED_CHECKPOINT"):
        choose_folder(wanted)


def test_the_small_checkpoint_is_in_the_repository() -> None:
    assert choose_folder("small")[0] == SMALL_FOLDER
    assert (SMALL_FOLDER / "card.json").is_file()


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda folder: folder.name)
def test_a_shipped_checkpoint_is_whole_and_small_enough_for_the_repository(folder: Path) -> None:
    card = read_checkpoint_folder(folder)
    assert {file.name for file in card.files} == {path.name for path in folder.glob("*.safetensors")}
    assert sum(file.size_bytes for file in card.files) <= 60e6
    assert max(file.size_bytes for file in card.files) <= 17e6
