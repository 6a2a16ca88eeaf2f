"""The shape of what a school types about its modules."""

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from modules.importing import KEYWORD, SENTENCE, unwritable
from modules.models import Elective, LearningGoal, Level, Module, ModuleRun
from partners import roles
from partners.models import Partner, User
from partners.workflow import MembershipStatus

MOST_BYTES = 10_000_000
MOST_LINES = 80


class LinesField(forms.CharField):
    """A list of short texts, one on each line."""

    widget = forms.Textarea

    def __init__(self, *, room: int, **kwargs) -> None:
        self.room = room
        super().__init__(required=False, max_length=room * MOST_LINES, **kwargs)
        self.error_messages["max_length"] = _("Dit is te lang. Laat regels weg.")

    def prepare_value(self, value):
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value) -> list[str]:
        lines = list(dict.fromkeys(" ".join(line.split()) for line in super().clean(value).splitlines()))
        lines = [line for line in lines if line]
        if len(lines) > MOST_LINES:
            raise forms.ValidationError(_("Schrijf hoogstens %d regels.") % MOST_LINES)
        for number, line in enumerate(lines, 1):
            if len(line) > self.room:
                told = _("Regel %(number)d is te lang: hoogstens %(room)d tekens.")
                raise forms.ValidationError(told % {"number": number, "room": self.room})
        return lines


