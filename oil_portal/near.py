"""New challenges near what somebody teaches: by the goals they are linked to, else by the goals their words suggest."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import QuerySet

from challenges.models import Challenge, GoalLink
from challenges.services.suggestion import index, text_of
from challenges.suggestions import Index
from modules.models import LearningGoal
from oil_portal.core import clock
from oil_portal.worklists.asking import came

RECENT = timedelta(days=30)
READ = 200  # new challenges that are compared
TITLES, LEAST = 6, 0.5  # suggested goals of a challenge, and how strong they must be (0 to 1)


@dataclass
class Near:
    """A challenge and the goals that it shares with a teacher's modules: {goal: module}."""

    challenge: Challenge
    shared: dict[str, str] = field(default_factory=dict)


class _Kept:
    """What the words of each challenge suggested; forgotten when the goals changed, or when it is much."""

    index: Index | None = None
    titles: dict[tuple[str, str], frozenset[str]] = {}


def near_for(teachers: set[int], limit: int) -> dict[int, list[Near]]:
    """{teacher: at most `limit` challenges, those that share most first}, in four queries for all."""
    taught = _taught(teachers)
    if not taught:
        return {}
    challenges = list(_new())
    titles = _titles(challenges)
    found = {}
    for teacher, mine in taught.items():
        near = [
            Near(each, {title: mine[title] for title in sorted(titles[each.pk] & mine.keys())})
            for each in challenges
            if each.translator_id != teacher
        ]
        shared = sorted(
            (each for each in near if each.shared), key=lambda each: -len(each.shared)
        )  # stable: newest first
        found[teacher] = shared[:limit]
    return found


def _taught(teachers: set[int]) -> dict[int, dict[str, str]]:
    """{teacher: {goal: module}} of the modules that they teach now or soon."""
    runs, found = "modules__runs", defaultdict(dict)
    goals = LearningGoal.objects.filter(**{f"{runs}__teachers__in": teachers, f"{runs}__ends__gte": clock.today()})
    rows = goals.order_by("modules__title").values_list(f"{runs}__teachers", "title", "modules__title").distinct()
    for teacher, title, module in rows:
        found[teacher].setdefault(title, module)
    return found


def _new() -> QuerySet[Challenge]:
    """Challenges that came into the status accepted or published lately, newest first."""
    new = Challenge.objects.filter(status__in=["accepted", "published"]).annotate(since=came(Challenge))
    return (
        new.select_related("partner")
        .filter(since__gte=clock.now() - RECENT)
        .defer("document")
        .order_by("-since", "-pk")[:READ]
    )


def _titles(challenges: list[Challenge]) -> dict[int, frozenset[str]]:
    """{challenge: titles of its goals}: what a teacher linked, else what its words suggest."""
    linked = defaultdict(set)
    links = GoalLink.objects.filter(assignment__challenge__in=challenges).order_by()
    for challenge, title in links.values_list("assignment__challenge", "goal__title"):
        linked[challenge].add(title)
    ready = index()
    if _Kept.index is not ready or len(_Kept.titles) > 4 * READ:
        _Kept.index, _Kept.titles = ready, {}
    return {each.pk: frozenset(linked[each.pk]) or _suggested(each, ready) for each in challenges}


def _suggested(challenge: Challenge, ready: Index) -> frozenset[str]:
    key = (challenge.title, text_of(challenge))
    if key not in _Kept.titles:
        best = ready.rank(*key)[:TITLES] if ready.goals else []
        _Kept.titles[key] = frozenset(one.title for one in best if one.score >= LEAST)
    return _Kept.titles[key]
