"""What the portal does by itself with projects."""

from datetime import timedelta

from celery import shared_task

from oil_portal.core import clock
from projects.models import Project
from projects.services import DECISION_DAYS, close_overdue
from projects.workflow import ProjectStatus


@shared_task
def close_due_projects() -> None:
    """Answer the applicants of projects whose teacher let the decision date pass."""
    last = clock.today() - timedelta(days=DECISION_DAYS)
    for project in Project.objects.filter(status=ProjectStatus.OPEN, closing_date__lt=last):
        close_overdue(project=project)
