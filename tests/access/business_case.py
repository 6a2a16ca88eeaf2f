"""The business case: the brokers and the administrator."""

from django.urls import reverse

from tests.access import FORBIDDEN, Row
from tests.factories_business_case import typed, version

BROKERS = FORBIDDEN | {"broker": 200, "admin": 200}
SAVED = FORBIDDEN | {"broker": 302, "admin": 302}
WRONG = FORBIDDEN | {"broker": 422, "admin": 422}
GONE = FORBIDDEN | {"broker": 404, "admin": 404}


def page(name, *args):
    return lambda world: reverse(f"reports:business_case{name}", args=args)


def of_version(name):
    return lambda world: reverse(f"reports:business_case_{name}", args=[version(world.broker, name).pk])


def pair(world):
    one, other = version(world.broker, "een"), version(world.broker, "ander")
    return f"{reverse('reports:business_case_compare')}?een={one.pk}&ander={other.pk}"


ROWS = [
    Row("reports:business_case", page(""), BROKERS),
    Row("reports:business_case", page(""), BROKERS, method="post", data=typed()),
    Row("reports:business_case", page(""), SAVED, method="post", data=typed(do="save", name="Concept")),
    Row("reports:business_case", page(""), WRONG, method="post", data=typed(projects="1e999")),
    Row("reports:business_case_pdf", page("_pdf"), BROKERS, method="post", data=typed()),
    Row("reports:business_case_pdf", page("_pdf"), FORBIDDEN | dict.fromkeys(FORBIDDEN, 405) | {"visitor": 302}),
    Row("reports:business_case_versions", page("_versions"), BROKERS),
    Row("reports:business_case_version", of_version("version"), BROKERS),
    Row("reports:business_case_version", page("_version", 10**30), GONE),
    Row("reports:business_case_version_pdf", of_version("version_pdf"), BROKERS),
    Row("reports:business_case_compare", pair, BROKERS),
    Row("reports:business_case_compare", page("_compare"), GONE),
]
