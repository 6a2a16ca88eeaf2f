"""For each kind of promise: who answers it now, and what happens when nobody did."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db import models

from challenges import services as challenges
from challenges.services.challenge import tell_late
from challenges.services.talk import let_question_lapse
from oil_portal.core.models import Promise, Side
from partners import services as partners
from projects import services as projects


@dataclass(frozen=True)
class Kind:
    """`people` answer for an object; `close` is what the portal does after term and grace; None: a beat of its own.

    Of things with the same `group` somebody is reminded once.
    """

    people: Callable[[models.Model, Promise], Iterable]
    close: Callable[[models.Model, Promise], None] | None
    group: str = "pk"

    def group_of(self, obj: models.Model) -> tuple:
        return obj._meta.label_lower, getattr(obj, self.group)


def _close_membership(membership, promise: Promise) -> None:
    """First somebody else is asked; after that it ends, and the person reads whom to call."""
    close = partners.pass_request_on if promise.turn == 1 else partners.let_request_lapse
    close(membership=membership)


def _translator(challenge) -> list:
    return [challenge.translator] if challenge.translator else list(partners.brokers())


def _tell_late(obj, _promise: Promise) -> None:
    tell_late(obj=obj)


KINDS = {
    "challenges.challenge:submitted": Kind(
        lambda _challenge, _promise: partners.brokers(), lambda obj, _promise: challenges.apologize(challenge=obj)
    ),
    "challenges.challenge:returned": Kind(lambda challenge, _promise: challenges.owners(challenge), _tell_late),
    "challenges.challenge:accepted": Kind(lambda challenge, _promise: _translator(challenge), _tell_late),
    "challenges.assignment:draft": Kind(lambda assignment, _promise: _translator(assignment.challenge), _tell_late),
    "challenges.assignment:change_requested": Kind(
        lambda assignment, _promise: _translator(assignment.challenge), _tell_late
    ),
    "challenges.assignment:sent": Kind(
        lambda assignment, _promise: challenges.owners(assignment.challenge),
        lambda obj, _promise: challenges.let_assignment_lapse(assignment=obj),
    ),
    "challenges.question:asked": Kind(
        lambda question, _promise: challenges.owners(question.challenge),
        lambda obj, _promise: let_question_lapse(question=obj),
    ),
    "partners.partner:submitted": Kind(
        lambda _partner, _promise: partners.brokers(), lambda obj, _promise: partners.apologize(partner=obj)
    ),
    "partners.membership:requested": Kind(
        lambda membership, promise: (
            partners.brokers() if promise.side == Side.BROKER else partners.confirmers(membership)
        ),
        _close_membership,
    ),
    "partners.invitation:sent": Kind(
        lambda _invitation, _promise: (), lambda obj, _promise: partners.expire_invitation(invitation=obj)
    ),
    "projects.application:submitted": Kind(
        lambda application, _promise: [application.project.coach], None, group="project_id"
    ),
    "projects.contribution:stated": Kind(
        lambda given, _promise: projects.answerers(given),
        lambda obj, _promise: projects.let_unanswered(given=obj),
        group="project_id",
    ),
}
