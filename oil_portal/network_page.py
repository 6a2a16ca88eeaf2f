"""The page of the network: the picture, its table and the figures below it."""

from datetime import date
from functools import lru_cache
from typing import NamedTuple

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Page, Paginator
from django.http import QueryDict
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from oil_portal import figures, ring
from oil_portal import network as net
from oil_portal.core import clock
from oil_portal.core.kept import Reading, beside, kept
from oil_portal.core.models import words
from oil_portal.core.views import counting, number
from partners.models import Partner

REMEMBERED = 2000  # rows of a network that is remembered as it was drawn; a larger one is kept
PAGE, MOST_PAGES = 25, 1000  # so that nobody fills what is kept with pages that there are not


class Shape(NamedTuple):
    """A placed shape (as ring.Placed) with where it leads, what it says to who cannot see it, and of how many it is."""

    url: str
    words: str
    label: str
    count: int
    hue: str
    hub: bool
    x: float
    y: float
    size: float
    corner: tuple[float, float]
    spoke: tuple[float, float, float, float]
    text: tuple[float, float]
    turn: float
    anchor: str
    lines: tuple[tuple[float, str], ...]


class Line(NamedTuple):
    """A row of the table: with how many a partner works, the first names of those, more of them, and how many stand
    below the first and how many names are left out."""

    name: str
    url: str
    hue: str
    kind: str
    municipality: str
    number: int
    first: tuple[str, ...]
    rest: tuple[str, ...]
    further: int
    unnamed: int


class Seen(NamedTuple):
    """What the page shows of the network, apart from all that it was counted from; hashable, so drawn once (`part`)."""

    choices: net.Choices
    known: str  # of the address
    unknown: tuple[str, ...]
    conclusion: str
    legend: tuple[tuple[str, str, int], ...]
    shapes: tuple[Shape, ...]
    chords: tuple[ring.Chord, ...]
    years: tuple[int, ...]
    partners: int
    lines: tuple[Line, ...]  # of one page


@login_not_required
@counting
def network(request):
    """Who works with whom, as far as the address asks; below it the figures of the whole network."""
    asked, page = QueryDict(mutable=True), min(number(request.GET.get("page", "")) or 1, MOST_PAGES)
    for name in net.FIELDS:
        asked.setlist(name, request.GET.getlist(name))
    everything = net.sees_all(request.user)
    with beside((figures.totals, (everything,)), (figures.stages, (everything,))):
        reading = see(everything, asked.urlencode(), page, get_language())
    found: Seen = reading.value
    if found.unknown:
        messages.info(request, _("Deze keuze kennen we niet: %s. We laten haar weg.") % ", ".join(found.unknown[:5]))
    known = QueryDict(found.known)
    context = {
        "filter": {"form": form_of(found.choices, found.known, get_language())},
        "seen": found,
        "drawn": reading,
        "page_obj": page_of(found.partners, page, found.lines),
        "years": years(found.years, known),
        "all_years": f"?{without_year(known).urlencode()}",
        "year": known.get("year"),
        "others": tuple((name, value) for name, values in without_year(known).lists() for value in values),
    }
    return render(request, "oil_portal/network.html", context | below(request.user))


@lru_cache(maxsize=100)
def form_of(choices: net.Choices, known: str, _language: str) -> net.NetworkForm:
    """The filters as the address fills them, for as long as their choices stay what they are."""
    return net.filled(choices, QueryDict(known))


@kept(slow=0.1)
def see(everything: bool, address: str, page: int, language: str) -> Seen:
    """What somebody sees who may know of everything or not, in their language."""
    rows = net.read(everything)
    draw = drawn if sum(map(len, rows)) <= REMEMBERED else drawn.__wrapped__
    return draw(rows, address, page, language, clock.today())


@lru_cache(maxsize=50)
def drawn(rows: net.Rows, address: str, page: int, language: str, _today: date) -> Seen:
    """What a network looks like, worked out once for as long as nothing in it changes."""
    whole = net.network_of(rows)
    with translation.override(language):
        choices = net.choices_of(whole)
        known, unknown = net.ask(choices, QueryDict(address))
        view = net.choose(whole, net.filled(choices, known).cleaned_data)
        drawing = net.picture(view)
        return Seen(
            choices, known.urlencode(), tuple(unknown), conclusion(view), legend(view), shapes(drawing, known),
            tuple(drawing.chords), tuple(whole.years), len(view.rows),
            tuple(map(line, page_of(len(view.rows), page, view.rows))),
        )  # fmt: skip


