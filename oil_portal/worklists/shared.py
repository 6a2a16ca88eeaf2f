"""What waits for people of several roles: drafts, goals to confirm, looking back, contributions and requests."""

from collections import defaultdict
from datetime import datetime, timedelta

from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce, TruncDate
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from challenges.models import Draft
from oil_portal.core import clock
from oil_portal.worklists.asking import NO_MOMENT, Part, Row, Source, Told, ask, by_row, came
from oil_portal.worklists.item import WorkItem, item, queued
from oil_portal.worklists.people import People
from partners import roles
from partners.models import CHECK_AFTER, Membership, Partner, User
from partners.models.membership import ANSWER_REQUESTS, answered_by
from partners.workflow import MembershipStatus
from projects.models import Achievement, Contribution, Feedback, Project

LOOK_BACK_DAYS = 60  # for what would be nice to hear and nobody has to tell
WRITERS = (roles.CONTACT, roles.TEACHER, roles.BROKER)


def lately() -> datetime:
    return clock.now() - timedelta(days=LOOK_BACK_DAYS)


def drafts(people: People):
    """What somebody is still writing, for the own organisation or on behalf of a company."""
    role_of = {user: role for role in reversed(WRITERS) for user in people.holding(role)}
    if not role_of:
        return
    for_others = Q(written_by__among=role_of, author=None, invited_at=None)
    found = Draft.objects.filter(Q(author__among=role_of) | for_others, version__gt=0)

    def say(row: Row) -> Told:
        draft = Draft(token=row["address"], values={"title": row.title or ""})
        text, verb = _("Je concept is nog niet ingediend."), "finish"
        if not row["author"]:
            text, verb = _("Je schrijft dit voor een bedrijf. Maak het af en stuur het op."), "send"
        writer = row["author"] or row["writer"]
        said = item(row._replace(title=str(draft)), verb, text, url=draft.get_absolute_url())
        yield from people.tell([writer], said, role_of[writer], row["partner"])

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


def contributions(people: People) -> Told:
    """Per project, what the other side gave and waits for a yes, and what of their own is disputed."""
    contacts, teachers = people.at(roles.CONTACT), people.holding(roles.TEACHER)
    if not contacts and not teachers:
        return
    translator = "project__assignment__challenge__translator"
    coached = Q(project__coach__among=teachers)
    stated = Q(status="stated")
    asked = [  # each by itself: of all together the database looks at every contribution of the portal
        stated & Q(side="school", project__host__among=contacts),
        stated & Q(side="company") & coached,
        stated & Q(side="company") & Q(**{f"{translator}__among": teachers}) & ~coached,
        Q(status="disputed", by__among=teachers | people.holding(roles.CONTACT)),
    ]
    known = {"side": "side", "status": "status", "by": "by", "host": "project__host", "coach": "project__coach",
             "translator": translator, "school": "project__run__module__school"}  # fmt: skip
    rows = (
        Contribution.objects.order_by()
        .values("project", "project__title", *known.values())
        .annotate(count=Count("pk"), at=Coalesce(Min("answered_at"), Min("created_at")))
    )
    told = {"about": Project, "path": "project__", "since": "at", "promised": False, "count": "count", **known}

    def say(rows: list[Row]) -> Told:
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

    yield Source(say, *(ask(rows.filter(which), **told) for which in asked))


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


def requests(people: People):
    """Who wants to join, for who may answer: as `Membership.objects.waiting_for` says for one person."""
    requested = Membership.objects.filter(status=MembershipStatus.REQUESTED)
    for role in ANSWER_REQUESTS:
        at = people.at(role)
        if at:
            found = requested.filter(answered_by(role, at))
            part = ask(found, since="created_at", promised=False, parent="partner__parent", **OF_MEMBERSHIP)
            yield Source(_tell_requests(people, role, at), part)


def _tell_requests(people: People, role: str, at: dict[int, list[int]]):
    """Per organisation, for those who answer there; all brokers answer everywhere."""

    def say(rows: list[Row]) -> Told:
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
