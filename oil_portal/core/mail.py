"""One way to send a mail: subject, plain text and HTML from three templates, in the reader's language.

What a mail server answers is sorted into three kinds: this address is refused for good (`Refused` with `dead`), this
mail is refused or put off (`Refused`), or nobody answers (`Unreachable`), which says nothing of the mail.
"""

import smtplib
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.db.models import Case, F, Q, QuerySet, Value, When
from django.template.loader import render_to_string
from django.utils.translation import override

from oil_portal.core import clock
from oil_portal.core.models import DigestDelivery, Letter, MailAddress, Notice

WAITS = [timedelta(minutes=5), timedelta(minutes=20), timedelta(hours=1), timedelta(hours=4), timedelta(hours=12)]
NOTHING = lambda: None
MOST_REFUSALS = 3  # in a row, each of another mail; then the address is set aside


class Refused(Exception):
    """The server took the connection and not this mail. `dead`: it will never take mail for this address."""

    def __init__(self, detail: str, *, dead: bool = False, final: bool = False) -> None:
        super().__init__(detail)
        self.dead, self.final = dead, dead or final


class Unreachable(Exception):
    """No server answers, or it hung up halfway: try again later."""


def absolute(path: str) -> str:
    """A path of the portal as a full address, for use outside a request."""
    return f"{settings.SITE_URL}{path}"


def compose(template: str, *, to: str, language: str, context: dict, headers: dict | None = None):
    """Render `<template>_subject.txt`, `_message.txt` and `.html`; return the unsent EmailMultiAlternatives."""
    context = {"site_url": settings.SITE_URL, "language": language, **context}
    with override(language):
        subject = " ".join(render_to_string(f"{template}_subject.txt", context).split())
        message = EmailMultiAlternatives(subject, render_to_string(f"{template}_message.txt", context), to=[to])
        message.reply_to = [settings.REPLY_TO] if settings.REPLY_TO else []
        message.attach_alternative(render_to_string(f"{template}.html", context), "text/html")
    message.extra_headers = {"Auto-Submitted": "auto-generated", **(headers or {})}
    return message


def message_id(name: str) -> str:
    """The Message-ID of a mail, the same at every try, so that one that went out twice can be recognised."""
    return f"<{name}@{settings.DEFAULT_FROM_EMAIL.rsplit('@', 1)[-1].strip('>')}>"


def next_try(failure: Exception, *, to: str, tries: int) -> datetime | None:
    """When to try a mail again that failed after so many earlier tries, or None when it was the last.

    A refusal for good counts for the address.
    """
    if getattr(failure, "dead", False):
        refused(to, str(failure))
    over = tries >= len(WAITS) or getattr(failure, "final", False)
    return None if over else clock.now() + WAITS[tries]


class Line:
    """A connection with the mail server: opened when needed, kept for many mails, opened anew once it broke."""

    def __enter__(self) -> "Line":
        self.connection = None
        return self

    def __exit__(self, *_error) -> None:
        self.hang_up()

    def open(self) -> None:
        """Raises Unreachable."""
        if self.connection is None:
            connection = get_connection()
            try:
                connection.open()
            except (smtplib.SMTPException, OSError) as error:
                raise Unreachable(said(error)) from error
            self.connection = connection

    def send(self, mail, *, before: Callable = NOTHING, meanwhile: Callable = NOTHING) -> None:
        """Send a message, or a mail that is written already: by SMTP its bytes go out as they are.

        `before` is done just before the words go out, after the server knows whom they are for: what it raises stops
        this mail. `meanwhile` is done before the server answers, and raises nothing. Raises Refused or Unreachable.
        """
        self.open()
        server = getattr(self.connection, "connection", None)
        try:
            if isinstance(server, smtplib.SMTP) and getattr(mail, "content", None):
                server.data = lambda content: _hand_over(server, content, before, meanwhile)
                server.sendmail(mail.from_email, [mail.to], mail.content)
            else:
                before()
                self.connection.send_messages([mail.message() if hasattr(mail, "content") else mail])
        except (smtplib.SMTPException, OSError) as error:
            failure = sorted_out(error)
            if isinstance(failure, Unreachable):
                self.hang_up()
            raise failure from error

    def hang_up(self) -> None:
        connection, self.connection = self.connection, None
        if connection is not None:
            with suppress(smtplib.SMTPException, OSError):  # it may be gone already
                connection.close()