def page_of(count: int, page: int, rows: list | tuple) -> Page:
    """A page of so many rows; `rows` are all of them, or those of that page."""
    found = Paginator(range(count), PAGE).get_page(page)
    found.object_list = rows if len(rows) <= PAGE else rows[found.start_index() - 1 : found.end_index()]
    return found


def line(row: net.Row) -> Line:
    partner, names = row.partner, row.names
    return Line(
        partner.name, partner.url, partner.hue, str(words(Partner, "kind")[partner.kind]),
        partner.municipality, len(row.others), tuple(names[: net.NAMED]), tuple(names[net.NAMED :]), row.further,
        row.unnamed,
    )  # fmt: skip


def below(user) -> dict:
    """The figures, which no filter changes."""
    everything = net.sees_all(user)
    reading = figures.totals(everything)
    found = reading.value
    rates = figures.answer_rates(user)
    return {
        "growth": found.growth,
        "kinds": kinds(),
        "bars": ring.bars([(str(year.year), year.by_hue) for year in found.growth]),
        "municipalities": found.municipalities,
        "sectors": tuple((net.place_words(name), *rest) for name, *rest in found.sectors),
        "stages": tuple((str(one.label), one.days, one.number) for one in figures.stages(everything).value),
        "counted": Reading(None, reading.at, reading.old),
        "rates": rates,
        "answered": tuple((partner.name, rate) for partner, rate in rates),
    }


def shapes(drawing: ring.Drawing, asked: QueryDict) -> tuple[Shape, ...]:
    found = []
    for spot in drawing.nodes:
        node, ties = spot.node, sum(each.weight for each in spot.node.members)
        says = ngettext("%(name)s, %(number)s verbinding", "%(name)s, %(number)s verbindingen", ties)
        found.append(
            Shape(
                net.leads(node, asked), says % {"name": node.label, "number": ties}, node.label,
                len(node.members), node.hue, node.hub, spot.x, spot.y, spot.size, spot.corner, spot.spoke, spot.text,
                spot.turn, spot.anchor, spot.lines,
            )
        )  # fmt: skip
    return tuple(found)


def conclusion(view: net.View) -> str:
    """What the picture says, in words: '47 partners, 63 verbindingen; de meeste met mboRijnland'."""
    partners = ngettext("%(number)s partner", "%(number)s partners", len(view.rows)) % {"number": len(view.rows)}
    lines = ngettext("%(number)s verbinding", "%(number)s verbindingen", len(view.pairs)) % {"number": len(view.pairs)}
    if view.strongest is None:
        return _("%(partners)s, nog geen verbindingen") % {"partners": partners}
    return _("%(partners)s, %(lines)s; de meeste met %(name)s") % {
        "partners": partners,
        "lines": lines,
        "name": view.strongest.partner.name,
    }


def legend(view: net.View) -> tuple[tuple[str, str, int], ...]:
    """(hue, word, number) of each kind in the picture."""
    found: dict[tuple[str, str], int] = {}
    for row in view.rows:
        field = "glyph" if row.partner.glyph else "kind"
        key = row.partner.hue, str(words(Partner, field)[getattr(row.partner, field)])
        found[key] = found.get(key, 0) + 1
    ordered = sorted(found.items(), key=lambda each: (ring.HUES.index(each[0][0]), each[0][1]))
    return tuple((hue, word, number) for (hue, word), number in ordered)


def without_year(asked: QueryDict) -> QueryDict:
    there = asked.copy()
    there.pop("year", None)
    return there


def years(since: tuple[int, ...], asked: QueryDict) -> tuple[tuple[int, str], ...]:
    """(year, address of the network in that year), for the links below the slider."""
    found = []
    for year in since:
        there = asked.copy()
        there["year"] = str(year)
        found.append((year, f"?{there.urlencode()}"))
    return tuple(found)


def kinds() -> tuple[tuple[str, str], ...]:
    """(hue, word) in the order of the bars."""
    found = {
        "company": Partner.Kind.COMPANY, "school": Partner.Kind.SCHOOL, "smart": Partner.Glyph.SMART,
        "bio": Partner.Glyph.BIO, "gov": Partner.Kind.GOVERNMENT,
    }  # fmt: skip
    return *((hue, str(kind.label)) for hue, kind in found.items()), ("", _("Overig"))
