"""What waits for the contacts of a company: fill in, answer, sign off, confirm; and what students think of it."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q, Value
from django.db.models.functions import Coalesce, Left
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from challenges.models import Assignment, Challenge, Interest, Question
from oil_portal.core import clock
from oil_portal.core.models import Promise
from oil_portal.worklists.asking import NO_MOMENT, Row, Source, Told, ask
from oil_portal.worklists.item import Topic, WorkItem, item
from oil_portal.worklists.people import Held, People
from oil_portal.worklists.shared import (
    check,
    confirm,
    lately,
    look_back,
    not_looked_back,
    silence,
    silent,
    to_check,
    unconfirmed,
)  # fmt: skip
from partners import roles
from partners.models import Partner
from projects.models import Application, Contribution, Outcome, Project

SILENT_DAYS = 21  # without hours of the company
RESULT_DAYS = 30  # that a result is news


def for_contacts(held: Held):
    """Everything that waits for an organisation waits for each of its contacts."""
    at = held.at(roles.CONTACT)
    if at:
        for find, *parts in (*_own(at), *_challenges(at), *_projects(at), _outcomes(at), _interest(at)):
            yield Source(_tell(find), *parts)


def _tell(find: Callable[[list[Row]], Iterable[tuple[int, WorkItem]]]):
    """What `find` says of an organisation, to its contacts."""

    def say(people: People, rows: list[Row]) -> Told:
        at = people.at(roles.CONTACT)
        for partner, said in find(rows):
            yield from people.tell(at[partner], said, roles.CONTACT, partner)

    return say


def each(say: Callable[[Row], Iterable]):
    """Say something of every row by itself."""
    return lambda rows: (said for row in rows for said in say(row))


def _own(mine):
    """Their own details."""
    ours = Partner.objects.filter(pk__among=mine)
    returned = lambda row: [(row.pk, item(row, "fill", _("De makelaar vraagt om een aanvulling.")))]
    stale = lambda row: [(row.pk, check(row, _("Kloppen jullie gegevens nog?")))]
    yield each(returned), ask(ours.filter(status="returned"), title="name")
    yield each(stale), to_check(ours)


def _challenges(mine):
    def say(verb: str, text: str):
        return each(lambda row: [(row["partner"], item(row, verb, text))])

    returned = Challenge.objects.filter(partner__among=mine, status="returned")
    yield say("fill", _("De makelaar heeft een opmerking. Vul je vraagstuk aan.")), ask(returned, partner="partner")
    promise = Promise.objects.open().filter(kind="challenges.question:asked", object_id=OuterRef("pk"))
    unanswered = Question.objects.filter(Exists(promise), challenge__partner__among=mine, answered_at=None)
    known = {"partner": "challenge__partner", "challenge": "challenge"}
    yield each(_question), ask(unanswered, title=Left("text", 60), since="created_at", **known)
    sent = Assignment.objects.filter(challenge__partner__among=mine, status="sent")
    yield each(_sign_off), ask(sent, partner="challenge__partner", question="challenge__title")


def _sign_off(row: Row) -> Told:
    """The teacher gave the assignment a title of its own, which the company has not read yet."""
    text = _("Lees de opdracht bij ‘%(question)s’ en geef je akkoord.") % {"question": row["question"]}
    yield row["partner"], item(row, "agree", text)


def _question(row: Row) -> Told:
    url = Question(pk=row.pk, challenge=Challenge(pk=row["challenge"])).get_absolute_url()
    yield row["partner"], item(row, "answer", _("Beantwoord deze vraag."), url=url)


def _projects(mine):
    asked = Project.objects.filter(host__among=mine)
    yield each(lambda row: [(row["host"], confirm(row))]), ask(unconfirmed(asked, "company"), host="host")
    yield each(lambda row: [(row["host"], look_back(row))]), ask(not_looked_back(asked, "company"), host="host")
    text = _("Nog geen uren sinds %(day)s. Schrijf ze op in een halve minuut.")
    say = lambda row: [(row["host"], silence(row, "silent", SILENT_DAYS, text))]
    yield each(say), silent(asked, Contribution.objects.filter(partner=OuterRef("host")), SILENT_DAYS, host="host")


def _outcomes(mine):
    """What a team made, and half a year later what became of it."""
    recently, month = lately(), clock.beginning(RESULT_DAYS)
    later = Q(later="", later_asked_at__gt=recently)
    fresh = Q(project__status="completed", created_at__gt=month, later_asked_at=None)
    found = Outcome.objects.filter(later | fresh, project__host__among=mine)
    since = Coalesce("later_asked_at", "created_at")
    return each(_outcome), ask(
        found, about=Project, path="project__", since=since, promised=False,
        host="project__host", later_asked_at="later_asked_at",
    )  # fmt: skip


def _outcome(row: Row) -> Told:
    if row["later_asked_at"]:
        text = _("Wat is ervan geworden? Vertel het in een paar zinnen.")
        yield row["host"], item(row, "later", text, url=reverse("projects:later", args=[row.pk]))
    else:
        yield (
            row["host"],
            item(row, "result", _("Het resultaat ligt klaar. Lees wat het team maakte."), topic=Topic.NEWS),
        )


def _interest(mine):
    """Once a week, how many students looked, saved and applied the week before; never who."""
    week = (monday(), monday(weeks_ago=0) - timedelta(microseconds=1))
    looks = Interest.objects.filter(Q(seen_at__range=week) | Q(saved_at__range=week), challenge__partner__among=mine)
    looks = looks.order_by().values("challenge__partner").annotate(
        seen=Count("student", distinct=True, filter=Q(seen_at__range=week)),
        saved=Count("student", distinct=True, filter=Q(saved_at__range=week)),
    )  # fmt: skip
    earlier = Application.objects.filter(
        student=OuterRef("student"), project__assignment__challenge=OuterRef("project__assignment__challenge"),
        created_at__lt=week[0],
    )  # fmt: skip
    applied = Application.objects.filter(~Exists(earlier), project__host__among=mine, created_at__range=week)
    applied = applied.order_by().values("project__host").annotate(applied=Count("student", distinct=True))
    nameless = {"about": Partner, "title": Value(""), "since": NO_MOMENT, "promised": False}
    return (
        _weeks,
        ask(looks, path="challenge__partner__", seen="seen", saved="saved", **nameless),
        ask(applied, pk="project__host", applied="applied", **nameless),
    )


def monday(weeks_ago: int = 1) -> datetime:
    """When the week of so many weeks ago began."""
    return clock.beginning(clock.today().weekday() + 7 * weeks_ago)


def _weeks(rows: list[Row]) -> Told:
    counts = defaultdict(lambda: {"seen": 0, "saved": 0, "applied": 0})
    for row in rows:
        counts[row.pk] |= row.more
    for partner, count in counts.items():
        yield partner, _of_week(partner, count, monday())


def _of_week(partner: int, count: dict[str, int], monday: datetime) -> WorkItem:
    parts = [
        (count["seen"], lambda n: ngettext("%(n)s student keek", "%(n)s studenten keken", n)),
        (count["saved"], lambda n: ngettext("%(n)s student bewaarde er een", "%(n)s studenten bewaarden er een", n)),
        (count["applied"], lambda n: ngettext("%(n)s student meldde zich aan", "%(n)s studenten meldden zich aan", n)),
    ]  # fmt: skip
    said = [words(number) % {"n": number} for number, words in parts if number]
    return WorkItem(
        key=f"partners.partner:{partner}:interest:{timezone.localtime(monday):%G-W%V}",
        title=_("Interesse in jullie vraagstukken"),
        text=_("Vorige week: %(what)s.") % {"what": ", ".join(said)},
        url=f"{reverse('company')}?organisatie={partner}",
        since=(timezone.localtime(monday) + timedelta(days=7)).date(),
        topic=Topic.NEWS,
    )
