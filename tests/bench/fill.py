"""A region with any number of challenges and projects and all that hangs on them, copied in bulk.

One row of each kind is made by the factories; the database copies it (INSERT ... SELECT), changing what makes each row
itself. People and companies grow with the challenges, so that one of them has as much to read in a large region as in
a small one; the schools, their labs and modules stay as they are, and so do the brokers, who see all.
"""

from datetime import timedelta

from tests.bench.search import Writer, settle, without_triggers

TEXTS = 2_000  # different ones, in Zipf's proportions; every row has one of them
SCHOOLS, MODULES, RUNS, GOALS = 4, 40, 6, 4  # runs a module, goals an assignment
PHASES = (  # the share of the challenges, oldest first, that is in a phase
    (0.88, "completed"), (0.02, "confirming"), (0.04, "running"), (0.03, "open"), (0.01, "sent"), (0.01, "unclaimed"),
    (0.01, "submitted"),
)  # fmt: skip
FEW = 30  # of the challenges in a phase at least, so that in a small region too its lists fill a page
ONLY_THERE = 100  # companies that did no more than come
TOWNS = ("Leiden", "Leiden", "Katwijk", "Oegstgeest", "Leiderdorp", "Voorschoten", "Noordwijk", "Zoeterwoude")
THEMES = ("sustainable_building", "energy", "health", "mobility", "smart_technology", "food")
PROJECTS = "plan WHERE phase IN ('completed', 'confirming', 'running', 'open')"
TEAMS = "plan CROSS JOIN generate_series(0, 2) AS seat WHERE phase IN ('completed', 'confirming', 'running')"

PLAN = """
CREATE TEMP TABLE plan AS
SELECT n, phase, n %% %(companies)s AS company, n %% %(teachers)s AS teacher, n %% %(texts)s AS text,
       now() - (%(size)s - n + 40) * interval '5 years' / (%(size)s + 40) AS moment
FROM generate_series(1, %(size)s) AS g(n) CROSS JOIN LATERAL (SELECT CASE {cases} END AS phase) AS p
"""


