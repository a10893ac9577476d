"""A dataset folder is believed only as far as its digests go."""

from pathlib import Path

import pytest

from tests.trainers.folders import write_dataset
from trainers.data.preferences import DatasetError, read_dataset


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_dataset(tmp_path / "dataset", n=1)
    return tmp_path / "dataset"


def test_whole_folder_is_read(folder: Path) -> None:
    dataset = read_dataset(folder, split="train")
    assert len(dataset.examples) == len(dataset.own_pairs) == 1
    assert dataset.blob(dataset.examples[0].glb_sha256)[:4] == b"glTF"


def test_changed_line_is_found(folder: Path) -> None:
    examples = folder / "examples.jsonl"
    examples.write_bytes(examples.read_bytes().replace(b'"rating":0.8', b'"rating":0.9'))
    with pytest.raises(DatasetError, match=r"examples\.jsonl does not have the digest"):
        read_dataset(folder, split="train")


def test_changed_blob_is_found_when_it_is_read(folder: Path) -> None:
    dataset = read_dataset(folder, split="train")
    sha256 = dataset.examples[0].mask_sha256
    (folder / "blobs" / sha256).write_bytes(b"another mask")
    with pytest.raises(DatasetError, match="does not hold the bytes"):
        dataset.blob(sha256)


def test_missing_files_and_another_dataset_have_a_clear_error(folder: Path) -> None:
    with pytest.raises(DatasetError, match="holds dataset"):
        read_dataset(folder, split="train", dataset_sha256="0" * 64)
    (folder / "pairs.jsonl").unlink()
    with pytest.raises(DatasetError, match=r"pairs\.jsonl cannot be read"):
        read_dataset(folder, split="train")
    with pytest.raises(DatasetError, match=r"manifest\.json cannot be read"):
        read_dataset(folder / "nowhere", split="train")


def test_heldout_split_never_trains(tmp_path: Path) -> None:
    write_dataset(tmp_path / "heldout", split="heldout", n=1)
    with pytest.raises(DatasetError, match="may not be used"):
        read_dataset(tmp_path / "heldout", split="train")
