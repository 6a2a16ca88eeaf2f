"""What fits somebody and is new to them: projects for a student, challenges near a teacher's modules."""

from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from oil_portal.near import Near, near_for
from oil_portal.worklists.people import People
from partners import roles
from partners.models import User
from projects.fitting import fitting_for
from projects.models import Project

FITTING = 5  # per mail


@dataclass(frozen=True, slots=True)
class Fit:
    """Something that fits, in the words of the active language; `states` are the teeth of its key."""

    key: str
    title: str
    by: str
    text: str
    url: str
    hue: str = ""
    states: tuple[str, ...] = ()


def fits_for(users: list[User]) -> dict[int, list[Fit]]:
    """{user: what fits, best first}, in a number of queries that does not depend on how many they are."""
    people = People(users)
    found: dict[int, list[Fit]] = {user.pk: [] for user in users}
    students, teachers = people.holding(roles.STUDENT), people.holding(roles.TEACHER)
    for student, projects in fitting_for(students, FITTING) if students else ():
        found[student] += [_of_project(project) for project in projects]
    for teacher, near in near_for(teachers, FITTING).items() if teachers else ():
        found[teacher] += [_of_challenge(each) for each in near]
    return found


def _of_project(project: Project) -> Fit:
    numbers = {"count": project.still_open, "total": len(project.states)}
    if project.live_round:
        last = {"date": date_format(project.live_round.closes_on, "j F")}
        text = _("%(count)s van %(total)s leerdoelen open voor jou. Kiezen kan tot en met %(date)s.")
    else:
        last = {"date": date_format(project.closing_date, "j F")}
        text = _("%(count)s van %(total)s leerdoelen open voor jou. Aanmelden kan tot en met %(date)s.")
    return Fit(
        key=f"projects.project:{project.pk}:fits",
        title=project.title,
        by=project.assignment.challenge.partner.name,
        text=text % (numbers | last),
        url=project.get_absolute_url(),
        hue=project.hue,
        states=tuple(project.states),
    )


def _of_challenge(near: Near) -> Fit:
    challenge, (goal, module) = near.challenge, next(iter(near.shared.items()))
    text = ngettext(
        "Raakt het leerdoel ‘%(goal)s’ van %(module)s.",
        "Raakt %(count)s leerdoelen die je geeft, zoals ‘%(goal)s’ van %(module)s.",
        len(near.shared),
    ) % {"count": len(near.shared), "goal": goal, "module": module}
    if challenge.translator_id is None:
        text = f"{text} {_('Er is nog geen docent voor.')}"
    return Fit(
        key=f"challenges.challenge:{challenge.pk}:near",
        title=challenge.title,
        by=challenge.partner.name,
        text=text,
        url=challenge.get_absolute_url(),
    )
