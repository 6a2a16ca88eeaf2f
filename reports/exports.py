"""A book as CSV and as a spreadsheet: the same numbers as the page, and a small one as the page hides it."""

import csv
import io
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from reports.report import Line, Report
from reports.rows import plain

MOST_ROWS = 5_000  # behind one figure in a spreadsheet; the CSV of that figure has them all
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def safe(value) -> str:
    """A cell that no spreadsheet takes for a formula; numbers stay numbers."""
    text = "" if value is None else str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(FORMULA) else text


def as_csv(rows: Iterator[list]) -> bytes:
    """For the spreadsheets of here: with a byte order mark, semicolons and a comma in numbers."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    for row in rows:
        writer.writerow([_comma(cell) if isinstance(cell, Decimal | float) else safe(cell) for cell in row])
    return out.getvalue().encode("utf-8-sig")


def _comma(number) -> str:
    return str(number).replace(".", ",")


def value_of(line: Line) -> Decimal | str:
    """A number for a spreadsheet; a hidden one as the page shows it, and nothing where there is nothing."""
    if line.mark:
        return line.shown
    return "" if line.value is None else Decimal(line.value.removesuffix(".0"))


def figures(report: Report) -> Iterator[list]:
    """A row a number, with a heading; the same order as the page."""
    yield [_("Onderdeel"), _("Cijfer"), _("Groep"), _("Waarde"), _("Eenheid"), _("Periode"), _("Gemeten op")]
    units = {"euros": _("euro"), "percent": "%", "days": _("werkdagen"), "hours": _("uur")}
    about = [report.label, report.moment]
    for section in report.sections:
        for line in section.lines:
            yield [section.title, line.label, "", value_of(line), units.get(line.unit, ""), *about]
        for table in section.tables:
            for label, lines in table.rows:
                for head, line in zip(table.head, lines, strict=True):
                    yield [section.title, f"{table.caption}: {head}", label, value_of(line), units.get(line.unit, ""),
                           *about]  # fmt: skip


def definitions(report: Report) -> Iterator[list]:
    yield [_("Cijfer"), _("Wat telt mee?")]
    for section in report.sections:
        for line in section.lines:
            yield [line.label, line.definition]


def printed(book, absolute: Callable[[str], str]) -> dict:
    """The report as plain data for the PDF, with the words around it; numbers as the page shows them."""
    report, kept = book.report, getattr(book, "snapshot", None)
    told = _("Bevroren op %(day)s door %(name)s, versie %(version)s.") if kept else _("Gemeten op %(day)s.")
    about = {"day": date_format(datetime.fromisoformat(report.moment), "j F Y, H.i")}
    if kept:
        about |= {"name": kept.made_by_name, "version": kept.version}
    return {
        "title": _("Rapport %(period)s") % {"period": report.label},
        "told": told % about,
        "digest": kept.digest if kept else "",
        "address": absolute(book.address("report")),
        "sections": [
            {
                "title": section.title,
                "notes": section.notes,
                "lines": [[line.label, _with_unit(line), line.definition] for line in section.lines],
                "tables": [
                    {
                        "caption": table.caption,
                        "head": table.head,
                        "rows": [[label, *(line.shown for line in lines)] for label, lines in table.rows],
                    }
                    for table in section.tables
                ],
            }
            for section in report.sections
        ],
        "words": {
            "report": _("Rapport"),
            "region": _("Leidse regio"),
            "figure": _("Cijfer"),
            "number": _("Aantal"),
            "group": _("Groep"),
            "definitions": _("Wat telt mee?"),
            "small": _("<5: een tot en met vier mensen. ×: verborgen, anders is een klein getal uit te rekenen."),
            "source": _("Bron"),
        },
    }


def _with_unit(line: Line) -> str:
    return f"{line.shown} {line.measured}" if line.measured and not line.mark and line.value else line.shown


def rows(book, line: Line, limit: int | None = None) -> Iterator[list]:
    """The rows behind a number, with a heading."""
    columns = book.columns(line.key)
    yield [str(column.label) for column in columns]
    for row in plain(columns, book.rows(line, limit)):
        yield [cell.isoformat() if isinstance(cell, date) else cell for cell in row]


def workbook(book) -> bytes:
    """Sheets with the figures, the definitions, and the rows behind each figure."""
    found = Workbook(write_only=True)
    _fill(found, _("Cijfers"), figures(book.report), [28, 44, 30, 14, 12, 24, 26])
    _fill(found, _("Definities"), definitions(book.report), [44, 120])
    for section in book.report.sections:
        for line in section.lines:
            if line.rows:
                _fill(found, line.key[:31], _cut(book, line), [30] * len(book.columns(line.key)))
    out = io.BytesIO()
    found.save(out)
    return out.getvalue()


def _cut(book, line: Line) -> Iterator[list]:
    yield from rows(book, line, MOST_ROWS)
    number = book.opened(line).rows
    if number > MOST_ROWS:
        words = _("De eerste %(shown)s van %(all)s rijen. Alle rijen staan in de CSV van dit cijfer.")
        yield [words % {"shown": MOST_ROWS, "all": number}]
    if words := book.changed(line):
        yield [words]


def _fill(workbook: Workbook, title: str, lines: Iterator[list], widths: list[int]) -> None:
    sheet = workbook.create_sheet(title)
    for place, width in enumerate(widths):
        sheet.column_dimensions[chr(ord("A") + place)].width = width
    sheet.freeze_panes = "A2"
    for number, line in enumerate(lines):
        sheet.append([_heading(sheet, cell) if number == 0 else _plain(cell) for cell in line])


def _heading(sheet, text: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, text)
    cell.font = Font(bold=True)
    return cell


def _plain(value):
    """What openpyxl writes as it is: a text that looks like a formula is written as text."""
    return safe(value) if isinstance(value, str) else value
