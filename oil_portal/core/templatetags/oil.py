"""Template tags of the design (docs: the design language's key glyph, track, timeline, forms and mails).

A builtin library: templates need no {% load %}. It knows no app; what it shows of an object it asks by name
(`hue`, `status`, `get_status_display`) or through the object's workflow.
"""

import re
from functools import lru_cache
from typing import NamedTuple

import nh3
from django import template
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from markdown_it import MarkdownIt

from oil_portal.core.templatetags.parts import part, status_word, word
from oil_portal.core.templatetags.written import lang

register = template.Library()

# --- The key glyph: drawn on a grid of 120 x 48 with its axis at y = 24 ------------------------------------------
MOST_TEETH = 12
BLADE = format_html('<path class="key__blade" d="{}"/>', "M28 22h92v4H28zM40 17h4v14h-4z")
RING = "M2 24a17 17 0 1 1 34 0a17 17 0 1 1-34 0zM11 24a8 8 0 1 0 16 0a8 8 0 1 0-16 0z"
BOWS = {
    "smart": "M4 8.5h27a2 2 0 0 1 2 2v27a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2v-27a2 2 0 0 1 2-2zM11.5 18v12h12V18z",
    "bio": "M14.5 16.2A9 9 0 1 1 28 24A9 9 0 1 1 14.5 31.8A9 9 0 1 1 14.5 16.2zM14 24a5 5 0 1 0 10 0a5 5 0 1 0-10 0z",
    "school": "M19 6L37 24L19 42L1 24zM19 15.5L10.5 24L19 32.5L27.5 24z",
    "gov": "M3 7h32v15c0 9.5-6.5 15.5-16 19.5C9.5 37.5 3 31.5 3 22zM12 16v7c0 4 2.5 6.5 7 9c4.5-2.5 7-5 7-9v-7z",
}
CROPS = {"smart": "2 8.5 31 31", "bio": ".9 7.2 33.6 33.6", "school": "1 6 36 36", "gov": "2 7 34.5 34.5"}
HIDDEN = format_html(' aria-hidden="{}"', "true")
SIZES = {"": "key", "s": "key key-s", "m": "key key-m", "l": "key key-l"}


@lru_cache
def sprite() -> str:
    return static("icons.svg")


def kind(hue: str) -> SafeString:
    """The attribute that gives a drawing its hue; none for plain ink."""
    return format_html(' data-kind="{}"', hue) if hue else SafeString("")


def bow(hue: str) -> SafeString:
    return format_html('<path class="key__bow" fill-rule="evenodd" d="{}"/>', BOWS.get(hue, RING))


@lru_cache(maxsize=4096)
def teeth(states: tuple[str, ...]) -> SafeString:
    """The teeth: the first six hang below the blade, the next six stand above it, every row ends at the tip."""
    drawn = []
    for row, open_y, done_y in ((states[:6], 25, 25), (states[6:MOST_TEETH], 8, 15)):
        for index, state in enumerate(row):
            x = 112 - 12 * (len(row) - 1 - index)
            drawn.append(
                ("key__tooth is-done", x + 1, done_y, 6, 8, ".5")
                if state == "done"
                else ("key__tooth is-open" if state == "open" else "key__tooth", x, open_y, 8, 15, "1")
            )
    return format_html_join("", '<rect class="{}" x="{}" y="{}" width="{}" height="{}" rx="{}"/>', drawn)


@register.simple_tag
def key(hue: str, states, size: str = "", label: str = "") -> SafeString:
    """The key glyph of `states` ("open", "done" or "plain") in the teacher's order; hidden when it has no label."""
    return format_html(
        '<svg class="{}" viewBox="0 0 120 48"{}{}>{}{}{}</svg>',
        SIZES[size],
        format_html(' role="img" aria-label="{}"', label) if label else HIDDEN,
        kind(hue),
        teeth(tuple(states)),
        BLADE,
        bow(hue),
    )


class Goal(NamedTuple):
    """What a key shows of a goal; `state` is what it is to the reader."""

    title: str
    state: str = "plain"


class Tooth(NamedTuple):
    title: str
    state: str
    number: int
    column: int


@register.simple_tag(takes_context=True)
def keymap(context, hue: str, goals) -> SafeString:
    """The large key: each of at most 12 goals (with `title` and `state`) on its tooth."""
    goals = list(goals)[:MOST_TEETH]
    lower = min(len(goals), 6)
    placed = tuple(
        Tooth(goal.title, goal.state, i, i + 6 - (lower if i <= 6 else len(goals))) for i, goal in enumerate(goals, 1)
    )
    return part(context, "core/tags/keymap.html", hue=hue, goals=placed, crop=CROPS.get(hue, "2 7 34 34"), bow=bow(hue))


@register.inclusion_tag("core/email/key.html")
def mail_key(hue: str, states) -> dict:
    """The key for a mail: table cells, all teeth in one row, square for smart, three discs for bio, else a disc."""
    states = list(states)[:MOST_TEETH]
    colours = {"company": "#956300", "school": "#3e55bb", "smart": "#067879", "bio": "#35560a", "gov": "#6a1f69"}
    return {"hue": hue or "ink", "colour": colours.get(hue, "#141a2e"), "states": states, "span": 2 * len(states) + 1}


@register.simple_tag
def text_key(hue: str, states) -> str:
    """The key for plain text: `[ ]=##-#` or `(o)=`; # is open, - is achieved."""
    marks = "".join("-" if state == "done" else "#" for state in list(states)[:MOST_TEETH])
    return f"{'[ ]' if hue == 'smart' else '(o)'}={marks}"


