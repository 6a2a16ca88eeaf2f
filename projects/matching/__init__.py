"""The matching round, as a pure library: students, projects and rules in; a proposal, or the rules that clash, out.

How it works. `instance` holds the input and refuses what contradicts itself. `model` turns it into a program for HiGHS
(`program`): a column per student (or group of friends) and project, and one per project for whether it runs. `search`
takes that through `goals` one by one; with the rows that `model.loose` adds where they are needed, its linear
relaxation is nearly always whole, so that even ten thousand students take seconds. `mixing` comes last. `clash` finds
the smallest set of rules that cannot hold together, `stability` is the other way to match, and `explain` and `figures`
say why and how well.

`rules` judges any seating by counting, apart from the model: the search takes no seating that it refuses.
"""

from projects.matching.answers import Clash, Progress, Proposal, Rule, Stage
from projects.matching.explain import (
    Explanation,
    ProjectExplanation,
    Reason,
    WhatIf,
    explain,
    explain_project,
    what_if,
)
from projects.matching.figures import Figures, MoveCost, figures, move_cost
from projects.matching.instance import BadInstance, Id, Instance, Project, Seats, Settings, Student, barriers, choices
from projects.matching.rules import broken
from projects.matching.solving import repair, seated, solve
from projects.matching.stability import blocking_pairs, stable

__all__ = [
    "BadInstance",
    "Clash",
    "Explanation",
    "Figures",
    "Id",
    "Instance",
    "MoveCost",
    "Progress",
    "Project",
    "ProjectExplanation",
    "Proposal",
    "Reason",
    "Rule",
    "Seats",
    "Settings",
    "Stage",
    "Student",
    "WhatIf",
    "barriers",
    "blocking_pairs",
    "broken",
    "choices",
    "explain",
    "explain_project",
    "figures",
    "move_cost",
    "repair",
    "seated",
    "solve",
    "stable",
    "what_if",
]
