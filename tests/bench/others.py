"""Other ways to make the same round: what the solver is compared with."""

import time
from collections import defaultdict

import numpy as np

from projects.matching import Instance, choices
from projects.matching.goals import fit, harm, placed
from projects.matching.model import Model

Seats = dict


def by_arrival(instance: Instance, _seconds: float) -> Seats:
    """First come, first served; teams that stay too small close, and their students choose again after everyone."""
    wishes = {student: choices(instance, student)[::-1] for student in instance.student}
    teams, closed = defaultdict(list), set()
    waiting = list(instance.student)
    while waiting:
        for student in waiting:
            while wishes[student]:
                project = wishes[student].pop()
                if project not in closed and len(teams[project]) < instance.project[project].maximum:
                    teams[project].append(student)
                    break
        small = [project for project, team in teams.items() if 0 < len(team) < instance.project[project].least]
        closed.update(small)
        waiting = [student for project in small for student in teams.pop(project)]
    return {student: project for project, team in teams.items() for student in team}


def package_matching(instance: Instance, _seconds: float) -> Seats:
    """The PyPI package matching: student-project allocation, one supervisor per project; knows no minimum sizes."""
    from matching.games import StudentAllocation

    wishes = {student: wished for student in instance.student if (wished := choices(instance, student))}
    fans = defaultdict(list)
    for student, wished in wishes.items():
        for project in wished:
            fans[project].append(student)
    rooms = {project: instance.project[project].maximum for project in fans}
    game = StudentAllocation.create_from_dictionaries(
        {f"s{student}": [f"p{project}" for project in wished] for student, wished in wishes.items()},
        {f"c{project}": [f"s{student}" for student in students] for project, students in fans.items()},
        {f"p{project}": f"c{project}" for project in fans},
        {f"p{project}": room for project, room in rooms.items()},
        {f"c{project}": room for project, room in rooms.items()},
    )
    solved = game.solve(optimal="student")
    return {int(s.name[1:]): int(project.name[1:]) for project, students in solved.items() for s in students}


def scipy_milp(instance: Instance, seconds: float) -> Seats:
    """scipy.optimize.milp (HiGHS inside) with the same rows; each goal holds the earlier ones with a cut-off row."""
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array

    until, model = time.monotonic() + seconds, Model(instance)
    rows, seats = list(model.program.rows), {}
    count = len(model.program.upper)
    matrix = [
        (n, column, value) for n, r in enumerate(rows) for column, value in zip(r.columns, r.coefficients, strict=True)
    ]
    at, column, value = map(np.array, zip(*matrix, strict=True))
    held = LinearConstraint(
        csr_array((value, (at, column)), (len(rows), count)), [r.lower for r in rows], [r.upper for r in rows]
    )
    held = [held]
    for goal in (placed(), *harm(instance), fit(instance)):
        costs = model.costs(goal)
        found = milp(costs, integrality=np.ones(count), bounds=Bounds(0, 1), constraints=held,
                     options={"time_limit": max(1.0, until - time.monotonic()), "mip_rel_gap": 0})  # fmt: skip
        if found.x is None:
            break
        seats = model.seats(found.x)
        held.append(LinearConstraint(csr_array(costs[None, :]), -np.inf, round(found.fun)))
    return seats
