"""Everything that is kept about one person, walked from the register, in plain words."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db import models
from django.db.models import CharField, Count, Q, Value
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from oil_portal.core.models import TimelineEntry
from oil_portal.core.workflow import WORKFLOWS
from oil_portal.privacy.register import Line, is_person, lines
from oil_portal.privacy.words import FIELD_WORDS
from partners.models import User

# Secrets that give entry, what the portal computed, and what says nothing of a person.
NOT_TOLD = {
    "password", "to_status", "object_id", "token", "calendar_token", "key", "claim", "message_id", "document", "inputs",
    "progress", "stages", "figures", "clash", "problem", "content", "marks", "sources", "definitions", "assumptions",
    "outcome", "token_secret", "data", "session_key",
}  # fmt: skip


@dataclass(frozen=True)
class Holding:
    """One kind of data: its line in the register and how many rows there are of this person."""

    label: str
    line: Line
    number: int


def addresses(user: User) -> list[str]:
    """Every e-mail address of the person, in lower case."""
    return sorted(
        {user.email.lower(), *(email.lower() for email in user.emailaddress_set.values_list("email", flat=True))}
    )


def condition(model: type[models.Model], lookups: tuple[str, ...], user: User, emails: list[str]) -> Q:
    """Which rows of `model` lead to the person by one of the look-ups."""
    found = Q(pk__in=[])
    for lookup in lookups:
        by_email = isinstance(model._meta.get_field(lookup.split("__")[0]), models.EmailField)
        found |= Q(**{f"{lookup}__in": emails}) if by_email else Q(**{lookup: user.pk})
    return found


def rows_of(model: type[models.Model], line: Line, user: User, emails: list[str]) -> models.QuerySet:
    """The rows of `model` that are this person's, oldest first."""
    ours = model._base_manager.filter(condition(model, line.whose, user, emails)).values("pk")
    return model._base_manager.filter(pk__in=ours).order_by("pk")


def holdings(user: User) -> list[Holding]:
    """What there is, in the register's order, in one query; kinds of which there is nothing are left out."""
    emails = addresses(user)
    counts = [
        rows_of(model, line, user, emails).order_by().annotate(label=Value(model._meta.label, CharField()))
        .values("label").annotate(number=Count("pk")).values_list("label", "number")
        for model, line in lines()
    ]  # fmt: skip
    found = dict(counts[0].union(*counts[1:], all=True))
    return [
        Holding(model._meta.label, line, found[model._meta.label])
        for model, line in lines()
        if found.get(model._meta.label)
    ]


def with_neighbours(rows: models.QuerySet) -> models.QuerySet:
    """Join what a row points to, and what that points to: its name may stand there."""
    deep = []
    for field in rows.model._meta.concrete_fields:
        if field.is_relation:
            further = [one for one in field.related_model._meta.concrete_fields if one.is_relation]
            deep += [field.name, *(f"{field.name}__{one.name}" for one in further)]
    told = [field for field in rows.model._meta.concrete_fields if field.related_model is TimelineEntry]
    generic = [f"{field.name}__target" for field in told]
    return rows.select_related(*deep).prefetch_related(*generic) if deep else rows


def told_fields(model: type[models.Model]) -> list[models.Field]:
    """The fields of a model that are told to the person."""
    fields = model._meta.concrete_fields
    return [one for one in fields if one.name not in NOT_TOLD and not one.primary_key and not one.generated]


def cells(row: models.Model, user: User) -> Iterator[tuple[str, str, object]]:
    """(name, label, value) of what a row says, without what is empty."""
    for field in told_fields(type(row)):
        value = _value(row, field, user)
        if value not in (None, "", [], {}):
            yield field.name, label_of(field), value


def label_of(field: models.Field) -> str:
    """What a field is called for people."""
    words = FIELD_WORDS.get(field.name)
    named = str(field.verbose_name)
    return str(words or named)[:1].upper() + str(words or named)[1:]


def _value(row: models.Model, field: models.Field, user: User):
    value = getattr(row, field.name)
    if field.name == "event":
        known = WORKFLOWS.get(f"{row.content_type.app_label}.{row.content_type.model}")
        return row.label if known else value
    if isinstance(field, models.FileField):
        return field.value_from_object(row).name or ""
    if field.name == "content_type" and value is not None:
        return str(FIELD_WORDS.get(value.model, value.name))
    if field.is_relation and value is not None:
        if is_person(field):
            return _("jij") if value.pk == user.pk else value.first_and_initial
        return str(value)
    if field.choices:
        return str(getattr(row, f"get_{field.name}_display")())
    return value


def in_words(value) -> str:
    """A value as people read it."""
    if isinstance(value, bool):
        return _("ja") if value else _("nee")
    if isinstance(value, datetime):
        return date_format(timezone.localtime(value), "j F Y, H.i")
    if isinstance(value, date):
        return date_format(value, "j F Y")
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, dict):
        return "; ".join(f"{name}: {in_words(one)}" for name, one in value.items())
    return str(value)
