"""The lines and tables of the report that are about people, with what must be hidden hidden."""

from django.utils.translation import gettext as _

from modules.models import Level
from reports.definitions import PEOPLE, Figure, texts
from reports.people import SEAT, STUDENT, People, asked
from reports.report import HIDDEN, LOW, SMALL, Line, Table


def people_lines(section: str, people: People, quarter: int) -> list[Line]:
    return [_line(figure, people, quarter) for figure in PEOPLE if figure.section == section]


def _line(figure: Figure, people: People, quarter: int) -> Line:
    if figure.key.startswith("tevreden-"):
        return _share(figure, people, quarter)
    return _number(figure, people, quarter)


def _number(figure: Figure, people: People, quarter: int, school: int = 0, level: int = 0) -> Line:
    number, mark = people.count(figure.key, quarter, school, level), people.mark(figure.key, quarter, school, level)
    in_table, (label, definition) = bool(school or level), texts(figure)
    return Line(
        figure.key,
        _place(people, school, level) if in_table else label,
        None if mark else str(number),
        mark,
        group=f"{school}-{level}" if in_table else "",
        rows=number if figure.opens and _opens(figure.key, people, quarter, school, level) else 0,
        definition="" if in_table else definition,
    )


def _opens(what: str, people: People, quarter: int, school: int, level: int) -> bool:
    """A list of placements counts students too, and the other way round: it opens when neither is hidden."""
    pair = (SEAT, STUDENT) if what in (SEAT, STUDENT) else (what,)
    return not any(people.mark(each, quarter, school, level) for each in pair)


def _place(people: People, school: int, level: int) -> str:
    words = [people.schools[school]] if school else []
    return ", ".join([*words, str(Level(level).label)] if level else words)


def _share(figure: Figure, people: People, quarter: int) -> Line:
    """The share that says yes; hidden with either of the two numbers that it is made of."""
    side = figure.key.removeprefix("tevreden-")
    names = (f"{side}-ja", f"{side}-nee", asked(side))
    number, yes = people.count(asked(side), quarter), people.count(f"{side}-ja", quarter)
    mark = HIDDEN if any(people.mark(each, quarter) for each in names) else ""
    if 0 < number < SMALL:
        mark = LOW
    value = str(round(100 * yes / number)) if number and not mark else None
    rows = number if number and not mark else 0
    label, definition = texts(figure)
    return Line(figure.key, label, value, mark, figure.unit, rows=rows, definition=definition)


def people_tables(people: People, quarter: int) -> list[Table]:
    """Schools by levels, with their totals: different students, then placements. Empty without any."""
    figures = {figure.key: figure for figure in PEOPLE}
    if not people.count(SEAT, quarter):
        return []
    head = [*(str(Level(level).label) for level in people.levels), _("Totaal")]
    captions = {
        STUDENT: _("Verschillende studenten per school en niveau"),
        SEAT: _("Plaatsingen per school en niveau"),
    }
    found = []
    for what, caption in captions.items():
        rows = [
            (label, [_number(figures[what], people, quarter, school, level) for level in (*people.levels, 0)])
            for school, label in [*people.schools.items(), (0, _("Totaal"))]
        ]
        found.append(Table(f"{what}-school", caption, head, rows))
    return found
