"""One way to send a mail: subject, plain text and HTML from three templates, in the reader's language."""

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils.translation import override


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


def send(template: str, *, to: str, language: str, context: dict) -> None:
    """Compose and send now; call from a task. Raises smtplib.SMTPException or OSError when the server refuses."""
    compose(template, to=to, language=language, context=context).send()
