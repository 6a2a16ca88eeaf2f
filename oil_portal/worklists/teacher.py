"""What waits for teachers: translate, open, decide, wrap up, and look after teams at risk."""

from datetime import timedelta

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from challenges.models import Assignment, Challenge
from oil_portal.core import clock
from oil_portal.core.models import TimelineEntry
from oil_portal.worklists.contact import SILENT_DAYS
from oil_portal.worklists.item import WorkItem, entered, item
from oil_portal.worklists.people import People
from oil_portal.worklists.shared import Told, confirm, look_back, not_looked_back, silence, silent
from partners import roles
from projects.models import Achievement, Application, Contribution, Outcome, Project
from projects.services import DECISION_DAYS
from projects.workflow import LIVE_ROUND

SCHOOL_SILENT_DAYS = 30  # without hours of the school
FEW_DAYS = 3  # before the closing date, that too few applications are a reason to act
TRANSLATOR = "assignment__challenge__translator"


def for_teachers(people: People) -> Told:
    """By what they translate and by what they lead."""
    teachers = people.holding(roles.TEACHER)
    if not teachers:
        return
    for users, each in _translations(teachers):
        yield from people.tell(users, each, roles.TEACHER)
    led = Project.objects.filter(Q(coach__in=teachers) | Q(**{f"{TRANSLATOR}__in": teachers}))
    led = led.annotate(translator=F(TRANSLATOR), school=F("run__module__school"))
    for find in (_to_lead, _look_back, _company_silent):
        for project, each in find(led):
            yield from people.tell([project.coach_id, project.translator], each, roles.TEACHER, project.school)
    for project, each in _school_silent(led.filter(coach__in=teachers)):
        yield from people.tell([project.coach_id], each, roles.TEACHER, project.school)


def _translations(teachers: set[int]):
    """(users, item): what they translate. Three queries."""
    mine = Challenge.objects.filter(translator__in=teachers)
    unwritten = mine.filter(status="accepted").filter(~Exists(Assignment.objects.filter(challenge=OuterRef("pk"))))
    for challenge in entered(unwritten):
        yield [challenge.translator_id], item(challenge, "translate", _("Maak een opdracht van dit vraagstuk."))
    theirs = entered(Assignment.objects.filter(challenge__translator__in=teachers)).select_related("challenge")
    for assignment in theirs.filter(status__in=["draft", "change_requested"]):
        if assignment.status == "change_requested":
            text = _("Het bedrijf vraagt een wijziging.")
        else:
            text = _("Maak de opdracht af en stuur hem naar het bedrijf.")
        yield [assignment.challenge.translator_id], item(assignment, "write", text)
    for assignment in theirs.filter(status="agreed", projects=None):
        url = reverse("projects:open", args=[assignment.pk])
        text = _("Het bedrijf is akkoord. Open een project voor studenten.")
        yield [assignment.challenge.translator_id], item(assignment, "open", text, url=url)


def _to_lead(led: QuerySet[Project]):
    """(project, item): what a project asks of those who lead it, from open to confirming. One query."""
    quiet = Achievement.objects.filter(project=OuterRef("pk"), teacher_says=None)
    outcome = Outcome.objects.filter(project=OuterRef("pk"))
    found = led.filter(status__in=["open", "running", "confirming"]).with_counts()
    found = found.annotate(unsaid=Exists(quiet), decided=Exists(outcome), dropped_at=_last_withdrawal())
    for project in entered(found).select_related("entry__round"):
        find = {"open": _open, "running": _running, "confirming": _confirming}[project.status]
        yield from ((project, each) for each in find(project))


def _last_withdrawal() -> Subquery:
    """When somebody last left the team or withdrew."""
    left = Application.objects.filter(project=OuterRef(OuterRef("pk")), status="withdrawn").values("pk")
    entries = TimelineEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(Application), object_id__in=left, to_status="withdrawn"
    )
    return Subquery(entries.order_by().values("to_status").annotate(at=Max("created_at")).values("at"))


def _open(project: Project):
    today, last = clock.today(), project.closing_date + timedelta(days=DECISION_DAYS)
    if project.closing_date < today:
        yield item(project, "choose", _("De aanmelding is gesloten. Kies je team en start."), until=last)
        return
    if project.waiting:
        text = ngettext(
            "%(count)s aanmelding wacht op antwoord.", "%(count)s aanmeldingen wachten op antwoord.", project.waiting
        ) % {"count": project.waiting}
        yield item(project, f"decide-{project.waiting}", text, until=last)
    alert = project.closing_date - timedelta(days=FEW_DAYS)
    in_round = hasattr(project, "entry") and project.entry.round.status in LIVE_ROUND
    if alert <= today and project.placed + project.waiting < project.min_size and not in_round:
        yield _too_few(project, max(alert, project.created_at.date()))


def _too_few(project: Project, since) -> WorkItem:
    said = {
        "count": project.placed + project.waiting, "least": project.min_size,
        "day": date_format(project.closing_date, "j F"),
    }  # fmt: skip
    text = _(
        "Nog te weinig aanmeldingen: %(count)s, en het team begint met %(least)s. Aanmelden kan tot en met %(day)s."
    )
    return WorkItem(
        key=f"projects.project:{project.pk}:few:{project.closing_date:%Y%m%d}",
        title=project.title,
        text=text % said,
        url=project.get_absolute_url(),
        since=since,
        until=project.closing_date,
    )


def _running(project: Project):
    if project.placed < project.min_size:
        text = ngettext(
            "Het team heeft nog %(count)s student, en begon met minstens %(least)s. Kijk of het zo verder kan.",
            "Het team heeft nog %(count)s studenten, en begon met minstens %(least)s. Kijk of het zo verder kan.",
            project.placed,
        ) % {"count": project.placed, "least": project.min_size}
        since = max(filter(None, (project.dropped_at, project.since or project.created_at)))
        yield item(project, f"short-{project.placed}", text, since=since)
    if project.ends < clock.today():
        yield item(project, "wrap-up", _("De einddatum is voorbij. Begin met afronden."))


def _confirming(project: Project):
    if project.unsaid:
        yield confirm(project)
    if project.decided:
        yield item(project, "complete", _("De uitkomst staat vast. Rond het project af."))
    else:
        url = reverse("projects:outcome", args=[project.pk])
        yield item(project, "outcome", _("Leg de uitkomst vast. Daarna kun je afronden."), url=url)


def _look_back(led: QuerySet[Project]):
    for project in not_looked_back(led, "teacher"):
        yield project, look_back(project)


def _company_silent(led: QuerySet[Project]):
    text = _("Het bedrijf schreef sinds %(day)s geen uren op. Vraag hoe het gaat.")
    for project in silent(led, Contribution.objects.filter(partner=OuterRef("host")), SILENT_DAYS):
        yield project, silence(project, "company-silent", SILENT_DAYS, text)


def _school_silent(coached: QuerySet[Project]):
    by_school = Contribution.objects.filter(Q(partner=OuterRef("run__module__school")) | Q(partner=OuterRef("lab")))
    text = _("Nog geen uren van de school sinds %(day)s. Schrijf ze op in een halve minuut.")
    for project in silent(coached, by_school, SCHOOL_SILENT_DAYS):
        yield project, silence(project, "silent", SCHOOL_SILENT_DAYS, text)
