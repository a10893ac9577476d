"""The split: nothing that is held out can reach a training recipe by any door."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trainers.data.procedural import TRAINING_FAMILIES
from trainers.data.shapes import grow_shapes, heldout_family_shapes, heldout_seed_shapes
from trainers.data.split import (
    FIRST_HELDOUT_SEED,
    HELDOUT_FAMILIES,
    SHIPPED_ASSETS,
    SHIPPED_LIBRARY,
    SHIPPED_PROCEDURAL,
    TRAINING_LIBRARIES,
    SplitError,
    role_of,
    role_of_shape,
)


def test_every_asset_has_one_role() -> None:
    assert {role_of(library, "chair") for library in TRAINING_LIBRARIES} == {"train"}
    assert {role_of(SHIPPED_LIBRARY, asset) for asset in SHIPPED_ASSETS} == {"shipped"}
    assert role_of(SHIPPED_LIBRARY, "oakChair") == "heldout"
    assert role_of("Reallusion", "female01") == "unused"
    assert role_of("scopia", "armchair1") == "unused"
    assert len(set(SHIPPED_ASSETS)) == len(SHIPPED_ASSETS)


def test_shapes_are_held_out_by_family_and_by_seed() -> None:
    assert role_of_shape("mug", 0) == role_of_shape("mug", FIRST_HELDOUT_SEED - 1) == "train"
    assert role_of_shape("mug", FIRST_HELDOUT_SEED) == "heldout"
    assert {role_of_shape(family, 0) for family in HELDOUT_FAMILIES} == {"heldout"}
    assert {role_of_shape(family, seed) for family, seed in SHIPPED_PROCEDURAL} == {"train"}


@pytest.mark.parametrize("family", HELDOUT_FAMILIES)
def test_no_training_door_grows_a_held_out_family(family: str) -> None:
    with pytest.raises(SplitError, match=family):
        grow_shapes(families=(*TRAINING_FAMILIES, family), n=1, seed=0, grid=8, processes=1)
    with pytest.raises(SplitError, match=family):
        heldout_seed_shapes(families=(family,), n=1, seed=0, grid=8, processes=1)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**9), st.integers(0, 200))
def test_seeds_of_training_and_of_evaluation_never_meet(seed: int, other: int) -> None:
    trained = {shape.key for shape in grow_shapes(families=("books",), n=3, seed=seed, grid=8, processes=1)}
    judged = {shape.key for shape in heldout_seed_shapes(families=("books",), n=3, seed=other, grid=8, processes=1)}
    assert not trained & judged


def test_held_out_shapes_are_of_held_out_families_only() -> None:
    shapes = heldout_family_shapes(n=2 * len(HELDOUT_FAMILIES), seed=0, grid=8, processes=1)
    assert [shape.category for shape in shapes] == [*HELDOUT_FAMILIES, *HELDOUT_FAMILIES]
