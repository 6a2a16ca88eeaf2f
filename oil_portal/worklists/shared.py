"""What waits for people of several roles: drafts, goals to confirm, looking back, contributions and requests."""

from collections import defaultdict
from datetime import datetime, timedelta

from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce, Lower, TruncDate
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from challenges.models import Draft
from oil_portal.core import clock
from oil_portal.core.models import MailAddress
from oil_portal.worklists.asking import NO_MOMENT, Part, Row, Source, Told, ask, by_row, came
from oil_portal.worklists.item import ADDRESS, WorkItem, item, queued
from oil_portal.worklists.people import Held, People
from partners import roles
from partners.models import CHECK_AFTER, Membership, Partner, User
from partners.models.membership import ANSWER_REQUESTS, answered_by
from partners.workflow import MembershipStatus
from projects.models import Achievement, Contribution, Feedback, Project

LOOK_BACK_DAYS = 60  # for what would be nice to hear and nobody has to tell
WRITERS = (roles.CONTACT, roles.TEACHER, roles.BROKER)


def lately() -> datetime:
    return clock.beginning(LOOK_BACK_DAYS)


def refused(held: Held):
    """A mail address that does not take mail, which only a page can say."""
    refusing = MailAddress.objects.filter(email=Lower(OuterRef("email")), set_aside_at__isnull=False)
    found = User.objects.filter(Exists(refusing), pk__among=held.users)
    say = lambda _people, row: [(row.pk, WorkItem(ADDRESS, row.title, "", "", clock.today(), topic=ADDRESS))]
    yield Source(by_row(say), ask(found, title="email", since=NO_MOMENT, promised=False))


def drafts(held: Held):
    """What somebody is still writing, for the own organisation or on behalf of a company."""
    writers = held.holding(*WRITERS)
    if not writers:
        return
    for_others = Q(written_by__among=writers, author=None, invited_at=None)
    found = Draft.objects.filter(Q(author__among=writers) | for_others, version__gt=0)

    def say(people: People, row: Row) -> Told:
        draft = Draft(token=row["address"], values={"title": row.title or ""})
        text, verb = _("Je concept is nog niet ingediend."), "finish"
        if not row["author"]:
            text, verb = _("Je schrijft dit voor een bedrijf. Maak het af en stuur het op."), "send"
        writer = row["author"] or row["writer"]
        said = item(row._replace(title=str(draft)), verb, text, url=draft.get_absolute_url())
        role = next(role for role in WRITERS if writer in people.holding(role))
        yield from people.tell([writer], said, role, row["partner"])

    title = KeyTextTransform("title", "values")
    yield Source(
        by_row(say),
        ask(found, title=title, since="saved_at", promised=False, address="token", author="author", writer="written_by",
            partner="partner"),
    )  # fmt: skip


def to_check(partners: QuerySet) -> Part:
    """Organisations whose details nobody looked at for a year."""
    stale = partners.stale()
    return ask(stale, title="name", since=F("last_checked") + Value(CHECK_AFTER), promised=False)


def check(row: Row, text: str) -> WorkItem:
    return item(row, "check", text)


def unconfirmed(projects: QuerySet, side: str) -> QuerySet:
    """The projects in which this side has not said yet which goals were reached."""
    silent = Achievement.objects.filter(project=OuterRef("pk"), **{f"{side}_says": None})
    return projects.filter(Exists(silent), status__in=["confirming", "completed"])


def confirm(row: Row) -> WorkItem:
    url = reverse("projects:confirm", args=[row.pk])
    return item(row, "confirm", _("Bevestig welke leerdoelen zijn behaald."), url=url)


def look_back(row: Row) -> WorkItem:
    url = reverse("projects:feedback", args=[row.pk])
    return item(row, "feedback", _("Hoe was het? Vertel het, dan lees je ook wat de ander vond."), url=url)


def not_looked_back(projects: QuerySet, side: str) -> QuerySet:
    """Completed projects of the last weeks about which this side said nothing yet; after that it is let go."""
    said = Feedback.objects.filter(project=OuterRef("pk"), side=side, student=None)
    return projects.filter(~Exists(said), status="completed").alias(came=came(Project)).filter(came__gt=lately())


def contributions(held: Held):
    """Per project, what the other side gave and waits for a yes, and what of their own is disputed."""
    contacts, teachers = held.at(roles.CONTACT), held.holding(roles.TEACHER)
    if not contacts and not teachers:
        return
    translator = "project__assignment__challenge__translator"
    coached = Q(project__coach__among=teachers)
    stated = Q(status="stated")
    # Each by itself: of all together the database looks at every contribution of the portal.
    asked = [Q(status="disputed", by__among=held.holding(roles.TEACHER, roles.CONTACT))]
    if contacts:
        asked.append(stated & Q(side="school", project__host__among=contacts))
    if teachers:
        by_company = stated & Q(side="company")
        asked += [by_company & coached, by_company & Q(**{f"{translator}__among": teachers}) & ~coached]
    known = {"side": "side", "status": "status", "by": "by", "host": "project__host", "coach": "project__coach",
             "translator": translator, "school": "project__run__module__school"}  # fmt: skip
    rows = (
        Contribution.objects.order_by()
        .values("project", "project__title", *known.values())
        .annotate(count=Count("pk"), at=Coalesce(Min("answered_at"), Min("created_at")))
    )
    told = {"about": Project, "path": "project__", "since": "at", "promised": False, "count": "count", **known}
    yield Source(_tell_contributions, *(ask(rows.filter(which), **told) for which in asked))


