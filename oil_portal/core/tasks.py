"""Mails that can't wait for a digest. Each stands in the database until it is sent, so that no queue can lose it.

A letter is sent in the transaction that removes it: it may be tried twice without harm, and a worker that dies between
the two sends it again with the same Message-ID. What fails for good is kept for staff to see.
"""

from celery import shared_task
from django.db import transaction
from django.utils.module_loading import import_string

from oil_portal.core import clock
from oil_portal.core.mail import (
    Line,
    Refused,
    Unreachable,
    absolute,
    compose,
    is_set_aside,
    message_id,
    next_try,
    took_mail,
)
from oil_portal.core.models import Letter
from oil_portal.core.promises import answer_url

SWEEP = 200  # letters that one beat tries again
WARMING = 200  # seconds after which a beat begins no other figure: a task may take 300


def post(template: str, *, to: str, language: str, context: dict) -> None:
    """Mail somebody after this transaction, such as a guest with an invitation; `context` can be written as JSON."""
    _hand_over(Letter.objects.create(template=template, to=to, language=language, context=context))


def post_notice(notice) -> None:
    """Mail a notice to its recipient after this transaction."""
    reader = notice.recipient
    _hand_over(
        Letter.objects.create(notice=notice, template="core/email/notice", to=reader.email, language=reader.language)
    )


def _hand_over(letter: Letter) -> None:
    """Without a queue the request goes on: the next beat finds the letter."""
    transaction.on_commit(lambda: send_letter.delay(letter.pk), robust=True)


@shared_task
def send_letter(letter_id: int) -> None:
    """Send one letter, once."""
    with Line() as line:
        _try_to_send(letter_id, line)


@shared_task
def send_letters() -> None:
    """What no task has sent, or what the server put off."""
    waiting = Letter.objects.filter(failed_at=None, not_before__lte=clock.now()).order_by("not_before", "pk")
    with Line() as line:
        for pk in list(waiting.values_list("pk", flat=True)[:SWEEP]):
            if isinstance(_try_to_send(pk, line), Unreachable):
                return


def _try_to_send(pk: int, line: Line) -> Exception | None:
    try:
        with transaction.atomic():
            letter = Letter.objects.select_for_update(skip_locked=True).filter(pk=pk, failed_at=None).first()
            if letter is None:
                return None
            _send(letter, line)
    except (Refused, Unreachable) as failure:
        _put_off(letter, failure)
        return failure
    return None


def _send(letter: Letter, line: Line) -> None:
    context = _of_notice(letter) if letter.notice_id else letter.context
    if context is not None and not is_set_aside(letter.to):
        headers = {"Message-ID": message_id(f"letter-{letter.pk}")}
        line.send(compose(letter.template, to=letter.to, language=letter.language, context=context, headers=headers))
        took_mail([letter.to])
        if letter.notice_id:
            letter.notice.mailed_at = letter.notice.told_at = clock.now()
            letter.notice.save(update_fields=["mailed_at", "told_at"])
    letter.delete()


def _of_notice(letter: Letter) -> dict | None:
    """What the mail of a notice says; None when what it was about is gone, or was answered or told in the meantime."""
    notice = letter.notice
    target, promise = notice.entry.target, notice.promise
    if notice.told_at or target is None or (promise is not None and not promise.is_open):
        return None
    path = answer_url(promise, notice.recipient) if promise else target.get_absolute_url()
    return {
        "reader": notice.recipient, "entry": notice.entry, "title": str(target), "url": absolute(path),
        "promise": promise,
    }  # fmt: skip


def _put_off(letter: Letter, failure: Exception) -> None:
    """Later each time; after the last try, or a refusal for good, it has failed."""
    again = next_try(failure, to=letter.to, tries=letter.attempts)
    Letter.objects.filter(pk=letter.pk).update(
        attempts=letter.attempts + 1,
        detail=str(failure)[:200],
        failed_at=None if again else clock.now(),
        not_before=again or clock.now(),
    )


@shared_task
def count_again(path: str, args: list) -> None:
    """Count what `core.kept` keeps, for who asks next; a message has lists where there were tuples."""
    import_string(path).again(*(tuple(one) if isinstance(one, list) else one for one in args))


@shared_task
def warm_figures() -> None:
    """Count what people will ask for, before they do; a beat, and each worker that begins."""
    import_string("oil_portal.core.kept.warm")(WARMING)
