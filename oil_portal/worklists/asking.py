"""All work lists are read in one query: what each asks becomes rows of the same columns, joined by UNION ALL."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple

from django.contrib.contenttypes.models import ContentType
from django.db.models import CharField, DateField, DateTimeField, F, Max, Model, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Coalesce, JSONObject

from oil_portal.core.models import Promise, TimelineEntry
from oil_portal.worklists.item import WorkItem

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
    """What is asked, in parts, and what is said of all its answers; within a part they come in no order.

    Who only wants to know the answers gives `say` a list's `extend`.
    """

    def __init__(self, say: Callable[[list[Row]], Iterable | None], *parts: Part) -> None:
        self.say, self.parts = say, parts


def by_row(say: Callable[[Row], Iterable]) -> Callable[[list[Row]], Iterable]:
    """Say something of every row by itself."""
    return lambda rows: (said for row in rows for said in say(row))


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


def heard(sources: Iterable[Source]) -> Told:
    """What all sources say, in their order; one query."""
    sources = list(sources)
    parts = [(source, part) for source in sources for part in source.parts]
    asked = [part.rows.values_list(Value(number), *part.columns) for number, (_source, part) in enumerate(parts)]
    found: dict[Source, list[Row]] = {source: [] for source in sources}
    for number, *row in asked[0].union(*asked[1:], all=True) if asked else ():
        source, part = parts[number]
        found[source].append(Row(part.about, *row))
    for source, rows in found.items():
        yield from source.say(rows) or ()
