"""Where completed projects went on (*vervolg*): the share, the places, and the projects behind each figure."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When
from django.utils.translation import gettext as _

from challenges.models import Challenge
from oil_portal.core.kept import Reading, kept
from partners.models import Collaboration, Partner
from projects.chain import own_to, readable, reads_all
from projects.models import Outcome, Project
from projects.workflow import ProjectStatus

SAYS = ("outcome__follow_up", "outcome__follow_up_lab", "named")  # what a place follows from; see `_named`
ALL, WENT_ON, NEXT, ELSEWHERE, NOWHERE = "alle", "verder", "vraagstuk", "elders", "geen"


@dataclass(frozen=True)
class Place:
    """Where projects went on; `key` is how the address names it."""

    key: str
    label: str
    url: str = ""


@dataclass
class FollowUps:
    """What the page shows; `counts` has every place with its projects, largest first."""

    total: int
    went_on: int
    counts: list[tuple[Place, int]]
    chosen: QuerySet[Project]  # newest first; `with_place` says of each where it went
    place: Place
    collaborations: list[Collaboration]
    together: list[Collaboration]
    counted: Reading  # when

    @property
    def share(self) -> int:
        """Of the completed projects, how many in a hundred went on."""
        return round(100 * self.went_on / self.total) if self.total else 0

    def with_place(self, user, projects: QuerySet[Project]) -> list[Project]:
        """The projects of a page with their `place`, and `next_seen` when the reader may see what follows."""
        rows = list(projects)
        for project in rows:
            outcome = getattr(project, "outcome", None)
            lab = outcome and outcome.follow_up_lab
            words = (outcome.follow_up, lab and lab.pk, project.named) if outcome else (None, None, None)
            project.place = _place(*words, {lab.pk: lab} if lab else {}, self.together)
        return _with_next(user, rows)


def follow_up_page(user, key: str) -> FollowUps:
    """The figures over what `user` may read, and the projects of one of them; a `key` nobody knows is all of them.

    The database counts what outcomes say, so that only the projects of a page are read.
    """
    together = list(Collaboration.objects.for_cards().prefetch_related("offshoots__card"))
    completed = readable(user).filter(status=ProjectStatus.COMPLETED).annotate(named=_named(together))
    said, reading = _said(user, together)
    labs = Partner.objects.in_bulk({lab for _follow, lab, _named in said if lab})
    by_words = {words: _place(*words, labs, together) for words in said}
    counts: dict[Place, int] = {}
    where = {ALL: Q(), WENT_ON: Q(pk=None)}
    for words, count in said.items():
        place = by_words[words]
        counts[place] = counts.get(place, 0) + count
        these = Q(**dict(zip(SAYS, words, strict=True)))
        for known in (place.key, WENT_ON) if place.key != NOWHERE else (place.key,):
            where[known] = where.get(known, Q(pk=None)) | these
    places = {place.key: place for place in counts} | {
        ALL: Place(ALL, _("Alle afgeronde projecten")), WENT_ON: Place(WENT_ON, _("Alle projecten met een vervolg")),
    }  # fmt: skip
    place = places.get(key, places[ALL])
    return FollowUps(
        total=sum(counts.values()),
        went_on=sum(count for one, count in counts.items() if one.key != NOWHERE),
        counts=sorted(counts.items(), key=lambda row: (row[0].key == NOWHERE, -row[1], row[0].label)),
        chosen=_rows(completed.filter(where[place.key])),
        place=place,
        collaborations=[one for one in together if one.continued_in.all() or one.offshoots.all()],
        together=together,
        counted=reading,
    )


def _said(user, together: list[Collaboration]) -> tuple[Counter, Reading]:
    """How many completed projects that the reader may read say what, and when those were counted that many read."""
    everything = reads_all(user)
    reading = said_by_all(everything)
    own = Counter() if everything else _count(Project.objects.filter(own_to(user), confidential=True), together)
    return reading.value + own, reading


@kept(slow=0.1)
def said_by_all(confidential: bool) -> Counter:
    """How many completed projects say what: of all, or of those that everybody reads."""
    projects = Project.objects.all() if confidential else Project.objects.filter(confidential=False)
    return _count(projects, list(Collaboration.objects.all()))


def _count(projects: QuerySet[Project], together: list[Collaboration]) -> Counter:
    completed = projects.filter(status=ProjectStatus.COMPLETED).annotate(named=_named(together))
    rows = completed.order_by().values_list(*SAYS).annotate(count=Count("pk"))
    return Counter({tuple(words): count for *words, count in rows})


def _named(together: list[Collaboration]) -> Case:
    """The collaboration that the note of an outcome elsewhere names; the longest name says most."""
    longest = sorted(together, key=lambda one: len(one.name), reverse=True)
    found = {"outcome__follow_up": Outcome.FollowUp.ELSEWHERE}
    cases = [When(**found, outcome__follow_up_note__icontains=one.name, then=Value(one.pk)) for one in longest]
    return Case(*cases, default=None, output_field=IntegerField())


def _rows(completed: QuerySet[Project]) -> QuerySet[Project]:
    """Newest first, with only what a row needs."""
    rows = completed.order_by("-ends", "-pk").select_related(
        "assignment__challenge__partner", "outcome__next_challenge", "outcome__follow_up_lab"
    )
    return rows.defer("text", "document", "assignment__text", "outcome__result", "outcome__later")


def _place(follow: str | None, lab: int | None, named: int | None, labs: dict, together: list) -> Place:
    """The lab by name, the next question, or elsewhere: under the collaboration that the note names, if it does."""
    kinds = Outcome.FollowUp
    if follow is None or follow == kinds.NONE:
        return Place(NOWHERE, kinds.NONE.label)
    if follow == kinds.LAB:
        return Place(f"lab-{lab}", labs[lab].name, labs[lab].public_url)
    if follow == kinds.CHALLENGE:
        return Place(NEXT, kinds.CHALLENGE.label)
    one = next((one for one in together if one.pk == named), None)
    if one is None:
        return Place(ELSEWHERE, kinds.ELSEWHERE.label)
    card = getattr(one, "card", None)
    return Place(f"samen-{one.pk}", one.name, card.get_absolute_url() if card else "")


def _with_next(user, projects: list[Project]) -> list[Project]:
    """Add `next_seen`: the question that follows, when the reader may see it. One query for all."""
    asked = {project: project.outcome.next_challenge for project in projects if project.place.key == NEXT}
    numbers = [one.pk for one in asked.values() if one]
    seen = set(Challenge.objects.visible_to(user).filter(pk__in=numbers).values_list("pk", flat=True))
    for project in projects:
        following = asked.get(project)
        project.next_seen = following if following and following.pk in seen else None
    return projects
