"""The figures below the network: growth, origins and answers. Each is about the whole network.

What comes from a confidential challenge counts for brokers alone, as on the picture.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from django.db.models import Count, QuerySet
from django.db.models.functions import Coalesce, ExtractYear

from challenges.lead_times import Stage, lead_times, stages_of
from challenges.models import Challenge
from oil_portal.core import clock
from oil_portal.core.kept import kept
from oil_portal.core.prepared import prepared
from oil_portal.network import sees_all
from partners import roles
from partners.models import Partner
from partners.models.partner import hue_of
from partners.rates import Rate, rates_of
from partners.workflow import PartnerStatus

HUES = ("company", "school", "smart", "bio", "gov", "")


# --- Growth ------------------------------------------------------------------------------------------------------
class Year(NamedTuple):
    """Partners at the end of a year by hue, and companies that asked: for the first time, again, and no more."""

    year: int
    by_hue: tuple[tuple[str, int], ...]
    new: int
    returning: int
    gone: int | None  # None as long as the year goes on

    @property
    def total(self) -> int:
        return sum(number for _hue, number in self.by_hue)


def growth(joined: dict[tuple[int, str], int], asked: Iterable[tuple[int, int]]) -> tuple[Year, ...]:
    """Every year from the first partner on; `joined` is how many of a hue came in a year, `asked` holds (company, year)
    of each challenge.
    """
    by_year = defaultdict(set)
    for company, year in asked:
        by_year[year].add(company)
    known = {year for year, _hue in joined} | set(by_year)
    found, before, sofar = [], set(), Counter()
    for year in range(min(known, default=clock.today().year), clock.today().year + 1):
        for hue in HUES:
            sofar[hue] += joined.get((year, hue), 0)
        now = by_year[year]
        gone = len(by_year[year - 1] - now) if year < clock.today().year else None
        by_hue = tuple((hue, sofar[hue]) for hue in HUES)
        found.append(Year(year, by_hue, len(now - before), len(now & before), gone))
        before |= now
    return tuple(found)


def _joined() -> Counter[tuple[int, str]]:
    """(year, hue) -> how many accepted partners came."""
    found = Counter()
    for year, kind, glyph, count in _came():
        found[year, hue_of(kind, glyph)] += count
    return found


@prepared
def _came() -> QuerySet:
    partners = Partner.objects.filter(status=PartnerStatus.ACCEPTED).order_by()
    return partners.values_list(ExtractYear("created_at"), "kind", "glyph").annotate(Count("pk"))


# --- Where challenges come from ----------------------------------------------------------------------------------
def challenges_of(everything: bool):
    """The challenges that count: what the catalogue shows, without confidential ones for who does not see all."""
    found = Challenge.objects.public().filter(partner__status=PartnerStatus.ACCEPTED).order_by()
    return found if everything else found.filter(confidential=False)


@prepared
def asked_by_year(everything: bool) -> QuerySet:
    """(partner, kind, municipality, sector, year, how many), the year being that of handing in."""
    year = ExtractYear(Coalesce("submitted_at", "created_at"))
    rows = challenges_of(everything).annotate(year=year).values_list(
        "partner", "partner__kind", "partner__municipality", "partner__sector", "year"
    )  # fmt: skip
    return rows.annotate(number=Count("pk"))


def origins(rows: list[tuple], place: int) -> tuple[tuple[str, int, int], ...]:
    """(name, challenges, partners) by municipality (2) or sector (3), most first; "" is not known."""
    number, partners = Counter(), defaultdict(set)
    for row in rows:
        number[row[place]] += row[5]
        partners[row[place]].add(row[0])
    found = ((name, count, len(partners[name])) for name, count in number.items())
    return tuple(sorted(found, key=lambda row: (-row[1], row[0])))


@dataclass(frozen=True)
class Totals:
    """Growth by year, and (name, challenges, partners) by municipality and by sector."""

    growth: tuple[Year, ...]
    municipalities: tuple[tuple[str, int, int], ...]
    sectors: tuple[tuple[str, int, int], ...]


@kept(slow=0.1)
def totals(everything: bool) -> Totals:
    asked = asked_by_year(everything)
    grown = growth(_joined(), [(row[0], row[4]) for row in asked if row[1] == Partner.Kind.COMPANY])
    return Totals(grown, origins(asked, 2), origins(asked, 3))


@kept()
def stages(everything: bool) -> list[Stage]:
    return lead_times(*_asked_stages(everything))


@cache
def _asked_stages(everything: bool) -> tuple[str, tuple]:
    return stages_of(challenges_of(everything))


# --- Answers -----------------------------------------------------------------------------------------------------
def answer_rates(user) -> list[tuple[Partner, Rate]]:
    """Of the reader's own organisations, for brokers of all: what was asked of them and answered in time."""
    own = None if sees_all(user) else roles.partner_ids(user, roles.CONTACT, roles.COORDINATOR)
    if own is not None and not own:
        return []
    found = rates_of(own)
    partners = Partner.objects.filter(status=PartnerStatus.ACCEPTED).in_bulk(found)
    rates = [(partners[pk], rate) for pk, rate in found.items() if pk in partners]
    return sorted(rates, key=lambda pair: (pair[1].percent, pair[0].name, pair[0].pk))
