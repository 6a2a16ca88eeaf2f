"""Who may do what with challenges and assignments."""

import rules

from challenges.models import Assignment, Challenge
from challenges.workflow import EDITABLE, WRITABLE
from modules.permissions import teaches_somewhere
from partners import roles
from partners.permissions import is_broker


@rules.predicate
def is_teacher_somewhere(user, _obj=None) -> bool:
    return roles.has(user, roles.TEACHER)


@rules.predicate
def writes_for_a_partner(user, _obj=None) -> bool:
    return roles.has(user, roles.CONTACT)


@rules.predicate
def is_owner(user, challenge: Challenge | None) -> bool:
    """A contact of the partner that asks."""
    return challenge is not None and challenge.partner_id in roles.partner_ids(user, roles.CONTACT)


@rules.predicate
def is_translator(user, challenge: Challenge | None) -> bool:
    return challenge is not None and challenge.translator_id is not None and challenge.translator_id == user.pk


def is_following(user, challenge: Challenge) -> bool:
    """Whether the user reads how it goes with the challenge: its sides, and who translates it."""
    return user.has_perm("challenges.follow_challenge", challenge) or is_translator(user, challenge)


@rules.predicate
def is_in_team(user, challenge: Challenge | None) -> bool:
    """A student with a seat in one of its projects; read over the reverse relation, since projects stand above."""
    if challenge is None or not user.is_authenticated:
        return False
    seat = {"projects__applications__student": user, "projects__applications__status": "placed"}
    return challenge.assignments.filter(**seat).exists()


@rules.predicate
def is_editable(_user, challenge: Challenge | None) -> bool:
    return challenge is not None and challenge.status in EDITABLE


@rules.predicate
def is_open_book(_user, challenge: Challenge | None) -> bool:
    return challenge is not None and not challenge.confidential


@rules.predicate
def needs_translator(_user, challenge: Challenge | None) -> bool:
    return challenge is not None and challenge.is_unclaimed


@rules.predicate
def owns_assignment(user, assignment: Assignment | None) -> bool:
    return assignment is not None and is_owner(user, assignment.challenge)


@rules.predicate
def translates(user, assignment: Assignment | None) -> bool:
    return assignment is not None and is_translator(user, assignment.challenge)


@rules.predicate
def coordinates_openly(user, assignment: Assignment | None) -> bool:
    """Coordinators open projects too; the company was promised that of a confidential question only teachers read."""
    return assignment is not None and not assignment.challenge.confidential and roles.has(user, roles.COORDINATOR)


@rules.predicate
def is_writable(_user, assignment: Assignment | None) -> bool:
    return assignment is not None and assignment.status in WRITABLE


@rules.predicate
def learns_or_teaches(user, _obj=None) -> bool:
    return roles.has(user, roles.STUDENT, roles.TEACHER)


is_staff_side = is_broker | is_teacher_somewhere

rules.add_perm("challenges.write_challenge", writes_for_a_partner)
rules.add_perm("challenges.edit_challenge", is_owner & is_editable)
rules.add_perm("challenges.submit_challenge", is_owner)
rules.add_perm("challenges.withdraw_challenge", is_owner)
for action in ("accept", "return", "decline", "assign"):
    rules.add_perm(f"challenges.{action}_challenge", is_broker)
rules.add_perm("challenges.claim_challenge", is_teacher_somewhere & needs_translator)
rules.add_perm("challenges.translate_challenge", is_translator)
# Reading the details of a confidential challenge; a placed team reads them on its project's page.
rules.add_perm("challenges.read_challenge", is_open_book | is_owner | is_staff_side)
# Seeing who did what, with remarks: the sides, not the public.
rules.add_perm("challenges.follow_challenge", is_owner | is_staff_side)
# Saying something about it.
rules.add_perm("challenges.remark_challenge", is_broker | is_translator)
rules.add_perm("challenges.ask_challenge", learns_or_teaches & ~is_owner & (is_open_book | is_staff_side | is_in_team))
rules.add_perm("challenges.answer_challenge", is_owner)

rules.add_perm("challenges.see_assignment", owns_assignment | translates | is_staff_side | coordinates_openly)
rules.add_perm("challenges.edit_assignment", translates & is_writable)
rules.add_perm("challenges.send_assignment", translates)
rules.add_perm("challenges.revise_assignment", translates)
rules.add_perm("challenges.agree_assignment", owns_assignment)
rules.add_perm("challenges.ask_change_assignment", owns_assignment)
# Both sides say something about a passage, as long as the text is not signed.
rules.add_perm("challenges.remark_assignment", owns_assignment | translates | is_broker)
rules.add_perm("challenges.call_for_goal", teaches_somewhere)
