"""What a page of a lower floor shows of projects: the funnel of a challenge, and its teams. A builtin library."""

from datetime import date
from functools import lru_cache
from typing import NamedTuple

from django import template
from django.db.models import Q, QuerySet
from django.utils.safestring import SafeString

from challenges.permissions import is_following
from oil_portal.core.prepared import ahead, prepared
from oil_portal.core.templatetags.parts import part
from projects.coverage import Fit, modules_for
from projects.funnel import STAGES, Funnel, funnel, funnel_reads
from projects.models import Application, Project
from projects.reasons import answer_words

register = template.Library()
HEIGHT, BAR, GAP = 120, 12, 20  # of the picture, in its own units


@register.simple_tag(takes_context=True)
def challenge_projects(context, challenge) -> SafeString:
    """The teams at work on a challenge, and its funnel, of which everything is asked in one go."""
    asks = [(_seats, challenge.pk)]
    if is_following(context["request"].user, challenge):
        asks += funnel_reads(challenge.pk)
    with ahead(*asks):
        return challenge_team(context, challenge) + challenge_funnel(context, challenge)


def challenge_funnel(context, challenge) -> SafeString:
    """How many students looked, saved, applied and were placed; for the sides of the challenge."""
    if not is_following(context["request"].user, challenge):
        return SafeString("")
    found = funnel(challenge)
    width = max(1, len(found.weeks)) * (4 * BAR + GAP)
    return part(context, "projects/challenge_funnel.html", funnel=found, bars=bars(found), width=width, height=HEIGHT)


@lru_cache(maxsize=500)
def bars(found: Funnel) -> tuple[tuple[str, str], ...]:
    """(stage, the path of its bars): one for each week, from the foot of the picture."""
    return tuple((stage, "".join(_bar(found, place, index) for index in range(len(found.weeks))))
                 for place, stage in enumerate(STAGES))  # fmt: skip


def _bar(found: Funnel, place: int, week: int) -> str:
    high = round(found.weeks[week].counts[place] * (HEIGHT - 10) / found.most)
    return f"M{week * (4 * BAR + GAP) + place * BAR} {HEIGHT}v-{high}h{BAR - 1}v{high}z"


@prepared
def _seats(challenge: int) -> QuerySet[Application]:
    begun = ~Q(project__status__in=["open", "cancelled"])
    placed = Application.objects.filter(begun, project__assignment__challenge=challenge, status="placed")
    seats = placed.select_related("student", "project__assignment", "project__coach", "project__run__module").only(
        *(f"{who}__{name}" for who in ("student", "project__coach") for name in ("first_name", "last_name", "email")),
        "project__title", "project__assignment__challenge", "project__run__module__school",
    )  # fmt: skip
    return seats.order_by("project__closing_date", "project", "student__first_name", "student__last_name", "pk")


class Team(NamedTuple):
    pk: int  # of the project
    url: str
    title: str
    coach: str
    members: tuple[str, ...]


def challenge_team(context, challenge) -> SafeString:
    """The teams at work on a challenge, once they have begun, for who may see them."""
    user = context["request"].user
    teams: dict[Project, list[Application]] = {}
    for seat in _seats(challenge.pk):
        teams.setdefault(seat.project, []).append(seat)
    for project, team in teams.items():
        project.read_team(team)
        project.assignment.challenge = challenge  # with all that the permissions ask of it
    told = tuple(
        Team(project.pk, project.get_absolute_url(), project.title, str(project.coach),
             tuple(seat.student.first_and_initial for seat in team))
        for project, team in teams.items()
        if user.has_perm("projects.see_team_project", project)
    )  # fmt: skip
    return part(context, "projects/challenge_team.html", teams=told) if told else SafeString("")


@register.inclusion_tag("projects/assignment_modules.html")
def assignment_modules(assignment) -> dict:
    """Which modules could take an assignment, when, and for how many students its goals are still open."""
    fits, reading = modules_for(assignment)
    return {"fits": tuple(map(Could.told, fits)), "counted": reading}


class Could(NamedTuple):
    """A module that could take an assignment; of each run the period, the first day and how many are waiting."""

    url: str
    title: str
    school: str
    shared: int
    runs: tuple[tuple[str, date, int], ...]

    @classmethod
    def told(cls, fit: Fit) -> "Could":
        module, runs = fit.module, tuple((run.period, run.starts, waiting) for run, waiting in fit.runs)
        return cls(module.get_absolute_url(), str(module), str(module.school), fit.shared, runs)


@register.simple_tag
def round_answer(participant) -> dict:
    """What a published round answered a student: the project, the reasons in words, and where there was room."""
    kept = participant.answer
    if not kept:
        return {"words": []}
    why = [each["project"] for each in kept["reasons"]]
    projects = Project.objects.in_bulk({pk for pk in [kept["project"], *kept["room"], *why] if pk})
    titles = {pk: project.title for pk, project in projects.items()}
    room = [projects[pk] for pk in kept["room"] if pk in projects and projects[pk].is_open]
    return {"project": projects.get(kept["project"]), "words": answer_words(kept, titles), "room": room}
