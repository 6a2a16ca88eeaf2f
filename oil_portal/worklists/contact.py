"""What waits for the contacts of a company: fill in, answer, sign off, confirm; and what students think of it."""

from datetime import datetime, time, timedelta

from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from challenges.models import Assignment, Challenge, Interest, Question
from oil_portal.core import clock
from oil_portal.core.promises import with_promise
from oil_portal.worklists.item import Topic, WorkItem, entered, item
from oil_portal.worklists.people import People
from oil_portal.worklists.shared import (
    Told,
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


def for_contacts(people: People) -> Told:
    """Everything that waits for an organisation waits for each of its contacts."""
    at = people.at(roles.CONTACT)
    if not at:
        return
    for find in (_own, _challenges, _projects, _outcomes, _interest):
        for partner, each in find(list(at)):
            yield from people.tell(at[partner], each, roles.CONTACT, partner)


def _own(mine: list[int]) -> Told:
    """(partner, item): their own details."""
    for partner in entered(Partner.objects.filter(pk__in=mine, status="returned")):
        yield partner.pk, item(partner, "fill", _("De makelaar vraagt om een aanvulling."))
    yield from to_check(Partner.objects.filter(pk__in=mine), _("Kloppen jullie gegevens nog?"))


def _challenges(mine: list[int]) -> Told:
    for challenge in entered(Challenge.objects.filter(partner__in=mine, status="returned")):
        text = _("De makelaar heeft een opmerking. Vul je vraagstuk aan.")
        yield challenge.partner_id, item(challenge, "fill", text)
    unanswered = with_promise(Question.objects.filter(challenge__partner__in=mine, answered_at=None))
    for question in unanswered.exclude(promised_until=None).select_related("challenge"):  # else its term has passed
        yield question.challenge.partner_id, item(question, "answer", _("Beantwoord deze vraag."))
    sent = Assignment.objects.filter(challenge__partner__in=mine, status="sent")
    for assignment in entered(sent).select_related("challenge"):
        text = _("Lees de opdracht en geef je akkoord.")
        yield assignment.challenge.partner_id, item(assignment, "agree", text)


def _projects(mine: list[int]) -> Told:
    asked = Project.objects.filter(host__in=mine)
    for project in unconfirmed(asked, "company"):
        yield project.host, confirm(project)
    for project in not_looked_back(asked, "company"):
        yield project.host, look_back(project)
    text = _("Nog geen uren sinds %(day)s. Schrijf ze op in een halve minuut.")
    for project in silent(asked, Contribution.objects.filter(partner=OuterRef("host")), SILENT_DAYS):
        yield project.host, silence(project, "silent", SILENT_DAYS, text)


def _outcomes(mine: list[int]) -> Told:
    """What a team made, and half a year later what became of it. One query."""
    recently, month = lately(), clock.now() - timedelta(days=RESULT_DAYS)
    later = Q(later="", later_asked_at__gt=recently)
    fresh = Q(project__status="completed", created_at__gt=month, later_asked_at=None)
    for outcome in Outcome.objects.filter(later | fresh, project__host__in=mine).select_related("project"):
        project = outcome.project
        if outcome.later_asked_at:
            url = reverse("projects:later", args=[project.pk])
            text = _("Wat is ervan geworden? Vertel het in een paar zinnen.")
            yield project.host, item(project, "later", text, url=url, since=outcome.later_asked_at)
        else:
            text = _("Het resultaat ligt klaar. Lees wat het team maakte.")
            yield project.host, item(project, "result", text, since=outcome.created_at, topic=Topic.NEWS)


def _interest(mine: list[int]) -> Told:
    """Once a week, how many students looked, saved and applied the week before; never who. Two queries."""
    today = clock.today()
    monday = timezone.make_aware(datetime.combine(today - timedelta(days=today.weekday()), time()))
    week = (monday - timedelta(days=7), monday - timedelta(microseconds=1))
    looks = Interest.objects.filter(challenge__partner__in=mine).order_by().values("challenge__partner")
    counts = {
        row["challenge__partner"]: {"seen": row["seen"], "saved": row["saved"], "applied": 0}
        for row in looks.filter(Q(seen_at__range=week) | Q(saved_at__range=week)).annotate(
            seen=Count("student", distinct=True, filter=Q(seen_at__range=week)),
            saved=Count("student", distinct=True, filter=Q(saved_at__range=week)),
        )
    }
    earlier = Application.objects.filter(
        student=OuterRef("student"), project__assignment__challenge=OuterRef("project__assignment__challenge"),
        created_at__lt=week[0],
    )  # fmt: skip
    applied = Application.objects.filter(~Exists(earlier), project__host__in=mine, created_at__range=week).order_by()
    for row in applied.values("project__host").annotate(applied=Count("student", distinct=True)):
        none = {"seen": 0, "saved": 0}
        counts.setdefault(row["project__host"], none)["applied"] = row["applied"]
    for partner, count in counts.items():
        yield partner, _of_week(partner, count, week[0])


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
