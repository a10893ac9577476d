from datetime import date, timedelta
from itertools import combinations
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.annotation.gold import Expected, judge, relations
from engine.annotation.scheduling import (
    BrokenAnswerError,
    Step,
    check_none_acceptable,
    check_ranking,
    check_rejections,
    check_winner,
    missing_slots,
    shuffled_order,
    standing_after,
    steps_of_ranking,
    streak_length,
)

A, B, C, D = (UUID(int=number) for number in range(1, 5))
STRANGER = UUID(int=99)
# A busy machine is slow, which is no fault of the code.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def step(left: UUID, right: UUID, verdict: str) -> Step:
    return Step(left_id=left, right_id=right, verdict=verdict, milliseconds=1)  # type: ignore[arg-type]


def test_the_order_depends_on_the_seed_and_not_on_the_order_of_arrival() -> None:
    ids = [uuid4() for _ in range(8)]
    assert shuffled_order(ids, seed="7:0") == shuffled_order(ids[::-1], seed="7:0")
    assert shuffled_order(ids, seed="7:0") != shuffled_order(ids, seed="7:1")
    assert sorted(shuffled_order(ids, seed="7:0")) == sorted(ids)


def test_every_candidate_comes_first_about_equally_often() -> None:
    firsts = [shuffled_order([A, B, C, D], seed=f"{target}:0")[0] for target in range(2000)]
    assert all(400 < firsts.count(candidate) < 600 for candidate in (A, B, C, D))


@pytest.mark.parametrize(
    ("n_existing", "overlap", "slots"), [(0, 1, [0]), (0, 3, [0, 1, 2]), (1, 3, [1, 2]), (3, 1, []), (2, 2, [])]
)
def test_missing_slots_continue_where_the_existing_ones_end(n_existing: int, overlap: int, slots: list[int]) -> None:
    assert list(missing_slots(n_existing=n_existing, overlap=overlap)) == slots


@pytest.mark.parametrize(
    ("steps", "champions"),
    [
        ([step(A, B, "left"), step(A, C, "left")], {A}),
        ([step(A, B, "right"), step(C, B, "left")], {C}),
        ([step(B, A, "right"), step(A, C, "equal")], {A}),
        ([step(A, B, "equal")], {A, B}),
        ([step(A, B, "equal"), step(C, B, "equal")], {B}),
        ([step(A, B, "equal"), step(A, C, "right")], {C}),
        ([], set()),
    ],
)
def test_the_champion_survives(steps: list[Step], champions: set[UUID]) -> None:
    assert standing_after(steps, shown_ids=[A, B, C]).champions == champions


@pytest.mark.parametrize(
    ("steps", "code"),
    [
        ([step(A, A, "left")], "comparison_of_one"),
        ([step(A, STRANGER, "left")], "candidate_of_another_task"),
        ([step(A, B, "left"), step(B, C, "left")], "comparisons_broken"),  # B had lost
        ([step(A, B, "left"), step(A, B, "left")], "comparisons_broken"),  # nobody new
        ([step(A, B, "left"), step(C, D, "left")], "comparisons_broken"),  # the champion is missing
        ([step(A, B, "equal"), step(C, A, "equal"), step(B, D, "left")], "comparisons_broken"),  # A stayed, not B
    ],
)
def test_a_chain_that_does_not_hang_together_is_refused(steps: list[Step], code: str) -> None:
    with pytest.raises(BrokenAnswerError) as caught:
        standing_after(steps, shown_ids=[A, B, C, D])
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("winner", "rating", "steps", "code"),
    [
        (None, 0.5, [step(A, B, "left")], "winner_missing"),
        (STRANGER, 0.5, [step(A, B, "left")], "candidate_of_another_task"),
        (A, None, [step(A, B, "left")], "rating_missing"),
        (B, 0.5, [step(A, B, "left")], "winner_beaten"),
        (A, 0.5, [], "comparisons_incomplete"),
    ],
)
def test_a_wrong_winner_is_refused(winner: UUID | None, rating: float | None, steps: list[Step], code: str) -> None:
    with pytest.raises(BrokenAnswerError) as caught:
        check_winner(winner, rating, steps, shown_ids=[A, B])
    assert caught.value.code == code


def test_after_an_opening_tie_either_may_win() -> None:
    for winner in (A, B):
        check_winner(winner, 0.5, [step(A, B, "equal")], shown_ids=[A, B])


@pytest.mark.parametrize(
    ("steps", "winners"),
    [
        ([step(A, B, "both_bad")], set()),  # C and D have not met
        ([step(A, B, "both_bad"), step(C, D, "left")], {C}),
        ([step(A, B, "left"), step(A, C, "both_bad")], {D}),  # the last one stands without a fight
        ([step(A, B, "equal"), step(A, C, "both_bad")], {D}),
        ([step(A, B, "left"), step(A, C, "left"), step(D, A, "both_bad")], set()),  # nobody is left
        ([step(A, B, "both_bad"), step(C, D, "both_bad")], set()),
    ],
)
def test_after_both_were_refused_the_next_two_meet(steps: list[Step], winners: set[UUID]) -> None:
    assert standing_after(steps, shown_ids=[A, B, C, D]).possible_winners == winners


@pytest.mark.parametrize(
    "steps",
    [
        [step(A, B, "both_bad"), step(A, C, "left")],  # A was refused
        [step(A, B, "both_bad"), step(C, B, "left")],
        [step(A, B, "left"), step(A, C, "both_bad"), step(D, C, "left")],
        [step(A, B, "left"), step(C, D, "both_bad")],  # A stands and is not in it
    ],
)
def test_who_was_refused_does_not_come_back(steps: list[Step]) -> None:
    with pytest.raises(BrokenAnswerError) as caught:
        standing_after(steps, shown_ids=[A, B, C, D])
    assert caught.value.code == "comparisons_broken"


