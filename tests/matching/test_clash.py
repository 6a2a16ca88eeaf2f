"""The rules that clash: as few as can be, by trying every set of them."""

from functools import reduce
from itertools import combinations

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from projects.matching import Clash, Instance, Project, Rule, Student, broken, solve
from projects.matching.clash import Demands, without
from tests.matching.small import all_seatings, made


def possible(instance: Instance, kept: tuple[Rule, ...], every: list[Rule]) -> bool:
    """Whether some seating holds with only these of the rules; who was locked anywhere stays eligible there."""
    eased = reduce(without, [rule for rule in every if rule not in kept], instance)
    return any(True for _seats in all_seatings(instance, eased))


@settings(max_examples=150)
@given(st.integers(0, 2**32))
def test_a_clash_is_the_smallest_and_every_rule_of_it_is_needed(seed):
    instance = made(seed, students=4, projects=2, demands=0.8)
    answer = solve(instance)
    assume(isinstance(answer, Clash))
    every = Demands(instance).rules
    assert answer.smallest and not possible(instance, answer.rules, every)
    for size in range(len(answer.rules)):
        for kept in combinations(every, size):
            assert possible(instance, kept, every), (kept, answer.rules)
    for rule, proposal in answer.relaxed:
        eased = without(instance, rule)
        seatings = any(True for _seats in all_seatings(eased))
        assert (proposal is not None) == seatings
        assert proposal is None or broken(eased, proposal.seats) == []


def test_a_lock_that_is_forbidden_names_both():
    student = Student(1, 4, "Media", ranking=(("p",),))
    pair = frozenset({(1, "p")})
    answer = solve(Instance((student,), (Project("p", 0, 3),), locked=pair, forbidden=pair))
    assert {rule.kind for rule in answer.rules} == {"locked", "forbidden"}
    assert [proposal.seats for rule, proposal in answer.relaxed if rule.kind == "forbidden"] == [{1: "p"}]


def test_a_project_that_must_run_with_too_few_says_how_many_there_are():
    student = Student(1, 4, "Media", ranking=(("p",),))
    answer = solve(Instance((student,), (Project("p", 3, 5, must_run=True),)))
    assert {(rule.kind, rule.limit, rule.found) for rule in answer.rules} == {
        ("must_run", None, None),
        ("minimum", 3, 1),
    }


def test_many_clashes_apart_give_the_smallest():
    """Twelve projects with a clash of four each, and one with a clash of two."""
    students = tuple(Student(n, 4, "Media", ranking=((f"p{n // 2:02}",),)) for n in range(26))
    projects = (*(Project(f"p{n:02}", 0, 1) for n in range(12)), Project("p12", 3, 3, must_run=True))
    locked = frozenset((student.id, student.ranking[0][0]) for student in students[:24])
    answer = solve(Instance(students, projects, locked=locked))
    assert answer.smallest and {(rule.kind, rule.project) for rule in answer.rules} == {
        ("must_run", "p12"),
        ("minimum", "p12"),
    }
    assert [proposal for _rule, proposal in answer.relaxed] == [None, None]
