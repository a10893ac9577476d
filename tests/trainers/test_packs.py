"""A pack gives back what was put in, for its role only."""

from pathlib import Path

import numpy as np
import pytest
from scipy.spatial import cKDTree

from trainers.data.packs import PackedAsset, PackError, PackRole, read_card, read_pack, write_pack
from trainers.data.shapes import TrainingShape, grow_shapes, mixed_shapes
from trainers.data.split import SplitError
from trainers.data.varying import vary

TRAIN = ("Scopia", "KatorLegaz")
HELDOUT = ("BlendSwap-CC-0",)


def _assets(libraries: tuple[str, ...], n: int = 4, grid: int = 16) -> tuple[list[TrainingShape], list[PackedAsset]]:
    shapes, assets = [], []
    for i, grown in enumerate(grow_shapes(families=("mug", "chair"), n=n, seed=0, grid=grid, processes=1)):
        library, name = libraries[i % len(libraries)], f"thing{i}"
        shapes.append(TrainingShape(f"asset:{library}/{name}", "Things", grown.mesh, grown.occupancy_bits))
        facts = {"name": f"Thing {i}", "category": "Things", "author": "Ann", "licence": "CC-BY-3.0"}
        assets.append(PackedAsset(library=library, asset=name, **facts))
    return shapes, assets


def _write(path: Path, libraries: tuple[str, ...], role: PackRole) -> list[TrainingShape]:
    shapes, assets = _assets(libraries)
    write_pack(path, shapes, assets, role=role, source="here")
    return shapes


def test_what_was_packed_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "train.safetensors"
    shapes = _write(path, TRAIN, "train")
    again = read_pack(path, role="train")
    assert [shape.key for shape in again] == [shape.key for shape in shapes]
    for before, after in zip(shapes, again, strict=True):
        assert np.abs(before.mesh.vertices_V3 - after.mesh.vertices_V3).max() < 1 / 8000
        assert np.abs(before.mesh.colours_V3 - after.mesh.colours_V3).max() < 1 / 255
        assert (before.mesh.faces_F3 == after.mesh.faces_F3).all()
        assert (before.occupancy() == after.occupancy()).all()
        assert after.mesh.vertices_V3.dtype == after.mesh.colours_V3.dtype == np.float32
    card = read_card(path)
    assert (card.role, card.grid, card.assets[1].library, card.assets[0].author) == ("train", 16, "KatorLegaz", "Ann")


def test_pack_of_one_role_cannot_be_read_for_the_other(tmp_path: Path) -> None:
    _write(tmp_path / "heldout", HELDOUT, "heldout")
    _write(tmp_path / "train", TRAIN, "train")
    with pytest.raises(PackError, match="for heldout, not for train"):
        read_pack(tmp_path / "heldout", role="train")
    with pytest.raises(PackError, match="for train, not for heldout"):
        read_pack(tmp_path / "train", role="heldout")


def test_asset_of_another_role_is_refused_even_in_a_pack_that_claims_ours(tmp_path: Path) -> None:
    shapes, assets = _assets((*TRAIN, *HELDOUT))
    with pytest.raises(PackError, match="BlendSwap-CC-0/thing2 is heldout, not train"):
        write_pack(tmp_path / "mixed", shapes, assets, role="train", source="here")
    # A file forged by hand, with a card of the same length, must not get through either.
    _write(tmp_path / "train", TRAIN, "train")
    content = (tmp_path / "train").read_bytes()
    (tmp_path / "train").write_bytes(content.replace(b"KatorLegaz", b"Reallusion"))
    with pytest.raises(PackError, match="Reallusion/thing1 is unused, not train"):
        read_pack(tmp_path / "train", role="train")


def test_damaged_short_missing_and_foreign_files_have_a_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "train"
    _write(path, TRAIN, "train")
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(PackError, match="damaged"):
        read_pack(path, role="train")
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(PackError, match="no pack"):
        read_pack(path, role="train")
    path.write_bytes(b"glTF")
    with pytest.raises(PackError, match="no pack"):
        read_pack(path, role="train")
    with pytest.raises(PackError, match="no pack"):
        read_pack(tmp_path / "nothing", role="train")


def test_assets_are_mixed_in_by_their_share_and_in_turns(tmp_path: Path) -> None:
    shapes, _ = _assets(TRAIN)
    mixed = list(mixed_shapes(shapes, asset_share=0.25, families=("table",), n=40, seed=1, grid=16, processes=1))
    keys = [shape.key for shape in mixed if shape.key.startswith("asset:")]
    assert len(keys) == 10
    assert set(keys[:4]) == set(keys[4:8]) == {shape.key for shape in shapes}
    assert len({shape.key for shape in mixed if shape.category == "table"}) == 30
    originals = {shape.key: shape for shape in shapes}
    first = next(shape for shape in mixed if shape.key.startswith("asset:"))
    assert (first.occupancy_bits == originals[first.key].occupancy_bits).all()


def test_mixture_does_not_depend_on_the_number_of_processes() -> None:
    shapes, _ = _assets(TRAIN)
    options = {"asset_share": 0.5, "families": ("table",), "n": 20, "seed": 1, "grid": 8}
    alone = list(mixed_shapes(shapes, **options, processes=1))
    together = list(mixed_shapes(shapes, **options, processes=2))
    for a, b in zip(alone, together, strict=True):
        assert a.key == b.key
        assert (a.mesh.vertices_V3 == b.mesh.vertices_V3).all()
        assert (a.occupancy_bits == b.occupancy_bits).all()
        assert a.grid == 8


def test_mixture_refuses_held_out_assets_and_a_share_of_nothing() -> None:
    options = {"families": ("table",), "n": 4, "seed": 1, "grid": 16, "processes": 1}
    with pytest.raises(SplitError, match="BlendSwap-CC-0/thing0"):
        mixed_shapes(_assets(HELDOUT)[0], asset_share=0.5, **options)
    grown = list(grow_shapes(families=("mug",), n=1, seed=0, grid=16, processes=1))
    with pytest.raises(SplitError, match="grammar:mug"):
        mixed_shapes(grown, asset_share=0.5, **options)
    with pytest.raises(ValueError, match="0 assets"):
        mixed_shapes([], asset_share=0.5, **options)
    assert len(list(mixed_shapes([], asset_share=0, **options))) == 4


@pytest.mark.parametrize("seed", range(4))
def test_variation_moves_mesh_and_occupancy_together(seed: int) -> None:
    (shape,) = grow_shapes(families=("mug",), n=1, seed=5, grid=32, processes=1)
    mesh, occupancy = vary(shape.mesh, shape.occupancy(), np.random.default_rng(seed))
    extent = mesh.vertices_V3.max(0) - mesh.vertices_V3.min(0)
    assert abs(float(extent.max()) - 1) < 1e-4
    solid = (np.argwhere(occupancy) + 0.5) / 32 - 0.5
    assert np.abs(solid.min(0) - mesh.vertices_V3.min(0)).max() < 1.5 / 32
    assert np.abs(solid.max(0) - mesh.vertices_V3.max(0)).max() < 1.5 / 32
    # The handle, on one side only, must be on the same side in both.
    distance, _ = cKDTree(solid).query(mesh.vertices_V3)
    assert distance.max() < 2 / 32
