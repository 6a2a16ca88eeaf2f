"""What fits somebody and is new to them: projects for a student, challenges near a teacher's modules."""

from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from partners.models import User
from projects.fitting import fitting
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
    """{user: what fits, best first}."""
    return {user.pk: [_of_project(project) for project in fitting(user, FITTING)] for user in users}


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
