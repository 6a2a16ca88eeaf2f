"""What waits for coordinators: teams that get no answer, rounds to run, and details of their school."""

from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _

from oil_portal.core import clock
from oil_portal.worklists.asking import Row, Source, Told, ask
from oil_portal.worklists.item import item, queued
from oil_portal.worklists.people import Held, People
from oil_portal.worklists.shared import check, to_check
from partners import roles
from partners.models import Partner
from projects.models import MatchingRound, Project, RoundProject
from projects.services import DECISION_DAYS


def for_coordinators(held: Held):
    """By the organisations and the schools that they coordinate; who wants to join is in `shared.requests`."""
    at, schools = held.at(roles.COORDINATOR), held.of_school(roles.COORDINATOR)
    if not at:
        return
    overdue = Project.objects.filter(open_until__lt=clock.today(), run__module__school__among=schools)
    rounds = MatchingRound.objects.filter(school__among=schools, status__in=["draft", "closed"])
    filled = Exists(RoundProject.objects.filter(round=OuterRef("pk")))
    asked = [
        (People.at, _details, to_check(Partner.objects.filter(pk__among=at))),
        (People.of_school, _overdue, ask(overdue, school="run__module__school", closing_date="closing_date")),
        (People.of_school, _rounds, ask(rounds, school="school", status="status", filled=filled,
                               publishes_on="publishes_on", opens_on="opens_on")),
    ]  # fmt: skip
    for where, find, part in asked:
        yield Source(_tell(where, find), part)


def _tell(where: Callable[[People, str], dict[int, list[int]]], find):
    """What `find` says at an organisation, to who coordinates there."""

    def say(people: People, rows: list[Row]) -> Told:
        who = where(people, roles.COORDINATOR)
        for place, each in find(rows):
            yield from people.tell(who[place], each, roles.COORDINATOR, place)

    return say


def _details(rows: list[Row]) -> Told:
    for row in rows:
        yield row.pk, check(row, _("Kloppen jullie gegevens nog?"))


def _overdue(rows: list[Row]) -> Told:
    """(school, item): closed projects in which nobody chose a team."""
    found = defaultdict(list)
    for row in rows:
        last = row.day("closing_date") + timedelta(days=DECISION_DAYS)
        said = item(row, "choose", _("De aanmelding is gesloten en er is nog geen team."), until=last)
        found[row["school"]].append(said)
    text = _("Bij %(count)s projecten is de aanmelding gesloten en is er nog geen team, %(age)s.")
    for school, items in found.items():
        for each in queued(items, _("Projecten zonder team"), text, reverse("projects:mine")):
            yield school, each


def _rounds(rows: list[Row]) -> Told:
    """(school, item): the matching rounds that wait for their coordinator."""
    for row in rows:
        if row["status"] == "closed":
            text = _("Kies een voorstel en publiceer de teams.")
            yield row["school"], item(row, "publish", text, until=row.day("publishes_on"))
        elif not row["filled"]:
            text = _("Kies de projecten van deze ronde.")
            yield row["school"], item(row, "projects", text, until=row.day("opens_on"))
