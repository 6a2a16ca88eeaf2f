"""The ledger of digests: who gets one, whose it is to send, and what became of it.

Everything here may run twice, late, at the same time or half: the unique rows, the claims, and the list of what a mail
told, which is written in the statement that says it was sent, keep every item from being lost or told twice. Of a
worker that dies between the server's "250" and that statement this one mail comes again, with the same Message-ID.
"""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import Case, CharField, Exists, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Lower
from django.utils import timezone

from oil_portal.core import clock
from oil_portal.core.mail import Unreachable, next_try
from oil_portal.core.models import DigestDelivery, MailAddress
from oil_portal.digests.schedule import Due, due_at
from partners.models import Membership, User

log = logging.getLogger(__name__)
State, Reason = DigestDelivery.State, DigestDelivery.Reason

BATCH = 1000  # people per claim: what they hear is collected together


# --- Planning -----------------------------------------------------------------------------------------------------
def plan() -> int:
    """Make a row for everybody who has none for what is due now; return how many were made. Three queries at most."""
    due = due_at(clock.now())
    return sum(_plan_week(due, week) for week in due.weeks) + _plan_day(due) if due else 0


def _people(frequency: str) -> QuerySet[User]:
    """Who hears at least something with this frequency: by their own choice, or by the choice for one organisation."""
    chosen = Membership.objects.active().filter(user=OuterRef("pk"), digest=frequency)
    here = Q(away_until=None) | Q(away_until__lt=clock.today())
    return User.objects.filter(here, Q(digest=frequency) | Exists(chosen), is_active=True).order_by()


def _plan_day(due: Due) -> int:
    """Who hears something daily: the first row of a week that has come to them tells the week's things too."""
    told = DigestDelivery.objects.filter(user=OuterRef("pk"))
    turns = [When(_whose(due, week) & ~Exists(told.filter(week=week)), then=Value(week)) for week in due.weeks]
    people = _people(User.Digest.DAILY).filter(digest_hour__lte=due.hour, date_joined__lt=_midnight(due.today))
    return _insert(people, due.day, Case(*turns, default=Value("")))


def _plan_week(due: Due, week: str) -> int:
    """Who hears everything weekly."""
    daily = _people(User.Digest.DAILY)
    people = _people(User.Digest.WEEKLY).filter(_whose(due, week)).exclude(pk__in=daily.values("pk"))
    return _insert(people, week, Value(week))


def _whose(due: Due, week: str) -> Q:
    """Whose chosen day and hour of that week were the last to come, if they were here before that day."""
    found = Q()
    for turn in due.turns:
        if turn.week == week:
            found |= Q(
                digest_weekday=turn.weekday,
                digest_hour__range=(turn.first, turn.last),
                date_joined__lt=_midnight(turn.day),
            )
    return found


def _midnight(day) -> datetime:
    return timezone.make_aware(datetime.combine(day, datetime.min.time()))


def _insert(people: QuerySet[User], period: str, week) -> int:
    """One row each, in one statement; whoever has one keeps it."""
    now = clock.now()
    rows = people.annotate(of_week=Case(default=week, output_field=CharField())).values_list("pk", "of_week")
    select, values = rows.query.sql_with_params()
    columns = "user_id, week, period, state, reason, detail, message_id, items, attempts, planned_at, not_before, claim"
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO core_digestdelivery ({columns})"  # noqa: S608  what people chose are parameters
            f" SELECT person, week, %s, 'planned', '', '', '', 0, 0, %s, %s, '' FROM ({select}) AS due (person, week)"
            " ON CONFLICT DO NOTHING",
            [period, now, now, *values],
        )
        return cursor.rowcount


# --- Claiming -----------------------------------------------------------------------------------------------------
def waiting() -> QuerySet[DigestDelivery]:
    """What a worker may send now."""
    return DigestDelivery.objects.filter(state=State.PLANNED, not_before__lte=clock.now())


def is_stale(delivery: DigestDelivery) -> bool:
    """Whether it was claimed so long ago, by a machine that slept perhaps, that another worker may take it soon."""
    return clock.now() - delivery.claimed_at > timedelta(seconds=settings.DIGEST_LEASE) / 2


def release_lost() -> int:
    """Give back what a worker claimed and did not settle within its lease; return how many."""
    expired = clock.now() - timedelta(seconds=settings.DIGEST_LEASE)
    lost = DigestDelivery.objects.filter(state=State.SENDING, claimed_at__lt=expired)
    return lost.update(state=State.PLANNED, claim="", claimed_at=None)


def close_older() -> None:
    """Of somebody's mails that wait the newest one tells everything."""
    newer = DigestDelivery.objects.filter(user=OuterRef("user"), pk__gt=OuterRef("pk"))
    waiting().filter(Exists(newer)).update(state=State.SKIPPED, reason=Reason.LATER)


