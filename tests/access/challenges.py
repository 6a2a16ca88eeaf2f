"""Who gets which answer at the addresses of challenges."""

from tests.access import FORBIDDEN, HIDDEN, LOGGED_IN, PUBLIC, ROLES, Row

UNSEEN = dict.fromkeys(ROLES, 404)  # a public address of an object that is not public
REMARK = {"remark": "Kun je zeggen hoe groot de muur is?"}
READERS = {
    "contact": 403,
    "other_teacher": 403,
    "coordinator": 403,
    "broker": 403,
}  # see the assignment, don't write it


def path(tail: str, name: str):
    """The address of the object that the world calls `name`."""
    return lambda world: f"/vraagstukken/{tail}".replace("PK", str(getattr(world, name).pk))


def row(name: str, tail: str, obj: str, expected: dict, method: str = "get", data: dict | None = None) -> Row:
    return Row(f"challenges:{name}", path(tail, obj), expected, method, data or {})


ROWS = [
    Row("challenges:list", lambda world: "/vraagstukken/", PUBLIC),
    Row("challenges:add", lambda world: "/vraagstukken/nieuw/", LOGGED_IN),
    Row("challenges:mine", lambda world: "/vraagstukken/van-ons/", LOGGED_IN),
    Row("challenges:queue", lambda world: "/vraagstukken/controle/", FORBIDDEN | {"broker": 200, "admin": 200}),
    row("detail", "PK/", "challenge", PUBLIC),
    row("detail", "PK/", "challenge_draft", UNSEEN | {"contact": 200}),
    row("detail", "PK/", "challenge_submitted", UNSEEN | {"contact": 200, "broker": 200, "admin": 200}),
    row("edit", "PK/wijzig/", "challenge", FORBIDDEN | {"contact": 200, "admin": 200}),
    row("edit", "PK/wijzig/", "challenge_draft", HIDDEN | {"contact": 200}),
    row("act", "PK/doe/submit/", "challenge_draft", HIDDEN | {"contact": 200}),
    row("act", "PK/doe/submit/", "challenge_draft", HIDDEN | {"contact": 302}, "post"),
    row("act", "PK/doe/return/", "challenge_submitted", HIDDEN | {"broker": 200, "admin": 200}),
    row(
        "act", "PK/doe/return/", "challenge_submitted",
        HIDDEN | {"contact": 403, "broker": 302, "admin": 302}, "post", REMARK,
    ),
    row("act", "PK/doe/decline/", "challenge", FORBIDDEN | {"broker": 302, "admin": 302}, "post", REMARK),
    row("accept", "PK/accepteer/", "challenge_submitted", HIDDEN | {"contact": 403, "broker": 200, "admin": 200}),
    row(
        "accept", "PK/accepteer/", "challenge_submitted",
        HIDDEN | {"contact": 403, "broker": 302, "admin": 302}, "post",
    ),
    row("translator", "PK/vertaler/", "challenge", FORBIDDEN | {"broker": 200, "admin": 200}),
    row("claim", "PK/neem/", "challenge_unclaimed", FORBIDDEN | {"teacher": 302, "other_teacher": 302}, "post"),
    row("assignment_add", "PK/opdracht/", "challenge", FORBIDDEN | {"teacher": 200, "admin": 200}),
    row(
        "assignment", "opdracht/PK/", "assignment",
        HIDDEN | dict.fromkeys(("contact", "teacher", "other_teacher", "coordinator", "broker", "admin"), 200),
    ),
    row("assignment_edit", "opdracht/PK/wijzig/", "assignment", HIDDEN | READERS | {"teacher": 200, "admin": 200}),
    row("goals", "opdracht/PK/leerdoelen/", "assignment", HIDDEN | READERS | {"teacher": 200, "admin": 200}),
    row("assignment_act", "opdracht/PK/doe/send/", "assignment", HIDDEN | {"teacher": 200, "admin": 200}),
    row(
        "assignment_act", "opdracht/PK/doe/agree/", "assignment_sent",
        HIDDEN | READERS | {"teacher": 403, "contact": 302, "admin": 302}, "post",
    ),
]  # fmt: skip
