"""Coverage both ways: which goals of a curriculum challenges work on, and which modules could take an assignment.

Reads only. A goal is covered when an assignment of a public challenge links it, planned when a project about it is open
or running, and achieved when students reached it (all three sides said so).
"""

from dataclasses import dataclass, field

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from challenges.models import Assignment, Challenge, GoalLink
from challenges.workflow import PUBLIC
from modules.models import Enrolment, LearningGoal, Module, ModuleRun
from oil_portal.core import clock
from oil_portal.core.kept import Reading, kept
from oil_portal.core.prepared import Many, prepared
from projects.models import Achievement

COLUMNS = 12  # challenges drawn in the heat map; the numbers beside it count all
NEVER, COVERED, PLANNED, ACHIEVED = range(4)
BUSY = ("open", "running", "confirming")
MODULES = 8


@dataclass
class Row:
    """One goal: its state and totals over all challenges, and a cell per drawn challenge."""

    goal: LearningGoal
    challenges: int = 0
    projects: int = 0
    students: int = 0
    cells: list[tuple[int, int]] = field(default_factory=list)  # (state, students who reached it there)

    @property
    def state(self) -> int:
        if self.students:
            return ACHIEVED
        return PLANNED if self.projects else COVERED if self.challenges else NEVER


@dataclass
class Matrix:
    rows: list[Row]
    columns: list[Challenge]
    more: int  # challenges that are counted but not drawn
    counted: Reading  # when

    def number(self, state: int) -> int:
        return sum(row.state == state for row in self.rows)

    @property
    def never(self) -> int:
        return self.number(NEVER)


@dataclass(frozen=True)
class Counted:
    """Over all challenges: {goal: (challenges, projects)} and {goal: students}."""

    covered: dict[int, tuple[int, int]]
    students: dict[int, int]


def matrix(goals: QuerySet[LearningGoal]) -> Matrix:
    """The coverage of `goals` in six queries, however many challenges there are. What is drawn is of now."""
    wanted = list(goals.select_related("programme"))
    ids = tuple(sorted(goal.pk for goal in wanted))
    reading = count(ids)
    found: Counted = reading.value
    links, reached = _links(ids), _reached(ids)
    drawn = list(_challenges(links).select_related("partner").order_by("-created_at", "-pk")[:COLUMNS])
    cells = _cells(links, reached, drawn)
    rows = [
        Row(goal, *found.covered.get(goal.pk, (0, 0)), found.students.get(goal.pk, 0),
            [cells.get((goal.pk, challenge.pk), (NEVER, 0)) for challenge in drawn])
        for goal in wanted
    ]  # fmt: skip
    more = count_challenges(ids).value - COLUMNS if len(drawn) == COLUMNS else 0
    return Matrix(rows, drawn, max(more, 0), reading)


@kept(slow=0.1)
def count(goals: tuple[int, ...]) -> Counted:
    """What is linked, planned and reached of these goals anywhere; two queries."""
    links = _links(goals)
    planned = Count("assignment__projects", filter=Q(assignment__projects__status__in=BUSY), distinct=True)
    asked = Count("assignment__challenge", distinct=True)
    covered = {row["goal"]: (row["asked"], row["planned"])
               for row in links.values("goal").annotate(asked=asked, planned=planned)}  # fmt: skip
    students = _reached(goals).values_list("goal").annotate(n=Count("student", distinct=True))
    return Counted(covered, dict(students))


@kept(slow=0.1)
def count_challenges(goals: tuple[int, ...]) -> int:
    return _challenges(_links(goals)).count()


def _links(goals: tuple[int, ...]) -> QuerySet[GoalLink]:
    return GoalLink.objects.filter(goal__in=goals, assignment__challenge__status__in=PUBLIC).order_by()


def _reached(goals: tuple[int, ...]) -> QuerySet[Achievement]:
    return Achievement.objects.filter(goal__in=goals, achieved=True).order_by()


def _challenges(links: QuerySet[GoalLink]) -> QuerySet[Challenge]:
    return Challenge.objects.public().filter(Exists(links.filter(assignment__challenge=OuterRef("pk"))))


def _cells(links, reached, drawn: list[Challenge]) -> dict[tuple[int, int], tuple[int, int]]:
    """(goal, challenge) -> (state, students) for the challenges that are drawn."""
    found: dict[tuple[int, int], tuple[int, int]] = {}
    shown = links.filter(assignment__challenge__in=drawn)
    busy = Q(assignment__projects__status__in=BUSY)
    for row in shown.values("goal", "assignment__challenge").annotate(n=Count("assignment__projects", filter=busy)):
        found[row["goal"], row["assignment__challenge"]] = (PLANNED if row["n"] else COVERED, 0)
    path = "project__assignment__challenge"
    for row in (
        reached.filter(**{f"{path}__in": drawn}).values("goal", path).annotate(n=Count("student", distinct=True))
    ):
        found[row["goal"], row[path]] = (ACHIEVED, row["n"])
    return found


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
