"""The page of the network: the picture, its table and the figures below it."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from oil_portal import figures, ring
from oil_portal import network as net
from partners.models import Partner

PAGE = 25


@dataclass(frozen=True)
class Shape:
    """A placed shape with where it leads and what it says to who cannot see it."""

    spot: ring.Placed
    url: str
    words: str


@login_not_required
def network(request):
    """Who works with whom, as far as the address asks; below it the figures of the whole network."""
    whole = net.read(request.user)
    form, unknown = net.ask(whole, request.GET)
    view = net.choose(whole, form.cleaned_data)
    drawing = net.picture(view)
    if unknown:
        messages.info(request, _("Deze keuze kennen we niet: %s. We laten haar weg.") % ", ".join(unknown[:5]))
    context = {
        "filter": {"form": form},
        "view": view,
        "chords": drawing.chords,
        "shapes": shapes(drawing, whole, form.data),
        "conclusion": conclusion(view),
        "legend": legend(view),
        "page_obj": Paginator(view.rows, PAGE).get_page(request.GET.get("page")),
        "named": f":{net.NAMED}",
        "rest": f"{net.NAMED}:",
        "years": years(whole, form.data),
        "year": form.cleaned_data.get("year"),
        "kept": [(name, value) for name, values in form.data.lists() if name != "year" for value in values],
    }
    return render(request, "oil_portal/network.html", context | below(request.user, whole))


def below(user, whole: net.Network) -> dict:
    """The figures, which no filter changes."""
    everything = net.sees_all(user)
    reading = figures.asked_by_year(everything)
    asked = reading.value
    growth = figures.growth(whole.partners.values(), [(row[0], row[4]) for row in asked if row[1] == "company"])
    return {
        "growth": growth,
        "kinds": kinds(),
        "bars": ring.bars([(str(year.year), year.by_hue) for year in growth]),
        "municipalities": figures.origins(asked, 2),
        "sectors": [(net.place_words(name), *rest) for name, *rest in figures.origins(asked, 3)],
        "stages": figures.stages(everything).value,
        "counted": reading,
        "rates": figures.answer_rates(user, whole),
    }


def shapes(drawing: ring.Drawing, whole: net.Network, asked: QueryDict) -> list[Shape]:
    found = []
    for spot in drawing.nodes:
        number = sum(each.weight for each in spot.node.members)
        words = ngettext("%(name)s, %(number)s verbinding", "%(name)s, %(number)s verbindingen", number)
        url = net.address(spot.node, whole.partners, asked)
        found.append(Shape(spot, url, words % {"name": spot.node.label, "number": number}))
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


def years(whole: net.Network, asked: QueryDict) -> list[tuple[int, str]]:
    """(year, address of the network in that year), for the links below the slider."""
    found = []
    for year in whole.years:
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
