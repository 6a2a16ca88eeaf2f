"""A matching round as the solver sees it, and what its pages show. Reads only."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    BigIntegerField,
    CharField,
    Count,
    Exists,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Value,
)  # fmt: skip
from django.db.models.functions import Cast, JSONObject

from challenges.models import GoalLink
from modules.models import Enrolment, Module
from oil_portal.core.prepared import prepared
from projects import matching
from projects.fitting import tastes_of
from projects.models import (
    Achievement,
    Application,
    CoachLimit,
    Favourite,
    LabPlaces,
    MatchingRound,
    Pair,
    Participant,
    Preference,
    RoundProject,
    SeatRule,
)
from projects.workflow import ApplicationStatus, ProjectStatus

LOADS = {"both": frozenset({1, 2}), "full": frozenset({2}), "half": frozenset({1})}


def entries_of(round_: MatchingRound) -> list[RoundProject]:
    """The projects of a round that can still get a team, with what the rules ask of them; one query.

    Each has the ids of its `for_modules`, and `favours`: who is liked how much.
    """
    entries = _entries(round_.pk)
    for entry in entries:
        entry.round, entry.project.goal_ids = round_, entry.goal_ids
    return entries


@prepared
def _entries(round_: int) -> QuerySet[RoundProject]:
    found = RoundProject.objects.filter(round=round_, project__status=ProjectStatus.OPEN).select_related(
        "project__assignment__challenge__partner", "project__lab", "project__run__module__school", "project__coach"
    )
    links = GoalLink.objects.filter(assignment=OuterRef("project__assignment")).order_by("position", "pk")
    modules = RoundProject.modules.through.objects.filter(roundproject=OuterRef("pk"))
    favours = Favourite.objects.filter(entry=OuterRef("pk")).order_by("pk")
    return found.annotate(
        goal_ids=ArraySubquery(links.values("goal")), for_modules=ArraySubquery(modules.values("module")),
        favours=ArraySubquery(favours.values(one=JSONObject(student="student", points="points"))),
    )  # fmt: skip


def participants_of(round_: MatchingRound) -> list[Participant]:
    """Who takes part and has not dropped out, nor begun in a team that this round gave; one query.

    Each has `wishes` (project and rank), `open_goals`, and `follows`: the modules of this round, each with its lab.
    """
    people = _participants(round_.pk)
    for each in people:
        each.round = round_
    return people


@prepared
def _participants(round_: int) -> QuerySet[Participant]:
    given = Application.objects.filter(matching_round=round_, status=ApplicationStatus.PLACED)
    begun = given.exclude(project__status=ProjectStatus.OPEN).values("student")
    found = Participant.objects.filter(round=round_, left_at=None).exclude(student__in=begun)
    wishes = Preference.objects.filter(participant=OuterRef("pk")).order_by("rank", "pk")
    follows = Enrolment.objects.filter(student=OuterRef("student"), run__rounds=round_).order_by("pk")
    return found.select_related("student", "run__module").annotate(
        wishes=ArraySubquery(wishes.values(one=JSONObject(project="project", rank="rank"))),
        follows=ArraySubquery(follows.values(one=JSONObject(module="run__module", lab="run__module__lab"))),
        open_goals=ArraySubquery(_open_goals()),
    )  # fmt: skip


def _open_goals() -> QuerySet:
    """The goals of the modules of an outer row's `student` that the student has not achieved."""
    taken = Module.goals.through.objects.filter(module__runs__enrolments__student=OuterRef("student"))
    reached = Achievement.objects.filter(
        student=OuterRef(OuterRef("student")), goal=OuterRef("learninggoal"), achieved=True
    )
    return taken.filter(~Exists(reached)).values("learninggoal")


def open_goals(students: Iterable[int]) -> dict[int, frozenset[int]]:
    """{student: goals of their modules that they have not achieved}, in one query however many students."""
    return {student: frozenset(taste.reader.open) for student, taste in tastes_of(list(students)).items()}


def instance_of(round_: MatchingRound, entries: list[RoundProject] | None = None) -> matching.Instance:
    """The round for the solver; students and projects by their primary keys. Raises matching.BadInstance.

    `entries`, where somebody read them already, are those of `entries_of`.
    """
    entries, people = entries_of(round_) if entries is None else entries, participants_of(round_)
    projects, known = {entry.project_id for entry in entries}, {each.student_id for each in people}
    rules = _rules(round_)
    pairs = [
        (kind, (student, project))
        for student, kind, project, _none in rules["pair"]
        if student in known and project in projects
    ]
    return matching.Instance(
        students=tuple(_student(each, projects) for each in people),
        projects=tuple(_project(entry, rules["seat"], known) for entry in entries),
        friends=tuple(_friends(people)),
        coach_limits={coach: most for coach, _word, most, _none in rules["coach"]},
        lab_places={(lab, block or None): places for lab, block, places, _none in rules["lab"]},
        locked=frozenset(pair for kind, pair in pairs if kind == Pair.Kind.LOCKED),
        forbidden=frozenset(pair for kind, pair in pairs if kind == Pair.Kind.FORBIDDEN),
        settings=matching.Settings(
            harm=round_.harm, favourite_weight=round_.favourite_weight, unranked=round_.unranked
        ),
    )


