"""The page of the network: the picture, its table and the figures below it."""

from dataclasses import dataclass, replace

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
from oil_portal.core.kept import kept
from oil_portal.core.views import counting, number
from partners.models import Partner

PAGE, MOST_PAGES = 25, 1000  # so that nobody fills what is kept with pages that there are not


@dataclass(frozen=True)
class Shape:
    """A placed shape with where it leads, what it says to who cannot see it, and of how many partners it is."""

    spot: ring.Placed
    url: str
    words: str
    count: int


@dataclass(frozen=True)
class Line:
    """A row of the table: with how many a partner works, the first names of those, and how many names are left out."""

    partner: Partner
    number: int
    names: list[str]
    further: int
    unnamed: int


@dataclass(frozen=True)
class Seen:
    """What the page shows of the network, apart from all that it was counted from."""

    choices: dict[str, list[tuple[str, str]]]
    known: str  # of the address
    unknown: list[str]
    conclusion: str
    legend: list[tuple[str, str, int]]
    shapes: list[Shape]
    chords: list[ring.Chord]
    years: list[int]
    partners: int
    lines: list[Line]  # of one page


@login_not_required
@counting
def network(request):
    """Who works with whom, as far as the address asks; below it the figures of the whole network."""
    asked, page = QueryDict(mutable=True), min(number(request.GET.get("page", "")) or 1, MOST_PAGES)
    for name in net.FIELDS:
        asked.setlist(name, request.GET.getlist(name))
    reading = see(net.sees_all(request.user), asked.urlencode(), page, get_language())
    found: Seen = reading.value
    if found.unknown:
        messages.info(request, _("Deze keuze kennen we niet: %s. We laten haar weg.") % ", ".join(found.unknown[:5]))
    known = QueryDict(found.known)
    context = {
        "filter": {"form": net.filled(found.choices, known)},
        "seen": found,
        "drawn": reading,
        "page_obj": page_of(found.partners, page, found.lines),
        "named": f":{net.NAMED}",
        "rest": f"{net.NAMED}:",
        "years": years(found.years, known),
        "year": known.get("year"),
        "kept": [(name, value) for name, values in known.lists() if name != "year" for value in values],
    }
    return render(request, "oil_portal/network.html", context | below(request.user))


@kept(slow=0.1)
def see(everything: bool, address: str, page: int, language: str) -> Seen:
    """What somebody sees who may know of everything or not, in their language."""
    with translation.override(language):
        whole = net.read(everything)
        choices = net.choices_of(whole)
        known, unknown = net.ask(choices, QueryDict(address))
        view = net.choose(whole, net.filled(choices, known).cleaned_data)
        drawing = net.picture(view)
        return Seen(
            choices, known.urlencode(), unknown, conclusion(view), legend(view), shapes(drawing, whole, known),
            drawing.chords, whole.years, len(view.rows), list(map(line, page_of(len(view.rows), page, view.rows))),
        )  # fmt: skip


def page_of(count: int, page: int, rows: list) -> Page:
    """A page of so many rows; `rows` are all of them, or those of that page."""
    found = Paginator(range(count), PAGE).get_page(page)
    found.object_list = rows if len(rows) <= PAGE else rows[found.start_index() - 1 : found.end_index()]
    return found


def line(row: net.Row) -> Line:
    return Line(row.partner, len(row.others), row.names, row.further, row.unnamed)


def below(user) -> dict:
    """The figures, which no filter changes."""
    everything = net.sees_all(user)
    reading = figures.totals(everything)
    found = reading.value
    return {
        "growth": found.growth,
        "kinds": kinds(),
        "bars": ring.bars([(str(year.year), year.by_hue) for year in found.growth]),
        "municipalities": found.municipalities,
        "sectors": [(net.place_words(name), *rest) for name, *rest in found.sectors],
        "stages": figures.stages(everything).value,
        "counted": reading,
        "rates": figures.answer_rates(user),
    }


def shapes(drawing: ring.Drawing, whole: net.Network, asked: QueryDict) -> list[Shape]:
    found = []
    for spot in drawing.nodes:
        members = spot.node.members
        ties = sum(each.weight for each in members)
        words = ngettext("%(name)s, %(number)s verbinding", "%(name)s, %(number)s verbindingen", ties)
        url = net.address(spot.node, whole.partners, asked)
        small = replace(spot, node=replace(spot.node, members=members[:1]))
        found.append(Shape(small, url, words % {"name": spot.node.label, "number": ties}, len(members)))
    return found


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


def legend(view: net.View) -> list[tuple[str, str, int]]:
    """(hue, word, number) of each kind in the picture."""
    found: dict[tuple[str, str], int] = {}
    for row in view.rows:
        words = row.partner.get_glyph_display() if row.partner.glyph else row.partner.get_kind_display()
        found[row.partner.hue, str(words)] = found.get((row.partner.hue, str(words)), 0) + 1
    ordered = sorted(found.items(), key=lambda each: (ring.HUES.index(each[0][0]), each[0][1]))
    return [(hue, words, number) for (hue, words), number in ordered]


def years(since: list[int], asked: QueryDict) -> list[tuple[int, str]]:
    """(year, address of the network in that year), for the links below the slider."""
    found = []
    for year in since:
        there = asked.copy()
        there["year"] = str(year)
        found.append((year, f"?{there.urlencode()}"))
    return found


def kinds() -> list[tuple[str, str]]:
    """(hue, word) in the order of the bars."""
    return [
        ("company", Partner.Kind.COMPANY.label),
        ("school", Partner.Kind.SCHOOL.label),
        ("smart", Partner.Glyph.SMART.label),
        ("bio", Partner.Glyph.BIO.label),
        ("gov", Partner.Kind.GOVERNMENT.label),
        ("", _("Overig")),
    ]
