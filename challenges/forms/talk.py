"""The shape of remarks, questions and answers."""

from django import forms
from django.utils.translation import gettext_lazy as _

from challenges.models import Assignment, Challenge
from challenges.services.talk import ASSIGNMENT_TEXTS, REMARKED

TOO_LONG = {"max_length": _("Maak de tekst korter: hoogstens %(limit_value)d tekens.")}


class RemarkForm(forms.Form):
    """A passage of the company's text and what is said about it."""

    model, texts, first = Challenge, REMARKED, "question"
    field = forms.ChoiceField(label=_("Bij welke tekst?"), error_messages={"required": _("Kies een tekst.")})
    quote = forms.CharField(
        label=_("Over welke woorden?"),
        help_text=_("Selecteer de woorden in de tekst, of plak ze hier. Leeg is: de hele tekst."),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages=TOO_LONG,
    )
    text = forms.CharField(
        label=_("Je opmerking"),
        help_text=_("Het bedrijf leest dit bij de tekst."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages=TOO_LONG | {"required": _("Schrijf je opmerking.")},
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, prefix="opmerking", **kwargs)
        labels = {name: self.model._meta.get_field(name).verbose_name for name in self.texts}
        self.fields["field"].choices = [(name, label[:1].upper() + label[1:]) for name, label in labels.items()]
        self.fields["field"].initial = self.first


class AssignmentRemarkForm(RemarkForm):
    """A passage of the assignment and what is said about it."""

    model, texts, first = Assignment, ASSIGNMENT_TEXTS, "text"

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].help_text = _("Het bedrijf en de docent lezen dit bij de opdracht.")


class AskForm(forms.Form):
    """A question to the company."""

    text = forms.CharField(
        label=_("Je vraag aan het bedrijf"),
        help_text=_("Schrijf geen namen of nummers van mensen op. Anderen kunnen de vraag lezen."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages=TOO_LONG | {"required": _("Schrijf je vraag.")},
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, prefix="vraag", **kwargs)


class AnswerForm(forms.Form):
    """The answer to one question; its number keeps the fields of several forms apart."""

    answer = forms.CharField(
        label=_("Je antwoord"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages=TOO_LONG | {"required": _("Schrijf je antwoord.")},
    )
    public = forms.TypedChoiceField(
        label=_("Wie mag het antwoord lezen?"),
        choices=[("True", _("Iedereen die het vraagstuk leest")), ("False", _("Alleen wie het vroeg"))],
        coerce=lambda value: value == "True",
        widget=forms.RadioSelect,
        initial="True",
        error_messages={"required": _("Kies wie het mag lezen."), "invalid_choice": _("Kies wie het mag lezen.")},
    )

    def __init__(self, *args, number: int, **kwargs) -> None:
        super().__init__(*args, prefix=f"antwoord-{number}", **kwargs)
