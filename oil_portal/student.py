"""What a student's start page shows: choices per round, applications, what fits, what was saved, dates and goals.

Reads only; the number of queries does not grow with what there is.
"""

from datetime import timedelta

from django.db.models import Prefetch, Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from challenges.models import Challenge, GoalLink
from modules.models import Enrolment
from oil_portal.core import clock
from projects.calendar import days_of
from projects.choosing import PLACES
from projects.fitting import fitting
from projects.goals import Reader
from projects.models import Application, MatchingRound, Participant, Preference, Profile, Project
from projects.services import DECISION_DAYS
from projects.workflow import ApplicationStatus, ProjectStatus, RoundStatus

LISTED, FITTING, DATES = 6, 4, 6
REMEMBERED = timedelta(days=30)  # so long a published round stays on the page


def student_section(user) -> dict:
    """All parts of the page, by name."""
    reader = Reader(user)
    applications = applied(user, reader)
    today = clock.today()
    return {
        "rounds": rounds(user, reader),
        "applications": applications,
        "fitting": fitting(user, FITTING),
        "kept": saved(user),
        "modules": goals(user, reader),
        "dates": [each for each in days_of(user) if each.day >= today][:DATES],
        "profile": Profile.objects.filter(student=user).first(),
    }


def rounds(user, reader: Reader) -> list[MatchingRound]:
    """The rounds of the student, the nearest first, each with `part` and its `choices` in order."""
    recent = Q(status=RoundStatus.PUBLISHED, publishes_on__gte=clock.today() - REMEMBERED)
    live = Q(status__in=[RoundStatus.OPEN, RoundStatus.CLOSED])
    found = list(MatchingRound.objects.for_student(user).filter(live | recent).order_by("closes_on", "pk"))
    projects = Project.objects.for_cards()
    wanted = Prefetch("preferences", Preference.objects.prefetch_related(Prefetch("project", projects)))
    parts = Participant.objects.filter(student=user, round__in=found).prefetch_related(wanted)
    by_round = {part.round_id: part for part in parts}
    for each in found:
        each.part = by_round.get(each.pk)
        each.choices = list(each.part.preferences.all()) if each.part else []
        reader.dress(choice.project for choice in each.choices)
        for choice in each.choices:
            choice.place = PLACES[choice.rank - 1]
    return found


def applied(user, reader: Reader) -> list[Application]:
    """The newest applications, each with `following`: what happens next, and when."""
    found = list(
        Application.objects.filter(student=user)
        .exclude(status=ApplicationStatus.WITHDRAWN)
        .select_related("project__assignment__challenge__partner", "project__lab")
        .prefetch_related("project__assignment__links")
        .order_by("-created_at", "-pk")[:LISTED]
    )
    reader.dress(application.project for application in found)
    for application in found:
        application.following = following(application)
    return found


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
    """The challenges that the student saved, newest first, each with `open_projects`."""
    kept = Challenge.objects.filter(interests__student=user, interests__saved_at__isnull=False)
    found = list(kept.visible_to(user).select_related("partner").order_by("-interests__saved_at")[:LISTED])
    projects = Project.objects.open().filter(assignment__challenge__in=found).select_related("assignment")
    by_challenge: dict[int, list[Project]] = {}
    for project in projects:
        by_challenge.setdefault(project.assignment.challenge_id, []).append(project)
    for challenge in found:
        challenge.open_projects = by_challenge.get(challenge.pk, [])
    return found


def goals(user, reader: Reader) -> list[dict]:
    """Each module that the student follows, with its goals: achieved, in a project at work, or open."""
    at_work = Project.objects.filter(
        applications__student=user,
        applications__status=ApplicationStatus.PLACED,
        status__in=[ProjectStatus.RUNNING, ProjectStatus.CONFIRMING],
    )
    busy = set(GoalLink.objects.filter(assignment__projects__in=at_work).values_list("goal", flat=True))
    enrolments = Enrolment.objects.filter(student=user).select_related("run__module__lab")
    found = []
    for enrolment in enrolments.prefetch_related("run__module__goals"):
        taught = list(enrolment.run.module.goals.all())
        for goal in taught:
            goal.state = "done" if goal.pk in reader.achieved else "busy" if goal.pk in busy else "open"
        states = [goal.state for goal in taught]
        counts = {name: states.count(name) for name in ("done", "busy", "open")}
        found.append({"run": enrolment.run, "goals": taught, "total": len(taught), **counts})
    return found
