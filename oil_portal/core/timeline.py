"""Write down what happened, and who should hear of it."""

from collections.abc import Iterable
from datetime import date

from django.contrib.contenttypes.models import ContentType
from django.db import models

from oil_portal.core import promises
from oil_portal.core.models import Notice, Promise, TimelineEntry
from oil_portal.core.prepared import prepared
from oil_portal.core.tasks import post_notice


def record(obj: models.Model, event: str, *, actor, remark: str = "", to_status: str = "", changes=None):
    """Add `event` to the timeline of `obj` and return the TimelineEntry. Call in the transaction of the change.

    With `to_status` the object came into that status: what was asked of somebody ends, and what is asked now begins.
    """
    entry = TimelineEntry.objects.create(
        content_type=ContentType.objects.get_for_model(obj),
        object_id=obj.pk,
        event=event,
        actor=actor,
        remark=remark.strip(),
        to_status=to_status,
        changes=changes or {},
    )
    if to_status:
        promises.settle(obj, event, actor=actor)
        promises.make(obj, to_status)
    for read_before in ("_course", "promised_until"):
        vars(obj).pop(read_before, None)
    return entry


def notify(entry: TimelineEntry, recipients: Iterable, *, mail: bool = False, promise: Promise | None = None) -> None:
    """Tell `recipients` of `entry`, never the one who did it; with `mail` at once, else in their digest.

    Who did not read yet that the same happened to the same object hears it once, in the newest words. A `promise` is
    what the news reminds of. Who left, or is a stand-in for somebody who did, has no ears.
    """
    people = {user.pk: user for user in recipients if user and user.is_active and user.pk != entry.actor_id}
    if not people:
        return
    waited = _forget_unread(entry, people)
    mailed = set(people) if mail else waited
    Notice.objects.bulk_create(
        [Notice(recipient=user, entry=entry, promise=promise) for user in people.values()], ignore_conflicts=True
    )
    if mailed:
        made = Notice.objects.filter(entry=entry, recipient__in=mailed, mailed_at=None, letter=None)
        for notice in made.select_related("recipient"):
            post_notice(notice)


def _forget_unread(entry: TimelineEntry, people: Iterable[int]) -> set[int]:
    """Take older unread news of the same event away; returns whose mail of it had not left yet."""
    same = Notice.objects.filter(
        recipient__in=people, read_at=None, entry__content_type=entry.content_type_id,
        entry__object_id=entry.object_id, entry__event=entry.event,
    )  # fmt: skip
    found = list(same.exclude(entry=entry).values_list("pk", "recipient", "letter"))
    if found:
        Notice.objects.filter(pk__in=[pk for pk, _who, _letter in found]).delete()
    return {who for _pk, who, letter in found if letter}


def take_back(obj: models.Model, *events: str) -> None:
    """Something was undone: nobody who did not hear of these events yet hears of them, by mail neither."""
    unheard = Notice.objects.filter(
        entry__content_type=ContentType.objects.get_for_model(obj), entry__object_id=obj.pk, entry__event__in=events,
        read_at=None, mailed_at=None, told_at=None,
    )  # fmt: skip
    unheard.delete()  # and with a notice its letter


def timeline_of(obj: models.Model) -> models.QuerySet[TimelineEntry]:
    """The entries of one object, newest first, with their actors."""
    return _entries(_number(obj), obj.pk)


def _entries(kind: int, pk: int) -> models.QuerySet[TimelineEntry]:
    return TimelineEntry.objects.filter(content_type=kind, object_id=pk).select_related("actor")


_course = prepared(_entries)


@prepared
def _due(kind: int, pk: int) -> models.QuerySet:
    return Promise.objects.filter(content_type=kind, object_id=pk).open().values_list("due", flat=True)[:1]


def _number(obj: models.Model) -> int:
    return ContentType.objects.get_for_model(obj).pk


def course(obj: models.Model) -> tuple:
    """What `course_of` is going to ask, for `ahead`."""
    return _course, _number(obj), obj.pk


def course_of(obj: models.Model) -> list[TimelineEntry]:
    """What `timeline_of` finds, read once per object: several places of a page tell of it."""
    if not hasattr(obj, "_course"):
        obj._course = _course(_number(obj), obj.pk)
    return obj._course


def due(obj: models.Model) -> date | None:
    """Until when somebody has to act in the present status: a day, or None where nothing was promised.

    An object that was read `with_promise` knows it.
    """
    if hasattr(obj, "promised_until"):
        return obj.promised_until
    return next(iter(_due(_number(obj), obj.pk)), None)


def changed_fields(obj: models.Model, **values) -> dict:
    """{field: [before, after]} for the `values` that differ from what `obj` holds, as text."""
    pairs = {name: (_as_text(getattr(obj, name)), _as_text(value)) for name, value in values.items()}
    return {name: [before, after] for name, (before, after) in pairs.items() if before != after}


def _as_text(value) -> str:
    """What people read of a value; browsers end lines with CR LF, which is no change of what stands there."""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value).replace("\r\n", "\n")
