"""Reading learning goals and electives from CSV and CASE v1.0 packages. Pure: text in, rows and errors out.

Formats: `werkprocessen.csv` (crebo, kwalificatie, niveau, dossier_crebo, dossier, civ, kerntaak_code, kerntaak,
werkproces_code, werkproces), `keuzedelen.csv` (code, naam), and a CASE v1.0 CFPackage (1EdTech) whose CFItems are of
type Kwalificatie, Kerntaak and Werkproces, tied by isChildOf associations.
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
    crebo: str
    programme: str
    level: int
    dossier_code: str
    dossier: str
    core_task_code: str
    core_task: str
    code: str
    title: str


@dataclass(frozen=True, slots=True)
class ElectiveRow:
    code: str
    title: str


@dataclass
class Reading:
    """What a file holds: good rows, and errors as (line number, message); line 0 is the file as a whole."""

    goals: list[GoalRow] = field(default_factory=list)
    electives: list[ElectiveRow] = field(default_factory=list)
    errors: list[tuple[int, str]] = field(default_factory=list)


GOAL_COLUMNS = {"crebo", "kwalificatie", "niveau", "kerntaak_code", "kerntaak", "werkproces_code", "werkproces"}
# What the database has room for, in characters.
ROOM = {
    "kwalificatie": 120,
    "dossier_crebo": 10,
    "dossier": 120,
    "kerntaak_code": 20,
    "kerntaak": 250,
    "werkproces_code": 20,
    "werkproces": 250,
}


def read(text: str) -> Reading:
    """Recognise the format and read it; what is wrong lands in `errors`, never in an exception."""
    text = text.removeprefix("\ufeff")
    if text.lstrip().startswith("{"):
        return read_case(text)
    first_line = text.partition("\n")[0]
    delimiter = ";" if first_line.count(";") > first_line.count(",") else ","  # as a Dutch Excel saves it
    rows, reading = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter), Reading()
    try:
        columns = set(rows.fieldnames or [])
        if columns >= GOAL_COLUMNS:
            read_goals(rows, reading)
        elif columns >= {"code", "naam"}:
            read_electives(rows, reading)
        elif not columns:
            reading.errors.append((1, _("Het bestand is leeg.")))
        else:
            reading.errors.append((1, _("Deze kolommen kennen we niet: %s.") % ", ".join(sorted(columns))[:200]))
    except csv.Error as error:  # such as a cell of more than 131,072 characters
        reading.errors.append((rows.line_num, _("Vanaf hier is het bestand niet te lezen: %s.") % error))
    return reading


def read_goals(rows: csv.DictReader, reading: Reading) -> None:
    """Rows of werkprocessen.csv."""
    seen: set[tuple[str, str]] = set()
    for row in rows:
        cells = {key: (value or "").strip() for key, value in row.items() if isinstance(value, str | None) and key}
        if error := add_goal(cells, reading, seen):
            reading.errors.append((rows.line_num, error))


def add_goal(cells: dict[str, str], reading: Reading, seen: set[tuple[str, str]]) -> str:
    """Add one goal to `reading`, once; or say what is wrong with it."""
    if error := goal_error(cells):
        return error
    key = (cells["crebo"], cells["werkproces_code"])
    if key in seen:
        return _("Dit werkproces staat er al: %s.") % " ".join(key)
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
        )
    )
    return ""


def unwritable(text: str) -> bool:
    """Whether PostgreSQL would refuse this text: it holds a NUL or half a character."""
    return "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text)


def goal_error(cells: dict[str, str]) -> str:
    """What is wrong with one row, or ""."""
    empty = sorted(column for column in GOAL_COLUMNS if not cells.get(column))
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
        code, title = (row["code"] or "").strip(), (row["naam"] or "").strip()
        if not re.fullmatch("K[0-9]{4}", code):
            reading.errors.append((rows.line_num, _("Een keuzedeel is bijvoorbeeld K0072, niet ‘%s’.") % code))
        elif not title or len(title) > 150 or unwritable(title):
            reading.errors.append((rows.line_num, _("De naam is leeg, te lang of geen tekst.")))
        elif code in seen:
            reading.errors.append((rows.line_num, _("Dit keuzedeel staat er al: %s.") % code))
        else:
            seen.add(code)
            reading.electives.append(ElectiveRow(code, title))


def read_case(text: str) -> Reading:
    """A CASE v1.0 package: goals are the items of type Werkproces below a Kerntaak below a Kwalificatie."""
    reading, seen = Reading(), set()
    try:
        package = json.loads(text)
        items = {item["identifier"]: item for item in package["CFItems"]}
        parents = {
            link["originNodeURI"]["identifier"]: link["destinationNodeURI"]["identifier"]
            for link in package["CFAssociations"]
            if link["associationType"] == "isChildOf"
        }
    except json.JSONDecodeError as error:
        return Reading(errors=[(error.lineno, _("Dit is geen goede JSON: %s.") % error.msg)])
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
        return Reading(errors=[(0, _("Dit is geen CASE-pakket: er klopt iets niet bij %s.") % error)])
    for identifier, item in items.items():
        if item.get("CFItemType") != "Werkproces":
            continue
        core_task = items.get(parents.get(identifier), {})
        qualification = items.get(parents.get(core_task.get("identifier")), {})
        if error := add_goal(case_cells(item, core_task, qualification), reading, seen):
            line = text.count("\n", 0, max(text.find(str(identifier)), 0)) + 1
            reading.errors.append((line, f"{item.get('fullStatement', identifier)}: {error}"))
    return reading


def case_cells(item: dict, core_task: dict, qualification: dict) -> dict[str, str]:
    """The columns of werkprocessen.csv from three CASE items; codes are '25919' and '25919 B1-K1-W1'."""

    def code(node: dict) -> str:
        return str(node.get("humanCodingScheme", "")).rsplit(" ", 1)[-1]

    def title(node: dict) -> str:
        # A remark of whoever made the package, such as [tekst in bron afgebroken], is no part of the title.
        return re.sub(r"\s*\[[^\]]*\]$", "", str(node.get("fullStatement") or "").strip())

    levels = qualification.get("educationLevel") or item.get("educationLevel")
    return {
        "crebo": code(qualification),
        "kwalificatie": title(qualification),
        "niveau": str(levels[0]) if isinstance(levels, list) else "",
        "kerntaak_code": code(core_task),
        "kerntaak": title(core_task),
        "werkproces_code": code(item),
        "werkproces": title(item),
    }
