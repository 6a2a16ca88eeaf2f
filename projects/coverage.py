"""Coverage both ways: which goals of a curriculum challenges work on, and which modules could take an assignment.

Reads only. A goal is covered when an assignment of a public challenge links it, planned when a project about it is open
or running, and achieved when students reached it (all three sides said so).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from challenges.models import Assignment, Challenge, GoalLink
from challenges.workflow import PUBLIC
from modules.models import Enrolment, LearningGoal, Module, ModuleRun
from oil_portal.core import clock
from oil_portal.core.kept import Reading, kept
from oil_portal.core.models import Numbers, OneOf
from oil_portal.core.prepared import Many, address, prepared
from projects.models import Achievement

COLUMNS = 12  # challenges drawn in the heat map; the numbers beside it count all
NEVER, COVERED, PLANNED, ACHIEVED = range(4)
BUSY = ("open", "running", "confirming")
MODULES = 8


class Goal(NamedTuple):
    """What is read of a goal; its names are those of LearningGoal."""

    pk: int
    title: str
    code: str
    programme: str


class Row(NamedTuple):
    """One goal: its state and totals over all challenges, and a cell per drawn challenge."""

    goal: Goal
    state: int
    challenges: int
    projects: int
    students: int
    cells: tuple[tuple[int, int], ...]  # (state, students who reached it there)
    url: str


class Column(NamedTuple):
    """A challenge that is drawn."""

    url: str
    title: str
    partner: str


@dataclass(frozen=True)
class Matrix:
    rows: tuple[Row, ...]
    columns: tuple[Column, ...]
    more: int  # challenges that are counted but not drawn
    counted: Reading  # when

    @property
    def never(self) -> int:
        return sum(row.state == NEVER for row in self.rows)


@dataclass(frozen=True)
class Counted:
    """Over all challenges: {goal: (challenges, projects)} and {goal: students}."""

    covered: dict[int, tuple[int, int]]
    students: dict[int, int]


def matrix(wanted: Iterable[tuple]) -> Matrix:
    """The coverage of goals (as Goal) in six queries, however many challenges there are. What is drawn is of now."""
    goals = [Goal(*each) for each in wanted]
    ids = Many(sorted(goal.pk for goal in goals))
    reading = count(tuple(ids))
    found: Counted = reading.value
    drawn = _drawn(ids)
    cells = _cells(ids, Many(pk for pk, *_words in drawn))
    rows = []
    for goal in goals:
        challenges, projects = found.covered.get(goal.pk, (0, 0))
        students = found.students.get(goal.pk, 0)
        state = ACHIEVED if students else PLANNED if projects else COVERED if challenges else NEVER
        own = tuple(cells.get((goal.pk, pk), (NEVER, 0)) for pk, *_words in drawn)
        rows.append(Row(goal, state, challenges, projects, students, own, address("modules:goal", goal.pk)))
    columns = tuple(Column(address("challenges:detail", pk), *words) for pk, *words in drawn)
    more = count_challenges(tuple(ids)).value - COLUMNS if len(drawn) == COLUMNS else 0
    return Matrix(tuple(rows), columns, max(more, 0), reading)


@kept(slow=0.1)
def count(goals: tuple[int, ...]) -> Counted:
    """What is linked, planned and reached of these goals anywhere; two queries."""
    covered = {goal: (asked, planned) for goal, asked, planned in _covered(Many(goals))}
    return Counted(covered, dict(_students(Many(goals))))


@prepared
def _covered(goals: Many) -> QuerySet:
    planned = Count("assignment__projects", filter=Q(assignment__projects__status__in=BUSY), distinct=True)
    asked = Count("assignment__challenge", distinct=True)
    return _links(goals).values_list("goal").annotate(asked=asked, planned=planned)


@prepared
def _students(goals: Many) -> QuerySet:
    return _reached(goals).values_list("goal").annotate(students=Count("student", distinct=True))


@kept(slow=0.1)
def count_challenges(goals: tuple[int, ...]) -> int:
    return _with_goals.count(Many(goals))


@prepared
def _with_goals(goals: Many) -> QuerySet:
    return _challenges(goals).order_by().values("pk")


@prepared
def _drawn(goals: Many) -> QuerySet:
    order = ("-created_at", "-pk")
    taken = _challenges(goals).filter(translator__isnull=False)  # past thousands that nobody took yet, in an index
    newest = Numbers(taken.order_by(*order).values("pk")[:COLUMNS])
    return Challenge.objects.filter(OneOf("pk", newest)).order_by(*order).values_list("pk", "title", "partner__name")


def _links(goals: Many) -> QuerySet[GoalLink]:
    return GoalLink.objects.filter(goal__among=goals, assignment__challenge__status__in=PUBLIC).order_by()


def _reached(goals: Many) -> QuerySet[Achievement]:
    return Achievement.objects.filter(goal__among=goals, achieved=True).order_by()


def _challenges(goals: Many) -> QuerySet[Challenge]:
    return Challenge.objects.public().filter(Exists(_links(goals).filter(assignment__challenge=OuterRef("pk"))))


def _cells(goals: Many, drawn: Many) -> dict[tuple[int, int], tuple[int, int]]:
    """(goal, challenge) -> (state, students) for the challenges that are drawn."""
    found: dict[tuple[int, int], tuple[int, int]] = {}
    for goal, challenge, busy in _linked_in(goals, drawn):
        found[goal, challenge] = (PLANNED if busy else COVERED, 0)
    for goal, challenge, students in _reached_in(goals, drawn):
        found[goal, challenge] = (ACHIEVED, students)
    return found


@prepared
def _linked_in(goals: Many, drawn: Many) -> QuerySet:
    shown = _links(goals).filter(assignment__challenge__among=drawn)
    busy = Count("assignment__projects", filter=Q(assignment__projects__status__in=BUSY))
    return shown.values_list("goal", "assignment__challenge").annotate(busy=busy)


@prepared
def _reached_in(goals: Many, drawn: Many) -> QuerySet:
    shown = _reached(goals).annotate(challenge=F("project__assignment__challenge")).filter(challenge__among=drawn)
    return shown.values_list("goal", "challenge").annotate(students=Count("student", distinct=True))


# --- The other way: which modules could take an assignment -------------------------------------------------------
@dataclass
class Fit:
    """A module that teaches goals of an assignment, its next runs, and how many students still have them open."""

    module: Module
    shared: int
    runs: list[tuple[ModuleRun, int]]


def modules_for(assignment: Assignment) -> tuple[list[Fit], Reading]:
    """At most MODULES modules, those that share most goals first, and when students were counted; three queries."""
    ids = Many(sorted(link.goal_id for link in assignment.links.all()))
    found = _teaching(ids)
    runs = _runs_to_come(Many(module.pk for module in found))
    waiting = open_students(tuple(run.pk for run in runs), tuple(ids))
    by_module: dict[int, list] = {}
    for run in runs:
        by_module.setdefault(run.module_id, []).append((run, waiting.value.get(run.pk, 0)))
    return [Fit(module, module.shared, by_module.get(module.pk, [])) for module in found], waiting


@prepared
def _teaching(goals: Many) -> QuerySet[Module]:
    shared = Count("goals", filter=Q(goals__pk__among=goals), distinct=True)
    found = Module.objects.filter(goals__pk__among=goals).select_related("school").annotate(shared=shared)
    return found.order_by("-shared", "title", "pk")[:MODULES]


@prepared
def _runs_to_come(modules: Many) -> QuerySet[ModuleRun]:
    return ModuleRun.objects.filter(module__among=modules, ends__gte=clock.today()).order_by("starts", "pk")


@kept(slow=0.03)
def open_students(runs: tuple[int, ...], ids: tuple[int, ...]) -> dict[int, int]:
    """Per run: the students for whom at least one of the goals that the module teaches is not achieved yet."""
    return dict(_open_students(Many(runs), Many(ids)))


@prepared
def _open_students(runs: Many, goals: Many) -> QuerySet:
    taught = LearningGoal.objects.filter(pk__among=goals, modules=OuterRef("run__module"))
    reached = Achievement.objects.filter(student=OuterRef(OuterRef("student")), goal=OuterRef("pk"), achieved=True)
    left = Enrolment.objects.filter(Exists(taught.filter(~Exists(reached))), run__among=runs).order_by()
    return left.values_list("run").annotate(Count("pk"))
