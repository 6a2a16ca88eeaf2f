"""The verbs for assignments and their learning goals. Keyword-only, atomic; they check, lock, save, record, notify."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from challenges.models import Assignment, AssignmentVersion, Challenge, GoalLink, GoalVerdict
from challenges.services.challenge import owners
from challenges.workflow import WRITABLE
from modules.models import LearningGoal
from oil_portal.core import clock, promises
from oil_portal.core.timeline import changed_fields, notify, record, take_back
from oil_portal.core.workflow import NotNow, Refusal, lock, move
from partners.models import User

TEXTS = ("title", "summary", "text", "result", "level", "hours")  # what a version holds, beside the goals


@transaction.atomic
def write_assignment(*, challenge: Challenge, actor: User, **details) -> Assignment:
    """The translator starts an assignment beside the company's own text."""
    if not actor.has_perm("challenges.translate_challenge", challenge):
        raise PermissionDenied
    if challenge.status not in ("accepted", "published", "running", "completed"):
        raise NotNow(_("Dit vraagstuk is nog niet goedgekeurd."))
    assignment = Assignment(challenge=challenge, **details)
    assignment.full_clean()
    assignment.save()
    promises.settle(challenge, "write", actor=actor)
    record(assignment, "write", actor=actor, to_status=assignment.status)
    return assignment


@transaction.atomic
def edit_assignment(*, assignment: Assignment, actor: User, **details) -> Assignment:
    """Change an assignment that is not with the company now."""
    lock(assignment)
    if assignment.status not in WRITABLE or not actor.has_perm("challenges.edit_assignment", assignment):
        raise NotNow(_("Je kunt deze opdracht nu niet wijzigen. Maak eerst een nieuwe versie."))
    changes = changed_fields(assignment, **details)
    for name, value in details.items():
        setattr(assignment, name, value)
    assignment.full_clean()
    assignment.save()
    if changes:
        record(assignment, "edit", actor=actor, changes=changes)
    return assignment


def _lock_to_link(assignment: Assignment, actor: User) -> None:
    lock(assignment)
    if assignment.status not in WRITABLE or not actor.has_perm("challenges.edit_assignment", assignment):
        raise NotNow(_("Je kunt nu geen leerdoelen wijzigen. Maak eerst een nieuwe versie."))


@transaction.atomic
def link_goal(*, assignment: Assignment, goal: LearningGoal, actor: User) -> GoalLink:
    """Add a goal at the end of the key; doing it twice changes nothing."""
    _lock_to_link(assignment, actor)
    last = assignment.links.order_by("-position").values_list("position", flat=True).first() or 0
    link, created = GoalLink.objects.get_or_create(
        assignment=assignment, goal=goal, defaults={"position": last + 1, "linked_by": actor}
    )
    if created:
        record(assignment, "link", actor=actor, remark=goal.title)
    _judge(assignment, goal, actor, fits=True)
    return link


def _judge(assignment: Assignment, goal: LearningGoal, actor: User, *, fits: bool) -> None:
    GoalVerdict.objects.update_or_create(
        challenge=assignment.challenge, goal=goal, defaults={"fits": fits, "by": actor, "created_at": clock.now()}
    )


@transaction.atomic
def reject_goal(*, assignment: Assignment, goal: LearningGoal, actor: User) -> None:
    """A goal does not fit this challenge: it is not suggested here again. Linking it later undoes that."""
    _lock_to_link(assignment, actor)
    _judge(assignment, goal, actor, fits=False)


@transaction.atomic
def unlink_goal(*, assignment: Assignment, goal: LearningGoal, actor: User) -> None:
    """Take a goal off the key."""
    _lock_to_link(assignment, actor)
    deleted, _by_model = assignment.links.filter(goal=goal).delete()
    if deleted:
        record(assignment, "unlink", actor=actor, remark=goal.title)
        GoalVerdict.objects.filter(challenge=assignment.challenge, goal=goal).delete()


@transaction.atomic
def send_assignment(*, assignment: Assignment, actor: User, remark: str = "") -> Assignment:
    """Ask the company for its sign-off on the text as it stands now; needs at least one linked goal."""
    if not assignment.links.exists():
        raise Refusal(_("Koppel eerst minstens één leerdoel. Dan weet het bedrijf wat studenten leren."))
    entry = move(assignment, "send", actor=actor, remark=remark)
    links = assignment.links.select_related("goal")
    AssignmentVersion.objects.update_or_create(
        assignment=assignment,
        number=assignment.version,
        defaults={name: getattr(assignment, name) for name in TEXTS}
        | {
            "goals": [f"{link.goal.title} ({link.goal.code})" for link in links],
            "sent_by": actor,
            "sent_at": clock.now(),
        },
    )
    notify(entry, owners(assignment.challenge), mail=True, promise=promises.open_of(assignment))
    return assignment


@transaction.atomic
def answer_assignment(*, assignment: Assignment, actor: User, action: str, remark: str = "") -> Assignment:
    """The company agrees or asks for a change, which begins a next version; `action` is the transition's name."""
    signature = {"agreed_by": actor, "agreed_at": clock.now()}
    changes = signature if action == "agree" else {"version": assignment.version + 1}
    entry = move(assignment, action, actor=actor, remark=remark, **changes)
    take_back(assignment, "send")  # its other contacts need not read it any more
    if action == "agree":
        assignment.versions.filter(number=assignment.version).update(**signature)
    notify(entry, [assignment.challenge.translator], mail=True)
    return assignment


@transaction.atomic
def revise_assignment(*, assignment: Assignment, actor: User, remark: str = "") -> Assignment:
    """Start the next version of an agreed assignment; it needs a new sign-off."""
    lock(assignment)
    entry = move(
        assignment, "revise", actor=actor, remark=remark, version=assignment.version + 1, agreed_by=None, agreed_at=None
    )
    notify(entry, owners(assignment.challenge))
    return assignment


@transaction.atomic
def let_assignment_lapse(*, assignment: Assignment) -> None:
    """The company let its term pass: the sent version stays, and the translator calls and sends a next one."""
    said = _("Het bedrijf antwoordde niet op tijd. Bel het bedrijf. Stuur de opdracht opnieuw, of trek hem terug.")
    entry = move(assignment, "lapse", actor=None, remark=said, version=assignment.version + 1)
    take_back(assignment, "send")
    notify(entry, [assignment.challenge.translator], mail=True)
    said = _("Jullie antwoord kwam niet op tijd. De docent belt jullie. Daarna kan de opdracht opnieuw komen.")
    notify(record(assignment, "late", actor=None, remark=said), owners(assignment.challenge), mail=True)
