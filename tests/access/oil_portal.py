"""The portal's own pages."""

from django.core import signing
from django.urls import reverse

from oil_portal.digests import SALT
from tests.access import HIDDEN, LOGGED_IN, PUBLIC, ROLES, Row

EVERYBODY_MOVES_ON = dict.fromkeys(ROLES, 302)


def page(name, *args):
    return lambda world: reverse(name, args=args)


ROWS = [
    *(Row(name, page(name), PUBLIC) for name in ("home", "how", "accessibility", "privacy", "contact")),
    Row("start", page("start"), LOGGED_IN | {"newcomer": 302}),
    Row("company", page("company"), LOGGED_IN),
    Row("network", page("network"), PUBLIC),
    Row("handover", lambda world: reverse("handover", args=[world.contact.memberships.get().pk]),
        HIDDEN | {"contact": 200, "broker": 200, "admin": 200}),
    Row("handover", lambda world: reverse("handover", args=[world.contact.memberships.get().pk]),
        HIDDEN | {"contact": 302, "broker": 302, "admin": 422}, "post", {"email": "opvolger@mail.example"}),
    Row("handover", lambda world: reverse("handover", args=[world.teacher.memberships.get().pk]),
        HIDDEN | {"teacher": 200, "coordinator": 200, "admin": 200}),
    Row("handover", lambda world: reverse("handover", args=[world.student.memberships.get().pk]),
        dict.fromkeys(ROLES, 404) | {"visitor": 302}),
    Row("notices", page("notices"), LOGGED_IN),
    Row("notices", page("notices"), EVERYBODY_MOVES_ON, method="post"),
    Row("preferences", page("preferences"), LOGGED_IN),
    Row("theme", page("theme"), EVERYBODY_MOVES_ON, method="post", data={"theme": "dark"}),
    Row("theme", page("theme"), dict.fromkeys(ROLES, 405)),
    Row("language", page("language"), EVERYBODY_MOVES_ON, method="post", data={"language": "en"}),
    Row("unsubscribe", lambda world: reverse("unsubscribe", args=[signing.dumps(world.student.pk, salt=SALT)]), PUBLIC),
    Row("unsubscribe", page("unsubscribe", "onzin"), dict.fromkeys(ROLES, 404)),
    Row("healthz", page("healthz"), PUBLIC),
    Row("readyz", page("readyz"), dict.fromkeys(ROLES, 503)),  # no worker runs in this test
    # The demo's pages do not exist outside the demo.
    Row("demo_login", page("demo_login"), HIDDEN | {"visitor": 404}),
    Row("demo_login", page("demo_login"), HIDDEN | {"visitor": 404}, method="post", data={"account": "admin"}),
    Row("mailbox", page("mailbox"), HIDDEN | {"visitor": 404}),
    Row("mailbox_mail", page("mailbox_mail", "x"), HIDDEN | {"visitor": 404}),
    Row("mailbox_html", page("mailbox_html", "x"), HIDDEN | {"visitor": 404}),
]
