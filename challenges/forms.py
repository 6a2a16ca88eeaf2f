"""Shape of input only: choices are cut by what the user may pick, the rules are in services.py."""

from django import forms
from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _

from challenges.models import Assignment, Challenge, Location, Theme
from modules.models import LearningGoal, Module, taught_by
from partners import roles
from partners.models import Membership, Partner, User
from partners.workflow import LIVE_PARTNER, MembershipStatus


class ChallengeForm(forms.ModelForm):
    """The company's question. `partner` is asked only of a contact of several organisations."""

    partner = forms.ModelChoiceField(
        label=_("Namens welke organisatie?"),
        queryset=Partner.objects.none(),
        empty_label=_("Kies een organisatie"),
        error_messages={
            "required": _("Kies namens welke organisatie je schrijft."),
            "invalid_choice": _("Kies een organisatie uit de lijst."),
        },
    )
    theme = forms.ChoiceField(
        label=_("Bij welk thema past je vraag?"),
        choices=[("", _("Kies een thema")), *Theme.choices],
        help_text=_("Kies wat het dichtst in de buurt komt."),
        error_messages={"required": _("Kies een thema."), "invalid_choice": _("Kies een thema uit de lijst.")},
    )
    location = forms.ChoiceField(
        label=_("Waar werkt het team?"),
        choices=Location.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Kies waar het team werkt."),
            "invalid_choice": _("Kies een plek uit de lijst."),
        },
    )
    confidential = forms.TypedChoiceField(
        label=_("Wie mag de details lezen?"),
        help_text=_("De titel en de naam van je organisatie ziet iedereen."),
        choices=[("False", _("Iedereen")), ("True", _("Alleen docenten, makelaars en het gekozen team"))],
        coerce=lambda value: value == "True",
        widget=forms.RadioSelect,
        initial="False",
        error_messages={
            "required": _("Kies wie de details mag lezen."),
            "invalid_choice": _("Kies wie de details mag lezen."),
        },
    )

    class Meta:
        model = Challenge
        fields = ["partner", "title", "question", "result", "theme", "location", "confidential"]
        labels = {
            "title": _("Titel"),
            "question": _("Wat is het probleem?"),
            "result": _("Wat moet er aan het eind liggen?"),
        }
        help_texts = {
            "title": _("Zeg in één zin wat er moet gebeuren. Begin met een werkwoord."),
            "question": _(
                "Schrijf voor iemand van 16 die je vak niet kent. Wat gaat er nu mis? Voor wie is dat lastig?"
            ),
            "result": _("Zet elk ding op een eigen regel. Bijvoorbeeld: een prototype, of een advies."),
        }
        error_messages = {
            "title": {
                "required": _("Schrijf een titel."),
                "max_length": _("Maak de titel korter: hoogstens %(limit_value)d tekens."),
            },
            "question": {"required": _("Schrijf wat het probleem is.")},
        }
        widgets = {"question": forms.Textarea(attrs={"rows": 8}), "result": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args, user: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        mine = Partner.objects.filter(pk__in=roles.partner_ids(user, roles.CONTACT), status__in=LIVE_PARTNER)
        self.partners = [] if self.instance.pk else list(mine)
        if len(self.partners) > 1:
            self.fields["partner"].queryset = mine
        else:
            del self.fields["partner"]

    @property
    def details(self) -> dict:
        """The values for a service; with the only partner filled in when there is nothing to choose."""
        if len(self.partners) == 1:
            return {"partner": self.partners[0], **self.cleaned_data}
        return self.cleaned_data


class AssignmentForm(forms.ModelForm):
    """The translation of a challenge, for students to read."""

    class Meta:
        model = Assignment
        fields = ["title", "summary", "text", "result", "level", "hours"]
        labels = {
            "title": _("Titel"),
            "summary": _("De opdracht in één of twee zinnen"),
            "text": _("De opdracht"),
            "result": _("Wat ligt er aan het eind?"),
            "level": _("Niveau"),
            "hours": _("Uren per student"),
        }
        help_texts = {
            "title": _("Zeg in één zin wat het team gaat doen. Begin met een werkwoord."),
            "summary": _("Studenten lezen dit op de kaart van het project. Hoogstens 250 tekens."),
            "text": _("Schrijf voor studenten. Wat is het probleem, wat gaan ze doen, en met wie?"),
            "result": _("Zet elk ding op een eigen regel."),
            "hours": _("Hoeveel uur werkt een student aan deze opdracht? Van 8 tot 1680 uur."),
        }
        error_messages = {
            "title": {"required": _("Schrijf een titel.")},
            "summary": {"required": _("Schrijf de opdracht in één of twee zinnen.")},
            "text": {"required": _("Schrijf de opdracht.")},
            "level": {"required": _("Kies een niveau.")},
            "hours": {
                "required": _("Vul in hoeveel uur een student werkt."),
                "invalid": _("Vul een heel getal in, bijvoorbeeld 80."),
                "min_value": _("Vul minstens 8 uur in."),
                "max_value": _("Vul hoogstens 1680 uur in."),
            },
        }
        widgets = {"text": forms.Textarea(attrs={"rows": 10}), "result": forms.Textarea(attrs={"rows": 4})}


class TeacherField(forms.ModelChoiceField):
    """Every active teacher, with the school or lab in the label, because teachers share names."""

    def __init__(self, **kwargs) -> None:
        teaching = Membership.objects.active().filter(role=roles.TEACHER)
        teachers = (
            User.objects.filter(memberships__role=roles.TEACHER, memberships__status=MembershipStatus.ACTIVE)
            .distinct()
            .order_by("first_name", "last_name", "pk")
            .prefetch_related(Prefetch("memberships", teaching.select_related("partner"), to_attr="teaching"))
        )
        kwargs.setdefault("error_messages", {})["invalid_choice"] = _("Kies een docent uit de lijst.")
        super().__init__(queryset=teachers, **kwargs)

    def label_from_instance(self, teacher: User) -> str:
        where = ", ".join(sorted({str(membership.partner) for membership in teacher.teaching}))
        return f"{teacher} ({where})"


class AcceptForm(forms.Form):
    """A broker accepts; the translator may be named at once or later."""

    translator = TeacherField(
        label=_("Wie maakt er een opdracht van?"),
        help_text=_("Kies je niemand, dan kan een docent het vraagstuk zelf nemen."),
        empty_label=_("Nog niemand"),
        required=False,
    )
    remark = forms.CharField(
        label=_("Opmerking"),
        help_text=_("Het bedrijf leest dit."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        required=False,
    )


class TranslatorForm(forms.Form):
    """A broker names the teacher who translates, or another one."""

    translator = TeacherField(
        label=_("Wie maakt er een opdracht van?"),
        help_text=_("De docent krijgt meteen een mail."),
        empty_label=_("Kies een docent"),
        error_messages={"required": _("Kies een docent.")},
    )


class ModuleField(forms.ModelChoiceField):
    def label_from_instance(self, module: Module) -> str:
        return f"{module.title} ({module.school})"


class GoalSearchForm(forms.Form):
    """Which goals to choose from: those of a module, or those that a search finds."""

    module = ModuleField(
        label=_("Leerdoelen van module"),
        queryset=Module.objects.select_related("school"),
        empty_label=_("Kies een module"),
        required=False,
        error_messages={"invalid_choice": _("Kies een module uit de lijst.")},
    )
    q = forms.CharField(label=_("Zoek in alle leerdoelen"), max_length=100, required=False)

    @classmethod
    def for_request(cls, request) -> "GoalSearchForm":
        """Bound to the address; without a choice in it, to the first module that the reader teaches."""
        data = request.GET.copy()
        if not data.get("module") and not data.get("q"):
            own = taught_by(request.user).order_by("-starts").values_list("module", flat=True).first()
            data["module"] = own or ""
        form = cls(data)
        form.is_valid()
        return form


class LinkForm(forms.Form):
    """One goal to link or to take off."""

    LINK, UNLINK = "link", "unlink"
    goal = forms.ModelChoiceField(queryset=LearningGoal.objects.all())
    do = forms.ChoiceField(choices=[(LINK, LINK), (UNLINK, UNLINK)])
