"""The *projectkaart* of a completed project: one function for the page and the PDF, so that both say the same."""

from django.db.models import Sum
from django.template.defaultfilters import floatformat
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from challenges.models import Challenge
from partners.card import Card, Figure, counted, lines_of
from projects.chain import chain
from projects.models import Outcome, Project
from projects.services import partners_of


def project_card(user, project: Project) -> Card:
    """The card of a completed project for one reader; `project` comes from `for_cards`. Students are a number."""
    outcome = Outcome.objects.filter(project=project).select_related("follow_up_lab", "next_challenge__partner").first()
    challenge, team_size = project.challenge, project.team().count()
    ends = _("%(start)s tot en met %(end)s") % {"start": date_format(project.starts), "end": date_format(project.ends)}
    return Card(
        title=project.title,
        completed=True,
        lead=outcome.summary if outcome else "",
        quote=outcome.later if outcome else "",
        quote_by=_("%s, een half jaar later") % challenge.partner if outcome and outcome.later else "",
        figures=_figures(project, team_size),
        texts=_texts(user, project, outcome),
        results=lines_of(outcome.result) if outcome else [],
        structure=_structure(user, project, team_size),
        chain=chain(user, project, outcome),
        partners=partners_of(project),
        foot=(_("Looptijd: %s") % ends, _("Afgerond")),
    )


def _figures(project: Project, team_size: int) -> list[Figure]:
    """Counted from the rows: goals that a student reached by all three sides, hours, students and partners."""
    rows = list(project.achievements.all())
    asked, reached = len({row.goal_id for row in rows}), len({row.goal_id for row in rows if row.achieved})
    by_company = project.contributions.given().filter(partner=project.challenge.partner)
    hours = by_company.aggregate(total=Sum("hours"))["total"] or 0
    partners = len(partners_of(project))
    goals = ngettext("van %(count)s leerdoel behaald", "van %(count)s leerdoelen behaald", asked) % {"count": asked}
    return [
        counted(reached, goals),
        Figure(floatformat(hours), ngettext("uur van het bedrijf", "uren van het bedrijf", int(hours))),
        counted(team_size, ngettext("student", "studenten", team_size)),
        counted(partners, ngettext("partner", "partners", partners)),
    ]


def _texts(user, project: Project, outcome: Outcome | None) -> list[tuple[str, str]]:
    """Why, what, and what next; the company's own reason only for who may read its question."""
    challenge = project.challenge
    why = challenge.why if user.has_perm("challenges.read_challenge", challenge) else ""
    texts = [(_("Urgentie"), why), (_("Opdracht"), project.summary), (_("Vervolg"), _next(user, outcome))]
    return [(heading, text) for heading, text in texts if text]


def _next(user, outcome: Outcome | None) -> str:
    """How it goes on, in a sentence or two."""
    if outcome is None:
        return ""
    told, following = outcome.get_follow_up_display(), outcome.next_challenge
    if outcome.follow_up_lab:
        told = f"{told}: {outcome.follow_up_lab}"
    elif following and Challenge.objects.visible_to(user).filter(pk=following.pk).exists():
        told = f"{told}: {following}"
    return f"{told}. {outcome.follow_up_note}".strip()


def _structure(user, project: Project, team_size: int) -> list[tuple[str, str]]:
    """Who does what. A visitor reads organisations; people are named for who is logged in, students for nobody."""
    challenge = project.challenge
    named = user.is_authenticated
    rows = [
        (_("Opdrachtgever"), challenge.partner.name),
        (_("Begeleider"), str(project.coach) if named else ""),
        (_("Vertaler"), str(challenge.translator) if named and challenge.translator else ""),
        (_("School"), project.run.module.school.name),
        (_("Lab"), project.lab.name if project.lab else ""),
        (_("Team"), ngettext("%s student", "%s studenten", team_size) % team_size),
    ]
    return [(role, who) for role, who in rows if who]
