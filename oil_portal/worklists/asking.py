"""All work lists are read in one query: what each asks becomes rows of the same columns, joined by UNION ALL."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from functools import lru_cache
from itertools import count
from typing import NamedTuple

from django.contrib.contenttypes.models import ContentType
from django.db.models import CharField, DateField, DateTimeField, F, Max, Model, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Coalesce, JSONObject

from oil_portal.core.models import Promise, TimelineEntry
from oil_portal.worklists.item import WorkItem
from oil_portal.worklists.people import People

NO_DAY, NO_MOMENT = Cast(Value(None), DateField()), Cast(Value(None), DateTimeField())
SOME_NUMBER = 987654321
Told = Iterator[tuple[int, WorkItem]]


class Row(NamedTuple):
    """One answer: about which object, since when, what was promised about that, and what else its part asked."""

    about: type[Model]
    pk: int
    title: str
    since: datetime | None
    until: date | None
    reminded_at: datetime | None
    more: dict

    def __getitem__(self, name: str):
        return self.more[name]

    def day(self, name: str) -> date:
        return date.fromisoformat(self.more[name])

    def moment(self, name: str) -> datetime | None:
        return datetime.fromisoformat(self.more[name]) if self.more[name] else None

    @property
    def url(self) -> str:
        before, after = _way(self.about)
        return f"{before}{self.pk}{after}"


@lru_cache
def _way(about: type[Model]) -> tuple[str, str]:
    """The address of such things, before and after their number: thousands of rows are told in one go."""
    before, _number, after = about(pk=SOME_NUMBER).get_absolute_url().partition(str(SOME_NUMBER))
    return before, after


class Part(NamedTuple):
    about: type[Model]
    rows: QuerySet
    columns: tuple


class Source:
    """What is asked, in parts, and what is said to people of all its answers; within a part they come in no order.

    What is asked is composed once for everybody with the same roles (`Held`), so `say` knows the people by being told.
    """

    def __init__(self, say: Callable[[People, list[Row]], Told], *parts: Part) -> None:
        self.say, self.parts = say, parts


def by_row(say: Callable[[People, Row], Told]) -> Callable[[People, list[Row]], Told]:
    """Say something of every row by itself."""
    return lambda people, rows: (said for row in rows for said in say(people, row))


def came(model: type[Model], path: str = "") -> Subquery:
    """When the object, an attribute `path` away, last came into the status that it has now."""
    entries = TimelineEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(model),
        object_id=OuterRef(f"{path}pk"),
        to_status=OuterRef(f"{path}status"),
    )
    latest = entries.order_by().values("object_id").annotate(at=Max("created_at")).values("at")
    return Subquery(latest, output_field=DateTimeField())


def ask(queryset: QuerySet, *, about=None, path="", pk="", title="title", since=None, promised=True, **more) -> Part:
    """Ask `queryset` about objects that are `path` away ("project__"); `more` are what else should be known, by name.

    Something began to wait at `since`, without that when it came into its status or else was made.
    """
    about = about or queryset.model
    paths = lambda asked: F(asked) if isinstance(asked, str) else asked
    promise = Promise.objects.open().filter(
        content_type=ContentType.objects.get_for_model(about), object_id=OuterRef(f"{path}pk")
    )
    columns = (
        F(pk or f"{path}pk"),
        Cast(F(f"{path}{title}") if isinstance(title, str) else title, CharField()),
        Coalesce(came(about, path), f"{path}created_at") if since is None else paths(since),
        Subquery(promise.values("due")[:1], output_field=DateField()) if promised else NO_DAY,
        Subquery(promise.values("reminded_at")[:1], output_field=DateTimeField()) if promised else NO_MOMENT,
        JSONObject(**{name: paths(asked) for name, asked in more.items()}),
    )
    return Part(about, queryset.order_by(), columns)


def union(parts: Iterable[Part]) -> QuerySet:
    """All parts as one read; every row begins with the number of its part."""
    asked = [part.rows.values_list(Value(number), *part.columns) for number, part in enumerate(parts)]
    return asked[0].union(*asked[1:], all=True)


def answers(about: Sequence[type[Model]], found: Iterable[tuple]) -> dict[int, list[Row]]:
    """{number of the part: its rows} of what `union` found; what each part was about."""
    rows: dict[int, list[Row]] = defaultdict(list)
    for number, *row in found:
        rows[number].append(Row(about[number], *row))
    return rows


def heard(people: People, sources: Iterable[Source], found: Iterable[tuple]) -> Told:
    """What all sources say to people of what was found, in their order."""
    rows, numbers = answers([part.about for source in sources for part in source.parts], found), count()
    for source in sources:
        own = [row for _part, number in zip(source.parts, numbers, strict=False) for row in rows[number]]
        yield from source.say(people, own)
