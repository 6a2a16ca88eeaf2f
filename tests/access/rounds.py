"""Who gets which answer at the addresses of who runs a matching round."""

from tests.access import FORBIDDEN, HIDDEN, LOGGED_IN, Row

RUNS = {"coordinator": 200, "admin": 200}
READS = HIDDEN | RUNS | {"teacher": 200}  # the school's teachers read along
STEERS = HIDDEN | RUNS | {"teacher": 403, "student": 403}
GOES = {"coordinator": 302, "admin": 302}


def path(tail: str, name: str, *more: str):
    """The address of the object that the world calls `name`, with the keys of `more` after it."""

    def address(world) -> str:
        keys = [str(getattr(world, each).pk) for each in (name, *more)]
        return f"/projecten/{tail}".format(*keys)

    return address


def row(name: str, tail: str, objects: tuple, expected: dict, method: str = "get", data: dict | None = None) -> Row:
    return Row(f"projects:{name}", path(tail, *objects), expected, method, data or {})


CLOSED, PROPOSAL = ("round_closed",), ("proposal",)
SEAT = ("proposal", "student")
ROWS = [
    Row("projects:rounds", lambda world: "/projecten/rondes/", LOGGED_IN),
    Row("projects:round_make", lambda world: "/projecten/ronde/nieuw/", FORBIDDEN | RUNS),
    row("round", "ronde/{}/", CLOSED, READS | {"student": 302}),
    row("round", "ronde/{}/", ("round_draft",), READS),
    row("round_edit", "ronde/{}/wijzig/", CLOSED, STEERS),
    row("round_projects", "ronde/{}/projecten/", CLOSED, STEERS),
    row("round_rules", "ronde/{}/regels/", CLOSED, STEERS),
    row("rule_add", "ronde/{}/regels/begeleider/", CLOSED, STEERS | {"coordinator": 422, "admin": 422}, "post"),
    row("rule_add", "ronde/{}/regels/onzin/", CLOSED, HIDDEN | {"teacher": 403, "student": 403}, "post"),
    row("rule_remove", "ronde/{}/regels/begeleider/{}/weg/", ("round_closed", "coach_limit"), STEERS | GOES, "post"),
    row("rule_remove", "ronde/{}/regels/lab/{}/weg/", ("round_closed", "coach_limit"),
        HIDDEN | {"teacher": 403, "student": 403}, "post"),
    row("round_entry", "ronde/project/{}/", ("entry_closed",), STEERS),
    row("favour", "ronde/project/{}/voorkeur/", ("entry_closed",), STEERS | {"teacher": 200}),
    row("favour", "ronde/project/{}/voorkeur/", ("entry_closed",),
        STEERS | {"coordinator": 303, "admin": 303, "teacher": 303}, "post"),  # in this round it does not count
    row("round_act", "ronde/{}/doe/cancel/", CLOSED, HIDDEN | RUNS),
    row("round_act", "ronde/{}/doe/publish/", CLOSED, HIDDEN, "post"),
    row("round_act", "ronde/{}/doe/cancel/", CLOSED, HIDDEN | GOES | {"teacher": 403}, "post", {"remark": "Te klein."}),
    row("remind", "ronde/{}/herinner/", ("round",), STEERS | {"coordinator": 302, "admin": 302}, "post"),
    row("solve", "ronde/{}/bereken/", CLOSED, STEERS | GOES, "post"),
    row("solve", "ronde/{}/bereken/", CLOSED, STEERS | {"coordinator": 404, "admin": 404}, "post", {"kind": "hand"}),
    row("compare", "ronde/{}/vergelijk/", CLOSED, READS | {"student": 403}),
    row("drop_out", "ronde/{}/uitval/", CLOSED, STEERS),
    row("late", "ronde/{}/laat/", CLOSED, STEERS),
    row("proposal", "voorstel/{}/", PROPOSAL, READS),
    row("proposal_choose", "voorstel/{}/kies/", PROPOSAL, HIDDEN | GOES | {"teacher": 403}, "post"),
    row("proposal_publish", "voorstel/{}/publiceer/", PROPOSAL, HIDDEN | RUNS | {"teacher": 403}),
    row("proposal_publish", "voorstel/{}/publiceer/", PROPOSAL, HIDDEN | GOES | {"teacher": 403}, "post"),
    row("proposal_student", "voorstel/{}/student/{}/", SEAT, READS),
    row("proposal_move", "voorstel/{}/student/{}/verplaats/", SEAT, HIDDEN | RUNS | {"teacher": 403}),
    row("proposal_move", "voorstel/{}/student/{}/verplaats/", SEAT, HIDDEN | GOES | {"teacher": 403}, "post"),
    row("proposal_prices", "voorstel/{}/student/{}/prijzen/", SEAT, HIDDEN | RUNS | {"teacher": 403}),
    row("proposal_lock", "voorstel/{}/student/{}/slot/", SEAT, HIDDEN | GOES | {"teacher": 403}, "post"),
    row("proposal_student", "voorstel/{}/student/{}/", ("proposal", "other_student"), HIDDEN),
    row("proposal_project", "voorstel/{}/project/{}/", ("proposal", "project_closed"), READS),
]  # fmt: skip