# --- Icons and chips ---------------------------------------------------------------------------------------------
@register.simple_tag
def icon(name: str) -> SafeString:
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#i-{}"/></svg>', sprite(), name)


@register.simple_tag
def shape(hue: str) -> SafeString:
    """The small shape of a kind of partner; a plain ring where a partner has no hue."""
    return format_html(
        '<svg class="shape" aria-hidden="true"{}><use href="{}#s-{}"/></svg>', kind(hue), sprite(), hue or "ring"
    )


icon.says_the_same = shape.says_the_same = True  # `oil_portal.folding` draws them once


@register.simple_tag
def chip(hue: str, text) -> SafeString:
    return _chip(hue, str(text))


@lru_cache(maxsize=4096, typed=True)  # what is safe is no text
def _chip(hue: str, text: str) -> SafeString:
    return format_html('<span class="chip"{}>{}{}</span>', kind(hue), shape(hue), text)


@register.simple_tag
def partner_chip(partner) -> SafeString:
    return chip(partner.hue, partner.name)


@register.simple_tag
def kind_chip(partner) -> SafeString:
    return chip(partner.hue, word(partner, "kind"))


@register.simple_tag
def status(obj) -> SafeString:
    return format_html('<span class="chip">{}</span>', status_word(obj))


# --- Pages -------------------------------------------------------------------------------------------------------
@register.simple_tag(takes_context=True)
def here(context, url_name: str) -> str:
    """aria-current for a link in the menu: "page" on the page itself, "true" on the pages under it."""
    path, target = context.get("at") or "", reverse(url_name)
    if path == target:
        return format_html(' aria-current="{}"', "page")
    return format_html(' aria-current="{}"', "true") if target != "/" and path.startswith(target) else ""


@register.simple_tag(takes_context=True)
def other_pages(context, page) -> str:
    """The links to the other pages of a list: this address with another number, under a name of its own where a page
    shows two lists."""
    if not page or not page.has_other_pages():
        return ""
    asked, paginator = context["request"].GET.copy(), page.paginator
    name = getattr(paginator, "name", "page")
    asked.pop(name, None)
    before = f"?{asked.urlencode()}&{name}=" if asked else f"?{name}="
    numbers = tuple(0 if each == paginator.ELLIPSIS else each for each in paginator.get_elided_page_range(page.number))
    return part(context, "core/tags/pages.html", before=before, numbers=numbers, number=page.number, last=numbers[-1])


class Chosen(NamedTuple):
    label: str
    url: str  # of this page without the choice


@register.simple_tag(takes_context=True)
def active_filters(context, form) -> tuple[Chosen, ...]:
    """The chosen filters of a GET form."""
    given, chosen = context["request"].GET, []
    for name in filter(given.get, form.fields):
        labels = flat_choices(form.fields[name])
        for value in filter(None, given.getlist(name)):
            rest = given.copy()
            rest.pop("page", None)
            rest.setlist(name, [other for other in given.getlist(name) if other != value])
            label = labels.get(value) or f"{form[name].label}: {value}"
            chosen.append(Chosen(label, f"?{rest.urlencode()}"))
    return tuple(chosen)


def flat_choices(field) -> dict[str, str]:
    """{value: label} of a choice field's options, groups unfolded; {} for other fields."""
    options = {}
    for value, label in getattr(field, "choices", ()):
        pairs = label if isinstance(label, list | tuple) else [(value, label)]
        options.update((str(one), str(text)) for one, text in pairs)
    return options


@register.simple_tag
def error_summary(form) -> SafeString:
    """The box above a form that was refused: every message with its field, which it links to."""
    if not form.errors:
        return SafeString("")
    items = [{"message": message} for message in form.non_field_errors()]
    for bound in form:
        target = "" if bound.is_hidden else first_control(bound)
        items += [
            {"target": target, "label": str(bound.label).rstrip("?:"), "message": message} for message in bound.errors
        ]
    return render_to_string("core/tags/error_summary.html", {"items": items, "count": len(items)})


def first_control(bound) -> str:
    """The id of the element that a link to this field must focus: of a group, its first control."""
    return bound.id_for_label or (f"{bound.auto_id}_0" if bound.auto_id else "")


# --- Texts of users ----------------------------------------------------------------------------------------------
MARKDOWN = MarkdownIt("commonmark", {"html": False, "breaks": True}).disable(
    ["heading", "lheading", "image", "code", "hr"]  # headings and pictures are the page's own
)
BLOCK = re.compile(r"<(p|ul|ol|blockquote|pre)>")
TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "a", "blockquote", "code", "pre"}


@register.filter
def markdown(text: str) -> SafeString:
    """A user's long text as safe HTML: paragraphs, lists, links and emphasis."""
    return _html(text or "", get_language())


@lru_cache(maxsize=500)
def _html(text: str, _language: str) -> SafeString:
    html = nh3.clean(
        MARKDOWN.render(text),
        tags=TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow noopener ugc",
    )
    if said := lang(text):
        html = BLOCK.sub(rf"<\1{said}>", html)
    return mark_safe(html)  # noqa: S308  nh3 has just cleaned it


@register.filter
def lines(text: str) -> list[str]:
    """The lines of a text that hold something."""
    return [line.strip() for line in (text or "").splitlines() if line.strip()]
