"""What waits for you: one work list per role, for the start page and the digest. Reads only.

Each function gives WorkItems for one role, oldest first. `key` names the item and the moment it began to wait, so that
a digest knows whether it told it before; texts are in the active language.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, DateTimeField, Exists, Max, Min, Model, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, TruncDate
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from challenges.models import Assignment, Challenge, Draft, Question
from challenges.services.talk import ANSWER_DAYS
from modules.models import Enrolment
from oil_portal.core import clock
from oil_portal.core.models import TimelineEntry
from partners import roles
from partners.models import CHECK_AFTER, Membership, Partner, User
from projects.models import Achievement, Contribution, Feedback, MatchingRound, Outcome, Participant, Project
from projects.services import DECISION_DAYS

SILENT_DAYS, SCHOOL_SILENT_DAYS = 21, 30  # without hours of the company, or of the school
LOOK_BACK_DAYS = 60  # for what would be nice to hear and nobody has to tell


@dataclass(frozen=True, slots=True)
class WorkItem:
    """One thing that waits: what it is about, what to do, where, since when and, if promised, until when."""

    key: str
    title: str
    text: str
    url: str
    since: date
    until: date | None = None
    topic: str = User.Topic.WORK
    partner: int | None = None  # the organisation for which it comes to you

    @property
    def days(self) -> int:
        """How many days it has waited."""
        return (clock.today() - self.since).days


def work_items(user) -> list[WorkItem]:
    """Everything that waits for this user in all their roles, the longest waiting first."""
    if not user.is_authenticated:
        return []
    held = {role for role, *_where in roles.of(user)}
    items = [item for role, find in BY_ROLE.items() if role in held for item in find(user)]
    unique = {item.key: item for item in items}
    return sorted(unique.values(), key=lambda item: (item.until or date.max, item.since, item.key))


def work_items_for(users: list[User]) -> dict[int, list[WorkItem]]:
    """{user: what waits}."""
    return {user.pk: work_items(user) for user in users}


def _since(queryset: QuerySet) -> QuerySet:
    """Add `since`: when the object last came into the status it has now."""
    content_type = ContentType.objects.get_for_model(queryset.model)
    entered = TimelineEntry.objects.filter(
        content_type=content_type, object_id=OuterRef("pk"), to_status=OuterRef("status")
    )
    latest = entered.order_by().values("object_id").annotate(at=Max("created_at")).values("at")
    return queryset.annotate(since=Subquery(latest, output_field=DateTimeField()))


def _item(obj: Model, verb: str, text: str, *, url: str = "", since: datetime | None = None, until=None) -> WorkItem:
    moment = since or getattr(obj, "since", None) or getattr(obj, "created_at", None) or clock.now()
    return WorkItem(
        key=f"{obj._meta.label_lower}:{obj.pk}:{verb}:{moment:%Y%m%d%H%M%S}",
        title=str(obj),
        text=text,
        url=url or obj.get_absolute_url(),
        since=timezone.localtime(moment).date(),
        until=until,
    )


def for_contact(user) -> Iterator[WorkItem]:
    """A company's contact: fill in, sign off, confirm colleagues and goals."""
    mine = roles.partner_ids(user, roles.CONTACT)
    for partner in _since(Partner.objects.filter(pk__in=mine, status="returned")):
        yield _item(partner, "fill", _("De makelaar vraagt om een aanvulling."))
    yield from _to_check(Partner.objects.filter(pk__in=mine), _("Kloppen jullie gegevens nog?"))
    for challenge in _since(Challenge.objects.filter(partner__in=mine, status="returned")):
        yield _item(challenge, "fill", _("De makelaar heeft een opmerking. Vul je vraagstuk aan."))
    yield from _drafts(user)
    for question in Question.objects.filter(challenge__partner__in=mine, answered_at=None):
        until = clock.working_days_after(timezone.localtime(question.created_at).date(), ANSWER_DAYS)
        yield _item(question, "answer", _("Beantwoord deze vraag."), until=until)
    for assignment in _since(Assignment.objects.filter(challenge__partner__in=mine, status="sent")):
        yield _item(assignment, "agree", _("Lees de opdracht en geef je akkoord."))
    asked = Project.objects.filter(assignment__challenge__partner__in=mine)
    for project in _unconfirmed(asked, "company"):
        yield _confirm(project)
    yield from _look_back(asked, "company")
    yield from _contributions(user, Q(side="school", project__in=asked))
    by_company = Contribution.objects.filter(partner=OuterRef("host"))
    yield from _silent(
        asked, by_company, SILENT_DAYS, _("Nog geen uren sinds %(day)s. Schrijf ze op in een halve minuut.")
    )
    for outcome in Outcome.objects.filter(project__in=asked, later="", later_asked_at__gt=_lately()).select_related(
        "project"
    ):
        url, asked_at = reverse("projects:later", args=[outcome.project_id]), outcome.later_asked_at
        yield _item(
            outcome.project,
            "later",
            _("Wat is ervan geworden? Vertel het in een paar zinnen."),
            url=url,
            since=asked_at,
        )


