"""Reads that Django composes once: asked again with other values, the same SQL goes to the database at once.

Of a page's processor time two fifths were Django making SQL of querysets, the same at every request. A read that many
pages do is a function that says its queryset, under `@prepared`:

    @prepared
    def seen(user, pk: int):
        return Thing.objects.visible_to(user).filter(pk=pk)

    seen(request.user, 12)  # a list

It is composed with a stand-in for each value, and kept by all that may make other SQL of it: which values there are
(how many in a tuple unless it is `Many`, which roles the reader has `held` where), the texts and flags among them, the
language and the day. The function decides nothing itself on a number or a date, which is not the one that is asked
with, and asks the clock for the day alone; a value that does not come into the SQL, and another SQL at another hour,
are refused.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, time, timedelta
from functools import cache, lru_cache, update_wrapper
from itertools import count

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import EmptyResultSet
from django.db import connection, connections
from django.db.models import IntegerField, QuerySet, prefetch_related_objects
from django.db.models.signals import post_migrate
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language

from oil_portal.core import clock
from oil_portal.core.rows import maker

CHECKED = False  # whether each read is composed anew besides, and must be the same; the tests say so
MOST = 200  # shapes of one read that are kept, of 30 to 90 kB each
# From here on the stand-ins; a value that large goes the usual way, and so does a text that holds one.
NUMBERS, DAYS, TEXTS = 2_000_000_000, date(9000, 1, 1), "\ue000 "
PLACE = re.compile(  # of stand-ins in SQL: of a list, a number, a day and a text
    r"(\{20000\d{5}(?:,20000\d{5})*\}|(?<![\w'%])20000\d{5}\b|'9\d{3}-\d\d-\d\d'::date|'\ue000 \d+')"
)
ODD = re.compile(r"20000\d{5}|\ue000|%EE%80%80|(?:::|%3A%3A)date")  # a text, or its address, that looks like one
WHOLE = {int, type(None)}
EDGES = (time(0, 0, 1), time(23, 59, 59))

TOGETHER = ";\n"  # between statements that are asked together

_all: list["Prepared"] = []
_ahead: ContextVar[dict | None] = ContextVar("ahead", default=None)  # what was asked before it was needed


class Unprepared(Exception):
    """A read that cannot be composed once: it does something with a value before the database sees it."""


class Text(str):
    """A text that is a value: other than the texts and flags that say which SQL is wanted, such as a filter's."""


class Many(tuple):
    """Numbers for `__among`, a value as one: however many there are, the SQL is the same."""


class Some(tuple):
    """Values of which a read may leave some out: who counts needs no order."""


class Holes:
    """What is asked with, as three things: its shape, the values in order, and the stand-ins for those values."""

    def __init__(self) -> None:
        self.values: list = []
        self.odd = False  # whether a text among the shape could be taken for a stand-in
        self.wanted: set[int] = set()  # the places of values that the SQL must have

    def shape(self, value, wanted: bool = True):
        """What SQL may depend on of a value; the value itself is kept for later."""
        if isinstance(value, int | date | Text) and not isinstance(value, bool | datetime):
            if wanted:
                self.wanted.add(len(self.values))
            self.values.append(value)
            return type(value)
        if isinstance(value, Many):
            self.values.append(value)
            return Many
        if isinstance(value, tuple):
            wanted = wanted and not isinstance(value, Some)
            return tuple(self.shape(one, wanted) for one in value)
        if isinstance(value, AnonymousUser):
            return AnonymousUser
        if hasattr(value, "held"):
            return self._reader(value)
        if isinstance(value, str) and ODD.search(value):
            self.odd = True
        return value  # texts, flags and None

    def _reader(self, user) -> tuple:
        places: dict[int, int] = {}
        for number in (user.pk, *(number for _role, *numbers in user.held for number in numbers if number)):
            if number not in places:
                places[number] = len(places)
                self.shape(number, wanted=False)
        held = tuple((role, places[at], places.get(above)) for role, at, above in user.held)
        return user.__class__, user.is_superuser, held  # of a request it is a wrapper

    @property
    def unusual(self) -> bool:
        """Whether a value is no ordinary one."""
        return self.odd or any(map(_is_large, self.values))


def _is_large(value) -> bool:
    if isinstance(value, Many):
        return any(map(_is_large, value))
    if isinstance(value, int):
        return not 0 <= value < NUMBERS
    return value >= DAYS if isinstance(value, date) else "\0" in value


