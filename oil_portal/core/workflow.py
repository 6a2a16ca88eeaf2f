"""The mechanism behind every status: a declared table of transitions, walked under a row lock and written down.

An app's `workflow.py` declares its table with `Workflow(...)`; its `services.py` calls `move`. Nothing else sets a
status. Permissions are named `<app>.<action>_<model>` and live in the app's `permissions.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

if TYPE_CHECKING:
    from oil_portal.core.models import TimelineEntry

WORKFLOWS: dict[str, "Workflow"] = {}


class Refusal(Exception):
    """A rule of the house forbids this now. `str(error)` is a sentence for the user, already translated."""


class NotNow(Refusal):
    """The object has moved on: this action does not start from its present status."""


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of the table: `action` leads from any of `sources` to `target`.

    `who` says in words who does it; `label` is on the button, `done` in the timeline; `remark` is "", "optional" or
    "required", with `hint` above its field. A `system` transition follows from another act: it has no button and
    asks no permission.
    """

    action: str
    sources: tuple[str, ...]
    target: str
    who: str
    label: str
    done: str
    remark: str = ""
    hint: str = ""
    system: bool = False


@dataclass(frozen=True, slots=True)
class Term:
    """What a status asks of a side, and until when: `days` working days, or the day that `until` answers.

    `who` answers (side, the partner that is asked or None) for an object; the side is a `core.models.Side`. `answers`
    are the actions by which that side answers; every other way out of the status takes the question back.
    """

    who: Callable[[models.Model], tuple[str, models.Model | None]]
    answers: tuple[str, ...]
    days: int = 0
    until: Callable[[models.Model], date] | None = None


# What the portal itself tells of any object.
COMMON_EVENTS = {
    "remind": gettext_lazy("Herinnering: er wacht een antwoord"),
    "late": gettext_lazy("Er kwam geen antwoord op tijd"),
}


@dataclass
class Workflow:
    """The table of one model.

    `events` are things worth telling that change no status: {event: label}. `steps` are the three to five stops of
    the track: (label, statuses). `waiting` says who is to act: {status: words}, and `terms` until when:
    {status: Term}.
    """

    model: str  # label_lower: "challenges.challenge"
    transitions: list[Transition]
    events: dict[str, str] = field(default_factory=dict)
    steps: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    waiting: dict[str, str] = field(default_factory=dict)
    terms: dict[str, Term] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.by_action = {transition.action: transition for transition in self.transitions}
        WORKFLOWS[self.model] = self

    def permission(self, action: str) -> str:
        """The name that `has_perm` is asked: 'challenges.submit_challenge'."""
        app, model = self.model.split(".")
        return f"{app}.{action}_{model}"


def workflow_of(obj: models.Model) -> Workflow:
    """The workflow of an instance's model; KeyError when it has none."""
    return WORKFLOWS[obj._meta.label_lower]


def event_label(model: str, event: str) -> str:
    """What the timeline says of an event, in the active language."""
    flow = WORKFLOWS[model]
    transition = flow.by_action.get(event)
    return str(transition.done if transition else flow.events.get(event) or COMMON_EVENTS.get(event, event))


def lock(obj: models.Model) -> None:
    """Refresh `obj` in place under a row lock; call inside a transaction."""
    obj.refresh_from_db(from_queryset=type(obj)._base_manager.select_for_update(of=("self",)))


def available(obj: models.Model, user) -> list[Transition]:
    """The transitions `user` may make from the present status, in the table's order."""
    flow = workflow_of(obj)
    return [
        transition
        for transition in flow.transitions
        if not transition.system
        and obj.status in transition.sources
        and user.has_perm(flow.permission(transition.action), obj)
    ]


def move(obj: models.Model, action: str, *, actor, remark: str = "", **changes) -> "TimelineEntry":
    """Lock `obj`, check that `actor` may and that the status allows it, change, save and record.

    `changes` are other fields saved with the status. `actor=None` is the portal itself. Raises NotNow,
    PermissionDenied, or ValidationError (a remark is asked for, or a field is wrong). Call inside a transaction.
    """
    from oil_portal.core.timeline import record

    flow = workflow_of(obj)
    transition = flow.by_action[action]
    lock(obj)
    if obj.status not in transition.sources:
        raise NotNow(
            _("Dit kan nu niet: de status van ‘%(title)s’ is ‘%(status)s’.")
            % {"title": obj, "status": obj.get_status_display()}
        )
    if actor is not None and not transition.system and not actor.has_perm(flow.permission(action), obj):
        raise PermissionDenied
    if transition.remark == "required" and not remark.strip():
        raise ValidationError({"remark": _("Schrijf op waarom. De ander leest dit.")})
    for name, value in changes.items():
        setattr(obj, name, value)
    obj.status = transition.target
    obj.save(update_fields=["status", *changes])
    return record(obj, action, actor=actor, remark=remark, to_status=transition.target)
