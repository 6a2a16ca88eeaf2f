"""The facts that the report counts: what a row is, in SQL, with the columns that a reader sees behind a figure.

Every figure is a number of these rows, or their sum or median, so what opens behind it is what was counted. SQL and
not querysets: a report goes over everything of a year, and the timeline is joined by its plain numbers. A query over
facts begins with DAYS, which it makes once however many of its facts read it.
Parameters: %(first)s and %(last)s, the days of the period. A moment is a day in the portal's time zone.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from challenges.lead_times import AGREED, OF_CHALLENGE, STAGES, first_day, moments, stage_days, type_of
from modules.models import Level
from partners.models import Partner
from projects.models import Contribution, Outcome
from projects.workflow import OVER, ContributionStatus, ProjectStatus

WITHIN = "BETWEEN %(first)s AND %(last)s"


def choices(enum) -> dict[str, Promise]:
    """{what is stored, as text: what people read}."""
    return {str(value): label for value, label in enum.choices}


def field_choices(name: str) -> dict[str, Promise]:
    return {str(value): label for value, label in Partner._meta.get_field(name).flatchoices}


@dataclass(frozen=True)
class Column:
    """What a reader sees of a row: `sql` says where it comes from; `kind` is text, date, number, euros or choice.

    `to` is (the name of an address, SQL of the number in it) for a link, of which `choices` words the codes.
    """

    name: str
    label: Promise | str
    sql: str = ""
    kind: str = "text"
    to: tuple[str, str] = ("", "")
    words: Callable[[], dict] = dict

    @property
    def source(self) -> str:
        return self.sql or self.name


@dataclass(frozen=True)
class Fact:
    """`sql` gives the rows, whatever happened to them; a figure's condition chooses those of the period."""

    sql: str
    columns: list[Column]
    order: str = "id"


def day_of(moment: str) -> str:
    return f"({moment} AT TIME ZONE '{settings.TIME_ZONE}')::date"


def events(app: str, model: str, *names: str, among: str = "") -> str:
    """One row an object of the model, with the first day of each of these events; `among` is SQL of their numbers."""
    days = ", ".join(first_day(event, name) for event, name in (each.split(":") for each in names))
    return (
        f"(SELECT object_id, {days} FROM core_timelineentry AS entry "  # noqa: S608  names of our own
        f"WHERE {_told(app, model, *names)} {f'AND object_id IN ({among})' if among else ''} GROUP BY object_id)"
    )


def _told(app: str, model: str, *names: str) -> str:
    listed = ", ".join(f"'{each.split(':')[0]}'" for each in names)
    return f"content_type_id = {type_of(app, model)} AND event IN ({listed})"


def midnight(day: str) -> str:
    """The moment at which a local day begins, which an index of moments can be asked with."""
    return f"(({day})::date::timestamp AT TIME ZONE '{settings.TIME_ZONE}')"


# A query over facts begins with the first days of what its period touches: challenges to which something happened in
# it, and projects that were not over before it. Of a long past the rest is most, and counts for no figure.
_SINCE = f"entry.created_at >= {midnight('%(first)s')}"
DURING = f"{_SINCE} AND entry.created_at < {midnight('%(last)s::date + 1')}"  # for an entry of the timeline
_OF_PROJECT = ("open:opened", "start:begun", "complete:ended", "cancel:closed")
DAYS = f"""
    WITH projects_touched AS (
        SELECT object_id FROM core_timelineentry AS entry
        WHERE {_told("projects", "project", *_OF_PROJECT)} AND {_SINCE}
        UNION SELECT id FROM projects_project WHERE NOT status IN {OVER}
    ), challenges_touched AS (
        SELECT object_id FROM core_timelineentry AS entry WHERE {OF_CHALLENGE} AND {DURING}
        UNION SELECT challenge_id FROM core_timelineentry AS entry
        JOIN challenges_assignment AS assignment ON assignment.id = object_id WHERE {AGREED} AND {DURING}
    ),
    project_days AS {events("projects", "project", *_OF_PROJECT, among="SELECT object_id FROM projects_touched")},
    challenge_days AS ({moments("SELECT object_id FROM challenges_touched")})
"""  # noqa: S608


PARTNER = Column("partner", _("Partner"), to=("partners:detail", "partner_id"))
CHALLENGE = Column("title", _("Vraagstuk"), to=("challenges:detail", "id"))
PROJECT = Column("title", _("Project"), to=("projects:detail", "id"))
SIZE = Column("size", _("Aantal medewerkers"), kind="choice", words=lambda: field_choices("size"))
SECTOR = Column("sector", _("Sector"), kind="choice", words=lambda: field_choices("sector"))
KIND = Column("kind", _("Soort"), kind="choice", words=lambda: choices(Partner.Kind))
TOWN = Column("municipality", _("Gemeente"))

# --- Partners: accepted ones, and companies that took part ---------------------------------------------------------
PARTNERS = Fact(
    f"""
    SELECT one.id, one.id AS partner_id, one.name AS partner, one.status, one.kind, one.size, one.sector,
           one.municipality, coalesce(came.joined, {day_of("one.created_at")}) AS joined,
           coalesce(asked.took_part, false) AS took_part
    FROM partners_partner AS one
    LEFT JOIN {events("partners", "partner", "accept:joined")} AS came ON came.object_id = one.id
    LEFT JOIN (
        SELECT partner_id, bool_or(submit {WITHIN} OR active) AS took_part
        FROM (
            SELECT challenge.partner_id, told.submit, false AS active
            FROM challenge_days AS told JOIN challenges_challenge AS challenge ON challenge.id = told.challenge
            UNION ALL
            SELECT project.host, NULL, days.begun <= %(last)s AND coalesce(days.ended >= %(first)s, true)
            FROM project_days AS days JOIN projects_project AS project ON project.id = days.object_id
            WHERE days.begun IS NOT NULL
        ) AS each GROUP BY partner_id
    ) AS asked ON asked.partner_id = one.id
    WHERE one.status <> 'merged'
    """,  # noqa: S608
    [PARTNER, KIND, SIZE, SECTOR, TOWN, Column("joined", _("Partner sinds"), kind="date")],
    "partner, id",
)

