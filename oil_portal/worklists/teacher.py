"""What waits for teachers: translate, open, decide, wrap up, and look after teams at risk."""

from collections.abc import Callable, Iterable
from datetime import timedelta

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, Max, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from challenges.models import Assignment, Challenge
from oil_portal.core import clock
from oil_portal.core.models import TimelineEntry
from oil_portal.worklists.asking import Part, Row, Source, Told, ask, by_row
from oil_portal.worklists.contact import SILENT_DAYS
from oil_portal.worklists.item import WorkItem, item
from oil_portal.worklists.people import Held, People
from oil_portal.worklists.shared import confirm, look_back, not_looked_back, silence, silent
from partners import roles
from projects.models import Achievement, Application, Contribution, Outcome, Project, in_hand_of
from projects.services import DECISION_DAYS
from projects.workflow import LIVE_ROUND

SCHOOL_SILENT_DAYS = 30  # without hours of the school
FEW_DAYS = 3  # before the closing date, that too few applications are a reason to act
TRANSLATOR = "assignment__challenge__translator"


def for_teachers(held: Held):
    """By what they translate and by what they lead."""
    teachers = held.holding(roles.TEACHER)
    if not teachers:
        return
    led = Project.objects.filter(in_hand_of(teachers))
    who = {"coach": "coach", "translator": TRANSLATOR, "school": "run__module__school"}
    company, school = Contribution.objects.filter(partner=OuterRef("host")), _by_school()
    yield from (_tell(find, part) for find, part in _translations(teachers))
    yield _tell(_to_lead, _led(led, who))
    yield _tell(lambda row: [look_back(row)], ask(not_looked_back(led, "teacher"), **who))
    yield _tell(_company_silent, silent(led, company, SILENT_DAYS, **who))
    coached = {"coach": "coach", "translator": "coach", "school": "run__module__school"}
    yield _tell(_school_silent, silent(led.filter(coach__among=teachers), school, SCHOOL_SILENT_DAYS, **coached))


def _tell(find: Callable[[Row], Iterable[WorkItem]], part: Part) -> Source:
    """What `find` says of a thing, to its coach and its translator."""

    def say(people: People, row: Row) -> Told:
        users = {row.more.get("coach"), row["translator"]}
        for said in find(row):
            yield from people.tell(users, said, roles.TEACHER, row.more.get("school"))

    return Source(by_row(say), part)


def _translations(teachers: list[int]):
    """What they translate."""
    unwritten = Challenge.objects.filter(translator__among=teachers, status="accepted")
    unwritten = unwritten.filter(~Exists(Assignment.objects.filter(challenge=OuterRef("pk"))))
    translate = lambda row: [item(row, "translate", _("Maak een opdracht van dit vraagstuk."))]
    yield translate, ask(unwritten, translator="translator")
    theirs = Assignment.objects.filter(challenge__translator__among=teachers)
    written = theirs.filter(status__in=["draft", "change_requested"])
    yield _write, ask(written, translator="challenge__translator", status="status")
    yield _open_one, ask(theirs.filter(status="agreed", projects=None), translator="challenge__translator")


def _write(row: Row):
    if row["status"] == "change_requested":
        text = _("Het bedrijf vraagt een wijziging.")
    else:
        text = _("Maak de opdracht af en stuur hem naar het bedrijf.")
    yield item(row, "write", text)


def _open_one(row: Row):
    url = reverse("projects:open", args=[row.pk])
    yield item(row, "open", _("Het bedrijf is akkoord. Open een project voor studenten."), url=url)


def _led(led: QuerySet[Project], who: dict[str, str]) -> Part:
    """What a project asks of those who lead it, from open to confirming."""
    quiet = Achievement.objects.filter(project=OuterRef("pk"), teacher_says=None)
    outcome = Outcome.objects.filter(project=OuterRef("pk"))
    found = led.filter(status__in=["open", "running", "confirming"]).with_counts()
    dates = {name: name for name in ("closing_date", "ends", "created_at", "placed", "waiting", "min_size", "status")}
    return ask(
        found, unsaid=Exists(quiet), decided=Exists(outcome), dropped_at=_last_withdrawal(),
        round="entry__round__status", **dates, **who,
    )  # fmt: skip


