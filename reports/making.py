"""Make the report of a period from what is in the database now."""

from datetime import datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from oil_portal.core import clock
from reports.counting import Counted
from reports.definitions import BREAKDOWNS, COUNTED, SECTIONS, VERSION, Breakdown, Figure, group_words, texts
from reports.making_people import people_lines, people_tables
from reports.models import Grant
from reports.money import grant_lines, parts
from reports.money import notes as money_notes
from reports.people import People
from reports.period import Period
from reports.report import Line, Report, Section, Table, numbers_of


def make_report(
    period: Period,
    people: People,
    counted: dict[tuple[str, str], Counted],
    grants: list[Grant],
    moment: datetime | None = None,
) -> Report:
    """What was counted at that moment, in the active language. Expects a reader who may see it."""
    sections, given = [], parts(period, grants)
    for key, title in SECTIONS.items():
        lines = [*people_lines(key, people, period.quarter), *_lines(key, counted)]
        tables, notes = _tables(key, counted), []
        if key == "people":
            tables = people_tables(people, period.quarter)
            notes = [_("<5: een tot en met vier mensen. ×: verborgen, anders is een klein getal uit te rekenen.")]
        elif key == "money":
            lines += grant_lines(given, counted["cofinanciering", ""].value)
            notes = money_notes(given)
        elif key == "following":
            lines.append(_share(counted))
        sections.append(Section(key, str(title), lines, tables, notes))
    measured = timezone.localtime(moment or clock.now()).isoformat(timespec="seconds")
    return Report(str(period), period.label, measured, VERSION, sections)


def people_numbers(people: People, period: Period) -> list[Line]:
    """Every line of the report that is about people, without the rest of it."""
    lines = [line for key in SECTIONS for line in people_lines(key, people, period.quarter)]
    return lines + numbers_of(people_tables(people, period.quarter))


def fact_numbers(counted: dict[tuple[str, str], Counted]) -> list[Line]:
    """Every line of the report that comes of what was counted, as far as it was."""
    return [line for key in SECTIONS for line in [*_lines(key, counted), *numbers_of(_tables(key, counted))]]


def _share(counted: dict[tuple[str, str], Counted]) -> Line:
    """Of the completed projects the share that went on."""
    went, all_ = counted["vervolg", ""].value, counted["projecten-afgerond", ""].value
    value = str(round(100 * went / all_)) if all_ else None
    return Line(
        "vervolg-deel",
        _("deel van de afgeronde projecten"),
        value,
        unit="percent",
        definition=_(
            "De afgeronde projecten met een vervolg, als deel van alle projecten die in de periode zijn afgerond."
        ),
    )


def plain(value) -> str | None:
    """A number as text that no language changes."""
    return None if value is None else format(value, "f") if isinstance(value, Decimal) else str(value)


def _line(figure: Figure, counted: Counted) -> Line:
    label, definition = texts(figure)
    rows = counted.rows if figure.opens else 0
    return Line(figure.key, label, plain(counted.value), unit=figure.unit, rows=rows, definition=definition)


def _lines(section: str, counted: dict[tuple[str, str], Counted]) -> list[Line]:
    """The figures of a section, as far as they were counted."""
    return [
        _line(figure, counted[figure.key, ""])
        for figure in COUNTED
        if figure.section == section and (figure.key, "") in counted
    ]


def _tables(section: str, counted: dict[tuple[str, str], Counted]) -> list[Table]:
    figures = {figure.key: figure for figure in COUNTED if figure.section == section}
    return [
        table
        for each in BREAKDOWNS
        if each.figure in figures and (table := _table(each, figures[each.figure], counted)).rows
    ]


def _table(each: Breakdown, figure: Figure, counted: dict[tuple[str, str], Counted]) -> Table:
    """A row a group: in the order of its words, else the largest first; what is not known comes last."""
    words = group_words(each)
    order = list(words)
    groups = [(group, number) for (key, group), number in counted.items() if key == each.key]
    groups.sort(
        key=lambda pair: (
            pair[0] == "",
            order.index(pair[0]) if pair[0] in words else len(order),
            -pair[1].rows,
            pair[0],
        )
    )
    rows = []
    for group, number in groups:
        label = words.get(group, group) or _("Niet bekend")
        rows.append((label, [Line(each.key, label, plain(number.value), "", figure.unit, group, number.rows)]))
    return Table(each.key, str(each.label), [texts(figure)[0]], rows)
