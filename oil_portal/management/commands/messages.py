"""manage.py messages: keep locale/en complete, with Python alone (gettext's tools are a system package).

The source texts are Dutch. Without options the catalogue is updated from the code and compiled; `--check` changes
nothing and fails on a missing, fuzzy or superfluous string; `--compile` only writes the .mo.
"""

import ast
import re
from pathlib import Path

import polib
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation.template import templatize

ROOMS = ("oil_portal", "partners", "modules", "challenges", "projects", "reports")
FUNCTIONS = {"_": 1, "gettext": 1, "gettext_lazy": 1, "ngettext": 2, "ngettext_lazy": 2}
STRING = r"u?(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")"
CALL = re.compile(rf"\b(?:n?gettext|_)\(({STRING}(?:,\s*{STRING})?)", re.DOTALL)

Found = dict[tuple[str, str], set[str]]  # (text, plural or "") -> files


def in_python(source: str) -> list[tuple[str, str]]:
    """(text, plural) of every call to gettext or its kin with literal texts."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
        if len(texts) >= FUNCTIONS.get(name, 99):
            found.append((texts[0], texts[1] if FUNCTIONS[name] == 2 else ""))
    return found


def in_template(source: str) -> list[tuple[str, str]]:
    """(text, plural) of every translate tag; Django turns the template into calls that we read."""
    found = []
    for match in CALL.finditer(templatize(source)):
        texts = ast.literal_eval(f"({match[1]},)")
        found.append((texts[0], texts[1] if len(texts) > 1 else ""))
    return found


def collect() -> Found:
    """Every text of the portal, with the files it stands in."""
    found: Found = {}
    base = settings.BASE_DIR
    python = [path for room in ROOMS for path in (base / room).rglob("*.py") if "migrations" not in path.parts]
    templates = [path for path in (base / "templates").rglob("*") if path.suffix in (".html", ".txt")]
    for paths, read in ((python, in_python), (templates, in_template)):
        for path in sorted(paths):
            for text in read(path.read_text(encoding="utf-8")):
                found.setdefault(text, set()).add(path.relative_to(base).as_posix())
    return found


def problems(catalogue: polib.POFile, found: Found) -> list[str]:
    """What keeps the catalogue from being complete: one line each."""
    known = {(entry.msgid, entry.msgid_plural): entry for entry in catalogue if not entry.obsolete}
    lines = [f"missing: {text}" for text, _plural in found if (text, _plural) not in known]
    for key, entry in known.items():
        if key not in found:
            lines.append(f"no longer used: {entry.msgid}")
        elif "fuzzy" in entry.flags or not entry.translated():
            lines.append(f"not translated: {entry.msgid}")
    return lines


def update(catalogue: polib.POFile, found: Found) -> None:
    """Add what is new, drop what is gone, and keep the order steady so that changes read well."""
    for entry in list(catalogue):
        if (entry.msgid, entry.msgid_plural) not in found:
            catalogue.remove(entry)
    known = {(entry.msgid, entry.msgid_plural): entry for entry in catalogue}
    for (text, plural), files in found.items():
        entry = known.get((text, plural))
        if entry is None:
            entry = polib.POEntry(msgid=text, msgid_plural=plural, msgstr_plural={0: "", 1: ""} if plural else {})
            catalogue.append(entry)
        entry.occurrences = [(name, "") for name in sorted(files)]
        placeholders = re.search(r"%\(\w+\)[sd]|%[sd]", text + plural)
        entry.flags = [flag for flag in entry.flags if flag != "python-format"]
        entry.flags += ["python-format"] if placeholders else []
    catalogue.sort(key=lambda entry: (entry.occurrences[0][0], entry.msgid))


class Command(BaseCommand):
    help = "Update and compile the English catalogue."
    requires_system_checks = []

    def add_arguments(self, parser) -> None:
        parser.add_argument("--check", action="store_true", help="fail when a string is missing or fuzzy")
        parser.add_argument("--compile", action="store_true", help="only write the .mo")

    def handle(self, *, check: bool, compile: bool, **options) -> None:
        path = Path(settings.LOCALE_PATHS[0]) / "en" / "LC_MESSAGES" / "django.po"
        catalogue = polib.pofile(str(path), wrapwidth=118)
        if check:
            lines = problems(catalogue, collect())
            if lines:
                raise CommandError("\n".join([*lines, f"{len(lines)} to do in {path.name}: make messages"]))
            return
        if not compile:
            update(catalogue, collect())
            catalogue.save()
            left = len(catalogue.untranslated_entries()) + len(catalogue.fuzzy_entries())
            self.stdout.write(f"{len(catalogue)} texts, {left} to translate.")
        catalogue.save_as_mofile(str(path.with_suffix(".mo")))
