"""Who gets which answer below /partners/."""

from django.urls import reverse

from tests.access import FORBIDDEN, HIDDEN, LOGGED_IN, PUBLIC, ROLES, Row

OWN = {"contact": 200, "broker": 200, "admin": 200}
REVIEWER = {"broker": 200, "admin": 200}
DONE = dict.fromkeys(ROLES, 302)
OK = {"role": "contact"}


def of(name: str, obj: str, *args):
    """The path of `name` for the object that the world calls `obj`."""
    return lambda world: reverse(f"partners:{name}", args=[getattr(world, obj).pk, *args])


def between(keep: str, gone: str):
    """The path where two of the world become one."""
    return lambda world: reverse("partners:merge", args=[getattr(world, keep).pk, getattr(world, gone).pk])


ROWS = [
    Row("partners:list", lambda world: reverse("partners:list"), PUBLIC),
    Row("partners:add", lambda world: reverse("partners:add"), LOGGED_IN),
    Row("partners:add", lambda world: reverse("partners:add"), DONE, "post", {"kind": "company", "name": "Nieuw"}),
    Row("partners:queue", lambda world: reverse("partners:queue"), FORBIDDEN | REVIEWER),
    Row("partners:welcome", lambda world: reverse("partners:welcome"), LOGGED_IN),
    Row("partners:detail", of("detail", "company"), PUBLIC),
    Row("partners:detail", of("detail", "partner_submitted"), dict.fromkeys(ROLES, 404) | REVIEWER),
    Row("partners:edit", of("edit", "company"), FORBIDDEN | OWN),
    Row("partners:edit", of("edit", "company"), FORBIDDEN | dict.fromkeys(OWN, 302), "post", {"name": "Marewijk"}),
    Row("partners:edit", of("edit", "lab"), FORBIDDEN | {"coordinator": 200} | REVIEWER),
    Row("partners:edit", of("edit", "partner_submitted"), HIDDEN | REVIEWER),
    Row("partners:act", of("act", "partner_submitted", "accept"), HIDDEN | REVIEWER),
    Row("partners:act", of("act", "partner_submitted", "accept"), HIDDEN | dict.fromkeys(REVIEWER, 302), "post",
        {"remark": "Welkom"}),
    Row("partners:act", of("act", "company", "accept"), HIDDEN),  # accepted already
    Row("partners:logo", of("logo", "company"), dict.fromkeys(ROLES, 404)),  # it has none
    Row("partners:logo_edit", of("logo_edit", "company"), FORBIDDEN | OWN),
    Row("partners:logo_edit", of("logo_edit", "company"), FORBIDDEN | dict.fromkeys(OWN, 302), "post", {"remove": ""}),
    Row("partners:check", of("check", "company"), FORBIDDEN | dict.fromkeys(OWN, 302), "post"),
    Row("partners:check", of("check", "company"), dict.fromkeys(ROLES, 405) | {"visitor": 302}),
    Row("partners:invite", of("invite", "company"), FORBIDDEN | {"contact": 200, "broker": 200}),
    Row("partners:invite", of("invite", "company"), FORBIDDEN | {"contact": 302, "broker": 302}, "post",
        OK | {"email": "gast@mail.example"}),
    Row("partners:invite", of("invite", "lab"),
        FORBIDDEN | {"coordinator": 200, "teacher": 200, "broker": 200}),
    Row("partners:join", of("join", "company"), LOGGED_IN),
    Row("partners:join", of("join", "other_company"), DONE | {"other_contact": 422}, "post", OK),
    Row("partners:join", of("join", "partner_submitted"), HIDDEN),
    Row("partners:notes", of("notes", "company"), FORBIDDEN | REVIEWER),
    Row("partners:notes", of("notes", "partner_submitted"), HIDDEN | REVIEWER),
    Row("partners:notes", of("notes", "company"), FORBIDDEN | dict.fromkeys(REVIEWER, 302), "post",
        {"text": "Belt graag terug."}),
    Row("partners:merge", between("company", "other_company"), FORBIDDEN | REVIEWER),
    Row("partners:merge", between("company", "other_company"), FORBIDDEN | dict.fromkeys(REVIEWER, 302), "post",
        {"name": "keep"}),
    Row("partners:merge", between("company", "partner_submitted"), HIDDEN | REVIEWER),
    Row("partners:members", of("members", "company"), FORBIDDEN | OWN),
    Row("partners:members", of("members", "school"), FORBIDDEN | {"coordinator": 200} | REVIEWER),
    Row("partners:invitation", lambda world: world.invitation.get_absolute_url(), PUBLIC),
    Row("partners:invitation", lambda world: world.invitation.get_absolute_url(), DONE, "post"),
    Row("partners:invitation", lambda world: reverse("partners:invitation", args=["geraden"]),
        dict.fromkeys(ROLES, 404)),
    Row("partners:invitation_withdraw", of("invitation_withdraw", "invitation"),
        HIDDEN | {"contact": 302, "broker": 302}, "post"),
    Row("partners:invitation_withdraw", of("invitation_withdraw", "invitation"),
        dict.fromkeys(ROLES, 405) | {"visitor": 302}),
    Row("partners:invitation_resend", of("invitation_resend", "invitation"),
        HIDDEN | {"contact": 303, "broker": 303}, "post"),  # it was sent today: said on the next page
    Row("partners:membership_act", of("membership_act", "membership_requested", "decline"), HIDDEN | OWN),
    Row("partners:membership_act", of("membership_act", "membership_requested", "confirm"),
        HIDDEN | dict.fromkeys(OWN, 302), "post", {"remark": ""}),
    Row("partners:membership_act", of("membership_act", "membership_requested", "take_back"),
        HIDDEN | {"admin": 200}),  # not theirs
    Row("partners:card", of("card", "card"), PUBLIC),
    Row("partners:card_pdf", of("card_pdf", "card"), PUBLIC),
]  # fmt: skip
