"""Reading a curriculum from CSV, JSON and CASE v1.0 packages. Pure: text in, rows and errors out.

Formats: `werkprocessen.csv` (crebo, kwalificatie, niveau, dossier_crebo, dossier, civ, kerntaak_code, kerntaak,
werkproces_code, werkproces; and, where known, editie), `kwalificaties.csv` (crebo, naam, niveau, leerweg, …),
`keuzedelen.csv` (code, naam; and, where known, uren), `goal_explanations.json` (title: uitleg, bedrijf_zegt,
trefwoorden), and a CASE v1.0 CFPackage (1EdTech), which modules.case reads.
"""

import csv
import io
import json
import re
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

LEVELS = {"2": 2, "3": 3, "4": 4, "6": 6, "mbo-2": 2, "mbo-3": 3, "mbo-4": 4, "hbo": 6}


@dataclass(frozen=True, slots=True)
class GoalRow:
    """One learning goal; None is "this file does not say", which differs from empty."""

    crebo: str
    programme: str
    level: int
    dossier_code: str
    dossier: str
    core_task_code: str
    core_task: str
    code: str
    title: str
    edition: str = ""
    explanation: str | None = None
    company_says: tuple[str, ...] | None = None
    keywords: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class ElectiveRow:
    code: str
    title: str
    hours: int | None = None


@dataclass(frozen=True, slots=True)
class ProgrammeRow:
    code: str
    name: str
    level: int
    learning_path: str
    dossier_code: str
    dossier: str
    edition: str = ""


@dataclass(frozen=True, slots=True)
class ExplanationRow:
    """What a goal means in plain language, for every goal of that title."""

    title: str
    explanation: str
    company_says: tuple[str, ...]
    keywords: tuple[str, ...]


@dataclass
class Reading:
    """What a file holds: good rows, and errors as (line number, message); line 0 is the file as a whole."""

    goals: list[GoalRow] = field(default_factory=list)
    electives: list[ElectiveRow] = field(default_factory=list)
    programmes: list[ProgrammeRow] = field(default_factory=list)
    explanations: list[ExplanationRow] = field(default_factory=list)
    errors: list[tuple[int, str]] = field(default_factory=list)


GOAL_COLUMNS = {"crebo", "kwalificatie", "niveau", "kerntaak_code", "kerntaak", "werkproces_code", "werkproces"}
PROGRAMME_COLUMNS = {"crebo", "naam", "niveau", "leerweg"}
# What the database has room for, in characters.
ROOM = {
    "kwalificatie": 120,
    "naam": 120,
    "leerweg": 20,
    "editie": 10,
    "dossier_crebo": 10,
    "dossier": 120,
    "kerntaak_code": 20,
    "kerntaak": 250,
    "werkproces_code": 20,
    "werkproces": 250,
}
EXPLANATION, SENTENCE, KEYWORD = 1500, 300, 60


def read(text: str) -> Reading:
    """Recognise the format and read it; what is wrong lands in `errors`, never in an exception."""
    text = text.removeprefix("\ufeff")
    if text.lstrip().startswith("{"):
        return read_json(text)
    first_line = text.partition("\n")[0]
    delimiter = ";" if first_line.count(";") > first_line.count(",") else ","  # as a Dutch Excel saves it
    rows, reading = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter), Reading()
    try:
        columns = set(rows.fieldnames or [])
        if columns >= GOAL_COLUMNS:
            read_goals(rows, reading)
        elif columns >= PROGRAMME_COLUMNS:
            read_programmes(rows, reading)
        elif columns >= {"code", "naam"}:
            read_electives(rows, reading)
        elif not columns:
            reading.errors.append((1, _("Het bestand is leeg.")))
        else:
            reading.errors.append((1, _("Deze kolommen kennen we niet: %s.") % ", ".join(sorted(columns))[:200]))
    except csv.Error as error:  # such as a cell of more than 131,072 characters
        reading.errors.append((rows.line_num, _("Vanaf hier is het bestand niet te lezen: %s.") % error))
    return reading


def cells_of(row: dict) -> dict[str, str]:
    """The cells of a row that have a column, without white space around them."""
    return {key: (value or "").strip() for key, value in row.items() if isinstance(value, str | None) and key}


def read_goals(rows: csv.DictReader, reading: Reading) -> None:
    """Rows of werkprocessen.csv."""
    seen: set[tuple[str, ...]] = set()
    for row in rows:
        if error := add_goal(cells_of(row), reading, seen):
            reading.errors.append((rows.line_num, error))


def add_goal(cells: dict[str, str], reading: Reading, seen: set[tuple[str, ...]], **plain) -> str:
    """Add one goal to `reading`, once, with its `plain` language where known; or say what is wrong with it."""
    if error := row_error(cells, GOAL_COLUMNS):
        return error
    key = (cells["crebo"], cells.get("editie", ""), cells["werkproces_code"])
    if key in seen:
        return _("Dit werkproces staat er al: %s.") % " ".join(filter(None, key))
    seen.add(key)
    reading.goals.append(
        GoalRow(
            crebo=cells["crebo"],
            programme=cells["kwalificatie"],
            level=LEVELS[cells["niveau"]],
            dossier_code=cells.get("dossier_crebo", ""),
            dossier=cells.get("dossier", ""),
            core_task_code=cells["kerntaak_code"],
            core_task=cells["kerntaak"],
            code=cells["werkproces_code"],
            title=cells["werkproces"],
            edition=cells.get("editie", ""),
            **plain,
        )
    )
    return ""


