"""What the home page and the start page show. Reads only; the home page's figures are some minutes old at most."""

from datetime import datetime
from itertools import starmap
from typing import NamedTuple

from django.db.models import Count, QuerySet

from challenges.models import Challenge, GoalLink
from oil_portal.company import assignments_of
from oil_portal.core.kept import kept
from oil_portal.core.models import HowMany, Notice, Numbers, OneOf
from oil_portal.core.prepared import ahead, prepared
from oil_portal.core.rows import join
from oil_portal.core.templatetags.oil import Goal
from oil_portal.naming import names_of
from oil_portal.student import student_reads, student_section
from oil_portal.worklists import work_items
from oil_portal.worklists.item import ADDRESS
from partners import roles
from partners.models import Partner, User
from projects.goals import Reader, links_of
from projects.models import Application, MatchingRound, Project, in_hand_of
from projects.models.project import ProjectQuerySet
from projects.own import Own, read
from projects.workflow import OVER, WITH_TEAM

NEWEST = 3
LISTED = 6
NEWS = 8
MOST_TEETH = 6  # in the drawing on the home page


def home_figures(user) -> dict:
    """The figures of the home page and the newest open projects."""
    reading, reader = counted(), Reader(user)
    found = reading.value
    newest = reader.dress(_newest())
    return found | {
        "counted": reading, "example": _example(reader, found["example"]), "kinds": _legend(found["kinds"]),
        "projects": newest,
    }  # fmt: skip


@kept(slow=0)
def counted() -> dict:
    """What is counted for the home page, and the number of the project that explains the key best."""
    kinds = Partner.objects.filter(status="accepted").order_by().values_list("kind", "glyph").annotate(Count("pk"))
    candidates = _examples().values("pk").annotate(teeth=Count("assignment__links")).filter(teeth__lte=MOST_TEETH)
    found = list(kinds)
    return {
        "open_projects": Project.objects.open().count(),
        "partners": sum(count for _kind, _glyph, count in found),
        "in_team": Application.objects.filter(status="placed", project__status__in=WITH_TEAM).count(),
        "goals_linked": GoalLink.objects.filter(assignment__challenge__in=Challenge.objects.public()).count(),
        "kinds": found,
        "example": candidates.order_by("-teeth", "pk").values_list("pk", flat=True).first(),
    }


@prepared
def _newest() -> ProjectQuerySet:
    order = ("-created_at", "-pk")
    newest = Numbers(Project.objects.open().order_by(*order).values("pk")[:NEWEST])  # which, before ten tables are read
    return Project.objects.filter(OneOf("pk", newest)).for_tiles().order_by(*order)


def _examples() -> ProjectQuerySet:
    return Project.objects.open().filter(assignment__challenge__confidential=False)


@prepared
def _drawn(pk: int) -> ProjectQuerySet:
    return _examples().for_cards().prefetch_related(None).filter(pk=pk)


def _example(reader: Reader, number: int | None) -> Project | None:
    """A real project to explain the key with: the one that had the most teeth, if it is still open and public."""
    best = next(iter(_drawn(number)), None) if number else None
    if best is not None:
        links = links_of((best.assignment_id,))
        join([best.assignment], "links", links, "assignment_id")
        reader.dress([best])
        best.teeth = [Goal(link.goal.title, state) for link, state in zip(links, best.states, strict=True)]
    return best


def _legend(rows) -> list[tuple[str, str, int]]:
    """(hue, label, count) per kind of partner; a lab with a glyph stands on its own."""
    found: dict[tuple[str, str], int] = {}
    for kind, glyph, count in rows:
        partner = Partner(kind=kind, glyph=glyph)
        label = partner.get_glyph_display() if glyph else partner.get_kind_display()
        key = (partner.hue, str(label))
        found[key] = found.get(key, 0) + count
    order = ["company", "school", "smart", "bio", "gov", ""]
    return sorted(((hue, label, count) for (hue, label), count in found.items()), key=lambda row: order.index(row[0]))


def news(user, *, limit: int) -> list[Notice]:
    """The newest notices whose subject still exists, by when it happened: a year that is told at once comes jumbled."""
    notices = (
        Notice.objects.filter(recipient=user)
        .select_related("entry__content_type", "entry__actor", "promise")
        .prefetch_related("entry__target")[:limit]
    )
    found = [notice for notice in notices if notice.entry.target is not None]
    return sorted(found, key=lambda notice: notice.entry.created_at, reverse=True)


class News(NamedTuple):
    """What a notice tells: what happened, when, and to what."""

    label: str
    at: datetime
    title: str
    url: str


def unread(user) -> list[News]:
    """The newest notices that were not read: what happened, when, and to what. Two queries, for most kinds of thing."""
    entries = sorted((notice.entry for notice in _unheard(user)), key=lambda entry: entry.created_at, reverse=True)
    names = names_of((entry.content_type_id, entry.object_id) for entry in entries)
    named = [(entry, names.get((entry.content_type_id, entry.object_id))) for entry in entries]
    return [News(_said(entry), entry.created_at, str(name[0]), name[1]) for entry, name in named if name]


