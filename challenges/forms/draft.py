"""The four short steps in which a company writes its question. Each form judges the typed values of its own step."""

from collections.abc import Mapping
from datetime import timedelta

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from challenges.models import Challenge, Deliverable, Location, Photos, Rights, Theme
from oil_portal.core import clock

LONGEST_WAIT_DAYS = 2 * 366


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class Digits(forms.TextInput):
    """For a number: a keyboard of digits, in a field that keeps every letter that somebody types after all."""

    def __init__(self) -> None:
        super().__init__(attrs={"inputmode": "numeric", "autocomplete": "off"})


class StepForm(forms.ModelForm):
    """A step is bound to what was typed; its hidden initial values tell which window changed what."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.show_hidden_initial = True
            field.widget.attrs.pop("maxlength", None)  # a browser would cut off a pasted text without a word


class QuestionForm(StepForm):
    theme = forms.ChoiceField(
        label=_("Bij welk thema past je vraag?"),
        choices=[("", _("Kies een thema")), *Theme.choices],
        help_text=_("Kies wat het dichtst in de buurt komt."),
        error_messages={"required": _("Kies een thema."), "invalid_choice": _("Kies een thema uit de lijst.")},
    )

    class Meta:
        model = Challenge
        fields = ["title", "question", "why", "theme"]
        labels = {
            "title": _("Titel"),
            "question": _("Wat is het probleem?"),
            "why": _("Waarom is dat belangrijk?"),
        }
        help_texts = {
            "title": _("Zeg in één zin wat er moet gebeuren. Begin met een werkwoord."),
            "question": _(
                "Schrijf voor iemand van 16 die je vak niet kent. Wat gaat er nu mis? Voor wie is dat lastig?"
            ),
            "why": _("Wat kost het je nu? Wat wordt er beter als het lukt?"),
        }
        error_messages = {
            "title": {
                "required": _("Schrijf een titel."),
                "max_length": _("Maak de titel korter: hoogstens %(limit_value)d tekens."),
            },
            "question": {
                "required": _("Schrijf wat het probleem is."),
                "max_length": _("Maak de tekst korter: hoogstens %(limit_value)d tekens."),
            },
            "why": {"max_length": _("Maak de tekst korter: hoogstens %(limit_value)d tekens.")},
        }
        widgets = {"question": forms.Textarea(attrs={"rows": 7}), "why": forms.Textarea(attrs={"rows": 3})}


class ResultForm(StepForm):
    deliverables = forms.MultipleChoiceField(
        label=_("Wat moet er aan het eind liggen?"),
        choices=Deliverable.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Kies alles wat past."),
        required=False,
        error_messages={"invalid_choice": _("Kies iets uit de lijst.")},
    )

    class Meta:
        model = Challenge
        fields = ["deliverables", "result", "start_from"]
        labels = {"result": _("Wat nog meer?"), "start_from": _("Wanneer kan het team beginnen?")}
        help_texts = {
            "result": _("Zet elk ding op een eigen regel."),
            "start_from": _("Kies een dag waarop je contactpersoon er is."),
        }
        error_messages = {
            "result": {"max_length": _("Maak de tekst korter: hoogstens %(limit_value)d tekens.")},
            "start_from": {"invalid": _("Vul een datum in, bijvoorbeeld 30-3-2027.")},
        }
        widgets = {"result": forms.Textarea(attrs={"rows": 3}), "start_from": DateInput}

    def clean_start_from(self):
        """A first day that is still to come, and not years away."""
        day = self.cleaned_data["start_from"]
        if day and day < clock.today():
            raise forms.ValidationError(_("Kies een dag die nog komt."))
        if day and day > clock.today() + timedelta(days=LONGEST_WAIT_DAYS):
            raise forms.ValidationError(_("Kies een dag binnen twee jaar."))
        return day


def yes_no(label: str, *, no: str, yes: str, hint: str = "", wrong: str) -> forms.TypedChoiceField:
    """A question with two answers, each in its own words."""
    return forms.TypedChoiceField(
        label=label,
        help_text=hint,
        choices=[("False", no), ("True", yes)],
        coerce=lambda value: value == "True",
        widget=forms.RadioSelect,
        error_messages={"required": wrong, "invalid_choice": wrong},
    )


def choose(label: str, choices: list, *, hint: str = "", wrong: str) -> forms.ChoiceField:
    """One of a few, all in sight."""
    return forms.ChoiceField(
        label=label,
        help_text=hint,
        choices=choices,
        widget=forms.RadioSelect,
        error_messages={"required": wrong, "invalid_choice": wrong},
    )


class PracticalForm(StepForm):
    location = choose(_("Waar werkt het team?"), Location.choices, wrong=_("Kies waar het team werkt."))
    confidential = yes_no(
        _("Wie mag de details lezen?"),
        hint=_("De titel en de naam van je organisatie ziet iedereen."),
        no=_("Iedereen. Dan vinden studenten je vraag het snelst."),
        yes=_("Alleen docenten, makelaars en het gekozen team"),
        wrong=_("Kies wie de details mag lezen."),
    )
    secrecy = yes_no(
        _("Moet het team geheim houden wat het bij jou ziet?"),
        hint=_("Bij ‘ja’ tekent het team een korte belofte voordat het begint."),
        no=_("Nee, dat hoeft niet"),
        yes=_("Ja, het team belooft geheimhouding"),
        wrong=_("Kies of het team iets geheim moet houden."),
    )
    rights = choose(
        _("Van wie is het resultaat?"),
        Rights.choices,
        hint=_("Studenten zien dit voordat zij zich aanmelden."),
        wrong=_("Kies van wie het resultaat is."),
    )
    photos = choose(_("Mogen er foto's bij jou worden gemaakt?"), Photos.choices, wrong=_("Kies of foto's mogen."))

    class Meta:
        model = Challenge
        fields = [
            "location", "guidance_hours", "confidential", "secrecy", "rights", "photos", "most_interested"
        ]  # fmt: skip
        widgets = {"guidance_hours": Digits, "most_interested": Digits}
        labels = {
            "guidance_hours": _("Hoeveel uur per week kun je het team helpen?"),
            "most_interested": _("Hoeveel studenten mogen zich hoogstens aanmelden?"),
        }
        help_texts = {
            "guidance_hours": _("Een uur per week is vaak genoeg."),
            "most_interested": _("Laat leeg als het niet uitmaakt."),
        }
        error_messages = {
            "guidance_hours": {
                "invalid": _("Vul een heel getal in, bijvoorbeeld 2."),
                "min_value": _("Vul minstens 1 uur in."),
                "max_value": _("Vul hoogstens 40 uur in."),
            },
            "most_interested": {
                "invalid": _("Vul een heel getal in, bijvoorbeeld 20."),
                "min_value": _("Vul minstens 1 student in."),
                "max_value": _("Vul hoogstens 500 studenten in."),
            },
        }


class SenderForm(forms.Form):
    """Who asks: filled in by somebody without an organisation, and the address by somebody without an account."""

    organisation = forms.CharField(
        label=_("Naam van je organisatie"),
        max_length=120,
        error_messages={"required": _("Vul de naam van je organisatie in.")},
    )
    municipality = forms.CharField(label=_("Gemeente"), max_length=60, required=False)
    email = forms.EmailField(
        label=_("Je e-mailadres"),
        error_messages={
            "required": _("Vul je e-mailadres in. Daar sturen we de bevestiging heen."),
            "invalid": _("Vul een e-mailadres in met een @."),
        },
    )

    def __init__(self, *args, known: bool, behalf: bool = False, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if known:
            del self.fields["email"]
        if behalf:
            self.fields["organisation"].label = _("Naam van het bedrijf")
            self.fields["email"].label = _("E-mailadres van het bedrijf")
        for field in self.fields.values():
            field.show_hidden_initial = True


# The steps by the word in their address: (title, form). The last one is the check, which judges them all.
STEPS = {
    "vraag": (_("Je vraag"), QuestionForm),
    "opdracht": (_("De opdracht"), ResultForm),
    "praktisch": (_("Praktisch"), PracticalForm),
    "controle": (_("Controleren"), None),
}
JUDGES = {step: form for step, (_title, form) in STEPS.items() if form is not None}
SENDER = ("organisation", "municipality", "email")
MULTIPLE = ("deliverables",)
NAMES = [name for form in JUDGES.values() for name in form.base_fields] + list(SENDER)


def as_data(values: Mapping) -> MultiValueDict:
    """Typed values in the shape of a POST."""
    return MultiValueDict({name: value if isinstance(value, list) else [value] for name, value in values.items()})


def errors_by_step(values: Mapping) -> dict[str, dict[str, list[str]]]:
    """{step: {field: messages}} for what is missing or wrong; {} when it can be handed in."""
    found = {step: form(as_data(values)).errors for step, form in JUDGES.items()}
    return {
        step: {name: list(messages) for name, messages in errors.items()} for step, errors in found.items() if errors
    }


def details_of(values: Mapping) -> dict:
    """{field: value} for the services; call when `errors_by_step` found nothing."""
    bound = [form(as_data(values)) for form in JUDGES.values()]
    for form in bound:
        form.full_clean()
    return {name: value for form in bound for name, value in form.cleaned_data.items()}
