"""A matching round as the solver sees it, and what its pages show. Reads only."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from django.db.models import Count, Q

from modules.models import Enrolment, LearningGoal
from projects import matching
from projects.models import Achievement, Application, MatchingRound, Pair, Participant, Preference, RoundProject
from projects.workflow import ApplicationStatus, ProjectStatus

LOADS = {"both": frozenset({1, 2}), "full": frozenset({2}), "half": frozenset({1})}


def entries_of(round_: MatchingRound) -> list[RoundProject]:
    """The projects of a round that can still get a team, with what the rules ask of them."""
    found = round_.entries.filter(project__status=ProjectStatus.OPEN).select_related(
        "project__assignment__challenge__partner", "project__lab", "project__run__module__school", "project__coach"
    )
    return list(found.prefetch_related("modules", "seat_rules", "favourites", "project__assignment__links"))


def participants_of(round_: MatchingRound) -> list[Participant]:
    """Who takes part and has not dropped out, nor begun in a team that this round gave."""
    given = Application.objects.filter(matching_round=round_, status=ApplicationStatus.PLACED)
    begun = given.exclude(project__status=ProjectStatus.OPEN).values("student")
    found = round_.participants.filter(left_at=None).exclude(student__in=begun).select_related("student", "run__module")
    return list(found.prefetch_related("preferences"))


def open_goals(students: Iterable[int]) -> dict[int, frozenset[int]]:
    """{student: goals of their modules that they have not achieved}, in two queries however many students."""
    students, found = list(students), defaultdict(set)
    taken = LearningGoal.objects.filter(modules__runs__enrolments__student__in=students).order_by()
    for student, goal in taken.values_list("modules__runs__enrolments__student", "pk"):
        found[student].add(goal)
    for student, goal in Achievement.objects.filter(student__in=students, achieved=True).values_list("student", "goal"):
        found[student].discard(goal)
    return {student: frozenset(found[student]) for student in students}


def instance_of(round_: MatchingRound, entries: list[RoundProject] | None = None) -> matching.Instance:
    """The round for the solver; students and projects by their primary keys. Raises matching.BadInstance.

    `entries`, where somebody read them already, are those of `entries_of`.
    """
    entries, people = entries_of(round_) if entries is None else entries, participants_of(round_)
    projects, known = {entry.project_id for entry in entries}, {each.student_id for each in people}
    pairs = [
        (pair.kind, (pair.student_id, pair.project_id))
        for pair in round_.pairs.all()
        if pair.student_id in known and pair.project_id in projects
    ]
    return matching.Instance(
        students=tuple(_students(round_, people, projects)),
        projects=tuple(_project(round_, entry, known) for entry in entries),
        friends=tuple(_friends(people)),
        coach_limits={limit.coach_id: limit.most for limit in round_.coach_limits.all()},
        lab_places={(each.lab_id, each.block or None): each.places for each in round_.lab_places.all()},
        locked=frozenset(pair for kind, pair in pairs if kind == Pair.Kind.LOCKED),
        forbidden=frozenset(pair for kind, pair in pairs if kind == Pair.Kind.FORBIDDEN),
        settings=matching.Settings(
            harm=round_.harm, favourite_weight=round_.favourite_weight, unranked=round_.unranked
        ),
    )


def _students(round_: MatchingRound, people: list[Participant], projects: set[int]) -> Iterable[matching.Student]:
    ids = [each.student_id for each in people]
    goals, modules = open_goals(ids), defaultdict(set)
    rows = Enrolment.objects.filter(student__in=ids, run__rounds=round_).values_list(
        "student", "run__module", "run__module__lab"
    )
    for student, module, lab in rows:
        modules[student].add((module, lab))
    for each in people:
        module = each.run.module
        own = modules[each.student_id] | {(module.pk, module.lab_id)}
        tags = {f"module:{pk}" for pk, _lab in own} | {f"lab:{lab}" for _pk, lab in own if lab}
        yield matching.Student(
            id=each.student_id,
            level=module.level,
            programme=str(module),
            ranking=ranking_of(each, projects),
            goals=goals[each.student_id],
            tags=frozenset(tags | {f"level:{module.level}"}),
            load=each.load,
            modules=frozenset(pk for pk, _lab in own),
        )


def ranking_of(participant: Participant, projects: set[int]) -> tuple[tuple[int, ...], ...]:
    """Tie groups of project ids, best first, of those that are still in the round; expects the preferences."""
    groups: dict[int, list[int]] = defaultdict(list)
    for preference in participant.preferences.all():
        if preference.project_id in projects:
            groups[preference.rank].append(preference.project_id)
    return tuple(tuple(sorted(group)) for _rank, group in sorted(groups.items()))


def _friends(people: list[Participant]) -> list[frozenset[int]]:
    groups: dict[int, set[int]] = defaultdict(set)
    for each in people:
        if each.group_id:
            groups[each.group_id].add(each.student_id)
    return [frozenset(group) for _pk, group in sorted(groups.items()) if len(group) > 1]


def _project(round_: MatchingRound, entry: RoundProject, known: set[int]) -> matching.Project:
    project, rules = entry.project, {rule.tag: rule for rule in common_rules(round_)}
    rules |= {rule.tag: rule for rule in entry.seat_rules.all()}  # a project's own rule goes before that of all
    return matching.Project(
        id=project.pk,
        minimum=project.min_size,
        maximum=project.max_size,
        goals=frozenset(link.goal_id for link in project.assignment.links.all()),
        coach=project.coach_id,
        lab=project.lab_id,
        block=entry.block or None,
        levels=frozenset(entry.levels),
        modules=frozenset(module.pk for module in entry.modules.all()),
        loads=LOADS[entry.loads],
        seats=tuple(matching.Seats(rule.tag, rule.minimum, rule.maximum) for _tag, rule in sorted(rules.items())),
        favourites={each.student_id: each.points for each in entry.favourites.all() if each.student_id in known},
        must_run=entry.must_run,
    )


def common_rules(round_: MatchingRound) -> list:
    """The seat rules that hold for every project; read once per round object."""
    if not hasattr(round_, "_common_rules"):
        round_._common_rules = list(round_.seat_rules.filter(entry=None))
    return round_._common_rules


def fingerprint(instance: matching.Instance) -> str:
    """The same for the same choices and rules: tells whether a proposal still answers what was asked.

    Locks are left out: a lock on what a proposal says changes nothing, and a broken one shows as a broken rule.
    """
    parts = [
        *(repr(replace(student, goals=frozenset(), tags=frozenset())) + repr(sorted(student.goals))
          + repr(sorted(student.tags)) for student in sorted(instance.students, key=lambda each: each.id)),
        *(repr((p.id, p.minimum, p.maximum, sorted(p.goals), p.coach, p.lab, p.block, sorted(p.levels),
                sorted(p.modules), sorted(p.loads), p.seats, sorted(p.favourites.items()), p.must_run))
          for p in sorted(instance.projects, key=lambda each: each.id)),
        repr(sorted(sorted(group) for group in instance.friends)),
        repr(sorted(instance.coach_limits.items())), repr(sorted(map(repr, instance.lab_places.items()))),
        repr(sorted(instance.forbidden)), repr(instance.settings),
    ]  # fmt: skip
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


# --- What the pages count ---------------------------------------------------------------------------------------
def turnout(round_: MatchingRound) -> dict:
    """How many may take part, have ranked, and in how many projects there are how many seats. Two queries."""
    people = round_.participants.filter(left_at=None).aggregate(
        total=Count("pk"), ranked=Count("pk", filter=~Q(ranked_at=None)), grouped=Count("pk", filter=~Q(group=None))
    )
    sizes = list(round_.entries.values_list("project__min_size", "project__max_size"))
    return people | {"projects": len(sizes), "seats": sum(most for _least, most in sizes)}


def demand(round_: MatchingRound) -> dict[int, dict[int, int]]:
    """{project: {rank: how many students}} of those who take part."""
    found: dict[int, dict[int, int]] = defaultdict(dict)
    rows = Preference.objects.filter(participant__round=round_, participant__left_at=None).order_by()
    for project, rank, number in rows.values_list("project", "rank").annotate(number=Count("pk")):
        found[project][rank] = number
    return found


def placements(round_: MatchingRound) -> dict[int, int]:
    """{student: project} as published and repaired since: the seats that the round gave."""
    rows = Application.objects.filter(matching_round=round_, status=ApplicationStatus.PLACED)
    return dict(rows.values_list("student", "project"))
