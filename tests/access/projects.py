"""Who gets which answer at the addresses of projects."""

from tests.access import FORBIDDEN, HIDDEN, LOGGED_IN, PUBLIC, ROLES, Row

ASKED = FORBIDDEN | {"contact": 200, "admin": 200}  # what the company that asked does
TEACHING = dict.fromkeys(("teacher", "other_teacher", "coordinator", "admin"), 200)
FOLLOWS = FORBIDDEN | TEACHING | dict.fromkeys(("contact", "other_contact", "broker"), 200)
LEADS = ("teacher", "coordinator", "admin")
STUDENTS = FORBIDDEN | dict.fromkeys(("student", "other_student", "admin"), 200)
MOVE_ON = FORBIDDEN | dict.fromkeys(("student", "other_student", "admin"), 302)
ONLY_POST = dict.fromkeys(ROLES, 405) | {"visitor": 302}
CHOOSES = HIDDEN | dict.fromkeys(("teacher", "coordinator", "admin"), 403)  # and the student of one of its runs


def path(tail: str, name: str):
    """The address of the object that the world calls `name`."""
    return lambda world: f"/projecten/{tail}".replace("PK", str(getattr(world, name).pk))


def row(name: str, tail: str, obj: str, expected: dict, method: str = "get", data: dict | None = None) -> Row:
    return Row(f"projects:{name}", path(tail, obj), expected, method, data or {})


def leads(status: int) -> dict:
    return dict.fromkeys(LEADS, status)