def _rules(round_: MatchingRound) -> dict[str, list[tuple]]:
    """{kind: rows}: all rules of a round, in one query. A row is what it is about, a word, and two numbers."""
    found = {kind: [] for kind in ("seat", "coach", "lab", "pair")}
    for kind, *row in _all_rules(round_.pk):
        found[kind].append(tuple(row))
    return found


@prepared
def _all_rules(round_: int) -> QuerySet:
    none, no_word = Cast(Value(None), IntegerField()), Cast(Value(""), CharField())
    number = lambda name: Cast(name, IntegerField())
    asked = [
        ("seat", SeatRule, "entry", "tag", number("minimum"), number("maximum")),
        ("coach", CoachLimit, "coach", no_word, number("most"), none),
        ("lab", LabPlaces, "lab", "block", number("places"), none),
        ("pair", Pair, "student", "kind", number("project"), none),
    ]
    first, *rest = (
        rules.objects.filter(round=round_).order_by().values_list(Value(kind), Cast(about, BigIntegerField()), *more)
        for kind, rules, about, *more in asked
    )
    return first.union(*rest, all=True)


def _student(each: Participant, projects: set[int]) -> matching.Student:
    module = each.run.module
    own = {(one["module"], one["lab"]) for one in each.follows} | {(module.pk, module.lab_id)}
    tags = {f"module:{pk}" for pk, _lab in own} | {f"lab:{lab}" for _pk, lab in own if lab}
    return matching.Student(
        id=each.student_id,
        level=module.level,
        programme=str(module),
        ranking=ranking_of(each, projects),
        goals=frozenset(each.open_goals),
        tags=frozenset(tags | {f"level:{module.level}"}),
        load=each.load,
        modules=frozenset(pk for pk, _lab in own),
    )


def ranking_of(participant: Participant, projects: set[int]) -> tuple[tuple[int, ...], ...]:
    """Tie groups of project ids, best first, of those that are still in the round; expects the `wishes`."""
    groups: dict[int, list[int]] = defaultdict(list)
    for wish in participant.wishes:
        if wish["project"] in projects:
            groups[wish["rank"]].append(wish["project"])
    return tuple(tuple(sorted(group)) for _rank, group in sorted(groups.items()))


def _friends(people: list[Participant]) -> list[frozenset[int]]:
    groups: dict[int, set[int]] = defaultdict(set)
    for each in people:
        if each.group_id:
            groups[each.group_id].add(each.student_id)
    return [frozenset(group) for _pk, group in sorted(groups.items()) if len(group) > 1]


def _project(entry: RoundProject, seats: list[tuple], known: set[int]) -> matching.Project:
    project = entry.project
    rules = {tag: (least, most) for about, tag, least, most in seats if about is None}
    # A project's own rule goes before that of all.
    rules |= {tag: (least, most) for about, tag, least, most in seats if about == entry.pk}
    return matching.Project(
        id=project.pk,
        minimum=project.min_size,
        maximum=project.max_size,
        goals=frozenset(project.goal_ids),
        coach=project.coach_id,
        lab=project.lab_id,
        block=entry.block or None,
        levels=frozenset(entry.levels),
        modules=frozenset(entry.for_modules),
        loads=LOADS[entry.loads],
        seats=tuple(matching.Seats(tag, *bounds) for tag, bounds in sorted(rules.items())),
        favourites={one["student"]: one["points"] for one in entry.favours if one["student"] in known},
        must_run=entry.must_run,
    )


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
def turnout(round_: MatchingRound, entries: Iterable[RoundProject]) -> dict:
    """How many may take part, have ranked, and in how many projects, the `entries`, there are how many seats."""
    people = next(iter(_turnout(round_.pk)), {"total": 0, "ranked": 0, "grouped": 0})
    sizes = [entry.project.max_size for entry in entries]
    return people | {"projects": len(sizes), "seats": sum(sizes)}


@prepared
def _turnout(round_: int) -> QuerySet:
    taking_part = Participant.objects.filter(round=round_, left_at=None).order_by().values("round")
    return taking_part.annotate(
        total=Count("pk"), ranked=Count("pk", filter=~Q(ranked_at=None)), grouped=Count("pk", filter=~Q(group=None))
    ).values("total", "ranked", "grouped")


def demand(round_: MatchingRound) -> dict[int, dict[int, int]]:
    """{project: {rank: how many students}} of those who take part."""
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for project, rank, number in _demand(round_.pk):
        found[project][rank] = number
    return found


@prepared
def _demand(round_: int) -> QuerySet:
    rows = Preference.objects.filter(participant__round=round_, participant__left_at=None).order_by()
    return rows.values_list("project", "rank").annotate(number=Count("pk"))


def placements(round_: MatchingRound) -> dict[int, int]:
    """{student: project} as published and repaired since: the seats that the round gave."""
    rows = Application.objects.filter(matching_round=round_, status=ApplicationStatus.PLACED)
    return dict(rows.values_list("student", "project"))
