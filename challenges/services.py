"""The verbs for challenges and assignments. Keyword-only, atomic; they check, lock, save, record and notify."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from challenges.models import Assignment, Challenge, GoalLink
from challenges.workflow import EDITABLE, WRITABLE, ChallengeStatus
from modules.models import LearningGoal
from oil_portal.core import clock
from oil_portal.core.timeline import changed_fields, notify, record
from oil_portal.core.workflow import NotNow, Refusal, lock, move
from partners import roles
from partners.models import Partner, User
from partners.services import brokers, people
from partners.workflow import PartnerStatus


def owners(challenge: Challenge):
    """The contacts of the partner that asks."""
    return people(challenge.partner, roles.CONTACT)


# --- The company's question -------------------------------------------------------------------------------------
@transaction.atomic
def write_challenge(*, actor: User, partner: Partner, **details) -> Challenge:
    """Start a draft for a partner of which the actor is a contact. Raises ValidationError on bad fields."""
    if partner.pk not in roles.partner_ids(actor, roles.CONTACT):
        raise PermissionDenied
    challenge = Challenge(partner=partner, contact=actor, **details)
    challenge.full_clean()
    challenge.save()
    record(challenge, "write", actor=actor, to_status=challenge.status)
    return challenge


@transaction.atomic
def edit_challenge(*, challenge: Challenge, actor: User, **details) -> Challenge:
    """Change the text; the timeline keeps what stood there, and whoever is at work on it hears of the change."""
    lock(challenge)
    # The status counts for an administrator too, who has every permission.
    if challenge.status not in EDITABLE or not actor.has_perm("challenges.edit_challenge", challenge):
        raise NotNow(_("Je kunt deze tekst nu niet wijzigen. Vraag het de makelaar."))
    changes = changed_fields(challenge, **details)
    if not changes:
        return challenge
    for name, value in details.items():
        setattr(challenge, name, value)
    challenge.full_clean()
    challenge.save()
    entry = record(challenge, "edit", actor=actor, changes=changes)
    if challenge.status == ChallengeStatus.ACCEPTED and challenge.translator:
        notify(entry, [challenge.translator], mail=True)
    return challenge


@transaction.atomic
def submit_challenge(*, challenge: Challenge, actor: User, remark: str = "") -> Challenge:
    """Hand the question to the brokers, who review it."""
    entry = move(challenge, "submit", actor=actor, remark=remark, submitted_at=clock.now())
    notify(entry, brokers())
    return challenge


@transaction.atomic
def withdraw_challenge(*, challenge: Challenge, actor: User, remark: str = "") -> Challenge:
    """The company takes its question back before a project opened."""
    translator = challenge.translator
    entry = move(challenge, "withdraw", actor=actor, remark=remark)
    notify(entry, [translator])
    return challenge


@transaction.atomic
def accept_challenge(*, challenge: Challenge, actor: User, remark: str = "", translator: User | None = None):
    """A broker accepts the question of an accepted partner and may name the translator at once."""
    if challenge.partner.status != PartnerStatus.ACCEPTED:
        raise NotNow(_("Keur eerst de organisatie goed. Daarna kan het vraagstuk door."))
    notify(move(challenge, "accept", actor=actor, remark=remark), owners(challenge), mail=True)
    if translator is not None:
        assign_translator(challenge=challenge, actor=actor, translator=translator)
    return challenge


@transaction.atomic
def turn_down_challenge(*, challenge: Challenge, actor: User, action: str, remark: str) -> Challenge:
    """A broker returns or declines; `action` is the transition's name, and the company reads the remark."""
    translator = challenge.translator
    notify(move(challenge, action, actor=actor, remark=remark), [*owners(challenge), translator], mail=True)
    return challenge


@transaction.atomic
def assign_translator(*, challenge: Challenge, actor: User, translator: User) -> Challenge:
    """A broker names the teacher who translates; a teacher may take a challenge that nobody has yet."""
    lock(challenge)
    if challenge.translator == translator:
        return challenge
    claims = translator == actor and roles.has(actor, roles.TEACHER)
    if claims and challenge.translator_id and not actor.has_perm("challenges.assign_challenge", challenge):
        raise NotNow(_("Een andere docent heeft dit vraagstuk al."))
    if not claims and not actor.has_perm("challenges.assign_challenge", challenge):
        raise PermissionDenied
    if challenge.status != ChallengeStatus.ACCEPTED:
        raise NotNow(_("Een vertaler kies je als het vraagstuk is goedgekeurd."))
    if not roles.has(translator, roles.TEACHER):
        raise Refusal(_("Kies een docent als vertaler."))
    challenge.translator = translator
    challenge.save(update_fields=["translator"])
    entry = record(challenge, "assign", actor=actor, remark=str(translator))
    notify(entry, [translator], mail=True)
    notify(entry, owners(challenge))
    return challenge


SETTLED = {"published": "publish", "running": "start", "completed": "complete", "accepted": "reopen"}


def settle(*, challenge: Challenge, statuses: set[str], actor: User | None) -> None:
    """Let a challenge follow its projects, whose statuses these are; call in the transaction of the project.

    Open projects win over running ones, those over completed ones; without any it waits for a project again.
    """
    if "open" in statuses:
        target = "published"
    elif statuses & {"running", "confirming"}:
        target = "running"
    else:
        target = "completed" if "completed" in statuses else "accepted"
    lock(challenge)
    if challenge.status != target:
        notify(move(challenge, SETTLED[target], actor=actor), owners(challenge))


# --- The translation --------------------------------------------------------------------------------------------
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
    return link


@transaction.atomic
def unlink_goal(*, assignment: Assignment, goal: LearningGoal, actor: User) -> None:
    """Take a goal off the key."""
    _lock_to_link(assignment, actor)
    deleted, _by_model = assignment.links.filter(goal=goal).delete()
    if deleted:
        record(assignment, "unlink", actor=actor, remark=goal.title)


@transaction.atomic
def send_assignment(*, assignment: Assignment, actor: User, remark: str = "") -> Assignment:
    """Ask the company for its sign-off; needs at least one linked goal."""
    if not assignment.links.exists():
        raise Refusal(_("Koppel eerst minstens één leerdoel. Dan weet het bedrijf wat studenten leren."))
    entry = move(assignment, "send", actor=actor, remark=remark)
    notify(entry, owners(assignment.challenge), mail=True)
    return assignment


@transaction.atomic
def answer_assignment(*, assignment: Assignment, actor: User, action: str, remark: str = "") -> Assignment:
    """The company agrees or asks for a change; `action` is the transition's name."""
    signature = {"agreed_by": actor, "agreed_at": clock.now()} if action == "agree" else {}
    entry = move(assignment, action, actor=actor, remark=remark, **signature)
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