def stand_in(shape, places: Iterator[int]):
    """An argument of this shape, made of numbers and days that nothing else has."""
    if shape is int:
        return NUMBERS + next(places)
    if shape is Many:
        return Many((NUMBERS + next(places),))
    if shape is date:
        return DAYS + timedelta(days=next(places))
    if shape is Text:
        return f"{TEXTS}{next(places)}"
    if shape is AnonymousUser:
        return AnonymousUser()
    if isinstance(shape, tuple) and shape and hasattr(shape[0], "held"):
        kind, superuser, held = shape
        many = 1 + max((place or 0 for _role, *two in held for place in two), default=0)
        numbers = [NUMBERS + next(places) for _place in range(many)]
        user = kind(pk=numbers[0], is_superuser=superuser)
        user.held = tuple((role, numbers[at], None if above is None else numbers[above]) for role, at, above in held)
        return user
    return tuple(stand_in(one, places) for one in shape) if isinstance(shape, tuple) else shape


class Statement:
    """A queryset with its SQL, and where in it each value goes."""

    def __init__(self, queryset: QuerySet, wanted: set[int]) -> None:
        self.queryset = queryset
        self.compiler = queryset.query.get_compiler(queryset.db)
        try:
            self.sql = written(queryset, *self.compiler.as_sql())
        except EmptyResultSet:
            self.sql = ""
            return
        self.pieces = PLACE.split(self.sql)
        self.places = [(one.startswith("{"), places_of(one)) for one in self.pieces[1::2]]
        self.converters = self.compiler.get_converters([one for one, _sql, _name in self.compiler.select])
        self.numbers = {at for at, (found, one) in self.converters.items()
                        if found == [one.convert_value] and isinstance(one.output_field, IntegerField)}  # fmt: skip
        self.make = maker(queryset, self.compiler)
        if self.make is None:
            raise Unprepared(f"It gives {queryset._iterable_class.__name__}, which is not made here.")
        if missing := wanted.difference(*(places for _list, places in self.places)):
            raise Unprepared(f"{len(missing)} of the values are not in the SQL as they were given: {self.sql}")

    def filled(self, values: list) -> str:
        """The SQL with these values in their places."""
        pieces = self.pieces.copy()
        pieces[1::2] = [
            array(values[place] for place in places) if is_list else literal(values[places[0]])
            for is_list, places in self.places
        ]
        return "".join(pieces)

    def rows(self, values: list) -> list:
        """What Django makes of the rows: objects, tuples, dicts or single values."""
        return self.made_of(fetch([(self, values)])[0]) if self.sql else []

    def made_of(self, rows: list) -> list:
        if needed := self._needed(rows):
            rows = self.compiler.apply_converters(rows, needed)
        met: dict = {}
        found = [self.make(row, met) for row in rows]
        if also := self.queryset._prefetch_related_lookups:
            prefetch_related_objects(found, *also)
        return found

    def _needed(self, rows: list) -> dict:
        """Its converters, without those that would make whole numbers of whole numbers."""
        return {
            at: one for at, one in self.converters.items()
            if at not in self.numbers or not {type(row[at]) for row in rows} <= WHOLE
        }  # fmt: skip

    def count(self, values: list) -> int:
        if not self.sql:
            return 0
        with connections[self.compiler.using].cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM ({self.filled(values)}) AS counted")  # noqa: S608  Django's
            return cursor.fetchone()[0]


def fetch(asked: list[tuple[Statement, list]]) -> list[list]:
    """The rows of each statement with its values, in one go: who asks waits once."""
    with connections[asked[0][0].compiler.using].cursor() as cursor:
        cursor.execute(TOGETHER.join([statement.filled(values) for statement, values in asked]))
        if len(asked) == 1:
            return [cursor.fetchall()]
        found = []
        for number in range(len(asked)):  # pghistory leaves the cursor at the last
            cursor.set_result(number)
            found.append(cursor.fetchall())
        return found


@contextmanager
def ahead(*reads: tuple) -> Iterator[None]:
    """Ask at once what a page is going to ask: (read, *what it is given) each.

    Inside, whoever asks one of these gets what was found, once; who asks it again asks the database. For pages that
    change nothing in between.
    """
    waiting = _ahead.get() or {}
    asked = {}
    for read, *given in reads:
        if (name := (read, tuple(given))) not in waiting:
            statement, values = read._asked(name[1])
            if statement and statement.sql:
                asked[name] = statement, values
    rows = fetch(list(asked.values())) if asked else ()
    waiting.update((name, (asked[name][0], each)) for name, each in zip(asked, rows, strict=True))
    token = _ahead.set(waiting)
    try:
        yield
    finally:
        _ahead.reset(token)
        for name in asked:
            waiting.pop(name, None)


