"""Mails that can't wait for a digest. Each may run twice without harm and gives up loudly."""

import smtplib

from celery import shared_task
from django.db import transaction

from oil_portal.core import clock
from oil_portal.core.mail import absolute, send
from oil_portal.core.models import Notice

RETRY = {
    "autoretry_for": (smtplib.SMTPException, OSError),
    "retry_backoff": 10,
    "retry_backoff_max": 600,
    "max_retries": 6,
}


@shared_task(**RETRY)
def send_notice(notice_id: int) -> None:
    """Mail one notice, once: the row lock and `mailed_at` keep a second run from sending again."""
    with transaction.atomic():
        notice = (
            Notice.objects.select_for_update(of=("self",))
            .select_related("recipient", "entry__content_type", "entry__actor")
            .filter(pk=notice_id, mailed_at=None)
            .first()
        )
        if notice is None or notice.entry.target is None:
            return
        target = notice.entry.target
        send(
            "core/email/notice",
            to=notice.recipient.email,
            language=notice.recipient.language,
            context={
                "reader": notice.recipient,
                "entry": notice.entry,
                "title": str(target),
                "url": absolute(target.get_absolute_url()),
            },
        )
        notice.mailed_at = notice.told_at = clock.now()
        notice.save(update_fields=["mailed_at", "told_at"])


@shared_task(**RETRY)
def send_template(template: str, to: str, language: str, context: dict) -> None:
    """Mail somebody who has no notice, such as a guest with an invitation."""
    send(template, to=to, language=language, context=context)
