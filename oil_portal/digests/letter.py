"""The mail of a digest: accessible HTML from the design and plain text, in the reader's language.

Many people hear of the same things: what one thing looks like in a mail is drawn once per language (`_drawn`).
"""

from functools import lru_cache

from django.conf import settings
from django.core import signing
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from oil_portal.core import clock
from oil_portal.core.mail import absolute, compose
from oil_portal.digests.content import Digest, Entry, Topic

SALT = "digest"
DRAWN = 4096  # things that a process remembers the looks of


def message_for(digest: Digest, *, period: str, message_id: str = ""):
    """The mail, unsent, with one-click unsubscribe after RFC 8058; call with the reader's language active."""
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
        "sections_html": _sections(digest, 0),
        "sections_text": _sections(digest, 1),
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


def _sections(digest: Digest, form: int) -> list[tuple[str, str, SafeString]]:
    """(heading, hint, what stands below it) as HTML (form 0) or as text (1)."""
    headings = {
        Topic.WORK: _("Wacht op jou"),
        Topic.DATES: _("Data die eraan komen"),
        Topic.FITS: _("Past bij jou"),
        Topic.NEWS: _("Nieuw voor jou"),
    }
    found = []
    for topic, entries in digest.sections:
        drawn = "".join(_drawn(entry, digest.user.language, settings.SITE_URL)[form] for entry in entries)
        # Both come from templates that escape what people wrote.
        found.append((headings[topic], _hint(entries, form), mark_safe(drawn)))  # noqa: S308
    return found


def _hint(entries: list[Entry], form: int) -> str:
    """How to read the keys, where there are any."""
    if not any(entry.states for entry in entries):
        return ""
    words = _("Een gevulde tand is een leerdoel dat voor jou nog open staat.")
    return words if form == 0 else _("Zo lees je de sleutel: # staat voor jou nog open, - heb je al behaald.")


@lru_cache(maxsize=DRAWN)
def _drawn(entry: Entry, language: str, site: str) -> tuple[str, str]:
    """One thing as HTML and as text; `language` is the active one."""
    context = {
        "title": entry.title,
        "by": entry.by,
        "text": entry.text,
        "url": f"{site}{entry.url}",
        "key_hue": entry.hue,
        "key_states": entry.states,
        "key_text": entry.text if entry.states else "",
    }
    return (
        render_to_string("core/email/item.html", context),
        render_to_string("oil_portal/email/item.txt", context),
    )
