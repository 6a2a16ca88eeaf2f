"""The shape of a choice of curriculum, and of a call."""

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from modules.models import LearningGoal, Module, Programme, taught_by
from oil_portal.core.prepared import prepared
from oil_portal.core.templatetags.written import Written
from oil_portal.core.views import number
from partners.filters import offered
from partners.models import Partner

GOAL = ("pk", "title", "code", "programme__name")  # as projects.coverage.Goal


@offered
def modules() -> list[tuple[str, str]]:
    return [(str(pk), Written(title)) for pk, title in Module.objects.values_list("pk", "title")]


@offered
def programmes() -> list[tuple[str, str]]:
    """Those that have goals."""
    found = Programme.objects.filter(Exists(LearningGoal.objects.filter(programme=OuterRef("pk"))))
    return [(str(programme.pk), Written(programme)) for programme in found]


class CurriculumForm(forms.Form):
    """A module or a programme; without a choice the first module that the reader teaches."""

    module = forms.CharField(label=_("Module"), required=False, widget=forms.Select)
    programme = forms.CharField(label=_("Opleiding"), required=False, widget=forms.Select)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["module"].widget.choices = [("", _("Kies een module")), *modules()]
        self.fields["programme"].widget.choices = [("", _("Kies een opleiding")), *programmes()]

    @classmethod
    def for_request(cls, request) -> "CurriculumForm":
        data = request.GET.copy()
        if not data.get("module") and not data.get("programme"):
            data["module"] = str(next(iter(_own(request.user) or _first()), ""))
        form = cls(data)
        form.is_valid()
        return form

    def clean_module(self) -> Module | None:
        return self._found(_module, "module", _("Kies een module uit de lijst."))

    def clean_programme(self) -> Programme | None:
        return self._found(_programme, "programme", _("Kies een opleiding uit de lijst."))

    def _found(self, read, name: str, words):
        asked = self.cleaned_data[name]
        found = read(number(asked)) if asked else []
        if asked and not found:
            raise ValidationError(words)
        return next(iter(found), None)

    def goals(self) -> list[tuple]:
        """The goals that the choice is about, each as GOAL."""
        module, programme = self.cleaned_data.get("module"), self.cleaned_data.get("programme")
        if programme:
            return _of_programme(programme.pk)
        return _of_module(module.pk) if module else []


@prepared
def _own(user) -> QuerySet:
    return taught_by(user).order_by("-starts").values_list("module", flat=True)[:1]


@prepared
def _first() -> QuerySet:
    return Module.objects.values_list("pk", flat=True)[:1]


@prepared
def _module(pk: int) -> QuerySet[Module]:
    return Module.objects.filter(pk=pk)


@prepared
def _programme(pk: int) -> QuerySet[Programme]:
    return Programme.objects.filter(Exists(LearningGoal.objects.filter(programme=OuterRef("pk"))), pk=pk)


@prepared
def _of_programme(pk: int) -> QuerySet:
    return LearningGoal.objects.current().filter(programme=pk).order_by("code", "pk").values_list(*GOAL)


@prepared
def _of_module(pk: int) -> QuerySet:
    return LearningGoal.objects.filter(modules=pk).order_by("programme__name", "code", "pk").values_list(*GOAL)


class CallForm(forms.Form):
    """Which partners are asked, and in which words."""

    partners = forms.ModelMultipleChoiceField(
        label=_("Aan wie vraag je het?"),
        queryset=Partner.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Kies minstens één bedrijf."),
            "invalid_choice": _("Dit bedrijf staat niet meer in de lijst. Kies een ander."),
            "invalid_pk_value": _("Dit bedrijf staat niet meer in de lijst. Kies een ander."),
        },
    )
    text = forms.CharField(
        label=_("Wat schrijf je hun?"),
        help_text=_("Dit is een eerste versie. Maak er je eigen tekst van. Bedrijven lezen het in hun overzichtsmail."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 10}),
        error_messages={
            "required": _("Schrijf wat je wilt vragen."),
            "max_length": _("Maak de tekst korter: hoogstens 2000 tekens."),
        },
    )

    def __init__(self, *args, offered: list[Partner], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["partners"].queryset = Partner.objects.filter(pk__in=[partner.pk for partner in offered])
