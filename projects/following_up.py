"""Where completed projects went on (*vervolg*): the share, the places, and the projects behind each figure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.core.paginator import Page
from django.db.models import Case, Count, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.utils.translation import gettext as _

from challenges.models import Challenge
from oil_portal.core.kept import Reading, kept
from oil_portal.core.prepared import Many, Some, address, prepared
from oil_portal.core.views import MOST_COUNTED, Leaves, Pages
from partners import roles
from partners.models import Collaboration, Partner
from partners.workflow import PartnerStatus
from projects.chain import own_in_person, readable, reads_all
from projects.models import Outcome, Project
from projects.workflow import ProjectStatus

PER_PAGE = 24
SAYS = ("outcome__follow_up", "outcome__follow_up_lab", "named")  # what a place follows from; see `_named`
ALL, WENT_ON, NEXT, ELSEWHERE, NOWHERE, LAB, TOGETHER = "alle", "verder", "vraagstuk", "elders", "geen", "lab", "samen"


class Place(NamedTuple):
    """Where projects went on; `key` is how the address names it."""

    key: str
    label: str
    url: str = ""


class WentOn(NamedTuple):
    """A collaboration, and the partners and collaborations that it went on in."""

    name: str
    url: str
    state: str
    partners: tuple[Place, ...]
    offshoots: tuple[Place, ...]


class Row(NamedTuple):
    """A completed project and where it went: the next question too, for who may see it."""

    url: str
    title: str
    partner: str
    ends: date
    note: str
    place: str
    next_url: str
    next_title: str


@dataclass
class FollowUps:
    """What the page shows; `counts` has every place with its projects, largest first."""

    total: int
    went_on: int
    counts: tuple[tuple[Place, int], ...]
    place: Place  # the one whose projects are listed
    collaborations: tuple[WentOn, ...]
    counted: Reading  # when
    names: tuple[tuple[str, int], ...]  # of all collaborations
    together: dict[int, Place]

    @property
    def share(self) -> int:
        """Of the completed projects, how many in a hundred went on."""
        return round(100 * self.went_on / self.total) if self.total else 0

    def page(self, user, number: str | None) -> Page:
        """A page of the projects of the place, newest first, as rows."""
        kind, _dash, at = self.place.key.partition("-")
        page = Pages(Leaves(_rows, _all_rows, user, kind, (int(at),) if at else (), self.names), PER_PAGE)
        found = page.get_page(number)
        found.object_list = [self._row(*row) for row in found.object_list]
        return found

    def _row(self, pk, title, partner, ends, note, lab_name, next_pk, next_title, *words) -> Row:
        lab = {words[1]: Place("", lab_name)}
        place = _place(*words, lab, self.together)
        seen = next_title and place.key == NEXT
        following = (address("challenges:detail", next_pk), next_title) if seen else ("", "")
        return Row(address("projects:card", pk), title, partner, ends, note or "", place.label, *following)


def follow_up_page(user, key: str) -> FollowUps:
    """The figures over what `user` may read, and the projects of one of them; a `key` nobody knows is all of them.

    The database counts what outcomes say, so that only the projects of a page are read.
    """
    collaborations = _collaborations()
    names = _names(collaborations)
    together = {
        pk: Place(f"{TOGETHER}-{pk}", name, address("partners:card", card) if card else "")
        for pk, name, _state, _from, card in collaborations
    }
    said, reading = _said(user, names)
    labs = {pk: _of_partner(pk, *rest) for pk, *rest in _labs(Many({lab for _follow, lab, _named in said if lab}))}
    counts: Counter[Place] = Counter()
    for words, count in said.items():
        counts[_place(*words, labs, together)] += count
    places = {place.key: place for place in counts} | {
        ALL: Place(ALL, _("Alle afgeronde projecten")), WENT_ON: Place(WENT_ON, _("Alle projecten met een vervolg")),
    }  # fmt: skip
    return FollowUps(
        total=counts.total(),
        went_on=sum(count for place, count in counts.items() if place.key != NOWHERE),
        counts=tuple(sorted(counts.items(), key=lambda row: (row[0].key == NOWHERE, -row[1], row[0].label))),
        place=places.get(key, places[ALL]),
        collaborations=tuple(_went_on(collaborations, together)),
        counted=reading,
        names=names,
        together=together,
    )


# --- Counting ---------------------------------------------------------------------------------------------------
def _said(user, names: tuple) -> tuple[Counter, Reading]:
    """How many completed projects that the reader may read say what, and when those of all were counted."""
    everything, schools = reads_all(user), roles.school_ids(user, roles.COORDINATOR)
    reading = said_by_all()
    said = _counter(_said_by_own(user, Some(schools), names)) if not everything else Counter()
    for (school, *words), count in reading.value.items():
        if everything or school is None or school in schools:
            said[tuple(words)] += count
    return said, reading


@kept(slow=0.1)
def said_by_all() -> Counter:
    """How many completed projects say what, for those that everybody reads (None) and the confidential ones of each
    school."""
    return _counter(_said_by(_names(_collaborations())))


def _counter(rows: list[tuple]) -> Counter:
    return Counter({tuple(words): count for *words, count in rows})


@prepared
def _said_by(names: tuple) -> QuerySet:
    school = Case(When(confidential=True, then="run__module__school"), default=None, output_field=IntegerField())
    return _count(Project.objects.annotate(school=school), names, "school")


@prepared
def _said_by_own(user, schools: tuple, names: tuple) -> QuerySet:
    """Of what is confidential and of no school that the reader coordinates."""
    own = Project.objects.filter(own_in_person(user), confidential=True)
    return _count(own.exclude(run__module__school__in=schools), names)


def _count(projects: QuerySet[Project], names: tuple, *by: str) -> QuerySet:
    completed = projects.filter(status=ProjectStatus.COMPLETED).annotate(named=_named(names))
    return completed.order_by().values_list(*by, *SAYS).annotate(count=Count("pk"))


def _named(names: tuple) -> Case:
    """The collaboration that the note of an outcome elsewhere names; the longest name says most."""
    longest = sorted(names, key=lambda one: len(one[0]), reverse=True)
    found = {"outcome__follow_up": Outcome.FollowUp.ELSEWHERE}
    cases = [When(**found, outcome__follow_up_note__icontains=name, then=Value(pk)) for name, pk in longest]
    return Case(*cases, default=None, output_field=IntegerField())


# --- The projects of a place ------------------------------------------------------------------------------------
@prepared
def _rows(user, kind: str, one: tuple, names: tuple, first: int, many: int) -> QuerySet:
    following = Challenge.objects.visible_to(user).filter(pk=OuterRef("outcome__next_challenge")).values("title")
    shown = _chosen(user, kind, one, names).order_by("-ends", "-pk").annotate(next_title=Subquery(following[:1]))
    found = shown.values_list(
        "pk", "title", "assignment__challenge__partner__name", "ends", "outcome__follow_up_note",
        "outcome__follow_up_lab__name", "outcome__next_challenge", "next_title", *SAYS,
    )  # fmt: skip
    return found[first : first + many]


@prepared
def _all_rows(user, kind: str, one: tuple, names: tuple) -> QuerySet:
    return _chosen(user, kind, one, names).order_by().values("pk")[: MOST_COUNTED + 1]


def _chosen(user, kind: str, one: tuple, names: tuple) -> QuerySet[Project]:
    completed = readable(user).filter(status=ProjectStatus.COMPLETED).annotate(named=_named(names))
    kinds = Outcome.FollowUp
    which = {
        ALL: Q(),
        WENT_ON: Q(outcome__follow_up__in=[kinds.LAB, kinds.CHALLENGE, kinds.ELSEWHERE]),
        NEXT: Q(outcome__follow_up=kinds.CHALLENGE),
        ELSEWHERE: Q(outcome__follow_up=kinds.ELSEWHERE, named=None),
        NOWHERE: Q(outcome=None) | Q(outcome__follow_up=kinds.NONE),
        LAB: Q(outcome__follow_up=kinds.LAB, outcome__follow_up_lab__in=one),
        TOGETHER: Q(outcome__follow_up=kinds.ELSEWHERE, named__in=one),
    }
    return completed.filter(which[kind])


# --- Places -----------------------------------------------------------------------------------------------------
def _place(follow: str | None, lab: int | None, named: int | None, labs: dict, together: dict) -> Place:
    """The lab by name, the next question, or elsewhere: under the collaboration that the note names, if it does."""
    kinds = Outcome.FollowUp
    if follow is None or follow == kinds.NONE:
        return Place(NOWHERE, str(kinds.NONE.label))
    if follow == kinds.LAB:
        return labs[lab]
    if follow == kinds.CHALLENGE:
        return Place(NEXT, str(kinds.CHALLENGE.label))
    return together.get(named) or Place(ELSEWHERE, str(kinds.ELSEWHERE.label))


@prepared
def _labs(labs: Many) -> QuerySet:
    return Partner.objects.filter(pk__among=labs).order_by().values_list("pk", "name", "status")


def _of_partner(pk: int, name: str, status: str) -> Place:
    """A lab or another partner; the page of who is not accepted is not for everybody."""
    return Place(f"{LAB}-{pk}", name, address("partners:detail", pk) if status == PartnerStatus.ACCEPTED else "")


@prepared
def _collaborations() -> QuerySet:
    """(number, name, state, from which it came, its card) of each, by name."""
    return Collaboration.objects.values_list("pk", "name", "state", "started_from", "card")


@prepared
def _continued() -> QuerySet:
    """(collaboration, number, name and status of a partner that it went on in), by name."""
    ties = Collaboration.continued_in.through.objects.order_by("partner__name", "partner")
    return ties.values_list("collaboration", "partner", "partner__name", "partner__status")


def _names(collaborations: list[tuple]) -> Some:
    return Some((name, pk) for pk, name, *_rest in collaborations)


def _went_on(collaborations: list[tuple], together: dict[int, Place]) -> Iterable[WentOn]:
    """Those that went on somewhere."""
    continued = _continued()
    for pk, name, state, _from, _card in collaborations:
        partners = tuple(_of_partner(*rest) for one, *rest in continued if one == pk)
        offshoots = tuple(together[other] for other, _name, _state, origin, _card in collaborations if origin == pk)
        if partners or offshoots:
            yield WentOn(name, together[pk].url, str(Collaboration.State(state).label), partners, offshoots)
