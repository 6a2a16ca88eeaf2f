"""The figures below the network: growth, origins and answers. Each is about the whole network.

What comes from a confidential challenge counts for brokers alone, as on the picture.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce, ExtractYear, TruncDate

from challenges.models import Assignment, Challenge, Question
from challenges.services.talk import ANSWER_DAYS
from challenges.workflow import ASSIGNMENT
from oil_portal.core import clock
from oil_portal.core.models import TimelineEntry
from oil_portal.network import Network, sees_all, since
from partners import roles
from partners.models import Partner
from partners.workflow import PartnerStatus

AGREE_DAYS = ASSIGNMENT.terms["sent"]  # working days in which a company promises to read an assignment
HUES = ("company", "school", "smart", "bio", "gov", "")


# --- Growth ------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Year:
    """Partners at the end of a year by hue, and companies that asked: for the first time, again, and no more."""

    year: int
    by_hue: list[tuple[str, int]]
    new: int
    returning: int
    gone: int | None  # None as long as the year goes on

    @property
    def total(self) -> int:
        return sum(number for _hue, number in self.by_hue)


def growth(partners: Iterable[Partner], asked: Iterable[tuple[int, int]]) -> list[Year]:
    """Every year from the first partner on; `asked` holds (company, year) of each challenge."""
    joined = Counter((since(partner), partner.hue) for partner in partners)
    by_year = defaultdict(set)
    for company, year in asked:
        by_year[year].add(company)
    known = {year for year, _hue in joined} | set(by_year)
    found, before, sofar = [], set(), Counter()
    for year in range(min(known, default=clock.today().year), clock.today().year + 1):
        for hue in HUES:
            sofar[hue] += joined[year, hue]
        now = by_year[year]
        gone = len(by_year[year - 1] - now) if year < clock.today().year else None
        by_hue = [(hue, sofar[hue]) for hue in HUES]
        found.append(Year(year, by_hue, len(now - before), len(now & before), gone))
        before |= now
    return found


# --- Where challenges come from ----------------------------------------------------------------------------------
def challenges_of(user):
    """The challenges that count: what the catalogue shows, without confidential ones for who is no broker."""
    found = Challenge.objects.public().filter(partner__status=PartnerStatus.ACCEPTED).order_by()
    return found if sees_all(user) else found.filter(confidential=False)


def asked_by_year(user) -> list[tuple]:
    """(partner, kind, municipality, sector, year, how many), the year being that of handing in."""
    year = ExtractYear(Coalesce("submitted_at", "created_at"))
    rows = challenges_of(user).annotate(year=year).values_list(
        "partner", "partner__kind", "partner__municipality", "partner__sector", "year"
    )  # fmt: skip
    return list(rows.annotate(number=Count("pk")))


def origins(rows: list[tuple], place: int) -> list[tuple[str, int, int]]:
    """(name, challenges, partners) by municipality (2) or sector (3), most first; "" is not known."""
    number, partners = Counter(), defaultdict(set)
    for row in rows:
        number[row[place]] += row[5]
        partners[row[place]].add(row[0])
    return sorted(((name, count, len(partners[name])) for name, count in number.items()), key=lambda r: (-r[1], r[0]))


# --- Answers -----------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Rate:
    partner: Partner
    in_time: int
    asked: int

    @property
    def percent(self) -> int:
        return round(100 * self.in_time / self.asked)


def answer_rates(user, network: Network) -> list[Rate]:
    """Of the reader's own organisations, for brokers of all: what was asked of them and answered in time."""
    own = None if sees_all(user) else roles.partner_ids(user, roles.CONTACT)
    if own is not None and not own:
        return []
    asked, in_time = in_term([*_assignments(own), *_questions(own)], clock.today())
    partners = network.partners
    rates = [Rate(partners[pk], in_time[pk], number) for pk, number in asked.items() if pk in partners]
    return sorted(rates, key=lambda rate: (rate.percent, rate.partner.name, rate.partner.pk))


def in_term(rows: Iterable[tuple], today: date) -> tuple[Counter, Counter]:
    """(asked, answered in time) by partner, of (partner, asked, answered or None, working days).

    What is open and not late yet does not count.
    """
    asked, in_time = Counter(), Counter()
    for partner, day, answered, days in rows:
        last = clock.working_days_after(day, days)
        if answered or last < today:
            asked[partner] += 1
            in_time[partner] += bool(answered and answered <= last)
    return asked, in_time


def _assignments(own: set[int] | None) -> list[tuple]:
    """Each time that an assignment was sent, and when the company agreed or asked for a change."""
    partner = Assignment.objects.filter(pk=OuterRef("object_id")).order_by().values("challenge__partner")
    entries = (
        TimelineEntry.objects.filter(content_type__app_label="challenges", content_type__model="assignment")
        .filter(event__in=["send", "agree", "ask_change"])
        .annotate(company=Subquery(partner), day=TruncDate("created_at"))
        .order_by("object_id", "created_at", "pk")
    )
    if own is not None:
        entries = entries.filter(company__in=own)
    found, sent = [], {}
    for pk, event, company, day in entries.values_list("object_id", "event", "company", "day"):
        if event != "send":
            if pk in sent:
                found.append((*sent.pop(pk), day, AGREE_DAYS))
        elif company:
            sent[pk] = (company, day)
    return found + [(*each, None, AGREE_DAYS) for each in sent.values()]


def _questions(own: set[int] | None) -> list[tuple]:
    rows = Question.objects.order_by()
    if own is not None:
        rows = rows.filter(challenge__partner__in=own)
    days = rows.annotate(day=TruncDate("created_at"), answered=TruncDate("answered_at"))
    return [(*row, ANSWER_DAYS) for row in days.values_list("challenge__partner", "day", "answered")]
