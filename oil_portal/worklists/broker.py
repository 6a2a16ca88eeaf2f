"""What waits for the brokers: partners and challenges to review, translators to find. All share the same queues.

The database says how many wait; of a long queue only its edges are read, which hold the oldest and the newest.
"""

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, QuerySet, Value
from django.urls import reverse
from django.utils.translation import gettext as _

from challenges.models import Challenge
from oil_portal.core import clock
from oil_portal.core.models import HowMany, OneOf
from oil_portal.worklists.asking import Part, Row, Source, ask
from oil_portal.worklists.item import QUEUE, WorkItem, item, line
from oil_portal.worklists.people import Held, People
from oil_portal.worklists.shared import check
from partners import roles
from partners.models import CHECK_AFTER, Partner

EDGE = 12  # what came first and what came last of a queue: of at most twice as many all are read


def for_brokers(held: Held):
    """The queues, each with its age when it is long; who wants to join is in `shared.requests`."""
    if not held.holding(roles.BROKER):
        return
    partners, challenges = reverse("partners:queue"), reverse("challenges:queue")
    queues = [
        (_edges(Partner.objects.submitted(), title="name"), _new, partners,
         _("Partners controleren"), _("%(count)s partners wachten, %(age)s.")),
        (_edges(Partner.objects.stale(), title="name", promised=False,
                since=F("last_checked") + Value(CHECK_AFTER)), _stale, partners,
         _("Partners nakijken"), _("%(count)s partners zijn een jaar niet nagekeken.")),
        (_edges(Challenge.objects.submitted()), _asked, challenges,
         _("Vraagstukken controleren"), _("%(count)s vraagstukken wachten, %(age)s.")),
        (_edges(Challenge.objects.unclaimed()), _unclaimed, challenges,
         _("Vraagstukken zonder vertaler"), _("%(count)s vraagstukken zoeken een docent, %(age)s.")),
    ]  # fmt: skip
    for part, *queue in queues:
        yield _queue(part, *queue)


def _edges(queue: QuerySet, **asked) -> Part:
    """The first and the last of a queue in its order, each with how many there are in all."""
    ordered = queue.values("pk")
    edges = ordered[:EDGE].union(ordered.reverse()[:EDGE], all=True)
    return ask(queue.filter(OneOf("pk", ArraySubquery(edges))), count=HowMany(queue.order_by().values("pk")), **asked)


def _queue(part: Part, make, url: str, title: str, text: str) -> Source:
    """What there is to do, or one line with the number when that is much."""

    def say(people: People, rows: list[Row]):
        count = rows[0]["count"] if rows else 0
        if count > QUEUE:
            newest, oldest = make(max(rows, key=_told)), clock.day_of(min(row.since for row in rows))
            said = [line(count, newest, oldest, title, text, url)]
        else:
            said = map(make, rows)
        for each in said:
            yield from people.tell(people.holding(roles.BROKER), each, roles.BROKER)

    return Source(say, part)


def _told(row: Row) -> tuple:
    """When it began to wait, or when its reminder made it news once more."""
    return row.reminded_at or row.since, row.pk


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