def _said(entry) -> str:
    """What happened and who did it: of three who apply, a teacher wants to know which."""
    who = entry.actor.first_and_initial if entry.actor else ""
    return f"{entry.label}, {who}" if who else str(entry.label)


@prepared
def _unheard(user) -> QuerySet[Notice]:
    return Notice.objects.filter(recipient=user, read_at=None).select_related("entry__actor")[:NEWS]


def sections(user) -> dict:
    """Everything on the start page; a section is there when the user has its role."""
    held = {role for role, *_where in roles.of(user)}
    with ahead(*reads(user, held)):
        return _sections(user, held)


def reads(user, held: set[str]) -> list[tuple]:
    """What the start page is going to ask for sure, for `ahead`."""
    per_role = {
        roles.STUDENT: student_reads(user),
        roles.TEACHER: [(_coached, user), (_translated_by, user), (_unclaimed,)],
        roles.CONTACT: [(_our_challenges, user), (_organisations, user)],
        roles.BROKER: [(_queues, user.pk)],
        roles.COORDINATOR: [(_of_school, user), (_rounds, user)],
    }
    return [(_unheard, user), *(ask for role, asks in per_role.items() if role in held for ask in asks)]


def _sections(user, held: set[str]) -> dict:
    items = work_items(user)
    of = lambda topic: tuple(item for item in items if item.topic == topic)
    found = {
        "work": of(User.Topic.WORK),
        "closing": of(User.Topic.DATES),
        "heard": of(User.Topic.NEWS),
        "news": unread(user),
        "set_aside": bool(of(ADDRESS)),
    }
    builders = {
        roles.STUDENT: student_section,
        roles.TEACHER: teacher_section,
        roles.CONTACT: company_section,
        roles.BROKER: broker_section,
        roles.COORDINATOR: coordinator_section,
    }
    for role, build in builders.items():
        if role in held:
            found |= build(user)
    return found


def teacher_section(user) -> dict:
    """The projects that I coach, and challenges that still look for a translator."""
    return {
        "coached": list(starmap(Own, _coached(user))),
        "translations": _translated_by(user),
        "unclaimed": _unclaimed(),
    }


@prepared
def _coached(user) -> QuerySet:
    return read(Project.objects.filter(in_hand_of([user.pk])).exclude(status__in=OVER))[:LISTED]


@prepared
def _translated_by(user) -> QuerySet[Challenge]:
    return Challenge.objects.filter(translator=user, status="accepted").select_related("partner")[:LISTED]


@prepared
def _unclaimed() -> QuerySet[Challenge]:
    return Challenge.objects.filter(translator=None, status="accepted").select_related("partner")[:LISTED]


def company_section(user) -> dict:
    """Our challenges, newest first, and our organisations."""
    challenges = _our_challenges(user)
    join(challenges, "assignments", assignments_of(tuple(challenge.pk for challenge in challenges)), "challenge_id")
    return {"organisations": _organisations(user), "our_challenges": challenges}


@prepared
def _organisations(user) -> QuerySet[Partner]:
    return Partner.objects.filter(pk__in=roles.partner_ids(user, roles.CONTACT))


@prepared
def _our_challenges(user) -> QuerySet[Challenge]:
    ours = Challenge.objects.filter(partner__in=roles.partner_ids(user, roles.CONTACT)).exclude(status="withdrawn")
    return ours.select_related("partner")[:LISTED]


def broker_section(user) -> dict:
    """The state of the network in figures; each figure opens to its list."""
    challenges, unclaimed, partners = _queues(user.pk)[0]
    return {"queue": {"challenges": challenges, "unclaimed_count": unclaimed, "partners": partners}}


@prepared
def _queues(user: int) -> QuerySet:
    """How many wait in each queue, in one row."""
    queues = Challenge.objects.submitted(), Challenge.objects.unclaimed(), Partner.objects.submitted()
    return User.objects.filter(pk=user).values_list(*(HowMany(queue.order_by().values("pk")) for queue in queues))


def coordinator_section(user) -> dict:
    """The projects of my school that are under way."""
    return {"school_projects": list(starmap(Own, _of_school(user))), "school_rounds": _rounds(user)}


@prepared
def _of_school(user) -> QuerySet:
    schools = roles.school_ids(user, roles.COORDINATOR)
    projects = Project.objects.filter(run__module__school__in=schools, status__in=["open", "running", "confirming"])
    return read(projects)[:LISTED]


@prepared
def _rounds(user) -> QuerySet[MatchingRound]:
    rounds = MatchingRound.objects.live().filter(school__in=roles.school_ids(user, roles.COORDINATOR))
    return rounds.with_counts().select_related("school")[:LISTED]
