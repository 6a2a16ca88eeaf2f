"""Fields of forms that are drawn once: the same again is not drawn anew, and nothing else is taken for the same."""

from datetime import date

import pytest
from django import forms
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from oil_portal import drawn


class WishForm(forms.Form):
    """A text, a number, a day and a choice."""

    title = forms.CharField(label=_("Titel"), max_length=90)
    number = forms.IntegerField(required=False)
    day = forms.DateField(required=False)
    kind = forms.ChoiceField(choices=[("a", _("Project")), ("b", "B")], widget=forms.RadioSelect, required=False)


@pytest.fixture
def count(monkeypatch) -> list[str]:
    """The templates that forms were drawn with, with nothing remembered from before."""
    names, render = [], drawn.Renderer.render

    def noted(self, template, *args, **kwargs):
        names.append(template)
        return render(self, template, *args, **kwargs)

    monkeypatch.setattr(drawn.Renderer, "render", noted)
    monkeypatch.setattr(drawn, "_drawn", {})
    return names


def groups(form: forms.Form) -> list[str]:
    return [bound.as_field_group() for bound in form]


def test_an_empty_form_is_drawn_once(count):
    first = groups(WishForm())
    again = len(count)
    assert again and groups(WishForm()) == first and len(count) == again


def field(name="title", **change):
    """The group of a field of which something is other than usual."""
    form = WishForm(**change.pop("form", {}))
    for key, value in change.items():
        if key in ("attrs", "choices"):
            setattr(form.fields[name].widget, key, value)
        else:
            setattr(form.fields[name], key, value)
    return form[name].as_field_group()


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("title", {"label": "Naam"}), ("title", {"help_text": "Kort."}), ("title", {"required": False}),
        ("title", {"disabled": True}), ("title", {"attrs": {"rows": 3}}), ("title", {"widget": forms.Textarea()}),
        ("title", {"form": {"initial": {"title": "Iets"}}}), ("title", {"form": {"prefix": "x"}}),
        ("title", {"form": {"auto_id": "i_%s"}}), ("title", {"form": {"use_required_attribute": False}}),
        ("day", {"form": {"initial": {"day": date(2027, 3, 1)}}}), ("kind", {"choices": [("a", "A")]}),
        ("kind", {"form": {"initial": {"kind": "b"}}}),
    ],
)  # fmt: skip
def test_what_shows_something_else_is_drawn_anew(count, name, change):
    plain = field(name)
    seen = len(count)
    assert field(name, **change) != plain and len(count) > seen
    assert field(name) == plain


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"label": "<b>"}, {"label": SafeString("<b>")}),
        ({"attrs": {"data-x": True}}, {"attrs": {"data-x": 1}}),
        ({"form": {"initial": {"title": "1"}}}, {"form": {"initial": {"title": True}}}),
    ],
)
def test_what_python_calls_equal_is_not_drawn_alike(count, one, other):
    assert field(**one) != field(**other)


def test_a_language_has_its_own(count):
    dutch = field()
    with override("en"):
        english = field()
    assert "Titel" in dutch and "Title" in english and field() == dutch


def test_what_was_sent_is_nobody_elses(count):
    form = WishForm({"title": "", "number": "acht"})
    assert "error" in form["number"].as_field_group() and "acht" in form["number"].as_field_group()
    assert not drawn._drawn


def test_a_field_that_says_what_it_was_is_drawn_for_itself(count):
    plain = field()
    form = WishForm(initial={"title": ""})
    form.fields["title"].show_hidden_initial = True
    assert 'name="initial-title"' in form["title"].as_field_group() and field() == plain
    assert plain not in (form["title"].as_field_group(), "") and len(drawn._drawn) == 1


def test_what_is_no_plain_data_is_drawn_each_time(count):
    change = {"attrs": {"data-x": object()}}
    field(**change)
    seen = len(count)
    field(**change)
    assert len(count) > seen and not drawn._drawn


def test_no_more_is_kept_than_fits(count, monkeypatch):
    monkeypatch.setattr(drawn, "MOST", 3)
    for number in range(10):
        field(label=str(number))
    assert 0 < len(drawn._drawn) <= 3


def test_what_would_be_drawn_otherwise_is_found(count, monkeypatch):
    monkeypatch.setattr(drawn, "CHECKED", True)
    field()
    drawn._drawn.update(dict.fromkeys(drawn._drawn, SafeString("iets anders")))
    with pytest.raises(AssertionError):
        field()
