"""Shape of input for matching rounds."""

from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from modules.models import Level, Module, ModuleRun
from oil_portal.core.templatetags.written import Written
from partners import roles
from partners.models import Partner, User
from projects.forms.project import DATE_ERRORS, DateInput
from projects.models import (
    Application,
    CoachLimit,
    LabPlaces,
    MatchingRound,
    Pair,
    Project,
    RoundProject,
    SeatRule,
)
from projects.reasons import Names
from projects.workflow import LIVE_APPLICATION, ProjectStatus

CHOOSE = {"invalid_choice": _("Kies er een uit de lijst."), "required": _("Kies er een uit de lijst.")}
NUMBER = {
    "required": _("Vul een aantal in."),
    "invalid": _("Vul een heel getal in."),
    "min_value": _("Vul 0 of meer in."),
    "max_value": _("Vul een kleiner getal in."),
}
MANY = {
    "required": _("Kies er minstens een."),
    "invalid_choice": _("Een keuze staat niet meer in de lijst. Kies opnieuw."),
    "invalid_pk_value": _("Een keuze staat niet meer in de lijst. Kies opnieuw."),
}


class RunsField(forms.ModelMultipleChoiceField):
    """Names the module, its period and dates."""

    def label_from_instance(self, run: ModuleRun) -> str:
        dates = f"{date_format(run.starts, 'j b Y')} – {date_format(run.ends, 'j b Y')}"
        return f"{run}, {run.module.school} ({dates})"


class RoundForm(forms.ModelForm):
    """Name, who may take part, dates and how places are weighed."""

    school = forms.ModelChoiceField(
        label=_("School"), queryset=Partner.objects.none(), empty_label=None, error_messages=CHOOSE
    )
    runs = RunsField(
        label=_("Wie mag meedoen?"),
        help_text=_("Alle studenten van deze modules. Een andere school mag ook: haar docenten lezen dan mee."),
        queryset=ModuleRun.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages=MANY | {"required": _("Kies wie mag meedoen.")},
    )

    class Meta:
        model = MatchingRound
        fields = [
            "school", "title", "runs", "opens_on", "closes_on", "publishes_on", "harm", "favourite_weight", "unranked",
        ]  # fmt: skip
        widgets = {
            "opens_on": DateInput, "closes_on": DateInput, "publishes_on": DateInput, "harm": forms.RadioSelect,
        }  # fmt: skip
        labels = {
            "title": _("Naam van de ronde"),
            "opens_on": _("Kiezen kan vanaf"),
            "closes_on": _("Kiezen kan tot en met"),
            "publishes_on": _("Studenten horen in welk team ze zitten op"),
            "harm": _("Hoe zwaar telt een lagere keus?"),
            "favourite_weight": _("Hoe zwaar telt de voorkeur van de docent?"),
            "unranked": _("Wie geen plek heeft bij een eigen keus, mag ook ergens anders geplaatst worden"),
        }
        help_texts = {
            "favourite_weight": _("0: telt niet mee. 100: de hoogste voorkeur weegt even zwaar als één keus lager."),
            "publishes_on": _("Dan publiceert het portaal het voorstel dat jij koos. Koos je niets, dan het nieuwste."),
        }
        error_messages = {
            "title": {"required": _("Geef de ronde een naam.")},
            "opens_on": DATE_ERRORS,
            "closes_on": DATE_ERRORS,
            "publishes_on": DATE_ERRORS,
            "harm": CHOOSE,
            "favourite_weight": NUMBER | {"max_value": _("Vul een getal in van 0 tot en met 100.")},
        }

    def __init__(self, *args, user: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        schools = Partner.objects.filter(kind=Partner.Kind.SCHOOL)
        if not user.is_superuser:
            schools = schools.filter(pk__in=roles.school_ids(user, roles.COORDINATOR))
        self.fields["school"].queryset = schools
        self.fields["school"].initial = schools.first()
        runs = ModuleRun.objects.select_related("module__school")
        chosen = self.instance.runs.values("pk") if self.instance.pk else ModuleRun.objects.none()
        self.fields["runs"].queryset = runs.not_ended() | runs.filter(pk__in=chosen)
        if self.instance.pk:
            del self.fields["school"]  # a round stays where it is

    def clean(self) -> dict:
        """Say at the field what the database would say of the whole."""
        data = super().clean()
        opens, closes, publishes = data.get("opens_on"), data.get("closes_on"), data.get("publishes_on")
        if opens and closes and closes < opens:
            self.add_error("closes_on", _("Kies een sluitdatum die niet voor de begindatum ligt."))
        if closes and publishes and publishes <= closes:
            self.add_error("publishes_on", _("Publiceer na de dag waarop kiezen sluit."))
        return data


def candidates(round_: MatchingRound) -> QuerySet[Project]:
    """Open projects of the round's school or runs that can join: nobody applied, and they are in no other round."""
    live = Application.objects.filter(project=OuterRef("pk"), status__in=LIVE_APPLICATION)
    free = Project.objects.filter(~Exists(live), entry=None, status=ProjectStatus.OPEN)
    ours = Q(run__module__school=round_.school) | Q(run__in=round_.runs.values("pk"))
    found = free.filter(ours) | Project.objects.filter(entry__round=round_)
    return found.select_related("assignment__challenge__partner", "run__module").order_by("title", "pk")


class ProjectsField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, project: Project) -> str:
        return f"{project.title} ({project.challenge.partner}, {project.min_size}–{project.max_size})"


