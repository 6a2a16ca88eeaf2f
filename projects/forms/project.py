"""Shape of input for projects. Each `save` is one call of a service."""

from datetime import date, timedelta

from django import forms
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from challenges.models import Assignment, GoalLink
from modules.models import Module, ModuleRun
from oil_portal.core import clock
from partners import roles
from partners.models import Partner, User
from partners.workflow import MembershipStatus, PartnerStatus
from projects import services
from projects.models import Achievement, Application, Outcome, Project

DATE_ERRORS = {"required": _("Kies een datum."), "invalid": _("Kies een datum die bestaat.")}
BY_NAME = ("first_name", "last_name", "pk")
WEEKS_TO_APPLY, WEEKS_TO_CHOOSE, WEEKS_TO_WORK = 3, 2, 10


class DateInput(forms.DateInput):
    """The browser's own date field, which wants ISO dates."""

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d", attrs={"type": "date"})


def runs_for(user, assignment: Assignment) -> QuerySet[ModuleRun]:
    """Runs that go on, at the user's schools."""
    runs = ModuleRun.objects.not_ended()
    if not user.is_superuser:
        runs = runs.filter(module__school__in=roles.school_ids(user, roles.TEACHER, roles.COORDINATOR))
    return best_first(runs, assignment)


def best_first(runs: QuerySet[ModuleRun], assignment: Assignment) -> QuerySet[ModuleRun]:
    """Modules that teach the assignment's goals first (`shared`: how many)."""
    goals = GoalLink.objects.filter(assignment=assignment).values("goal")  # `links` may hold rows that were read
    shared = Module.goals.through.objects.filter(module=OuterRef("module"), learninggoal__in=goals).order_by()
    count = Coalesce(Subquery(shared.values("module").annotate(count=Count("pk")).values("count")), 0)
    ordered = runs.annotate(shared=count).order_by("-shared", "starts", "module__title", "pk")
    return ordered.select_related("module")


def teachers_for(user) -> QuerySet[User]:
    """Who can coach: the active teachers of the user's schools."""
    teaching = Q(memberships__role=roles.TEACHER, memberships__status=MembershipStatus.ACTIVE)
    if not user.is_superuser:
        schools = roles.school_ids(user, roles.TEACHER, roles.COORDINATOR)
        teaching &= Q(memberships__partner__in=schools) | Q(memberships__partner__parent__in=schools)
    people = User.objects.filter(teaching).values("pk")  # a subquery: two memberships are still one person
    return User.objects.filter(pk__in=people).order_by(*BY_NAME)


LEAST_MOTIVATION = 15  # characters


class RunField(forms.ModelChoiceField):
    """Names the module, its period and how many of the goals it teaches."""

    def label_from_instance(self, run: ModuleRun) -> str:
        dates = f"{date_format(run.starts, 'j b Y')} – {date_format(run.ends, 'j b Y')}"
        shared = getattr(run, "shared", 0)
        if not shared:
            return f"{run} ({dates})"
        goals = ngettext("%(count)s leerdoel past", "%(count)s leerdoelen passen", shared) % {"count": shared}
        return f"{run} ({dates}), {goals}"


