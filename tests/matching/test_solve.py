"""The solver against every possible seating of thousands of small rounds."""

from hypothesis import given, settings
from hypothesis import strategies as st

from projects.matching import Clash, broken, solve
from tests.matching.small import all_seatings, holds, made, score

seeds = st.integers(0, 2**32)


@settings(max_examples=2000)
@given(seeds)
def test_no_seating_is_better_and_no_rule_is_broken(seed):
    instance = made(seed)
    answer = solve(instance)
    right = [score(instance, seats) for seats in all_seatings(instance)]
    if isinstance(answer, Clash):
        assert not right
        return
    assert holds(instance, answer.seats)
    assert broken(instance, answer.seats) == []
    assert score(instance, answer.seats) == min(right)
    assert answer.proven
