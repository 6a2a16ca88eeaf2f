"""Write down what happened, and who should hear of it."""

from collections.abc import Iterable
from datetime import date

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils import timezone

from oil_portal.core import clock
from oil_portal.core.models import Notice, TimelineEntry
from oil_portal.core.tasks import post_notice
from oil_portal.core.workflow import workflow_of


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
    people = {user.pk: user for user in recipients if user is not None and user.pk != entry.actor_id}
    notices = Notice.objects.bulk_create(
        [Notice(recipient=user, entry=entry) for user in people.values()], ignore_conflicts=True
    )
    if mail and notices:
        made = Notice.objects.filter(entry=entry, recipient__in=people, mailed_at=None, letter=None)
        for notice in made.select_related("recipient"):
            post_notice(notice)


def timeline_of(obj: models.Model) -> models.QuerySet[TimelineEntry]:
    """The entries of one object, newest first, with their actors."""
    return TimelineEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(obj), object_id=obj.pk
    ).select_related("actor", "content_type")


def due(obj: models.Model) -> date | None:
    """Until when somebody has to act in the present status: a day, or None where nothing was promised."""
    days = workflow_of(obj).terms.get(obj.status)
    entered = timeline_of(obj).filter(to_status=obj.status).first() if days else None
    return clock.working_days_after(timezone.localtime(entered.created_at).date(), days) if entered else None


def changed_fields(obj: models.Model, **values) -> dict:
    """{field: [before, after]} for the `values` that differ from what `obj` holds, as text."""
    pairs = {name: (_as_text(getattr(obj, name)), _as_text(value)) for name, value in values.items()}
    return {name: [before, after] for name, (before, after) in pairs.items() if before != after}


def _as_text(value) -> str:
    """What people read of a value; browsers end lines with CR LF, which is no change of what stands there."""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value).replace("\r\n", "\n")
