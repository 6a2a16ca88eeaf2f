"""What a person sets about themselves."""

from datetime import date, timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from oil_portal.core import clock
from partners import roles
from partners.models import User

MOST_AWAY = 366  # days
AS_USUAL = ("", _("Zoals ik hierboven koos"))


class PreferencesForm(forms.ModelForm):
    """Name, language, and of the digest how often, when, about what, and how often per organisation."""

    topics = forms.MultipleChoiceField(
        label=_("Wat wil je lezen?"), choices=User.Topic.choices, widget=forms.CheckboxSelectMultiple, required=False
    )

    class Meta:
        model = User
        fields = ["first_name", "last_name", "language", "digest", "digest_weekday", "digest_hour", "away_until"]
        labels = {"digest": _("Hoe vaak wil je de overzichtsmail?")}
        help_texts = {
            "digest_weekday": _("Dit geldt voor wat je elke week krijgt."),
            "away_until": _("Zo lang krijg je geen overzicht. Herinneringen gaan naar je collega's, als je die hebt."),
        }
        widgets = {
            "language": forms.RadioSelect,
            "digest": forms.RadioSelect,
            "away_until": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }
        error_messages = {"away_until": {"invalid": _("Schrijf de dag als dag-maand-jaar, zoals 31-8-2026.")}}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["first_name"].required = self.fields["last_name"].required = True
        self.fields["topics"].initial = [topic for topic in User.Topic.values if topic not in self.instance.digest_off]
        # What a student hears comes for nobody else, so there is nothing to choose.
        own = self.instance.memberships.active().exclude(role=roles.STUDENT).select_related("partner")
        self.partners = {}
        for membership in own:
            name = f"partner_{membership.partner_id}"
            self.partners[membership.partner_id] = name
            self.fields[name] = forms.ChoiceField(
                label=_("Hoe vaak over %(partner)s?") % {"partner": membership.partner},
                choices=[AS_USUAL, *User.Digest.choices],
                initial=membership.digest,
                required=False,
            )

    def clean_away_until(self) -> date | None:
        """A day that has passed says nothing any more; one in another year is a slip of the pen."""
        day = self.cleaned_data["away_until"]
        if day and day > clock.today() + timedelta(days=MOST_AWAY):
            raise forms.ValidationError(_("Kies een dag binnen een jaar."))
        return day if day and day >= clock.today() else None

    @property
    def values(self) -> dict:
        """What `partners.services.change_preferences` takes."""
        said = {name: self.cleaned_data[name] for name in self.Meta.fields}
        off = [topic for topic in User.Topic.values if topic not in self.cleaned_data["topics"]]
        by_partner = {partner: self.cleaned_data[name] for partner, name in self.partners.items()}
        return {**said, "digest_off": off, "by_partner": by_partner}


class PersonForm(forms.Form):
    """Whose next digest staff wants to see."""

    email = forms.EmailField(label=_("E-mailadres"), max_length=254)

    def clean_email(self) -> str:
        self.user = User.objects.filter(email=self.cleaned_data["email"].lower(), is_active=True).first()
        if self.user is None:
            raise forms.ValidationError(_("Niemand in het portaal heeft dit adres."))
        return self.cleaned_data["email"]
