"""A text with its remarked passages marked: markdown in, safe HTML out. Pure but for the house's markdown."""

import re
from collections.abc import Mapping

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from oil_portal.core.templatetags.oil import markdown

# Private-use characters stand in the source for the ends of a passage, since markdown leaves them alone.
OPEN, NAME_END, CLOSE = "\ue000", "\ue001", "\ue002"
FOREIGN = re.compile(f"[{OPEN}{NAME_END}{CLOSE}]")
TOKENS = re.compile(rf"(<[^>]*>)|{OPEN}(\d+){NAME_END}|({CLOSE})")


def find(source: str, quote: str) -> tuple[int, int] | None:
    """Where a passage stands in a text, whatever the white space between its words; None when it does not."""
    words = quote.split()
    if not words:
        return None
    found = re.search(r"\s+".join(map(re.escape, words)), source)
    return found.span() if found else None


def marked(source: str, quotes: Mapping[int, str]) -> SafeString:
    """`source` as HTML with a <mark id="passage-N"> around each quote; what overlaps an earlier one is left plain."""
    source = FOREIGN.sub("", source)
    spans: list[tuple[int, int, int]] = []
    for number, quote in quotes.items():
        span = find(source, FOREIGN.sub("", quote))
        if span and not any(start < span[1] and span[0] < end for start, end, _n in spans):
            spans.append((*span, number))
    for start, end, number in sorted(spans, reverse=True):
        source = f"{source[:start]}{OPEN}{number}{NAME_END}{source[start:end]}{CLOSE}{source[end:]}"
    return wrapped(markdown(source))


def wrapped(html: str) -> SafeString:
    """The stand-ins as <mark>: closed before every tag and opened after it, so that the tags always nest."""
    out, at, inside, named = [], 0, None, set()

    def text(piece: str) -> None:
        if inside is None or not piece.strip():
            out.append(piece)
            return
        out.append(format_html('<mark id="passage-{}">', inside) if inside not in named else "<mark>")
        named.add(inside)
        out.append(f"{piece}</mark>")

    for token in TOKENS.finditer(html):
        text(html[at : token.start()])
        at = token.end()
        tag, number, close = token.groups()
        if tag:
            out.append(FOREIGN.sub("", tag))  # a passage that began inside a link's address
        elif close:
            inside = None
        else:
            inside = int(number)
    text(html[at:])
    return mark_safe("".join(out))  # noqa: S308  sanitised by the house's markdown; we added marks alone