class PlanForm(forms.ModelForm):
    """Opens a project of an assignment, or changes the plan of one that is open."""

    run = RunField(
        queryset=ModuleRun.objects.none(),
        label=_("Module en periode"),
        help_text=_("Modules die dezelfde leerdoelen hebben staan bovenaan."),
        empty_label=_("Kies een module"),
        error_messages={"required": _("Kies een module.")},
    )

    class Meta:
        model = Project
        fields = ["run", "lab", "coach", "min_size", "max_size", "closing_date", "starts", "ends"]
        widgets = {"closing_date": DateInput, "starts": DateInput, "ends": DateInput}
        labels = {
            "lab": _("Lab"),
            "coach": _("Begeleider"),
            "min_size": _("Minste aantal studenten"),
            "max_size": _("Meeste aantal studenten"),
            "closing_date": _("Aanmelden kan tot en met"),
            "starts": _("Het team begint op"),
            "ends": _("Het team is klaar op"),
        }
        error_messages = {
            "coach": {"required": _("Kies een docent als begeleider.")},
            "min_size": {"required": _("Vul een aantal in.")},
            "max_size": {"required": _("Vul een aantal in.")},
            "closing_date": DATE_ERRORS,
            "starts": DATE_ERRORS,
            "ends": DATE_ERRORS,
        }
        help_texts = {
            "closing_date": _(
                "Kies het team binnen 14 dagen daarna. Anders begint het portaal met wie al een plek heeft. "
                "Zijn dat er te weinig, dan sluit het portaal het project."
            ),
            "min_size": _("Met minder studenten begint het team niet."),
        }

    def __init__(self, *args, assignment: Assignment, user: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.assignment, self.user = assignment, user
        old = self.instance
        self.fields["run"].queryset = runs = runs_for(user, assignment)
        self.fields["coach"].queryset = coaches = teachers_for(user)
        self.fields["coach"].empty_label = _("Kies een docent")
        self.fields["lab"].queryset = Partner.objects.filter(kind=Partner.Kind.LAB, status=PartnerStatus.ACCEPTED)
        self.fields["lab"].empty_label = _("Geen lab")
        if old.pk:  # what was chosen before stays a choice, also by a colleague of another school
            others = ModuleRun.objects.filter(pk=old.run_id) | ModuleRun.objects.filter(pk__in=runs.values("pk"))
            self.fields["run"].queryset = best_first(others, assignment)
            people = User.objects.filter(Q(pk=old.coach_id) | Q(pk__in=coaches.values("pk")))
            self.fields["coach"].queryset = people.order_by(*BY_NAME)
        elif not self.is_bound:
            self.initial |= first_plan(runs.first(), user)

    def clean(self) -> dict:
        """Say at the field what the database would say of the whole."""
        data = super().clean()
        closing, starts, ends = data.get("closing_date"), data.get("starts"), data.get("ends")
        if data.get("min_size") and data.get("max_size") and data["min_size"] > data["max_size"]:
            self.add_error("max_size", _("Het meeste aantal is niet kleiner dan het minste aantal."))
        if closing and starts and closing > starts:
            self.add_error("closing_date", _("Sluit de aanmelding voordat het team begint."))
        if starts and ends and ends <= starts:
            self.add_error("ends", _("De einddatum ligt na de begindatum."))
        judged = {name: data.get(name) for name in ("run", "coach", "closing_date", "starts", "ends")}
        if "closing_date" not in self.changed_data:
            judged["closing_date"] = None
        for name, message in services.plan_errors(**judged).items():
            if name not in self.errors:
                self.add_error(name, message)
        return data

    def save(self, actor: User) -> Project:
        """Raises ValidationError, Refusal or PermissionDenied."""
        if self.instance.pk:
            return services.edit_project(project=self.instance, actor=actor, **self.cleaned_data)
        return services.open_project(assignment=self.assignment, actor=actor, **self.cleaned_data)


def first_plan(run: ModuleRun | None, user) -> dict:
    """A plan to begin from: the run's own dates where there is time to apply, else three weeks and two to choose."""
    closing = clock.today() + timedelta(weeks=WEEKS_TO_APPLY)
    starts = next_monday(closing + timedelta(weeks=WEEKS_TO_CHOOSE))
    ends = starts + timedelta(weeks=WEEKS_TO_WORK, days=-3)
    if run:
        if run.starts >= clock.today() + timedelta(weeks=1):
            starts, closing = run.starts, run.starts - timedelta(days=3)
        ends = run.ends if run.ends > starts else ends
    return {
        "run": run,
        "lab": run.module.lab_id if run else None,
        "coach": user.pk if roles.has(user, roles.TEACHER) else None,
        "closing_date": closing,
        "starts": starts,
        "ends": ends,
    }


def next_monday(day: date) -> date:
    return day + timedelta(days=-day.weekday() % 7)


class ApplyForm(forms.ModelForm):
    """A student asks for a seat."""

    class Meta:
        model = Application
        fields = ["motivation"]
        labels = {"motivation": _("Waarom past dit bij jou?")}
        help_texts = {"motivation": _("Twee of drie zinnen is genoeg.")}
        widgets = {"motivation": forms.Textarea(attrs={"rows": 6})}
        error_messages = {"motivation": {"required": _("Schrijf in twee of drie zinnen waarom dit bij je past.")}}

    def clean_motivation(self) -> str:
        """A word is no motivation: it wastes the teacher's time and the student's chance."""
        motivation = self.cleaned_data["motivation"]
        if len(motivation.strip()) < LEAST_MOTIVATION:
            raise forms.ValidationError(_("Schrijf iets meer. Twee of drie zinnen is genoeg."))
        return motivation

    def save(self, project: Project, actor: User) -> Application:
        """Raises Refusal or PermissionDenied."""
        return services.apply(project=project, actor=actor, motivation=self.cleaned_data["motivation"])


class ConfirmForm(forms.Form):
    """What one side says of the goals: the ticked achievements (ids) were reached, the others were not."""

    reached = forms.TypedMultipleChoiceField(coerce=int, required=False, label=_("Behaalde leerdoelen"))
    none = forms.BooleanField(required=False, label=_("Geen enkel leerdoel is behaald"))

    def __init__(self, *args, side: str, achievements: list[Achievement], **kwargs) -> None:
        super().__init__(*args, auto_id=f"{side}-%s", **kwargs)
        self.side, self.achievements = side, achievements
        self.fields["reached"].choices = [(row.pk, str(row.goal)) for row in achievements]
        self.fields["reached"].error_messages["invalid_choice"] = _("Kies leerdoelen uit de lijst.")

    def clean(self) -> None:
        """Nothing ticked is asked once more: who only presses "Bevestig" means yes, and would say no to every goal."""
        if not self.errors and not (self.cleaned_data["reached"] or self.cleaned_data["none"]):
            self.add_error("none", _("Je vinkte geen leerdoel aan. Klopt dat? Zet dan hier een vinkje."))

    def ticked(self) -> set[int]:
        """The achievements (ids) to show as ticked: what was sent, else what this side said before."""
        if not self.is_bound:
            return {row.pk for row in self.achievements if getattr(row, f"{self.side}_says")}
        sent = set(self.data.getlist("reached"))
        return {row.pk for row in self.achievements if str(row.pk) in sent}

    def students(self) -> list[dict]:
        """Who has a column, with the name that this side knows: a company reads no surnames."""
        people = {row.student_id: row.student for row in self.achievements}
        return [{"pk": pk, "name": self._name(student)} for pk, student in people.items()]

    def _name(self, student: User) -> str:
        return str(student) if self.side == "teacher" else student.first_and_initial

    def table(self) -> list[dict]:
        """A row per goal with a cell per student: whether it is ticked, and what the other sides said."""
        ticked, students = self.ticked(), self.students()
        goals: dict = {}
        for row in self.achievements:
            goals.setdefault(row.goal, {})[row.student_id] = {
                "pk": row.pk,
                "ticked": row.pk in ticked,
                "counts": row.achieved,
                "others": [(side, getattr(row, f"{side}_says")) for side in Achievement.SIDES if side != self.side],
            }
        return [
            {"goal": goal, "cells": [{"name": one["name"], **cells.get(one["pk"], {})} for one in students]}
            for goal, cells in goals.items()
        ]

    def save(self, project: Project, actor: User) -> None:
        """Raises NotNow or PermissionDenied."""
        reached = set(self.cleaned_data["reached"])
        services.confirm_goals(project=project, actor=actor, side=self.side, reached=reached)


class OutcomeForm(forms.ModelForm):
    """What came of a project and where it continues."""

    class Meta:
        model = Outcome
        fields = ["summary", "result", "follow_up", "follow_up_lab", "next_challenge", "follow_up_note"]
        labels = {
            "summary": _("De uitkomst in één of twee zinnen"),
            "result": _("Wat ligt er nu?"),
            "follow_up": _("Hoe gaat het verder?"),
            "follow_up_lab": _("Met welk lab?"),
            "next_challenge": _("Welk vraagstuk volgt?"),
            "follow_up_note": _("Toelichting"),
        }
        error_messages = {
            "summary": {"required": _("Schrijf in één of twee zinnen wat het project opleverde.")},
            "result": {"required": _("Schrijf op wat er nu ligt.")},
            "follow_up": {"required": _("Kies hoe het verder gaat.")},
        }
        help_texts = {
            "summary": _("Iedereen leest dit bij het project."),
            "result": _("Bijvoorbeeld een prototype, een advies of een meting. Schrijf elk op een eigen regel."),
            "follow_up_lab": _("Alleen als het verder gaat in een lab."),
            "next_challenge": _("Alleen als er een volgend vraagstuk is."),
        }
        widgets = {
            "summary": forms.Textarea(attrs={"rows": 3}),
            "result": forms.Textarea(attrs={"rows": 6}),
            "follow_up_note": forms.Textarea(attrs={"rows": 3}),
            "follow_up": forms.RadioSelect,
        }

    def __init__(self, *args, project: Project, user: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.project = project
        self.fields["follow_up"].choices = Outcome.FollowUp.choices
        self.fields["follow_up_lab"].empty_label = _("Geen lab")
        following = services.next_challenges(project).visible_to(user)
        if self.instance.next_challenge_id:
            following |= services.next_challenges(project).filter(pk=self.instance.next_challenge_id)
        self.fields["next_challenge"].queryset = following
        self.fields["next_challenge"].empty_label = _("Nog niet bekend")

    def clean(self) -> dict:
        """A lab or a challenge belongs to its own follow-up; another choice forgets it."""
        data = super().clean()
        if data.get("follow_up") != Outcome.FollowUp.LAB:
            data["follow_up_lab"] = None
        elif not data.get("follow_up_lab") and "follow_up_lab" not in self.errors:
            self.add_error("follow_up_lab", _("Kies het lab waar het verder gaat."))
        if data.get("follow_up") != Outcome.FollowUp.CHALLENGE:
            data["next_challenge"] = None
        return data

    def save(self, actor: User) -> Outcome:
        """Raises ValidationError, NotNow or PermissionDenied."""
        return services.record_outcome(project=self.project, actor=actor, **self.cleaned_data)
