"""Handing the projects that a teacher coaches over to a colleague."""

from collections.abc import Iterable

from django.db import transaction

from challenges.services import owners
from oil_portal.core.timeline import notify, record
from oil_portal.core.workflow import lock
from partners.models import Membership, User
from partners.services import check_colleague
from projects.models import Project
from projects.services.project import team_of
from projects.workflow import LED


def coached_by(membership: Membership):
    """The projects at this school that a teacher coaches and that are not over."""
    return Project.objects.filter(
        coach=membership.user_id, status__in=LED, run__module__school=membership.partner.school
    )


@transaction.atomic
def hand_over_projects(*, membership: Membership, successor: User, actor: User, pks: Iterable[int]) -> None:
    """Make a colleague the coach of these projects; the team, the company and the colleague hear it."""
    check_colleague(membership, successor, actor)
    for project in coached_by(membership).filter(pk__in=pks).order_by("pk"):
        lock(project)
        if project.coach_id != membership.user_id:
            continue
        project.coach = successor
        project.save(update_fields=["coach"])
        entry = record(project, "hand_over", actor=actor, remark=f"{membership.user} → {successor}")
        notify(entry, [membership.user, successor, *team_of(project), *owners(project.challenge)])
