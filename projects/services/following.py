"""The verbs for what follows a project: feedback, thanks, and what became of it half a year later."""

from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from challenges.services import owners
from oil_portal.core import clock
from oil_portal.core.models import TimelineEntry
from oil_portal.core.timeline import notify, record
from oil_portal.core.workflow import NotNow, Refusal, lock
from partners.models import User
from projects.models import Feedback, Outcome, Project
from projects.services.project import team_of
from projects.workflow import WRAPPING_UP, ProjectStatus

LATER_DAYS = 182  # half a year after completion


def _need(actor: User, permission: str, project: Project) -> None:
    if not actor.has_perm(f"projects.{permission}", project):
        raise PermissionDenied


# --- Feedback and thanks ----------------------------------------------------------------------------------------
def speaks_as(user: User, project: Project) -> list[str]:
    """For which sides `user` may give feedback: "company", "student", "teacher"."""
    return [side for side in ("company", "student", "teacher") if user.has_perm(f"projects.confirm_as_{side}", project)]


@transaction.atomic
def give_feedback(*, project: Project, actor: User, side: str, good: str, again: bool, better: str = "") -> Feedback:
    """One side says, once, how it was: a student, a contact for the company, or who leads for the teachers."""
    if side not in speaks_as(actor, project):
        raise PermissionDenied
    lock(project)
    if project.status not in WRAPPING_UP:
        raise NotNow(_("Feedback geef je als het project wordt afgerond."))
    student = actor if side == "student" else None
    if project.feedback.filter(side=side, student=student).exists():
        raise Refusal(_("Je gaf al feedback.") if side == "student" else _("Jullie gaven al feedback."))
    made = Feedback(project=project, side=side, student=student, author=actor, good=good, better=better, again=again)
    made.full_clean()
    made.save()
    entry = record(project, "feedback", actor=actor)
    notify(entry, [*team_of(project), project.coach] if side == "company" else owners(project.challenge))
    return made


def feedback_for(user: User, project: Project) -> list[Feedback]:
    """What `user` may read: the own side's, and the other side's where both gave. Company and students are each
    other's other side, and so are company and teacher; what students wrote is not for their teacher."""
    given = list(project.feedback.select_related("student", "author"))
    company = next((each for each in given if each.side == "company"), None)
    sides, own = speaks_as(user, project), next((each for each in given if each.student_id == user.pk), None)
    if "company" not in sides and "student" not in sides and "teacher" in sides:
        own = next((each for each in given if each.side == "teacher"), None)
    if "company" in sides:
        return [each for each in given if each is company or company]
    return [each for each in (own, company if own else None) if each] if sides else []


@transaction.atomic
def thank_team(*, project: Project, actor: User, text: str) -> None:
    """A contact thanks the team, which reads it by mail and on the project's page."""
    _need(actor, "follow_up_project", project)
    if project.status not in WRAPPING_UP:
        raise NotNow(_("Bedanken doe je als het project wordt afgerond."))
    notify(record(project, "thank", actor=actor, remark=text), [*team_of(project), project.coach], mail=True)


# --- Half a year later ------------------------------------------------------------------------------------------
def due_to_ask():
    """Outcomes of projects that were completed at least half a year ago, and that nobody asked about."""
    completed = TimelineEntry.objects.filter(
        content_type__app_label="projects",
        content_type__model="project",
        to_status=ProjectStatus.COMPLETED,
        created_at__lte=clock.now() - timedelta(days=LATER_DAYS),
    )
    ended = Outcome.objects.filter(project__status=ProjectStatus.COMPLETED, later_asked_at=None, later="")
    return ended.filter(project__in=completed.values("object_id"))


@transaction.atomic
def ask_later(*, outcome: Outcome) -> None:
    """Ask the company, once, what became of the result."""
    lock(outcome)
    if outcome.later_asked_at or outcome.later:
        return
    outcome.later_asked_at = clock.now()
    outcome.save(update_fields=["later_asked_at"])
    entry = record(outcome.project, "ask_later", actor=None)
    notify(entry, owners(outcome.project.challenge), mail=True)


@transaction.atomic
def answer_later(*, project: Project, actor: User, text: str) -> Outcome:
    """A contact says what became of it; may be said again."""
    _need(actor, "follow_up_project", project)
    outcome = Outcome.objects.select_for_update().filter(project=project).first()
    if outcome is None or project.status != ProjectStatus.COMPLETED:
        raise NotNow(_("Dit project is nog niet afgerond."))
    outcome.later, outcome.later_at = text.strip(), clock.now()
    outcome.save(update_fields=["later", "later_at"])
    notify(record(project, "answer_later", actor=actor), [*team_of(project), project.coach])
    return outcome