def _to_check(partners: QuerySet, text: str) -> Iterator[WorkItem]:
    """Organisations whose details nobody looked at for a year."""
    for partner in partners.stale():
        yield _item(partner, "check", text, since=partner.last_checked + CHECK_AFTER)


def _drafts(user) -> Iterator[WorkItem]:
    """What somebody is still writing, for the own organisation or on behalf of a company."""
    for draft in Draft.objects.filter(author=user, version__gt=0):
        yield _item(draft, "finish", _("Je concept is nog niet ingediend."), since=draft.saved_at)
    for draft in Draft.objects.filter(written_by=user, author=None, invited_at=None, version__gt=0):
        yield _item(
            draft, "send", _("Je schrijft dit voor een bedrijf. Maak het af en stuur het op."), since=draft.saved_at
        )


def _lately() -> datetime:
    return clock.now() - timedelta(days=LOOK_BACK_DAYS)


def _look_back(projects: QuerySet, side: str, student=None) -> Iterator[WorkItem]:
    """Completed projects of the last weeks about which this side said nothing yet; after that it is let go."""
    said = Feedback.objects.filter(project=OuterRef("pk"), side=side, student=student)
    for project in _since(projects.filter(~Exists(said), status="completed")):
        if project.since and project.since > _lately():
            url = reverse("projects:feedback", args=[project.pk])
            yield _item(project, "feedback", _("Hoe was het? Vertel het, dan lees je ook wat de ander vond."), url=url)


def for_teacher(user) -> Iterator[WorkItem]:
    """A teacher: translate, open, decide, wrap up."""
    yield from _drafts(user)
    mine = Challenge.objects.filter(translator=user)
    unwritten = mine.filter(status="accepted").filter(~Exists(Assignment.objects.filter(challenge=OuterRef("pk"))))
    for challenge in _since(unwritten):
        yield _item(challenge, "translate", _("Maak een opdracht van dit vraagstuk."))
    for assignment in _since(Assignment.objects.filter(challenge__in=mine, status__in=["draft", "change_requested"])):
        asked = assignment.status == "change_requested"
        text = (
            _("Het bedrijf vraagt een wijziging.") if asked else _("Maak de opdracht af en stuur hem naar het bedrijf.")
        )
        yield _item(assignment, "write", text)
    for assignment in _since(Assignment.objects.filter(challenge__in=mine, status="agreed", projects=None)):
        url = reverse("projects:open", args=[assignment.pk])
        yield _item(assignment, "open", _("Het bedrijf is akkoord. Open een project voor studenten."), url=url)
    led = Project.objects.filter(Q(coach=user) | Q(assignment__challenge__in=mine))
    yield from _to_lead(_since(led.with_counts()))
    yield from _look_back(led, "teacher")
    yield from _contributions(user, Q(side="company", project__in=led))
    by_school = Contribution.objects.filter(Q(partner=OuterRef("run__module__school")) | Q(partner=OuterRef("lab")))
    text = _("Nog geen uren van de school sinds %(day)s. Schrijf ze op in een halve minuut.")
    yield from _silent(Project.objects.filter(coach=user), by_school, SCHOOL_SILENT_DAYS, text)