def fill(size: int) -> None:
    """So many challenges, most of them with a project that is over; the database was empty."""
    from django.db import connection

    from partners.lexicon import rebuild

    with connection.cursor() as cursor:
        base = specimens()
        many = {"companies": size // 50, "teachers": size // 25, "students": size // 2}
        plan(cursor, size, many)
        with without_triggers(cursor):
            people(cursor, base, many)
            challenges(cursor, base)
            projects(cursor, base, many)
            history(cursor, base)
        rebuild()
        settle(cursor)
        cursor.execute("VACUUM ANALYZE")


def plan(cursor, size: int, many: dict) -> None:
    """A row per challenge: its number, phase, company, teacher, text and moment."""
    writer, ends, end = Writer(), [], size
    for share, phase in reversed(PHASES):
        ends.insert(0, f"WHEN n <= {end} THEN '{phase}'")
        end -= max(FEW, round(share * size))
    cursor.execute(PLAN.format(cases=" ".join(ends)), many | {"size": size, "texts": TEXTS})
    cursor.execute("CREATE TEMP TABLE words (text int PRIMARY KEY, a_title text, a_summary text, a_text text)")
    with cursor.copy("COPY words FROM STDIN") as out:
        for number in range(TEXTS):
            out.write_row((number, writer.text(5)[:90], writer.text(15)[:250], writer.text(80)))
    cursor.execute("CREATE INDEX ON plan (n)")
    cursor.execute("ANALYZE plan")


def specimens() -> dict:
    """One row of each kind, and the schools with what they teach; {kind: object}."""
    from oil_portal.core import clock
    from tests import factories as f

    schools = [f.PartnerFactory(school=True, name=f"School {number}") for number in range(SCHOOLS)]
    labs = [f.PartnerFactory(lab=True, name=f"Lab {number}", parent=schools[number % 2]) for number in range(4)]
    goals = f.LearningGoalFactory.create_batch(60)
    runs = []
    for number in range(MODULES):
        module = f.ModuleFactory(school=schools[number % SCHOOLS], lab=labs[number % 4] if number % 4 < 2 else None,
                                 level=(3, 4, 6)[number % 3], goals=goals[number : number + 5])  # fmt: skip
        runs += [
            f.ModuleRunFactory(
                module=module, period=f"Periode {each}", starts=clock.today() - timedelta(weeks=1 + 21 * each)
            )
            for each in range(RUNS)
        ]
    company, teacher, student = f.PartnerFactory(), f.UserFactory(), f.UserFactory()
    project = f.ProjectFactory(assignment__challenge__partner=company, assignment__goals=goals[:1], run=runs[0],
                               coach=teacher, lab=labs[0])  # fmt: skip
    return {
        "company": company, "user": teacher, "project": project, "challenge": project.challenge,
        "assignment": project.assignment, "runs": runs, "goals": goals, "labs": labs, "schools": schools,
        "contact": f.MembershipFactory(user=teacher, partner=company),
        "link": project.assignment.links.get(), "enrolment": f.EnrolmentFactory(student=student, run=runs[0]),
        "seat": f.ApplicationFactory(project=project, student=student, placed=True),
        "outcome": f.OutcomeFactory(project=project), "contribution": f.ContributionFactory(project=project),
        "reached": f.AchievementFactory(project=project, student=student, goal=goals[0], reached=True),
        "question": f.QuestionFactory(challenge=project.challenge, asker=student, answered=True),
    }  # fmt: skip


def like(cursor, one, rows: str, **values: str) -> None:
    """Copy the row of `one` for each of `rows`, with these columns other: SQL of the rows, such as `plan.n`."""
    table = one._meta.db_table
    cursor.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND is_generated = 'NEVER'", [table]
    )
    columns = [name for (name,) in cursor.fetchall()]
    filled = ", ".join(values.get(name, f"one.{name}") for name in columns)
    rows, _where, condition = rows.partition(" WHERE ")
    cursor.execute(
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {filled} FROM {rows}"  # noqa: S608  our own names
        f" CROSS JOIN {table} AS one WHERE one.id = {one.pk} AND {condition or 'true'}"
    )
    cursor.execute(f"SELECT setval(pg_get_serial_sequence(%s, 'id'), max(id)) FROM {table}", [table])  # noqa: S608


def one_of(values, number: str) -> str:
    """SQL: the value that a number chooses."""
    return f"('{{{','.join(map(str, values))}}}'::text[])[1 + ({number}) % {len(values)}]"


def people(cursor, base: dict, many: dict) -> None:
    """Companies with a contact each, teachers and students of the schools; who is who follows from the number."""
    user, first = base["user"], base["user"].pk
    schools = [school.pk for school in base["schools"]]
    like(cursor, base["company"], f"generate_series(1, {many['companies'] + ONLY_THERE}) AS n",
         id=f"{base['company'].pk} + n", name="'Bedrijf ' || n || ' BV'", municipality=one_of(TOWNS, "n"))  # fmt: skip
    begin = 1000  # above the numbers of who is there already
    for role, count in (("contact", many["companies"]), ("teacher", many["teachers"]), ("student", many["students"])):
        where = f"{base['company'].pk} + n" if role == "contact" else f"{one_of(schools, 'n')}::bigint"
        like(cursor, user, f"generate_series(1, {count}) AS n", id=f"{first + begin} + n",
             email=f"'{role}' || n || '@mail.example'", first_name="'Sam' || n")  # fmt: skip
        like(cursor, base["contact"], f"generate_series(1, {count}) AS n", id=f"{base['contact'].pk + begin} + n",
             user_id=f"{first + begin} + n", partner_id=where, role=f"'{role}'")  # fmt: skip
        base[f"{role}s"] = first + begin + 1
        begin += count
    like(cursor, base["enrolment"], f"generate_series(1, {many['students']}) AS n", id=f"{base['enrolment'].pk} + n",
         student_id=f"{base['students'] - 1} + n",
         run_id=f"{one_of([run.pk for run in base['runs']], 'n')}::bigint")  # fmt: skip


