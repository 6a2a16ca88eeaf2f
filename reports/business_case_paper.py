"""The business case on paper: what typst needs to set it, as text."""

from html import escape

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from oil_portal.core import clock
from reports import business_case_pages as pages
from reports.business_case import Assumptions, Case
from reports.business_case import chart as charts
from reports.business_case_figures import Figure
from reports.models import BusinessCase

TEMPLATE = "typst/business_case.typ"
DASHES = {"careful": "3 6", "expected": "", "favourable": "12 5"}  # as in the stylesheet


def version(kept: BusinessCase) -> dict:
    """A version that was kept."""
    when = date_format(timezone.localtime(kept.made_at), "j F Y")
    by = kept.made_by.get_full_name() if kept.made_by else "–"
    state = _("Versie van %(when)s, bewaard door %(by)s") % {"when": when, "by": by}
    return printed(kept.case, kept.assumed, kept.own, title=kept.name, state=state, remark=kept.remark)


def concept(case: Case, assumed: Assumptions, own: dict[str, Figure], name: str) -> dict:
    """What stands on the page and is not kept."""
    state = _("Concept van %s, niet bewaard") % date_format(clock.today(), "j F Y")
    return printed(case, assumed, own, title=name or _("Businesscase Open Innovatie Lab"), state=state, remark="")


def printed(case: Case, assumed: Assumptions, own: dict, *, title: str, state: str, remark: str) -> dict:
    told = pages.tell(case, assumed)
    return {
        "title": title,
        "state": state,
        "remark": remark,
        "lead": told.lead,
        "figures": [{"label": label, "number": number} for label, number in told.figures],
        "pictures": [{"svg": svg(each), "words": each.conclusion, "title": each.title} for each in told.pictures],
        "summary": table(told.comparison),
        "margin": table(told.margin),
        "sources": [
            {"title": title, "rows": [vars(each) for each in rows]} for title, rows in pages.sources(assumed, own)
        ],
        "assumed": [table(each) for each in pages.assumed_tables(assumed)],
        "to_find": table(told.to_find),
        "scenarios": [{"title": each.title, "tables": [table(one) for one in each.tables]} for each in told.scenarios],
        "conditions": table(told.conditions),
        "words": {
            "kind": _("Businesscase"),
            "region": _("Leidse regio"),
            "sources": _("Aannames en eigen cijfers"),
            "assumption": _("Aanname"),
            "number": _("Getal"),
            "kind_of": _("Soort"),
            "why": _("Waarom"),
            "scenario": _("Scenario"),
            "conditions": _("Voorwaarden"),
            "post": _("Post"),
            "two_lines": _(
                "Geld en waarde staan apart. Geld is wat iemand betaalt. Waarde komt op geen rekening: uren en "
                "materiaal van bedrijven, en wat een vervolg waard is."
            ),
        },
        "foot": [_("Businesscase Open Innovatie Lab"), state],
    }


def table(one: pages.Table) -> dict:
    rows = [{"label": label, "cells": cells, "total": kind == "total"} for label, cells, kind in one.rows]
    return {"title": one.title, "heads": [str(head) for head in one.heads], "rows": rows, "note": one.note}


def svg(drawn: pages.Picture) -> str:
    """The picture with its colours in it; on the page the template draws the same with classes."""
    plot, parts = drawn.plot, []
    for height, label in drawn.ticks:
        parts.append(f'<line x1="{charts.LEFT}" x2="{charts.RIGHT}" y1="{height}" y2="{height}" stroke="#cfc6b4"/>')
        parts.append(_text(charts.LEFT - 8, height + 5, label, "end"))
    parts.append(f'<line x1="{charts.LEFT}" x2="{charts.RIGHT}" y1="{plot.zero}" y2="{plot.zero}" stroke="#141a2e"/>')
    parts += [_text(x, charts.YEARS, str(year), "middle") for x, year in plot.years]
    for line in plot.lines:
        dash = f' stroke-dasharray="{DASHES[line.key]}"' if DASHES[line.key] else ""
        parts.append(f'<polyline points="{line.points}" fill="none" stroke="#141a2e" stroke-width="2.5"{dash}/>')
        parts.append(_text(charts.NAMES, line.at + 5, line.label, "start"))
    body = "".join(parts)
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {charts.WIDTH} {charts.HEIGHT}">{body}</svg>'


def _text(x: float, y: float, words: str, anchor: str) -> str:
    font = 'font-family="Libertinus Serif" font-size="17" fill="#141a2e"'
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}" {font}>{escape(words)}</text>'
