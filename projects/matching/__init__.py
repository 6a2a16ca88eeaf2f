"""The matching round, as a pure library: students, projects and rules in; a proposal, or the rules that clash, out.

How it works. `instance` holds the input and refuses what contradicts itself. `model` turns it into a program for HiGHS
(`program`), `search` takes that through the goals one by one, `clash` finds the smallest set of rules that cannot hold
together. `rules` judges any seating by counting, apart from the model.
"""

from projects.matching.answers import Clash, Progress, Proposal, Rule, Stage
from projects.matching.instance import BadInstance, Id, Instance, Project, Seats, Settings, Student, barriers, choices
from projects.matching.rules import broken
from projects.matching.solving import repair, solve

__all__ = [
    "BadInstance",
    "Clash",
    "Id",
    "Instance",
    "Progress",
    "Project",
    "Proposal",
    "Rule",
    "Seats",
    "Settings",
    "Stage",
    "Student",
    "barriers",
    "broken",
    "choices",
    "repair",
    "solve",
]
