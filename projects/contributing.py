"""What the page of hours and money shows to one reader, and what a project's page says of it. Reads only."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import starmap
from typing import NamedTuple

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import ExtractYear

from oil_portal.core import clock
from oil_portal.core.prepared import Many, address, prepared
from oil_portal.core.views import MOST_COUNTED, Leaves, Pages
from partners import roles
from partners.models.user import first_and_initial
from projects.models import Contribution, Project, asked_by, led_by
from projects.models.contribution import Side, Told
from projects.workflow import WITH_TEAM, ContributionStatus

PER_PAGE = 25
AT_ONCE = 25  # that wait to be confirmed, in one form
TOTALS = 30  # rows of the table
AGAIN = 4  # buttons
CHOICES_DAYS = 365  # after its end a project leaves the choices of the form

CONFIRMED, NOT_DISPUTED = Q(status="confirmed"), ~Q(status="disputed")
SUMS = {
    "given_hours": Sum("hours", filter=NOT_DISPUTED),
    "confirmed_hours": Sum("hours", filter=CONFIRMED),
    "given_amount": Sum("amount", filter=NOT_DISPUTED),
    "confirmed_amount": Sum("amount", filter=CONFIRMED),
}


class Values(NamedTuple):
    """What a list reads of a contribution, in the order of the fields that READ names."""

    pk: int
    kind: str
    day: date
    hours: Decimal | None
    amount: Decimal | None
    note: str
    status: str
    reason: str
    partner_id: int
    partner: str
    project: str
    by_id: int | None
    first_name: str | None
    last_name: str | None
    created_at: datetime


READ = (*Values._fields[:9], "partner__name", "project__title", "by", "by__first_name", "by__last_name", "created_at")


class Row(Told, Values):
    """A contribution in a list."""

    __slots__ = ()

    @property
    def url(self) -> str:
        return address("projects:contribution", self.pk)

    @property
    def by(self) -> str:
        """Who wrote it down; "" for who has left."""
        return first_and_initial(self.first_name, self.last_name) if self.by_id else ""

    @property
    def status_word(self) -> str:
        return str(ContributionStatus(self.status).label)


class Total(NamedTuple):
    """What a partner gave to a project in a year; None where it gave nothing of a kind."""

    year: int
    project: int
    title: str
    who: str
    given_hours: Decimal | None
    confirmed_hours: Decimal | None
    given_amount: Decimal | None
    confirmed_amount: Decimal | None

    @property
    def url(self) -> str:
        return address("projects:detail", self.project)


class Choice(NamedTuple):
    """A project that a reader can enter something for, and for which side."""

    pk: int
    title: str
    side: str


def projects_of(user) -> list[Choice]:
    """The newest first. Who asked speaks for the company, as `permissions.side_of` says of one."""
    own = roles.partner_ids(user, roles.CONTACT)
    return [Choice(pk, title, Side.COMPANY if host in own else Side.SCHOOL) for pk, title, host in _projects_of(user)]


@prepared
def _projects_of(user) -> QuerySet:
    lately = clock.today() - timedelta(days=CHOICES_DAYS)
    mine = Project.objects.filter(asked_by(user) | led_by(user), status__in=WITH_TEAM, ends__gte=lately)
    return mine.order_by("-starts", "pk").values_list("pk", "title", "host")


@prepared
def project_of(user, pk: int) -> QuerySet[Project]:
    """A project that `user` sees, with all that asking for its sides needs."""
    related = ("assignment__challenge__partner", "run__module__school", "lab")
    return Project.objects.visible_to(user).filter(pk=pk).select_related(*related)


def with_people(found: QuerySet[Contribution]) -> QuerySet[Contribution]:
    """With all that a row says, and all that asking what its reader may do needs."""
    return found.select_related(
        "project__assignment__challenge__partner", "project__run__module__school", "project__lab", "partner", "by",
        "answered_by",
    )  # fmt: skip


def page(user, projects: list[Choice], about: Project | None, number: str | None) -> dict:
    """Everything under the form, of all projects or `about` one, in a fixed number of queries."""
    one = () if about is None else (about.pk,)
    waiting, totals = list(starmap(Row, _waiting(user, one))), list(starmap(Total, _totals(user, one)))
    rest = Pages(Leaves(_others, _all_others, user, one), PER_PAGE).get_page(number)
    rest.object_list = list(starmap(Row, rest.object_list))
    return {
        "waiting": waiting[:AT_ONCE],
        "waiting_more": len(waiting) > AT_ONCE,
        "page_obj": rest,
        "totals": totals[:TOTALS],
        "totals_more": len(totals) > TOTALS,
        "again": last_times(user, one or [project.pk for project in projects]),
    }


def _about(found: QuerySet[Contribution], one: tuple) -> QuerySet[Contribution]:
    return found.filter(project__in=one) if one else found


@prepared
def _waiting(user, one: tuple) -> QuerySet:
    waits = _about(Contribution.objects.waiting_for(user), one)
    return waits.order_by("project__title", "project_id", "day", "pk").values_list(*READ)[: AT_ONCE + 1]


@prepared
def _totals(user, one: tuple) -> QuerySet:
    """Per year, project and partner: hours and euros given (what is disputed does not count) and confirmed."""
    rows = _about(Contribution.objects.visible_to(user), one).order_by()
    rows = rows.annotate(year=ExtractYear("day")).values_list("year", "project", "project__title", "partner__name")
    return rows.annotate(**SUMS).order_by("-year", "project__title", "project_id", "partner__name")[: TOTALS + 1]


def _rest(user, one: tuple) -> QuerySet[Contribution]:
    """What does not wait for the reader."""
    waits = _about(Contribution.objects.waiting_for(user), one)
    return _about(Contribution.objects.visible_to(user), one).exclude(pk__in=waits.values("pk"))


@prepared
def _others(user, one: tuple, first: int, many: int) -> QuerySet:
    return _rest(user, one).values_list(*READ)[first : first + many]


@prepared
def _all_others(user, one: tuple) -> QuerySet:
    return _rest(user, one).order_by().values("pk")[: MOST_COUNTED + 1]


@prepared
def sums_of(user, project: int) -> QuerySet:
    """One row of sums; none where nothing was given."""
    waiting = Count("pk", filter=Q(pk__in=Contribution.objects.waiting_for(user).values("pk")))
    return Contribution.objects.filter(project=project).order_by().values("project").annotate(**SUMS, waiting=waiting)


def last_times(user, projects: Iterable[int]) -> list[Row]:
    """The last hours that `user` entered for each project; the same again is one tap. Not twice on a day."""
    last = starmap(Row, _last_times(user.pk, Many(projects)))
    fresh = [given for given in last if given.day < clock.today()]
    return sorted(fresh, key=lambda given: given.created_at, reverse=True)[:AGAIN]


@prepared
def _last_times(user: int, projects: Many) -> QuerySet:
    mine = Contribution.objects.filter(by=user, kind="hours", project__among=projects)
    return mine.order_by("project_id", "-created_at", "-pk").distinct("project_id").values_list(*READ)


def of_project(user, project: Project) -> dict:
    """The block on a project's page: its totals, what waits for the reader, and whether the reader may enter."""
    begun = project.status in WITH_TEAM
    if not begun or not user.has_perm("projects.see_contributions_project", project):
        return {}
    return {
        "contributed": next(iter(sums_of(user, project.pk)), dict.fromkeys(SUMS)),
        "contributes": user.has_perm("projects.contribute_project", project),
    }
