"""The shape of a choice of curriculum, and of a call."""

from django import forms
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from modules.models import LearningGoal, Module, Programme, taught_by
from partners.models import Partner


class CurriculumForm(forms.Form):
    """A module or a programme; without a choice the first module that the reader teaches."""

    module = forms.ModelChoiceField(
        label=_("Module"),
        queryset=Module.objects.select_related("school"),
        empty_label=_("Kies een module"),
        required=False,
        error_messages={"invalid_choice": _("Kies een module uit de lijst.")},
    )
    programme = forms.ModelChoiceField(
        label=_("Opleiding"),
        queryset=Programme.objects.filter(Exists(LearningGoal.objects.filter(programme=OuterRef("pk")))),
        empty_label=_("Kies een opleiding"),
        required=False,
        error_messages={"invalid_choice": _("Kies een opleiding uit de lijst.")},
    )

    @classmethod
    def for_request(cls, request) -> "CurriculumForm":
        data = request.GET.copy()
        if not data.get("module") and not data.get("programme"):
            own = taught_by(request.user).order_by("-starts").values_list("module", flat=True).first()
            data["module"] = own or Module.objects.values_list("pk", flat=True).first() or ""
        form = cls(data)
        form.is_valid()
        return form

    def goals(self):
        """The goals that the choice is about."""
        module, programme = self.cleaned_data.get("module"), self.cleaned_data.get("programme")
        if programme:
            return LearningGoal.objects.current().filter(programme=programme).order_by("code", "pk")
        if module:
            return LearningGoal.objects.filter(modules=module).order_by("programme__name", "code", "pk")
        return LearningGoal.objects.none()


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