def _hand_over(server: smtplib.SMTP, content: bytes, before: Callable, meanwhile: Callable) -> tuple[int, bytes]:
    """The DATA of a mail, as `smtplib.SMTP.data` does it, with something to do before and after the words go out."""
    code, words = server.docmd("data")
    if code != 354:
        raise smtplib.SMTPDataError(code, words)
    try:
        before()
    except Exception:
        server.close()  # it waits for a mail that does not come
        raise
    dotted = content.replace(b"\n.", b"\n..")  # a line that is a dot ends a mail (RFC 5321, 4.5.2)
    server.send(dotted + (b".\r\n" if content.endswith(b"\r\n") else b"\r\n.\r\n"))
    meanwhile()
    return server.getreply()


def sorted_out(error: Exception) -> Refused | Unreachable:
    """What an answer means: 5xx of a recipient is for good, 4xx for now; the rest is the server's trouble."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _words in error.recipients.values()]
        return Refused(said(error), dead=all(code >= 500 for code in codes))
    if isinstance(error, smtplib.SMTPDataError):
        return Refused(said(error), final=error.smtp_code >= 500)
    return Unreachable(said(error))


def said(error: Exception) -> str:
    """The kind of trouble and the server's words, short enough to keep."""
    return f"{type(error).__name__}: {error}".replace("\0", "")[:200]


# --- Addresses that take no mail ----------------------------------------------------------------------------------
def refused(email: str, detail: str) -> None:
    """Count a refusal for good; after MOST_REFUSALS in a row the address is set aside."""
    email, now = email.lower(), clock.now()
    known, made = MailAddress.objects.get_or_create(email=email, defaults={"refusals": 1, "detail": detail[:200]})
    if not made:
        MailAddress.objects.filter(pk=known.pk).update(refusals=F("refusals") + 1, detail=detail[:200], refused_at=now)
    MailAddress.objects.filter(email=email, refusals__gte=MOST_REFUSALS, set_aside_at=None).update(set_aside_at=now)


def is_set_aside(email: str) -> bool:
    return MailAddress.objects.filter(email=email.lower(), set_aside_at__isnull=False).exists()


def took_mail(emails: Iterable[str]) -> None:
    """Forget the refusals of addresses that took a mail, or of which somebody says that they work again."""
    MailAddress.objects.filter(email__among=[email.lower() for email in emails]).delete()


def retry(failed: QuerySet) -> int:
    """Staff sends digests or letters that failed once more, from the first try on; returns how many.

    An address that was set aside gets another chance too.
    """
    now = clock.now()
    with transaction.atomic():
        if failed.model is Letter:
            failed = failed.exclude(failed_at=None)
            took_mail(failed.values_list("to", flat=True))
            # A digest that is on its way may tell the same; once it is sent, the letter has nothing to say.
            digest = DigestDelivery.objects.filter(Q(state=DigestDelivery.State.SENDING) | Q(told__isnull=False))
            told = Q(notice__in=Notice.objects.filter(recipient__in=digest.values("user")).values("pk"))
            later = now + timedelta(seconds=settings.DIGEST_LEASE)
            return failed.update(
                failed_at=None, attempts=0, not_before=Case(When(told, then=Value(later)), default=Value(now))
            )
        failed = failed.filter(state=DigestDelivery.State.FAILED)
        took_mail(failed.values_list("user__email", flat=True))
        return failed.update(state=DigestDelivery.State.PLANNED, attempts=0, reason="", not_before=now)
