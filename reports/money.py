"""What grants give and ask in a period: their part by days, and the co-financing that stands against it."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import QuerySet
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oil_portal.core.prepared import prepared
from reports.definitions import Figure
from reports.models import Grant
from reports.period import Period
from reports.report import Line

CENT = Decimal("0.01")
GRANT = Figure(
    "subsidie", "money", gettext_lazy("subsidie in de periode"),
    gettext_lazy("Het deel van elke subsidie dat op de periode valt, verdeeld over haar dagen."), unit="euros",
)  # fmt: skip
SHARE = Figure(
    "aandeel", "money", gettext_lazy("aandeel van anderen"),
    gettext_lazy("De bevestigde cofinanciering als deel van cofinanciering en subsidie samen."), unit="percent",
)  # fmt: skip
ASKED = Figure(
    "aandeel-gevraagd", "money", gettext_lazy("aandeel dat nodig is"),
    gettext_lazy("Het deel dat volgens de subsidie van anderen komt. Bij meer subsidies: naar hun bedrag."),
    unit="percent",
)  # fmt: skip


@dataclass(frozen=True)
class Part:
    """What one grant gives in a period."""

    grant: Grant
    amount: Decimal


@prepared
def all_grants() -> QuerySet[Grant]:
    return Grant.objects.order_by("starts", "pk")


def parts(period: Period, grants: list[Grant]) -> list[Part]:
    """What each of these grants gives in the period, if it gives anything."""
    found = [grant for grant in grants if grant.starts <= period.last and grant.ends >= period.first]
    return [Part(grant, part_of(grant, period.first, period.last)) for grant in found]


def part_of(grant: Grant, first: date, last: date) -> Decimal:
    """The part of the amount that falls on these days. Parts of periods that follow each other add up to the amount:
    each is what is due up to its last day, less what was due before its first."""

    def until(day: date) -> Decimal:
        gone = min(max((day - grant.starts).days + 1, 0), (grant.ends - grant.starts).days + 1)
        whole = (grant.ends - grant.starts).days + 1
        return (grant.amount * gone / whole).quantize(CENT, ROUND_HALF_UP)

    return until(last) - until(date.fromordinal(first.toordinal() - 1))


def grant_lines(found: list[Part], value: Decimal) -> list[Line]:
    """The grant in the period and the share of others, against what is asked; nothing without a grant."""
    if not found:
        return []
    amount = sum((part.amount for part in found), Decimal(0))
    share, needed = percent(value, value + amount), weighed(found)
    return [
        _line(GRANT, str(amount)),
        _line(SHARE, None if share is None else str(share)),
        _line(ASKED, None if needed is None else str(needed)),
    ]


def percent(part: Decimal, whole: Decimal) -> Decimal | None:
    return (100 * part / whole).quantize(Decimal("0.1"), ROUND_HALF_UP) if whole else None


def weighed(found: list[Part]) -> Decimal | None:
    """What has to come from others, by the amount that each grant gives in the period."""
    needed = sum((one.amount * one.grant.share / (100 - one.grant.share) for one in found), Decimal(0))
    return percent(needed, needed + sum(part.amount for part in found))


def _line(figure: Figure, value: str | None) -> Line:
    return Line(figure.key, str(figure.label), value, unit=figure.unit, definition=str(figure.definition))


def notes(found: list[Part]) -> list[str]:
    """What a reader of the figures about money should know."""
    if not found:
        return [_("In deze periode is er geen subsidie bekend. Uren en bijdragen hebben dan geen waarde in euro.")]
    words = _("%(funder)s: een uur telt voor € %(rate)s.")
    return [words % {"funder": one.grant.funder, "rate": number_format(one.grant.hour_rate, 2)} for one in found]
