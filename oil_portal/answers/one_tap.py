"""What can be answered from a mail, and by which service: what one tap can safely do. The rest leads to its page."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from challenges.forms.talk import AnswerForm
from challenges.services import answer_assignment
from challenges.services.talk import answer_question
from oil_portal.core.models import Promise
from oil_portal.core.views import RemarkForm, number
from oil_portal.core.workflow import workflow_of
from partners.services import answer_membership, refuse_invitation
from projects.models import Contribution
from projects.services import confirm_contributions


@dataclass(frozen=True)
class Choice:
    """A button. `permission` is asked of the person at that moment; `fields` makes the form that goes with it."""

    action: str
    label: Any
    permission: str
    service: Callable[[models.Model, Any, dict], Any]
    fields: Callable[[models.Model, Any], forms.Form | None] = lambda _obj, _data: None


def _remark(action: str) -> Callable:
    return lambda obj, data: RemarkForm(data, transition=workflow_of(obj).by_action[action])


def _answer(question, data) -> AnswerForm:
    return AnswerForm(data, number=question.pk)


def _send_answer(question, user, data: dict) -> None:
    answer_question(question=question, actor=user, text=data["answer"], public=data["public"])


def _confirm(given: Contribution, user, data: dict) -> int:
    """All that the page showed, as it was shown: what was corrected in the meantime is refused."""
    seen = {number(pk): mark for pk, _colon, mark in (each.partition(":") for each in data["given"])}
    return confirm_contributions(given=waiting_with(given, user).filter(pk__in=seen), actor=user, seen=seen)


def waiting_with(given: Contribution, user) -> models.QuerySet[Contribution]:
    """What waits for the same person in the same project."""
    found = Contribution.objects.waiting_for(user).filter(project=given.project_id)
    return found.select_related("project__assignment__challenge", "project__run__module", "partner", "by")


def _assignment(action: str) -> Callable:
    return lambda obj, user, data: answer_assignment(
        assignment=obj, actor=user, action=action, remark=data.get("remark", "")
    )


def _membership(action: str) -> Callable:
    return lambda obj, user, data: answer_membership(
        membership=obj, actor=user, action=action, remark=data.get("remark", "")
    )


CHOICES: dict[str, list[Choice]] = {
    "challenges.assignment:sent": [
        Choice("agree", _("Ga akkoord"), "challenges.agree_assignment", _assignment("agree")),
        Choice(
            "ask_change", _("Vraag een wijziging"), "challenges.ask_change_assignment", _assignment("ask_change"),
            _remark("ask_change"),
        ),
    ],
    "challenges.question:asked": [
        Choice(
            "answer", _("Stuur je antwoord"), "challenges.answer_challenge",
            _send_answer, _answer,
        )
    ],
    "partners.membership:requested": [
        Choice("confirm", _("Bevestig"), "partners.confirm_membership", _membership("confirm")),
        Choice("decline", _("Wijs af"), "partners.decline_membership", _membership("decline"), _remark("decline")),
    ],
    "partners.invitation:sent": [
        Choice("refuse", _("Nee, dank je"), "", lambda obj, _user, _data: refuse_invitation(invitation=obj)),
    ],
    "projects.contribution:stated": [
        Choice("confirm", _("Bevestig"), "projects.confirm_contribution", _confirm),
    ],
}  # fmt: skip


def choices_for(promise: Promise, user) -> list[Choice]:
    """The buttons this person has now; a guest has no account to ask."""
    obj = promise.target
    about = getattr(obj, "challenge", obj) if promise.kind == "challenges.question:asked" else obj
    found = CHOICES.get(promise.kind, [])
    return [each for each in found if not each.permission or user.has_perm(each.permission, about)]
