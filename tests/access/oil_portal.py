"""The portal's own pages."""

from django.urls import reverse

from oil_portal.core import promises
from oil_portal.core.models import Notice
from oil_portal.core.promises import answer_url
from oil_portal.core.timeline import notify, record
from oil_portal.digests import stop_path
from tests.access import HIDDEN, LOGGED_IN, PUBLIC, ROLES, Row

STAFF = HIDDEN | {"admin": 200}
EVERYBODY_MOVES_ON = dict.fromkeys(ROLES, 302)


def page(name, *args):
    return lambda world: reverse(name, args=args)


def promise_of(world):
    """What the company is asked: to agree with the assignment that was sent."""
    return promises.open_of(world.assignment_sent) or promises.make(world.assignment_sent, "sent")


def notice_of(person) -> Notice:
    """Something that this person has not read yet."""
    entry = record(person.memberships.get(), "join", actor=None)
    notify(entry, [person])
    return entry.notices.get()


ROWS = [
    *(Row(name, page(name), PUBLIC) for name in ("home", "how", "accessibility", "privacy", "contact")),
    Row("start", page("start"), LOGGED_IN | {"newcomer": 302}),
    Row("company", page("company"), LOGGED_IN),
    Row("network", page("network"), PUBLIC),
    Row(
        "handover",
        lambda world: reverse("handover", args=[world.contact.memberships.get().pk]),
        HIDDEN | {"contact": 200, "broker": 200, "admin": 200},
    ),
    Row(
        "handover",
        lambda world: reverse("handover", args=[world.contact.memberships.get().pk]),
        HIDDEN | {"contact": 302, "broker": 302, "admin": 422},
        "post",
        {"email": "opvolger@mail.example"},
    ),
    Row(
        "handover",
        lambda world: reverse("handover", args=[world.teacher.memberships.get().pk]),
        HIDDEN | {"teacher": 200, "coordinator": 200, "admin": 200},
    ),
    Row(
        "handover",
        lambda world: reverse("handover", args=[world.student.memberships.get().pk]),
        dict.fromkeys(ROLES, 404) | {"visitor": 302},
    ),
    Row("notices", page("notices"), LOGGED_IN),
    Row("notices", page("notices"), EVERYBODY_MOVES_ON, method="post"),
    Row(
        "notice",
        lambda world: reverse("notice", args=[notice_of(world.contact).pk]),
        HIDDEN | {"contact": 302},
        method="post",
    ),
    Row(
        "notice",
        lambda world: reverse("notice", args=[notice_of(world.contact).pk]),
        dict.fromkeys(ROLES, 405) | {"visitor": 302},
    ),
    # The token says who answers, whoever is logged in.
    Row("answer", lambda world: answer_url(promise_of(world), world.contact), PUBLIC),
    Row("answer", lambda world: answer_url(promise_of(world), world.contact), PUBLIC, "post", {"action": "agree"}),
    Row("answer", lambda world: answer_url(promise_of(world), world.other_contact), dict.fromkeys(ROLES, 403)),
    Row("answer", page("answer", "onzin"), dict.fromkeys(ROLES, 404)),
    Row("my_data", page("my_data"), LOGGED_IN),
    Row("my_data_part", page("my_data_part", "partners.User"), LOGGED_IN),
    Row("my_data_part", page("my_data_part", "partners.Secret"), HIDDEN),
    Row("my_data_part", page("my_data_part", "challenges.Upload"), HIDDEN | {"contact": 200}),
    Row("my_data_export", page("my_data_export"), LOGGED_IN),
    Row("my_data_consent", page("my_data_consent"), EVERYBODY_MOVES_ON, "post", {"kind": "photos", "yes": "1"}),
    Row("my_data_consent", page("my_data_consent"), HIDDEN, "post", {"kind": "onzin"}),
    Row("my_data_leave", page("my_data_leave"), LOGGED_IN),
    Row("my_data_leave", page("my_data_leave"), EVERYBODY_MOVES_ON, "post"),  # to the password
    Row("privacy_register", page("privacy_register"), HIDDEN | {"admin": 200}),
    Row("preferences", page("preferences"), LOGGED_IN),
    Row("digest_preview", page("digest_preview"), LOGGED_IN),
    Row("mail_desk", page("mail_desk"), STAFF),
    Row("mail_retry", page("mail_retry"), HIDDEN | {"admin": 302}, method="post", data={"kind": "digest"}),
    Row("mail_retry", page("mail_retry"), HIDDEN, method="post", data={"kind": "onzin"}),
    Row("mail_address", page("mail_address", 999_999), HIDDEN, method="post"),
    Row("mail_preview", lambda world: f"{reverse('mail_preview')}?email={world.contact.email}", STAFF),
    Row("mail_preview_html", lambda world: reverse("mail_preview_html", args=[world.student.pk]), STAFF),
    Row("audit", page("audit"), STAFF),
    Row("audit_object", lambda world: reverse("audit_object", args=["partners.Partner", world.company.pk]), STAFF),
    Row("audit_object", page("audit_object", "partners.Secret", 1), HIDDEN),
    Row("theme", page("theme"), EVERYBODY_MOVES_ON, method="post", data={"theme": "dark"}),
    Row("theme", page("theme"), dict.fromkeys(ROLES, 405)),
    Row("language", page("language"), EVERYBODY_MOVES_ON, method="post", data={"language": "en"}),
    Row("unsubscribe", lambda world: stop_path(world.student, "news"), PUBLIC),
    Row("unsubscribe", page("unsubscribe", "onzin"), dict.fromkeys(ROLES, 404)),
    Row("healthz", page("healthz"), PUBLIC),
    Row("readyz", page("readyz"), dict.fromkeys(ROLES, 503)),  # no worker runs in this test
    Row("metrics", page("metrics"), dict.fromkeys(ROLES, 404)),  # it is for who knows the token; no role does
    # The demo's pages do not exist outside the demo.
    Row("demo_login", page("demo_login"), HIDDEN | {"visitor": 404}),
    Row("demo_login", page("demo_login"), HIDDEN | {"visitor": 404}, method="post", data={"account": "admin"}),
    Row("mailbox", page("mailbox"), HIDDEN | {"visitor": 404}),
    Row("mailbox_mail", page("mailbox_mail", "x"), HIDDEN | {"visitor": 404}),
    Row("mailbox_html", page("mailbox_html", "x"), HIDDEN | {"visitor": 404}),
]
