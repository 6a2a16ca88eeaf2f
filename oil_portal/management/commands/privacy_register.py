"""manage.py privacy_register: write docs/privacy-register.md from the register; `--check` fails when it is behind."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import override

from oil_portal.privacy.register import BESIDES, REGISTER

HEAD = """# Register of processing

Made by `manage.py privacy_register` from `oil_portal/privacy/register.py`; `tests/test_privacy_register.py` fails when
a model gets a pointer to a person without a line here. The page for staff, `/register/`, shows the same.

| what | model | why | ground | how long | who reads it | at erasure |
|---|---|---|---|---|---|---|
"""


def text() -> str:
    """The register as a table in English."""
    with override("en"):
        rows = [
            f"| {line.what} | `{label}` | {line.why} | {line.ground} | {line.kept} | {line.readers} | {_fate(line)} |"
            for label, line in [*REGISTER.items(), *BESIDES.items()]
        ]
    return HEAD + "\n".join(rows) + "\n"


def _fate(line) -> str:
    if not line.whose or (set(line.goes) == set(line.whose) and line.spared is None):
        return "goes"
    if line.goes:
        return "own rows go, others stay without the person"
    return f"stays without the person{', emptied: ' + ', '.join(line.emptied) if line.emptied else ''}"


class Command(BaseCommand):
    help = "Write docs/privacy-register.md from the register."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing; fail when the file is behind")

    def handle(self, *args, check: bool, **options) -> None:
        path, wanted = settings.BASE_DIR / "docs" / "privacy-register.md", text()
        if check and (not path.exists() or path.read_text(encoding="utf-8") != wanted):
            raise CommandError("docs/privacy-register.md is behind: run manage.py privacy_register")
        if not check:
            path.write_text(wanted, encoding="utf-8")
