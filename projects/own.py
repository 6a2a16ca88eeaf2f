"""One's own projects: what a student applied to, and what somebody leads or their partner asked. Reads only."""

from datetime import date
from itertools import starmap
from typing import NamedTuple

from django.contrib.contenttypes.models import ContentType
from django.core.paginator import Page
from django.db.models import Exists, OuterRef, Q, QuerySet

from oil_portal.core import clock
from oil_portal.core.models import TimelineEntry
from oil_portal.core.prepared import Many, address, prepared
from oil_portal.core.rows import join
from oil_portal.core.views import MOST_COUNTED, Leaves, Pages
from oil_portal.core.workflow import workflow_of
from partners import roles
from partners.models.partner import hue_of
from projects.goals import Reader, links_of
from projects.models import Achievement, Application, Outcome, Project, asked_by, led_by
from projects.workflow import OVER, ProjectStatus

PER_PAGE = LISTED_FINISHED = 20


class Own(NamedTuple):
    """A project as its sides see it in a list; `read` says where each comes from."""

    pk: int
    title: str
    status: str
    max_size: int
    closing_date: date
    ends: date
    partner: str
    lab_kind: str | None
    lab_glyph: str | None
    module: str
    period: str
    placed: int
    waiting: int
    teacher_silent: bool
    company_silent: bool
    has_outcome: bool

    @property
    def url(self) -> str:
        return address("projects:detail", self.pk)

    @property
    def hue(self) -> str:
        return hue_of(self.lab_kind, self.lab_glyph) if self.lab_kind else "school"

    @property
    def run(self) -> str:
        return f"{self.module}, {self.period}"

    @property
    def state(self) -> str:
        return str(ProjectStatus(self.status).label)

    @property
    def sentence(self) -> str:
        """Who is to act now."""
        return str(workflow_of(Project).waiting.get(self.status, ""))

    @property
    def closed(self) -> bool:
        """Whether students cannot apply any more."""
        return self.closing_date < clock.today()


def read(projects: QuerySet[Project]) -> QuerySet:
    """What `Own` says of each, with its seats, whether a side has goals to confirm, and whether there is an outcome."""
    goals = Achievement.objects.filter(project=OuterRef("pk"))
    return projects.with_counts().annotate(
        teacher_silent=Exists(goals.filter(teacher_says=None)),
        company_silent=Exists(goals.filter(company_says=None)),
        has_outcome=Exists(Outcome.objects.filter(project=OuterRef("pk"))),
    ).values_list(
        *Own._fields[:6], "assignment__challenge__partner__name", "lab__kind", "lab__glyph", "run__module__title",
        "run__period", *Own._fields[11:],
    )  # fmt: skip


def mine(request) -> dict:
    """The reader's projects per role, in pages; a list is None for who does not have the role."""
    user = request.user
    found: dict = {"applications": None, "led": None, "asked": None}
    if roles.has(user, roles.STUDENT):
        found["applications"] = own_applications(user)
    if roles.has(user, roles.TEACHER, roles.COORDINATOR):
        found["led"] = by_stage(request, "led", "page")
    if roles.has(user, roles.CONTACT):
        found["asked"] = by_stage(request, "asked", "gevraagd")
    return found


# --- Of a side --------------------------------------------------------------------------------------------------
def by_stage(request, side: str, name: str) -> dict[str, Page | list[Own]]:
    """A page (which `name` in the address says) of what is under way, and the last of what has ended."""
    now = Pages(Leaves(_mine, _all_mine, request.user, side, "now"), PER_PAGE, name).asked(request)
    now.object_list = list(starmap(Own, now.object_list))
    return {"now": now, "ended": list(starmap(Own, _mine(request.user, side, "ended", 0, LISTED_FINISHED)))}


@prepared
def _mine(user, side: str, stage: str, first: int, many: int) -> QuerySet:
    return read(_of_side(user, side, stage).order_by("-closing_date", "-pk"))[first : first + many]


@prepared
def _all_mine(user, side: str, stage: str) -> QuerySet:
    return _of_side(user, side, stage).order_by().values("pk")[: MOST_COUNTED + 1]


def _of_side(user, side: str, stage: str) -> QuerySet[Project]:
    """What the reader leads, or what their partners asked, under way or ended."""
    projects = Project.objects.filter(led_by(user) if side == "led" else asked_by(user))
    ended = Q(status__in=OVER)
    return projects.filter(ended) if stage == "ended" else projects.exclude(ended)


# --- Of a student -----------------------------------------------------------------------------------------------
def own_applications(user) -> list[Application]:
    """All applications of a student, newest first, each with `answer` and a dressed project."""
    found = _applications(user.pk)
    assignments = [application.project.assignment for application in found]
    join(assignments, "links", links_of(tuple(sorted({one.pk for one in assignments}))), "assignment_id")
    Reader(user).dress([application.project for application in found])
    answers = answers_to(found)
    unconfirmed = set(_unconfirmed(user.pk))
    for application in found:
        application.answer = answers.get(application.pk, "")
        application.to_confirm = application.status == "placed" and application.project_id in unconfirmed
    return found


@prepared
def _applications(student: int) -> QuerySet[Application]:
    related = ("project__assignment__challenge__partner", "project__lab", "project__run__module__school")
    found = Application.objects.filter(student=student).select_related(*related)
    return found.order_by("-created_at", "-pk")


@prepared
def _unconfirmed(student: int) -> QuerySet:
    """The projects in which the student did not say yet what was reached."""
    return Achievement.objects.filter(student=student, student_says=None).values_list("project_id", flat=True)


def answers_to(applications: list[Application]) -> dict[int, str]:
    """{application id: what was said with its present status}, in one query."""
    if not applications:
        return {}
    status = {application.pk: application.status for application in applications}
    return {pk: remark for pk, to_status, remark in _said_of(Many(status)) if to_status == status[pk]}


@prepared
def _said_of(applications: Many) -> QuerySet:
    """(application, status, what was said with it) in order of time."""
    kind = ContentType.objects.get_for_model(Application)
    entries = TimelineEntry.objects.filter(content_type=kind, object_id__among=applications)
    return entries.order_by("created_at", "pk").values_list("object_id", "to_status", "remark")
