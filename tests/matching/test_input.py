"""Input that contradicts itself is refused, with everything that is wrong at once."""

import subprocess
import sys
from dataclasses import replace

import pytest

from projects.matching import BadInstance, Instance, Project, Seats, Settings, Student

STUDENT, PROJECT = Student(1, 4, "Media", ranking=(("p",),)), Project("p", 1, 3)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"students": (STUDENT, STUDENT)}, ("duplicate_student", 1)),
        ({"projects": (PROJECT, PROJECT)}, ("duplicate_project", "p")),
        ({"students": (replace(STUDENT, ranking=(("q",),)),)}, ("unknown_ranked", (1, "q"))),
        ({"students": (replace(STUDENT, ranking=(("p",), ("p",))),)}, ("ranked_twice", (1, "p"))),
        ({"students": (replace(STUDENT, load=3),)}, ("load", 1)),
        ({"projects": (replace(PROJECT, minimum=4),)}, ("minimum_above_maximum", "p")),
        ({"projects": (replace(PROJECT, minimum=-1),)}, ("negative", "p")),
        ({"projects": (replace(PROJECT, seats=(Seats("bio", 2, 1),)),)}, ("minimum_above_maximum", ("p", "bio"))),
        ({"projects": (replace(PROJECT, seats=(Seats("bio", -1),)),)}, ("negative", ("p", "bio"))),
        ({"projects": (replace(PROJECT, favourites={1: 4}),)}, ("favourite", (1, "p"))),
        ({"friends": (frozenset({1, 2}),)}, ("unknown_friend", 2)),
        ({"locked": frozenset({(1, "q")})}, ("unknown_locked", (1, "q"))),
        ({"forbidden": frozenset({(2, "p")})}, ("unknown_forbidden", (2, "p"))),
        ({"coach_limits": {"ann": -1}}, ("negative", "ann")),
        ({"lab_places": {("lab", None): -1}}, ("negative", ("lab", None))),
        ({"settings": Settings(favourite_weight=101)}, ("favourite_weight", 101)),
        ({"settings": Settings(harm="cubic")}, ("harm", "cubic")),
        ({"settings": Settings(seconds=-1)}, ("negative", -1)),
    ],
)
def test_what_contradicts_itself_is_refused(changes, problem):
    with pytest.raises(BadInstance) as refused:
        Instance(**{"students": (STUDENT,), "projects": (PROJECT,), **changes})
    assert refused.value.problems == [problem]


def test_every_problem_is_told_at_once():
    with pytest.raises(BadInstance) as refused:
        Instance((STUDENT, STUDENT), (replace(PROJECT, minimum=9),), friends=(frozenset({8, 9}),))
    assert [code for code, _subject in refused.value.problems] == [
        "duplicate_student",
        "minimum_above_maximum",
        "unknown_friend",
        "unknown_friend",
    ]


def test_the_package_needs_no_django():
    code = "import sys, projects.matching; sys.exit(any(name.split('.')[0] == 'django' for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