def claim(name: str) -> list[DigestDelivery]:
    """Take at most BATCH rows that wait; of one person never two at a time, and none before what was told is marked.

    Those that another worker is taking are left to it.
    """
    of_person = DigestDelivery.objects.filter(user=OuterRef("user"))
    in_the_way = of_person.filter(Q(state=State.SENDING) | Q(told__isnull=False) | Q(pk__gt=OuterRef("pk")))
    rows = waiting().exclude(Exists(in_the_way)).order_by("not_before", "user__language", "pk")
    now = clock.now()
    try:
        with transaction.atomic():
            mine = list(rows.select_for_update(skip_locked=True, of=("self",)).select_related("user")[:BATCH])
            DigestDelivery.objects.filter(pk__among=[row.pk for row in mine]).update(
                state=State.SENDING, claim=name, claimed_at=now
            )
    except IntegrityError:  # in this very moment another worker took an earlier mail of one of these people
        return []
    for row in mine:
        row.state, row.claim, row.claimed_at = State.SENDING, name, now
    return mine


def give_back(name: str) -> None:
    """Let others send what this claim still holds."""
    DigestDelivery.objects.filter(state=State.SENDING, claim=name).update(
        state=State.PLANNED, claim="", claimed_at=None
    )


def reasons_to_skip(batch: list[DigestDelivery]) -> dict[int, str]:
    """{delivery: reason}: stopped since it was planned, or an address that takes no mail."""
    ids = [delivery.user_id for delivery in batch]
    own = dict(User.objects.filter(pk__among=ids, is_active=True).values_list("pk", "digest"))
    somewhere = set(
        Membership.objects.active()
        .filter(user__among=ids, digest__in=[User.Digest.DAILY, User.Digest.WEEKLY])
        .values_list("user", flat=True)
    )
    emails = [delivery.user.email.lower() for delivery in batch]
    dead = set(
        MailAddress.objects.filter(email__among=emails, set_aside_at__isnull=False).values_list(
            Lower("email"), flat=True
        )
    )
    found = {}
    for delivery in batch:
        wanted = own.get(delivery.user_id)
        stopped = wanted is None or (wanted == User.Digest.NEVER and delivery.user_id not in somewhere)
        if stopped or delivery.user.is_away:
            found[delivery.pk] = Reason.STOPPED
        elif delivery.user.email.lower() in dead:
            found[delivery.pk] = Reason.ADDRESS
    return found


# --- Settling -----------------------------------------------------------------------------------------------------
def _mine(delivery: DigestDelivery) -> QuerySet[DigestDelivery]:
    return DigestDelivery.objects.filter(pk=delivery.pk, state=State.SENDING, claim=delivery.claim)


# Said for every mail, between the server's "250" and the next mail: that it was sent, and what it told, a key a line
# (one text is quicker to hand over than a list).
SETTLE = """
UPDATE core_digestdelivery
SET state = 'sent', reason = '', detail = '', claim = '', message_id = $1, sent_at = $2, items = $3,
    told = string_to_array($4, E'\\n'), attempts = attempts + 1
WHERE id = $5 AND state = 'sending' AND claim = $6
"""

# For all mails since the last time: a thing at a time would cost more than the mail. What another worker is marking is
# left to it.
MARK_TOLD = """
WITH sent AS (
    SELECT id, user_id, sent_at, told FROM core_digestdelivery WHERE told IS NOT NULL AND state = 'sent'
    ORDER BY id FOR UPDATE SKIP LOCKED
), things AS (
    SELECT user_id, sent_at, key FROM sent, unnest(told) AS key
), work AS (
    INSERT INTO core_tolditem (user_id, key, told_at)
    SELECT user_id, key, sent_at FROM things WHERE key NOT LIKE 'notice:%'
    ON CONFLICT DO NOTHING
), news AS (
    UPDATE core_notice SET told_at = things.sent_at FROM things
    WHERE things.key LIKE 'notice:%' AND core_notice.id = substr(things.key, 8)::bigint
)
UPDATE core_digestdelivery SET told = NULL FROM sent WHERE core_digestdelivery.id = sent.id
"""


def mark_told() -> None:
    """Mark one by one what the mails that were sent have told, so that no later one collects it.

    A worker that died after its mail left this to whoever comes next.
    """
    with connection.cursor() as cursor:
        cursor.execute(MARK_TOLD)


def close(delivery: DigestDelivery, state: str, reason: str, detail: str = "") -> None:
    _mine(delivery).update(state=state, reason=reason, detail=detail, claim="", claimed_at=None)


def put_off(delivery: DigestDelivery, failure: Exception, reason: str = "") -> None:
    """Plan another try, later each time; after the last one, or a refusal for good, it has failed and staff sees it."""
    again = next_try(failure, to=delivery.user.email, tries=delivery.attempts)
    reason = reason or (Reason.UNREACHABLE if isinstance(failure, Unreachable) else Reason.REFUSED)
    _mine(delivery).update(
        state=State.PLANNED if again else State.FAILED,
        reason=reason,
        detail=str(failure)[:200],
        attempts=delivery.attempts + 1,
        claim="",
        claimed_at=None,
        not_before=again or clock.now(),
    )
