"""The shape of the assumptions: numbers as people write them, in Dutch and in English."""

import re
from collections.abc import Mapping
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from reports import business_case_words as words
from reports.business_case import CARRIERS, CONDITIONS, COSTS, SCENARIOS, Assumptions
from reports.business_case_figures import Figure, source

LONGEST = 20  # characters of a number
PLAIN = re.compile(r"-?\d+(\.\d+)?")


def plain(text: str, english: bool) -> str:
    """A number as the computer writes it: '1.250,50' and '1250.50' are both 1250.50.

    Of one kind of mark with three digits behind it ('1.250') the language decides whether thousands are meant.
    """
    point, comma = (".", ",") if english else (",", ".")
    text = re.sub(r"[\s€]", "", text).replace("−", "-")
    if re.fullmatch(rf"-?[1-9]\d{{0,2}}(\{comma}\d{{3}})+(\{point}\d*)?", text):
        text = text.replace(comma, "")
    marks = [mark for mark in text if mark in ".,"]
    if len(set(marks)) == 2:
        last = marks[-1]
        text = text.replace("." if last == "," else ",", "")
    return text.replace(",", ".")


def written(value: Decimal) -> str:
    """A number as it stands in a field: without thousands, so that it can be changed easily."""
    text = f"{value.normalize():f}"
    return text if get_language() == "en" else text.replace(".", ",")


def known(name: str, figure: Figure) -> str:
    """What stands beside a field of which the portal knows the number, whatever somebody fills in."""
    told = {"value": written(figure.value), "source": source(name, figure)}
    return gettext("Eigen cijfer: %(value)s (%(source)s). Vul je iets anders in, dan is dat een aanname.") % told


def assumption(reason):
    """The reason of a number that nobody measured, which says so."""
    return format_lazy("{}. {}", _("Aanname"), reason)


class NumberField(forms.Field):
    """A decimal within bounds; what is no number is said so, and never rounded in silence."""

    widget = forms.TextInput(attrs={"inputmode": "decimal"})
    default_error_messages = {
        "required": _("Vul een getal in. Is het niets? Vul dan 0 in."),
        "invalid": _("Dit is geen getal. Schrijf bijvoorbeeld 1250,50."),
        "places": _("Gebruik hoogstens %(places)d cijfers achter de komma."),
        "whole": _("Vul een heel getal in."),
        "bounds": _("Vul een getal in van %(lowest)s tot en met %(highest)s."),
    }

    def __init__(self, assumed: words.Assumed) -> None:
        super().__init__(label=assumed.label)
        self.assumed = assumed

    def prepare_value(self, value):
        return written(value) if isinstance(value, Decimal) else value

    def to_python(self, value) -> Decimal | None:
        if value in self.empty_values:
            return None
        text = plain(str(value), english=get_language() == "en")
        if len(text) > LONGEST or not PLAIN.fullmatch(text) or not text.isascii():
            raise ValidationError(self.error_messages["invalid"], "invalid")
        return Decimal(text)

    def validate(self, value) -> None:
        super().validate(value)
        bounds, places = self.assumed, self.assumed.places
        if not bounds.lowest <= value <= bounds.highest:
            limits = {"lowest": bounds.lowest, "highest": bounds.highest}
            raise ValidationError(self.error_messages["bounds"], "bounds", limits)
        if value != round(value, places):
            raise ValidationError(self.error_messages["places" if places else "whole"], "places", {"places": places})


class BusinessCaseForm(forms.Form):
    """All assumptions, and the name and remark under which they are kept.

    A name is asked for by the service that keeps a version, since computing needs none.
    """

    name = forms.CharField(label=_("Naam van de versie"), required=False, max_length=80)
    remark = forms.CharField(
        label=_("Opmerking"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args, own: Mapping[str, Figure], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for name, assumed in words.ALL.items():
            field = self.fields[name] = NumberField(assumed)
            if assumed.group not in words.GROUP:  # in a table the heads are what people see
                field.widget.attrs["aria-label"] = assumed.label
                continue
            if assumed.unit in (words.EURO, words.PERCENT):
                field.label = format_lazy("{} ({})", assumed.label, assumed.unit)
            field.help_text = known(name, own[name]) if name in own else assumption(assumed.reason)

    def clean(self) -> dict:
        found = super().clean()
        for post in COSTS:
            shares = [found.get(f"share_{post}_{who}") for who in CARRIERS]
            if None not in shares and sum(shares) != 100:
                said = _("De delen van deze kosten zijn samen %s%%. Maak er 100%% van.") % written(sum(shares))
                self.add_error(f"share_{post}_{CARRIERS[0]}", said)
        first, last = found.get("first_year"), found.get("subsidy_until")
        if found.get("subsidy") and first and last and last < first:
            self.add_error("subsidy_until", _("De subsidie stopt voor het eerste jaar. Kies een later jaar."))
        return found

    @property
    def assumptions(self) -> Assumptions | None:
        """What stands in the fields; None as long as one of them is wrong."""
        if any(name in self.errors for name in words.ALL):
            return None
        values = self.cleaned_data if self.is_bound else self.initial
        return Assumptions.from_flat({name: values[name] for name in words.ALL})

    # --- For the page -------------------------------------------------------------------------------------------
    def groups(self) -> list[tuple[str, list]]:
        """(title, fields) of what stands under each other."""
        return [
            (title, [self[one.name] for one in words.PLAIN if one.group == group])
            for group, title in words.GROUP.items()
        ]

    def tables(self) -> list[dict]:
        """What stands in a table: heads and rows of fields."""
        return [
            self._table(_("Scenario’s"), ("growth", "cost_level", "yield_level"), SCENARIOS, words.SCENARIO),
            self._table(_("Als een voorwaarde wegvalt"), ("stay", "falls"), CONDITIONS, words.CONDITION),
            {
                "title": _("Wie draagt welk deel, in %"),
                "heads": list(words.CARRIER.values()),
                "rows": [
                    (words.COST[post], [(label, self[f"share_{post}_{who}"]) for who, label in words.CARRIER.items()])
                    for post in COSTS
                ],
                "reasons": [assumption(words.SHARE_REASON)],
            },
        ]

    def _table(self, title, columns, rows, labels) -> dict:
        return {
            "title": title,
            "heads": [words.COLUMN[column][0] for column in columns],
            "rows": [
                (labels[row], [(words.COLUMN[column][0], self[f"{column}_{row}"]) for column in columns])
                for row in rows
            ],
            "reasons": [assumption(words.COLUMN[column][4]) for column in columns],
        }
