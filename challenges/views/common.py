"""How the pages of this room fetch what a reader may see."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from django.db.models import QuerySet
from django.http import QueryDict

from challenges.models import Assignment, Challenge, GoalLink
from oil_portal.core.prepared import ahead, prepared
from oil_portal.core.promises import with_promise
from oil_portal.core.rows import join
from oil_portal.core.templatetags.parts import status_word
from oil_portal.core.views import need, only

__all__ = ["assignment_for", "challenge_for", "need", "posted", "read_goals_and_projects", "taught", "under"]


def challenge_for(user, pk: int) -> Challenge:
    """The challenge with its partner and translator; Http404 when `user` may not see it."""
    return only(_challenge(user, pk))


@prepared
def _challenge(user, pk: int) -> QuerySet[Challenge]:
    found = Challenge.objects.visible_to(user).select_related("partner", "translator", "contact")
    return with_promise(found).filter(pk=pk)


def assignment_for(user, pk: int) -> Assignment:
    """The assignment with its challenge and `rejected` goals; Http404 when `user` may not see it."""
    return only(_assignment(user, pk))


@prepared
def _assignment(user, pk: int) -> QuerySet[Assignment]:
    related = ("challenge__partner", "challenge__translator", "agreed_by")
    found = Assignment.objects.visible_to(user).with_rejected().select_related(*related)
    return with_promise(found).filter(pk=pk)


def read_goals_and_projects(assignments: list[Assignment]) -> None:
    """Two queries in one go, however many there are."""
    numbers = tuple(each.pk for each in assignments)
    with ahead(*goals_and_projects(numbers)):
        join(assignments, "links", _links(numbers), "assignment_id")
        join(assignments, "projects", _projects(numbers), "assignment_id")


def goals_and_projects(assignments: tuple) -> list[tuple]:
    """What `read_goals_and_projects` asks, for `ahead`."""
    return [(_links, assignments), (_projects, assignments)]


@prepared
def _links(assignments: tuple) -> QuerySet[GoalLink]:
    return GoalLink.objects.filter(assignment__in=assignments).select_related("goal__programme")


@prepared
def _projects(assignments: tuple) -> QuerySet:
    rows = Assignment.projects.rel.related_model.objects  # of a room above: by its relation
    return rows.filter(assignment__in=assignments).select_related("lab")


class Taught(NamedTuple):
    """A goal that an assignment works on, as its key and its rows tell it."""

    pk: int
    title: str
    code: str
    explanation: str
    programme: str
    retired: bool
    state: str = "plain"


def taught(links: Iterable[GoalLink]) -> tuple[Taught, ...]:
    goals = [link.goal for link in links]
    return tuple(
        Taught(goal.pk, goal.title, goal.code, goal.explanation, goal.programme.name, bool(goal.retired_at))
        for goal in goals
    )


class Under(NamedTuple):
    """A project of an assignment, as a line under it."""

    url: str
    title: str
    starts: date
    ends: date
    status: str


def under(assignments: Iterable[Assignment]) -> tuple[Under, ...]:
    """Their projects, but for those that were called off."""
    projects = [one for each in assignments for one in each.projects.all() if one.status != "cancelled"]
    return tuple(Under(one.get_absolute_url(), one.title, one.starts, one.ends, status_word(one)) for one in projects)


def posted(request) -> QueryDict | None:
    """What a form is bound to: a POST with nothing in it is a POST too."""
    return request.POST if request.method == "POST" else None
