"""The shape of feedback, thanks and what became of a result."""

from django import forms
from django.utils.translation import gettext_lazy as _

from projects.models import Feedback

TOO_LONG = {"max_length": _("Maak de tekst korter: hoogstens %(limit_value)d tekens.")}


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
