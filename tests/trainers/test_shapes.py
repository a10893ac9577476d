"""Growing training shapes: the order is fixed, and what is held out stays out."""

from itertools import islice

import numpy as np
import pytest

from trainers.data.procedural import TRAINING_FAMILIES, make_shape
from trainers.data.shapes import TrainingShape, grow_shapes, heldout_family_shapes, heldout_seed_shapes
from trainers.data.split import FIRST_HELDOUT_SEED, HELDOUT_FAMILIES, SplitError


def _same(a: TrainingShape, b: TrainingShape) -> bool:
    arrays = zip(
        (a.mesh.vertices_V3, a.mesh.faces_F3, a.mesh.colours_V3, a.occupancy_bits),
        (b.mesh.vertices_V3, b.mesh.faces_F3, b.mesh.colours_V3, b.occupancy_bits),
        strict=True,
    )
    return a.key == b.key and a.category == b.category and all(np.array_equal(x, y) for x, y in arrays)


def test_shapes_do_not_depend_on_the_number_of_processes() -> None:
    options = {"families": ("mug", "car", "chair"), "n": 20, "seed": 3, "grid": 16}
    alone = list(grow_shapes(**options, processes=1))
    together = list(grow_shapes(**options, processes=2))
    assert len(alone) == len(together) == 20
    assert all(_same(a, b) for a, b in zip(alone, together, strict=True))


def test_families_take_turns_and_another_seed_gives_other_shapes() -> None:
    shapes = list(grow_shapes(families=("mug", "car"), n=4, seed=0, grid=16, processes=1))
    assert [shape.category for shape in shapes] == ["mug", "car", "mug", "car"]
    others = list(grow_shapes(families=("mug", "car"), n=4, seed=1, grid=16, processes=1))
    assert not {shape.key for shape in shapes} & {shape.key for shape in others}


def test_occupancy_comes_back_from_its_bits() -> None:
    (shape,) = grow_shapes(families=("table",), n=1, seed=0, grid=16, processes=1)
    assert shape.grid == 16
    assert (shape.occupancy() == make_shape("table", 0).occupancy(16)).all()


def test_reader_that_stops_early_ends_the_processes() -> None:
    shapes = grow_shapes(families=("mug",), n=100_000, seed=0, grid=16, processes=2)
    assert len(list(islice(shapes, 3))) == 3
    shapes.close()  # type: ignore[attr-defined]


def test_training_is_refused_what_is_held_out() -> None:
    with pytest.raises(SplitError, match="bench"):
        grow_shapes(families=("mug", "bench"), n=4, seed=0, grid=16, processes=1)
    with pytest.raises(SplitError, match="mug"):
        heldout_family_shapes(families=("mug",), n=1, seed=0, grid=16, processes=1)
    with pytest.raises(SplitError, match="jug"):
        heldout_seed_shapes(families=("jug",), n=1, seed=0, grid=16, processes=1)
    with pytest.raises(KeyError, match="spoon-bender"):
        grow_shapes(families=("spoon-bender",), n=1, seed=0, grid=16, processes=1)


@pytest.mark.parametrize("seed", [0, 9, 10, 123_456_789])
def test_no_seed_of_a_run_reaches_the_held_out_ones(seed: int) -> None:
    for shape in grow_shapes(families=("mug",), n=3, seed=seed, grid=8, processes=1):
        assert int(shape.key.split(":")[2]) < FIRST_HELDOUT_SEED
    for shape in heldout_seed_shapes(n=2, seed=seed, grid=8, processes=1):
        assert int(shape.key.split(":")[2]) >= FIRST_HELDOUT_SEED
        assert shape.category in TRAINING_FAMILIES
    for shape in heldout_family_shapes(n=2, seed=seed, grid=8, processes=1):
        assert shape.category in HELDOUT_FAMILIES