@pytest.mark.parametrize(
    ("ranks", "winner", "code"),
    [
        ([[A], []], A, "rank_empty"),
        ([[A], [A]], A, "ranked_twice"),
        ([[A, STRANGER]], A, "candidate_of_another_task"),
        ([[B], [A]], A, "winner_beaten"),
        ([], A, "winner_beaten"),
    ],
)
def test_a_ranking_that_cannot_be_is_refused(ranks: list[list[UUID]], winner: UUID, code: str) -> None:
    with pytest.raises(BrokenAnswerError) as caught:
        check_ranking(ranks, winner_id=winner, shown_ids=[A, B, C])
    assert caught.value.code == code


def test_a_ranking_says_its_neighbours_and_nothing_of_who_was_dropped() -> None:
    said = [(one.left_id, one.verdict, one.right_id) for one in steps_of_ranking([[A], [B, C]])]
    assert said == [(A, "left", B), (A, "left", C), (B, "equal", C)]
    assert steps_of_ranking([[A]]) == steps_of_ranking([]) == []


@unhurried
@given(st.permutations(range(7)), st.lists(st.integers(min_value=1, max_value=3), min_size=1, max_size=7))
def test_a_ranking_tells_every_two_of_different_groups_apart(order: list[int], sizes: list[int]) -> None:
    waiting, ranks = [UUID(int=number) for number in order], []
    for size in sizes:
        if waiting:
            ranks.append(waiting[:size])
            waiting = waiting[size:]
    rank_of = {candidate: number for number, group in enumerate(ranks) for candidate in group}
    said = relations(steps_of_ranking(ranks))
    for one, other in combinations(sorted(rank_of), 2):
        if rank_of[one] != rank_of[other]:
            assert said[one, other] == ("better" if rank_of[one] < rank_of[other] else "worse")
        else:
            assert said.get((one, other), "equal") == "equal"
    assert not {pair for pair in said if set(pair) & set(waiting)}


@unhurried
@given(data=st.data(), n=st.integers(min_value=2, max_value=9))
def test_every_honest_chain_with_refusals_ends_with_a_winner_or_with_nobody(data: st.DataObject, n: int) -> None:
    waiting = [UUID(int=number) for number in range(n)]
    champion: UUID | None = waiting.pop(0)
    steps: list[Step] = []
    while waiting:
        if champion is None:
            champion = waiting.pop(0)
            continue
        newcomer = waiting.pop(0)
        verdict = data.draw(st.sampled_from(["left", "right", "both_bad"]))
        steps.append(step(champion, newcomer, verdict))
        champion = {"left": champion, "right": newcomer, "both_bad": None}[verdict]
    ids = [UUID(int=number) for number in range(n)]
    if champion is None:
        check_none_acceptable(None, None, steps, shown_ids=ids)
        assert standing_after(steps, shown_ids=ids).possible_winners == frozenset()
    else:
        check_winner(champion, 0.5, steps, shown_ids=ids)


@pytest.mark.parametrize(
    ("steps", "verdict"),
    [
        ([step(A, B, "left")], "right"),
        ([step(B, A, "right")], "right"),
        ([step(A, B, "right")], "wrong"),
        ([step(A, B, "equal")], "wrong"),
        ([step(A, B, "both_bad")], "undecided"),
        ([step(C, A, "left"), step(C, B, "left")], "undecided"),  # C beat both
        ([step(A, C, "left"), step(B, C, "right"), step(C, B, "left")], "right"),  # through C
    ],
)
def test_a_gold_pair_is_judged_by_what_the_answer_says_of_the_two(steps: list[Step], verdict: str) -> None:
    assert judge(Expected(better_id=A, worse_id=B), steps) == verdict


def test_none_acceptable_may_stop_early_but_names_no_winner() -> None:
    check_none_acceptable(None, None, [step(A, B, "left")], shown_ids=[A, B, C])
    with pytest.raises(BrokenAnswerError):
        check_none_acceptable(A, None, [], shown_ids=[A, B, C])
    with pytest.raises(BrokenAnswerError):
        check_none_acceptable(None, 0.1, [], shown_ids=[A, B, C])


@pytest.mark.parametrize(
    ("rejected", "code"),
    [([B, B], "rejected_twice"), ([STRANGER], "candidate_of_another_task"), ([A], "winner_rejected")],
)
def test_rejections_are_of_losers_of_this_task(rejected: list[UUID], code: str) -> None:
    with pytest.raises(BrokenAnswerError) as caught:
        check_rejections(rejected, winner_id=A, shown_ids=[A, B, C])
    assert caught.value.code == code


@unhurried
@given(verdicts=st.lists(st.sampled_from(["left", "equal", "right"]), min_size=1, max_size=9), data=st.data())
def test_every_honest_chain_is_accepted(verdicts: list[str], data: st.DataObject) -> None:
    ids = [UUID(int=number) for number in range(len(verdicts) + 1)]
    champion, steps = ids[0], []
    for newcomer, verdict in zip(ids[1:], verdicts, strict=True):
        is_left = data.draw(st.booleans())
        left, right = (champion, newcomer) if is_left else (newcomer, champion)
        steps.append(step(left, right, verdict))
        if verdict != "equal":
            champion = left if verdict == "left" else right
    check_winner(champion, 1.0, steps, shown_ids=ids)


def test_a_streak_may_end_yesterday_but_not_before() -> None:
    today = date(2026, 3, 10)
    assert streak_length({today, today - timedelta(days=1)}, today=today) == 2
    assert streak_length({today - timedelta(days=1)}, today=today) == 1
    assert streak_length({today - timedelta(days=2)}, today=today) == 0