ROWS = [
    Row("projects:list", lambda world: "/projecten/", PUBLIC),
    Row("projects:mine", lambda world: "/projecten/van-mij/", LOGGED_IN),
    Row("projects:coverage", lambda world: "/projecten/dekking/", FORBIDDEN | TEACHING | {"broker": 200}),
    Row("projects:call", lambda world: f"/projecten/oproep/{world.goals[0].pk}/", FORBIDDEN | TEACHING),
    row("detail", "PK/", "project", PUBLIC),
    row("detail", "PK/", "project_running", PUBLIC),
    row("detail", "PK/", "project_confirming", PUBLIC),
    row(
        "open", "nieuw/PK/", "assignment_agreed",
        HIDDEN | leads(200) | {"other_teacher": 200, "contact": 403, "broker": 403},
    ),
    row("edit", "PK/wijzig/", "project", FORBIDDEN | leads(200)),
    row("edit", "PK/wijzig/", "project_running", FORBIDDEN | leads(303)),
    row("act", "PK/doe/cancel/", "project", HIDDEN | leads(200)),
    row("act", "PK/doe/start/", "project", FORBIDDEN | leads(303), "post"),  # nobody is placed yet
    row("act", "PK/doe/wrap_up/", "project_running", FORBIDDEN | leads(302), "post"),
    row("act", "PK/doe/nonsense/", "project", HIDDEN, "post"),
    row("apply", "PK/aanmelden/", "project", dict.fromkeys(ROLES, 302)),
    row(
        "apply", "PK/aanmelden/", "project",
        FORBIDDEN | {"student": 303, "other_student": 302, "admin": 302}, "post", {"motivation": "Ik wil dit leren."},
    ),
    row("application_act", "aanmelding/PK/doe/place/", "application", HIDDEN | leads(200)),
    row("application_act", "aanmelding/PK/doe/place/", "application", HIDDEN | leads(302) | {"student": 403}, "post"),
    row(
        "application_act", "aanmelding/PK/doe/decline/", "application",
        HIDDEN | leads(302) | {"student": 403}, "post", {"remark": "Het team is rond."},
    ),
    row("application_act", "aanmelding/PK/doe/unseat/", "application", HIDDEN | leads(404) | {"student": 404}),
    row(
        "application_act", "aanmelding/PK/doe/withdraw/", "application",
        HIDDEN | {"student": 302, "teacher": 403, "coordinator": 403, "admin": 302}, "post",
    ),
    row("confirm", "PK/leerdoelen/", "project_confirming", FORBIDDEN | leads(200) | {"contact": 200, "student": 200}),
    row("confirm", "PK/leerdoelen/", "project_running", FORBIDDEN | leads(303) | {"contact": 303, "student": 303}),
    row(
        "confirm", "PK/leerdoelen/", "project_confirming",
        FORBIDDEN | {"contact": 302, "admin": 302}, "post", {"side": "company", "none": "on"},
    ),
    row("outcome", "PK/uitkomst/", "project_confirming", FORBIDDEN | leads(200)),
    row("outcome", "PK/uitkomst/", "project", FORBIDDEN | leads(303)),
    row("detail", "PK/", "project_completed", PUBLIC),
    Row("projects:contributions", lambda world: "/projecten/bijdragen/", FOLLOWS),
    Row(
        "projects:contributions_confirm", lambda world: "/projecten/bijdragen/bevestig/",
        {role: 303 if answer == 200 else answer for role, answer in FOLLOWS.items()}, "post",
    ),  # nothing is ticked
    row("contribution", "bijdragen/PK/", "contribution", HIDDEN | leads(200) | {"contact": 200, "broker": 200}),
    row(
        "contribution_correct", "bijdragen/PK/verbeter/", "contribution",
        HIDDEN | {"contact": 200, "teacher": 403, "coordinator": 403, "broker": 403, "admin": 200},
    ),
    row(
        "contribution_remove", "bijdragen/PK/weg/", "contribution",
        HIDDEN | {"contact": 302, "teacher": 403, "coordinator": 403, "broker": 403, "admin": 302}, "post",
    ),
    row(
        "contribution_again", "bijdragen/PK/nogmaals/", "contribution",
        HIDDEN | leads(403) | {"contact": 303, "broker": 403}, "post",
    ),  # the team has not begun
    row("contribution_act", "bijdragen/PK/doe/dispute/", "contribution", HIDDEN | leads(200)),
    row("contribution_act", "bijdragen/PK/doe/confirm/", "contribution", HIDDEN),
    row(
        "contribution_act", "bijdragen/PK/doe/dispute/", "contribution",
        HIDDEN | leads(302) | {"contact": 403, "broker": 403}, "post", {"remark": "Ik was er niet."},
    ),
    row("thank", "PK/bedankt/", "project_confirming", ASKED),
    row("feedback", "PK/feedback/", "project_confirming", ASKED | leads(200) | {"student": 200}),
    row("feedback", "PK/feedback/", "project_running", FORBIDDEN | leads(404) | {"contact": 404, "student": 404}),
    row("later", "PK/later/", "project_completed", ASKED),
    row("later", "PK/later/", "project_confirming", FORBIDDEN | {"contact": 404, "admin": 404}),
    row("card", "PK/kaart/", "project_completed", PUBLIC),
    row("card", "PK/kaart/", "project_running", dict.fromkeys(ROLES, 404)),
    row("card_pdf", "PK/kaart.pdf", "project_completed", PUBLIC),
    row("card_pdf", "PK/kaart.pdf", "project_running", dict.fromkeys(ROLES, 404)),
    Row("projects:follow_ups", lambda world: "/projecten/vervolg/", FOLLOWS),
    Row("projects:follow_ups", lambda world: "/projecten/vervolg/?waar=verder", FOLLOWS),
    row("contact", "PK/contact/", "project_running", FORBIDDEN | leads(200)),
    row("contact", "PK/contact/", "project_running", FORBIDDEN | leads(302), "post"),
    row("contact", "PK/contact/", "project", FORBIDDEN | leads(404)),
    # A student's own page and calendar.
    Row("projects:profile", lambda world: "/projecten/profiel/", STUDENTS),
    Row("projects:profile", lambda world: "/projecten/profiel/", MOVE_ON, "post", {"shown": "team"}),
    Row("projects:calendar_link", lambda world: "/projecten/profiel/agenda/", MOVE_ON, "post", {"do": "renew"}),
    Row("projects:calendar_link", lambda world: "/projecten/profiel/agenda/", ONLY_POST),
    Row("projects:calendar", lambda world: world.profile.calendar_path, PUBLIC),
    Row("projects:calendar", lambda world: "/projecten/agenda/geraden.ics", dict.fromkeys(ROLES, 404)),
    # A student in a matching round.
    row("ranking", "ronde/PK/keuzes/", "round", CHOOSES | {"student": 200}),
    row("ranking", "ronde/PK/keuzes/", "round", CHOOSES | {"student": 302}, "post"),
    row("ranking_load", "ronde/PK/studielast/", "round", CHOOSES | {"student": 302}, "post", {"load": "1"}),
    row("friends", "ronde/PK/vrienden/", "round", CHOOSES | {"student": 302}, "post", {"do": "make"}),
    row("friends", "ronde/PK/vrienden/", "round", dict.fromkeys(ROLES, 405) | {"visitor": 302}),
    Row("projects:friends_join", lambda world: world.friends.get_absolute_url(), LOGGED_IN),
    Row("projects:friends_join", lambda world: "/projecten/vrienden/geraden/", HIDDEN),
    Row("projects:friends_join", lambda world: world.friends.get_absolute_url(), FORBIDDEN | {"student": 302}, "post"),
]  # fmt: skip