class ModuleForm(forms.ModelForm):
    """A module of one of the user's schools, with the learning goals that students work on."""

    goals = forms.ModelMultipleChoiceField(
        label=_("Leerdoelen"),
        queryset=LearningGoal.objects.select_related("programme").defer("explanation", "company_says", "keywords"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Kies minstens één leerdoel."),
            "invalid_choice": _("Dit leerdoel bestaat niet meer. Kies een ander."),
            "invalid_pk_value": _("Dit leerdoel bestaat niet meer. Kies een ander."),
        },
    )

    class Meta:
        model = Module
        fields = [
            "school",
            "title",
            "code",
            "description",
            "level",
            "study_load",
            "lab",
            "programme",
            "elective",
            "goals",
        ]
        widgets = {"description": forms.Textarea(attrs={"rows": 4})}
        help_texts = {
            "code": _("Zoals in de studiegids. Elke code komt op je school één keer voor."),
            "study_load": _("Uren per student. Een keuzedeel heeft er meestal 240."),
            "lab": _("Laat leeg als de module niet in een lab is."),
            "programme": _("Laat leeg als de module bij meer opleidingen hoort."),
            "elective": _("Laat leeg als het een module van de school zelf is."),
        }
        error_messages = {
            "title": {"required": _("Vul een titel in.")},
            "code": {"required": _("Vul een code in.")},
            "level": {"required": _("Kies een niveau.")},
            "study_load": dict.fromkeys(
                ("required", "invalid", "min_value", "max_value"), _("Vul een getal in van 20 tot en met 1680.")
            ),
        }

    def __init__(self, *args, user, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        schools = Partner.objects.filter(pk__in=roles.school_ids(user, roles.TEACHER, roles.COORDINATOR))
        if self.instance.pk:
            schools = Partner.objects.filter(pk=self.instance.school_id)
        elif user.is_superuser:
            schools = Partner.objects.filter(kind=Partner.Kind.SCHOOL)
        self.fields["school"].queryset = schools.filter(kind=Partner.Kind.SCHOOL)
        self.fields["school"].label = _("School")
        self.fields["school"].empty_label = None
        self.initial["school"] = self.initial.get("school") or schools.first()
        self.fields["lab"].queryset = Partner.objects.filter(kind=Partner.Kind.LAB, parent__in=schools)
        self.fields["elective"].queryset = Elective.objects.all()
        self.fields["level"].choices = [("", _("Kies een niveau")), *Level.choices]
        self.fields["lab"].empty_label = _("Geen lab")
        self.fields["programme"].empty_label = _("Geen vaste opleiding")
        self.fields["elective"].empty_label = _("Geen keuzedeel")

    def clean(self) -> dict:
        cleaned = super().clean()
        lab, school = cleaned.get("lab"), cleaned.get("school")
        if lab and school and lab.parent_id != school.pk:
            self.add_error("lab", _("Dit lab hoort niet bij deze school."))
        return cleaned

    def chosen(self) -> set[str]:
        """The ids of the goals that are ticked now, as text."""
        return {str(getattr(value, "pk", value)) for value in self["goals"].value() or []}

    def goal_groups(self, text: str) -> list[dict]:
        """The goals that are found by `text`, and all that are ticked, per programme."""
        chosen, number = self.chosen(), 0
        groups: dict[int, dict] = {}
        goals = self.fields["goals"].queryset
        found = set(goals.search(text).values_list("pk", flat=True)) if text else None
        for goal in goals:
            ticked = str(goal.pk) in chosen
            if goal.retired_at and not ticked:
                continue
            if ticked or found is None or goal.pk in found:
                group = groups.setdefault(goal.programme_id, {"programme": goal.programme, "goals": [], "ticked": 0})
                group["goals"].append({"goal": goal, "ticked": ticked, "number": number})
                group["ticked"] += ticked
                number += 1
        return list(groups.values())


class RunForm(forms.ModelForm):
    """One time that the module is given, by teachers of the school."""

    class Meta:
        model = ModuleRun
        fields = ["period", "starts", "ends", "teachers"]
        widgets = {
            "starts": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "ends": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "teachers": forms.CheckboxSelectMultiple,
        }
        help_texts = {"period": _("Bijvoorbeeld: Periode 2, of Najaar 2026.")}
        error_messages = {
            "period": {"required": _("Vul in hoe de periode heet.")},
            "starts": dict.fromkeys(("required", "invalid"), _("Kies de dag waarop de periode begint.")),
            "ends": dict.fromkeys(("required", "invalid"), _("Kies de dag waarop de periode eindigt.")),
        }

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        school = self.instance.module.school_id
        self.fields["teachers"].queryset = (
            User.objects.filter(
                Q(memberships__partner=school) | Q(memberships__partner__parent=school),
                memberships__role=roles.TEACHER,
                memberships__status=MembershipStatus.ACTIVE,
            )
            .distinct()
            .order_by("first_name", "last_name", "pk")
        )

    def clean(self) -> dict:
        cleaned = super().clean()
        starts, ends = cleaned.get("starts"), cleaned.get("ends")
        if starts and ends and ends <= starts:
            self.add_error("ends", _("Kies een datum na de begindatum."))
        return cleaned


class GoalForm(forms.ModelForm):
    """A learning goal in plain language."""

    company_says = LinesField(
        label=_("Wat zegt een bedrijf?"),
        help_text=_("Zinnen van bedrijven die dit leerdoel nodig hebben. Zet elke zin op een eigen regel."),
        room=SENTENCE,
    )
    keywords = LinesField(
        label=_("Trefwoorden"),
        help_text=_("Gewone woorden die in zo'n vraag staan. Zet elk woord op een eigen regel."),
        room=KEYWORD,
    )
    twins = forms.BooleanField(label=_("Ook bij de andere opleidingen met dit leerdoel"), required=False, initial=True)

    class Meta:
        model = LearningGoal
        fields = ["explanation", "company_says", "keywords"]
        labels = {"explanation": _("Uitleg in gewone taal")}
        help_texts = {"explanation": _("Wat doet een student hier? Schrijf zoals je het aan een leerling vertelt.")}
        widgets = {"explanation": forms.Textarea(attrs={"rows": 5})}
        error_messages = {"explanation": {"max_length": _("Maak de uitleg korter: hoogstens 1500 tekens.")}}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["explanation"].required = True
        self.fields["explanation"].error_messages["required"] = _("Schrijf een uitleg.")


class ImportForm(forms.Form):
    """A file with learning goals, programmes, electives or explanations."""

    file = forms.FileField(
        label=_("Bestand"),
        help_text=_("Een CSV-bestand, een CASE-pakket (JSON) of uitleg per leerdoel (JSON). Hoogstens 10 MB."),
        max_length=200,
        error_messages={
            "required": _("Kies een bestand."),
            "empty": _("Het bestand is leeg."),
            "invalid": _("Kies een bestand."),
            "missing": _("Kies een bestand."),
        },
    )

    def clean_file(self):
        """The text of the file in `cleaned_data["text"]`."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("Het bestand is groter dan 10 MB. Splits het op."))
        try:
            text = file.read().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise forms.ValidationError(_("Het bestand is geen UTF-8. Bewaar het als ‘CSV UTF-8’.")) from error
        if unwritable(text):
            raise forms.ValidationError(_("Het bestand bevat tekens die geen tekst zijn."))
        self.cleaned_data["text"] = text
        return file
