"""For staff: what the database itself noted of every change of an object, who made it and where.

The triggers of pghistory write it, whatever code made the change, and the database refuses to change or delete it
before its term is over (docs/privacy.md).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.apps import apps
from django.core.paginator import Paginator
from django.db import models
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from oil_portal.core.views import number
from oil_portal.privacy.holdings import in_words, label_of
from oil_portal.privacy.register import is_history, is_person
from oil_portal.privacy.words import KIND_WORDS
from oil_portal.staff_pages import only_staff
from partners.models import User

SHOWN = 25
KINDS = {"insert": _("Gemaakt"), "update": _("Gewijzigd"), "delete": _("Weggehaald")}


def histories() -> dict[str, type[models.Model]]:
    """The label of every model that the database keeps the history of, with the model of that history."""
    return {each.pgh_tracked_model._meta.label: each for each in apps.get_models() if is_history(each)}


@dataclass(frozen=True)
class Change:
    """One event: what kind, when, by whom at which address, and (field, before, after) of what differs."""

    kind: str
    at: datetime
    by: str
    address: str
    fields: list[tuple[str, str, str]]


class ObjectForm(forms.Form):
    """Of which object."""

    kind = forms.ChoiceField(label=_("Soort"), error_messages={"required": _("Kies een soort.")})
    pk = forms.CharField(
        label=_("Nummer"),
        max_length=9,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        help_text=_("Het nummer staat in het adres van de pagina, bijvoorbeeld 12 in /projecten/12/."),
        error_messages={"required": _("Vul een nummer in.")},
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        named = sorted((capfirst(KIND_WORDS[label]), label) for label in histories())
        self.fields["kind"].choices = [(label, name) for name, label in named]

    def clean_pk(self) -> int:
        pk = number(self.cleaned_data["pk"])
        if not pk:
            raise forms.ValidationError(_("Dit is geen nummer."))
        return pk


def audit(request):
    """Choose the object whose history to read."""
    only_staff(request)
    form = ObjectForm(request.GET or None)
    if form.is_valid():
        return redirect("audit_object", form.cleaned_data["kind"], form.cleaned_data["pk"])
    return render(request, "oil_portal/audit.html", {"form": form}, status=422 if form.errors else 200)


def audit_object(request, label: str, pk: int):
    """Every change of one object, the newest first; also of one that is gone."""
    only_staff(request)
    history = histories().get(label)
    if history is None or pk >= 2**63:
        raise Http404
    events = history.objects.filter(pgh_obj_id=pk).select_related("pgh_context").order_by("-pgh_id")
    page = Paginator(events, SHOWN).get_page(request.GET.get("page"))
    context = {
        "name": KIND_WORDS[label],
        "pk": pk,
        "page_obj": page,
        "changes": list(changes(list(page), before(events, page))),
    }
    return render(request, "oil_portal/audit_object.html", context)


def before(events: models.QuerySet, page) -> models.Model | None:
    """The event that came before the oldest one of the page."""
    oldest = list(page)[-1:]
    return events.filter(pgh_id__lt=oldest[0].pgh_id).first() if oldest else None


def changes(events: list, older) -> Iterator[Change]:
    """What each event changed, the newest first; `older` is the event before the last of them."""
    if not events:
        return
    following = [*events[1:], older]
    fields = [one for one in type(events[0])._meta.concrete_fields if one.name[:4] != "pgh_"]
    people = User.objects.in_bulk(set(_people_of(events, following, fields)))
    for event, earlier in zip(events, following, strict=True):
        metadata = event.pgh_context.metadata if event.pgh_context else {}
        told = [
            (label_of(field), _said(earlier, field, people), _said(event, field, people))
            for field in fields
            if earlier is None or getattr(earlier, field.attname) != getattr(event, field.attname)
        ]
        actor = people.get(metadata.get("user"))
        yield Change(
            str(KINDS.get(event.pgh_label, event.pgh_label)), event.pgh_created_at, str(actor or ""),
            metadata.get("url", ""), [each for each in told if each[1] != each[2]],
        )  # fmt: skip


def _people_of(events: list, following: list, fields: list) -> Iterator[int]:
    for event in filter(None, [*events, *following]):
        if event.pgh_context and isinstance(who := event.pgh_context.metadata.get("user"), int):
            yield who
        yield from (getattr(event, one.attname) for one in fields if _leads_to_a_person(event, one))


def _leads_to_a_person(event, field: models.Field) -> bool:
    return field.is_relation and is_person(field) and getattr(event, field.attname) is not None


def _said(event, field: models.Field, people: dict[int, User]) -> str:
    """A value in words; of something that it points to the number, of a person the name."""
    value = getattr(event, field.attname) if event is not None else None
    if value in (None, "", [], {}):
        return ""
    if _leads_to_a_person(event, field):
        return str(people.get(value, f"#{value}"))
    if field.is_relation:
        return f"#{value}"
    return str(dict(field.flatchoices).get(value, "") or in_words(value))
