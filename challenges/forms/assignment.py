"""The shape of a translation and of the goals it is linked to."""

from django import forms
from django.utils.translation import gettext_lazy as _

from challenges.models import Assignment
from modules.models import LearningGoal, Module
from oil_portal.core.templatetags.written import Written


class AssignmentForm(forms.ModelForm):
    """The translation of a challenge, for students to read."""

    class Meta:
        model = Assignment
        fields = ["title", "summary", "text", "result", "level", "hours"]
        labels = {
            "title": _("Titel"),
            "summary": _("De opdracht in één of twee zinnen"),
            "text": _("De opdracht"),
            "result": _("Wat ligt er aan het eind?"),
            "level": _("Niveau"),
            "hours": _("Uren per student"),
        }
        help_texts = {
            "title": _("Zeg in één zin wat het team gaat doen. Begin met een werkwoord."),
            "summary": _("Studenten lezen dit op de kaart van het project. Hoogstens 250 tekens."),
            "text": _("Schrijf voor studenten. Wat is het probleem, wat gaan ze doen, en met wie?"),
            "result": _("Zet elk ding op een eigen regel."),
            "hours": _("Hoeveel uur werkt een student aan deze opdracht? Van 8 tot 1680 uur."),
        }
        error_messages = {
            "title": {"required": _("Schrijf een titel.")},
            "summary": {"required": _("Schrijf de opdracht in één of twee zinnen.")},
            "text": {"required": _("Schrijf de opdracht.")},
            "level": {"required": _("Kies een niveau.")},
            "hours": {
                "required": _("Vul in hoeveel uur een student werkt."),
                "invalid": _("Vul een heel getal in, bijvoorbeeld 80."),
                "min_value": _("Vul minstens 8 uur in."),
                "max_value": _("Vul hoogstens 1680 uur in."),
            },
        }
        widgets = {"text": forms.Textarea(attrs={"rows": 10}), "result": forms.Textarea(attrs={"rows": 4})}


class GoalSearchForm(forms.Form):
    """Which goals to choose from: those of a module, or those that a search finds."""

    module = forms.ChoiceField(
        label=_("Leerdoelen van module"),
        required=False,
        error_messages={"invalid_choice": _("Kies een module uit de lijst.")},
    )
    q = forms.CharField(label=_("Zoek in alle leerdoelen"), max_length=100, required=False)

    def __init__(self, *args, **kwargs) -> None:
        """Reads the modules once, for the list and for the choice."""
        super().__init__(*args, **kwargs)
        self.modules = {str(module.pk): module for module in Module.objects.select_related("school")}
        named = [(key, Written(f"{module.title} ({module.school})")) for key, module in self.modules.items()]
        self.fields["module"].choices = [("", _("Kies een module")), *named]

    @classmethod
    def for_request(cls, request, own: int | None) -> "GoalSearchForm":
        """Bound to the address; without a choice in it, to `own`, the module that the reader teaches."""
        data = request.GET.copy()
        if not data.get("module") and not data.get("q"):
            data["module"] = str(own or "")
        form = cls(data)
        form.is_valid()
        return form

    def clean_module(self) -> Module | None:
        return self.modules.get(self.cleaned_data["module"])


class LinkForm(forms.Form):
    """One goal to link, to take off, or to say of that it does not fit."""

    LINK, UNLINK, REJECT = "link", "unlink", "reject"
    goal = forms.ModelChoiceField(queryset=LearningGoal.objects.all())
    do = forms.ChoiceField(choices=[(LINK, LINK), (UNLINK, UNLINK), (REJECT, REJECT)])
