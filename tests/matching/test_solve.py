"""The solver against every possible seating of thousands of small rounds."""

import subprocess
import sys
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projects.matching import Clash, Instance, Project, Settings, Student, broken, repair, solve
from tests.bench.rounds import made_up
from tests.matching.small import all_seatings, eligible, holds, made, same_pairs, score

seeds = st.integers(0, 2**32)


def shuffled(instance: Instance, dice: Random) -> Instance:
    """The same round, told in another order."""
    return replace(
        instance,
        students=tuple(dice.sample(instance.students, len(instance.students))),
        projects=tuple(dice.sample(instance.projects, len(instance.projects))),
        friends=instance.friends[::-1],
        coach_limits=dict(reversed(instance.coach_limits.items())),
        lab_places=dict(reversed(instance.lab_places.items())),
    )


@settings(max_examples=600)
@given(seeds)
def test_no_seating_is_better_and_no_rule_is_broken(seed):
    instance = made(seed)
    answer = solve(instance)
    right = list(all_seatings(instance))
    if isinstance(answer, Clash):
        assert not right
        return
    assert holds(instance, answer.seats)
    assert broken(instance, answer.seats) == []
    best = min(score(instance, seats) for seats in right)
    assert score(instance, answer.seats) == best
    assert answer.proven
    mixing = answer.stages[-1]
    assert mixing.method == "exact" and mixing.value == same_pairs(instance, answer.seats)
    assert mixing.value == min(same_pairs(instance, seats) for seats in right if score(instance, seats) == best)


@settings(max_examples=300)
@given(seeds)
def test_broken_says_so_of_every_seating(seed):
    """Also of a seating that nobody proposed: the referee agrees with the counts of this test."""
    instance, dice = made(seed, demands=0.3), Random(seed)
    people, teams = {s.id: s for s in instance.students}, {p.id: p for p in instance.projects}
    for _try in range(10):
        seats = {s: p for s in people if (p := dice.choice([*teams, None])) is not None}
        sound = holds(instance, seats) and all(eligible(instance, people[s], teams[p]) for s, p in seats.items())
        assert (broken(instance, seats) == []) == sound


@settings(max_examples=80)
@given(seeds)
def test_the_same_round_in_any_order_gives_the_same_answer(seed):
    instance = made(seed, students=9, projects=5)
    first, again = solve(instance), solve(shuffled(instance, Random(seed)))
    if isinstance(first, Clash):
        assert again.rules == first.rules
    else:
        assert (again.seats, again.closed) == (first.seats, first.closed)


def test_a_large_round_in_another_order_gives_the_same_proposal():
    instance = made_up(300, 60, seed=5)
    first, again = solve(instance), solve(shuffled(instance, Random(1)))
    assert again.seats == first.seats and first.proven


def test_the_same_round_gives_the_same_answer_in_every_process():
    """Ids are strings here, whose order in a set differs per process."""
    code = (
        "from tests.matching.small import made; from projects.matching import solve, stable\n"
        "for number in range(60):\n"
        "    for answer in (solve(made(number, 9, 5)), stable(made(number, 9, 5))):\n"
        "        print(vars(answer).get('seats'), vars(answer).get('rules'))"
    )
    told = [
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    ]
    assert told[0] == told[1] != b""


@settings(max_examples=400)
@given(seeds)
def test_repair_moves_as_few_as_it_can(seed):
    instance = made(seed)
    dice = Random(seed)
    before = {s.id: dice.choice(instance.projects).id for s in instance.students if dice.random() < 0.7}
    answer = repair(instance, before)
    right = list(all_seatings(instance))
    if isinstance(answer, Clash):
        assert not right
        return

    def worth(seats):
        placed, *rest = score(instance, seats)
        return placed, sum(seats.get(student) != project for student, project in before.items()), *rest

    assert broken(instance, answer.seats) == []
    assert worth(answer.seats) == min(map(worth, right))
    assert worth(answer.seats)[1] == next(stage.value for stage in answer.stages if stage.name == "moved")


def test_an_empty_round_one_student_and_an_impossible_minimum():
    assert solve(Instance((), ())).seats == {}
    alone = Student("ann", 4, "Media", ranking=(("p",),))
    assert solve(Instance((alone,), (Project("p", 0, 1),))).seats == {"ann": "p"}
    too_large = solve(Instance((alone,), (Project("p", 2, 5),)))
    assert (too_large.seats, too_large.closed, too_large.proven) == ({}, ("p",), True)


def test_everyone_wants_the_same_project():
    students = tuple(Student(n, 4, "Media", ranking=((1,), (2,))) for n in range(8))
    answer = solve(Instance(students, (Project(1, 2, 4), Project(2, 2, 3))))
    assert sorted(answer.seats.values()) == [1] * 4 + [2] * 3


@pytest.mark.parametrize(("weight", "expected"), [(0, {1: "a", 2: "b"}), (100, {1: "a", 2: "b"})])
def test_a_favourite_of_three_at_full_weight_is_one_step(weight, expected):
    """Student 1 would be moved one step for it: that ties, and a second favourite decides."""
    students = (Student(1, 4, "Media", ranking=(("a",), ("b",))), Student(2, 4, "Media", ranking=(("b",), ("a",))))
    projects = (Project("a", 0, 1, favourites={2: 3}), Project("b", 0, 1, favourites={1: 2}))
    assert solve(Instance(students, projects, settings=Settings(favourite_weight=weight))).seats == expected
    eager = (projects[0], replace(projects[1], favourites={1: 3, 2: 0}))
    decided = replace(eager[0], favourites={2: 3, 1: 0}), replace(eager[1], goals=frozenset({7}))
    wanted = (replace(students[0], goals=frozenset({7})), students[1])
    tied = solve(Instance(wanted, decided, settings=Settings(favourite_weight=weight)))
    assert tied.seats == ({1: "b", 2: "a"} if weight else expected)


def test_no_seconds_left_still_gives_a_sound_proposal_with_honest_bounds():
    instance = made_up(200, 40, settings=Settings(seconds=0))
    answer, best = solve(instance), solve(replace(instance, settings=Settings()))
    assert broken(instance, answer.seats) == []
    assert not answer.proven and answer.stages[0].bound >= best.stages[0].value > answer.stages[0].value


def test_progress_is_told_and_may_stop_the_solve():
    seen = []
    solve(made_up(100, 20), progress=seen.append)
    assert [progress.stage for progress in seen] == ["placed", "harm", "fit"]
    with pytest.raises(InterruptedError):
        solve(made_up(100, 20), progress=_stop)


def _stop(_progress):
    raise InterruptedError


def test_two_hundred_rules_end_in_a_clear_answer():
    instance = made_up(300, 60, seed=2)
    locked = frozenset((student.id, student.ranking[0][0]) for student in instance.students[:100])
    forbidden = frozenset((student.id, student.ranking[1][0]) for student in instance.students[:100])
    answer = solve(replace(instance, locked=locked, forbidden=forbidden))
    project = dict(locked)
    assert isinstance(answer, Clash) and answer.smallest
    full = next(rule for rule in answer.rules if rule.kind == "maximum")
    assert all(project[rule.students[0]] == full.project for rule in answer.rules if rule.kind == "locked")
    assert len(answer.rules) == full.limit + 2
