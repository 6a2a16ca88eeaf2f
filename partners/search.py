"""Search that forgives: other forms of a word, parts of a compound, typing errors, accents, a partner's name.

`ask` turns what somebody typed into two questions to a `document`: what matches exactly, and what matches at all. In
both every word must be found, in one of the ways in which it may be.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db import connection, models

from oil_portal.core.prepared import Many
from partners.lexicon import SEARCH_CONFIG

MOST_WORDS, LONGEST_WORD = 8, 40
MOST_LEXEMES, MOST_PARTNERS = 20, 60  # that one word may stand for: each is looked for in every row that is read
MOST_NAMES = 1000  # of partners, among which those are chosen
MOST_HITS = 180  # of a very common word only the newest are ranked and counted: 15 pages of 12
NAMES = "names"  # the scope of partners' names
NOTHING = "'@'"  # no document has a mark without a number

# The lexicon's words that hold a word's root or that its root may be a longer form of.
KNOWN = """
WITH asked AS MATERIALIZED (
    SELECT number, lower(unaccent(typed.word)) AS typed, lexeme, lexeme_root(lexeme) AS root
    FROM unnest(%(words)s::text[]) WITH ORDINALITY AS typed(word, number),
        unnest(tsvector_to_array(to_tsvector(%(config)s::regconfig, typed.word))) AS lexeme
)
SELECT asked.number, asked.typed, asked.lexeme, asked.root, near.scope, near.word, near.root
FROM asked LEFT JOIN LATERAL (
    SELECT scope, word, root FROM partners_lexeme
    WHERE scope = ANY(%(scopes)s) AND (
        root LIKE CASE WHEN length(asked.root) > 2 THEN '%%' ELSE '' END || asked.root || '%%'
        OR root IN (left(asked.root, -1), left(asked.root, -2))
    )
    ORDER BY
        root = asked.root DESC,
        abs(length(root) - length(asked.root)) <= 2 AND starts_with(root, asked.root) DESC,
        starts_with(root, asked.root) OR right(root, length(asked.root)) = asked.root DESC,
        length(root), word
    LIMIT 60
) AS near ON length(asked.root) > 1
"""
# Few trigrams of a short word survive an error, so there its first two letters help.
SIMILAR = """
SELECT asked.number, near.scope, near.word, near.root
FROM unnest(%(numbers)s::int[], %(roots)s::text[]) AS asked(number, root), LATERAL (
    SELECT scope, word, root FROM partners_lexeme
    WHERE scope = ANY(%(scopes)s) AND (
        root %% asked.root
        OR length(asked.root) < 8 AND root LIKE left(asked.root, 2) || '%%'
            AND length(root) BETWEEN length(asked.root) - 1 AND length(asked.root) + 1
    )
    ORDER BY similarity(root, asked.root) DESC, word LIMIT 60
) AS near
"""
NAMED = """
SELECT asked.number, partner.id
FROM unnest(%(queries)s::text[]) WITH ORDINALITY AS asked(query, number), LATERAL (
    SELECT id FROM partners_partner WHERE document @@ asked.query::tsquery ORDER BY id DESC LIMIT %(most)s
) AS partner
"""


class Terms(SearchQuery):
    """A tsquery of lexemes as they stand in a document: nothing is stemmed again."""

    def __init__(self, value: str) -> None:
        super().__init__(value, search_type="raw")

    def as_sql(self, compiler, connection, function=None, template=None):
        return super().as_sql(compiler, connection, function, "(%(expressions)s)::tsquery")


@dataclass
class Word:
    """One word that somebody typed, and the lexemes and partners that it may stand for."""

    typed: str  # without capitals and accents
    lexeme: str
    root: str
    same: set[tuple[str, str]] = field(default_factory=set)  # (scope, lexeme) in another form, 'kassen' of 'kas'
    near: list[tuple[str, str]] = field(default_factory=list)  # compounds; typing errors when there is nothing else
    partners: dict[bool, set[int]] = field(default_factory=lambda: {True: set(), False: set()})

    def lexemes(self, scope: str, *, exact: bool) -> list[str]:
        found = sorted(self.same) if exact else sorted(self.same) + self.near
        return list(dict.fromkeys([self.lexeme, *(word for where, word in found if where == scope)]))

    def terms(self, scope: str, *, exact: bool) -> str:
        """The ways in which this word may be found, as a part of a tsquery."""
        partners = self.partners[True] if exact else self.partners[True] | self.partners[False]
        marks = [f"@{pk}" for pk in sorted(partners)]
        return any_of([*self.lexemes(scope, exact=exact), *marks])


@dataclass(frozen=True)
class Asked:
    """What somebody typed, as questions to a `document`."""

    exact: str
    loose: str
    unknown: list[str]  # words that nothing public has, so that only what looks like them is found


def any_of(lexemes: Iterable[str], weight: str = "") -> str:
    """A tsquery that one of these lexemes answers."""
    quoted = [lexeme.replace("\\", "\\\\").replace("'", "''") for lexeme in lexemes]
    return "(" + " | ".join(f"'{lexeme}'{weight}" for lexeme in quoted) + ")"


def ask(text: str, scope: str) -> Asked | None:
    """What `text` asks of the texts of a scope, in two or three short queries; None when it holds no words."""
    words = [word[:LONGEST_WORD] for word in re.findall(r"[^\W_]+", text)][:MOST_WORDS]
    if not words:
        return None
    found = _known(words, scope)
    if not found:
        return Asked(NOTHING, NOTHING, [])
    unknown = {number: word for number, word in found.items() if len(word.root) > 1 and not word.same | {*word.near}}
    _look_alikes(unknown, scope)
    _partners(found)
    return Asked(
        exact=" & ".join(word.terms(scope, exact=True) for word in found.values()),
        loose=" & ".join(word.terms(scope, exact=False) for word in found.values()),
        unknown=[words[number - 1] for number in unknown],
    )


def _rows(sql: str, scope: str = "", **params) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"scopes": [scope, NAMES], "config": SEARCH_CONFIG, **params})
        return cursor.fetchall()


def _known(words: list[str], scope: str) -> dict[int, Word]:
    """Each word by its number, with its other forms and its compounds. Words without a stem ('de') ask nothing."""
    found: dict[int, Word] = {}
    for number, typed, lexeme, root, where, near, near_root in _rows(KNOWN, scope, words=words):
        word = found.setdefault(number, Word(typed, lexeme, root))
        if near is None or lexeme != word.lexeme:
            continue
        if is_same(root, near_root):
            word.same.add((where, near))
        elif is_compound(root, near_root, unfinished=number == len(words)):
            word.near.append((where, near))
    for word in found.values():  # the shortest at the ends of a compound first
        word.near.sort(key=lambda one: (word.root in one[1][1:-1], len(one[1]), one))
        del word.near[MOST_LEXEMES:]
    long = {number: word for number, word in found.items() if len(word.lexeme) > 1}
    return long or found  # the s of "camera's" asks nothing


def is_same(one: str, other: str) -> bool:
    """Whether two roots are forms of one word that the stemmer leaves apart: plurals and verbs, not kas and kast."""
    shorter, longer = sorted((one, other), key=len)
    ending = longer.removeprefix(shorter)
    if not longer.startswith(shorter):
        return False
    return not ending or (ending in ("s", "es") and len(shorter) > 3) or (ending in ("t", "d") and len(shorter) > 4)


def is_compound(part: str, whole: str, *, unfinished: bool) -> bool:
    """Whether `whole` may be a compound with `part`, or the word whose beginning somebody typed so far."""
    if whole.startswith(part):
        return unfinished or len(part) > 3
    if whole.endswith(part):
        return len(part) > 2 and len(whole) - len(part) > 2
    return len(part) > 4 and part in whole


def _look_alikes(words: dict[int, Word], scope: str) -> None:
    """Give words that nobody knows the lexemes that fewest typing errors lead to."""
    asked = {number: word for number, word in words.items() if allowed_errors(word.root)}
    if not asked:
        return
    near = defaultdict(list)
    rows = _rows(SIMILAR, scope, numbers=list(asked), roots=[word.root for word in asked.values()])
    for number, where, lexeme, near_root in rows:
        errors = typing_errors(words[number], near_root)
        if errors <= allowed_errors(words[number].root):
            near[number].append((errors, where, lexeme))
    for number, found in near.items():
        fewest = min(found)[0]
        words[number].near = [(where, lexeme) for errors, where, lexeme in found if errors == fewest][:MOST_LEXEMES]


def allowed_errors(root: str) -> int:
    return 0 if len(root) < 4 or not root.isalpha() else 1 if len(root) < 8 else 2


def typing_errors(word: Word, root: str) -> int:
    """How many errors lead from a word with this root to what was typed, of which an error may have hid the ending."""
    if len(word.root) < 6 and word.root[0] != root[0]:  # a short word with another first letter is another word
        return LONGEST_WORD
    endings = ["", *(ending for ending in ("e", "en") if word.typed.endswith(ending))]
    return min(distance(word.root, root), *(distance(word.typed, root + ending) for ending in endings))


def distance(one: str, other: str) -> int:
    """How many letters were left out, added, changed, or swapped with the next (optimal string alignment)."""
    before, last = [], list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        row = [i]
        for j, wanted in enumerate(other, 1):
            row.append(min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != wanted)))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                row[j] = min(row[j], before[j - 2] + 1)
        before, last = last, row
    return last[-1]


def _partners(words: dict[int, Word]) -> None:
    """Give each word the partners that have it in their name, exactly or not; first those that have most words."""
    asked = [(word, exact) for word in words.values() for exact in (True, False)]
    queries = [any_of(word.lexemes(NAMES, exact=exact), ":A") for word, exact in asked]
    found = _rows(NAMED, queries=queries, most=MOST_NAMES)
    matched = Counter(pk for _number, pk in found)
    for number, pk in sorted(found, key=lambda row: (-matched[row[1]], -row[1])):
        word, exact = asked[number - 1]
        if len(word.partners[exact]) < MOST_PARTNERS:
            word.partners[exact].add(pk)


# --- Answers ----------------------------------------------------------------------------------------------------
def matching(queryset: models.QuerySet, asked: Asked) -> models.QuerySet:
    """The rows that match at all: exact ones first, then by where the words stand, then the newest."""
    exactly = models.ExpressionWrapper(models.Q(document=Terms(asked.exact)), output_field=models.BooleanField())
    found = queryset.filter(document=Terms(asked.loose))
    return found.annotate(exactly=exactly, rank=rank(asked.loose)).order_by("-exactly", "-rank", "-pk")


def rank(question: str) -> SearchRank:
    return SearchRank(models.F("document"), Terms(question))  # F keeps the weights: a word in the title counts most


def best(found: models.QuerySet, question: str) -> models.QuerySet:
    """The numbers of the newest hits, best first: to rank all of a common word takes a hundred times as long."""
    newest = found.filter(document=Terms(question)).order_by("-pk").values("pk")[: MOST_HITS + 1]
    hits = found.model._base_manager.filter(pk__in=newest)
    return hits.order_by(rank(question).desc(), "-pk").values_list("pk", flat=True)


def first(found: models.QuerySet, question: str, order: Iterable[str]) -> models.QuerySet:
    """The numbers of the hits that come first in an order of its own."""
    hits = found.filter(document=Terms(question)).order_by(*order)
    return hits.values_list("pk", flat=True)[: MOST_HITS + 1]


class Hits:
    """The best rows of a search, for a Paginator: their numbers at once, the rows of a page when it is asked for.

    `numbers` reads what answers a question, `in_order` the first of those in an order of its own, if there is one;
    `rows` reads what has these numbers. Without an order the newest that match exactly come first, and after them the
    newest that match at all.
    """

    def __init__(self, asked: Asked, numbers: Callable, rows: Callable, in_order: Callable | None = None) -> None:
        self.rows = rows
        exact = numbers(asked.exact) if not in_order or asked.unknown else []
        if in_order:
            found = in_order(asked.loose)
        elif len(exact) > MOST_HITS or asked.exact == asked.loose:
            found = exact
        else:
            found = list(dict.fromkeys(exact + numbers(asked.loose)))
        self.more = len(found) > MOST_HITS  # than are counted
        self.pks = found[:MOST_HITS]
        # A word that the lexicon lost is no unknown word: the texts know best.
        self.unknown = asked.unknown if found and not exact else []

    def count(self) -> int:
        return len(self.pks)

    def __getitem__(self, part: slice) -> list[models.Model]:
        rows = {row.pk: row for row in self.rows(Many(self.pks[part]))}
        return [rows[pk] for pk in self.pks[part] if pk in rows]
