"""What waits for people of several roles: drafts, goals to confirm, looking back, contributions and requests."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, TruncDate
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from challenges.models import Draft
from oil_portal.core import clock
from oil_portal.worklists.item import WorkItem, entered, item, queued
from oil_portal.worklists.people import People
from partners import roles
from partners.models import CHECK_AFTER, Membership
from partners.workflow import MembershipStatus
from projects.models import Achievement, Contribution, Feedback, Project

Told = Iterator[tuple[int, WorkItem]]

LOOK_BACK_DAYS = 60  # for what would be nice to hear and nobody has to tell
SCHOOL_ROLES = (roles.TEACHER, roles.STUDENT)
WRITERS = (roles.CONTACT, roles.TEACHER, roles.BROKER)


def lately() -> datetime:
    return clock.now() - timedelta(days=LOOK_BACK_DAYS)


def drafts(people: People) -> Told:
    """What somebody is still writing, for the own organisation or on behalf of a company. One query."""
    role_of = {user: role for role in reversed(WRITERS) for user in people.holding(role)}
    for_others = Q(written_by__in=role_of, author=None, invited_at=None)
    found = Draft.objects.filter(Q(author__in=role_of) | for_others, version__gt=0) if role_of else ()
    for draft in found:
        if draft.author_id:
            text, verb = _("Je concept is nog niet ingediend."), "finish"
        else:
            text, verb = _("Je schrijft dit voor een bedrijf. Maak het af en stuur het op."), "send"
        writer = draft.author_id or draft.written_by_id
        said = item(draft, verb, text, since=draft.saved_at)
        yield from people.tell([writer], said, role_of[writer], draft.partner_id)


def to_check(partners: QuerySet, text: str) -> Iterator[tuple[int, WorkItem]]:
    """(partner, item): organisations whose details nobody looked at for a year."""
    for partner in partners.stale():
        yield partner.pk, item(partner, "check", text, since=partner.last_checked + CHECK_AFTER)


def unconfirmed(projects: QuerySet, side: str) -> QuerySet:
    """The projects in which this side has not said yet which goals were reached."""
    silent = Achievement.objects.filter(project=OuterRef("pk"), **{f"{side}_says": None})
    return entered(projects.filter(Exists(silent), status__in=["confirming", "completed"]))


def confirm(project: Project) -> WorkItem:
    url = reverse("projects:confirm", args=[project.pk])
    return item(project, "confirm", _("Bevestig welke leerdoelen zijn behaald."), url=url)


def look_back(project: Project) -> WorkItem:
    url = reverse("projects:feedback", args=[project.pk])
    return item(project, "feedback", _("Hoe was het? Vertel het, dan lees je ook wat de ander vond."), url=url)


def not_looked_back(projects: QuerySet, side: str) -> list[Project]:
    """Completed projects of the last weeks about which this side said nothing yet; after that it is let go."""
    said = Feedback.objects.filter(project=OuterRef("pk"), side=side, student=None)
    return list(entered(projects.filter(~Exists(said), status="completed")).filter(since__gt=lately()))


def contributions(people: People) -> Told:
    """Per project, what the other side gave and waits for a yes, and what of their own is disputed. One query."""
    contacts, teachers = people.at(roles.CONTACT), people.holding(roles.TEACHER)
    if not contacts and not teachers:
        return
    translator = "project__assignment__challenge__translator"
    led = Q(project__coach__in=teachers) | Q(**{f"{translator}__in": teachers})
    waits = Q(side="school", project__host__in=list(contacts)) | (Q(side="company") & led)
    own = Q(status="disputed", by__in=teachers | people.holding(roles.CONTACT))
    rows = Contribution.objects.filter(Q(waits, status="stated") | own).order_by().values(
        "project", "project__title", "project__host", "project__coach", "side", "status", "by",
        translator=F(translator), school=F("project__run__module__school"),
    )  # fmt: skip
    sums: dict[tuple, tuple] = {}
    for row in rows.annotate(count=Count("pk"), at=Coalesce(Min("answered_at"), Min("created_at"))):
        for user in _answerers(row, contacts, teachers):
            key = (user, row["project"], row["status"])
            count, at, _row = sums.get(key, (0, row["at"], row))
            sums[key] = (count + row["count"], min(at, row["at"]), row)
    for (user, _project, status), (count, at, row) in sums.items():
        contact = user in contacts.get(row["project__host"], ())
        role = roles.CONTACT if contact or user not in teachers else roles.TEACHER
        yield from people.tell([user], _contribution(row, status, count, at), role, row["project__host"], row["school"])


def _answerers(row: dict, contacts: dict, teachers: set[int]) -> set[int]:
    """Whom a group of contributions waits for; nobody answers their own."""
    if row["status"] == "disputed":
        return {row["by"]}
    if row["side"] == "school":
        return set(contacts.get(row["project__host"], ())) - {row["by"]}
    return ({row["project__coach"], row["translator"]} & teachers) - {row["by"]}


def _contribution(row: dict, status: str, count: int, at: datetime) -> WorkItem:
    if status == "stated":
        text = ngettext("Bevestig %(count)s bijdrage.", "Bevestig %(count)s bijdragen.", count)
    else:
        text = ngettext(
            "%(count)s bijdrage is betwist. Verbeter die of haal die weg.",
            "%(count)s bijdragen zijn betwist. Verbeter ze of haal ze weg.",
            count,
        )
    return WorkItem(
        key=f"projects.project:{row['project']}:{status}-{count}:{at:%Y%m%d%H%M%S}",
        title=row["project__title"],
        text=text % {"count": count},
        url=f"{reverse('projects:contributions')}?project={row['project']}",
        since=timezone.localtime(at).date(),
    )


def silent(projects: QuerySet, given: QuerySet, days: int) -> QuerySet[Project]:
    """Running teams for which nothing like `given` (of an outer project) was written down since `last`."""
    written = given.filter(project=OuterRef("pk")).order_by().values("project").annotate(at=Max("created_at"))
    last = Coalesce(TruncDate(Subquery(written.values("at"))), "starts")
    running = projects.filter(status="running").select_related("run__module").annotate(last=last)
    return running.filter(last__lte=clock.today() - timedelta(days=days))


def silence(project: Project, verb: str, days: int, text: str) -> WorkItem:
    return WorkItem(
        key=f"projects.project:{project.pk}:{verb}-{days}:{project.last:%Y%m%d}",
        title=project.title,
        text=text % {"day": date_format(project.last, "j F")},
        url=f"{reverse('projects:contributions')}?project={project.pk}",
        since=project.last + timedelta(days=days),
    )


def requests(people: People) -> Told:
    """Who wants to join: for contacts of the organisation, coordinators of the school, and brokers. One query."""
    contacts, schools, brokers = people.at(roles.CONTACT), people.at(roles.COORDINATOR), people.holding(roles.BROKER)
    of_school = Q(partner__in=list(schools)) | Q(partner__parent__in=list(schools))
    wanted = Q(role=roles.CONTACT, partner__in=list(contacts)) | (Q(role__in=SCHOOL_ROLES) & of_school)
    if brokers:
        wanted |= ~Q(role__in=SCHOOL_ROLES)
    asked = Membership.objects.filter(wanted, status=MembershipStatus.REQUESTED).select_related("user", "partner")
    waiting: dict[tuple, list[WorkItem]] = defaultdict(list)  # by who answers, and for which of their partners
    for request in asked if contacts or schools or brokers else ():
        said = item(request, "confirm", _("Wil meedoen. Bevestig of wijs af."))
        for answers in _who_answers(request):
            waiting[answers].append(said)
    for (role, partner), items in waiting.items():
        url = reverse("partners:members", args=[partner]) if partner else reverse("partners:queue")
        users = brokers if role == roles.BROKER else people.at(role).get(partner, ())
        title, text = _("Verzoeken om mee te doen"), _("%(count)s verzoeken wachten, %(age)s.")
        for each in queued(items, title, text, url):
            yield from people.tell(users, each, role, partner)


def _who_answers(request: Membership) -> list[tuple[str, int | None]]:
    """(role, partner): as in `Membership.objects.waiting_for`; a broker answers everywhere but for schools."""
    if request.role in SCHOOL_ROLES:
        schools = {request.partner_id, request.partner.parent_id} - {None}
        return [(roles.COORDINATOR, school) for school in sorted(schools)]
    own = [(roles.CONTACT, request.partner_id)] if request.role == roles.CONTACT else []
    return [*own, (roles.BROKER, None)]
