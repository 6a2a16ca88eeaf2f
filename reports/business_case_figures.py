"""What the portal itself knows for the business case: the last four full quarters, in four queries."""

from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from oil_portal.core import clock
from oil_portal.core.kept import Reading, kept
from oil_portal.core.models import TimelineEntry
from partners.models import Partner
from projects.models import Application, Contribution, Outcome
from projects.workflow import ApplicationStatus
from reports.period import Period

SCHOOLS = (Partner.Kind.SCHOOL, Partner.Kind.LAB)  # what they give is in the costs already
SUMS = {"company_hours": ("hours", "hours"), "in_kind": ("in_kind", "amount"), "cash": ("cash", "amount")}


@dataclass(frozen=True)
class Figure:
    """A number that the portal knows: of how many projects, from which days (both included), read when."""

    value: Decimal
    projects: int
    since: date
    until: date
    read_on: date

    def plain(self) -> dict:
        """As a version keeps it."""
        return {name: str(value) for name, value in asdict(self).items()}

    @classmethod
    def from_plain(cls, kept: dict) -> "Figure":
        days = {name: date.fromisoformat(kept[name]) for name in ("since", "until", "read_on")}
        return cls(value=Decimal(kept["value"]), projects=int(kept["projects"]), **days)


def four_quarters() -> tuple[str, str]:
    """The first and the last day (ISO) of the last four full quarters."""
    last = Period.last_full().last
    after = last + timedelta(days=1)
    return after.replace(year=after.year - 1).isoformat(), last.isoformat()


def own_figures() -> Reading:
    """By the name of the assumption; what nobody can know yet is left out."""
    return figures_between(*four_quarters())


@kept()
def figures_between(first: str, last: str) -> dict[str, Figure]:
    """The same of these days (ISO), both included."""
    since, until = date.fromisoformat(first), date.fromisoformat(last)
    moved = _moved(since, until)
    numbers = moved.aggregate(**{
        event: Count("object_id", filter=Q(event=event), distinct=True) for event in ("start", "complete")
    })  # fmt: skip
    started, completed = (moved.filter(event=event).values("object_id") for event in numbers)
    found = {}
    if number := numbers["start"]:
        found["projects"] = (Decimal(number), number)
        found["students"] = (Decimal(_placed(started)) / number, number)
    if number := numbers["complete"]:
        found |= {name: (amount / number, number) for name, amount in _given(completed).items()}
    outcomes, followed = _outcomes(completed)
    if outcomes:
        found["follow_up_share"] = (Decimal(100 * followed) / outcomes, outcomes)
    today = clock.today()
    return {name: Figure(round(value, 2), count, since, until, today) for name, (value, count) in found.items()}


def _moved(since: date, until: date) -> QuerySet:
    """The entries of projects that started and that were completed in that time; the database counts with them."""
    entries = TimelineEntry.objects.order_by().filter(
        content_type__app_label="projects", content_type__model="project", event__in=["start", "complete"]
    )
    begin, end = (timezone.make_aware(datetime.combine(day, time())) for day in (since, until + timedelta(days=1)))
    return entries.filter(created_at__gte=begin, created_at__lt=end)


def _placed(projects: QuerySet) -> int:
    return Application.objects.filter(project__in=projects, status=ApplicationStatus.PLACED).count()


def _given(projects: QuerySet) -> dict[str, Decimal]:
    """What companies gave and both sides confirmed; nothing where nobody confirmed anything."""
    given = Contribution.objects.confirmed().filter(project__in=projects).exclude(partner__kind__in=SCHOOLS).order_by()
    sums = {
        name: Coalesce(Sum(what, filter=Q(kind=kind)), Decimal(0), output_field=Contribution._meta.get_field("amount"))
        for name, (kind, what) in SUMS.items()
    }
    row = given.aggregate(number=Count("pk"), **sums)
    return {name: row[name] for name in SUMS} if row["number"] else {}


def _outcomes(projects: QuerySet) -> tuple[int, int]:
    """(outcomes that were written down, how many of them lead further)."""
    rows = Outcome.objects.filter(project__in=projects).aggregate(
        number=Count("pk"), followed=Count("pk", filter=~Q(follow_up=Outcome.FollowUp.NONE))
    )
    return rows["number"], rows["followed"]


def source(name: str, figure: Figure) -> str:
    """Where an own figure comes from, with its days, in the reader's language."""
    if name in ("projects", "students"):
        what = ngettext("%s team dat begon", "%s teams die begonnen", figure.projects)
    elif name == "follow_up_share":
        what = ngettext("de uitkomst van %s project", "de uitkomsten van %s projecten", figure.projects)
    else:
        what = ngettext(
            "wat bevestigd is bij %s afgerond project", "wat bevestigd is bij %s afgeronde projecten", figure.projects
        )
    told = _("%(what)s, van %(since)s tot en met %(until)s, gelezen op %(read_on)s")
    days = {day: date_format(getattr(figure, day), "j F Y") for day in ("since", "until", "read_on")}
    return told % {"what": what % figure.projects, **days}
