"""What a company follows on one page: its drafts, challenges, colleagues, hours and results. Reads only."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import starmap
from typing import NamedTuple

from django.core.paginator import Page, Paginator
from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from challenges.models import Assignment, Challenge, Draft
from oil_portal.core import clock
from oil_portal.core.prepared import address, prepared
from oil_portal.core.rows import join
from oil_portal.core.templatetags.parts import status_word
from oil_portal.core.views import Leaves
from partners import roles
from partners.models import Membership, Partner
from partners.rates import rates_of
from projects.models import Application, Contribution, Project

ROWS, RESULTS = 25, 6


class Given(NamedTuple):
    """A project and the hours that were given to it."""

    title: str
    pk: int
    hours: Decimal

    @property
    def url(self) -> str:
        return address("projects:detail", self.pk)


@dataclass(frozen=True)
class Hours:
    """Hours given: in all, confirmed, this calendar year, and by project; and euros."""

    total: float
    confirmed: float
    year: float
    by_project: list[Given]
    euros: float


class Asked(NamedTuple):
    """A challenge as its company follows it: what it waits for, how many students looked, applied and got a seat."""

    url: str
    title: str
    waits: str
    since: datetime
    state: str
    seen: int
    applied: int
    placed: int


class Result(NamedTuple):
    """A project that is completed, and what came of it."""

    pk: int
    title: str
    summary: str | None
    ends: date

    @property
    def url(self) -> str:
        return address("projects:card", self.pk)


def choose(user, wanted: str) -> tuple[list[Partner], Partner | None]:
    """The organisations of a contact by name, and the one the page is about; (.., None) for who is no contact.

    Each has `colleagues` (its contacts, by name) and `asked` (how many challenges it has): one query for all.
    """
    own: dict[int, Partner] = {}
    for row in _contacts(user):
        partner = own.setdefault(row.partner_id, row.partner)
        partner.asked = row.asked
        partner.colleagues = [*getattr(partner, "colleagues", []), row.user]
    found = list(own.values())
    return found, next((partner for partner in found if str(partner.pk) == wanted), found[0] if found else None)


@prepared
def _contacts(user) -> QuerySet[Membership]:
    """Everybody who is a contact where the reader is one."""
    asked = Challenge.objects.filter(partner=OuterRef("partner")).order_by().values("partner")
    number = Subquery(asked.annotate(n=Count("pk")).values("n"), output_field=IntegerField())
    ours = roles.partner_ids(user, roles.CONTACT)
    rows = Membership.objects.active().filter(role=roles.CONTACT, partner__in=ours).select_related("partner", "user")
    return rows.annotate(asked=Coalesce(number, 0)).order_by("partner__name", "partner", "user__first_name", "user")


def counted(challenges):
    """Add `interested`, `applied` and `placed`: distinct students, counted in the same query."""
    live = Application.objects.filter(project__assignment__challenge=OuterRef("pk")).order_by()

    def number(found) -> Coalesce:
        by_challenge = found.values("project__assignment__challenge").annotate(n=Count("student", distinct=True))
        return Coalesce(Subquery(by_challenge.values("n"), output_field=IntegerField()), 0)

    seen = Challenge.interests.rel.related_model.objects.filter(challenge=OuterRef("pk")).order_by()
    looked = Subquery(seen.values("challenge").annotate(n=Count("pk")).values("n"), output_field=IntegerField())
    return challenges.annotate(
        interested=Coalesce(looked, 0), applied=number(live), placed=number(live.filter(status="placed"))
    )


def challenges_of(partner: Partner, number: str | None) -> Page:
    """One page of all challenges of a `choose`n partner, newest first, each with its counts and what it waits for."""
    paginator = Paginator(Leaves(_asked, None, partner.pk), ROWS)
    paginator.count = partner.asked  # counted with the partner
    page = paginator.get_page(number)
    assignments = assignments_of(tuple(challenge.pk for challenge in page.object_list))
    join(page.object_list, "assignments", assignments, "challenge_id")
    page.object_list = [
        Asked(
            one.get_absolute_url(), one.title, str(one.waits_for_us), one.submitted_at or one.created_at,
            status_word(one), one.interested, one.applied, one.placed,
        )
        for one in page.object_list
    ]  # fmt: skip
    return page


@prepared
def _asked(partner: int, first: int, many: int) -> QuerySet[Challenge]:
    return counted(Challenge.objects.filter(partner=partner))[first : first + many]


@prepared
def assignments_of(challenges: tuple) -> QuerySet[Assignment]:
    return Assignment.objects.filter(challenge__in=challenges)


@prepared
def _given(partner: int, first: date) -> QuerySet:
    """Per project what the partner gave, confirmed, and since `first`."""
    rows = Contribution.objects.given().filter(partner=partner).order_by().values("project__title", "project")
    hours = {"confirmed": Q(status="confirmed"), "year": Q(day__gte=first)}
    sums = {name: Coalesce(Sum("hours", filter=which), Decimal(0)) for name, which in hours.items()}
    return rows.annotate(
        given=Coalesce(Sum("hours"), Decimal(0)), euros=Coalesce(Sum("amount"), Decimal(0)), **sums
    ).order_by("-given", "project_id")  # fmt: skip


@prepared
def _drafts(user, partner: int) -> QuerySet[Draft]:
    mine = Q(author=user) | Q(shared=True)
    return Draft.objects.filter(mine, partner=partner, challenge=None, version__gt=0)


@prepared
def _results(partner: int) -> QuerySet:
    results = Project.objects.filter(assignment__challenge__partner=partner, status="completed")
    return results.order_by("-ends", "-pk").values_list("pk", "title", "outcome__summary", "ends")[:RESULTS]


def hours_of(partner: Partner) -> Hours:
    """What the partner gave; what is disputed does not count."""
    rows = _given(partner.pk, date(clock.today().year, 1, 1))
    return Hours(
        total=sum(row["given"] for row in rows),
        confirmed=sum(row["confirmed"] for row in rows),
        year=sum(row["year"] for row in rows),
        by_project=[Given(row["project__title"], row["project"], row["given"]) for row in rows if row["given"]],
        euros=sum(row["euros"] for row in rows),
    )


def company_page(user, partner: Partner, number: str | None) -> dict:
    """Everything on the page of one organisation, in a fixed number of queries."""
    return {
        "partner": partner,
        "page_obj": challenges_of(partner, number),
        "drafts": _drafts(user, partner.pk),
        "hours": hours_of(partner),
        "rate": rates_of([partner.pk]).get(partner.pk),
        "results": list(starmap(Result, _results(partner.pk))),
    }
