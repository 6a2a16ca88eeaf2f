"""What waits for coordinators: teams that get no answer, rounds to run, and details of their school."""

from collections import defaultdict
from datetime import timedelta

from django.db.models import Exists, F, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _

from oil_portal.core import clock
from oil_portal.worklists.item import entered, item, queued
from oil_portal.worklists.people import People
from oil_portal.worklists.shared import Told, to_check
from partners import roles
from partners.models import Partner
from projects.models import MatchingRound, Project, RoundProject
from projects.services import DECISION_DAYS


def for_coordinators(people: People) -> Told:
    """By the organisations and the schools that they coordinate; who wants to join is in `shared.requests`."""
    at, schools = people.at(roles.COORDINATOR), people.of_school(roles.COORDINATOR)
    if not at:
        return
    for partner, each in to_check(Partner.objects.filter(pk__in=list(at)), _("Kloppen jullie gegevens nog?")):
        yield from people.tell(at[partner], each, roles.COORDINATOR, partner)
    for find in (_overdue, _rounds):
        for school, each in find(list(schools)):
            yield from people.tell(schools[school], each, roles.COORDINATOR, school)


def _overdue(schools: list[int]) -> Told:
    """(school, item): closed projects in which nobody chose a team."""
    overdue = Project.objects.filter(
        status="open", closing_date__lt=clock.today(), run__module__school__in=schools
    ).annotate(school=F("run__module__school"))
    found = defaultdict(list)
    for project in entered(overdue):
        last = project.closing_date + timedelta(days=DECISION_DAYS)
        said = item(project, "choose", _("De aanmelding is gesloten en er is nog geen team."), until=last)
        found[project.school].append(said)
    text = _("Bij %(count)s projecten is de aanmelding gesloten en is er nog geen team, %(age)s.")
    for school, items in found.items():
        for each in queued(items, _("Projecten zonder team"), text, reverse("projects:mine")):
            yield school, each


def _rounds(schools: list[int]) -> Told:
    """(school, item): the matching rounds that wait for their coordinator."""
    mine = entered(MatchingRound.objects.filter(school__in=schools, status__in=["draft", "closed"]))
    for round_ in mine.annotate(filled=Exists(RoundProject.objects.filter(round=OuterRef("pk")))):
        if round_.status == "closed":
            text = _("Kies een voorstel en publiceer de teams.")
            yield round_.school_id, item(round_, "publish", text, until=round_.publishes_on)
        elif not round_.filled:
            yield (
                round_.school_id,
                item(round_, "projects", _("Kies de projecten van deze ronde."), until=round_.opens_on),
            )
