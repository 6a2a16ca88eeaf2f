"""Write down what happened, and who should hear of it."""

from collections.abc import Iterable

from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction

from oil_portal.core.models import Notice, TimelineEntry


def record(obj: models.Model, event: str, *, actor, remark: str = "", to_status: str = "", changes=None):
    """Add `event` to the timeline of `obj` and return the TimelineEntry. Call in the transaction of the change."""
    return TimelineEntry.objects.create(
        content_type=ContentType.objects.get_for_model(obj),
        object_id=obj.pk,
        event=event,
        actor=actor,
        remark=remark.strip(),
        to_status=to_status,
        changes=changes or {},
    )


def notify(entry: TimelineEntry, recipients: Iterable, *, mail: bool = False) -> None:
    """Tell `recipients` of `entry`, never the one who did it; with `mail` at once, else in their digest."""
    from oil_portal.core.tasks import send_notice

    people = {user.pk: user for user in recipients if user is not None and user.pk != entry.actor_id}
    notices = Notice.objects.bulk_create(
        [Notice(recipient=user, entry=entry) for user in people.values()], ignore_conflicts=True
    )
    if mail and notices:
        for pk in Notice.objects.filter(entry=entry, recipient__in=people).values_list("pk", flat=True):
            transaction.on_commit(lambda pk=pk: send_notice.delay(pk))


def timeline_of(obj: models.Model) -> models.QuerySet[TimelineEntry]:
    """The entries of one object, newest first, with their actors."""
    return TimelineEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(obj), object_id=obj.pk
    ).select_related("actor", "content_type")


def changed_fields(obj: models.Model, **values) -> dict:
    """{field: [before, after]} for the `values` that differ from what `obj` holds, as text."""
    pairs = {name: (_with_newlines(getattr(obj, name)), _with_newlines(value)) for name, value in values.items()}
    return {name: [str(before), str(after)] for name, (before, after) in pairs.items() if before != after}


def _with_newlines(value):
    """Browsers end lines with CR LF: that is no change of what stands there."""
    return value.replace("\r\n", "\n") if isinstance(value, str) else value
