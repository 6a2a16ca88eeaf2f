"""The shape of a contribution: hours as people write them, or what something is worth in euros."""

import re
from decimal import Decimal

from django import forms
from django.utils.formats import number_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from oil_portal.core import clock
from oil_portal.core.templatetags.written import Written
from oil_portal.core.views import only
from projects.contributing import project_of
from projects.forms.following import TOO_LONG
from projects.forms.project import DateInput
from projects.models import Contribution, Project
from projects.models.contribution import LEAST_AMOUNT, LEAST_HOURS, MOST_AMOUNT, MOST_HOURS, Kind
from projects.permissions import side_of

QUICK = ("0.5", "1", "2", "4", "8")  # hours
THOUSANDS = re.compile(r"\d{1,3}(\.\d{3})+(,\d+)?")
GIVERS = [("company", _("Het bedrijf")), ("school", _("De school")), ("lab", _("Het lab"))]


class CommaField(forms.DecimalField):
    """A number as people write it: 1,5 is one and a half, and 1.250 is more than a thousand."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def to_python(self, value):
        text = str(value or "").strip().removeprefix("€").strip()
        if THOUSANDS.fullmatch(text):
            text = text.replace(".", "")
        return super().to_python(text.replace(",", ".") or None)


class RowSelect(forms.RadioSelect):
    """Radios beside each other: the class is the group's, and would misplace the dot of each."""

    def __init__(self) -> None:
        super().__init__(attrs={"class": "choices-boxed choices-row"})

    def create_option(self, *args, **kwargs) -> dict:
        option = super().create_option(*args, **kwargs)
        option["attrs"].pop("class")
        return option


class QuickField(forms.ChoiceField):
    """A choice that a typed number may stand in for: no word says that it may be left out, and yet it may."""

    widget = RowSelect

    def validate(self, value) -> None:
        if value:
            super().validate(value)


class ContributionForm(forms.Form):
    """Enters a contribution, or corrects `given`. `cleaned_data` is what the service takes."""

    project = forms.TypedChoiceField(
        label=_("Project"),
        coerce=int,
        error_messages={"required": _("Kies een project."), "invalid_choice": _("Kies een project uit de lijst.")},
    )
    use_required_attribute = False  # what is asked for depends on what was given

    quick = QuickField(
        label=_("Hoeveel uur?"),
        error_messages={"invalid_choice": _("Kies een aantal uur uit de lijst.")},
    )
    hours = CommaField(
        label=_("Een ander aantal uur"),
        help_text=_("Bijvoorbeeld 1,5."),
        required=False,
        min_value=LEAST_HOURS,
        max_value=MOST_HOURS,
        decimal_places=2,
        error_messages={
            "invalid": _("Vul een getal in, bijvoorbeeld 1,5."),
            "min_value": _("Vul minstens een kwartier in: 0,25."),
            "max_value": _("Een dag heeft 24 uur. Vul minder in."),
            "max_decimal_places": _("Rond af op een kwartier, bijvoorbeeld 1,25."),
        },
    )
    note = forms.CharField(label=_("Waaraan?"), max_length=120, required=False, error_messages=TOO_LONG)
    day = forms.DateField(
        label=_("Dag"),
        widget=DateInput(),
        error_messages={"required": _("Kies een dag."), "invalid": _("Vul een datum in, bijvoorbeeld 30-3-2027.")},
    )
    kind = forms.ChoiceField(
        label=_("Wat gaf je?"),
        help_text=_("In natura is materiaal, of het gebruik van een machine of ruimte."),
        choices=Kind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Kies wat je gaf."), "invalid_choice": _("Kies wat je gaf.")},
    )
    amount = CommaField(
        label=_("Bedrag in euro"),
        help_text=_("Alleen bij geld of in natura: wat is het waard? Bijvoorbeeld 250."),
        required=False,
        min_value=LEAST_AMOUNT,
        max_value=MOST_AMOUNT,
        decimal_places=2,
        error_messages={
            "invalid": _("Vul een bedrag in, bijvoorbeeld 250 of 99,50."),
            "min_value": _("Vul een bedrag boven nul in."),
            "max_value": _("Vul hoogstens 100.000 euro in. Was het meer? Neem contact op met de makelaar."),
            "max_decimal_places": _("Rond af op een cent, bijvoorbeeld 99,50."),
        },
    )
    giver = forms.ChoiceField(
        label=_("Wie gaf het?"),
        choices=GIVERS,
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": _("Kies wie het gaf.")},
    )

    def __init__(self, *args, user, projects=(), about=None, given: Contribution | None = None, **kwargs) -> None:
        """`projects` are the choices; the one with the number `about`, or the only one, is filled in."""
        super().__init__(*args, **kwargs)
        self.user, self.given = user, given
        self.initial = {"day": clock.today(), "kind": Kind.HOURS} | self.initial
        if given is not None:
            del self.fields["project"], self.fields["quick"]
            self.initial |= said_by(given)
            self.fields["hours"].label = _("Uren")
            return
        self.fields["project"].choices = [
            ("", _("Kies een project")),
            *((one.pk, Written(one.title)) for one in projects),
        ]
        self.fields["quick"].choices = [(hours, number_format(hours)) for hours in QUICK]
        chosen = next((one for one in projects if one.pk == about), projects[0] if len(projects) == 1 else None)
        if chosen is not None:
            self.initial |= {"project": chosen.pk, "giver": chosen.side}

    @property
    def unfolded(self) -> bool:
        """Whether the fields that are seldom needed show: something was wrong."""
        return bool(self.errors)

    def clean(self) -> dict:
        """Hours or an amount, as the kind asks, and the partner that `giver` is in this project."""
        data = super().clean()
        if not self.given and data.get("project"):
            data["project"] = only(project_of(self.user, data["project"]))
        project = self.given.project if self.given else data.get("project")
        by_hours = data.get("kind", Kind.HOURS) == Kind.HOURS
        field, quick = ("hours" if by_hours else "amount"), data.pop("quick", "")
        if by_hours and quick and data.get("hours") is None and "hours" not in self.errors:
            data["hours"] = Decimal(quick)
        if data.get(field) is None and field not in self.errors:
            words = (
                gettext("Kies of vul in hoeveel uur het was.") if by_hours else gettext("Vul in hoeveel euro het was.")
            )
            self.add_error(field, words)
        data["amount" if by_hours else "hours"] = None
        giver = data.pop("giver", "")
        if project is not None:
            data["partner"] = partner_as(project, giver or side_of(self.user, project))
            if data["partner"] is None:
                self.add_error("giver", gettext("Dit project heeft geen lab. Kies wie het wel gaf."))
        return data


def partner_as(project: Project, giver: str):
    """The partner of a project by what it is there: "company", "school" or "lab"."""
    return {"school": project.run.module.school, "lab": project.lab}.get(giver, project.challenge.partner)


def said_by(given: Contribution) -> dict:
    """What a contribution says, as the form holds it."""
    partner, project = given.partner_id, given.project
    giver = "lab" if partner == project.lab_id else "school" if partner == project.run.module.school_id else "company"
    said = {name: getattr(given, name) for name in ("kind", "day", "note", "hours", "amount")}
    return said | {"giver": "company" if partner == project.challenge.partner_id else giver}
