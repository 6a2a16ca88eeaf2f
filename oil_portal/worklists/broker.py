"""What waits for the brokers: partners and challenges to review, translators to find. All share the same queues."""

from django.urls import reverse
from django.utils.translation import gettext as _

from challenges.models import Challenge
from oil_portal.worklists.asking import Part, Row, Source, ask
from oil_portal.worklists.item import WorkItem, item, queued
from oil_portal.worklists.people import People
from oil_portal.worklists.shared import check, to_check
from partners import roles
from partners.models import Partner


def for_brokers(people: People):
    """The queues, each with its age when it is long; who wants to join is in `shared.requests`."""
    brokers = people.holding(roles.BROKER)
    if not brokers:
        return
    partners, challenges = reverse("partners:queue"), reverse("challenges:queue")
    queues = [
        (ask(Partner.objects.filter(status="submitted"), title="name"), _new, partners,
         _("Partners controleren"), _("%(count)s partners wachten, %(age)s.")),
        (to_check(Partner.objects.all()), _stale, partners,
         _("Partners nakijken"), _("%(count)s partners zijn een jaar niet nagekeken.")),
        (ask(Challenge.objects.filter(status="submitted")), _asked, challenges,
         _("Vraagstukken controleren"), _("%(count)s vraagstukken wachten, %(age)s.")),
        (ask(Challenge.objects.filter(status="accepted", translator=None)), _unclaimed, challenges,
         _("Vraagstukken zonder vertaler"), _("%(count)s vraagstukken zoeken een docent, %(age)s.")),
    ]  # fmt: skip
    for part, *queue in queues:
        yield _queue(people, brokers, part, *queue)


def _queue(people: People, brokers: set[int], part: Part, make, url: str, title: str, text: str) -> Source:
    def say(rows: list[Row]):
        for each in queued([make(row) for row in rows], title, text, url):
            yield from people.tell(brokers, each, roles.BROKER)

    return Source(say, part)


def _new(row: Row) -> WorkItem:
    return item(row, "review", _("Nieuwe partner. Kijk of alles klopt."))


def _stale(row: Row) -> WorkItem:
    return check(row, _("Een jaar niet nagekeken. Kijk of alles nog klopt."))


def _asked(row: Row) -> WorkItem:
    return item(row, "review", _("Nieuw vraagstuk. Keur goed, stuur terug of wijs af."))


def _unclaimed(row: Row) -> WorkItem:
    return item(
        row, "assign", _("Kies een docent die dit vertaalt."), url=reverse("challenges:translator", args=[row.pk])
    )
