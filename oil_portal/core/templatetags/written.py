"""In which language somebody wrote a text: Dutch, unless its small words are English ones. A builtin library.

People write one language here and say nowhere which; a screen reader has to know (WCAG 3.1.2). A title without small
words counts as Dutch, which most are.
"""

import re
from functools import lru_cache

from django import template
from django.forms.models import ModelChoiceIteratorValue
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()

# Words of one language only: "of", "in", "we", "is", "was" and "over" are words of both.
DUTCH = """de het een van en op te dat die voor met zijn aan niet om ook als bij door naar wij ons onze hoe wat kan moet
wordt er maar uit tot nog deze dit ik je jij jullie hun welke waar wel geen meer zo dan willen kunnen hebben heeft"""
ENGLISH = """the and to for that with are how can by from it this our your their which should not will would you they be
have has what when where who why into about on as an at or but than more these those could must us"""
SMALL = {"nl": frozenset(DUTCH.split()), "en": frozenset(ENGLISH.split())}
WORD = re.compile(r"[^\W\d_]+")
ENOUGH = 2000  # letters


@lru_cache(maxsize=4096)
def language_of(text: str) -> str:
    """ "nl" or "en"."""
    words = [word.lower() for word in WORD.findall(text[:ENOUGH])]
    dutch, english = (sum(word in SMALL[language] for word in words) for language in ("nl", "en"))
    return "en" if english > dutch else "nl"


class Written(str):
    """What people wrote, among choices that are mostly ours."""

    __slots__ = ()


@register.filter
def marked(text) -> str:
    """The language of what somebody wrote where that is not the page's, else ""."""
    said = language_of(str(text))
    return "" if said == get_language() else said


@register.simple_tag
def lang(text) -> SafeString:
    """The attribute of an element that holds what somebody wrote, where that is not in the page's language."""
    said = marked(text)
    return format_html(' lang="{}"', said) if said else SafeString("")


@register.simple_tag
def choice_lang(choice: dict) -> SafeString:
    """The same for a choice in a form, where it stands for something that people wrote."""
    theirs = isinstance(choice["value"], ModelChoiceIteratorValue) or isinstance(choice["label"], Written)
    return lang(choice["label"]) if theirs else SafeString("")


@register.filter
def written(text) -> str:
    """What somebody wrote, for within a sentence of ours: in an element of its own where its language is another."""
    said = marked(text)
    return format_html('<span lang="{}">{}</span>', said, text) if said else text
