"""What a digest tells: what waits for somebody, what fits them and what is new, as far as no earlier mail told it.

People of one language are asked for together, in a number of queries that does not depend on how many they are. A key
holds the moment at which a thing began to wait, so that it is news once.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Entry:
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
    notice: int | None = None


@dataclass
class Digest:
    """All that one mail tells somebody: nothing that an earlier mail told. `older` is how much of that still waits."""

    user: User
    entries: list[Entry]
    older: int = 0

    def __bool__(self) -> bool:
        return bool(self.entries)

    def of(self, topic: str) -> list[Entry]:
        return [entry for entry in self.entries if entry.topic == topic]

    @property
    def sections(self) -> list[tuple[str, list[Entry]]]:
        """(topic, its entries) in the order of the mail, without empty ones."""
        return [(topic, found) for topic in SECTIONS if (found := self.of(topic))]

    @property
    def headline(self) -> str:
        """What matters most, in one sentence, in the active language."""
        work, fits = len(self.of(Topic.WORK)), len(self.of(Topic.FITS))
        if work:
            return ngettext("Er wacht %(count)s ding op jou", "Er wachten %(count)s dingen op jou", work) % {
                "count": work
            }
        if fits:
            return ngettext("%(count)s nieuw ding past bij je", "%(count)s nieuwe dingen passen bij je", fits) % {
                "count": fits
            }
        return _("Er is nieuws voor je")


def collect(user: User, *, weekly: bool = True) -> Digest:
    """The digest of one person now; call with the person's language active."""
    return collect_many([user], weekly={user.pk: weekly})[user.pk]


def collect_many(users: list[User], *, weekly: dict[int, bool]) -> dict[int, Digest]:
    """{user: digest} for people who read one language, which is active.

    `weekly` says whose mail tells the week's things too, besides the daily ones.
    """
    found: dict[int, list[Entry]] = {user.pk: [] for user in users}
    for source in (work_entries, fit_entries, notice_entries):
        for user, entries in source(users).items():
            found[user] += entries
    told = _told(found)
    wanted = _Wanted(users, weekly)
    digests = {}
    for user in users:
        asked = [entry for entry in found[user.pk] if wanted(user, entry)]
        fresh = [entry for entry in asked if (user.pk, entry.key) not in told]
        order = sorted(fresh, key=lambda entry: SECTIONS.index(entry.topic))  # stable: each keeps its own order
        older = sum(1 for entry in asked if entry.topic == Topic.WORK) - sum(1 for e in fresh if e.topic == Topic.WORK)
        digests[user.pk] = Digest(user, order[:MOST], older)
    return digests


def _told(found: dict[int, list[Entry]]) -> set[tuple[int, str]]:
    """(user, key) of everything that an earlier mail told; one query."""
    keys = {entry.key for entries in found.values() for entry in entries if entry.notice is None}
    if not keys:
        return set()
    found_in = "SELECT user_id, key FROM core_tolditem WHERE user_id = ANY(%s) AND key = ANY(%s)"
    with connection.cursor() as cursor:  # two lists: a parameter for each of thousands of keys costs more than finding
        cursor.execute(found_in, [list(found), list(keys)])
        return set(cursor.fetchall())


class _Wanted:
    """Whether somebody wants to hear a thing now: by its topic, and by how often they hear of its organisation."""

    def __init__(self, users: Iterable[User], weekly: dict[int, bool]) -> None:
        rows = Membership.objects.active().filter(user__in=[user.pk for user in users]).exclude(digest="")
        self.chosen = {
            (user, partner): digest for user, partner, digest in rows.values_list("user", "partner", "digest")
        }
        self.weekly = weekly

    def __call__(self, user: User, entry: Entry) -> bool:
        if entry.topic in user.digest_off:
            return False
        often = self.chosen.get((user.pk, entry.partner), user.digest)
        return often == User.Digest.DAILY or (often == User.Digest.WEEKLY and self.weekly[user.pk])


# --- Where the entries come from ----------------------------------------------------------------------------------
def work_entries(users: list[User]) -> dict[int, list[Entry]]:
    """What waits for each."""
    return {
        user: [Entry(item.key, item.topic, item.title, item.text, "", item.url, partner=item.partner) for item in items]
        for user, items in work_items_for(users).items()
    }


def fit_entries(users: list[User]) -> dict[int, list[Entry]]:
    """Projects that fit a student and challenges near a teacher's modules."""
    return {
        user: [
            Entry(fit.key, Topic.FITS, fit.title, fit.by, fit.text, fit.url, fit.hue, tuple(fit.states)) for fit in fits
        ]
        for user, fits in fits_for(users).items()
    }


def notice_entries(users: list[User]) -> dict[int, list[Entry]]:
    """News that was not read in the portal nor told by mail, newest first; two queries, for most kinds of thing.

    What a mail of its own still has to tell is left to that, unless it failed.
    """
    rows = list(
        Notice.objects.filter(Q(letter=None) | Q(letter__failed_at__isnull=False), read_at=None, told_at=None)
        .filter(recipient__in=users)
        .order_by("-pk")
        .values_list("pk", "recipient", "entry__content_type", "entry__object_id", "entry__event", "entry__remark")
    )
    names = names_of((row[2], row[3]) for row in rows)
    labels = {(kind, event): event_label(_label(kind), event) for kind, event in {(row[2], row[4]) for row in rows}}
    found = defaultdict(list)
    for pk, user, kind, about, event, remark in rows:
        if name := names.get((kind, about)):
            title, url = name
            said = Entry(f"notice:{pk}", Topic.NEWS, title, labels[kind, event], remark, url, notice=pk)
            found[user].append(said)
    return found


def _label(kind: int) -> str:
    """The label of a model by the number of its content type."""
    return ContentType.objects.get_for_id(kind).model_class()._meta.label_lower
