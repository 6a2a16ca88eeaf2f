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


def read(text: str) -> Reading:
    """Recognise the format and read it; what is wrong lands in `errors`, never in an exception."""
    if text.lstrip().startswith("{"):
        return read_case(text)
    rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    columns = set(rows.fieldnames or [])
    if columns >= GOAL_COLUMNS:
        return read_goals(rows)
    if columns >= {"code", "naam"}:
        return read_electives(rows)
    return Reading(errors=[(1, _("Deze kolommen kennen we niet: %s.") % ", ".join(sorted(columns)))])


def read_goals(rows: csv.DictReader) -> Reading:
    """Rows of werkprocessen.csv."""
    reading, seen = Reading(), set()
    for row in rows:
        cells = {key: (value or "").strip() for key, value in row.items() if isinstance(value, str | None) and key}
        error = goal_error(cells)
        key = (cells.get("crebo"), cells.get("werkproces_code"))
        if not error and key in seen:
            error = _("Dit werkproces staat er al: %s %s.") % key
        if error:
            reading.errors.append((rows.line_num, error))
            continue
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
    return reading


def goal_error(cells: dict[str, str]) -> str:
    """What is wrong with one row, or ""."""
    empty = sorted(column for column in GOAL_COLUMNS if not cells.get(column))
    if empty:
        return _("Deze cellen zijn leeg: %s.") % ", ".join(empty)
    if not re.fullmatch(r"\d{5}", cells["crebo"]):
        return _("Een crebo heeft vijf cijfers, niet ‘%s’.") % cells["crebo"]
    if cells["niveau"] not in LEVELS:
        return _("Dit niveau kennen we niet: ‘%s’.") % cells["niveau"]
    if len(cells["werkproces"]) > 250 or len(cells["werkproces_code"]) > 20:
        return _("De tekst is te lang.")
    return ""


def read_electives(rows: csv.DictReader) -> Reading:
    """Rows of keuzedelen.csv."""
    reading, seen = Reading(), set()
    for row in rows:
        code, title = (row["code"] or "").strip(), (row["naam"] or "").strip()
        if not re.fullmatch(r"K\d{4}", code):
            reading.errors.append((rows.line_num, _("Een keuzedeel is bijvoorbeeld K0072, niet ‘%s’.") % code))
        elif not title or len(title) > 150:
            reading.errors.append((rows.line_num, _("De naam is leeg of te lang.")))
        elif code in seen:
            reading.errors.append((rows.line_num, _("Dit keuzedeel staat er al: %s.") % code))
        else:
            seen.add(code)
            reading.electives.append(ElectiveRow(code, title))
    return reading


def read_case(text: str) -> Reading:
    """A CASE v1.0 package: goals are the items of type Werkproces below a Kerntaak below a Kwalificatie."""
    reading = Reading()
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
    except (KeyError, TypeError, AttributeError) as error:
        return Reading(errors=[(0, _("Dit is geen CASE-pakket: %s ontbreekt.") % error)])
    for identifier, item in items.items():
        if item.get("CFItemType") != "Werkproces":
            continue
        core_task = items.get(parents.get(identifier), {})
        qualification = items.get(parents.get(core_task.get("identifier")), {})
        cells = case_cells(item, core_task, qualification)
        error = goal_error(cells)
        if error:
            line = text.count("\n", 0, max(text.find(identifier), 0)) + 1
            reading.errors.append((line, f"{item.get('fullStatement', identifier)}: {error}"))
        else:
            reading.goals.append(
                GoalRow(
                    crebo=cells["crebo"],
                    programme=cells["kwalificatie"],
                    level=LEVELS[cells["niveau"]],
                    dossier_code="",
                    dossier="",
                    core_task_code=cells["kerntaak_code"],
                    core_task=cells["kerntaak"],
                    code=cells["werkproces_code"],
                    title=cells["werkproces"],
                )
            )
    return reading


def case_cells(item: dict, core_task: dict, qualification: dict) -> dict[str, str]:
    """The columns of werkprocessen.csv from three CASE items; codes are '25919' and '25919 B1-K1-W1'."""

    def code(node: dict) -> str:
        return str(node.get("humanCodingScheme", "")).rsplit(" ", 1)[-1]

    levels = qualification.get("educationLevel") or item.get("educationLevel") or [""]
    return {
        "crebo": code(qualification),
        "kwalificatie": qualification.get("fullStatement", ""),
        "niveau": levels[0],
        "kerntaak_code": code(core_task),
        "kerntaak": core_task.get("fullStatement", ""),
        "werkproces_code": code(item),
        "werkproces": item.get("fullStatement", ""),
    }
