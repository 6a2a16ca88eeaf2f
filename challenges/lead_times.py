"""How long challenges take from stage to stage, told once: for the network's page and for the report.

In SQL, because a report goes over all challenges of a year. A moment is a day in the portal's time zone, and of each
stage the first time counts.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache

from django.conf import settings
from django.db import connection, models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from oil_portal.core import clock

YEARS = (2015, 2040)  # beyond these no holiday is known
EVENTS = ("submit", "accept", "publish", "start", "complete", "decline", "withdraw")
STAGES = [  # (from, to, label)
    ("submit", "accept", _("van ingediend tot goedgekeurd")),
    ("accept", "agree", _("van goedgekeurd tot akkoord op de opdracht")),
    ("agree", "publish", _("van akkoord tot open voor studenten")),
    ("publish", "start", _("van open tot een team begint")),
    ("start", "complete", _("van het begin tot afgerond")),
]


def type_of(app: str, model: str) -> str:
    """The number of a model in the timeline, as SQL."""
    return f"(SELECT id FROM django_content_type WHERE app_label = '{app}' AND model = '{model}')"  # noqa: S608  names of our own


def first_day(event: str, name: str = "") -> str:
    """The first local day of an event among the timeline entries (`entry`) of a group, as SQL."""
    zone = settings.TIME_ZONE
    return (
        f"(min(entry.created_at) FILTER (WHERE event = '{event}') AT TIME ZONE '{zone}')::date AS \"{name or event}\""
    )


OF_CHALLENGE = f"content_type_id = {type_of('challenges', 'challenge')} AND event IN {EVENTS}"
AGREED = f"content_type_id = {type_of('challenges', 'assignment')} AND event = 'agree'"


def moments(among: str = "") -> str:
    """One row a challenge: `challenge`, and the first day of each event; `agree` is the company's yes to an assignment.

    `among` is SQL of the numbers of the challenges that matter; else all.
    """
    told, signed = (f"AND {column} IN ({among})" if among else "" for column in ("object_id", "challenge_id"))
    return f"""
        SELECT told.*, signed.agree
        FROM (SELECT object_id AS challenge, {", ".join(map(first_day, EVENTS))}
              FROM core_timelineentry AS entry WHERE {OF_CHALLENGE} {told} GROUP BY object_id) AS told
        LEFT JOIN (SELECT assignment.challenge_id, {first_day("agree")}
                   FROM core_timelineentry AS entry
                   JOIN challenges_assignment AS assignment ON assignment.id = entry.object_id
                   WHERE {AGREED} {signed} GROUP BY assignment.challenge_id) AS signed
        ON signed.challenge_id = told.challenge
    """  # noqa: S608  only names of our own


@cache
def holidays() -> str:
    """The public holidays from Monday to Friday in order, as an SQL array of the years that the portal may know."""
    first, last = date(YEARS[0], 1, 1).toordinal(), date(YEARS[1], 12, 31).toordinal()
    days = map(date.fromordinal, range(first, last + 1))
    closed = [day.isoformat() for day in days if day.weekday() < 5 and not clock.is_working_day(day)]
    return f"'{{{','.join(closed)}}}'::date[]"


def working_days(first: str, last: str) -> str:
    """Working days after `first` up to and including `last`, two SQL dates; NULL when one is missing or they turn.

    What `clock.working_days_after` adds: Mondays to Fridays since the first day of the calendar, which was a Monday,
    without the public holidays among them.
    """

    def until(day: str) -> str:
        number = f"({day} - DATE '0001-01-01' + 1)"
        return f"({number} / 7 * 5 + least(mod({number}, 7), 5) - width_bucket({day}, {holidays()}))"

    return f"(CASE WHEN {first} <= {last} THEN {until(last)} - {until(first)} END)"


def stage_days(first: str, last: str) -> str:
    """The working days of one stage, as SQL over a row of `moments`."""
    return working_days(f'moments."{first}"', f'moments."{last}"')


def median(expression: str) -> str:
    return f"percentile_cont(0.5) WITHIN GROUP (ORDER BY {expression})"


@dataclass(frozen=True)
class Stage:
    """How many working days half of the challenges take at most from one moment to the next; None without any."""

    label: Promise
    days: float | None
    number: int


def stages_of(challenges: models.QuerySet) -> tuple[str, tuple]:
    """The SQL that `lead_times` asks of these challenges, with its parameters."""
    chosen, params = challenges.order_by().values("pk").query.sql_with_params()
    days = [stage_days(first, last) for first, last, _label in STAGES]
    columns = ", ".join(f"{median(each)}, count({each})" for each in days)
    return f"SELECT {columns} FROM ({moments()}) AS moments WHERE challenge IN ({chosen})", params  # noqa: S608


def lead_times(sql: str, params: tuple) -> list[Stage]:
    """The median per stage; a challenge counts for a stage when it passed both ends, in that order. One query."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        row = cursor.fetchone()
    return [Stage(label, row[2 * place], row[2 * place + 1]) for place, (_first, _last, label) in enumerate(STAGES)]
