"""Suggesting goals for a challenge: the index of all goals, kept per process, and what earlier links say."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import Count, Exists, F, Max, OuterRef

from challenges.models import Assignment, Challenge, GoalLink
from challenges.suggestions import Evidence, Goal, Index, words_of
from challenges.workflow import PUBLIC
from modules.models import LearningGoal
from partners.lexicon import SEARCH_CONFIG

OFFERED = 8  # suggestions at a time
SIMILAR = 5  # earlier challenges that count
LEAST = 0.15  # how much an earlier challenge must resemble this one: below it, links lowered recall
QUERY_WORDS = 40
# What the label says: on the development set 94% of the strong ones are right, 45% of the fair, 11% of the weak.
STRONG, FAIR = 0.85, 0.65


@dataclass
class Offer:
    """A suggested title with its goals: the one that fits best is offered, the others are a tap further."""

    goal: LearningGoal
    strength: str  # strong, fair or weak
    words: list[str]
    earlier: list[str]
    others: list[LearningGoal] = field(default_factory=list)


class _Kept:
    """The index of this process, made anew when a goal changed."""

    stamp: tuple | None = None
    index: Index | None = None


def index() -> Index:
    """The index of all current goals; one query as long as no goal changed."""
    stamp = tuple(
        LearningGoal.objects.aggregate(n=Count("pk"), at=Max("changed_at"), gone=Count("retired_at")).values()
    )
    if _Kept.index is None or _Kept.stamp != stamp:
        _Kept.index, _Kept.stamp = Index(known_goals(LearningGoal.objects.current())), stamp
    return _Kept.index


def known_goals(goals: Iterable[LearningGoal]) -> list[Goal]:
    """What is known, once for each title: the longest explanation, and the sentences and keywords of all."""
    rows = goals.values_list(
        "title", "explanation", "company_says", "keywords", "programme", "core_task_code"
    ).order_by("title", "pk")  # fmt: skip
    found: dict[str, dict] = defaultdict(lambda: {"explanation": "", "says": {}, "keywords": {}, "tasks": set(),
                                                  "programmes": set()})  # fmt: skip
    for title, explanation, says, keywords, programme, task in rows:
        known = found[title]
        known["explanation"] = max(known["explanation"], explanation, key=len)
        known["says"].update(dict.fromkeys(says))
        known["keywords"].update(dict.fromkeys(keywords))
        known["tasks"].add(f"{programme} {task}")
        known["programmes"].add(str(programme))
    return [
        Goal(title, known["explanation"], tuple(known["says"]), tuple(known["keywords"]), frozenset(known["tasks"]),
             frozenset(known["programmes"]))
        for title, known in found.items()
    ]  # fmt: skip


def text_of(challenge: Challenge) -> str:
    """What the company wrote, beside the title."""
    return "\n".join([challenge.question, challenge.why, *challenge.results])


def evidence(challenge: Challenge, ready: Index) -> list[Evidence]:
    """Earlier public challenges that resemble this one, with the titles they are linked to. One query."""
    words = list(dict.fromkeys(words_of(f"{challenge.title} {text_of(challenge)}")))[:QUERY_WORDS]
    if not words:
        return []
    query = SearchQuery(" | ".join(words), search_type="raw", config=SEARCH_CONFIG)
    links = GoalLink.objects.filter(assignment__challenge=OuterRef("pk")).order_by()
    linked = links.values_list("goal__title", flat=True).distinct()
    found = (
        Challenge.objects.filter(document=query, status__in=PUBLIC, confidential=False)
        .filter(Exists(links))
        .exclude(pk=challenge.pk)
        .annotate(rank=SearchRank(F("document"), query), titles=ArraySubquery(linked))
        .order_by("-rank", "-pk")[: SIMILAR * 2]
    )
    others = list(found)
    alike = ready.similarity(f"{challenge.title}. {text_of(challenge)}", [f"{c.title}. {text_of(c)}" for c in others])
    nearest = sorted(zip(alike, others, strict=True), key=lambda pair: (-pair[0], pair[1].pk))
    return [
        Evidence(other.title, similarity, frozenset(other.titles))
        for similarity, other in nearest[:SIMILAR]
        if similarity >= LEAST
    ]


def _distance(goal: LearningGoal, assignment: Assignment, own: set[int]) -> tuple:
    """Orders goals of one title: the reader's own programmes first, then the level of the assignment."""
    return goal.programme_id not in own, goal.programme.level != assignment.level, goal.programme.name, goal.pk


def suggest(assignment: Assignment, linked: Iterable[LearningGoal], own: set[int]) -> list[Offer]:
    """At most OFFERED goals for an assignment, best first, without what is linked or was rejected at its challenge.

    Expects `with_rejected`. `own` are the programmes of the reader's modules: of the goals with one title, those come
    first, then the level of the assignment.
    """
    challenge = assignment.challenge
    ready = index()
    out = {goal.title for goal in linked} | set(assignment.rejected)
    ranked = ready.rank(challenge.title, text_of(challenge), evidence(challenge, ready))
    chosen = [one for one in ranked if one.title not in out and one.score > 0][:OFFERED]
    ready.explain(challenge.title, text_of(challenge), chosen)
    goals = defaultdict(list)
    wanted = LearningGoal.objects.current().filter(title__in=[one.title for one in chosen])
    for goal in wanted.select_related("programme"):
        goals[goal.title].append(goal)
    offers = []
    for one in chosen:
        same = sorted(goals[one.title], key=lambda goal: _distance(goal, assignment, own))
        strength = "strong" if one.trust >= STRONG else "fair" if one.trust >= FAIR else "weak"
        offers.append(Offer(same[0], strength, one.words, one.earlier[:2], same[1:]))
    return offers