def challenges(cursor, base: dict) -> None:
    """Each with its assignment as soon as a teacher has it, and a question at one in four."""
    words = "plan JOIN words USING (text)"
    contact, teacher = f"{base['contacts']} + company", f"{base['teachers']} + teacher"
    like(cursor, base["challenge"], words, id=f"{base['challenge'].pk} + n", title="a_title", question="a_text",
         partner_id=f"{base['company'].pk} + 1 + company", contact_id=contact, theme=one_of(THEMES, "n"),
         translator_id=f"CASE WHEN phase NOT IN ('unclaimed', 'submitted') THEN {teacher} END",
         confidential="n % 50 = 0", created_at="moment", submitted_at="moment",
         status="CASE phase WHEN 'open' THEN 'published' WHEN 'confirming' THEN 'running' WHEN 'sent' THEN 'accepted'"
                " WHEN 'unclaimed' THEN 'accepted' ELSE phase END")  # fmt: skip
    like(cursor, base["assignment"], f"{words} WHERE phase NOT IN ('unclaimed', 'submitted')",
         id=f"{base['assignment'].pk} + n", challenge_id=f"{base['challenge'].pk} + n", title="a_title",
         summary="a_summary", text="a_text", created_at="moment + interval '5 days'",
         status="CASE phase WHEN 'sent' THEN 'sent' ELSE 'agreed' END", level="3 + n % 2")  # fmt: skip
    like(cursor, base["link"], f"plan CROSS JOIN generate_series(0, {GOALS - 1}) AS tooth"
         " WHERE phase NOT IN ('unclaimed', 'submitted')", id=f"{base['link'].pk} + 1 + n * {GOALS} + tooth",
         assignment_id=f"{base['assignment'].pk} + n", position="tooth + 1",
         goal_id=f"{one_of([goal.pk for goal in base['goals']], 'n + tooth * 7')}::bigint")  # fmt: skip
    like(cursor, base["question"], "plan WHERE n % 4 = 0", id=f"{base['question'].pk} + n", answered_by_id=contact,
         challenge_id=f"{base['challenge'].pk} + n", asker_id=teacher, created_at="moment",
         answered_at="moment")  # fmt: skip


def projects(cursor, base: dict, many: dict) -> None:
    """One of each agreed assignment, with who applied, and of what is over hours, goals and what came of it."""
    project, student = base["project"].pk, f"{base['students']} + (n * 3 + seat) % {many['students']}"
    company = f"{base['company'].pk} + 1 + company"
    begins = ("CASE phase WHEN 'open' THEN current_date + 30 + n % 20 WHEN 'completed' THEN moment::date + 30"
              " ELSE current_date - 35 END")  # fmt: skip
    like(cursor, base["project"], PROJECTS.replace("plan", "plan JOIN words USING (text)"), id=f"{project} + n",
         assignment_id=f"{base['assignment'].pk} + n", title="a_title", summary="a_summary", text="a_text",
         host=company, coach_id=f"{base['teachers']} + teacher", confidential="n % 50 = 0",
         theme=one_of(THEMES, "n"), level="3 + n % 2", created_at="moment + interval '10 days'",
         run_id=f"{one_of([run.pk for run in base['runs']], 'n')}::bigint",
         lab_id=f"CASE WHEN n % 3 > 0 THEN {one_of([lab.pk for lab in base['labs']], 'n')}::bigint END",
         status="phase", starts=begins, closing_date=f"{begins} - 10", ends=f"{begins} + 70")  # fmt: skip
    seat = base["seat"].pk + 1
    like(cursor, base["seat"], TEAMS, id=f"{seat} + n * 3 + seat", project_id=f"{project} + n", student_id=student,
         created_at="moment + interval '15 days'", decided_at="moment + interval '20 days'")  # fmt: skip
    like(cursor, base["seat"], "plan CROSS JOIN generate_series(0, 1) AS seat WHERE phase = 'open'", student_id=student,
         id=f"{seat} + n * 3 + seat", project_id=f"{project} + n", status="'submitted'", decided_at="NULL")  # fmt: skip
    like(cursor, base["reached"], TEAMS.replace("'confirming', 'running'", "'confirming'"), student_id=student,
         id=f"{base['reached'].pk + 1} + n * 3 + seat", project_id=f"{project} + n",
         goal_id=f"{one_of([goal.pk for goal in base['goals']], 'n')}::bigint")  # fmt: skip
    over = "plan WHERE phase = 'completed'"
    like(cursor, base["outcome"], over, id=f"{base['outcome'].pk} + n", project_id=f"{project} + n",
         follow_up="CASE WHEN n % 3 = 0 THEN 'elsewhere' ELSE 'none' END",
         created_at="moment + interval '110 days'")  # fmt: skip
    like(cursor, base["contribution"], PROJECTS.replace("'running', 'open'", "'running'"), day="moment::date + 40",
         id=f"{base['contribution'].pk} + n", project_id=f"{project} + n", partner_id=company,
         status="CASE WHEN phase = 'running' THEN 'stated' ELSE 'confirmed' END", created_at="moment",
         answered_at="CASE WHEN phase <> 'running' THEN moment END")  # fmt: skip


