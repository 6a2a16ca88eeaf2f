"""The facts about people. Nobody is named: a row is a number in a list, in an order that no other list shares.

Parameters beside the days: %(salt)s mixes the order, %(open)s lists the school-and-level cells that may be told, and
%(all_open)s says whether that is all of them. Where one is hidden, a list never says both who a row is the same person
as and where they belong: that would count the people in the hidden cell.
"""

from django.utils.translation import gettext_lazy as _

from challenges.lead_times import type_of
from modules.models import Level
from projects.models import Feedback
from reports.facts import DURING, WITHIN, Column, Fact, choices, day_of

NUMBER = "row_number() OVER (ORDER BY md5(person::text || %(salt)s))"
YES_NO = {"true": _("ja"), "false": _("nee")}
LEVEL = Column("level", _("Niveau"), kind="choices", words=lambda: choices(Level))

SEATS = """
    SELECT seat.id, seat.student_id AS person, module.school_id, school.name AS school, module.level, days.begun AS day
    FROM project_days AS days
    JOIN projects_application AS seat ON seat.project_id = days.object_id AND seat.status = 'placed'
    JOIN projects_project AS project ON project.id = days.object_id
    JOIN modules_modulerun AS run ON run.id = project.run_id
    JOIN modules_module AS module ON module.id = run.module_id
    JOIN partners_partner AS school ON school.id = module.school_id
"""
AGREED = f"""
    SELECT challenge.translator_id AS person, {day_of("entry.created_at")} AS day
    FROM core_timelineentry AS entry
    JOIN challenges_assignment AS assignment ON assignment.id = entry.object_id
    JOIN challenges_challenge AS challenge ON challenge.id = assignment.challenge_id
    WHERE entry.content_type_id = {type_of("challenges", "assignment")} AND entry.event = 'agree'
      AND {DURING} AND challenge.translator_id IS NOT NULL
"""  # noqa: S608
COACHED = """
    SELECT project.coach_id AS person, days.begun, days.ended
    FROM project_days AS days JOIN projects_project AS project ON project.id = days.object_id
    WHERE days.begun IS NOT NULL
"""
LEFT = f"""
    SELECT seat.student_id AS person, {day_of("entry.created_at")} AS day
    FROM core_timelineentry AS entry JOIN projects_application AS seat ON seat.id = entry.object_id
    WHERE entry.content_type_id = {type_of("projects", "application")} AND entry.event = 'withdraw'
      AND {DURING} AND seat.status = 'withdrawn' AND seat.decided_at IS NOT NULL
"""  # noqa: S608
SAID = f"SELECT id AS person, side, again, {day_of('created_at')} AS day FROM projects_feedback"  # noqa: S608

_CELL = "(school_id || '-' || level) = ANY(%(open)s)"
PEOPLE_FACTS = {
    "seats": Fact(
        f"""
        SELECT id, school_id, level AS at_level,
               CASE WHEN %(all_open)s THEN dense_rank() OVER (ORDER BY md5(person::text || %(salt)s)) END AS number,
               CASE WHEN {_CELL} THEN school END AS school, CASE WHEN {_CELL} THEN level::text END AS level
        FROM ({SEATS}) AS seat WHERE day {WITHIN}
        """,  # noqa: S608
        [Column("number", _("Student"), kind="number"), Column("school", _("School")), LEVEL],
        "number, school, level, md5(id::text || %(salt)s)",
    ),
    "students": Fact(
        f"""
        SELECT {NUMBER} AS number,
               CASE WHEN %(all_open)s THEN string_agg(DISTINCT school, ', ') END AS school,
               CASE WHEN %(all_open)s THEN string_agg(DISTINCT level::text, ',') END AS level
        FROM ({SEATS}) AS seat
        WHERE day {WITHIN} AND school_id = coalesce(%(school)s, school_id) AND level = coalesce(%(level)s, level)
        GROUP BY person
        """,  # noqa: S608
        [Column("number", _("Student"), kind="number"), Column("school", _("School")), LEVEL],
        "number",
    ),
    "teachers": Fact(
        f"""
        SELECT {NUMBER} AS number, bool_or(coach) AS coach, bool_or(NOT coach) AS translator
        FROM (
            SELECT person, true AS coach FROM ({COACHED}) AS team
            WHERE begun <= %(last)s AND coalesce(ended >= %(first)s, true)
            UNION ALL SELECT person, false FROM ({AGREED}) AS agreed WHERE day {WITHIN}
        ) AS one GROUP BY person
        """,  # noqa: S608
        [Column("number", _("Docent"), kind="number")],
        "number",
    ),
    "left": Fact(
        f"SELECT {NUMBER} AS number FROM ({LEFT}) AS seat WHERE day {WITHIN}",  # noqa: S608
        [Column("number", _("Plek"), kind="number")],
        "number",
    ),
    "said": Fact(
        f"""
        SELECT row_number() OVER (PARTITION BY side ORDER BY md5(person::text || %(salt)s)) AS number, side,
               again::text AS again
        FROM ({SAID}) AS one WHERE day {WITHIN}
        """,  # noqa: S608
        [
            Column("number", _("Antwoord"), kind="number"),
            Column("again", _("Zou het nog een keer doen"), kind="choice", words=lambda: YES_NO),
        ],
        "number",
    ),
}
SAYING = choices(Feedback.Side)