def _to_lead(row: Row):
    return {"open": _open, "running": _running, "confirming": _confirming}[row["status"]](row)


def _last_withdrawal() -> Subquery:
    """When somebody last left the team or withdrew."""
    left = Application.objects.filter(project=OuterRef(OuterRef("pk")), status="withdrawn").values("pk")
    entries = TimelineEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(Application), object_id__in=left, to_status="withdrawn"
    )
    return Subquery(entries.order_by().values("to_status").annotate(at=Max("created_at")).values("at"))


def _open(row: Row):
    today, closing = clock.today(), row.day("closing_date")
    last, team = closing + timedelta(days=DECISION_DAYS), row["placed"] + row["waiting"]
    if closing < today:
        yield item(row, "choose", _("De aanmelding is gesloten. Kies je team en start."), until=last)
        return
    if row["waiting"]:
        text = ngettext(
            "%(count)s aanmelding wacht op antwoord.", "%(count)s aanmeldingen wachten op antwoord.", row["waiting"]
        ) % {"count": row["waiting"]}
        yield item(row, f"decide-{row['waiting']}", text, until=last)
    alert = closing - timedelta(days=FEW_DAYS)
    if alert <= today and team < row["min_size"] and row["round"] not in LIVE_ROUND:
        yield _too_few(row, team, max(alert, row.moment("created_at").date()))


def _too_few(row: Row, team: int, since) -> WorkItem:
    closing = row.day("closing_date")
    said = {"count": team, "least": row["min_size"], "day": date_format(closing, "j F")}
    text = _(
        "Nog te weinig aanmeldingen: %(count)s, en het team begint met %(least)s. Aanmelden kan tot en met %(day)s."
    )
    return WorkItem(
        key=f"projects.project:{row.pk}:few:{closing:%Y%m%d}",
        title=row.title,
        text=text % said,
        url=row.url,
        since=since,
        until=closing,
    )


def _running(row: Row):
    if row["placed"] < row["min_size"]:
        text = ngettext(
            "Het team heeft nog %(count)s student, en begon met minstens %(least)s. Kijk of het zo verder kan.",
            "Het team heeft nog %(count)s studenten, en begon met minstens %(least)s. Kijk of het zo verder kan.",
            row["placed"],
        ) % {"count": row["placed"], "least": row["min_size"]}
        since = max(filter(None, (row.moment("dropped_at"), row.since)))
        yield item(row, f"short-{row['placed']}", text, since=since)
    if row.day("ends") < clock.today():
        yield item(row, "wrap-up", _("De einddatum is voorbij. Begin met afronden."))


def _confirming(row: Row):
    if row["unsaid"]:
        yield confirm(row)
    if row["decided"]:
        yield item(row, "complete", _("De uitkomst staat vast. Rond het project af."))
    else:
        url = reverse("projects:outcome", args=[row.pk])
        yield item(row, "outcome", _("Leg de uitkomst vast. Daarna kun je afronden."), url=url)


def _company_silent(row: Row):
    text = _("Het bedrijf schreef sinds %(day)s geen uren op. Vraag hoe het gaat.")
    yield silence(row, "company-silent", SILENT_DAYS, text)


def _by_school() -> QuerySet[Contribution]:
    return Contribution.objects.filter(Q(partner=OuterRef("run__module__school")) | Q(partner=OuterRef("lab")))


def _school_silent(row: Row):
    text = _("Nog geen uren van de school sinds %(day)s. Schrijf ze op in een halve minuut.")
    yield silence(row, "silent", SCHOOL_SILENT_DAYS, text)
