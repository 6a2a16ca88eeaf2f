"""The mail of a digest: accessible HTML from the design and plain text, in the reader's language.

Every digest has the same words around what it tells: the looks of a thing (`_shape`) and the mail around the things
(`_mold`) are made once per language. `mail_for` gives the mail as it is sent, `message_for`
the same mail made by the templates alone.
"""

import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from email.utils import formatdate
from functools import lru_cache
from html import escape

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from oil_portal.core import clock
from oil_portal.core.mail import absolute, compose
from oil_portal.core.templatetags.written import marked
from oil_portal.digests.content import Digest, Entry, Topic
from oil_portal.digests.mold import Cast, Misfit, Mold, Slot
from partners.models import User

SALT = "digest"
TEMPLATE = "oil_portal/email/digest"
SHAPES, MOLDS = 4096, 64  # how many a process remembers
WIDTH = 72  # columns of the plain text; addresses are longer
PLACES = ("title", "by", "text", "url")  # of a thing
NOBODY = "zqtoqtz@mail.invalid"  # the address of a mold's recipient, until there is one


@dataclass(frozen=True)
class Frame:
    """What decides the words around the things: one mold for each."""

    language: str
    digest: str  # how often
    older: bool  # whether older things still wait
    day: date


@dataclass(frozen=True)
class Mail:
    """A mail that is ready to go. `content` is it as it goes over the line, None when only the long way makes it.

    `told` are the keys of what it tells.
    """

    to: str
    message_id: str
    told: tuple[str, ...]
    message: Callable[[], EmailMultiAlternatives]
    from_email: str = ""
    content: bytes | None = None


def mail_for(digest: Digest, *, message_id: str) -> Mail:
    """The mail of a digest, unsent; call with the reader's language active."""
    values = _values(digest, message_id)
    mold = _mold(_frame(digest))
    long = lambda: _message(_frame(digest), values, digest.user.email)
    told = tuple(entry.key for entry in digest.entries)
    try:
        content = mold.fill(values | {"to": digest.user.email, "date": formatdate()})
    except Misfit:
        return Mail(digest.user.email, message_id, told, long)
    return Mail(digest.user.email, message_id, told, long, mold.from_email, content)


def message_for(digest: Digest, *, message_id: str = "", preview: bool = False) -> EmailMultiAlternatives:
    """The same mail by its templates. A preview may be read by somebody else: its links stop nothing."""
    return _message(_frame(digest), _values(digest, message_id, preview), digest.user.email)


def stop_path(user: User, topic: str = "") -> str:
    """Where somebody stops one topic, or with "" the whole mail, without a log-in."""
    token = signing.dumps(user.pk, salt=SALT)
    return reverse("unsubscribe", args=[token, topic] if topic else [token])


def _frame(digest: Digest) -> Frame:
    return Frame(digest.user.language, digest.user.digest, bool(digest.older), clock.today())


def _values(digest: Digest, message_id: str, preview: bool = False) -> dict[str, str]:
    """What differs from person to person."""
    way_out = absolute(reverse("preferences") if preview else stop_path(digest.user))
    return {
        "headline": digest.headline,
        "preheader": " ".join(f"{entry.title}." for entry in digest.entries[:3]),
        "name": digest.user.first_name or digest.user.email,
        "older": _older(digest.older),
        **_sections(digest),
        **_ways_out([(topic, way_out if preview else f"{way_out}{topic}/") for topic, _entries in digest.sections]),
        "unsubscribe_url": way_out,
        "message_id": message_id,
    }


def _older(count: int) -> str:
    if not count:
        return ""
    return ngettext(
        "Er wacht nog %(count)s ding waar we je al over mailden.",
        "Er wachten nog %(count)s dingen waar we je al over mailden.",
        count,
    ) % {"count": count}


def _message(frame: Frame, values: dict[str, str], to: str) -> EmailMultiAlternatives:
    """By the templates, with one-click unsubscribe after RFC 8058."""
    headers = {
        "List-Unsubscribe": f"<{values['unsubscribe_url']}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Message-ID": values["message_id"],
        "Date": values.get("date", ""),
    }
    context = values | {
        "digest": frame.digest,
        "today": frame.day,
        "preferences_url": absolute(reverse("preferences")),
        "start_url": absolute(reverse("start")),
    }
    return compose(
        TEMPLATE,
        to=to,
        language=frame.language,
        context=context,
        headers={name: value for name, value in headers.items() if value},
    )


@lru_cache(maxsize=MOLDS)
def _mold(frame: Frame) -> Mold:
    names = (
        "headline", "preheader", "name", "sections_html", "sections_text", "topics_html", "topics_text",
        "unsubscribe_url", "message_id", "date",
    )  # fmt: skip
    slots = {name: Slot(name) for name in names} | {"older": Slot("older") if frame.older else ""}
    return Mold(_message(frame, slots, NOBODY), {NOBODY: Slot("to")})


