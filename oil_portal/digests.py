"""The digest: what waits for you and what is new, in one mail, only when there is something to tell.

`plan` makes one DigestDelivery per person and period; `deliver` sends one of them. Both may run twice, late or at the
same time: the unique row, its lock and the marks in the same transaction keep every item from being lost or told twice.
"""

import smtplib
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from oil_portal.core import clock
from oil_portal.core.mail import absolute, compose
from oil_portal.core.models import DigestDelivery, Notice, ToldItem
from oil_portal.worklists import WorkItem, work_items
from partners.models import User
from projects.fitting import fitting
from projects.models import Project

MAX_ATTEMPTS = 5
FITTING_PROJECTS = 5
SALT = "digest"
State = DigestDelivery.State


@dataclass
class Digest:
    """All that one mail tells. `fresh` are the keys that no earlier mail told."""

    user: User
    items: list[WorkItem]
    projects: list[Project]
    notices: list[Notice]
    fresh: set[str]

    def __bool__(self) -> bool:
        return bool(self.fresh or self.notices)

    @property
    def headline(self) -> str:
        """What matters most, in one sentence, in the active language."""
        if self.items:
            count = len(self.items)
            return ngettext("Er wacht %(count)s ding op jou", "Er wachten %(count)s dingen op jou", count) % {
                "count": count
            }
        if self.projects:
            count = len(self.projects)
            return ngettext(
                "%(count)s nieuw project past bij je", "%(count)s nieuwe projecten passen bij je", count
            ) % {"count": count}
        return _("Er is nieuws voor je")


def periods(moment: datetime) -> dict[str, tuple[str, datetime]]:
    """{frequency: (period, its first moment)} for which a digest may leave at `moment`, an aware datetime.

    A working day counts from DIGEST_HOUR on, a week from Monday at that hour, so a late beat still plans it.
    """
    local = timezone.localtime(moment)
    opens = local.replace(hour=settings.DIGEST_HOUR, minute=0, second=0, microsecond=0)
    found = {}
    if local.weekday() < 5 and local >= opens:
        found[User.Digest.DAILY] = (f"{local:%Y-%m-%d}", opens)
    monday = opens - timedelta(days=local.weekday())
    if local >= monday:
        found[User.Digest.WEEKLY] = (f"{local:%G-W%V}", monday)
    return found


def plan() -> list[int]:
    """Plan what is due and return the ids of all deliveries that wait to be sent."""
    for frequency, (period, opened) in periods(clock.now()).items():
        people = User.objects.filter(is_active=True, digest=frequency, date_joined__lt=opened)
        missing = people.exclude(digests__period=period)
        DigestDelivery.objects.bulk_create(
            [DigestDelivery(user=user, period=period) for user in missing], ignore_conflicts=True
        )
    return list(DigestDelivery.objects.filter(state=State.PLANNED).values_list("pk", flat=True))


def collect(user: User) -> Digest:
    """What a digest would tell this user now; call with the user's language active."""
    items = work_items(user)
    projects = fitting(user, FITTING_PROJECTS)
    keys = {item.key for item in items} | {project_key(project) for project in projects}
    told = set(ToldItem.objects.filter(user=user, key__in=keys).values_list("key", flat=True))
    projects = [project for project in projects if project_key(project) not in told]
    notices = list(
        Notice.objects.filter(recipient=user, told_at=None, read_at=None)
        .select_related("entry__content_type", "entry__actor")
        .prefetch_related("entry__target")
    )
    return Digest(user, items, projects, [n for n in notices if n.entry.target], keys - told)


def project_key(project: Project) -> str:
    return f"projects.project:{project.pk}:fits"


def message_for(digest: Digest, *, period: str, message_id: str = ""):
    """The mail of a digest, unsent, with one-click unsubscribe after RFC 8058."""
    user = digest.user
    unsubscribe = absolute(reverse("unsubscribe", args=[signing.dumps(user.pk, salt=SALT)]))
    headers = {
        "List-Unsubscribe": f"<{unsubscribe}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Message-ID": message_id,
    }
    context = {
        "digest": digest,
        "reader": user,
        "period": period,
        "today": clock.today(),
        "unsubscribe_url": unsubscribe,
        "preferences_url": absolute(reverse("preferences")),
        "start_url": absolute(reverse("start")),
    }
    return compose(
        "oil_portal/email/digest",
        to=user.email,
        language=user.language,
        context=context,
        headers={name: value for name, value in headers.items() if value},
    )


def deliver(delivery_id: int) -> None:
    """Send one planned delivery, or skip it when there is nothing to tell. A refusing server is tried again later."""
    with transaction.atomic():
        delivery = (
            DigestDelivery.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("user")
            .filter(pk=delivery_id, state=State.PLANNED)
            .first()
        )
        if delivery is None:
            return
        # The same Message-ID at every try: a mail that was sent but not yet written down can be recognised.
        domain = settings.DEFAULT_FROM_EMAIL.rsplit("@", 1)[-1].strip(">")
        delivery.message_id = f"<digest-{delivery.user_id}-{delivery.period}@{domain}>"
        delivery.attempts += 1
        _send(delivery)
        delivery.save()


def _send(delivery: DigestDelivery) -> None:
    user = delivery.user
    with override(user.language):
        digest = collect(user)
        if not digest:
            delivery.state, delivery.reason = State.SKIPPED, "nothing to tell"
            return
        try:
            message_for(digest, period=delivery.period, message_id=delivery.message_id).send()
        except (smtplib.SMTPException, OSError) as error:
            delivery.reason = f"{type(error).__name__}: {error}"[:200]
            if delivery.attempts >= MAX_ATTEMPTS:
                delivery.state = State.FAILED
            return
    now = clock.now()
    delivery.state, delivery.reason, delivery.sent_at = State.SENT, "", now
    Notice.objects.filter(pk__in=[notice.pk for notice in digest.notices]).update(told_at=now)
    ToldItem.objects.bulk_create([ToldItem(user=user, key=key, told_at=now) for key in digest.fresh])
