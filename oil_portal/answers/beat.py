"""What the beat does with promises: remind, close what nobody answered, and ask who lets people wait to pause.

All of it may run twice, late or at the same time: a reminder counts itself in one statement, and a closing looks again
under the lock of its object, which every service takes first too.
"""

import logging
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from oil_portal.answers.kinds import KINDS
from oil_portal.core import clock
from oil_portal.core.models import Promise, Side
from oil_portal.core.promises import answer_url
from oil_portal.core.timeline import notify, record
from oil_portal.core.workflow import lock
from partners import services as partners
from partners.models import Invitation, Partner
from partners.rates import rates_of
from partners.workflow import PartnerStatus

log = logging.getLogger(__name__)

BEFORE = 2  # working days before the last day that the first reminder comes; the second comes on the day itself
GRACE = 3  # working days after it that somebody may still be late


def _calendars(today: date) -> Iterator[tuple[Q, bool]]:
    """(whose promises, school): on a day off nobody is reminded or closed."""
    for school, whose in ((True, Q(side=Side.SCHOOL)), (False, ~Q(side=Side.SCHOOL))):
        if clock.is_working_day(today, school=school):
            yield whose, school


# --- Reminders --------------------------------------------------------------------------------------------------
def remind() -> int:
    """Remind of what is due within two working days, and once more on the day itself; returns how many were told."""
    today = clock.today()
    begun = timezone.make_aware(datetime.combine(today, datetime.min.time()))
    told = 0
    for whose, school in _calendars(today):
        soon = clock.working_days_after(today, BEFORE, school=school)
        wanted = Q(reminders=0, due__lte=soon) | Q(reminders=1, due__lte=today)
        found = Promise.objects.open().filter(whose, wanted, asked_at__lt=begun).select_related("content_type")
        for group in _grouped(found.prefetch_related("target")):
            told += _remind(group, today)
    return told


def _grouped(promises) -> list[list[Promise]]:
    """What is told in one mail, together; a promise about something that is gone waits for `close`."""
    groups = defaultdict(list)
    for promise in promises:
        if promise.target is not None and promise.kind in KINDS:
            groups[promise.kind, *KINDS[promise.kind].group_of(promise.target)].append(promise)
    return list(groups.values())


@transaction.atomic
def _remind(group: list[Promise], today: date) -> int:
    mine = [promise for promise in group if _count(promise, today)]
    if not mine:
        return 0
    first = min(mine, key=lambda promise: (promise.due, promise.pk))
    if isinstance(first.target, Invitation):
        partners.remind_of_invitation(invitation=first.target, url=answer_url(first, None))
        return 1
    said = _("Uiterlijk %(day)s.") % {"day": date_format(first.due, "l j F")}
    asked = {user.pk: user for promise in mine for user in KINDS[promise.kind].people(promise.target, promise)}
    here = {pk: user for pk, user in asked.items() if not user.is_away}
    people = here or asked  # where nobody is there, who asked must not wait for ever
    notify(record(first.target, "remind", actor=None, remark=said), people.values(), mail=True, promise=first)
    return len(people)


def _count(promise: Promise, today: date) -> bool:
    """Count the reminder; False when another worker did, or somebody answered this very moment."""
    wanted = Q(reminders=0) if promise.reminders == 0 else Q(reminders=1)
    number = 2 if promise.due <= today else F("reminders") + 1
    same = Promise.objects.open().filter(wanted, pk=promise.pk)
    return bool(same.update(reminders=number, reminded_at=clock.now()))


# --- Closing ----------------------------------------------------------------------------------------------------
def close() -> int:
    """Close what nobody answered within the term and its grace; returns how many."""
    today = clock.today()
    closed = 0
    for whose, school in _calendars(today):
        late = Promise.objects.open().filter(whose, due__lt=today).order_by("due", "pk")
        for promise in late.prefetch_related("target"):
            if clock.working_days_after(promise.due, GRACE, school=school) < today:
                closed += _close_one(promise)
    return closed


def _close_one(promise: Promise) -> bool:
    """One closing that breaks must not keep the others waiting."""
    try:
        with transaction.atomic():
            return _close(promise)
    except Exception:
        log.exception("Closing promise %d failed", promise.pk)
        return False


def _close(promise: Promise) -> bool:
    obj, kind = promise.target, KINDS.get(promise.kind)
    same = Promise.objects.open().filter(pk=promise.pk)
    if obj is None or kind is None:
        return bool(same.update(dropped_at=clock.now()))
    if kind.close is None:
        return False
    lock(obj)
    if not same.exists():
        return False
    kind.close(obj, promise)
    same.update(lapsed_at=clock.now())  # where the service changed no status
    return True


# --- Who lets people wait ----------------------------------------------------------------------------------------
def ask_to_pause() -> int:
    """Ask partners that answer late whether they want a pause; each once per quarter. Returns how many were asked."""
    slow = [pk for pk, rate in rates_of().items() if rate.lets_wait]
    companies = Partner.objects.filter(pk__in=slow, status=PartnerStatus.ACCEPTED, kind=Partner.Kind.COMPANY)
    return sum(partners.ask_to_pause(partner=partner) for partner in companies)
