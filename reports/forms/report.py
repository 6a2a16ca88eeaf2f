"""The shape of a grant, and of a remark with a frozen quarter."""

from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from reports.models import Grant

DAY = {"required": _("Kies een dag."), "invalid": _("Vul een datum in, bijvoorbeeld 30-3-2027.")}
NUMBER = {"required": _("Vul een bedrag in."), "invalid": _("Vul een getal in, bijvoorbeeld 1250,50.")}


class MoneyField(forms.DecimalField):
    """An amount as people write it: 1.250,50 and 1250,5 alike."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def to_python(self, value):
        if isinstance(value, str) and "," in value:
            value = value.replace(".", "").replace(",", ".")
        return super().to_python(value)


class GrantForm(forms.ModelForm):
    starts = forms.DateField(
        label=_("Eerste dag"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), error_messages=DAY
    )
    ends = forms.DateField(
        label=_("Laatste dag"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), error_messages=DAY
    )
    amount = MoneyField(
        label=_("Bedrag in euro"), max_digits=11, decimal_places=2, min_value=Decimal("0.01"), error_messages=NUMBER
    )
    hour_rate = MoneyField(
        label=_("Wat telt een uur, in euro?"), max_digits=6, decimal_places=2, min_value=Decimal("0.01"),
        max_value=Decimal(500), help_text=_("Zoals de subsidie het voorschrijft."), error_messages=NUMBER,
    )  # fmt: skip
    share = MoneyField(
        label=_("Welk deel komt van anderen, in procent?"), max_digits=5, decimal_places=2, min_value=Decimal(0),
        max_value=Decimal("99.99"), initial=Decimal("66.67"), error_messages=NUMBER,
        help_text=_("Van subsidie en bijdragen samen. Twee derde is 66,67."),
    )  # fmt: skip

    class Meta:
        model = Grant
        fields = ["funder", "starts", "ends", "amount", "hour_rate", "share"]
        error_messages = {"funder": {"required": _("Schrijf op wie de subsidie geeft.")}}


class FreezeForm(forms.Form):
    """Why, or what to know about it; required for a correction."""

    remark = forms.CharField(
        label=_("Opmerking"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Schrijf op waarom je dit kwartaal opnieuw bevriest."),
                        "max_length": _("Maak de tekst korter: hoogstens %(limit_value)d tekens.")},
    )  # fmt: skip

    def __init__(self, *args, correction: bool, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["remark"].required = correction
