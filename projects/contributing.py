"""What the page of hours and money shows to one reader, and what a project's page says of it. Reads only."""

from datetime import timedelta

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import ExtractYear

from oil_portal.core import clock
from oil_portal.core.prepared import Many, prepared
from oil_portal.core.views import MOST_COUNTED, Leaves, Pages
from projects.models import Contribution, Project, asked_by, led_by
from projects.workflow import WITH_TEAM

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


@prepared
def projects_of(user) -> QuerySet[Project]:
    """The projects that `user` can enter something for, the newest first."""
    lately = clock.today() - timedelta(days=CHOICES_DAYS)
    mine = Project.objects.filter(asked_by(user) | led_by(user), status__in=WITH_TEAM, ends__gte=lately)
    return mine.select_related("assignment__challenge__partner", "run__module__school", "lab").order_by("-starts", "pk")


def with_people(found: QuerySet[Contribution]) -> QuerySet[Contribution]:
    """With all that a row says, and all that asking what its reader may do needs."""
    return found.select_related(
        "project__assignment__challenge__partner", "project__run__module__school", "project__lab", "partner", "by",
        "answered_by",
    )  # fmt: skip


def page(user, projects: list[Project], about: Project | None, number: str | None) -> dict:
    """Everything under the form, of all projects or `about` one, in a fixed number of queries."""
    one = () if about is None else (about.pk,)
    waiting, totals = _waiting(user, one), _totals(user, one)
    return {
        "waiting": waiting[:AT_ONCE],
        "waiting_more": len(waiting) > AT_ONCE,
        "page_obj": Pages(Leaves(_others, _all_others, user, one), PER_PAGE).get_page(number),
        "totals": totals[:TOTALS],
        "totals_more": len(totals) > TOTALS,
        "again": last_times(user, projects if about is None else [about]),
    }


def _about(found: QuerySet[Contribution], one: tuple) -> QuerySet[Contribution]:
    return found.filter(project__in=one) if one else found


@prepared
def _waiting(user, one: tuple) -> QuerySet[Contribution]:
    waits = _about(Contribution.objects.waiting_for(user), one)
    return with_people(waits).order_by("project__title", "project_id", "day", "pk")[: AT_ONCE + 1]


@prepared
def _totals(user, one: tuple) -> QuerySet:
    return totals_of(_about(Contribution.objects.visible_to(user), one))[: TOTALS + 1]


def _rest(user, one: tuple) -> QuerySet[Contribution]:
    """What does not wait for the reader."""
    waits = _about(Contribution.objects.waiting_for(user), one)
    return _about(Contribution.objects.visible_to(user), one).exclude(pk__in=waits.values("pk"))


@prepared
def _others(user, one: tuple, first: str, last: str) -> QuerySet[Contribution]:
    return with_people(_rest(user, one))[int(first) : int(last)]


@prepared
def _all_others(user, one: tuple) -> QuerySet:
    return _rest(user, one).order_by().values("pk")[: MOST_COUNTED + 1]


@prepared
def _sums(user, project: int) -> QuerySet:
    """One row of sums; none where nothing was given."""
    waiting = Count("pk", filter=Q(pk__in=Contribution.objects.waiting_for(user).values("pk")))
    return Contribution.objects.filter(project=project).order_by().values("project").annotate(**SUMS, waiting=waiting)


def totals_of(found: QuerySet[Contribution]) -> QuerySet:
    """Per year, project and partner: hours and euros given (what is disputed does not count) and confirmed."""
    rows = found.order_by().values(
        "project", year=ExtractYear("day"), title=F("project__title"), who=F("partner__name")
    )
    return rows.annotate(**SUMS).order_by("-year", "title", "project_id", "who")


def last_times(user, projects: list[Project]) -> list[Contribution]:
    """The last hours that `user` entered for each project; the same again is one tap. Not twice on a day."""
    last = _last_times(user.pk, Many(project.pk for project in projects))
    fresh = [given for given in last if given.day < clock.today()]
    return sorted(fresh, key=lambda given: given.created_at, reverse=True)[:AGAIN]


@prepared
def _last_times(user: int, projects: Many) -> QuerySet[Contribution]:
    mine = Contribution.objects.filter(by=user, kind="hours", project__among=projects)
    mine = mine.order_by("project_id", "-created_at", "-pk").distinct("project_id")
    return mine.select_related("project")


def of_project(user, project: Project) -> dict:
    """The block on a project's page: its totals, what waits for the reader, and whether the reader may enter."""
    begun = project.status in WITH_TEAM
    if not begun or not user.has_perm("projects.see_contributions_project", project):
        return {}
    return {
        "contributed": next(iter(_sums(user, project.pk)), dict.fromkeys(SUMS)),
        "contributes": user.has_perm("projects.contribute_project", project),
    }
