"""Who gets which answer at the addresses of challenges."""

from tests.access import FORBIDDEN, HIDDEN, PUBLIC, ROLES, Row

UNSEEN = dict.fromkeys(ROLES, 404)  # a public address of an object that is not public
ASKERS = dict.fromkeys(("teacher", "other_teacher", "student", "other_student", "admin"), 302)
WRITERS = dict.fromkeys(("contact", "other_contact", "teacher", "other_teacher", "broker"), 200)
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


def concept(tail: str):
    """An address of the draft of the world's contact."""
    return lambda world: f"{world.draft.get_absolute_url()}{tail}"


ROWS = [
    Row("challenges:list", lambda world: "/vraagstukken/", PUBLIC),
    Row("challenges:add", lambda world: "/vraagstukken/nieuw/", PUBLIC),
    Row("challenges:mine", lambda world: "/vraagstukken/van-ons/", dict.fromkeys(ROLES, 301) | {"visitor": 302}),
    Row("challenges:draft", concept(""), HIDDEN | {"contact": 302}),
    Row("challenges:draft_step", concept("vraag/"), HIDDEN | {"contact": 200}),
    Row("challenges:draft_step", concept("opdracht/"), HIDDEN | {"contact": 200}),
    Row("challenges:draft_step", concept("praktisch/"), HIDDEN | {"contact": 200}),
    Row("challenges:draft_step", concept("controle/"), HIDDEN | {"contact": 200}),
    Row("challenges:draft_step", concept("nergens/"), dict.fromkeys(ROLES, 404)),
    Row("challenges:draft_step", concept("controle/"), HIDDEN | {"contact": 302}, "post"),
    Row("challenges:draft_save", concept("bewaar/"), UNSEEN | {"visitor": 401, "contact": 200}, "post"),
    Row("challenges:draft_share", concept("deel/"), HIDDEN | {"contact": 302}, "post", {"shared": "1"}),
    Row("challenges:draft_discard", concept("weg/"), UNSEEN | {"contact": 302}, "post"),
    Row("challenges:draft_attach", concept("bijlage/"), UNSEEN | {"contact": 302}, "post"),
    Row("challenges:draft_detach", concept("bijlage/1/weg/"), UNSEEN | {"contact": 302}, "post"),
    row("attachment", "bijlage/PK/", "attachment", PUBLIC),
    row("thumbnail", "bijlage/PK/klein/", "attachment", PUBLIC),
    row("thumbnail", "bijlage/PK/klein/", "attachment_draft", UNSEEN | {"contact": 200}),
    row("attachment", "bijlage/PK/", "attachment_draft", UNSEEN | {"contact": 200}),
    row("copy", "PK/kopie/", "challenge", FORBIDDEN | {"contact": 302}, "post"),
    row("remark", "PK/opmerking/", "challenge", FORBIDDEN | dict.fromkeys(("teacher", "broker", "admin"), 302), "post",
        {"opmerking-field": "question", "opmerking-text": "Hoe groot?"}),
    row(
        "remark_done", "opmerking/PK/", "remark",
        FORBIDDEN | dict.fromkeys(("contact", "broker", "admin"), 302), "post",
    ),
    row("ask", "PK/vraag/", "challenge", FORBIDDEN | ASKERS, "post", {"vraag-text": "Hoe groot is de muur?"}),
    row("answer", "vraag/PK/antwoord/", "question", FORBIDDEN | {"contact": 422, "admin": 422}, "post"),
    row("keep", "PK/bewaar/", "challenge", FORBIDDEN | {"student": 302, "other_student": 302}, "post", {"saved": "1"}),
    Row("challenges:upload_add", lambda world: "/vraagstukken/lijst/", FORBIDDEN | WRITERS),
    Row("challenges:upload_template", lambda world: "/vraagstukken/lijst/voorbeeld.xlsx", FORBIDDEN | WRITERS),
    row("upload", "lijst/PK/", "upload", HIDDEN | {"contact": 200}),
    row("upload_finish", "lijst/PK/indienen/", "upload", HIDDEN | {"contact": 302}, "post"),
    Row("challenges:queue", lambda world: "/vraagstukken/controle/", FORBIDDEN | {"broker": 200, "admin": 200}),
    row("detail", "PK/", "challenge", PUBLIC),
    row("detail", "PK/", "challenge_returned", UNSEEN | {"contact": 200, "broker": 200, "admin": 200}),
    row("detail", "PK/", "challenge_submitted", UNSEEN | {"contact": 200, "broker": 200, "admin": 200}),
    row("edit", "PK/wijzig/", "challenge", FORBIDDEN | {"contact": 302, "admin": 302}),
    row("edit", "PK/wijzig/", "challenge_returned", HIDDEN | {"contact": 302, "broker": 403, "admin": 302}),
    row("act", "PK/doe/submit/", "challenge_returned", HIDDEN | {"contact": 200, "admin": 200}),
    row("act", "PK/doe/submit/", "challenge_returned", HIDDEN | {"contact": 302, "broker": 403, "admin": 302}, "post"),
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
    row(
        "versions", "opdracht/PK/versies/", "assignment",
        HIDDEN | dict.fromkeys(("contact", "teacher", "other_teacher", "coordinator", "broker", "admin"), 200),
    ),
    row(
        "assignment_remark", "opdracht/PK/opmerking/", "assignment",
        HIDDEN | READERS | dict.fromkeys(("teacher", "contact", "broker", "admin"), 302), "post",
        {"opmerking-field": "text", "opmerking-text": "Hoe groot?"},
    ),
    row("call", "oproep/PK/", "call",
        HIDDEN | dict.fromkeys(("contact", "teacher", "other_teacher", "coordinator", "broker", "admin"), 200)),
    row("goals", "opdracht/PK/leerdoelen/", "assignment", HIDDEN | READERS | {"teacher": 200, "admin": 200}),
    row("assignment_act", "opdracht/PK/doe/send/", "assignment", HIDDEN | {"teacher": 200, "admin": 200}),
    row(
        "assignment_act", "opdracht/PK/doe/agree/", "assignment_sent",
        HIDDEN | READERS | {"teacher": 403, "contact": 302, "admin": 302}, "post",
    ),
]  # fmt: skip
