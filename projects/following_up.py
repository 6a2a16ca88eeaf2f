"""Where completed projects went on (*vervolg*): the share, the places, and the projects behind each figure."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from challenges.models import Challenge
from partners.models import Collaboration
from projects.chain import readable
from projects.models import Outcome, Project
from projects.workflow import ProjectStatus

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
    chosen: list[Project]  # each with `place`, and `next_seen` when the reader may see the question that follows
    place: Place
    collaborations: list[Collaboration]

    @property
    def share(self) -> int:
        """Of the completed projects, how many in a hundred went on."""
        return round(100 * self.went_on / self.total) if self.total else 0


def follow_up_page(user, key: str) -> FollowUps:
    """The figures over what `user` may read, and the projects of one of them; a `key` nobody knows is all of them."""
    together = list(Collaboration.objects.for_cards().prefetch_related("offshoots__card"))
    projects = _completed(user)
    for project in projects:
        project.place = _place(getattr(project, "outcome", None), together)
    by_place: dict[Place, list[Project]] = {}
    for project in projects:
        by_place.setdefault(project.place, []).append(project)
    went_on = [project for project in projects if project.place.key != NOWHERE]
    lists = {place.key: (place, found) for place, found in by_place.items()}
    lists[ALL] = (Place(ALL, _("Alle afgeronde projecten")), projects)
    lists[WENT_ON] = (Place(WENT_ON, _("Alle projecten met een vervolg")), went_on)
    place, chosen = lists.get(key, lists[ALL])
    order = sorted(by_place, key=lambda one: (one.key == NOWHERE, -len(by_place[one]), one.label))
    return FollowUps(
        total=len(projects),
        went_on=len(went_on),
        counts=[(one, len(by_place[one])) for one in order],
        chosen=_with_next(user, chosen),
        place=place,
        collaborations=[one for one in together if one.continued_in.all() or one.offshoots.all()],
    )


def _completed(user) -> list[Project]:
    """The completed projects, newest first, with only what a row needs."""
    found = readable(user).filter(status=ProjectStatus.COMPLETED).order_by("-ends", "-pk")
    rows = found.select_related(
        "assignment__challenge__partner", "lab", "outcome__follow_up_lab", "outcome__next_challenge"
    )
    return list(rows.defer("text", "document", "assignment__text", "outcome__result", "outcome__later"))


def _place(outcome: Outcome | None, together: Iterable[Collaboration]) -> Place:
    """The lab by name, the next question, or elsewhere: under the collaboration that the note names, if it does."""
    follow = Outcome.FollowUp
    if outcome is None or outcome.follow_up == follow.NONE:
        return Place(NOWHERE, follow.NONE.label)
    if outcome.follow_up == follow.LAB:
        lab = outcome.follow_up_lab
        return Place(f"lab-{lab.pk}", lab.name, lab.public_url)
    if outcome.follow_up == follow.CHALLENGE:
        return Place(NEXT, follow.CHALLENGE.label)
    note = outcome.follow_up_note.casefold()
    named = [one for one in together if one.name.casefold() in note]
    if not named:
        return Place(ELSEWHERE, follow.ELSEWHERE.label)
    one = max(named, key=lambda one: len(one.name))  # the longest name says most
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
