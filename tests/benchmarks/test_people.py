"""The counting of tasks in two hands finds them, and does not blame a lease that had ended."""

from uuid import UUID

from benchmarks.people import _handed_out_twice

FIRST, SECOND = UUID(int=1), UUID(int=2)


def test_a_second_lease_on_a_slot_counts_unless_the_first_had_ended() -> None:
    leases = {(7, FIRST, 100), (7, SECOND, 200), (8, FIRST, 100)}
    assert _handed_out_twice(leases, ended=set()) == 1
    assert _handed_out_twice(leases, ended={(7, FIRST)}) == 0
    assert _handed_out_twice(leases, ended={(8, FIRST)}) == 1


def test_one_lease_in_two_hands_counts_even_if_it_had_ended() -> None:
    leases = {(7, FIRST, 100), (7, FIRST, 200)}
    assert _handed_out_twice(leases, ended={(7, FIRST)}) == 1