def _ways_out(topics: list[tuple[str, str]]) -> dict[str, SafeString]:
    """A link per topic that the mail tells, to hear no more of that; as HTML and as text. Takes (topic, address)."""
    rows = [(*_way_out(topic, get_language()), url) for topic, url in topics]
    return {
        "topics_html": mark_safe("\n".join(html % escape(url) for html, _text, url in rows)),  # noqa: S308  ours
        "topics_text": mark_safe("\n".join(text % url for _html, text, url in rows)),  # noqa: S308  plain text
    }


@lru_cache(maxsize=MOLDS)
def _way_out(topic: str, _language: str) -> tuple[str, str]:
    """What stands around the address, as HTML and as text, in the active language."""
    style = "display:inline-block;padding:4px 0;color:#474c5e;text-decoration:underline"
    said = (_("Niet meer: %(topic)s") % {"topic": User.Topic(topic).label}).replace("%", "%%")
    return f'<a href="%s" style="{style}">{escape(said)}</a><br>', f"{said}:\n%s"


# --- The things --------------------------------------------------------------------------------------------------
def _sections(digest: Digest) -> dict[str, SafeString]:
    """Every topic with its heading and what stands below it, as HTML and as text."""
    language, found = digest.user.language, []
    for topic, entries in digest.sections:
        found.append(_heading(topic, any(entry.states for entry in entries), language))
        found += _drawn(entries, language)
    return {  # both come from templates that escape what people wrote
        "sections_html": mark_safe("".join([html for html, _text in found])),  # noqa: S308
        "sections_text": mark_safe("".join([text for _html, text in found])),  # noqa: S308
    }


@lru_cache(maxsize=MOLDS)
def _heading(topic: str, keys: bool, language: str) -> tuple[str, str]:
    """The heading of a topic as HTML and as text, with how to read the keys where there are any."""
    heading = {
        Topic.WORK: _("Wacht op jou"),
        Topic.DATES: _("Data die eraan komen"),
        Topic.FITS: _("Past bij jou"),
        Topic.NEWS: _("Nieuw voor jou"),
    }[topic]
    hint = _("Een gevulde tand is een leerdoel dat voor jou nog open staat.") if keys else ""
    text_hint = _("Zo lees je de sleutel: # staat voor jou nog open, - heb je al behaald.") if keys else ""
    return (
        render_to_string("oil_portal/email/heading.html", {"heading": heading, "hint": hint}),
        render_to_string("oil_portal/email/heading.txt", {"heading": heading, "hint": text_hint}),
    )


def _drawn(entries: list[Entry], language: str) -> Iterator[tuple[str, str]]:
    """Each thing as HTML and as text."""
    site = settings.SITE_URL
    words = "\0".join([word for e in entries for word in (e.title, e.by, e.text, f"{site}{e.url}")])
    shown = iter(escape(words).replace("\n", "<br>\n").split("\0"))  # at once: a call for each word costs more
    for entry, *safe in zip(entries, shown, shown, shown, shown, strict=True):
        html, plain = _shape(bool(entry.by), bool(entry.text), entry.hue, entry.states, language, marked(entry.title))
        folded = [_folded(entry.title), _folded(entry.by), _folded(entry.text), f"{site}{entry.url}"]
        yield html.fill(dict(zip(PLACES, safe, strict=True))), plain.fill(dict(zip(PLACES, folded, strict=True)))


def _folded(text: str) -> str:
    """Plain text in lines of at most WIDTH; its own lines stay."""
    if len(text) <= WIDTH and "\n" not in text:
        return text
    fold = lambda line: textwrap.fill(line, WIDTH, break_long_words=False, break_on_hyphens=False)
    return "\n".join(map(fold, text.splitlines()))


@lru_cache(maxsize=SHAPES)
def _shape(by: bool, text: bool, hue: str, states: tuple[str, ...], language: str, said: str) -> tuple[Cast, Cast]:
    """The templates of one thing with places for its words; `said` is the language of its title if that is another.

    Within one form a value looks the same at every place: a filter such as linebreaksbr leaves a slot as it is.
    """
    context = {
        "title": Slot("title"),
        "said": said,
        "url": Slot("url"),
        "by": Slot("by") if by else "",
        "text": Slot("text") if text else "",
        "key_hue": hue,
        "key_states": states,
        "key_text": Slot("text") if states else "",
    }
    return (
        Cast(render_to_string("core/email/item.html", context), r"\1"),
        Cast(render_to_string("oil_portal/email/item.txt", context), r"\1"),
    )
