"""What several files of tests say in the same words."""

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from oil_portal.core.models import Notice

PEOPLE = ("contact", "other_contact", "teacher", "other_teacher", "student", "coordinator", "broker", "newcomer")


def heard(person, event: str) -> bool:
    """Whether somebody has a notice of an event."""
    return Notice.objects.filter(recipient=person, entry__event=event).exists()


def queries_of(client, address: str) -> int:
    """How many queries a page costs that was asked for before."""
    client.get(address)  # the first request fills caches
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def text(response) -> str:
    """A page on one line, with its mark-up."""
    return " ".join(response.content.decode().split())


def project_url(name: str, *args) -> str:
    return reverse(f"projects:{name}", args=args)
