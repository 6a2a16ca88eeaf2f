"""manage.py import_goals FILE: learning goals and electives from CSV or a CASE package."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from modules.importing import read
from modules.services import import_reading


class Command(BaseCommand):
    help = "Import learning goals (werkprocessen.csv or a CASE v1.0 package) or electives (keuzedelen.csv)."

    def add_arguments(self, parser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--strict", action="store_true", help="write nothing when a row is wrong")

    def handle(self, *, file: Path, strict: bool, **options) -> None:
        try:
            reading = read(file.read_text(encoding="utf-8"))
        except UnicodeDecodeError as error:
            raise CommandError(f"{file}: not UTF-8 from byte {error.start} on. Save it as CSV UTF-8.") from error
        except (OSError, ValueError) as error:
            raise CommandError(f"{file}: {error}") from error
        for line, message in reading.errors:
            self.stderr.write(f"{file.name}:{line}: {message}")
        if reading.errors and strict:
            raise CommandError(f"{len(reading.errors)} wrong, nothing written (--strict).")
        written = import_reading(reading)
        self.stdout.write(
            f"{file.name}: {written.new} new, {written.changed} changed, {written.same} as they were, "
            f"{len(reading.errors)} wrong."
        )
