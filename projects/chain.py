"""The line that a project stands in: the question before it, the project itself, and where it went on. Reads only."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from challenges.models import Challenge
from oil_portal.core.models import OneOf
from partners import roles
from partners.card import Stop
from projects.models import Application, Outcome, Project, asked_by, led_by
from projects.workflow import ApplicationStatus, ProjectStatus

MOST = 3  # projects drawn before or after one challenge


def reads_all(user) -> bool:
    return roles.has(user, roles.BROKER, roles.TEACHER) or getattr(user, "is_superuser", False)


def readable(user) -> QuerySet[Project]:
    """Projects whose text and outcome `user` may read; says the same as `projects.read_project`."""
    projects = Project.objects.visible_to(user)
    if reads_all(user):
        return projects
    read = Q(confidential=False)
    return projects.filter(read | own_to(user) if getattr(user, "pk", None) else read)


def own_to(user) -> Q:
    """Projects that `user` asked for, answers for or works in, confidential ones too."""
    return asked_by(user) | led_by(user) | Q(pk__in=_seats(user).values("project"))


def own_in_person(user) -> Q:
    """Those of `own_to` that are the reader's even without coordinating a school, as numbers that indexes find."""
    projects = Project.objects.order_by().values("pk")
    led = (projects.filter(coach=user), projects.filter(assignment__challenge__translator=user))
    return Q(OneOf("pk", ArraySubquery(projects.filter(asked_by(user)).union(*led, _seats(user).values("project")))))


def _seats(user) -> QuerySet[Application]:
    return Application.objects.filter(student=user, status=ApplicationStatus.PLACED).order_by()


def chain(user, project: Project, outcome: Outcome | None) -> list[Stop]:
    """The stops in order of time, for one reader: a title stands there only when they may know it."""
    mine = Stop(_("Project"), project.title, project.get_absolute_url(), here=True)
    before = readable(user).filter(
        status=ProjectStatus.COMPLETED,
        outcome__next_challenge=project.challenge,
        outcome__follow_up=Outcome.FollowUp.CHALLENGE,
    )
    return [
        *_projects(before, _("Eerder project")),
        _challenge(user, project.challenge, _("Vraagstuk")),
        mine,
        *(_after(user, outcome) if outcome else []),
    ]


def _after(user, outcome: Outcome) -> list[Stop]:
    """Where it went on, in the outcome's own words; the projects of a next question stand behind it."""
    kind, follow = outcome.get_follow_up_display(), Outcome.FollowUp
    if outcome.follow_up == follow.LAB:
        return [Stop(kind, outcome.follow_up_lab.name, outcome.follow_up_lab.public_url)]
    if outcome.follow_up == follow.ELSEWHERE:
        return [Stop(kind, outcome.follow_up_note or _("Niet in dit portaal"))]
    if outcome.follow_up != follow.CHALLENGE:
        return []
    if outcome.next_challenge is None:
        return [Stop(kind, _("Nog niet gekozen"))]
    following = Project.objects.visible_to(user).filter(assignment__challenge=outcome.next_challenge)
    following = following.exclude(status=ProjectStatus.CANCELLED)
    return [_challenge(user, outcome.next_challenge, kind), *_projects(following, _("Volgend project"))]


def _projects(found: QuerySet[Project], kind: str) -> list[Stop]:
    return [Stop(kind, one.title, one.get_absolute_url()) for one in found.order_by("starts", "pk")[:MOST]]


def _challenge(user, one: Challenge, kind: str) -> Stop:
    """What the reader may not see yet keeps its title to itself."""
    if Challenge.objects.visible_to(user).filter(pk=one.pk).exists():
        return Stop(kind, one.title, one.get_absolute_url())
    return Stop(kind, _("Nog niet openbaar"))
