"""The shape of hours, feedback, thanks and what became of a result."""

from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from projects.models import Feedback

TOO_LONG = {"max_length": _("Maak de tekst korter: hoogstens %(limit_value)d tekens.")}


class HoursField(forms.DecimalField):
    """Hours as people write them: 1,5 is one and a half."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def to_python(self, value):
        return super().to_python(str(value).replace(",", ".") if value else value)


class HoursForm(forms.Form):
    """Hours given on a day."""

    day = forms.DateField(
        label=_("Dag"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"required": _("Kies een dag."), "invalid": _("Vul een datum in, bijvoorbeeld 30-3-2027.")},
    )
    hours = HoursField(
        label=_("Uren"),
        help_text=_("Bijvoorbeeld 1,5."),
        min_value=Decimal("0.25"),
        max_value=24,
        decimal_places=2,
        error_messages={
            "required": _("Vul in hoeveel uur het was."),
            "invalid": _("Vul een getal in, bijvoorbeeld 1,5."),
            "min_value": _("Vul minstens een kwartier in: 0,25."),
            "max_value": _("Een dag heeft 24 uur. Vul minder in."),
            "max_decimal_places": _("Rond af op een kwartier, bijvoorbeeld 1,25."),
        },
    )
    note = forms.CharField(label=_("Waaraan?"), max_length=120, required=False, error_messages=TOO_LONG)


class FeedbackForm(forms.ModelForm):
    """How it was, in two texts and a yes or no."""

    again = forms.TypedChoiceField(
        label=_("Zou je dit nog een keer doen?"),
        choices=[("True", _("Ja")), ("False", _("Nee"))],
        coerce=lambda value: value == "True",
        widget=forms.RadioSelect,
        error_messages={"required": _("Kies ja of nee."), "invalid_choice": _("Kies ja of nee.")},
    )

    class Meta:
        model = Feedback
        fields = ["good", "better", "again"]
        labels = {"good": _("Wat ging goed?"), "better": _("Wat kan de volgende keer beter?")}
        widgets = {"good": forms.Textarea(attrs={"rows": 4}), "better": forms.Textarea(attrs={"rows": 4})}
        error_messages = {"good": {"required": _("Schrijf wat er goed ging."), **TOO_LONG}, "better": TOO_LONG}


class ThanksForm(forms.Form):
    """A word of thanks that the team gets by mail."""

    text = forms.CharField(
        label=_("Je dankwoord"),
        help_text=_("Het team en de begeleider krijgen dit per mail."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages=TOO_LONG | {"required": _("Schrijf een paar woorden.")},
    )


class LaterForm(forms.Form):
    """What became of the result, half a year on."""

    text = forms.CharField(
        label=_("Wat is ervan geworden?"),
        help_text=_("Gebruik je het? Is het verder gegaan? Ook ‘nee’ is een goed antwoord."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages=TOO_LONG | {"required": _("Schrijf een of twee zinnen.")},
    )
