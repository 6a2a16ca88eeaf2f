"""Parts of pages that are drawn once: other templates that see only what is given. A builtin library."""

from collections.abc import Iterable
from functools import lru_cache
from operator import attrgetter
from secrets import token_hex
from typing import NamedTuple

from django import template
from django.conf import settings
from django.template import Context
from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from oil_portal.core import clock
from oil_portal.core.models import words
from oil_portal.core.templatetags.written import Written, marked

register = template.Library()
TOKEN = token_hex(16)  # stands in a remembered part until it is handed out with the reader's own; nobody can guess it
MOST_PARTS = 2000  # of some kB each, per process


@register.simple_tag(takes_context=True)
def part(context, template: str, /, **given) -> SafeString:
    """Another template that sees only what is given, the language and the day; the same again is not drawn anew.

    So nothing can be shown that has changed: there is no key to forget and nothing to clear. What is given must be
    hashable: texts, numbers, dates, tuples.
    """
    return parts(context, template, (None,), **given)


@register.simple_tag(takes_context=True)
def parts(context, template: str, rows: Iterable[tuple | None], /, **given) -> SafeString:
    """A part for each row, which knows it as `row`: so a list in which one row changed draws that one anew."""
    token, language, day = str(context.get("csrf_token") or ""), get_language(), clock.today()
    drawn, same = draw if settings.DEBUG else _remembered, tuple(given.items())
    html = "".join([drawn(template, language, day, bool(token), (("row", row), *same)) for row in rows])
    return mark_safe(html.replace(TOKEN, token))  # noqa: S308  a template has made it, and a token is letters and digits


def draw(template: str, _language: str, _day, with_token: bool, given: tuple) -> str:
    context = Context({"csrf_token": TOKEN if with_token else "", **dict(given)})
    return get_template(template).template.render(context)


_remembered = lru_cache(maxsize=MOST_PARTS)(draw)


class Line(NamedTuple):
    url: str
    title: str
    status: str
    beside: str


@register.simple_tag(takes_context=True)
def titled(context, things, beside: str) -> SafeString:
    """Things as lines: a link, their status and `beside`: a field with choices, or a path from the thing."""
    said = attrgetter(beside) if "." in beside else lambda thing: word(thing, beside)
    told = tuple(Line(thing.get_absolute_url(), str(thing), status_word(thing), str(said(thing))) for thing in things)
    return part(context, "core/tags/titled.html", lines=told)


@register.simple_tag(takes_context=True)
def tile(context, obj) -> SafeString:
    """An object in a list, as its part `tile` draws what its `tile_facts` say."""
    return part(context, obj.tile, **obj.tile_facts())


class Plain(NamedTuple):
    """A field of a GET form for a `part`; `html` is its own where it has no options, else the id of those."""

    name: str
    label: str
    kind: str
    target: str
    html: str
    options: tuple


@register.simple_tag
def plain_fields(form) -> tuple[Plain, ...]:
    """The visible fields of a GET form."""
    if "plain" not in vars(form):  # a filter keeps its form
        form.plain = tuple(_plain(bound) for bound in form.visible_fields())
    return form.plain


def _plain(bound) -> Plain:
    widget, label, target = bound.field.widget, str(bound.label), bound.id_for_label
    kind = "checkboxes" if bound.use_fieldset else bound.widget_type
    if widget.attrs or bound.errors or kind not in ("checkboxes", "select"):
        return Plain(bound.name, label, kind, target, str(bound), ())
    chosen = bound.value() or ""
    chosen = {str(value) for value in ([chosen] if isinstance(chosen, str) else chosen)}
    options = tuple(
        (str(value), str(text), str(value) in chosen, marked(text) if isinstance(text, Written) else "")
        for value, text in widget.choices
    )
    return Plain(bound.name, label, kind, target, bound.auto_id, options)


def word(obj, name: str) -> str:
    """What people read for the value of a field with choices."""
    value = getattr(obj, name)
    return str(words(type(obj), name).get(value, value))


def status_word(obj) -> str:
    return word(obj, "status")
