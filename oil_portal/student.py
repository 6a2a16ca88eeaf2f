"""What a student's start page shows: choices per round, applications, what fits, what was saved, dates and goals.

Reads only; the number of queries does not grow with what there is. All projects on the page are read at once.
"""

from datetime import date, timedelta
from typing import NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import JSONObject
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from challenges.models import Challenge, GoalLink
from modules.models import Enrolment, LearningGoal
from oil_portal.core import clock
from oil_portal.core.prepared import address, prepared
from oil_portal.core.templatetags.course import Track, track_of
from oil_portal.core.templatetags.parts import status_word
from projects.calendar import days
from projects.choosing import PLACES
from projects.fitting import fitting, taste_of
from projects.models import Achievement, Application, MatchingRound, Participant, Preference, Project
from projects.services import DECISION_DAYS
from projects.workflow import LIVE_ROUND, ApplicationStatus, ProjectStatus, RoundStatus

LISTED, FITTING, DATES = 6, 4, 6
OFFERED = {name: name for name in ("pk", "title", "closing_date")} | {
    "status": "entry__round__status", "closes_on": "entry__round__closes_on",
}  # fmt: skip
REMEMBERED = timedelta(days=30)  # so long a published round stays on the page


class Applied(NamedTuple):
    """An application: the teeth of its project, how many are open to the student, and what follows when."""

    url: str
    title: str
    hue: str
    states: tuple[str, ...]
    open: int
    partner: str
    state: str
    track: Track
    following: str


class Offered(NamedTuple):
    """A project that is open: until when one applies, or chooses it in the matching round that fills it; `last` is
    None for a round that is closed."""

    url: str
    title: str
    in_round: bool
    last: date | None

    @classmethod
    def told(cls, pk: int, title: str, closing_date: str, status: str | None, closes_on: str | None) -> "Offered":
        in_round = status in LIVE_ROUND
        last = closing_date if not in_round else closes_on if status == RoundStatus.OPEN else None
        return cls(address("projects:detail", pk), title, in_round, last and date.fromisoformat(last))


class Saved(NamedTuple):
    """A challenge that the student saved, with its projects that are open."""

    url: str
    title: str
    partner: str
    projects: tuple[Offered, ...]


class Goal(NamedTuple):
    """A goal of a module: achieved ("done"), in a project at work ("busy"), or open."""

    title: str
    code: str
    state: str


class Followed(NamedTuple):
    """A module that the student follows, and how many of its goals are done and busy."""

    url: str
    run: str
    title: str
    hue: str
    goals: tuple[Goal, ...]
    done: int
    busy: int


class Coming(NamedTuple):
    """Something on a day to come."""

    day: date
    label: str
    path: str
    about: str
    is_next: bool


def student_section(user) -> dict:
    """All parts of the page, by name."""
    taste, today = taste_of(user), clock.today()
    taking = rounds(user)
    applied = _applied(user)
    coming = [each for each in days(taking, applied) if each.day >= today][:DATES]
    shown = [each for each in taking if is_shown(each)]
    wanted = {choice["project"] for each in shown for choice in each.wishes}
    fits, projects = fitting(user, taste, FITTING, wanted | {each.project_id for each in applied[:LISTED]})
    for each in shown:
        each.choices = [
            {"project": projects[choice["project"]], "place": PLACES[choice["rank"] - 1]} for choice in each.wishes
        ]
    for application in applied[:LISTED]:
        application.project = projects[application.project_id]
    return {
        "rounds": sorted(shown, key=lambda each: (each.closes_on, each.pk)),
        "applications": [as_applied(application) for application in applied[:LISTED]],
        "fitting": fits,
        "kept": saved(user),
        "modules": followed(user, taste.reader.achieved),
        "dates": [
            Coming(each.day, each.label, each.path, str(each.about), number == 0) for number, each in enumerate(coming)
        ],
        "interests": taste.interests,
    }


def student_reads(user) -> list[tuple]:
    """What the start page of a student asks for sure, for `ahead`."""
    return [(read, user) for read in (_applied, _parts, _rounds, _saved, _followed)]


@prepared
def _applied(user) -> QuerySet[Application]:
    mine = Application.objects.filter(student=user).exclude(status=ApplicationStatus.WITHDRAWN)
    mine = mine.annotate(
        unsaid=Exists(Achievement.objects.filter(project=OuterRef("project"), student=user, student_says=None))
    )
    read = mine.select_related("project").defer("motivation", "project__text", "project__document")
    return read.order_by("-created_at", "-pk")


