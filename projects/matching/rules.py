"""Which rules a seating breaks. Counts by hand, apart from the solver's model: each checks the other."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from projects.matching.answers import Rule
from projects.matching.instance import FULL_LOAD, Id, Instance, Project, Student, barriers

Teams = dict[Id, list[Student]]


def broken(instance: Instance, seats: Mapping[Id, Id]) -> list[Rule]:
    """Every rule that this seating (student to project) breaks, with what was found; empty when it may be published."""
    known = {s: p for s, p in seats.items() if s in instance.student and p in instance.project}
    teams: Teams = defaultdict(list)
    for student, project in sorted(known.items()):
        teams[project].append(instance.student[student])
    rules = [Rule("unknown", project=p, students=(s,)) for s, p in sorted(seats.items(), key=str) if s not in known]
    rules += [
        Rule(code, project=p, students=(s,)) for s, p in sorted(known.items()) for code in barriers(instance, s, p)
    ]
    for project in instance.project.values():
        rules += team_breaks(project, teams.get(project.id, []))
    return [*rules, *_of_pairs(instance, known), *shared_breaks(instance, teams)]


def team_breaks(project: Project, team: list[Student]) -> Iterator[Rule]:
    """The rules of the project alone that this team breaks."""
    size = len(team)
    if project.must_run and not size:
        yield Rule("must_run", project=project.id)
    if 0 < size < project.least:
        yield Rule("minimum", project=project.id, limit=project.least, found=size)
    if size > project.maximum:
        yield Rule("maximum", project=project.id, limit=project.maximum, found=size)
    for seats in project.seats if team else ():
        count = sum(seats.tag in student.tags for student in team)
        if count < seats.minimum:
            yield Rule("seats_minimum", project=project.id, tag=seats.tag, limit=seats.minimum, found=count)
        if seats.maximum is not None and count > seats.maximum:
            yield Rule("seats_maximum", project=project.id, tag=seats.tag, limit=seats.maximum, found=count)


def _of_pairs(instance: Instance, seats: Mapping[Id, Id]) -> Iterator[Rule]:
    for student, project in sorted(instance.locked):
        if seats.get(student) != project:
            yield Rule("locked", project=project, students=(student,))
    for group in instance.groups:
        if len({seats.get(student) for student in group}) > 1:
            yield Rule("friends", students=group)


def shared_breaks(instance: Instance, teams: Teams) -> Iterator[Rule]:
    """The rules over several projects that these teams break."""
    yield from _of_coaches(instance, teams)
    yield from _of_labs(instance, teams)


def _of_coaches(instance: Instance, teams: Teams) -> Iterator[Rule]:
    running = Counter(instance.project[project].coach for project, team in teams.items() if team)
    for coach, limit in instance.coach_limits.items():
        if running[coach] > limit:
            yield Rule("coach", coach=coach, limit=limit, found=running[coach])


def _of_labs(instance: Instance, teams: Teams) -> Iterator[Rule]:
    load: Counter = Counter()
    for project, team in teams.items():
        what = instance.project[project]
        load[what.lab, what.block] += sum(student.load for student in team)
    for (lab, block), places in instance.lab_places.items():
        if load[lab, block] > FULL_LOAD * places:
            yield Rule("lab", lab=lab, block=block, limit=places, found=load[lab, block] / FULL_LOAD)
