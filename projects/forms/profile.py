"""Shape of input for a student's profile."""

from django import forms
from django.utils.translation import gettext_lazy as _

from challenges.models import Theme
from projects.models import Profile


class ProfileForm(forms.ModelForm):
    """What a student likes and can, and who may read it."""

    interests = forms.MultipleChoiceField(
        choices=Theme.choices,
        required=False,
        label=_("Wat vind je leuk?"),
        help_text=_("Projecten over deze onderwerpen staan bij jou hoger. Niemand anders ziet dit."),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("Kies onderwerpen uit de lijst.")},
    )

    class Meta:
        model = Profile
        fields = ["interests", "about", "skills", "shown"]
        labels = {"about": _("Over mij"), "skills": _("Wat kan ik goed?"), "shown": _("Wie mag dit lezen?")}
        help_texts = {
            "about": _("Een paar zinnen. Schrijf geen adres of telefoonnummer op."),
            "skills": _("Bijvoorbeeld solderen, tekenen of presenteren."),
            "shown": _("Dit gaat over ‘Over mij’ en ‘Wat kan ik goed?’. Je kunt het altijd wijzigen."),
        }
        widgets = {"about": forms.Textarea(attrs={"rows": 4}), "shown": forms.RadioSelect}
        error_messages = {"shown": {"required": _("Kies wie dit mag lezen.")}}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["shown"].choices = Profile.Shown.choices
