"""Pages that exist in the demo only: log in by one click, and the mails that were caught."""

import mailbox
import re
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp_replace, csp_update
from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.clickjacking import xframe_options_sameorigin

from oil_portal.demo.accounts import ACCOUNTS
from partners.models import User

SHOWN = 100


def only_in_demo() -> None:
    if not settings.DEMO:
        raise Http404


@login_not_required
def demo_login(request):
    """Log in as one of the demo accounts; outside the demo this address does not exist."""
    only_in_demo()
    if request.method != "POST":
        return redirect("account_login")
    account = ACCOUNTS.get(request.POST.get("account", ""))
    user = User.objects.filter(email=account.email).first() if account else None
    if user is None:
        raise Http404
    login(request, user, backend="partners.accounts.AccountBackend")
    return redirect("start")


def caught() -> list[tuple[str, EmailMessage]]:
    """The mails of the catcher, (key, message), newest first."""
    folder = Path(settings.MAILBOX_DIR or "/nonexistent")
    if not (folder / "new").is_dir():
        return []
    box = mailbox.Maildir(folder, factory=None, create=False)
    parser = BytesParser(policy=policy.default)
    return sorted(((key, parser.parsebytes(box.get_bytes(key))) for key in box.iterkeys()), key=arrival, reverse=True)


def arrival(caught_mail: tuple[str, EmailMessage]) -> list[int]:
    """The numbers in a Maildir key, which begins with the second of arrival."""
    return [int(number) for number in re.findall(r"\d+", caught_mail[0])]


@login_not_required
def mailbox_list(request):
    """*Postvak*: every mail that the demo sent, so that each side of a story can be read."""
    only_in_demo()
    to = request.GET.get("aan", "").replace("\0", "")[:200]
    mails = [
        {
            "key": key,
            "to": str(mail["to"]),
            "subject": str(mail["subject"]),
            "date": timezone.localtime(moment(mail)),
        }
        for key, mail in caught()
        if to.lower() in str(mail["to"]).lower()
    ]
    return render(request, "oil_portal/mailbox.html", {"mails": mails[:SHOWN], "to": to})


def moment(mail: EmailMessage) -> datetime:
    """When a mail was sent; "-0000" is UTC of which nothing more is known, which Python reads as naive."""
    sent = mail["date"].datetime
    return sent if timezone.is_aware(sent) else timezone.make_aware(sent, UTC)


def find(key: str) -> EmailMessage:
    for other, mail in caught():
        if other == key:
            return mail
    raise Http404


@login_not_required
@csp_update({"frame-src": [SELF]})
def mailbox_mail(request, key: str):
    """One mail: its headers, its plain text, and its HTML in a frame of its own."""
    only_in_demo()
    mail = find(key)
    text = mail.get_body(("plain",))
    context = {"mail": mail, "key": key, "text": text.get_content() if text else ""}
    return render(request, "oil_portal/mailbox_mail.html", context)


@login_not_required
@xframe_options_sameorigin
@csp_replace({"style-src": [UNSAFE_INLINE], "script-src": [NONE], "frame-ancestors": [SELF]})
def mailbox_html(request, key: str):
    """The HTML body as the reader's mail program would show it; nothing in it may run."""
    only_in_demo()
    body = find(key).get_body(("html",))
    if body is None:
        raise Http404
    return HttpResponse(body.get_content())