def _contributions(user, theirs: Q) -> Iterator[WorkItem]:
    """Per project, what of `theirs` waits for this user to confirm, and what of their own the other side disputes."""
    waits = Q(status="stated", pk__in=Contribution.objects.waiting_for(user).filter(theirs).values("pk"))
    found = Contribution.objects.filter(waits | Q(status="disputed", by=user)).order_by()
    rows = found.values("project", "project__title", "status")
    for row in rows.annotate(count=Count("pk"), at=Coalesce(Min("answered_at"), Min("created_at"))):
        if row["status"] == "stated":
            text = ngettext("Bevestig %(count)s bijdrage.", "Bevestig %(count)s bijdragen.", row["count"])
        else:
            text = ngettext(
                "%(count)s bijdrage is betwist. Verbeter die of haal die weg.",
                "%(count)s bijdragen zijn betwist. Verbeter ze of haal ze weg.",
                row["count"],
            )
        yield WorkItem(
            key=f"projects.project:{row['project']}:{row['status']}-{row['count']}:{row['at']:%Y%m%d%H%M%S}",
            title=row["project__title"],
            text=text % {"count": row["count"]},
            url=f"{reverse('projects:contributions')}?project={row['project']}",
            since=timezone.localtime(row["at"]).date(),
        )


def _silent(projects: QuerySet, given: QuerySet, days: int, text: str) -> Iterator[WorkItem]:
    """Running teams for which nothing like `given` (of an outer project) was written down for so many days."""
    written = given.filter(project=OuterRef("pk")).order_by().values("project").annotate(at=Max("created_at"))
    last = Coalesce(TruncDate(Subquery(written.values("at"))), "starts")
    for project in (
        projects.filter(status="running").annotate(last=last).filter(last__lte=clock.today() - timedelta(days=days))
    ):
        yield WorkItem(
            key=f"projects.project:{project.pk}:silent-{days}:{project.last:%Y%m%d}",
            title=project.title,
            text=text % {"day": date_format(project.last, "j F")},
            url=f"{reverse('projects:contributions')}?project={project.pk}",
            since=project.last + timedelta(days=days),
        )


def _to_lead(projects: QuerySet) -> Iterator[WorkItem]:
    """What a project asks of those who lead it."""
    today = clock.today()
    for project in projects.filter(status="open"):
        last = project.closing_date + timedelta(days=DECISION_DAYS)
        if project.closing_date < today:
            yield _item(project, "choose", _("De aanmelding is gesloten. Kies je team en start."), until=last)
        elif project.waiting:
            text = ngettext(
                "%(count)s aanmelding wacht op antwoord.",
                "%(count)s aanmeldingen wachten op antwoord.",
                project.waiting,
            ) % {"count": project.waiting}
            yield _item(project, f"decide-{project.waiting}", text, until=last)
    for project in projects.filter(status="running", ends__lt=today):
        yield _item(project, "wrap-up", _("De einddatum is voorbij. Begin met afronden."))
    confirming = projects.filter(status="confirming")
    for project in _unconfirmed(confirming, "teacher"):
        yield _confirm(project)
    for project in confirming.filter(outcome=None):
        url = reverse("projects:outcome", args=[project.pk])
        yield _item(project, "outcome", _("Leg de uitkomst vast. Daarna kun je afronden."), url=url)
    for project in confirming.exclude(outcome=None):
        yield _item(project, "complete", _("De uitkomst staat vast. Rond het project af."))


