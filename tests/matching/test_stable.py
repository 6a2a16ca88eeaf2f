"""Deferred acceptance, and the pairs that block a seating."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from projects.matching import Clash, blocking_pairs, broken, solve, stable
from projects.matching.clash import first_seating
from projects.matching.stability import liking
from tests.bench.rounds import made_up
from tests.matching.small import eligible, made, position

seeds = st.integers(0, 2**32)


@settings(max_examples=500)
@given(seeds)
def test_nothing_blocks_where_no_rules_interfere(seed):
    instance = made(seed, students=9, projects=5, rules=False)
    answer = stable(instance)
    assert broken(instance, answer.seats) == []
    assert blocking_pairs(instance, answer.seats) == []


@settings(max_examples=300)
@given(seeds)
def test_with_every_rule_none_is_broken(seed):
    instance = made(seed, students=8, projects=4, demands=0.08)
    answer = stable(instance)
    if isinstance(answer, Clash):
        assert first_seating(instance) is None
    else:
        assert broken(instance, answer.seats) == []


@settings(max_examples=300)
@given(seeds)
@example(98619)  # a student who blocks with two projects, and likes the second best
def test_blocking_pairs_are_those_that_trying_each_finds(seed):
    instance = made(seed, demands=0.1)
    answer = solve(instance)
    if not isinstance(answer, Clash):
        # Of one student by preference; what trying finds comes by number.
        assert sorted(blocking_pairs(instance, answer.seats)) == list(_tried(instance, answer.seats))


def _tried(instance, seats):
    people, teams = {s.id: s for s in instance.students}, {p.id: p for p in instance.projects}
    for student, project in sorted((s, p) for s in people for p in teams):
        now = seats.get(student)
        place = position(people[student], project)
        better = now is None or place < position(people[student], now)
        if project not in seats.values() or not better or not eligible(instance, people[student], teams[project]):
            continue
        weaker = [s for s, p in seats.items() if p == project and _likes(instance, project, student, s)]
        swaps = [{**seats, student: project}]
        swaps += [{s: p for s, p in swaps[0].items() if s != leaver} for leaver in weaker]
        if any(broken(instance, swap) == [] for swap in swaps):
            yield student, project


def _likes(instance, project, one, other):
    return liking(instance, project, one) < liking(instance, project, other)


def test_a_large_round_is_stable():
    instance = made_up(400, 80, seed=3)
    answer = stable(instance)
    assert broken(instance, answer.seats) == [] and blocking_pairs(instance, answer.seats) == []
    assert len(blocking_pairs(instance, solve(instance).seats)) > 0