class ProjectsForm(forms.Form):
    """Which projects are in the round."""

    projects = ProjectsField(
        label=_("Projecten"),
        queryset=Project.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages=MANY,
    )

    def __init__(self, *args, round_: MatchingRound, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["projects"].queryset = candidates(round_)
        self.fields["projects"].initial = list(round_.entries.values_list("project", flat=True))


class EntryForm(forms.ModelForm):
    """The rules of one project in the round."""

    levels = forms.TypedMultipleChoiceField(
        label=_("Welke niveaus?"), help_text=_("Niets aangevinkt: alle niveaus."), required=False, coerce=int,
        choices=Level.choices, widget=forms.CheckboxSelectMultiple, error_messages=MANY,
    )  # fmt: skip
    modules = forms.ModelMultipleChoiceField(
        label=_("Welke modules?"), help_text=_("Niets aangevinkt: alle modules van de ronde."), required=False,
        queryset=Module.objects.none(), widget=forms.CheckboxSelectMultiple, error_messages=MANY,
    )  # fmt: skip

    class Meta:
        model = RoundProject
        fields = ["must_run", "block", "loads", "levels", "modules"]
        labels = {
            "must_run": _("Dit project gaat zeker door"),
            "block": _("Dagdeel in het lab"),
            "loads": _("Studielast"),
        }
        help_texts = {"block": _("Bijvoorbeeld: dinsdagmiddag. Alleen nodig als een lab weinig plek heeft.")}
        error_messages = {"loads": CHOOSE}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["modules"].queryset = Module.objects.filter(runs__rounds=self.instance.round).distinct()


# --- Rules of the round -----------------------------------------------------------------------------------------
def tags_of(names: Names) -> list[tuple[str, str]]:
    """[(tag, words)] for the kinds of student that a seat rule can ask for: levels, modules and labs of the round."""
    modules = names.taught.values()
    levels = sorted({module.level for module in modules})
    labs = {module.lab for module in modules if module.lab_id}
    return [
        *((f"level:{level}", str(Level(level).label)) for level in levels),
        *((f"lab:{lab.pk}", _t("modules van %(lab)s") % {"lab": lab}) for lab in sorted(labs, key=str)),
        *((f"module:{module.pk}", str(module)) for module in modules),
    ]


class RuleForm(forms.ModelForm):
    """A rule of a round; `choices` of what it is about are those of the round, by `names` that were read once."""

    def __init__(self, *args, round_: MatchingRound, names: Names, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.instance.round = round_
        self.round, self.names = round_, names

    def offer(self, name: str, queryset, chosen: dict[int, object], empty: str) -> None:
        """What may be chosen: `queryset` judges it, `chosen` are its rows in words."""
        self.fields[name].queryset = queryset
        self.fields[name].choices = [("", empty), *((pk, Written(words)) for pk, words in chosen.items())]


class SeatRuleForm(RuleForm):
    tag = forms.ChoiceField(label=_("Soort student"), error_messages=CHOOSE)

    class Meta:
        model = SeatRule
        fields = ["entry", "tag", "minimum", "maximum"]
        labels = {"entry": _("Project"), "minimum": _("Minstens"), "maximum": _("Hoogstens")}
        error_messages = {"entry": CHOOSE, "minimum": NUMBER, "maximum": NUMBER}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.offer("entry", self.round.entries, self.names.entries, _("Alle projecten"))
        self.fields["tag"].choices = tags_of(self.names)
        self.fields["minimum"].initial = 1

    def clean(self) -> dict:
        """A rule that asks nothing is none."""
        data = super().clean()
        if data.get("minimum") == 0 and data.get("maximum") is None and "maximum" not in self.errors:
            self.add_error("minimum", _("Vul bij ‘Minstens’ 1 of meer in, of vul ‘Hoogstens’ in."))
        return data


class CoachLimitForm(RuleForm):
    class Meta:
        model = CoachLimit
        fields = ["coach", "most"]
        labels = {"coach": _("Begeleider"), "most": _("Hoogstens zoveel teams")}
        error_messages = {"coach": CHOOSE, "most": NUMBER}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        coaches = User.objects.filter(coached__entry__round=self.round).distinct()
        self.offer("coach", coaches, self.names.coaches, _("Kies een begeleider"))


class LabPlacesForm(RuleForm):
    class Meta:
        model = LabPlaces
        fields = ["lab", "block", "places"]
        labels = {"lab": _("Lab"), "block": _("Dagdeel"), "places": _("Plekken")}
        help_texts = {"block": _("Hetzelfde dagdeel als bij het project. Leeg: projecten zonder dagdeel.")}
        error_messages = {"lab": CHOOSE, "places": NUMBER}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        labs = Partner.objects.filter(lab_projects__entry__round=self.round).distinct()
        self.offer("lab", labs, self.names.labs, _("Kies een lab"))


class PairForm(RuleForm):
    class Meta:
        model = Pair
        fields = ["student", "project", "kind"]
        labels = {"student": _("Student"), "project": _("Project"), "kind": _("Regel")}
        error_messages = {"student": CHOOSE, "project": CHOOSE, "kind": CHOOSE}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        students = User.objects.filter(participations__round=self.round)
        self.offer("student", students, self.names.people, _("Kies een student"))
        projects = Project.objects.filter(entry__round=self.round)
        self.offer("project", projects, self.names.projects, _("Kies een project"))
        self.fields["kind"].choices = Pair.Kind.choices


RULE_FORMS = {"plekken": SeatRuleForm, "begeleider": CoachLimitForm, "lab": LabPlacesForm, "paar": PairForm}


# --- Dropping out and coming late -------------------------------------------------------------------------------
class DropOutForm(forms.Form):
    student = forms.ModelChoiceField(
        label=_("Wie valt uit?"), queryset=User.objects.none(), empty_label=_("Kies een student"), error_messages=CHOOSE
    )
    remark = forms.CharField(
        label=_("Bericht aan de student"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args, round_: MatchingRound, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        taking = User.objects.filter(participations__round=round_, participations__left_at=None)
        self.fields["student"].queryset = taking.order_by("first_name", "last_name", "pk")

    def values(self) -> dict:
        """For `drop_out`."""
        return self.cleaned_data


class LateForm(forms.Form):
    """A student who comes late, with up to three projects, the best first."""

    student = forms.ModelChoiceField(
        label=_("Wie komt erbij?"), queryset=User.objects.none(), empty_label=_("Kies een student"),
        help_text=_("Studenten van de modules van deze ronde die nog geen plek hebben."), error_messages=CHOOSE,
    )  # fmt: skip
    first = forms.ModelChoiceField(label=_("Eerste keus"), queryset=Project.objects.none(), error_messages=CHOOSE)
    second = forms.ModelChoiceField(
        label=_("Tweede keus"), queryset=Project.objects.none(), required=False, error_messages=CHOOSE
    )
    third = forms.ModelChoiceField(
        label=_("Derde keus"), queryset=Project.objects.none(), required=False, error_messages=CHOOSE
    )

    def __init__(self, *args, round_: MatchingRound, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        seated = Application.objects.filter(matching_round=round_, status="placed").values("student")
        enrolled = User.objects.filter(enrolments__run__rounds=round_).exclude(pk__in=seated).distinct()
        self.fields["student"].queryset = enrolled.order_by("first_name", "last_name", "pk")
        for name in ("first", "second", "third"):
            open_ = Project.objects.filter(entry__round=round_, status=ProjectStatus.OPEN)
            self.fields[name].queryset = open_
            self.fields[name].empty_label = _("Kies een project")

    def values(self) -> dict:
        """For `come_late`: the chosen projects, each once, the best first."""
        chosen = [self.cleaned_data.get(name) for name in ("first", "second", "third")]
        projects = list(dict.fromkeys(project for project in chosen if project))
        return {"student": self.cleaned_data["student"], "projects": projects}
