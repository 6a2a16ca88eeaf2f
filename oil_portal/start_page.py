"""What the home page and the start page show. Reads only; every figure is counted when asked."""

from django.db.models import Count, Q

from challenges.models import Challenge, GoalLink
from oil_portal.core.mail import is_set_aside
from oil_portal.core.models import Notice
from oil_portal.student import student_section
from oil_portal.worklists import work_items
from partners import roles
from partners.models import Partner, User
from projects.goals import Reader
from projects.models import Application, MatchingRound, Project
from projects.workflow import WITH_TEAM

NEWEST = 3
LISTED = 6
MOST_TEETH = 6  # in the drawing on the home page


def home_figures(user) -> dict:
    """The figures of the home page and the newest open projects."""
    kinds = Partner.objects.filter(status="accepted").values_list("kind", "glyph").annotate(count=Count("pk"))
    reader = Reader(user)
    newest = reader.dress(Project.objects.open().for_cards().order_by("-created_at", "-pk")[:NEWEST])
    return {
        "example": _example(reader),
        "open_projects": Project.objects.open().count(),
        "partners": Partner.objects.filter(status="accepted").count(),
        "in_team": Application.objects.filter(status="placed", project__status__in=WITH_TEAM).count(),
        "goals_linked": GoalLink.objects.filter(assignment__challenge__in=Challenge.objects.public()).count(),
        "kinds": _legend(kinds),
        "projects": newest,
    }


def _example(reader: Reader) -> Project | None:
    """A real project to explain the key with: open, public, and with the most teeth that the drawing holds."""
    candidates = Project.objects.open().filter(assignment__challenge__confidential=False)
    best = (
        candidates.annotate(teeth=Count("assignment__links"))
        .filter(teeth__lte=MOST_TEETH)
        .order_by("-teeth", "pk")
        .for_cards()
        .first()
    )
    if best is not None:
        reader.dress([best])
        links = best.assignment.links.all()
        best.teeth = [
            {"title": link.goal.title, "state": state} for link, state in zip(links, best.states, strict=True)
        ]
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
    """The newest notices whose subject still exists."""
    notices = (
        Notice.objects.filter(recipient=user)
        .select_related("entry__content_type", "entry__actor", "promise")
        .prefetch_related("entry__target")[:limit]
    )
    return [notice for notice in notices if notice.entry.target is not None]


def sections(user) -> dict:
    """Everything on the start page; a section is there when the user has its role."""
    held = {role for role, *_where in roles.of(user)}
    items = work_items(user)
    of = lambda topic: [item for item in items if item.topic == topic]
    found = {
        "work": of(User.Topic.WORK),
        "closing": of(User.Topic.DATES),
        "heard": of(User.Topic.NEWS),
        "news": [notice for notice in news(user, limit=8) if notice.read_at is None],
        "set_aside": is_set_aside(user.email),
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
    mine = Project.objects.filter(Q(coach=user) | Q(assignment__challenge__translator=user))
    return {
        "coached": list(mine.exclude(status__in=["completed", "cancelled"]).for_cards()[:LISTED]),
        "translations": list(
            Challenge.objects.filter(translator=user, status="accepted").select_related("partner")[:LISTED]
        ),
        "unclaimed": list(
            Challenge.objects.filter(translator=None, status="accepted").select_related("partner")[:LISTED]
        ),
    }


def company_section(user) -> dict:
    """Our challenges, newest first, and our organisations."""
    ours = roles.partner_ids(user, roles.CONTACT)
    return {
        "organisations": list(Partner.objects.filter(pk__in=ours)),
        "our_challenges": list(
            Challenge.objects.filter(partner__in=ours)
            .exclude(status="withdrawn")
            .select_related("partner")
            .prefetch_related("assignments")[:LISTED]
        ),
    }


def broker_section(user) -> dict:
    """The state of the network in figures; each figure opens to its list."""
    return {
        "queue": {
            "partners": Partner.objects.filter(status="submitted").count(),
            "challenges": Challenge.objects.filter(status="submitted").count(),
            "unclaimed_count": Challenge.objects.filter(status="accepted", translator=None).count(),
        }
    }


def coordinator_section(user) -> dict:
    """The projects of my school that are under way."""
    schools = roles.school_ids(user, roles.COORDINATOR)
    projects = Project.objects.filter(run__module__school__in=schools, status__in=["open", "running", "confirming"])
    rounds = MatchingRound.objects.live().filter(school__in=schools).with_counts()
    return {"school_projects": list(projects.for_cards()[:LISTED]), "school_rounds": list(rounds[:LISTED])}
