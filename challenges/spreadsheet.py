"""A spreadsheet with challenges: rows of what was typed, as a draft keeps it. Pure: no database, no HTTP."""

import csv
import io
import unicodedata
import zipfile
from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font
from openpyxl.worksheet.datavalidation import DataValidation

from challenges.models import Deliverable, Location, Photos, Rights, Theme

MOST_ROWS, MOST_BYTES, MOST_UNPACKED = 500, 5 * 1024 * 1024, 60 * 1024 * 1024
# {field: headings it is known by}; the first is the one of our own example.
HEADINGS = {
    "title": ("Titel", "title"),
    "question": ("Probleem", "problem", "vraag", "question"),
    "why": ("Waarom", "why"),
    "theme": ("Thema", "theme"),
    "deliverables": ("Resultaat", "result", "wat ligt er aan het eind"),
    "start_from": ("Begindatum", "start date", "begin"),
    "location": ("Werkplek", "place", "location"),
    "guidance_hours": ("Uren begeleiding", "uren begeleiding per week", "guidance hours"),
    "confidential": ("Vertrouwelijk", "confidential"),
    "secrecy": ("Geheimhouding", "secrecy"),
    "rights": ("Rechten", "rights"),
    "photos": ("Foto's", "photos", "fotos"),
    "most_interested": ("Hoogstens studenten", "most students"),
    "organisation": ("Bedrijf", "company", "organisatie"),
    "email": ("E-mail", "e-mailadres", "email", "mail"),
}
YES, NO = ("ja", "yes", "true", "1", "waar"), ("nee", "no", "false", "0", "onwaar")
SHORT = {
    "rights": {"use": ("studenten", "gebruiken"), "deed": ("bedrijf", "akte"), "open": ("open", "iedereen")},
    "photos": {"yes": YES, "no": NO, "ask": ("vragen", "eerst vragen", "ask")},
}
CHOICES = {"theme": Theme, "location": Location, "rights": Rights, "photos": Photos}
EXAMPLE = {
    "title": "Meet vocht in oude muren, zonder te boren",
    "question": "Wij boren nu gaten om vocht te meten. Dat beschadigt oude muren. Wij willen meten van buitenaf.",
    "why": "Elk gat kost ons 40 euro aan herstel.",
    "theme": "Duurzaam bouwen",
    "deliverables": "Een prototype dat werkt, Een advies op papier",
    "location": "In het lab en bij het bedrijf",
    "guidance_hours": "1",
    "confidential": "nee",
    "secrecy": "nee",
    "rights": "studenten",
    "photos": "eerst vragen",
    "organisation": "Voorbeeld BV",
    "email": "naam@voorbeeld.example",
}


@dataclass(frozen=True)
class Row:
    """One row: its number as the program shows it, and {field: typed} as `Draft.values` keeps it."""

    number: int
    values: dict


def refuse(message: str) -> ValidationError:
    return ValidationError({"file": message})


def unreadable() -> str:
    return _("Wij kunnen dit bestand niet lezen. Bewaar het als .xlsx of .csv, zonder wachtwoord.")


def folded(text) -> str:
    """Words to compare: no accents, no capitals, no punctuation, single spaces."""
    plain = unicodedata.normalize("NFKD", str(text)).casefold()
    return " ".join("".join(c for c in plain if c.isalnum() or c == " ").split())


FIELDS = {folded(name): field for field, names in HEADINGS.items() for name in names}


def read(content: bytes, name: str) -> list[Row]:
    """The filled rows of an .xlsx or .csv. Raises ValidationError with what to do about the file."""
    if len(content) > MOST_BYTES:
        raise refuse(_("Dit bestand is groter dan 5 MB. Splits het in twee bestanden."))
    if not content.strip():
        raise refuse(_("Dit bestand is leeg."))
    table = excel(content) if content[:2] == b"PK" else text_table(content, name)
    columns, first = heading(table)
    rows = []
    for number, cells in table[first + 1 :]:
        values = row_values(columns, cells)
        if values:
            rows.append(Row(number, values))
    if not rows:
        raise refuse(_("Er staat geen vraagstuk in dit bestand. Vul minstens één rij in."))
    if len(rows) > MOST_ROWS:
        raise refuse(_("Er staan meer dan %(count)s rijen in. Splits het in twee bestanden.") % {"count": MOST_ROWS})
    return rows


