"""Which goals a student has open, and so how well a project fits. Reads only."""

from collections.abc import Iterable

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from challenges.models import GoalLink
from modules.models import LearningGoal
from oil_portal.core.prepared import prepared
from partners import roles
from partners.models import User
from projects.models import Achievement, Application, Project


@prepared
def goals_of(student: int) -> QuerySet:
    """(the goals that student, teacher and company all confirmed, those of the modules that the student follows)."""
    achieved = Achievement.objects.filter(student=OuterRef("pk"), achieved=True).order_by().values("goal")
    taken = LearningGoal.objects.filter(modules__runs__enrolments__student=OuterRef("pk")).order_by().values("pk")
    return User.objects.filter(pk=student).values_list(ArraySubquery(achieved), ArraySubquery(taken))


@prepared
def links_of(assignments: tuple) -> QuerySet[GoalLink]:
    """The goals of assignments, in the teacher's order."""
    return GoalLink.objects.filter(assignment__in=assignments).select_related("goal")


class Reader:
    """What one viewer sees in a key: 'open' or 'done' teeth for a student, 'plain' ones for everybody else.

    One query for a student however many keys follow, none for others.
    """

    def __init__(self, user) -> None:
        self.is_student = roles.has(user, roles.STUDENT)
        self.achieved, self.open = set(), set()
        if self.is_student:
            ((achieved, taken),) = goals_of(user.pk)
            self.achieved = set(achieved)
            self.open = set(taken) - self.achieved

    @classmethod
    def knowing(cls, achieved: Iterable[int], taken: Iterable[int]) -> "Reader":
        """The reader of a student of whom the goals are known: those achieved, and those of the modules taken."""
        reader = cls(None)
        reader.is_student, reader.achieved = True, set(achieved)
        reader.open = set(taken) - reader.achieved
        return reader

    def states(self, goal_ids: Iterable[int]) -> list[str]:
        """One state per goal, in the given order. A goal that is not achieved is open to learn."""
        if not self.is_student:
            return ["plain" for _goal in goal_ids]
        return ["done" if pk in self.achieved else "open" for pk in goal_ids]

    def dress(self, projects: Iterable[Project]) -> list[Project]:
        """Give each project `states`, its teeth, `fit` and whether that is `for_student`; expects `goal_ids`."""
        projects = list(projects)
        for project in projects:
            project.states = self.states(project.goal_ids)
            project.fit, project.for_student = self.fit(project), self.is_student
        return projects

    def fit(self, project: Project) -> int:
        """How many of the project's goals are open in the student's own modules; expects `goal_ids` to be read."""
        return sum(goal in self.open for goal in project.goal_ids)


def with_fit(applications: QuerySet[Application], assignment: int) -> QuerySet[Application]:
    """Add `fit`: how many of the assignment's goals are open in each applicant's own modules."""
    reached = Achievement.objects.filter(student=OuterRef(OuterRef("student")), goal=OuterRef("pk"), achieved=True)
    wanted = LearningGoal.objects.filter(
        ~Exists(reached),
        links__assignment=assignment,
        modules__runs__enrolments__student=OuterRef("student"),
    )
    count = wanted.order_by().values("links__assignment").annotate(count=Count("pk", distinct=True)).values("count")
    return applications.annotate(fit=Coalesce(Subquery(count), 0))