def _tell_contributions(people: People, rows: list[Row]) -> Told:
    contacts, teachers = people.at(roles.CONTACT), people.holding(roles.TEACHER)
    sums: dict[tuple, tuple] = {}
    for row in rows:
        for user in _answerers(row, contacts, teachers):
            key = (user, row.pk, row["status"])
            count, at, _row = sums.get(key, (0, row.since, row))
            sums[key] = (count + row["count"], min(at, row.since), row)
    for (user, _project, status), (count, at, row) in sums.items():
        contact = user in contacts.get(row["host"], ())
        role = roles.CONTACT if contact or user not in teachers else roles.TEACHER
        yield from people.tell([user], _contribution(row, status, count, at), role, row["host"], row["school"])


def _answerers(row: Row, contacts: dict, teachers: set[int]) -> set[int]:
    """Whom a group of contributions waits for; nobody answers their own."""
    if row["status"] == "disputed":
        return {row["by"]}
    if row["side"] == "school":
        return set(contacts.get(row["host"], ())) - {row["by"]}
    return ({row["coach"], row["translator"]} & teachers) - {row["by"]}


def _contribution(row: Row, status: str, count: int, at: datetime) -> WorkItem:
    if status == "stated":
        text = ngettext("Bevestig %(count)s bijdrage.", "Bevestig %(count)s bijdragen.", count)
    else:
        text = ngettext(
            "%(count)s bijdrage is betwist. Verbeter die of haal die weg.",
            "%(count)s bijdragen zijn betwist. Verbeter ze of haal ze weg.",
            count,
        )
    return WorkItem(
        key=f"projects.project:{row.pk}:{status}-{count}:{at:%Y%m%d%H%M%S}",
        title=row.title,
        text=text % {"count": count},
        url=f"{reverse('projects:contributions')}?project={row.pk}",
        since=timezone.localtime(at).date(),
    )


def silent(projects: QuerySet, given: QuerySet, days: int, **more) -> Part:
    """Running teams for which nothing like `given` (of an outer project) was written down since `last`."""
    written = given.filter(project=OuterRef("pk")).order_by().values("project").annotate(at=Max("created_at"))
    last = Coalesce(TruncDate(Subquery(written.values("at"))), "starts")
    quiet = projects.filter(status="running").annotate(last=last)
    quiet = quiet.filter(last__lte=clock.today() - timedelta(days=days))
    return ask(quiet, since=NO_MOMENT, promised=False, last="last", **more)


def silence(row: Row, verb: str, days: int, text: str) -> WorkItem:
    last = row.day("last")
    return WorkItem(
        key=f"projects.project:{row.pk}:{verb}-{days}:{last:%Y%m%d}",
        title=row.title,
        text=text % {"day": date_format(last, "j F")},
        url=f"{reverse('projects:contributions')}?project={row.pk}",
        since=last + timedelta(days=days),
    )


# What is asked of a membership, so that its name and its address can be said.
OF_MEMBERSHIP = {
    "title": "user__email", "first": "user__first_name", "last": "user__last_name", "role": "role",
    "partner": "partner", "name": "partner__name",
}  # fmt: skip


def membership_of(row: Row) -> Membership:
    """A membership with its user and partner, as far as its name asks; of a row with OF_MEMBERSHIP."""
    user = User(first_name=row["first"], last_name=row["last"], email=row.title)
    return Membership(pk=row.pk, user=user, role=row["role"], partner=Partner(pk=row["partner"], name=row["name"]))


def requests(held: Held):
    """Who wants to join, for who may answer: as `Membership.objects.waiting_for` says for one person."""
    requested = Membership.objects.filter(status=MembershipStatus.REQUESTED)
    for role in ANSWER_REQUESTS:
        at = held.at(role)
        if at:
            found = requested.filter(answered_by(role, at))
            part = ask(found, since="created_at", promised=False, parent="partner__parent", **OF_MEMBERSHIP)
            yield Source(_tell_requests(role), part)


def _tell_requests(role: str):
    """Per organisation, for those who answer there; all brokers answer everywhere."""

    def say(people: People, rows: list[Row]) -> Told:
        at = people.at(role)
        waiting: dict[int | None, list[WorkItem]] = defaultdict(list)
        for row in rows:
            asked = membership_of(row)
            said = item(row._replace(title=str(asked)), "confirm", _("Wil meedoen. Bevestig of wijs af."),
                        url=asked.get_absolute_url())  # fmt: skip
            for place in {row["partner"], row["parent"]} & at.keys() if role != roles.BROKER else {None}:
                waiting[place].append(said)
        title, text = _("Verzoeken om mee te doen"), _("%(count)s verzoeken wachten, %(age)s.")
        for place, items in waiting.items():
            url = reverse("partners:members", args=[place]) if place else reverse("partners:queue")
            users = at[place] if place else people.holding(role)
            for each in queued(items, title, text, url):
                yield from people.tell(users, each, role, place)

    return say
