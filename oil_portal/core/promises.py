"""What was asked of a side, and until when. `timeline.record` opens and ends promises with the status of an object.

Pages read `timeline.due`; the beat above (`oil_portal.answers.beat`) reminds, and closes what nobody answered.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from django.contrib.contenttypes.models import ContentType
from django.core import signing
from django.db import models
from django.db.models import DateField, DateTimeField, OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone

from oil_portal.core import clock
from oil_portal.core.models import Promise, Side
from oil_portal.core.workflow import WORKFLOWS, Term

SALT = "oil.answer"  # of the addresses that answer a promise from a mail


def kind_of(obj: models.Model, status: str) -> str:
    """What a promise is about: model and status."""
    return f"{obj._meta.label_lower}:{status}"


def term_of(kind: str) -> Term | None:
    model, _colon, status = kind.rpartition(":")
    flow = WORKFLOWS.get(model)
    return flow.terms.get(status) if flow else None


def last_day(term: Term, obj: models.Model, side: str, partner: models.Model | None) -> date:
    """Until when an answer is promised that is asked now: after the pause of who is asked."""
    if term.until:
        return term.until(obj)
    start = clock.today()
    paused_until = getattr(partner, "paused_until", None)
    if paused_until and paused_until > start:
        start = paused_until
    return clock.working_days_after(start, term.days, school=side == Side.SCHOOL)


def make(obj: models.Model, status: str, *, turn: int = 1, side: str = "") -> Promise | None:
    """Ask what the status asks, if anything; `side` is somebody else than usual, to whom the question was passed on."""
    term = term_of(kind_of(obj, status))
    if term is None:
        return None
    asked, partner = term.who(obj)
    return Promise.objects.create(
        content_type=ContentType.objects.get_for_model(obj),
        object_id=obj.pk,
        kind=kind_of(obj, status),
        side=side or asked,
        partner=None if side or partner is None else partner.pk,
        turn=turn,
        due=last_day(term, obj, side or asked, None if side else partner),
    )


def settle(obj: models.Model, event: str, *, actor) -> None:
    """End what was asked about the object: by an answer of a person, by the portal itself, or because it was undone."""
    flow = WORKFLOWS.get(obj._meta.label_lower)
    if flow is None or not flow.terms:
        return
    for promise in Promise.objects.of(obj).open():
        term = term_of(promise.kind)
        answered = term is not None and event in term.answers
        end = "lapsed_at" if actor is None else "answered_at" if answered else "dropped_at"
        Promise.objects.open().filter(pk=promise.pk).update(**{end: clock.now()})
        _forget_reminders(promise)


def open_of(obj: models.Model) -> Promise | None:
    """What is asked about the object now."""
    return Promise.objects.of(obj).open().first()


def answer_url(promise: Promise, user) -> str:
    """The path where `user` answers from a mail, without a log-in; None is a guest who was invited."""
    return reverse("answer", args=[signing.dumps([promise.pk, user.pk if user else 0], salt=SALT)])


def ask_again(obj: models.Model, status: str, *, side: str = "") -> Promise:
    """Nobody answered: that promise lapses, and the same is asked again, of `side` when that is somebody else."""
    before = Promise.objects.of(obj).open().filter(kind=kind_of(obj, status)).first()
    turn = before.turn + 1 if before else 1
    settle(obj, "late", actor=None)
    return make(obj, status, turn=turn, side=side)


def _forget_reminders(promise: Promise) -> None:
    """Nobody is reminded of what is settled."""
    promise.notices.filter(read_at=None, mailed_at=None, told_at=None).delete()


def postpone(*, partner: models.Model, before: date | None, until: date | None) -> None:
    """The pause of a partner changed: the days that it had left count from the end of the pause.

    What is late already stays late.
    """
    today = clock.today()
    mine = Promise.objects.open().filter(partner=partner.pk, side=Side.COMPANY, due__gte=today)
    yesterday = today - timedelta(days=1)
    for promise in mine.select_for_update():
        term = term_of(promise.kind)
        if term is None or term.until:
            continue
        asked = timezone.localtime(promise.asked_at).date()
        left = clock.working_days_between(max(yesterday, before or yesterday, asked), promise.due)
        promise.due = clock.working_days_after(max(yesterday, until or yesterday), max(1, left))
        promise.reminders = 0
        promise.save(update_fields=["due", "reminders"])


def redate(objects: Iterable[models.Model]) -> None:
    """Read `until` anew, after a date that the promise follows was changed."""
    for obj in objects:
        for promise in Promise.objects.of(obj).open().select_for_update():
            term = term_of(promise.kind)
            if term and term.until:
                promise.due = term.until(obj)
                promise.save(update_fields=["due"])


def with_promise(queryset: QuerySet) -> QuerySet:
    """Add `promised_until` and `reminded_at` of what is asked about each object now."""
    asked = Promise.objects.open().filter(
        content_type=ContentType.objects.get_for_model(queryset.model), object_id=OuterRef("pk")
    )
    return queryset.annotate(
        promised_until=Subquery(asked.values("due")[:1], output_field=DateField()),
        reminded_at=Subquery(asked.values("reminded_at")[:1], output_field=DateTimeField()),
    )
