"""Explanations, prices and figures: each number is what trying it gives."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projects.matching import (
    Clash,
    Instance,
    Project,
    Seats,
    Settings,
    Student,
    broken,
    explain,
    explain_project,
    figures,
    move_cost,
    seated,
    solve,
    what_if,
)
from tests.matching.small import all_seatings, made, same_pairs, score

seeds = st.integers(0, 2**32)


@settings(max_examples=200)
@given(seeds)
def test_what_if_is_the_best_with_the_pair_forced(seed):
    instance = made(seed, students=4, demands=0.1)
    answer = solve(instance)
    if isinstance(answer, Clash):
        return
    student, project = instance.students[0].id, instance.projects[-1].id
    asked = what_if(instance, answer, student, project)
    forced = replace(instance, locked=instance.locked | {(student, project)})
    right = list(all_seatings(forced))
    if asked.proposal is None:
        assert not right and asked.blocked
        return
    best = min(score(forced, seats) for seats in right)

    def moves(seats):
        return sum(seats.get(who) != where for who, where in answer.seats.items())

    assert score(forced, asked.proposal.seats) == best
    assert moves(asked.proposal.seats) == min(moves(seats) for seats in right if score(forced, seats) == best)
    assert asked.cost.placed == len(asked.proposal.seats) - len(answer.seats)
    assert {who for who, _from, _to in asked.moves} == {
        s.id for s in instance.students if answer.seats.get(s.id) != asked.proposal.seats.get(s.id)
    }


@settings(max_examples=200)
@given(seeds)
def test_every_student_and_project_is_explained(seed):
    instance = made(seed, students=7, projects=4, demands=0.1)
    answer = solve(instance)
    if isinstance(answer, Clash):
        return
    for student in instance.students:
        told = explain(instance, answer, student.id)
        here = answer.seats.get(student.id)
        better = [
            p for place, group in enumerate(student.ranking) for p in group if _above(instance, student, here, place)
        ]
        assert [reason.project for reason in told.reasons] == better
        assert all(
            not move_cost(instance, answer, student.id, p).breaks for p in told.room if len(_friends(instance)) == 0
        )
        for reason in told.reasons:
            assert (reason.cost is None) == (reason.code in ("not_eligible", "friends"))
            assert reason.code != "others" or not reason.cost.breaks
    for project in instance.projects:
        told = explain_project(instance, answer, project.id)
        assert (told.closed is None) == (project.id not in answer.closed)
        assert len(told.students) + told.room == project.maximum


def _above(instance, student, here, place) -> bool:
    return here is None or place < instance.position(student.id, here)


def _friends(instance):
    return [group for group in instance.groups if len(group) > 1]


@settings(max_examples=200)
@given(seeds)
def test_a_move_costs_what_the_figures_say(seed):
    instance = made(seed, demands=0.1)
    answer = solve(instance)
    if isinstance(answer, Clash):
        return
    before = figures(instance, answer)
    assert before.alike == same_pairs(instance, answer.seats)
    assert before.placed + before.unplaced == len(instance.students)
    for student in instance.students:
        for project in (*instance.project, None):
            cost = move_cost(instance, answer, student.id, project)
            moved = {s: p for s, p in {**answer.seats, student.id: project}.items() if p is not None}
            after = figures(instance, seated(instance, moved))
            changes = [getattr(after, name) - getattr(before, name) for name in ("placed", "harm", "favour", "fit")]
            assert changes == [cost.placed, cost.harm, cost.favour, cost.fit]
            assert list(cost.breaks) == broken(instance, moved)


ANN = Student("ann", 4, "Media", ranking=(("p",), ("q",)), goals=frozenset({1}))
BOB = Student("bob", 4, "Media", ranking=(("p",), ("q",)))
P, Q = Project("p", 1, 1, goals=frozenset({1}), coach="kim"), Project("q", 1, 2)


def reason_of(student: Student = BOB, other: Student = ANN, p: Project = P, **rules):
    instance = Instance((other, student), (p, Q), **rules)
    return explain(instance, solve(instance), student.id).reasons[0]


def test_why_a_student_did_not_get_a_project():
    full = reason_of()
    assert (full.code, full.people, full.rank, full.wished) == ("full", ("ann",), 1, 2)
    assert (full.cost.harm, full.cost.fit) == (-1, 0)
    level = reason_of(p=replace(P, levels=frozenset({3})))
    assert (level.code, level.barriers) == ("not_eligible", ("level",))
    friends = reason_of(friends=(frozenset({"ann", "bob"}),), forbidden=frozenset({("ann", "p")}))
    assert (friends.code, friends.people, friends.barriers) == ("friends", ("ann",), ("forbidden",))
    assert reason_of(locked=frozenset({("bob", "q")})).code == "full"
    assert reason_of(p=replace(P, maximum=3), locked=frozenset({("bob", "q")})).code == "locked"
    assert reason_of(p=replace(P, minimum=3, maximum=3)).code == "closed"
    assert reason_of(coach_limits={"kim": 0}).code == "coach"


def test_a_quota_keeps_a_student_out():
    quota = (Seats("media", 0, 1),)
    both = [replace(student, tags=frozenset({"media"})) for student in (ANN, BOB)]
    assert reason_of(both[1], both[0], replace(P, maximum=3, seats=quota)).code == "quota"


@pytest.mark.parametrize(
    ("project", "rules", "closed"),
    [
        (replace(P, minimum=3, maximum=3), {}, "too_few"),
        (replace(P, seats=(Seats("bio", 1),)), {}, "quota"),
        (P, {"coach_limits": {"kim": 0}}, "coach"),
        (replace(P, lab="lab"), {"lab_places": {("lab", None): 0}}, "lab"),
        (P, {"locked": frozenset({("ann", "q"), ("bob", "q")})}, "elsewhere"),
    ],
)
def test_why_a_project_is_closed(project, rules, closed):
    instance = Instance((ANN, BOB), (project, Q), **rules)
    told = explain_project(instance, solve(instance), "p")
    assert (told.closed, told.wishes, told.students) == (closed, {1: 2}, ())
    assert all(rule.found is not None for rule in told.rules)


def test_the_unplaced_see_where_there_is_room():
    late = Student("zoe", 4, "Media", ranking=(("p",),))
    instance = Instance((ANN, BOB, late), (P, Q), settings=Settings(unranked=True))
    told = explain(instance, seated(instance, {"ann": "p", "bob": "q"}), "zoe")
    assert (told.project, told.room) == (None, ("q",))


def test_what_if_says_which_rules_block():
    instance = Instance((ANN, BOB), (P, Q), locked=frozenset({("ann", "p")}))
    asked = what_if(instance, solve(instance), "bob", "p")
    assert asked.proposal is None
    assert {rule.kind for rule in asked.blocked} == {"locked", "maximum"}
    swapped = what_if(replace(instance, locked=frozenset()), solve(instance), "bob", "p")
    assert (swapped.cost.fit, swapped.moves) == (-1, (("ann", "p", "q"), ("bob", "q", "p")))
