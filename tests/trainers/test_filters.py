"""The filters: each rule drops what it names and nothing that is plainly good."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainers.data.filters import FEWEST_FACES, SMALLEST_SHARE, AssetFacts, reason_to_drop

SIDES = st.floats(0.01, 1000)
GOOD = AssetFacts("Armchair", "Living room", 5000, (0.8, 1.0, 0.9), 0.2)


def test_an_ordinary_asset_is_kept() -> None:
    assert reason_to_drop(GOOD) is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"category": "Doors and windows"}, "wall"),
        ({"name": "Double Power SOCKET"}, "wall"),
        ({"n_faces": FEWEST_FACES - 1}, "faces"),
        ({"extents": (1.0, 0.7, 0.01)}, "flat"),
        ({"extents": (0.05, 1.0, 0.05)}, "line"),
        ({"solid_share": SMALLEST_SHARE / 2}, "volume"),
        ({"solid_share": 0.01}, "fills its box"),
        ({"solid_share": math.nan}, "volume"),
        ({"extents": (0.0, 0.0, 0.0)}, "no number"),
        ({"extents": (1.0, math.nan, 1.0)}, "no number"),
        ({"extents": (1.0, math.inf, 1.0)}, "no number"),
        ({"extents": (1.0, -1.0, 1.0)}, "no number"),
    ],
)
def test_each_rule_names_its_reason(changes: dict[str, object], reason: str) -> None:
    dropped = reason_to_drop(AssetFacts(**{**vars(GOOD), **changes}))  # type: ignore[arg-type]
    assert dropped is not None
    assert reason in dropped


@given(st.tuples(SIDES, SIDES, SIDES), st.floats(0, 1), st.floats(0.001, 1000), st.permutations([0, 1, 2]))
def test_neither_the_unit_nor_the_order_of_the_sides_matters(
    sides: tuple[float, float, float], share: float, unit: float, order: list[int]
) -> None:
    def verdict(extents: tuple[float, float, float]) -> bool:
        return reason_to_drop(AssetFacts("Thing", "Kitchen", 1000, extents, share)) is None

    scaled = tuple(sides[k] * unit for k in order)
    # At a rule's very border rounding may decide either way.
    short, middle, long = sorted(sides)
    borders = (short / long / 0.04, middle / long / 0.06, share * long * long / (0.02 * short * middle))
    if all(abs(border - 1) > 1e-6 for border in borders):
        assert verdict(sides) == verdict((scaled[0], scaled[1], scaled[2]))


@given(st.tuples(SIDES, SIDES, SIDES), st.floats(0, 1), st.floats(0, 1))
def test_more_solid_never_drops_what_less_keeps(sides: tuple[float, float, float], share: float, other: float) -> None:
    less, more = sorted((share, other))
    if reason_to_drop(AssetFacts("Thing", "Kitchen", 1000, sides, less)) is None:
        assert reason_to_drop(AssetFacts("Thing", "Kitchen", 1000, sides, more)) is None
