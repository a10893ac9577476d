"""The rules of derivation, one line of a table each, and what holds for any history."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.records.derivation import (
    CandidateFact,
    ChoiceFact,
    ComparisonFact,
    Derived,
    UploadFact,
    Verdict,
    derive_choice,
    derive_history,
    derive_upload,
)

A, B, C, D = (UUID(int=number) for number in range(1, 5))
FOREIGN = {D}
# A busy machine is slow, which is no fault of the code.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def fact(candidate_id: UUID) -> CandidateFact:
    pose = {"x": candidate_id.int}
    return CandidateFact(
        id=candidate_id, glb_sha256=f"glb-{candidate_id.int}", pose=pose, is_own=candidate_id not in FOREIGN
    )


def choice(
    winner: UUID | None, rating: float | None, steps: list[tuple[UUID, Verdict, UUID]], **changes: Any
) -> ChoiceFact:
    comparisons = [
        ComparisonFact(id=100 + number, left_id=left, right_id=right, verdict=verdict)
        for number, (left, verdict, right) in enumerate(steps)
    ]
    known: dict[str, Any] = {
        "id": 7, "assignment_id": 70, "revision": 0, "target_id": 700, "winner_id": winner, "rating": rating,
        "comparisons": comparisons, "candidates": {pk: fact(pk) for pk in (A, B, C, D)}, "is_simulated": False,
    }  # fmt: skip
    return ChoiceFact(**known | changes)


def losers(derived: Derived) -> dict[UUID, tuple[int, ...]]:
    return {pair.loser_id: pair.comparison_ids for pair in derived.pairs}


@pytest.mark.parametrize(
    ("steps", "winner", "expected"),
    [
        # The winner beat all: one pair each, one comparison each.
        ([(A, "left", B), (A, "left", C), (D, "right", A)], A, {B: (100,), C: (101,), D: (102,)}),
        # A new champion: whoever lost to the old one lost to the new one, by both comparisons.
        ([(A, "left", B), (A, "right", C), (C, "left", D)], C, {A: (101,), B: (101, 100), D: (102,)}),
        # An equal proves nothing.
        ([(A, "equal", B), (A, "left", C), (A, "left", D)], A, {C: (101,), D: (102,)}),
        # No chain runs through an equal: B equalled A, A lost to C, so B and C were never told apart.
        ([(A, "equal", B), (A, "right", C), (C, "equal", D)], C, {A: (101,)}),
        ([(A, "equal", B), (A, "equal", C), (A, "equal", D)], A, {}),
        # Neither would do, and the winner did: it beats both, and whom they had beaten.
        ([(A, "left", B), (A, "both_bad", C)], D, {A: (101,), C: (101,), B: (101, 100)}),
    ],
)
def test_pairs_are_made_against_those_who_lost(
    steps: list[tuple[UUID, Verdict, UUID]], winner: UUID, expected: dict[UUID, tuple[int, ...]]
) -> None:
    assert losers(derive_choice(choice(winner, 0.8, steps), alpha=0.6)) == expected


def test_a_record_carries_the_winners_shape_and_pose() -> None:
    (record,) = derive_choice(choice(A, 0.6, [(A, "left", B)]), alpha=0.6).records
    assert (record.choice_id, record.candidate_id, record.glb_sha256, record.pose) == (7, A, "glb-1", {"x": 1})
    assert (record.rating, record.mesh_upload_id, record.is_simulated) == (0.6, None, False)


def test_losers_of_foreign_generators_are_marked() -> None:
    derived = derive_choice(choice(A, 0.8, [(A, "left", B), (A, "left", D)]), alpha=0.6)
    assert {pair.loser_id: pair.is_loser_own for pair in derived.pairs} == {B: True, D: False}


def test_below_alpha_there_are_only_negatives() -> None:
    derived = derive_choice(choice(A, 0.59, [(A, "left", B)]), alpha=0.6)
    assert (derived.records, derived.pairs, derived.negative_ids) == ([], [], [A, B, C, D])


def test_none_acceptable_gives_no_record_at_any_alpha() -> None:
    derived = derive_choice(choice(None, None, [(A, "left", B)]), alpha=0)
    assert (derived.records, derived.pairs, derived.negative_ids) == ([], [], [A, B, C, D])


def test_only_the_latest_revision_counts() -> None:
    first = choice(A, 0.9, [(A, "left", B)])
    second = choice(B, 0.9, [(A, "right", B)], id=8, revision=1)
    for order in ([first, second], [second, first]):
        derived = derive_history(order, [], alpha=0.6)
        assert [record.candidate_id for record in derived.records] == [B]
        assert losers(derived) == {A: (100,)}


def test_what_a_simulated_annotator_chose_is_marked_everywhere() -> None:
    derived = derive_choice(choice(A, 0.8, [(A, "left", B)], is_simulated=True), alpha=0.6)
    assert all(row.is_simulated for row in (*derived.records, *derived.pairs))


def test_an_approved_mesh_is_preferred_to_everything_it_replaces() -> None:
    upload = UploadFact(id=UUID(int=9), target_id=700, glb_sha256="art", rejects=[fact(A), fact(D)], is_simulated=False)
    derived = derive_upload(upload)
    assert [(record.glb_sha256, record.rating, record.choice_id) for record in derived.records] == [("art", None, None)]
    assert {pair.loser_id: pair.is_loser_own for pair in derived.pairs} == {A: True, D: False}
    assert all(pair.winner_glb_sha256 == "art" and pair.mesh_upload_id == upload.id for pair in derived.pairs)


@st.composite
def histories(draw: st.DrawFn) -> list[ChoiceFact]:
    whole = []
    for number in range(draw(st.integers(0, 6))):
        champion, steps = A, []
        for newcomer in (B, C, D):
            verdict: Verdict = draw(st.sampled_from(["left", "equal", "right"]))
            steps.append((champion, verdict, newcomer))
            champion = newcomer if verdict == "right" else champion
        is_none = draw(st.booleans())
        whole.append(
            choice(
                None if is_none else champion,
                None if is_none else draw(st.floats(0, 1)),
                steps,
                id=number, assignment_id=draw(st.integers(0, 3)), revision=number,
            )
        )  # fmt: skip
    return whole


@unhurried
@given(history=histories(), alphas=st.tuples(st.floats(0, 1), st.floats(0, 1)))
def test_raising_alpha_never_adds_a_record_or_a_pair(history: list[ChoiceFact], alphas: tuple[float, float]) -> None:
    low, high = (derive_history(history, [], alpha=alpha) for alpha in sorted(alphas))
    assert {record.choice_id for record in high.records} <= {record.choice_id for record in low.records}
    assert {(p.choice_id, p.loser_id) for p in high.pairs} <= {(p.choice_id, p.loser_id) for p in low.pairs}


@unhurried
@given(history=histories(), alpha=st.floats(0, 1))
def test_the_order_of_history_changes_nothing(history: list[ChoiceFact], alpha: float) -> None:
    assert derive_history(history, [], alpha=alpha) == derive_history(history[::-1], [], alpha=alpha)


@unhurried
@given(history=histories(), alpha=st.floats(0, 1))
def test_a_pair_never_prefers_a_shape_to_itself_or_lacks_its_record(history: list[ChoiceFact], alpha: float) -> None:
    derived = derive_history(history, [], alpha=alpha)
    winners = {record.choice_id: record.candidate_id for record in derived.records}
    assert all(pair.comparison_ids and winners[pair.choice_id] != pair.loser_id for pair in derived.pairs)
    assert len({(pair.choice_id, pair.loser_id) for pair in derived.pairs}) == len(derived.pairs)


def test_a_reviewers_word_replaces_what_people_said_and_rests_on_those_who_agree() -> None:
    ada = choice(A, 0.9, [(A, "left", B)], id=1, assignment_id=10)
    bob = choice(B, 0.9, [(A, "right", B)], id=2, assignment_id=11)
    word = choice(A, 0.7, [], id=3, assignment_id=12, is_adjudication=True)
    derived = derive_history([ada, bob, word], [], alpha=0.6)
    assert [record.choice_id for record in derived.records] == [3]
    assert losers(derived) == {B: (100,)}
    refused = choice(None, None, [], id=4, assignment_id=12, revision=1, is_adjudication=True)
    assert derive_history([ada, bob, word, refused], [], alpha=0.6).records == []


def test_a_reviewers_word_about_one_object_leaves_others_alone() -> None:
    other = choice(B, 0.9, [], id=1, assignment_id=10, target_id=1)
    word = choice(A, 0.7, [], id=2, assignment_id=11, target_id=2, is_adjudication=True)
    assert len(derive_history([other, word], [], alpha=0.6).records) == 2
