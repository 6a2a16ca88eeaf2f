"""What makes objects of the rows of a read: as Django does, with what it finds out anew each time known before."""

from collections.abc import Callable, Iterable
from functools import cache, partial
from typing import Any

from django.db.models import Model, QuerySet
from django.db.models.base import ModelState
from django.db.models.query import (
    FlatValuesListIterable,
    ModelIterable,
    RelatedPopulator,
    ValuesIterable,
    ValuesListIterable,
    get_related_populators,
)
from django.db.models.signals import post_init, pre_init
from django.db.models.sql.compiler import SQLCompiler


def maker(queryset: QuerySet, compiler: SQLCompiler) -> Callable[[tuple, dict], Any] | None:
    """What makes of a row what the queryset gives, and of rows that share an object one; None where we cannot."""
    kind, width = queryset._iterable_class, compiler.col_count if compiler.has_extra_select else None
    if kind is ModelIterable:
        return model_maker(queryset, compiler)
    if kind is ValuesListIterable:
        return lambda row, _met: tuple(row[:width])
    if kind is FlatValuesListIterable:
        return lambda row, _met: row[0]
    if kind is ValuesIterable:
        names = list(queryset.query.selected or (*queryset.query.values_select, *queryset.query.annotation_select))
        return lambda row, _met: dict(zip(names, row, strict=False))
    return None


def model_maker(queryset: QuerySet, compiler: SQLCompiler) -> Callable[[tuple, dict], Model]:
    """What makes an object of a row, as Django's ModelIterable does; what it finds out anew each time is known here."""
    info, using = compiler.klass_info, queryset.db
    first, last = info["select_fields"][0], info["select_fields"][-1] + 1
    make = filler(info["model"], using, [one.target.attname for one, _sql, _name in compiler.select[first:last]])
    related = [relater(each, using) for each in get_related_populators(info, compiler.select, using)]
    annotated = list((compiler.annotation_col_map or {}).items())

    def made(row: tuple, met: dict) -> Model:
        one = make(row[first:last])
        for each in related:
            each(row, one, met)
        for name, place in annotated:
            setattr(one, name, row[place])
        return one

    return made


def relater(one: RelatedPopulator, using: str) -> Callable[[tuple, Model, dict], None]:
    """What gives an object one that came with it in its row, as Django's `populate` does.

    What stands in several rows, such as the partner of them all, is one object in `met`, as after `prefetch_related`.
    """
    make, first, last, key = filler(one.model_cls, using, one.init_list), one.cols_start, one.cols_end, one.pk_idx
    related = [relater(each, using) for each in one.related_populators]

    def give(row: tuple, to: Model, met: dict) -> None:
        if (number := row[first + key]) is None:
            return one.local_setter(to, None)
        if (made := met.get((first, number))) is None:
            made = met[first, number] = make(row[first:last])
            for each in related:
                each(row, made, met)
        one.local_setter(to, made)
        return one.remote_setter(made, to)

    return (lambda row, to, _met: one.populate(row, to)) if one.reorder_for_init else give


def filler(model: type[Model], using: str, names: list[str]) -> Callable[[tuple], Model]:
    """What makes an object of its values. Django asks each field to set its own, which of a row is to lay it down."""
    if model.__init__ is not Model.__init__ or pre_init.has_listeners(model):
        return partial(model.from_db, using, names)
    heard = post_init.has_listeners(model)

    def made(values: tuple) -> Model:
        one = model.__new__(model)
        vars(one).update(zip(names, values, strict=True))
        one._state = state = ModelState()
        state.adding, state.db = False, using
        if heard:
            post_init.send(sender=model, instance=one)
        return one

    return made


def join(objects: Iterable[Model], name: str, rows: list[Model], by: str) -> None:
    """Give each object those of `rows` whose `by` is its number, and those the object; as `prefetch_related` does."""
    found: dict[int, list[Model]] = {}
    for row in rows:
        found.setdefault(getattr(row, by), []).append(row)
    for one in objects:
        empty = _nothing(one._meta.get_field(name).related_model)
        own = type(empty)(empty.model, empty.query)
        own._result_cache, own._prefetch_done = found.get(one.pk, []), True
        for row in own._result_cache:
            setattr(row, by.removesuffix("_id"), one)
        vars(one).setdefault("_prefetched_objects_cache", {})[name] = own


@cache
def _nothing(model: type[Model]) -> QuerySet:
    return model._default_manager.none()