def written(queryset: QuerySet, sql: str, params: Iterable) -> str:
    """The whole SQL, with its parameters in it, as psycopg would send it."""
    return connections[queryset.db].ops.compose_sql(sql, tuple(params))


def array(values: Iterable) -> str:
    """Numbers and lists of numbers as one list, in the text of an array."""
    lists = (value if isinstance(value, Many) else (value,) for value in values)
    return f"{{{','.join(str(int(number)) for one in lists for number in one)}}}"


def literal(value) -> str:
    """A number, a day or a text in SQL."""
    if isinstance(value, date):
        return f"'{value}'::date"
    return str(int(value)) if isinstance(value, int) else connection.ops.compose_sql("%s", [str.__str__(value)])


def places_of(stand_in: str) -> list[int]:
    """Which values it stands in for."""
    if stand_in.startswith("'9"):
        return [(date.fromisoformat(stand_in[1:11]) - DAYS).days]
    if stand_in.startswith("'"):
        return [int(stand_in[len(TEXTS) + 1 : -1])]
    return [int(number) - NUMBERS for number in stand_in.strip("{}").split(",")]


class Prepared:
    """A read and what was composed of it."""

    def __init__(self, compose: Callable[..., QuerySet]) -> None:
        self.compose, self.kept = compose, {}
        update_wrapper(self, compose)
        _all.append(self)

    def __call__(self, *given) -> list:
        if (waiting := _ahead.get()) and (found := waiting.pop((self, given), None)):
            statement, rows = found
            return statement.made_of(rows)
        statement, values = self._asked(given)
        return statement.rows(values) if statement else list(self.compose(*given))

    def count(self, *given) -> int:
        """How many rows it has, counted by the database; of a read with a limit at most so many."""
        statement, values = self._asked(given)
        return statement.count(values) if statement else self.compose(*given).count()

    def _asked(self, given: tuple) -> tuple["Statement | None", list]:
        """The statement for what is given, with its values; none for what goes the usual way."""
        holes = Holes()
        shape = tuple(map(holes.shape, given))
        if holes.unusual:
            return None, []
        key = (shape, get_language(), clock.today())
        statement = self.kept.get(key)
        if statement is None:
            if len(self.kept) >= MOST:
                self.kept.pop(list(self.kept)[0], None)  # noqa: RUF015  another thread may add one meanwhile
            statement = self._statement(shape, holes.wanted)
            if not statement.sql:  # nothing can be found: with these values too, or only with the stand-ins?
                self._check(statement, holes.values, given)
            self.kept[key] = statement
        if CHECKED:
            self._check(statement, holes.values, given)
        return statement, holes.values

    def __deepcopy__(self, _memo) -> "Prepared":
        return self

    def _statement(self, shape: tuple, wanted: set[int]) -> Statement:
        """Compose at both ends of the day, which must come to the same."""
        day, found = clock.today(), []
        for edge in EDGES:
            with clock.at(timezone.make_aware(datetime.combine(day, edge))):
                places = count()
                found.append(Statement(self.compose(*(stand_in(one, places) for one in shape)), wanted))
        one, other = found
        if one.sql != other.sql:
            raise Unprepared("It depends on the time of the day: let the moment be a day.")
        return one

    def _check(self, statement: Statement, values: list, given: tuple) -> None:
        """Raises Unprepared when Django would ask something else than what is kept."""
        try:
            query = self.compose(*given).query
            asked = written(statement.queryset, *query.get_compiler(statement.queryset.db).as_sql())
        except EmptyResultSet:
            asked = ""
        kept = re.sub(r" OFFSET 0\b", "", statement.filled(values) if statement.sql else "")  # Django leaves that out
        if asked != kept:
            raise Unprepared(f"{self.__name__} asks {kept}, and Django {asked}")


def prepared(compose: Callable[..., QuerySet]) -> Prepared:
    """See above."""
    return Prepared(compose)


def forget(**_migrated) -> None:
    """After a migration, which may give content types other numbers."""
    for one in _all:
        one.kept.clear()


post_migrate.connect(forget)


def address(name: str, *args: int | str) -> str:
    """Where something is: what `reverse` says, which finds it out anew each time."""
    if len(args) == 1 and type(args[0]) is int:
        before, after = _way(name)
        return f"{before}{args[0]}{after}"
    return _address(name, *args)


@cache
def _way(name: str) -> tuple[str, str]:
    """What stands before and after a number in such addresses."""
    before, _number, after = reverse(name, args=[NUMBERS]).partition(str(NUMBERS))
    return before, after


@lru_cache(maxsize=10_000)
def _address(name: str, *args: int | str) -> str:
    return reverse(name, args=args)
