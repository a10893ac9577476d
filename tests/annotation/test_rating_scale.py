"""The named scale of the rating, and what becomes of answers from before it had five steps."""

import pytest

from engine.annotation.rating_scale import RATING_SCALE, rating_label


def test_the_scale_has_five_named_steps_up_to_full_marks() -> None:
    assert [step.value for step in RATING_SCALE] == [0.2, 0.4, 0.6, 0.8, 1.0]
    assert len({step.label for step in RATING_SCALE}) == 5


@pytest.mark.parametrize(
    ("rating", "name"),
    [(0.2, "Hardly the object"), (0.62, "Acceptable"), (0.0, "Useless"), (None, "")],
    ids=["a step", "between steps", "a step of the scale of old", "none acceptable"],
)
def test_every_stored_rating_is_read_by_a_name(rating: float | None, name: str) -> None:
    assert rating_label(rating) == name
