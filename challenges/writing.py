"""Advice while somebody writes: readability in plain Dutch, what a good brief has, a fitting theme. Never a gate.

Pure: no HTTP, no database. Every function takes whatever was typed, valid or not.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from django.utils.translation import gettext as _

from challenges.examples import EXAMPLES
from challenges.words import JARGON, STEMS, VERBS

__all__ = ["EXAMPLES", "Hint", "Point", "advice", "readability", "suggest_theme"]

LONG_SENTENCE = 20  # words; plain Dutch stays below 15 on average
LONG_WORD = 20  # letters
READ = 8_000  # characters; what comes after tells nothing new
MOST_HINTS = 6
SENTENCE = re.compile(r"[^.!?\n]+[.!?]*")
WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
PASSIVE = re.compile(
    r"\b(?:wordt|worden|werd|werden)\b(?:\W+\w+){0,6}?\W+((?:ge|be|ver|her|ont|door|uit|aan|op|in|af)\w{2,}(?:d|t|en))\b",
    re.IGNORECASE,
)
PERSONAL = re.compile(r"[\w.+-]+@[\w-]+\.\w+|\b0\d{1,3}[ -]?\d{6,8}\b|\b\d{9}\b")


@dataclass(frozen=True)
class Hint:
    """Something that can be said more plainly; `quote` is the place in the text."""

    kind: str
    text: str
    quote: str


@dataclass(frozen=True)
class Point:
    """One thing that a good brief has. `text` praises when it is there, and else gives one tip."""

    key: str
    ok: bool
    text: str


def plain(value) -> str:
    """Whatever was typed as text that can be read."""
    if isinstance(value, (list, tuple)):
        value = "\n".join(str(each) for each in value)
    return str(value or "")[:READ]


def sentences(text: str) -> list[str]:
    return [part.strip() for part in SENTENCE.findall(text) if WORD.search(part)]


def readability(text) -> list[Hint]:
    """At most MOST_HINTS places that a reader of sixteen would stumble over, the worst kinds first."""
    text = plain(text)
    hints = [*_jargon(text), *_long_sentences(text), *_passive(text), *_long_words(text)]
    return hints[:MOST_HINTS]


@cache
def _jargon_pattern() -> re.Pattern:
    words = sorted(JARGON, key=len, reverse=True)
    return re.compile(rf"\b({'|'.join(map(re.escape, words))})\b", re.IGNORECASE)


def _jargon(text: str):
    seen = set()
    for match in _jargon_pattern().finditer(text):
        word = match[1].lower()
        if word not in seen:
            seen.add(word)
            told = _("‘%(word)s’ is vaktaal. Schrijf liever: %(plain)s.") % {"word": match[1], "plain": JARGON[word]}
            yield Hint("jargon", told, match[1])


def _long_sentences(text: str):
    for sentence in sentences(text):
        words = sentence.split()
        if len(words) > LONG_SENTENCE:
            start = " ".join(words[:4])
            told = _("De zin ‘%(start)s …’ heeft %(count)s woorden. Maak er twee zinnen van.")
            yield Hint("long", told % {"start": start, "count": len(words)}, sentence)


def _passive(text: str):
    for match in PASSIVE.finditer(text):
        told = _("‘%(words)s’: schrijf wie het doet. Bijvoorbeeld: wij doen.") % {"words": " ".join(match[0].split())}
        yield Hint("passive", told, match[0])


def _long_words(text: str):
    for word in dict.fromkeys(WORD.findall(text)):
        if len(word) >= LONG_WORD:
            yield Hint("word", _("‘%(word)s’ is een lang woord. Kan het korter?") % {"word": word}, word)


# --- What a good brief has --------------------------------------------------------------------------------------
WHY = re.compile(r"\b(omdat|daardoor|waardoor|kost|schade|gevaar\w*|veilig\w*|verlies\w*|duurt|te laat|klagen)\b", re.I)
PRIVATE = re.compile(r"\b(klantgegevens|persoonsgegevens|geheim\w*|patent\w*|octrooi\w*|vertrouwelijk\w*)\b", re.I)


def advice(values: Mapping) -> list[Point]:
    """The checklist beside the form, in the order of the steps; `values` as `Draft.values` keeps them."""
    read = {name: plain(values.get(name)) for name in values}
    get = lambda name: read.get(name, "").strip()
    question, title = get("question"), get("title")
    checks = [
        ("title", _title_is_good(title), _("Je titel zegt wat er moet gebeuren."),
         _("Begin je titel met een werkwoord, bijvoorbeeld: Meet, Ontwerp, Maak.")),
        ("problem", len(sentences(question)) >= 3, _("Je legt het probleem goed uit."),
         _("Schrijf minstens drie zinnen over het probleem.")),
        ("one", question.count("?") <= 1, _("Je stelt één vraag."),
         _("Je stelt meer vragen. Kies er één: dan weet een team waar het aan begint.")),
        ("why", bool(get("why")) or bool(WHY.search(question)), _("Je zegt waarom het belangrijk is."),
         _("Schrijf waarom dit belangrijk is. Wat kost het je nu?")),
        ("result", bool(get("deliverables") or get("result")), _("Je zegt wat er aan het eind ligt."),
         _("Zeg wat er aan het eind moet liggen.")),
        ("hours", get("guidance_hours").isdigit(), _("Je zegt hoeveel uur je kunt helpen."),
         _("Zeg hoeveel uur per week je kunt helpen. Een uur is vaak genoeg.")),
    ]  # fmt: skip
    points = [Point(key, ok, good if ok else tip) for key, ok, good, tip in checks if key != "one" or question]
    return points + _what_may_be_shared(" ".join((title, question, get("why"), get("result"))), get("confidential"))


def _title_is_good(title: str) -> bool:
    first = next(iter(WORD.findall(title.lower())), "")
    return bool(first) and "?" not in title and (first in VERBS or first.endswith(("eer", "uw")))


def _what_may_be_shared(text: str, confidential: str) -> list[Point]:
    """Warnings only: a text that shares nothing private needs no praise for it."""
    found = []
    if PERSONAL.search(text):
        found.append(Point("personal", False, _("Er staat een mailadres of nummer van iemand in. Haal dat eruit.")))
    if PRIVATE.search(text) and confidential != "True":
        told = _("Het gaat om iets vertrouwelijks. Kies in stap 3 wie de details mag lezen.")
        found.append(Point("private", False, told))
    return found


# --- A theme ----------------------------------------------------------------------------------------------------
LEAST = 2  # points before we dare to suggest


def suggest_theme(text) -> str | None:
    """The `Theme` value whose words occur most in `text`, compounds included; None when nothing is convincing."""
    words = [word.lower() for word in WORD.findall(plain(text))]
    scores = {theme: len({stem for stem in stems for word in words if stem in word}) for theme, stems in STEMS.items()}
    first, second = sorted(scores, key=scores.get, reverse=True)[:2]
    return first if scores[first] >= LEAST and scores[first] > scores[second] else None
