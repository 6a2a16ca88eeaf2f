"""Fields of forms that are drawn once: what a field shows is its key, and the same again is not drawn anew.

A field takes as long as a row of a list, and an empty form says the same to everybody. What somebody sent is drawn
for them alone, and so is a field with something in it that is not known here to be plain data.
"""

from collections.abc import Iterator
from datetime import date, time
from decimal import Decimal
from types import FunctionType, NoneType

from django.conf import settings
from django.forms import BoundField, Widget
from django.forms.models import ModelChoiceIterator, ModelChoiceIteratorValue
from django.forms.renderers import TemplatesSetting
from django.utils.choices import BaseChoiceIterator
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import get_language

CHECKED = False  # whether each field is drawn anew besides, and must be the same; the tests say so
MOST = 1000  # fields, of about a kB each
PLAIN = (str, bool, int, float, Decimal, date, time, NoneType, FunctionType)
MANY = (list, tuple, BaseChoiceIterator)

_drawn: dict[tuple, SafeString] = {}


class Field(BoundField):
    """A field that remembers how it was drawn."""

    def as_field_group(self) -> SafeString:
        if self.form.is_bound or self.errors or self.field.show_hidden_initial or settings.DEBUG:
            return super().as_field_group()
        widget = self.field.widget
        if isinstance(getattr(widget, "choices", None), ModelChoiceIterator):
            widget.choices = list(widget.choices)  # read once, to know it and to draw it
        try:
            shown = frozen((get_language(), *self._shown()))
        except TypeError:
            return super().as_field_group()
        if shown not in _drawn:
            if len(_drawn) >= MOST:
                _drawn.clear()
            _drawn[shown] = super().as_field_group()
        if CHECKED and (_drawn[shown] != (anew := super().as_field_group())):
            raise AssertionError(f"{self.html_name} would be drawn as {anew!r} and not as {_drawn[shown]!r}.")
        return _drawn[shown]

    def _shown(self) -> Iterator:
        """All that its template and its widget see, while nothing was sent."""
        field, form = self.field, self.form
        yield from (field.template_name, form.use_required_attribute, self.auto_id, self.html_name)
        yield from (self.label, self.help_text, field.required, field.disabled, self.value(), field.widget)


def frozen(value):
    """As what can be a key, equal only to what is drawn alike. Raises TypeError for what is no plain data."""
    kind = type(value)
    if kind is str:
        return value
    if isinstance(value, Promise):
        return str(value)
    if isinstance(value, ModelChoiceIteratorValue):
        return str(value)
    if isinstance(value, MANY):
        return tuple(map(frozen, value))
    if isinstance(value, dict):
        return tuple((name, frozen(each)) for name, each in value.items())
    if isinstance(value, Widget):
        return kind, frozen(vars(value))
    if isinstance(value, PLAIN):
        return kind, value  # True is no 1, and what is safe is no text
    raise TypeError(f"{kind} is no plain data")


class Renderer(TemplatesSetting):
    """Django's, with fields that remember."""

    bound_field_class = Field