# --- Challenges and their moments ----------------------------------------------------------------------------------
CHALLENGES = Fact(
    f"""
    SELECT one.id, one.title, one.partner_id, host.name AS partner, moments.*,
           {", ".join(f"{stage_days(first, last)} AS days_to_{last}" for first, last, _label in STAGES)}
    FROM challenge_days AS moments
    JOIN challenges_challenge AS one ON one.id = moments.challenge
    JOIN partners_partner AS host ON host.id = one.partner_id
    """,  # noqa: S608
    [CHALLENGE, PARTNER],
    "title, id",
)

# --- Projects, with what came of them ------------------------------------------------------------------------------
PROJECTS = Fact(
    """
    SELECT one.id, one.title, one.host AS partner_id, host.name AS partner, one.status, module.school_id,
           school.name AS school, module.level, days.opened, days.begun, days.ended, days.closed,
           coalesce(outcome.follow_up, 'none') AS follow_up, lab.name AS follow_up_lab
    FROM project_days AS days
    JOIN projects_project AS one ON one.id = days.object_id
    JOIN modules_modulerun AS run ON run.id = one.run_id
    JOIN modules_module AS module ON module.id = run.module_id
    JOIN partners_partner AS school ON school.id = module.school_id
    LEFT JOIN partners_partner AS host ON host.id = one.host
    LEFT JOIN projects_outcome AS outcome ON outcome.project_id = one.id
    LEFT JOIN partners_partner AS lab ON lab.id = outcome.follow_up_lab_id
    """,
    [
        PROJECT,
        PARTNER,
        Column("school", _("School")),
        Column("level", _("Niveau"), kind="choice", words=lambda: choices(Level)),
        Column("status", _("Staat nu op"), kind="choice", words=lambda: choices(ProjectStatus)),
        Column("begun", _("Team begon"), kind="date"),
        Column("ended", _("Afgerond"), kind="date"),
    ],
    "title, id",
)

# --- Learning goals ------------------------------------------------------------------------------------------------
GOALS = Fact(
    f"""
    SELECT goal.id, goal.title, programme.name AS programme, linked.goal_id IS NOT NULL AS covered,
           reached.goal_id IS NOT NULL AS achieved
    FROM modules_learninggoal AS goal
    JOIN modules_programme AS programme ON programme.id = goal.programme_id
    LEFT JOIN (
        SELECT DISTINCT link.goal_id
        FROM project_days AS days
        JOIN projects_project AS project ON project.id = days.object_id
        JOIN challenges_goallink AS link ON link.assignment_id = project.assignment_id
        WHERE days.begun {WITHIN}
    ) AS linked ON linked.goal_id = goal.id
    LEFT JOIN (
        SELECT DISTINCT achievement.goal_id
        FROM project_days AS days JOIN projects_achievement AS achievement ON achievement.project_id = days.object_id
        WHERE days.ended {WITHIN} AND achievement.achieved
    ) AS reached ON reached.goal_id = goal.id
    """,  # noqa: S608
    [Column("title", _("Leerdoel"), to=("modules:goal", "id")), Column("programme", _("Opleiding"))],
    "title, id",
)

# --- What partners gave --------------------------------------------------------------------------------------------
# Hours are worth what the grant of that day says; what lies outside every grant has no value here.
CONTRIBUTIONS = Fact(
    f"""
    SELECT one.id, one.day, one.kind, one.status, one.hours, one.amount, one.partner_id, giver.name AS partner,
           CASE WHEN giver.kind IN ('school', 'lab') THEN 'school' WHEN giver.kind = 'company' THEN 'company'
                ELSE 'other' END AS side,
           one.project_id, project.title AS project, host.name AS host,
           CASE WHEN funded.id IS NULL THEN NULL
                ELSE coalesce(one.amount, round(one.hours * funded.hour_rate, 2)) END AS value
    FROM projects_contribution AS one
    JOIN partners_partner AS giver ON giver.id = one.partner_id
    JOIN projects_project AS project ON project.id = one.project_id
    LEFT JOIN partners_partner AS host ON host.id = project.host
    LEFT JOIN reports_grant AS funded ON one.day BETWEEN funded.starts AND funded.ends
    WHERE one.day {WITHIN}
    """,  # noqa: S608
    [
        Column("day", _("Dag"), kind="date"),
        Column("partner", _("Wie geeft het"), to=("partners:detail", "partner_id")),
        Column("project", _("Project"), to=("projects:detail", "project_id")),
        Column("kind", _("Wat"), kind="choice", words=lambda: choices(Contribution.Kind)),
        Column("status", _("Staat"), kind="choice", words=lambda: choices(ContributionStatus)),
        Column("hours", _("Uren"), kind="number"),
        Column("amount", _("Bedrag in euro"), kind="euros"),
        Column("value", _("Waarde in euro"), kind="euros"),
    ],
    "day, id",
)

FACTS = {
    "partners": PARTNERS,
    "challenges": CHALLENGES,
    "projects": PROJECTS,
    "goals": GOALS,
    "contributions": CONTRIBUTIONS,
}
SIDES = {"company": _("Bedrijven"), "school": _("Scholen en labs"), "other": _("Andere partners")}
FOLLOW_UPS = choices(Outcome.FollowUp)