def is_shown(round_: MatchingRound) -> bool:
    """Whether a round is under way, or was published lately."""
    if round_.status == RoundStatus.PUBLISHED:
        return round_.publishes_on >= clock.today() - REMEMBERED
    return round_.status in (RoundStatus.OPEN, RoundStatus.CLOSED)


def rounds(user) -> list[MatchingRound]:
    """The rounds of the student, each with `part` and its `wishes`, in order; two queries."""
    found = _rounds(user)
    parts = {part.round_id: part for part in _parts(user)} if found else {}
    for each in found:
        each.part = parts.get(each.pk)
        each.wishes = each.part.chosen if each.part else []
    return found


@prepared
def _parts(user) -> QuerySet[Participant]:
    choices = Preference.objects.filter(participant=OuterRef("pk")).order_by("rank", "pk")
    chosen = ArraySubquery(choices.values(choice=JSONObject(project="project", rank="rank")))
    return Participant.objects.filter(student=user).annotate(chosen=chosen)


@prepared
def _rounds(user) -> QuerySet[MatchingRound]:
    return MatchingRound.objects.for_student(user)


def as_applied(application: Application) -> Applied:
    """Expects its project as `fitting` dresses it."""
    project = application.project
    return Applied(
        project.get_absolute_url(), project.title, project.hue, tuple(project.states), project.still_open,
        project.assignment.challenge.partner.name, status_word(application),
        track_of(Application, application.status), following(application),
    )  # fmt: skip


def following(application: Application) -> str:
    """What happens next with an application, with its date; "" when nothing does."""
    project = application.project
    said = lambda day: date_format(day, "j F")
    if application.status == ApplicationStatus.SUBMITTED:
        answer = project.closing_date + timedelta(days=DECISION_DAYS)
        return _("De docent kiest het team. Uiterlijk op %(day)s hoor je het.") % {"day": said(answer)}
    if application.status != ApplicationStatus.PLACED:
        return ""
    return {
        ProjectStatus.OPEN: _("Je zit in het team. Het begint op %(day)s.") % {"day": said(project.starts)},
        ProjectStatus.RUNNING: _("Jullie zijn bezig. Het team is klaar op %(day)s.") % {"day": said(project.ends)},
        ProjectStatus.CONFIRMING: _("Het project wordt afgerond. Zeg welke leerdoelen je hebt behaald.")
        if application.unsaid
        else _("Het project wordt afgerond. Jij hebt al gezegd wat je hebt behaald."),
    }.get(project.status, "")


def saved(user) -> list[Saved]:
    """The challenges that the student saved, newest first; one query."""
    return [
        Saved(address("challenges:detail", pk), title, partner, tuple(
            Offered.told(**each) for each in projects
        ))
        for pk, title, partner, projects in _saved(user)
    ]  # fmt: skip


@prepared
def _saved(user) -> QuerySet:
    kept = Challenge.objects.filter(interests__student=user, interests__saved_at__isnull=False)
    projects = Project.objects.open().filter(assignment__challenge=OuterRef("pk"))
    open_ = ArraySubquery(projects.values(one=JSONObject(**OFFERED)))
    kept = kept.visible_to(user).annotate(open_=open_).order_by("-interests__saved_at")
    return kept.values_list("pk", "title", "partner__name", "open_")[:LISTED]


def followed(user, achieved: set[int]) -> list[Followed]:
    """Each module that the student follows, with its goals; one query."""
    found = []
    for enrolment in _followed(user):
        state = lambda goal: "done" if goal["pk"] in achieved else "busy" if goal["busy"] else "open"
        goals = tuple(Goal(goal["title"], goal["code"], state(goal)) for goal in enrolment.taught)
        states = [goal.state for goal in goals]
        run, module = enrolment.run, enrolment.run.module
        counts = states.count("done"), states.count("busy")
        found.append(Followed(module.get_absolute_url(), str(run), module.title, module.hue, goals, *counts))
    return found


@prepared
def _followed(user) -> QuerySet[Enrolment]:
    """The modules that the student follows, each with what it taught and whether a project at work is about that."""
    at_work = Project.objects.filter(
        applications__student=user,
        applications__status=ApplicationStatus.PLACED,
        status__in=[ProjectStatus.RUNNING, ProjectStatus.CONFIRMING],
    )
    busy = Exists(GoalLink.objects.filter(goal=OuterRef("pk"), assignment__projects__in=at_work))
    taught = LearningGoal.objects.filter(modules=OuterRef("run__module"))
    taught = taught.values(goal=JSONObject(pk="pk", title="title", code="code", busy=busy))
    enrolments = Enrolment.objects.filter(student=user).select_related("run__module__lab")
    return enrolments.annotate(taught=ArraySubquery(taught))