def for_student(user) -> Iterator[WorkItem]:
    """A student: choose modules, rank projects, confirm goals."""
    if not Enrolment.objects.filter(student=user).exists():
        yield WorkItem(
            key="modules:enrol",
            title=_("Kies je modules"),
            text=_("Dan zie je welke projecten passen bij wat je nog moet leren."),
            url=reverse("modules:list"),
            since=clock.today(),
        )
    done = Participant.objects.filter(student=user, round=OuterRef("pk")).exclude(ranked_at=None, left_at=None)
    choosing = MatchingRound.objects.for_student(user).filter(status="open", closes_on__gte=clock.today())
    for each in _since(choosing.filter(~Exists(done))):
        text = _("Kies je projecten voor ‘%(round)s’. Tot en met %(day)s.")
        said = {"round": each, "day": date_format(each.closes_on, "j F")}
        yield _item(each, "rank", text % said, url=reverse("projects:ranking", args=[each.pk]))
    for project in _unconfirmed(Project.objects.all(), "student", student=user):
        yield _confirm(project)
    mine = Project.objects.filter(applications__student=user, applications__status="placed")
    yield from _look_back(mine, "student", user)


def for_coordinator(user) -> Iterator[WorkItem]:
    """A coordinator: confirm teachers and students, see which teams get no answer."""
    yield from _requests(user)
    schools = Partner.objects.filter(pk__in=roles.partner_ids(user, roles.COORDINATOR))
    yield from _to_check(schools, _("Kloppen jullie gegevens nog?"))
    overdue = Project.objects.filter(
        status="open", closing_date__lt=clock.today(), run__module__school__in=roles.school_ids(user, roles.COORDINATOR)
    )
    for project in _since(overdue):
        last = project.closing_date + timedelta(days=DECISION_DAYS)
        yield _item(project, "choose", _("De aanmelding is gesloten en er is nog geen team."), until=last)
    yield from _rounds_to_run(user)


def _rounds_to_run(user) -> Iterator[WorkItem]:
    """The matching rounds that wait for their coordinator."""
    mine = _since(MatchingRound.objects.filter(school__in=roles.school_ids(user, roles.COORDINATOR)))
    for round_ in mine.filter(status="draft", entries=None):
        yield _item(round_, "projects", _("Kies de projecten van deze ronde."), until=round_.opens_on)
    for round_ in mine.filter(status="closed"):
        yield _item(round_, "publish", _("Kies een voorstel en publiceer de teams."), until=round_.publishes_on)


def for_broker(user) -> Iterator[WorkItem]:
    """A broker: review partners and challenges, find translators, write for companies."""
    yield from _drafts(user)
    for partner in _since(Partner.objects.filter(status="submitted")):
        yield _item(partner, "review", _("Nieuwe partner. Kijk of alles klopt."))
    yield from _to_check(Partner.objects.all(), _("Een jaar niet nagekeken. Kijk of alles nog klopt."))
    for challenge in _since(Challenge.objects.filter(status="submitted")):
        yield _item(challenge, "review", _("Nieuw vraagstuk. Keur goed, stuur terug of wijs af."))
    for challenge in _since(Challenge.objects.filter(status="accepted", translator=None)):
        url = reverse("challenges:translator", args=[challenge.pk])
        yield _item(challenge, "assign", _("Kies een docent die dit vertaalt."), url=url)
    yield from _requests(user)


def _requests(user) -> Iterator[WorkItem]:
    for request in Membership.objects.waiting_for(user).select_related("user", "partner"):
        yield _item(request, "confirm", _("Wil meedoen. Bevestig of wijs af."))


def _unconfirmed(projects: QuerySet, side: str, **which) -> QuerySet:
    """The projects in which this side has not said yet which goals were reached."""
    silent = Achievement.objects.filter(project=OuterRef("pk"), **{f"{side}_says": None}, **which)
    return _since(projects.filter(Exists(silent), status__in=["confirming", "completed"]))


def _confirm(project: Project) -> WorkItem:
    url = reverse("projects:confirm", args=[project.pk])
    return _item(project, "confirm", _("Bevestig welke leerdoelen zijn behaald."), url=url)


def _contact_with_requests(user) -> Iterator[WorkItem]:
    yield from for_contact(user)
    yield from _requests(user)


BY_ROLE = {
    roles.CONTACT: _contact_with_requests,
    roles.TEACHER: for_teacher,
    roles.STUDENT: for_student,
    roles.COORDINATOR: for_coordinator,
    roles.BROKER: for_broker,
}
