"""Template tags of what happened to an object and what can be done with it now. A builtin library."""

from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from django import template
from django.core.exceptions import FieldDoesNotExist
from django.db.models import BooleanField, Model
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from oil_portal.core import clock
from oil_portal.core.models import words
from oil_portal.core.prepared import address
from oil_portal.core.templatetags.parts import part
from oil_portal.core.timeline import course_of, due
from oil_portal.core.workflow import available, workflow_of

register = template.Library()


class Step(NamedTuple):
    label: str
    past: bool
    now: bool


@register.simple_tag(takes_context=True)
def track(context, obj) -> SafeString:
    """The steps of the object's workflow; a step carries the status's own name when that is a side road of it."""
    return part(context, "core/tags/track.html", track=track_of(type(obj), obj.status))


class Track(NamedTuple):
    """What a track draws; `current` is None for a status that is in no step."""

    steps: tuple[Step, ...]
    current: Step | None
    number: int


def track_of(model: type[Model], status: str) -> Track:
    return _track(model, status, get_language())


@lru_cache
def _track(model: type[Model], status: str, _language: str) -> Track:
    steps = workflow_of(model).steps
    at = next((i for i, (_label, statuses) in enumerate(steps) if status in statuses), None)
    shown = tuple(
        Step(
            label=str(words(model, "status")[status] if i == at and status != statuses[0] else label),
            past=at is not None and i < at,
            now=i == at,
        )
        for i, (label, statuses) in enumerate(steps)
    )
    return Track(shown, None if at is None else shown[at], (at or 0) + 1)


@register.simple_tag
def waiting(obj) -> str:
    """Who is to act now, in a sentence; "" when nobody is."""
    return workflow_of(obj).waiting.get(obj.status, "")


@register.simple_tag(takes_context=True)
def until(context, obj) -> SafeString:
    """Until when somebody promised to act, and whether that day has passed."""
    if (day := due(obj)) is None:
        return SafeString("")
    return part(context, "core/tags/until.html", day=day, late=day < clock.today())


@register.simple_tag(takes_context=True)
def said(context, obj) -> SafeString:
    """The remark with which the object came into its present status; once it moves on, that is history."""
    entry = next((entry for entry in course_of(obj) if entry.to_status), None)
    if entry is None or not entry.remark or entry.to_status != obj.status:
        return SafeString("")
    return part(context, "core/tags/said.html", who=name_of(entry), remark=entry.remark)


class Told(NamedTuple):
    """An entry of a timeline as a page tells it."""

    at: datetime
    label: str
    who: str
    remark: str
    changes: tuple[tuple[str, str, str], ...]


@register.simple_tag(takes_context=True)
def timeline(context, obj) -> SafeString:
    """Everything that happened to the object, newest first."""
    entries = tuple(
        Told(entry.created_at, entry.label, name_of(entry), entry.remark, in_words(obj, entry.changes))
        for entry in course_of(obj)
    )
    return part(context, "core/tags/timeline.html", entries=entries)


def name_of(entry) -> str:
    return entry.actor.first_and_initial if entry.actor else ""


@register.inclusion_tag("core/tags/changes.html")
def changes(entry, obj) -> dict:
    """What an entry of the timeline of `obj` changed: each field with what stood there and what stands there now."""
    return {"changes": in_words(obj, entry.changes)}


def in_words(obj, changes: dict) -> tuple[tuple[str, str, str], ...]:
    """(label, before, after) for each field that an entry recorded."""
    return tuple(
        (field_label(obj, name), *(field_value(obj, name, text) for text in pair)) for name, pair in changes.items()
    )


def field_label(obj, name: str) -> str:
    try:
        label = str(obj._meta.get_field(name).verbose_name)
    except FieldDoesNotExist:
        label = name
    return label[:1].upper() + label[1:]


def field_value(obj, name: str, text: str) -> str:
    """A recorded value as a reader knows it: the words of a choice, yes or no."""
    try:
        field = obj._meta.get_field(name)
    except FieldDoesNotExist:
        return text
    words = {"True": _("Ja"), "False": _("Nee")} if isinstance(field, BooleanField) else {}
    one = getattr(field, "base_field", field)  # of a list, the field of its items
    words |= {str(value): str(label) for value, label in getattr(one, "flatchoices", ())}
    return ", ".join(words.get(part, part) for part in text.split(", ")) if one is not field else words.get(text, text)


class Act(NamedTuple):
    """A transition as its button: `remark` is "", "optional" or "required"."""

    url: str
    id: str
    label: str
    remark: str
    hint: str


@register.simple_tag(takes_context=True)
def actions(context, obj, url_name: str, exclude: str = "", primary: bool = True, named="") -> SafeString:
    """A button for each transition the reader may make now; one with a remark unfolds its form.

    `exclude` names transitions to leave out, with commas between; without `primary` no button is red. In a list,
    every button says in hidden text what it is `named` after.
    """
    kind, left_out = obj._meta.model_name, exclude.split(",")
    acts = tuple(
        Act(
            address(url_name, obj.pk, one.action),
            f"{kind}-{obj.pk}-{one.action}",
            str(one.label),
            one.remark,
            str(one.hint),
        )
        for one in available(obj, context["request"].user)
        if one.action not in left_out
    )
    if not acts:
        return SafeString("")
    return part(context, "core/tags/actions.html", acts=acts, row=str(named), primary=bool(primary))
