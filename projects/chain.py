"""The line that a project stands in: the question before it, the project itself, and where it went on. Reads only."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from challenges.models import Challenge
from oil_portal.core.models import OneOf
from oil_portal.core.prepared import address, prepared
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
    return [
        *_projects(_before(user, project.challenge.pk), _("Eerder project")),
        _challenge(user, project.challenge, _("Vraagstuk")),
        mine,
        *(_after(user, outcome) if outcome else []),
    ]


def chain_reads(user, project: Project) -> list[tuple]:
    """What `chain` is going to ask for sure, for `ahead`."""
    return [(_before, user, project.challenge.pk), (_seen, user, project.challenge.pk)]


def sees(user, challenge: Challenge) -> bool:
    return bool(_seen(user, challenge.pk))


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
    following = _following(user, outcome.next_challenge.pk)
    return [_challenge(user, outcome.next_challenge, kind), *_projects(following, _("Volgend project"))]


@prepared
def _before(user, challenge: int) -> QuerySet:
    went_on = {"outcome__next_challenge": challenge, "outcome__follow_up": Outcome.FollowUp.CHALLENGE}
    return _named(readable(user).filter(status=ProjectStatus.COMPLETED, **went_on))


@prepared
def _following(user, challenge: int) -> QuerySet:
    found = Project.objects.visible_to(user).filter(assignment__challenge=challenge)
    return _named(found.exclude(status=ProjectStatus.CANCELLED))


def _named(projects: QuerySet[Project]) -> QuerySet:
    return projects.order_by("starts", "pk").values_list("pk", "title")[:MOST]


@prepared
def _seen(user, challenge: int) -> QuerySet:
    return Challenge.objects.visible_to(user).filter(pk=challenge).values_list("pk", flat=True)


def _projects(found: list[tuple], kind: str) -> list[Stop]:
    return [Stop(kind, title, address("projects:detail", pk)) for pk, title in found]


def _challenge(user, one: Challenge, kind: str) -> Stop:
    """What the reader may not see yet keeps its title to itself."""
    return Stop(kind, one.title, one.get_absolute_url()) if sees(user, one) else Stop(kind, _("Nog niet openbaar"))
