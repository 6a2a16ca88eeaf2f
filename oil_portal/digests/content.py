"""What a digest tells: what waits for somebody, what fits them and what is new, as far as no earlier mail told it.

People of one language are asked for together, in a number of queries that does not depend on how many they are. A key
holds the moment at which a thing began to wait, so that it is news once.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, groupby
from operator import attrgetter
from typing import NamedTuple

from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from oil_portal.core.models import Notice
from oil_portal.core.workflow import event_label
from oil_portal.fits import fits_for
from oil_portal.naming import names_of
from oil_portal.worklists import work_items_for
from partners.models import Membership, User

MOST = 40  # things in one mail; what does not fit comes in the next
Topic = User.Topic
SECTIONS = (Topic.WORK, Topic.DATES, Topic.FITS, Topic.NEWS)  # in the order of the mail
ORDER = {topic: number for number, topic in enumerate(SECTIONS)}


class Entry(NamedTuple):
    """One thing that a mail tells, in one language. `partner` is the organisation it comes to you for."""

    key: str
    topic: str
    title: str
    by: str
    text: str
    url: str
    hue: str = ""
    states: tuple[str, ...] = ()
    partner: int | None = None


@dataclass
class Digest:
    """All that one mail tells somebody, in its order: nothing that an earlier mail told.

    `older` is how much of that still waits.
    """

    user: User
    entries: list[Entry]
    older: int = 0

    def __bool__(self) -> bool:
        return bool(self.entries)

    @cached_property
    def sections(self) -> list[tuple[str, list[Entry]]]:
        """(topic, its entries) in the order of the mail, without empty ones."""
        return [(topic, list(found)) for topic, found in groupby(self.entries, key=attrgetter("topic"))]

    def of(self, topic: str) -> list[Entry]:
        return dict(self.sections).get(topic, [])

    @property
    def headline(self) -> str:
        """What matters most, in one sentence, in the active language."""
        work, fits = len(self.of(Topic.WORK)), self.of(Topic.FITS)
        if work:
            return ngettext("Er wacht %(count)s ding op jou", "Er wachten %(count)s dingen op jou", work) % {
                "count": work
            }
        if fits:
            return self._fitting(fits)
        return _("Er is nieuws voor je")

    @staticmethod
    def _fitting(fits: list[Entry]) -> str:
        """What fits in numbers: projects for a student, challenges for a teacher; who is both reads no number."""
        count, kinds = len(fits), {entry.key.partition(".")[0] for entry in fits}
        if kinds == {"projects"}:
            said = ngettext("%(count)s nieuw project past bij je", "%(count)s nieuwe projecten passen bij je", count)
        elif kinds == {"challenges"}:
            said = ngettext(
                "%(count)s nieuw vraagstuk past bij je", "%(count)s nieuwe vraagstukken passen bij je", count
            )
        else:
            said = _("Nieuwe projecten en vraagstukken passen bij je")
        return said % {"count": count}


def collect(user: User, *, weekly: bool = True) -> Digest:
    """The digest of one person now; call with the person's language active."""
    return Collection([user], weekly={user.pk: weekly}).digest(user)


class Collection:
    """All there is to tell people who read one language, which is active. A digest is made when it is asked for.

    `weekly` says whose mail tells the week's things too, besides the daily ones.
    """

    def __init__(self, users: list[User], *, weekly: dict[int, bool]) -> None:
        self.weekly = weekly
        self.work, self.fits, self.news = work_items_for(users), fits_for(users), News(users)
        things = chain(*self.work.values(), *self.fits.values())
        self.told = _told(users, {thing.key for thing in things})
        rows = Membership.objects.active().filter(user__among=[user.pk for user in users]).exclude(digest="")
        self.often = {(user, partner): often for user, partner, often in rows.values_list("user", "partner", "digest")}

    def digest(self, user: User) -> Digest:
        """What no earlier mail told this person, as far as they want to hear it now."""
        pk, wanted = user.pk, self._wanted(user)
        asked = [entry for entry in self._entries(pk) if wanted(entry)]
        fresh = [entry for entry in asked if (pk, entry.key) not in self.told]
        order = sorted(fresh, key=lambda entry: ORDER[entry.topic])  # stable: each source keeps its own order
        older = sum(1 for entry in asked if entry.topic == Topic.WORK) - sum(1 for e in fresh if e.topic == Topic.WORK)
        return Digest(user, order[:MOST], older)

    def _entries(self, user: int) -> Iterator[Entry]:
        """What waits, what fits, and what is new."""
        for each in self.work[user]:
            yield Entry(each.key, each.topic, each.title, each.text, "", each.url, partner=each.partner)
        for fit in self.fits[user]:
            yield Entry(fit.key, Topic.FITS, fit.title, fit.by, fit.text, fit.url, fit.hue, tuple(fit.states))
        yield from self.news.of(user)

    def _wanted(self, user: User) -> Callable[[Entry], bool]:
        """Whether somebody wants to hear a thing now: by its topic, and by how often they hear of its organisation."""
        now = {User.Digest.DAILY} | ({User.Digest.WEEKLY} if self.weekly[user.pk] else set())
        pk, off, rest = user.pk, user.digest_off, user.digest
        return lambda entry: entry.topic not in off and self.often.get((pk, entry.partner), rest) in now


def _told(users: list[User], keys: set[str]) -> set[tuple[int, str]]:
    """(user, key) of everything that an earlier mail told; one query."""
    if not keys:
        return set()
    found_in = (
        "SELECT user_id, key FROM core_tolditem WHERE user_id = ANY(%s) AND key = ANY(string_to_array(%s, E'\\n'))"
    )
    with connection.cursor() as cursor:  # one text: writing down a list of thousands of keys costs more than finding
        cursor.execute(found_in, [[user.pk for user in users], "\n".join(keys)])
        return set(cursor.fetchall())


class News:
    """What was not read in the portal nor told by mail, newest first; two queries, for most kinds of thing.

    What a mail of its own still has to tell is left to that, unless it failed.
    """

    def __init__(self, users: list[User]) -> None:
        waits = Q(letter=None) | Q(letter__failed_at__isnull=False)
        rows = Notice.objects.filter(waits, read_at=None, told_at=None, recipient__among=[user.pk for user in users])
        self.rows = defaultdict(list)
        for user, *row in rows.order_by("-pk").values_list(
            "recipient", "pk", "entry__content_type", "entry__object_id", "entry__event", "entry__remark"
        ):
            self.rows[user].append(row)
        found = [row for mine in self.rows.values() for row in mine]
        self.names = names_of((kind, about) for _pk, kind, about, _event, _remark in found)
        kinds = {(kind, event) for _pk, kind, _about, event, _remark in found}
        self.events = {(kind, event): event_label(_label(kind), event) for kind, event in kinds}

    def of(self, user: int) -> Iterator[Entry]:
        """What is new to one person; nothing of what is gone."""
        for pk, kind, about, event, remark in self.rows.get(user, ()):
            if name := self.names.get((kind, about)):
                title, url = name
                yield Entry(f"notice:{pk}", Topic.NEWS, title, self.events[kind, event], remark, url)


def _label(kind: int) -> str:
    """The label of a model by the number of its content type."""
    return ContentType.objects.get_for_id(kind).model_class()._meta.label_lower
