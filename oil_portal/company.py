"""What a company follows on one page: its drafts, challenges, colleagues, hours and results. Reads only."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.core.paginator import Page, Paginator
from django.db.models import Count, IntegerField, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from challenges.models import Challenge, Draft
from oil_portal.core import clock
from partners import roles
from partners.models import Membership, Partner
from partners.rates import rates_of
from projects.models import Application, Contribution, Project

ROWS, RESULTS = 25, 6


@dataclass(frozen=True)
class Hours:
    """Hours given: in all, confirmed, this calendar year, and by project (title, project id, hours); and euros."""

    total: float
    confirmed: float
    year: float
    by_project: list[tuple[str, int, float]]
    euros: float


def choose(user, wanted: str) -> tuple[list[Partner], Partner | None]:
    """The organisations of a contact by name, and the one the page is about; (.., None) for who is no contact.

    Each has `colleagues` (its contacts, by name) and `asked` (how many challenges it has): one query for all.
    """
    asked = Challenge.objects.filter(partner=OuterRef("partner")).order_by().values("partner")
    number = Subquery(asked.annotate(n=Count("pk")).values("n"), output_field=IntegerField())
    rows = (
        Membership.objects.active()
        .filter(role=roles.CONTACT, partner__in=roles.partner_ids(user, roles.CONTACT))
        .select_related("partner", "user")
        .annotate(asked=Coalesce(number, 0))
        .order_by("partner__name", "partner", "user__first_name", "user")
    )
    own: dict[int, Partner] = {}
    for row in rows:
        partner = own.setdefault(row.partner_id, row.partner)
        partner.asked = row.asked
        partner.colleagues = [*getattr(partner, "colleagues", []), row.user]
    found = list(own.values())
    return found, next((partner for partner in found if str(partner.pk) == wanted), found[0] if found else None)


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
    found = counted(Challenge.objects.filter(partner=partner)).prefetch_related("assignments")
    paginator = Paginator(found, ROWS)
    paginator.count = partner.asked  # counted with the partner
    page = paginator.get_page(number)
    for challenge in page.object_list:
        challenge.partner = partner  # read once
    return page


def hours_of(partner: Partner) -> Hours:
    """What the partner gave; what is disputed does not count."""
    first = date(clock.today().year, 1, 1)
    rows = list(
        Contribution.objects.given()
        .filter(partner=partner)
        .order_by()
        .values("project__title", "project")
        .annotate(
            given=Coalesce(Sum("hours"), Decimal(0)),
            confirmed=Coalesce(Sum("hours", filter=Q(status="confirmed")), Decimal(0)),
            year=Coalesce(Sum("hours", filter=Q(day__gte=first)), Decimal(0)),
            euros=Coalesce(Sum("amount"), Decimal(0)),
        )
        .order_by("-given", "project_id")
    )
    return Hours(
        total=sum(row["given"] for row in rows),
        confirmed=sum(row["confirmed"] for row in rows),
        year=sum(row["year"] for row in rows),
        by_project=[(row["project__title"], row["project"], row["given"]) for row in rows if row["given"]],
        euros=sum(row["euros"] for row in rows),
    )


def company_page(user, partner: Partner, number: str | None) -> dict:
    """Everything on the page of one organisation, in a fixed number of queries."""
    mine = Q(author=user) | Q(shared=True)
    results = Project.objects.filter(assignment__challenge__partner=partner, status="completed")
    return {
        "partner": partner,
        "page_obj": challenges_of(partner, number),
        "drafts": list(Draft.objects.filter(mine, partner=partner, challenge=None, version__gt=0)),
        "hours": hours_of(partner),
        "rate": rates_of([partner.pk]).get(partner.pk),
        "results": list(results.select_related("outcome").order_by("-ends", "-pk")[:RESULTS]),
    }
