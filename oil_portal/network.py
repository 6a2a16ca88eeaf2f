"""The network as it is: who works with whom, chosen by what stands in the address. Reads only, in four queries."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from django import forms
from django.db.models import Count, IntegerField, QuerySet
from django.db.models.functions import Cast, Coalesce, ExtractYear
from django.http import QueryDict
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from challenges.models import Theme
from oil_portal import ring
from oil_portal.core import clock
from oil_portal.core.prepared import address, ahead, prepared
from partners import roles
from partners.models import Collaboration, Partner
from partners.models.partner import hue_of, is_pause
from partners.sectors import Sector
from partners.workflow import PartnerStatus
from projects.models import Project
from projects.workflow import WITH_TEAM

UNKNOWN = "-"  # in the address: a partner without a municipality or sector
NAMED, MOST_NAMES = 6, 60  # partners that a row of the table names at once, and in all
Choices = tuple[tuple[str, tuple[tuple[str, str], ...]], ...]  # of each filter: what can be asked for, with its words
Rows = tuple[tuple[tuple, ...], ...]  # what four queries found; hashable
FIELDS = ("kind", "municipality", "sector", "lab", "theme", "year")


class Tie(NamedTuple):
    """Two partners that worked together: in projects (with their theme, lab and years) or a collaboration."""

    one: int
    other: int
    theme: str = ""
    first: int = 0
    last: int = 0
    often: int = 1


class Accepted(NamedTuple):
    """An accepted partner, with what the network says of it; `since` is the year in which it came."""

    pk: int
    kind: str
    glyph: str
    name: str
    municipality: str
    sector: str
    paused_until: date | None
    since: int

    @property
    def hue(self) -> str:
        return hue_of(self.kind, self.glyph)

    @property
    def url(self) -> str:
        return address("partners:detail", self.pk)

    @property
    def is_paused(self) -> bool:
        return is_pause(self.paused_until)


class Network(NamedTuple):
    """All accepted partners and every tie that the reader may know of."""

    partners: list[Accepted]
    ties: list[Tie]

    @property
    def years(self) -> list[int]:
        """From the first project until today."""
        first = min((tie.first for tie in self.ties if tie.first), default=clock.today().year)
        return list(range(first, clock.today().year + 1))


@lru_cache(maxsize=1000)
def times(often: int, _language: str) -> str:
    """'3 keer', looked up once."""
    return ngettext("%(count)s keer", "%(count)s keer", often) % {"count": often}


@dataclass
class Row:
    """A partner in the table: with whom it works, most often first."""

    partner: Accepted
    others: list[tuple[Accepted, int]] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        """'mboRijnland', or 'mboRijnland (3 keer)' for who works together more often; of thousands, the first."""
        language = get_language()
        return [
            f"{other.name} ({times(often, language)})" if often > 1 else other.name
            for other, often in self.others[:MOST_NAMES]
        ]

    @property
    def further(self) -> int:
        """How many stand below those that a row names at once."""
        return max(0, len(self.others) - NAMED)

    @property
    def unnamed(self) -> int:
        return max(0, len(self.others) - MOST_NAMES)


def sees_all(user) -> bool:
    """Brokers also count what is confidential."""
    return roles.has(user, roles.BROKER) or getattr(user, "is_superuser", False)


def read(everything: bool) -> Rows:
    """The whole network as rows: ties that come from a confidential challenge are there only in everything."""
    asked = ((_accepted,), (_projects, everything), (_together, "members"), (_together, "continued_in"))
    with ahead(*asked):
        return tuple(tuple(each(*given)) for each, *given in asked)


def network_of(rows: Rows) -> Network:
    """What `read` found, put together."""
    partners, projects, members, later = rows
    ties = [Tie._make(row) for row in projects if row[0] != row[1]]
    return Network([Accepted._make(row) for row in partners], [*ties, *_collaborations(members, later)])


@prepared
def _accepted() -> QuerySet:
    """As Accepted."""
    found = Partner.objects.filter(status=PartnerStatus.ACCEPTED)
    return found.values_list(*Accepted._fields[:-1], _year("created_at"))


def _year(name: str) -> Cast:
    """A whole number for Python: PostgreSQL counts years in fractions."""
    return Cast(ExtractYear(name), IntegerField())


@prepared
def _projects(everything: bool) -> QuerySet:
    """Who asked, with the lab of the project, or its school where it has no lab; the database groups them. As Tie."""
    found = Project.objects.filter(status__in=WITH_TEAM).order_by()
    if not everything:
        found = found.filter(assignment__challenge__confidential=False)
    return found.values_list(
        "assignment__challenge__partner", Coalesce("lab", "run__module__school"), "assignment__challenge__theme",
        _year("starts"), _year("ends"),
    ).annotate(often=Count("pk"))  # fmt: skip


def _collaborations(in_it: Iterable[tuple], continued: Iterable[tuple]) -> list[Tie]:
    """Each two members of a collaboration, and each member with what it continued in."""
    members, later = defaultdict(set), defaultdict(set)
    for found, rows in ((members, in_it), (later, continued)):
        for collaboration, partner in rows:
            found[collaboration].add(partner)
    pairs = []
    for collaboration, group in members.items():
        both = {tuple(sorted((one, other))) for one in group for other in group | later[collaboration] if one != other}
        pairs += [Tie(one, other) for one, other in sorted(both)]
    return pairs


@prepared
def _together(name: str) -> QuerySet:
    return getattr(Collaboration, name).through.objects.values_list("collaboration", "partner")


# --- What the address asks ---------------------------------------------------------------------------------------
def choices_of(network: Network) -> Choices:
    """What can be asked for: what the network has."""
    partners = network.partners
    labs = ((str(each.pk), each.name) for each in partners if each.kind == Partner.Kind.LAB)
    found = {
        "kind": [(value, str(label)) for value, label in Partner.Kind.choices],
        "theme": [(value, str(label)) for value, label in Theme.choices],
        "lab": sorted(labs, key=lambda pair: pair[1]),
        "year": [("", _("Alle jaren")), *((str(year), str(year)) for year in network.years)],
    }
    for name in ("municipality", "sector"):
        words = {getattr(each, name) for each in partners}
        unknown = [(UNKNOWN, _("Niet bekend"))] if "" in words else []
        named = sorted(((word, place_words(word)) for word in words - {""}), key=lambda pair: pair[1].lower())
        found[name] = named + unknown
    return tuple((name, tuple(choices)) for name, choices in found.items())


class NetworkForm(forms.Form):
    """The filters; bind it to what `ask` knows."""

    kind = forms.MultipleChoiceField(label=gettext_lazy("Soort"))
    lab = forms.MultipleChoiceField(label=gettext_lazy("Lab"))
    theme = forms.MultipleChoiceField(label=gettext_lazy("Thema"))
    municipality = forms.MultipleChoiceField(label=gettext_lazy("Gemeente"))
    sector = forms.MultipleChoiceField(label=gettext_lazy("Sector"))
    year = forms.ChoiceField(label=gettext_lazy("Jaar"))

    def __init__(self, choices: Choices, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        offered = dict(choices)
        for name, bound in self.fields.items():
            bound.required, bound.choices = False, offered[name]
            if isinstance(bound, forms.MultipleChoiceField):
                bound.widget = forms.CheckboxSelectMultiple(choices=bound.choices)


def ask(choices: Choices, given: QueryDict) -> tuple[QueryDict, list[str]]:
    """What the address asks for, and the values in it that are no choice."""
    known, unknown, offered = QueryDict(mutable=True), [], dict(choices)
    for name in FIELDS:
        options = {value for value, _label in offered[name]}
        for value in given.getlist(name):
            if value in options:
                known.appendlist(name, value)
            elif value:
                unknown.append(value[:40])
    return known, unknown


def filled(choices: Choices, known: QueryDict) -> NetworkForm:
    form = NetworkForm(choices, known)
    form.is_valid()
    return form


# --- What is seen ------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class View:
    """The part of the network that was asked for: rows by number of connections, and how often each two worked."""

    rows: list[Row]
    pairs: dict[tuple[int, int], int]

    @property
    def strongest(self) -> Row | None:
        return self.rows[0] if self.rows and self.rows[0].others else None


def choose(network: Network, asked: dict) -> View:
    """Who answers to the filters and with whom they work. Paused partners are in no picture."""
    shown = {each.pk: each for each in network.partners if not each.is_paused}
    ties = [tie for tie in network.ties if tie.one in shown and tie.other in shown]
    if any(asked.get(name) for name in ("theme", "year", "lab")):
        ties = [tie for tie in ties if _fits(tie, asked)]
    busy = {pk for tie in ties for pk in (tie.one, tie.other)}
    chosen = {pk for pk, each in shown.items() if _answers(each, asked, busy)}
    pairs: Counter[tuple[int, int]] = Counter()
    for tie in ties:
        if tie.one in chosen or tie.other in chosen:
            pairs[min(tie.one, tie.other), max(tie.one, tie.other)] += tie.often
    rows = {pk: Row(shown[pk]) for pk in chosen.union(*pairs)}
    for (one, other), often in pairs.items():
        rows[one].others.append((shown[other], often))
        rows[other].others.append((shown[one], often))
    for row in rows.values():
        row.others.sort(key=lambda pair: (-pair[1], pair[0].name, pair[0].pk))
    order = sorted(rows.values(), key=lambda row: (-len(row.others), row.partner.name, row.partner.pk))
    return View(order, dict(pairs))


def _fits(tie: Tie, asked: dict) -> bool:
    """A collaboration has no theme and no year, so a filter on those leaves it out."""
    year, labs = asked.get("year"), asked.get("lab")
    return (
        (not asked.get("theme") or tie.theme in asked["theme"])
        and (not year or tie.first <= int(year) <= tie.last)
        and (not labs or str(tie.one) in labs or str(tie.other) in labs)
    )


def _answers(partner: Accepted, asked: dict, busy: set[int]) -> bool:
    """A filter on the work asks for somebody who works; one on the year also finds who was there already."""
    if asked.get("kind") and partner.kind not in asked["kind"]:
        return False
    for name in ("municipality", "sector"):
        if asked.get(name) and (getattr(partner, name) or UNKNOWN) not in asked[name]:
            return False
    if partner.pk in busy:
        return True
    if asked.get("theme") or (asked.get("lab") and str(partner.pk) not in asked["lab"]):
        return False
    return not asked.get("year") or partner.since <= int(asked["year"])


# --- The picture -------------------------------------------------------------------------------------------------
def picture(view: View) -> ring.Drawing:
    members = [
        ring.Member(
            key=row.partner.pk,
            name=row.partner.name,
            kind=row.partner.kind,
            hue=row.partner.hue,
            places=(row.partner.municipality, row.partner.sector),
            weight=len(row.others),
        )
        for row in view.rows
    ]
    nodes = [replace(node, label=label(node)) for node in ring.fold(members)]
    return ring.draw(nodes, [(one, other, often) for (one, other), often in view.pairs.items()])


def label(node: ring.Node) -> str:
    """The partner's name, or what a group has in common: '34 bedrijven in Leiden'."""
    count = len(node.members)
    if count == 1:
        return node.members[0].name
    what = kind_count(node.members[0].kind, count)
    if node.place is None:
        return _("Nog %(what)s") % {"what": what}
    if len(node.values) > 1:
        return (_("%(what)s elders") if node.place == 0 else _("%(what)s, andere sector")) % {"what": what}
    if node.values == ("",):
        return (_("%(what)s, gemeente onbekend") if node.place == 0 else _("%(what)s, sector onbekend")) % {
            "what": what
        }
    return (_("%(what)s in %(place)s") if node.place == 0 else _("%(what)s: %(place)s")) % {
        "what": what,
        "place": place_words(node.values[0]),
    }


def place_words(value: str) -> str:
    """A municipality as it stands, a sector by its label."""
    return str(dict(Sector.choices).get(value, value))


def kind_count(kind: str, count: int) -> str:
    words = {
        "company": ngettext("%(count)s bedrijf", "%(count)s bedrijven", count),
        "school": ngettext("%(count)s school", "%(count)s scholen", count),
        "lab": ngettext("%(count)s lab", "%(count)s labs", count),
        "government": ngettext("%(count)s overheid", "%(count)s overheden", count),
        "network": ngettext("%(count)s netwerk", "%(count)s netwerken", count),
    }
    return words[kind] % {"count": count}


def leads(node: ring.Node, asked: QueryDict) -> str:
    """Where a shape leads: to the partner, to the network of the group alone, or to the table that names its members.

    The other filters stay as they are.
    """
    if len(node.members) == 1:
        return address("partners:detail", node.key)
    if node.place is None:
        return "#tabel"
    rest = asked.copy()
    rest.setlist("kind", [node.members[0].kind])
    rest.setlist(("municipality", "sector")[node.place], [value or UNKNOWN for value in node.values])
    return f"?{rest.urlencode()}"
