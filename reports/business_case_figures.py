"""What the portal itself knows for the business case: the last four full quarters, in one query."""

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from challenges.lead_times import type_of
from oil_portal.core import clock
from oil_portal.core.kept import Reading, kept
from reports.counting import ask
from reports.facts import DURING
from reports.period import Period

SCHOOLS = ("school", "lab")  # what they give is in the costs already
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
    row = ask(COUNTED, {"first": first, "last": last})[0]
    started, students, completed, confirmed, *given, outcomes, followed = row
    found = {}
    if started:
        found["projects"] = (Decimal(started), started)
        found["students"] = (Decimal(students) / started, started)
    if completed and confirmed:  # nothing where nobody confirmed anything
        found |= {name: (amount / completed, completed) for name, amount in zip(SUMS, given, strict=True)}
    if outcomes:
        found["follow_up_share"] = (Decimal(100 * followed) / outcomes, outcomes)
    days = (date.fromisoformat(first), date.fromisoformat(last), clock.today())
    return {name: Figure(round(value, 2), count, *days) for name, (value, count) in found.items()}


def _sum(kind: str, what: str) -> str:
    return f"coalesce(sum(given.{what}) FILTER (WHERE given.kind = '{kind}'), 0)"


# The projects that started and that were completed in that time; their students; what companies gave and both sides
# confirmed; the outcomes, and how many of them lead further.
COUNTED = f"""
    WITH moved AS (
        SELECT DISTINCT object_id, event FROM core_timelineentry AS entry
        WHERE content_type_id = {type_of("projects", "project")} AND event IN ('start', 'complete') AND {DURING}
    ), started AS (SELECT object_id FROM moved WHERE event = 'start'),
    completed AS (SELECT object_id FROM moved WHERE event = 'complete')
    SELECT (SELECT count(*) FROM started),
           (SELECT count(*) FROM projects_application AS seat
            WHERE seat.status = 'placed' AND seat.project_id IN (SELECT object_id FROM started)),
           (SELECT count(*) FROM completed), of_companies.*, outcomes.*
    FROM (SELECT count(*), {", ".join(_sum(*each) for each in SUMS.values())}
          FROM projects_contribution AS given JOIN partners_partner AS giver ON giver.id = given.partner_id
          WHERE given.status = 'confirmed' AND NOT giver.kind IN {SCHOOLS}
            AND given.project_id IN (SELECT object_id FROM completed)) AS of_companies,
         (SELECT count(*), count(*) FILTER (WHERE follow_up <> 'none') FROM projects_outcome
          WHERE project_id IN (SELECT object_id FROM completed)) AS outcomes
"""  # noqa: S608  names of our own


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
