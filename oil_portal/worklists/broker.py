"""What waits for the brokers: partners and challenges to review, translators to find. All share the same queues."""

from django.urls import reverse
from django.utils.translation import gettext as _

from challenges.models import Challenge
from oil_portal.worklists.item import WorkItem, entered, item, queued
from oil_portal.worklists.people import People
from oil_portal.worklists.shared import Told, to_check
from partners import roles
from partners.models import Partner


def for_brokers(people: People) -> Told:
    """The queues, each with its age when it is long; who wants to join is in `shared.requests`. Four queries."""
    brokers = people.holding(roles.BROKER)
    for each in _queues() if brokers else ():
        yield from people.tell(brokers, each, roles.BROKER)


def _queues() -> list[WorkItem]:
    partners, challenges = reverse("partners:queue"), reverse("challenges:queue")
    new = [
        item(partner, "review", _("Nieuwe partner. Kijk of alles klopt."))
        for partner in entered(Partner.objects.filter(status="submitted"))
    ]
    stale = [
        each for _pk, each in to_check(Partner.objects.all(), _("Een jaar niet nagekeken. Kijk of alles nog klopt."))
    ]
    asked = [
        item(challenge, "review", _("Nieuw vraagstuk. Keur goed, stuur terug of wijs af."))
        for challenge in entered(Challenge.objects.filter(status="submitted"))
    ]
    unclaimed = [
        item(challenge, "assign", _("Kies een docent die dit vertaalt."),
             url=reverse("challenges:translator", args=[challenge.pk]))
        for challenge in entered(Challenge.objects.filter(status="accepted", translator=None))
    ]  # fmt: skip
    return [
        *queued(new, _("Partners controleren"), _("%(count)s partners wachten, %(age)s."), partners),
        *queued(stale, _("Partners nakijken"), _("%(count)s partners zijn een jaar niet nagekeken."), partners),
        *queued(asked, _("Vraagstukken controleren"), _("%(count)s vraagstukken wachten, %(age)s."), challenges),
        *queued(unclaimed, _("Vraagstukken zonder vertaler"), _("%(count)s vraagstukken zoeken een docent, %(age)s."),
                challenges),
    ]  # fmt: skip
