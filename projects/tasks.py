"""What the portal does by itself with projects."""

from datetime import timedelta

from celery import shared_task

from oil_portal.core import clock
from projects.models import Project
from projects.services import DECISION_DAYS, ask_later, close_overdue, due_to_ask
from projects.workflow import ProjectStatus


@shared_task
def close_due_projects() -> None:
    """Answer the applicants of projects whose teacher let the decision date pass."""
    last = clock.today() - timedelta(days=DECISION_DAYS)
    for project in Project.objects.filter(status=ProjectStatus.OPEN, closing_date__lt=last):
        close_overdue(project=project)


@shared_task
def ask_what_became() -> None:
    """Half a year after completion, ask the company what became of the result; once."""
    for outcome in due_to_ask().select_related("project"):
        ask_later(outcome=outcome)