def excel(content: bytes) -> list[tuple[int, list]]:
    """(number, cells) per row of the first sheet, without formulas."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(part.file_size for part in packed.infolist()) > MOST_UNPACKED:
                raise refuse(_("Dit bestand is te groot als het is uitgepakt."))
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        return [
            (number, list(cells[:40]))
            for number, cells in enumerate(sheet.iter_rows(max_row=MOST_ROWS * 2, values_only=True), 1)
        ]
    except ValidationError:
        raise
    except Exception as error:  # openpyxl answers broken files with whatever its XML parser met
        raise refuse(unreadable()) from error


def text_table(content: bytes, name: str) -> list[tuple[int, list]]:
    """The same of a CSV: UTF-8 or Windows letters; semicolons, commas or tabs."""
    if b"\x00" in content[:2000] or name.lower().endswith((".xls", ".ods", ".pdf", ".docx")):
        raise refuse(unreadable())
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    first = text.lstrip().split("\n", 1)[0]
    mark = max(";,\t", key=first.count)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
        return [(reader.line_num, cells[:40]) for cells in reader]
    except csv.Error as error:
        raise refuse(
            _("Wij kunnen dit bestand niet lezen. Bewaar het als .xlsx of .csv, zonder wachtwoord.")
        ) from error


def heading(table: list[tuple[int, list]]) -> tuple[dict[int, str], int]:
    """({column: field}, place of the heading row): the first row of ten that names a title and a problem."""
    for place, (_number, cells) in enumerate(table[:10]):
        columns = {column: FIELDS[folded(cell)] for column, cell in enumerate(cells) if folded(cell) in FIELDS}
        if {"title", "question"} <= set(columns.values()):
            return columns, place
    raise refuse(_("Wij vinden geen rij met koppen. Zet boven de kolommen minstens Titel en Probleem."))


def row_values(columns: dict[int, str], cells: list) -> dict:
    """{field: typed} of one row; {} when nothing stands in it."""
    typed = {field: as_typed(cells[column]) for column, field in columns.items() if column < len(cells)}
    typed = {field: text for field, text in typed.items() if text}
    values = {field: chosen(field, text) for field, text in typed.items() if field != "deliverables"}
    if "deliverables" in typed:
        values |= deliverables(typed["deliverables"])
    return values


def as_typed(cell) -> str:
    """A cell as a person would type it: 2 and not 2.0, a date as 2027-03-30."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def chosen(field: str, text: str) -> str:
    """The value behind the words of a choice; words that are no choice stay, so that the message can name them."""
    word = folded(text)
    if field in ("confidential", "secrecy"):
        return "True" if word in YES else "False" if word in NO else text
    if (
        field == "start_from"
        and (parts := text.replace("/", "-").split("-"))
        and len(parts) == 3
        and len(parts[2]) == 4
    ):
        return f"{parts[2]}-{parts[1]:0>2}-{parts[0]:0>2}"
    if field not in CHOICES:
        return text
    for value, label in CHOICES[field].choices:
        if word in (folded(value), folded(label), *map(folded, SHORT.get(field, {}).get(value, ()))):
            return value
    return text


def deliverables(text: str) -> dict:
    """The ticks that the words between commas name; what is left is the company's own line."""
    ticked, own = [], []
    for part in text.replace(";", ",").split(","):
        word = folded(part)
        hit = next(
            (value for value, label in Deliverable.choices if word and (word == value or word in folded(label))), None
        )
        (ticked if hit else own).append(hit or part.strip())
    return {"deliverables": ticked, "result": "\n".join(filter(None, own))}


def template() -> bytes:
    """An .xlsx to fill in: headings, one example, and lists to choose from."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Vraagstukken"
    for column, (field, names) in enumerate(HEADINGS.items(), 1):
        sheet.cell(1, column, names[0]).font = Font(bold=True)
        sheet.cell(2, column, EXAMPLE.get(field, ""))
        letter = sheet.cell(1, column).column_letter
        sheet.column_dimensions[letter].width = 50 if field in ("title", "question", "why") else 24
        if options := lists(field):
            choice = DataValidation(type="list", formula1=f'"{",".join(options)}"', allow_blank=True)
            sheet.add_data_validation(choice)
            choice.add(f"{letter}2:{letter}{MOST_ROWS + 1}")
    sheet.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def lists(field: str) -> list[str]:
    """The words to choose from in a cell; [] for free text."""
    if field in ("confidential", "secrecy"):
        return ["ja", "nee"]
    if field == "rights":
        return ["studenten", "bedrijf", "open"]
    if field == "photos":
        return ["eerst vragen", "ja", "nee"]
    return [str(label) for _value, label in CHOICES[field].choices] if field in CHOICES else []