def read_programmes(rows: csv.DictReader, reading: Reading) -> None:
    """Rows of kwalificaties.csv."""
    seen: set[tuple[str, str]] = set()
    for row in rows:
        cells = cells_of(row)
        error = row_error(cells, {"crebo", "naam", "niveau"})
        key = (cells["crebo"], cells.get("editie", ""))
        if not error and key in seen:
            error = _("Deze kwalificatie staat er al: %s.") % cells["crebo"]
        if error:
            reading.errors.append((rows.line_num, error))
            continue
        seen.add(key)
        reading.programmes.append(
            ProgrammeRow(
                code=cells["crebo"],
                name=cells["naam"],
                level=LEVELS[cells["niveau"]],
                learning_path=cells["leerweg"],
                dossier_code=cells.get("dossier_crebo", ""),
                dossier=cells.get("dossier_naam", ""),
                edition=cells.get("editie", ""),
            )
        )


def unwritable(text: str) -> bool:
    """Whether PostgreSQL would refuse this text: it holds a NUL or half a character."""
    return "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text)


def row_error(cells: dict[str, str], needed: set[str]) -> str:
    """What is wrong with one row of a programme or goal, or ""."""
    empty = sorted(column for column in needed if not cells.get(column))
    if empty:
        return _("Deze cellen zijn leeg: %s.") % ", ".join(empty)
    if not re.fullmatch("[0-9]{5}", cells["crebo"]):
        return _("Een crebo heeft vijf cijfers, niet ‘%s’.") % cells["crebo"]
    if cells["niveau"] not in LEVELS:
        return _("Dit niveau kennen we niet: ‘%s’.") % cells["niveau"]
    for column, room in ROOM.items():
        if len(cells.get(column, "")) > room:
            return _("De tekst in ‘%(column)s’ is te lang: hooguit %(room)d tekens.") % {"column": column, "room": room}
    if any(unwritable(cell) for cell in cells.values()):
        return _("De tekst bevat tekens die geen tekst zijn.")
    return ""


def read_electives(rows: csv.DictReader, reading: Reading) -> None:
    """Rows of keuzedelen.csv."""
    seen: set[str] = set()
    for row in rows:
        cells = cells_of(row)
        code, title, hours = cells["code"], cells["naam"], cells.get("uren", "")
        if not re.fullmatch("K[0-9]{4}", code):
            reading.errors.append((rows.line_num, _("Een keuzedeel is bijvoorbeeld K0072, niet ‘%s’.") % code))
        elif not title or len(title) > 150 or unwritable(title):
            reading.errors.append((rows.line_num, _("De naam is leeg, te lang of geen tekst.")))
        elif hours and not (re.fullmatch("[0-9]{2,4}", hours) and 60 <= int(hours) <= 1680):
            reading.errors.append((rows.line_num, _("De uren zijn een getal van 60 tot en met 1680.")))
        elif code in seen:
            reading.errors.append((rows.line_num, _("Dit keuzedeel staat er al: %s.") % code))
        else:
            seen.add(code)
            reading.electives.append(ElectiveRow(code, title, int(hours) if hours else None))


def read_json(text: str) -> Reading:
    """A CASE package, or explanations by title."""
    from modules.case import read_package

    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        return Reading(errors=[(error.lineno, _("Dit is geen goede JSON: %s.") % error.msg)])
    except (ValueError, RecursionError) as error:
        return Reading(errors=[(0, _("Dit is geen CASE-pakket: er klopt iets niet bij %s.") % error)])
    if (
        isinstance(data, dict)
        and data
        and all(isinstance(value, dict) and "uitleg" in value for value in data.values())
    ):
        return read_explanations(text, data)
    return read_package(text, data)


def read_explanations(text: str, data: dict) -> Reading:
    """What goals mean, by title."""
    reading = Reading()
    for title, value in data.items():
        says, keywords = value.get("bedrijf_zegt", []), value.get("trefwoorden", [])
        if error := plain_error(value["uitleg"], says, keywords):
            line = text.count("\n", 0, max(text.find(json.dumps(title, ensure_ascii=False)), 0)) + 1
            reading.errors.append((line, f"{title[:80]}: {error}"))
        else:
            reading.explanations.append(ExplanationRow(title, value["uitleg"], tuple(says), tuple(keywords)))
    return reading


def plain_error(explanation, says, keywords) -> str:
    """What is wrong with a goal's plain language, or ""."""
    lists = [(says, SENTENCE), (keywords, KEYWORD)]
    if not isinstance(explanation, str) or not all(
        isinstance(texts, list) and all(isinstance(each, str) for each in texts) for texts, _room in lists
    ):
        return _("De uitleg is geen tekst, of de trefwoorden zijn geen lijst.")
    if unwritable(explanation) or any(unwritable(each) for texts, _room in lists for each in texts):
        return _("De tekst bevat tekens die geen tekst zijn.")
    if len(explanation) > EXPLANATION or any(len(each) > room for texts, room in lists for each in texts):
        return _("De uitleg, een zin of een trefwoord is te lang.")
    return ""
