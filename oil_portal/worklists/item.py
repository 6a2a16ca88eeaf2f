"""One thing that waits for somebody, and how a long queue becomes one line."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from oil_portal.core import clock
from partners.models import User

QUEUE = 5  # things of one kind that a coordinator or broker reads one by one; more are one line with their age
Topic = User.Topic
ADDRESS = "address"  # no topic of a mail: that mail does not arrive


class WorkItem(NamedTuple):
    """One thing that waits: what it is about, what to do, where, since when and, if promised, until when."""

    key: str
    title: str
    text: str
    url: str
    since: date
    until: date | None = None
    topic: str = Topic.WORK
    partner: int | None = None  # the organisation for which it comes to you

    @property
    def days(self) -> int:
        """How many days it has waited."""
        return (clock.today() - self.since).days


def item(row, verb: str, text: str, *, url: str = "", since: datetime | None = None, **more) -> WorkItem:
    """What the object of a `Row` asks of somebody; it began to wait at `since`, or at that of the row.

    What was promised about it says until when, and a reminder makes it news once more.
    """
    moment = since or row.since or clock.now()
    told = row.reminded_at or moment
    more.setdefault("until", row.until)
    return WorkItem(
        key=f"{row.about._meta.label_lower}:{row.pk}:{verb}:{told:%Y%m%d%H%M%S}",
        title=row.title,
        text=text,
        url=url or row.url,
        since=moment.astimezone(timezone.get_default_timezone()).date(),
        **more,
    )


def queued(items: Sequence[WorkItem], title: str, text: str, url: str) -> list[WorkItem]:
    """The items, or one line for all when they are many. `text` says `%(count)s` and `%(age)s`."""
    if len(items) <= QUEUE:
        return list(items)
    newest = max(items, key=lambda each: (each.key.rsplit(":", 1)[-1], each.key))
    return [line(len(items), newest, min(each.since for each in items), title, text, url)]


def line(count: int, newest: WorkItem, oldest: date, title: str, text: str, url: str) -> WorkItem:
    """One line for many. It is news again when something new waits: its key is that of the newest."""
    days = (clock.today() - oldest).days
    age = ngettext("de oudste %(days)s dag", "de oudste %(days)s dagen", days) % {"days": days}
    said = {"count": count, "age": age if days else _("de oudste sinds vandaag")}
    return WorkItem(f"queue:{newest.key}", title, text % said, url, oldest)
