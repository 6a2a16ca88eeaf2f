"""Who comes in: the second step, the devices, and the log-in of schools (here without a provider)."""

from django.urls import reverse

from tests.access import LOGGED_IN, ROLES, Row

EVERYBODY_MOVES_ON = dict.fromkeys(ROLES, 302)


def page(name, *args):
    return lambda world: reverse(name, args=args)


ROWS = [
    Row("second_factor", page("second_factor"), LOGGED_IN),
    Row("devices", page("devices"), LOGGED_IN),
    Row("device_end_others", page("device_end_others"), EVERYBODY_MOVES_ON, "post"),
    # The password once more; the administrator of these tests has none.
    Row("device_end", page("device_end", 0), EVERYBODY_MOVES_ON | {"admin": 404}, "post"),
    Row("school_login", page("school_login"), EVERYBODY_MOVES_ON | {"visitor": 404}),
    Row("school_callback", page("school_callback"), dict.fromkeys(ROLES, 404)),
]
