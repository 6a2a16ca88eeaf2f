"""What a student's start page shows: choices per round, applications, what fits, what was saved, dates and goals.

Reads only; the number of queries does not grow with what there is. All projects on the page are read at once.
"""

from datetime import date, timedelta

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import JSONObject
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from challenges.models import Challenge, GoalLink
from modules.models import Enrolment, LearningGoal
from oil_portal.core import clock
from oil_portal.core.prepared import prepared
from projects.calendar import days
from projects.choosing import PLACES
from projects.fitting import fitting, taste_of
from projects.models import Application, MatchingRound, Participant, Preference, Project
from projects.services import DECISION_DAYS
from projects.workflow import ApplicationStatus, ProjectStatus, RoundStatus

LISTED, FITTING, DATES = 6, 4, 6
REMEMBERED = timedelta(days=30)  # so long a published round stays on the page


def student_section(user) -> dict:
    """All parts of the page, by name."""
    taste, today = taste_of(user), clock.today()
    taking = rounds(user)
    applied = _applied(user)
    shown = [each for each in taking if is_shown(each)]
    wanted = {choice["project"] for each in shown for choice in each.wishes}
    fits, projects = fitting(user, taste, FITTING, wanted | {each.project_id for each in applied[:LISTED]})
    for each in shown:
        each.choices = [
            {"project": projects[choice["project"]], "place": PLACES[choice["rank"] - 1]} for choice in each.wishes
        ]
    for application in applied[:LISTED]:
        application.project = projects[application.project_id]
        application.following = following(application)
    return {
        "rounds": sorted(shown, key=lambda each: (each.closes_on, each.pk)),
        "applications": applied[:LISTED],
        "fitting": fits,
        "kept": saved(user),
        "modules": goals(user, taste.reader.achieved),
        "dates": [each for each in days(taking, applied) if each.day >= today][:DATES],
        "interests": taste.interests,
    }


@prepared
def _applied(user) -> QuerySet[Application]:
    mine = Application.objects.filter(student=user).exclude(status=ApplicationStatus.WITHDRAWN)
    return mine.select_related("project").order_by("-created_at", "-pk")


def is_shown(round_: MatchingRound) -> bool:
    """Whether a round is under way, or was published lately."""
    if round_.status == RoundStatus.PUBLISHED:
        return round_.publishes_on >= clock.today() - REMEMBERED
    return round_.status in (RoundStatus.OPEN, RoundStatus.CLOSED)


def rounds(user) -> list[MatchingRound]:
    """The rounds of the student, each with `part` and its `wishes`, in order; two queries."""
    parts = {part.round_id: part for part in _parts(user)}
    found = _rounds(user)
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
        ProjectStatus.CONFIRMING: _("Het project wordt afgerond. Zeg welke leerdoelen je hebt behaald."),
    }.get(project.status, "")


def saved(user) -> list[Challenge]:
    """The challenges that the student saved, newest first, each with `open_projects`; one query."""
    found = _saved(user)
    for challenge in found:
        challenge.open_projects = [
            Project(**each | {"closing_date": date.fromisoformat(each["closing_date"])}) for each in challenge.open_
        ]
    return found


@prepared
def _saved(user) -> QuerySet[Challenge]:
    kept = Challenge.objects.filter(interests__student=user, interests__saved_at__isnull=False)
    projects = Project.objects.open().filter(assignment__challenge=OuterRef("pk"))
    open_ = ArraySubquery(projects.values(one=JSONObject(pk="pk", title="title", closing_date="closing_date")))
    kept = kept.visible_to(user).select_related("partner").annotate(open_=open_)
    return kept.order_by("-interests__saved_at")[:LISTED]


def goals(user, achieved: set[int]) -> list[dict]:
    """Each module that the student follows, with its goals: achieved, in a project at work, or open. One query."""
    found = []
    for enrolment in _followed(user):
        for goal in enrolment.taught:
            goal["state"] = "done" if goal["pk"] in achieved else "busy" if goal["busy"] else "open"
        states = [goal["state"] for goal in enrolment.taught]
        counts = {name: states.count(name) for name in ("done", "busy", "open")}
        found.append({"run": enrolment.run, "goals": enrolment.taught, "total": len(states), **counts})
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