EVENTS = """
INSERT INTO core_timelineentry (content_type_id, object_id, event, to_status, actor_id, remark, changes, created_at)
SELECT type.id, %(base)s + n, name, state, %(actor)s + n %% %(many)s, '', '{{}}', moment + days * interval '1 day'
FROM plan CROSS JOIN (VALUES {events}) AS event (name, state, days)
JOIN django_content_type AS type ON type.app_label = %(app)s AND type.model = %(model)s
WHERE days < CASE phase WHEN 'submitted' THEN 1 WHEN 'unclaimed' THEN 5 WHEN 'sent' THEN 7 WHEN 'open' THEN 16
    WHEN 'running' THEN 26 WHEN 'confirming' THEN 81 ELSE 200 END
"""
NOTICES = """
INSERT INTO core_notice (recipient_id, entry_id, read_at, told_at)
SELECT challenge.contact_id, entry.id, read, read FROM core_timelineentry AS entry
JOIN challenges_challenge AS challenge ON challenge.id = entry.object_id
CROSS JOIN LATERAL (SELECT CASE WHEN challenge.status = 'completed' THEN entry.created_at END AS read) AS r
WHERE entry.event IN ('accept', 'start') AND challenge.contact_id IS NOT NULL AND entry.content_type_id =
    (SELECT id FROM django_content_type WHERE app_label = 'challenges' AND model = 'challenge')
"""
PROMISES = """
INSERT INTO core_promise (content_type_id, object_id, kind, side, partner, turn, asked_at, due, reminders)
SELECT type.id, %(base)s + n, %(kind)s, %(side)s, NULL, 1, moment, current_date + n %% 9 - 3, 0
FROM plan JOIN django_content_type AS type ON type.app_label = 'challenges' AND type.model = %(model)s
WHERE phase = %(phase)s
"""


def history(cursor, base: dict) -> None:
    """What happened to each, what its company heard of it, and what still waits for an answer."""
    told = {
        "challenge": (("submit", "submitted", 0), ("accept", "accepted", 4), ("publish", "published", 15),
                      ("start", "running", 25), ("complete", "completed", 110)),
        "assignment": (("send", "sent", 6), ("agree", "agreed", 10)),
        "project": (("open", "open", 15), ("start", "running", 25), ("wrap_up", "confirming", 80),
                    ("complete", "completed", 110)),
    }  # fmt: skip
    for model, events in told.items():
        app = base[model]._meta.app_label
        params = {"base": base[model].pk, "actor": base["teachers"], "many": 20, "app": app, "model": model}
        cursor.execute(EVENTS.format(events=", ".join(map(str, events))), params)
    cursor.execute(NOTICES)
    for model, phase, kind, side in (("challenge", "submitted", "challenges.challenge:submitted", "broker"),
                                     ("assignment", "sent", "challenges.assignment:sent", "company")):  # fmt: skip
        cursor.execute(PROMISES, {"base": base[model].pk, "kind": kind, "side": side, "model": model, "phase": phase})
