"""Where completed projects went on (*vervolg*): the share, the places, and the projects behind each figure."""

from dataclasses import dataclass

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When
from django.utils.translation import gettext as _

from challenges.models import Challenge
from partners.models import Collaboration, Partner
from projects.chain import readable
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
    by_words: dict[tuple, Place]

    @property
    def share(self) -> int:
        """Of the completed projects, how many in a hundred went on."""
        return round(100 * self.went_on / self.total) if self.total else 0

    def with_place(self, user, projects: QuerySet[Project]) -> list[Project]:
        """The projects of a page with their `place`, and `next_seen` when the reader may see what follows."""
        rows = list(projects)
        for project in rows:
            outcome = getattr(project, "outcome", None)
            words = (outcome.follow_up, outcome.follow_up_lab_id, project.named) if outcome else (None, None, None)
            project.place = self.by_words[words]
        return _with_next(user, rows)


def follow_up_page(user, key: str) -> FollowUps:
    """The figures over what `user` may read, and the projects of one of them; a `key` nobody knows is all of them.

    The database counts what outcomes say, so that only the projects of a page are read.
    """
    together = list(Collaboration.objects.for_cards().prefetch_related("offshoots__card"))
    completed = readable(user).filter(status=ProjectStatus.COMPLETED).annotate(named=_named(together))
    said = list(completed.order_by().values_list(*SAYS).annotate(count=Count("pk")))
    labs = Partner.objects.in_bulk({lab for _follow, lab, _named, _count in said if lab})
    by_words = {tuple(words): _place(*words, labs, together) for *words, _count in said}
    counts: dict[Place, int] = {}
    where = {ALL: Q(), WENT_ON: Q(pk=None)}
    for *words, count in said:
        place = by_words[tuple(words)]
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
        by_words=by_words,
    )


def _named(together: list[Collaboration]) -> Case:
    """The collaboration that the note of an outcome elsewhere names; the longest name says most."""
    longest = sorted(together, key=lambda one: len(one.name), reverse=True)
    found = {"outcome__follow_up": Outcome.FollowUp.ELSEWHERE}
    cases = [When(**found, outcome__follow_up_note__icontains=one.name, then=Value(one.pk)) for one in longest]
    return Case(*cases, default=None, output_field=IntegerField())


def _rows(completed: QuerySet[Project]) -> QuerySet[Project]:
    """Newest first, with only what a row needs."""
    rows = completed.order_by("-ends", "-pk").select_related(
        "assignment__challenge__partner", "outcome__next_challenge"
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
